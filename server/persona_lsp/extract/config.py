"""Manifests and configuration files: package versions, and settings by their dotted keys."""

import json
import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from persona_lsp.extract.java_builds import of_gradle, of_maven, own_artifact
from persona_lsp.extract.secrets import secrets
from persona_lsp.facts.code import ConfigEntry, FileFacts, Import, ModulePaths
from persona_lsp.facts.place import Where
from persona_lsp.facts.role import HEAD, role
from persona_lsp.text.patterns import lazy

_VERSION: Final = lazy(r"\d+(?:\.\d+)*")
_LARGEST: Final = 2_000_000
"""Bytes: a larger manifest or configuration file is not read (lock files of huge repositories)."""


def config(path: str, source: bytes) -> FileFacts | None:
    """The facts of a manifest or configuration file; None if it is not one that is read. Never raises."""
    name = path.rsplit("/", 1)[-1]
    if len(source) > _LARGEST:
        return None
    text = source.decode("utf-8-sig", "replace")
    versions: tuple[tuple[str, str], ...] = ()
    entries: tuple[ConfigEntry, ...] = ()
    imports: tuple[Import, ...] = ()
    paths: ModulePaths | None = None
    package = ""
    try:
        reader = MANIFESTS.get(name)
        if reader is not None:
            versions = tuple(reader(text))
            entries = tuple(_go_module(path, text)) if name == "go.mod" else ()
            package = _OWN_NAMES[name](text) if name in _OWN_NAMES else ""
            imports = tuple(_built_with(path, text)) if name in _BUILT_WITH else ()
        elif name.endswith((".csproj", ".props")):
            versions = tuple(_project(text))
            imports = tuple(_references(path, text))
        elif _REQUIREMENTS.search(name):
            versions = tuple(_requirements(text))
        elif name == "tsoa.json":
            entries = tuple(_tsoa(path, text))
        elif _COMPILER.search(name):
            paths = _module_paths(text)
        elif name.endswith(".properties") and _SETTINGS.search(name):
            entries = tuple(_properties(path, text))
        elif name.endswith((".yml", ".yaml")) and _SETTINGS.search(name):
            entries = tuple(_yaml(path, text))
        else:
            return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # A manifest that cannot be read says nothing; the file's own tool will complain about it.
        versions, entries = (), ()
    found = secrets(path, source) if entries else ()
    return FileFacts(
        path,
        "config",
        role(path, source[:HEAD]) if entries else "config",
        package=package,
        imports=imports,
        versions=versions,
        config=entries,
        secrets=found,
        module_paths=paths,
    )


_REQUIREMENTS: Final = lazy(r"^requirements[\w.-]*\.(?:txt|in)$")
_COMPILER: Final = lazy(r"^[tj]sconfig[\w.-]*\.json$")
_ITEM: Final = lazy(r"(\s*)-\s+((?![|>&*{\[])(?![^\s\"']+:(?:\s|$)).+?)\s*$")
_SETTINGS: Final = lazy(r"^(?:application|bootstrap)[\w-]*\.(?:properties|ya?ml)$")


def _package_json(text: str) -> Iterator[tuple[str, str]]:
    data = json.loads(text)
    for key in ("dependencies", "devDependencies", "peerDependencies"):
        for package, wanted in (data.get(key) or {}).items():
            found = _VERSION.search(str(wanted))
            yield package, found.group() if found else ""


def _own_name(text: str) -> str:
    """What other packages of the workspace import this one by."""
    name = json.loads(text).get("name")
    return name if isinstance(name, str) else ""


_JSONC: Final = lazy(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_COMMA: Final = lazy(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')


def _module_paths(text: str) -> ModulePaths:
    """A `tsconfig.json`, which may have comments and commas at the end."""
    for unwanted in (_JSONC, _COMMA):
        text = unwanted.sub(lambda match: match[1] or " ", text)
    data = json.loads(text)
    options = data.get("compilerOptions") or {}
    extends, base, paths = data.get("extends") or (), options.get("baseUrl"), options.get("paths")
    return ModulePaths(
        (extends,) if isinstance(extends, str) else tuple(str(e) for e in extends),
        base if isinstance(base, str) else None,
        tuple((pattern, tuple(map(str, targets))) for pattern, targets in paths.items()) if paths is not None else None,
    )


def _package_lock(text: str) -> Iterator[tuple[str, str]]:
    data = json.loads(text)
    for place, entry in (data.get("packages") or {}).items():
        if place.startswith("node_modules/") and place.count("node_modules/") == 1:
            yield place.removeprefix("node_modules/"), str(entry.get("version", ""))
    for package, entry in (data.get("dependencies") or {}).items():
        if isinstance(entry, dict):
            yield package, str(entry.get("version", ""))


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    data: dict[str, Any] = tomllib.loads(text)
    listed = list(data.get("project", {}).get("dependencies", []))
    for group in data.get("project", {}).get("optional-dependencies", {}).values():
        listed += group
    yield from _requirements("\n".join(str(x) for x in listed))
    for package, wanted in data.get("tool", {}).get("poetry", {}).get("dependencies", {}).items():
        version = wanted.get("version", "") if isinstance(wanted, dict) else str(wanted)
        found = _VERSION.search(version)
        yield package.lower(), found.group() if found else ""


def _locked(text: str) -> Iterator[tuple[str, str]]:
    for entry in tomllib.loads(text).get("package", []):
        yield str(entry["name"]).lower(), str(entry.get("version", ""))


def _cargo(text: str) -> Iterator[tuple[str, str]]:
    """The dependencies of a `Cargo.toml`; one that the workspace names has no version here."""
    data: dict[str, Any] = tomllib.loads(text)
    places = (data, data.get("workspace") or {}, *(data.get("target") or {}).values())
    for place in places:
        for group in ("dependencies", "dev-dependencies"):
            for package, wanted in (place.get(group) or {}).items():
                entry = wanted if isinstance(wanted, dict) else {"version": wanted}
                found = _VERSION.search(str(entry.get("version", "")))
                yield str(entry.get("package", package)), found.group() if found else ""


def _crate(text: str) -> str:
    """The name by which Rust code knows the library of a `Cargo.toml`."""
    data: dict[str, Any] = tomllib.loads(text)
    name = (data.get("lib") or {}).get("name") or (data.get("package") or {}).get("name") or ""
    return str(name).replace("-", "_")


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        match = re.match(r"\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:[=~<>!]=?=?\s*([\d.]+))?", line)
        if match and not line.lstrip().startswith(("#", "-")):
            yield match.group(1).lower(), match.group(2) or ""


def _pom(text: str) -> Iterator[tuple[str, str]]:
    properties = dict(re.findall(r"<([\w.-]+)>([^<>\n]+)</\1>", text))
    for block in re.findall(r"<(?:dependency|parent)>([\s\S]*?)</(?:dependency|parent)>", text):
        artifact = re.search(r"<artifactId>([^<]+)</artifactId>", block)
        version = re.search(r"<version>([^<]+)</version>", block)
        if artifact:
            wanted = version.group(1).strip() if version else ""
            name = re.match(r"\$\{([^}]+)\}", wanted)
            yield artifact.group(1).strip(), properties.get(name.group(1), "") if name else wanted


def _gradle(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"[\"'][\w.-]+:([\w.-]+)(?::([\w.-]+))?[\"']", text)
    plugin = re.search(r"org\.springframework\.boot[\"')\s]+version\s+[\"']([\d.]+\w*)", text)
    if plugin:
        yield "spring-boot-starter-parent", plugin.group(1)


def _project(text: str) -> Iterator[tuple[str, str]]:
    """A `.csproj`, `Directory.Packages.props` or `Directory.Build.props`: packages, and the framework it is built for."""
    properties = dict(re.findall(r"<([\w.]+)>([^<>\n]+)</\1>", text))
    for tag in re.findall(r"<(?:PackageReference|PackageVersion|GlobalPackageReference)\b[\s\S]*?>", text):
        package = re.search(r"\b(?:Include|Update)\s*=\s*\"([^\"]+)\"", tag)
        wanted = re.search(r"\bVersion(?:Override)?\s*=\s*\"([^\"]+)\"", tag)
        if package:
            version = wanted[1] if wanted else ""
            name = re.match(r"\$\((\w+)\)", version)
            yield package[1], properties.get(name[1], "") if name else version
    target = re.search(r"<TargetFrameworks?>\s*net(?:coreapp)?(\d+\.\d+)", text)
    if target:
        yield "Microsoft.NETCore.App", target[1]


def _references(path: str, text: str) -> Iterator[Import]:
    """The projects that a `.csproj` refers to, by their files; one whose place is not written there is "?"."""
    folder = path.rpartition("/")[0]
    for written in re.findall(r"<ProjectReference\b[^>]*?\bInclude\s*=\s*\"([^\"]+)\"", text):
        plain = written.replace("\\", "/")
        known = not {"$", "*", "%"} & set(plain)
        yield Import("", posixpath.normpath(posixpath.join(folder, plain)) if known else "?", "*", Where(path, 0, 0))


def _gemfile_lock(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^    ([\w.-]+) \(([\d.]+)[^)]*\)$", text, re.MULTILINE)


def _gemfile(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(
        r"^\s*gem\s*\(?\s*[\"']([\w.-]+)[\"'](?:\s*,\s*[\"'][~><=\s]*([\d.]+)[\"'])?", text, re.MULTILINE
    )


_REQUIRED: Final = lazy(r"^\s*(?:require\s+)?([\w./~-]+\.[\w./~-]+)\s+v([\d.]+)", re.MULTILINE)


def _go_mod(text: str) -> Iterator[tuple[str, str]]:
    """The language's own version under `go`, packages without the major version in their path."""
    own = re.search(r"^go\s+([\d.]+)", text, re.MULTILINE)
    if own:
        yield "go", own[1]
    for package, version in _REQUIRED.findall(text):
        yield re.sub(r"/v\d+$", "", package), version


def _go_module(path: str, text: str) -> Iterator[ConfigEntry]:
    found = re.search(r"^module\s+\"?([^\s\"]+)", text, re.MULTILINE)
    if found:
        start = len(text[: found.start(1)].encode())
        yield ConfigEntry("go.module", found[1], Where(path, start, start + len(found[1].encode())))


def _yarn_lock(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^\"?(@?[^@\s\"]+)@[^\n]*:\n\s+version:? \"?([\d.]+)", text, re.MULTILINE)


MANIFESTS: Final = {
    "package.json": _package_json, "package-lock.json": _package_lock, "npm-shrinkwrap.json": _package_lock,
    "yarn.lock": _yarn_lock, "pyproject.toml": _pyproject, "poetry.lock": _locked, "uv.lock": _locked, "pom.xml": _pom,
    "go.mod": _go_mod, "build.gradle": _gradle, "build.gradle.kts": _gradle, "Gemfile.lock": _gemfile_lock, "Gemfile": _gemfile,
    "Cargo.toml": _cargo, "Cargo.lock": _locked,
}  # fmt: skip


def _profile(path: str) -> str:
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return stem.partition("-")[2]


def _tsoa(path: str, text: str) -> Iterator[ConfigEntry]:
    """What tsoa puts before the paths of all controllers."""
    before = (json.loads(text).get("routes") or {}).get("basePath")
    if isinstance(before, str):
        at = max(text.encode().rfind(json.dumps(before).encode()), 0)
        yield ConfigEntry("routes.basePath", before, Where(path, at, at + len(json.dumps(before).encode())))


_OWN_NAMES: Final = {"Cargo.toml": _crate, "package.json": _own_name, "pom.xml": own_artifact}
_BUILT_WITH: Final = frozenset({"pom.xml", "build.gradle", "build.gradle.kts"})


def _built_with(path: str, text: str) -> Iterator[Import]:
    """What a program of Java is built with, each package with its place."""
    reader = of_maven if path.endswith("pom.xml") else of_gradle
    for package, name, start, end in reader(text):
        yield Import("", package, name, Where(path, len(text[:start].encode()), len(text[:end].encode())))


def _properties(path: str, text: str) -> Iterator[ConfigEntry]:
    offset = 0
    profile = _profile(path)
    for line in text.splitlines(keepends=True):
        size = len(line.encode())
        match = re.match(r"\s*([^#!\s=:][^=:\s]*)\s*[=:]\s*(.*?)\s*$", line)
        if match:
            start = offset + len(line[: match.start(2)].encode())
            where = Where(path, start, start + len(match.group(2).encode()))
            yield ConfigEntry(match.group(1), match.group(2), where, profile)
        offset += size


def _yaml(path: str, text: str) -> Iterator[ConfigEntry]:
    """Scalars of block mappings by their dotted path, and of lists below them, numbered (`a.b[0]`).

    Anything finer is left out, which means unknown.
    """
    stack: list[tuple[int, str]] = []
    counts: dict[str, int] = {}
    offset = 0
    profile = _profile(path)
    for line in text.splitlines(keepends=True):
        start = offset
        offset += len(line.encode())
        if line.startswith("---"):
            stack.clear()
            continue
        item = _ITEM.match(line)
        if item and stack and stack[-1][0] <= len(item.group(1)):
            full = ".".join(k for _, k in stack)
            begin = start + len(line[: item.start(2)].encode())
            value = re.sub(r"\s+#.*$", "", item.group(2)).strip()
            where = Where(path, begin, begin + len(value.encode()))
            yield ConfigEntry(f"{full}[{counts.setdefault(full, 0)}]", value.strip("\"'"), where, profile)
            counts[full] += 1
            continue
        match = re.match(r"(\s*)([A-Za-z_][\w.\-]*)\s*:(?:\s+(.*?))?\s*$", line)
        if not match:
            continue
        indent, key, value = len(match.group(1)), match.group(2), match.group(3) or ""
        while stack and stack[-1][0] >= indent:
            stack.pop()
        full = ".".join([*(k for _, k in stack), key])
        value = re.sub(r"\s+#.*$", "", value).strip()
        if value and value[0] not in "|>&*{[":
            begin = start + len(line[: match.start(3)].encode())
            yield ConfigEntry(full, value.strip("\"'"), Where(path, begin, begin + len(value.encode())), profile)
        else:
            stack.append((indent, key))

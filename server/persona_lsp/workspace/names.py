"""Names across files: which file a module is, and what a dotted name written in one file stands for in another."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, ConfigEntry, Constant, Export, FileFacts, Import
from persona_lsp.facts.http import Route, Router
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.facts.views import Registry, View
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace import rust_modules
from persona_lsp.workspace.golang import Packages, resolved
from persona_lsp.workspace.modules import SCRIPT, Modules
from persona_lsp.workspace.profiles import with_profiles

Kind = Literal["router", "function", "class", "constant", "module"]
_DEPTH: Final = 12
_HELD: Final = lazy(r"(?:Optional\[)?([A-Za-z_][\w.]*)\]?(?:\s*\|\s*None)?$")
"""The type of a field that holds another object."""
_OF_ENUM: Final = ".value"
"""What a constant of an enumeration is asked for (`Method.GET.value`)."""
_OWN: Final = frozenset({"crate", "self", "super"})
"""Where `use` of Rust begins in the own crate."""


class Target(Struct, frozen=True, gc=False):
    """What a name stands for: the file and the name there. `name` of a module is ""."""

    kind: Kind
    path: str
    name: str


class FileIndex(Struct, frozen=True):
    """The names of one file."""

    facts: FileFacts
    routers: Mapping[str, Router]
    functions: Mapping[str, Function]
    classes: Mapping[str, ClassFacts]
    constants: Mapping[str, Constant]
    imports: Mapping[str, Import]
    exports: Mapping[str, Export]
    stars: tuple[Export | Import, ...]
    aliases: Mapping[str, str]
    dependencies: tuple[Route, ...] = ()
    """Records of what handlers depend on, which stand among the routes."""
    views: Mapping[str, View] = {}
    registries: Mapping[str, Registry] = {}
    signatures: Mapping[str, Route] = {}
    """By the key of a function: what its signature says of it as a handler, wherever it is registered."""


class Names(Struct):
    """All files' names, with what was resolved so far. Valid for one set of files."""

    files: Mapping[str, FileIndex]
    packages: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, tuple[tuple[str, str], ...]]
    properties: Mapping[str, Mapping[str, str]]
    """Settings by the unit (`unit`) whose configuration files hold them."""
    resolved: dict[tuple[str, str], Target | None]
    modules: Modules
    packages_of_go: Packages
    folded: dict[str, list[tuple[str, str]]] = {}
    drawing: dict[str, list[str]] = {}
    switched: dict[str, list[str]] | None = None
    lineages: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    """Classes with their bases in the order in which Python asks them: (file, name), ("", full name) for libraries."""
    bases: dict[tuple[str, str, str], Target | None] = {}
    """Ruby: (file, class, base as it is written) -> what the base is."""
    told_views: dict[str, tuple[tuple[str, View], ...]] = {}
    """The same as `told`, of settings that are lists of views: middleware, permissions."""
    told: dict[str, tuple[tuple[str, ConfigEntry], ...]] = {}
    """What settings of Python say by their keys, each with its file; those of tests and the like left out."""
    methods: Mapping[str, tuple[tuple[str, str], ...]] = {}
    """Last name -> (file, key) of methods that register endpoints on what they are given (C#)."""
    apps: tuple[tuple[str, str], ...] = ()
    """(file, name) of the applications that code makes (C#)."""
    projects: Mapping[str, tuple[str, ...]] = {}
    """Folders that hold a `.csproj`, with those files."""
    seen_projects: dict[str, frozenset[str] | None] = {}
    """The projects that one refers to, itself and theirs included; None where one of them is not told."""


def unit(path: str) -> str:
    """The folder that is built and run on its own: what stands before `src/`, "" for the whole workspace."""
    return path.partition("/src/")[0] if "/src/" in path else ""


def property_of(all_names: "Names", path: str, key: str) -> str | None:
    """A setting as the file's unit has it; that of the only unit that has settings, where its own has none."""
    own = properties_of(all_names, path)
    return own.get(key) if own is not None else None


def properties_of(all_names: "Names", path: str) -> Mapping[str, str] | None:
    """The settings of the file's unit; those of the only unit that has any, where its own has none."""
    own = all_names.properties.get(unit(path))
    if own is None and len(all_names.properties) == 1:
        own = next(iter(all_names.properties.values()))
    return own


def index(facts: FileFacts) -> FileIndex:
    """The names of a file."""
    exports: dict[str, Export] = {}
    stars: list[Export | Import] = []
    for export in facts.exports:
        if export.name == "*":
            stars.append(export)
        else:
            exports.setdefault(export.name, export)
    imports: dict[str, Import] = {}
    for item in facts.imports:
        if item.local in ("", "*"):
            stars.append(item)
        elif facts.language != "rust" or _rank(item, imports) >= _rank(imports.get(item.local), imports):
            imports[item.local] = item
            if item.name == "*" and facts.language == "python" and "." in item.local:
                # `import a.b` binds `a`.
                package = item.local.partition(".")[0]
                imports.setdefault(package, replace(item, local=package, module=package))
    classes: dict[str, ClassFacts] = {}
    for cls in facts.classes:
        classes[cls.name] = cls
        classes.setdefault(cls.name.rsplit(".", 1)[-1], cls)
    return FileIndex(
        facts, {r.symbol: r for r in facts.routers}, {f.key: f for f in facts.functions}, classes,
        {c.name: c for c in facts.constants}, imports, exports, tuple(stars), dict(facts.aliases),
        tuple(r for r in facts.routes if r.kind == "dependency"), {v.name: v for v in facts.views},
        dict(facts.registries), signatures_of(facts),
    )  # fmt: skip


def signatures_of(facts: FileFacts) -> Mapping[str, Route]:
    """The records of signatures, which stand among the routes of a file."""
    return {r.handler_key: r for r in facts.routes if r.kind == "signature"}


def names(files: Mapping[str, FileFacts], indexes: Mapping[str, FileIndex] | None = None) -> Names:
    """The names of all files. `indexes` are indexes made before, taken over for files that are the same object."""
    indexed: dict[str, FileIndex] = {}
    packages: dict[str, list[str]] = {}
    classes: dict[str, list[tuple[str, str]]] = {}
    profiles: dict[str, dict[str, dict[str, str]]] = {}
    methods: dict[str, list[tuple[str, str]]] = {}
    apps: list[tuple[str, str]] = []
    projects: dict[str, list[str]] = {}
    for path, facts in files.items():
        if path.endswith(".csproj"):
            projects.setdefault(path.rpartition("/")[0], []).append(path)
        old = indexes.get(path) if indexes else None
        entry = old if old is not None and old.facts is facts else index(facts)
        indexed[path] = entry
        if facts.package:
            packages.setdefault(facts.package, []).append(path)
        for cls in (c for c in facts.classes if c.kind != "alias"):
            classes.setdefault(cls.name.rsplit(".", 1)[-1], []).append((path, cls.name))
        if facts.language == "csharp":
            for router in facts.routers:
                if router.kind == "app" and facts.role != "test":
                    apps.append((path, router.symbol))
                if router.kind != "class" and router.symbol in entry.functions:
                    methods.setdefault(router.symbol.rsplit(".", 1)[-1], []).append((path, router.symbol))
        if facts.role in ("prod", "config"):
            for item in facts.config:
                profiles.setdefault(unit(path), {}).setdefault(item.profile, {}).setdefault(item.key, item.value)
    return Names(
        indexed, {k: tuple(v) for k, v in packages.items()}, {k: tuple(v) for k, v in classes.items()}, with_profiles(profiles), {},
        Modules.of(files), Packages.of(files), methods={k: tuple(v) for k, v in methods.items()}, apps=tuple(apps),
        projects={k: tuple(v) for k, v in projects.items()},
    )  # fmt: skip


def resolve(all_names: Names, path: str, name: str) -> Target | None:
    """What the dotted `name` means in the file `path`; None if that cannot be told."""
    key = (path, name)
    if key not in all_names.resolved:
        all_names.resolved[key] = None  # A cycle of names means nothing.
        all_names.resolved[key] = _resolve(all_names, path, name, 0)
    return all_names.resolved[key]


def _resolve(all_names: Names, path: str, name: str, depth: int) -> Target | None:
    entry = all_names.files.get(path)
    if entry is None or depth > _DEPTH or not name:
        return None
    if entry.facts.language == "go":
        return resolved(all_names, path, name, depth)
    own = _own(entry, path, name) or _of_object(all_names, entry, path, name, depth)
    if own is not None:
        return own
    if entry.facts.language == "csharp":
        from persona_lsp.workspace.csharp import named

        first, _, rest = name.partition(".")
        # A class of this file first: its bases are looked through, too.
        held = _own(entry, path, first) if rest else None
        through = _member(all_names, held, rest, depth + 1) if held is not None else None
        return through or named(all_names, entry, name, depth, _member)
    first, _, rest = name.partition(".")
    if entry.facts.language == "rust":
        return _rust(all_names, path, entry, name, depth)
    if first.endswith("()"):
        made = _alias_target(all_names, path, first, depth)
        return _member(all_names, made, rest, depth) if made is not None and rest else made
    alias = entry.aliases.get(first) or entry.aliases.get(f"{first}()")
    if alias is not None and alias != first:
        through = _alias_target(all_names, path, alias, depth)
        if through is not None:
            return _member(all_names, through, rest, depth) if rest else through
    item = entry.imports.get(first)
    if item is not None:
        found = _imported(all_names, path, item, rest, depth)
        if found is not None:
            return found
    for star in entry.stars:
        module = star.module
        inner = module_file(all_names, path, module)
        if inner is not None and inner != path:
            found = exported(all_names, inner, name, depth + 1)
            if found is not None:
                return found
        elif isinstance(star, Import) and entry.facts.language == "java":
            found = _class_in_package(all_names, star, name)
            if found is not None:
                return found
    return _by_package(all_names, entry, name, depth)


def _rust(all_names: Names, path: str, entry: FileIndex, name: str, depth: int) -> Target | None:
    """A path of Rust: through what `use` and `mod` bind, from `crate`, `super` or a library, or through a glob.

    A name with `#` behind it is the route that an attribute gives to the function of that name.
    """
    module: Target | None = None
    for parts in _ways(entry, name):
        located = rust_modules.located(all_names.modules.files, all_names.modules.crates, path, parts)
        if located is None:
            continue
        file, left = located
        inner = ".".join(left)
        if not inner:
            module = module or Target("module", file, "")
            found = _beside(all_names, path, parts, name, depth)
        else:
            found = _resolve(all_names, file, inner, depth + 1) if (file, inner) != (path, name) else None
        if found is not None:
            return found
    for star in entry.stars:
        file_of_star = module_file(all_names, path, star.module)
        if file_of_star is not None and file_of_star != path:
            found = _resolve(all_names, file_of_star, name, depth + 1)
            if found is not None:
                return found
    return module


def _rank(item: Import | None, known: Mapping[str, Import]) -> int:
    """Which of several things of one name is meant in Rust: what the own crate gives, then a module, then a macro."""
    if item is None:
        return -1
    first = item.module.partition(".")[0]
    if item.module == "self" and item.name == item.local:
        return 1
    declared = known.get(first)
    return 2 if first in _OWN or (declared is not None and declared.module == "self") else 0


def _ways(entry: FileIndex, name: str) -> list[list[str]]:
    """The paths that a name may stand for: what `use` binds its first part to, and the name as it is written.

    Modules, functions and macros may share a name: `use rocket::routes` does not hide `mod routes`.
    """
    first, _, rest = name.partition(".")
    plain = first.removesuffix("#")
    item = entry.imports.get(plain)
    if item is None:
        return [name.split(".")]
    bound = item.module if item.name in ("*", "") else f"{item.module}.{item.name}"
    through = f"{bound}{first.removeprefix(plain)}{'.' if rest else ''}{rest}"
    return [through.split("."), name.split(".")]


def _beside(all_names: Names, path: str, parts: list[str], name: str, depth: int) -> Target | None:
    """The function that a module shares its name with: `mod get; pub use get::get;`."""
    above = rust_modules.located(all_names.modules.files, all_names.modules.crates, path, parts[:-1])
    if above is None or above[1] or (above[0], parts[-1]) == (path, name):
        return None
    found = _resolve(all_names, above[0], parts[-1], depth + 1)
    return found if found is not None and found.kind != "module" else None


def _own(entry: FileIndex, path: str, name: str) -> Target | None:
    if name in entry.routers:
        return Target("router", path, name)
    if name in entry.functions:
        return Target("function", path, name)
    if name in entry.classes:
        return Target("class", path, entry.classes[name].name)
    # `const users = require("./routes").users` looks like a constant and is an import.
    if name in entry.constants and name not in entry.imports:
        constant = entry.constants[name]
        if (
            constant.value is not None
            and len(constant.value) == 1
            and isinstance(constant.value[0], Ref)
            and constant.value[0].name != name
        ):
            return None if constant.value[0].name.partition(".")[0] in entry.imports else Target("constant", path, name)
        return Target("constant", path, name)
    return None


def _of_object(all_names: Names, entry: FileIndex, path: str, name: str, depth: int) -> Target | None:
    """`const config = { routes: imported }`: an entry of an object stands for what was imported (JavaScript)."""
    held = entry.constants.get(name) if "." in name and entry.facts.language in SCRIPT else None
    if held is None or held.value is None or len(held.value) != 1 or not isinstance(held.value[0], Ref):
        return None
    meant = held.value[0].name
    return _resolve(all_names, path, meant, depth + 1) if meant.partition(".")[0] in entry.imports else None


def _alias_target(all_names: Names, path: str, alias: str, depth: int) -> Target | None:
    """`Settings()`, `get_settings()`: the class that is made or returned."""
    entry = all_names.files[path]
    callee = alias.split("(", 1)[0].strip()
    again = entry.aliases.get(f"{callee}()")
    if again is not None and again != alias:
        return _alias_target(all_names, path, again, depth + 1) if depth < _DEPTH else None
    found = _resolve(all_names, path, callee, depth + 1) if depth < _DEPTH else None
    if found is not None and found.kind == "function":
        inner = all_names.files[found.path].aliases.get(f"{found.name}()")
        return _alias_target(all_names, found.path, inner, depth + 1) if inner and depth < _DEPTH else found
    return found


def _member(all_names: Names, target: Target, rest: str, depth: int) -> Target | None:
    """`rest` of what was found: a field or method of a class, an entry of an object, a name of a module."""
    if depth > _DEPTH:
        return None
    if target.kind == "module":
        return exported(all_names, target.path, rest, depth + 1)
    entry = all_names.files[target.path]
    own = _own(entry, target.path, f"{target.name}.{rest}")
    if own is None and target.kind == "function":
        own = _own(entry, target.path, f"{target.name}().{rest}")  # one of the functions that it gives back
    if own is not None:
        return own
    if target.kind == "class":
        for base in entry.classes[target.name].bases:
            found = _resolve(all_names, target.path, base.name, depth + 1)
            if found is not None and found.kind == "class" and found != target:
                inherited = _member(all_names, found, rest, depth + 1)
                if inherited is not None:
                    return inherited
        first, _, more = rest.partition(".")
        held = next((f for f in entry.classes[target.name].fields if f.name == first), None) if more else None
        kind = _HELD.match(held.type) if held is not None else None
        found = _resolve(all_names, target.path, kind[1], depth + 1) if kind is not None else None
        if found is not None and found.kind == "class" and found != target:
            return _member(all_names, found, more, depth + 1)
    if target.kind == "constant":
        value = entry.constants[target.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref):
            return _resolve(all_names, target.path, f"{value[0].name}.{rest}", depth + 1)
    return None


def _imported(all_names: Names, path: str, item: Import, rest: str, depth: int) -> Target | None:
    language = all_names.files[path].facts.language
    if language == "python":
        return _python(all_names, path, item, rest, depth)
    inner = module_file(all_names, path, item.module)
    if inner is None:
        if language in ("java", "ruby"):
            return _class_in_package(all_names, item, rest)
        return None
    if item.name == "*":
        if not rest:
            return exported(all_names, inner, "default", depth + 1) or Target("module", inner, "")
        return exported(all_names, inner, rest, depth + 1) or _through_default(all_names, inner, rest, depth)
    full = f"{item.name}.{rest}" if rest else item.name
    return exported(all_names, inner, full, depth + 1) or _through_default(all_names, inner, full, depth)


def _through_default(all_names: Names, path: str, rest: str, depth: int) -> Target | None:
    target = exported(all_names, path, "default", depth + 1)
    if target is None:
        export = all_names.files[path].exports.get("default")
        held = export.target if export is not None and not export.module else None
        return _resolve(all_names, path, f"{held.name}.{rest}", depth + 1) if held is not None else None
    if target.kind == "module" and target.path == path:
        return None
    return _member(all_names, target, rest, depth + 1)


def _python(all_names: Names, path: str, item: Import, rest: str, depth: int) -> Target | None:
    if item.name == "*":
        # `import a.b` binds `a`; the rest of the dotted name goes through modules.
        inner = module_file(all_names, path, item.module)
        parts = rest.split(".") if rest else []
        base = item.module
        while parts and (deeper := module_file(all_names, path, f"{base}.{parts[0]}")) is not None:
            base, inner, parts = f"{base}.{parts[0]}", deeper, parts[1:]
        if inner is None:
            return None
        return exported(all_names, inner, ".".join(parts), depth + 1) if parts else Target("module", inner, "")
    inner = module_file(all_names, path, item.module)
    if inner is not None:
        found = exported(all_names, inner, f"{item.name}.{rest}" if rest else item.name, depth + 1)
        if found is not None:
            return found
    joint = "" if item.module.endswith(".") else "."
    sub = module_file(all_names, path, f"{item.module}{joint}{item.name}")
    if sub is None:
        return None
    return exported(all_names, sub, rest, depth + 1) if rest else Target("module", sub, "")


def exported(all_names: Names, path: str, name: str, depth: int = 0) -> Target | None:
    """What a file offers under `name` (dotted)."""
    entry = all_names.files.get(path)
    if entry is None or depth > _DEPTH:
        return None
    first, _, rest = name.partition(".")
    export = entry.exports.get(first)
    if export is None:
        if entry.facts.language not in SCRIPT:
            return _resolve(all_names, path, name, depth + 1)
        for star in entry.stars:
            if isinstance(star, Export):
                inner = module_file(all_names, path, star.module)
                found = exported(all_names, inner, name, depth + 1) if inner and inner != path else None
                if found is not None:
                    return found
        own = _own(entry, path, name)
        return own if first != "default" else (own or _own(entry, path, "module.exports"))
    if export.module:
        inner = module_file(all_names, path, export.module)
        if inner is None:
            return None
        source = export.target.name if export.target is not None else "*"
        if source == "*":
            target = exported(all_names, inner, "default", depth + 1) or Target("module", inner, "")
            if rest and target.kind != "module":
                return _member(all_names, target, rest, depth + 1) or exported(all_names, inner, rest, depth + 1)
            return _member(all_names, target, rest, depth + 1) if rest else target
        return exported(all_names, inner, f"{source}.{rest}" if rest else source, depth + 1)
    if export.target is not None:
        return (
            _resolve(all_names, path, f"{export.target.name}.{rest}" if rest else export.target.name, depth + 1)
            or _own(entry, path, name)
            # `export default { list() {} }`: the functions of the object are known by their names.
            or (exported(all_names, path, rest, depth + 1) if rest and first == "default" else None)
        )
    return _own(entry, path, name) or _own(entry, path, rest or name)


def module_file(all_names: Names, path: str, module: str) -> str | None:
    """The file that `module` means when `path` imports it; None for packages that are not in the workspace."""
    return all_names.modules.file(path, module, all_names.files[path].facts.language)


def _class_in_package(all_names: Names, item: Import, rest: str) -> Target | None:
    """Java: `import a.b.C` or a static import of a member of `C`."""
    parts = [p for p in item.module.split(".") if p]
    if item.name not in ("*", "default", ""):
        parts.append(item.name)
    for cut in range(len(parts), 0, -1):
        package, cls = ".".join(parts[: cut - 1]), parts[cut - 1]
        for path in all_names.packages.get(package, ()):
            entry = all_names.files[path]
            if cls in entry.classes:
                full = ".".join([entry.classes[cls].name, *parts[cut:], *([rest] if rest else [])])
                return _own(entry, path, full) or _member(
                    all_names,
                    Target("class", path, entry.classes[cls].name),
                    ".".join([*parts[cut:], *([rest] if rest else [])]),
                    0,
                )
    return None


def _by_package(all_names: Names, entry: FileIndex, name: str, depth: int) -> Target | None:
    """Java: classes of the same package, or with the package in front. Ruby: constants, which are loaded by name."""
    if entry.facts.language not in ("java", "ruby"):
        return None
    plain = name.replace("::", ".")
    parts = plain.split(".")
    for cut in range(len(parts), 0, -1):
        candidates = all_names.classes.get(parts[cut - 1], ())
        if entry.facts.language == "java":
            written = ".".join(parts[: cut - 1])
            named = [c for c in candidates if written and all_names.files[c[0]].facts.package == written]
            same = [c for c in candidates if all_names.files[c[0]].facts.package == entry.facts.package]
            candidates = tuple(named or same) or (
                candidates if len(candidates) == 1 and _star_covers(all_names, entry, candidates[0][0]) else ()
            )
        else:
            exact = [c for c in candidates if c[1].replace("::", ".") == ".".join(parts[:cut])]
            candidates = tuple(exact) or candidates
        if len(candidates) == 1:
            target = Target("class", *candidates[0])
            rest = ".".join(parts[cut:])
            return _member(all_names, target, rest, depth + 1) if rest else target
    return None


def _star_covers(all_names: Names, entry: FileIndex, path: str) -> bool:
    package = all_names.files[path].facts.package
    return any(isinstance(s, Import) and s.module.removesuffix(".*") == package for s in entry.stars)


def text(
    all_names: Names, path: str, value: Text, scope: str = "", within: frozenset[tuple[str, str]] = frozenset()
) -> tuple[str, bool]:
    """The text as far as it is known, and whether all of it is. Unknown pieces are left out.

    `scope` is the class that the text stands in: its own names are looked up first. `within` are the constants that
    the text is a piece of: none of them is a piece of itself.
    """
    found: list[str] = []
    known = True
    for part in value:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, Hole):
            known = False
        else:
            piece, sure = _reference(all_names, path, part, scope, within)
            found.append(piece)
            known = known and sure
    return "".join(found), known


def _reference(
    all_names: Names, path: str, ref: Ref, scope: str, within: frozenset[tuple[str, str]]
) -> tuple[str, bool]:
    if ref.name.startswith("${") and ref.name.endswith("}"):
        name, _, default = ref.name[2:-1].partition(":")
        value = property_of(all_names, path, name)
        if value is None:
            return default, bool(default) or ":" in ref.name
        if value.startswith("${") and value.endswith("}"):
            key = ("", value)
            known = len(within) <= _DEPTH and key not in within
            return _reference(all_names, path, Ref(value), "", within | {key}) if known else ("", False)
        return value, "${" not in value
    target = resolve(all_names, path, f"{scope}.{ref.name}") if scope else None
    if target is None or target.kind != "constant":
        target = resolve(all_names, path, ref.name) or resolve(all_names, path, ref.name.removesuffix(_OF_ENUM))
    if target is None or target.kind != "constant":
        return "", False
    constant = all_names.files[target.path].constants[target.name]
    key = (target.path, target.name)
    if constant.value is None or len(within) > _DEPTH or key in within:
        return "", False
    return text(all_names, target.path, constant.value, target.name.rpartition(".")[0], within | {key})

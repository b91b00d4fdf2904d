"""Which file a module is: by its place, by what `tsconfig.json` says, else by the files that are called like it."""

import posixpath
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.code import FileFacts, ModulePaths
from persona_lsp.workspace import rust_modules

SCRIPT: Final = frozenset({"javascript", "typescript", "tsx"})
"""Languages that share their modules."""
_SUFFIXES: Final = (".ts", ".js", ".tsx", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_DEPTH: Final = 12
_GOVERNING: Final = ("tsconfig.json", "jsconfig.json")


class Mapped(Struct, frozen=True):
    """Names of modules as the compiler reads them below a folder: patterns and places relative to the workspace."""

    base: str | None
    paths: tuple[tuple[str, tuple[str, ...]], ...]


class Modules(Struct):
    """The modules of one set of files, with what was found so far."""

    files: Container[str]
    by_tail: Mapping[str, tuple[str, ...]]
    """Files by the name that a module's own name ends with."""
    mapped: Mapping[str, Mapped]
    """By folder, for those that have a `tsconfig.json`."""
    found: dict[tuple[str, str], str | None]
    packages: Mapping[str, str]
    """Packages of the workspace by their name in `package.json`: the folder of each."""
    crates: Mapping[str, str]
    """Libraries of the workspace by the name that Rust code has for them: the file that each begins with."""

    @classmethod
    def of(cls, files: Mapping[str, FileFacts]) -> "Modules":
        """The modules of these files."""
        tails: dict[str, list[str]] = {}
        configured: dict[str, ModulePaths] = {}
        for path, facts in files.items():
            if facts.module_paths is not None:
                configured[path] = facts.module_paths
            stem = path.rsplit(".", 1)[0]
            for name in ("/__init__", "/index"):
                if stem.endswith(name):
                    tails.setdefault(stem.removesuffix(name).rsplit("/", 1)[-1], []).append(path)
            tails.setdefault(stem.rsplit("/", 1)[-1], []).append(path)
        packages = {
            facts.package: path.rpartition("/")[0]
            for path, facts in files.items()
            if facts.package and path.rpartition("/")[2] == "package.json"
        }
        mapped: dict[str, Mapped] = {}
        for path in configured:
            folder, _, name = path.rpartition("/")
            if name in _GOVERNING and (name == _GOVERNING[0] or folder not in mapped):
                mapped[folder] = _mapped(configured, path)
        return cls(
            files, {k: tuple(v) for k, v in tails.items()}, mapped, {}, packages, dict(rust_modules.crates(files))
        )

    def file(self, path: str, module: str, language: str) -> str | None:
        """The file that `module` means when `path` imports it; None for packages that are not in the workspace."""
        key = (path if module.startswith(".") or language == "rust" else path.rpartition("/")[0], module)
        if key not in self.found:
            found = self._python(path, module) if language == "python" else None
            if language == "rust":
                located = rust_modules.located(self.files, self.crates, path, module.split("."))
                found = located[0] if located is not None and not located[1] else None
            if language in SCRIPT:
                found = self._script(path, module)
            self.found[key] = found
        return self.found[key]

    def _python(self, path: str, module: str) -> str | None:
        dots = len(module) - len(module.lstrip("."))
        parts = [p for p in module[dots:].split(".") if p]
        if dots:
            folder = path.split("/")[:-1]
            folder = folder[: len(folder) - (dots - 1)] if dots > 1 else folder
            return self._first(_python_candidates("/".join([*folder, *parts])))
        if not parts:
            return None
        tail = "/".join(parts)
        tails = (f"{tail}.py", f"{tail}/__init__.py")
        return self._nearest(path, parts[-1], tails, lambda file: self._inside_package(path, file, tails))

    def _inside_package(self, path: str, file: str, tails: tuple[str, ...]) -> bool:
        """`import config` means no `app/xray/config.py` if `app/xray` is a package and not where the importing file is."""
        tail = next(t for t in tails if file == t or file.endswith("/" + t))
        folder = file.removesuffix(tail)
        return f"{folder}__init__.py" in self.files and folder != path.rpartition("/")[0] + "/"

    def _script(self, path: str, module: str) -> str | None:
        if module.startswith("."):
            stem = _inside(path.rpartition("/")[0], module)
            return self._first(_script_candidates(stem)) if stem is not None else None
        for stem in self._configured(path, module):
            found = self._first(_script_candidates(stem))
            if found is not None:
                return found
        for stem in self._packaged(module):
            found = self._first(_script_candidates(stem))
            if found is not None:
                return found
        stem = module.removeprefix("@/").removeprefix("~/").removeprefix("#").removeprefix("/")
        aliased = stem != module
        if not aliased and "/" not in module:
            return None
        # `@controllers/users` is a path alias if such a file exists, and a scoped package if not.
        stem = stem.removeprefix("@")
        options = tuple(_script_candidates(stem))
        last = stem.rsplit("/", 1)[-1]
        return self._nearest(path, last.split(".")[0], options) or self._nearest(path, last, options)

    def _packaged(self, module: str) -> Iterator[str]:
        """Where another package of the workspace may keep what it is imported for: what is built is built of sources."""
        parts = module.split("/")
        count = 2 if module.startswith("@") else 1
        folder = self.packages.get("/".join(parts[:count]))
        if folder is None:
            return
        inner = "/".join(parts[count:]) or "index"
        for below in ("", "src", "lib"):
            yield posixpath.join(folder, below, inner)

    def _configured(self, path: str, module: str) -> Iterator[str]:
        """Where the nearest `tsconfig.json` above the file says that the module is."""
        folder = next((f for f in above(path) if f in self.mapped), None)
        if folder is None:
            return
        mapped = self.mapped[folder]
        matching = [(pattern, targets) for pattern, targets in mapped.paths if _matches(pattern, module)]
        # The compiler takes the pattern with the longest text before its star, and no other.
        for pattern, targets in sorted(matching, key=lambda known: -len(known[0].partition("*")[0]))[:1]:
            before, _, after = pattern.partition("*")
            held = module[len(before) : len(module) - len(after)]
            yield from (target.replace("*", held) for target in targets)
        if mapped.base is not None:
            yield posixpath.join(mapped.base, module)

    def _first(self, candidates: Iterator[str]) -> str | None:
        return next((c for c in candidates if c in self.files), None)

    def _nearest(
        self, path: str, last: str, tails: tuple[str, ...], unlikely: Callable[[str], bool] | None = None
    ) -> str | None:
        """The file that ends like one of `tails` and shares the longest folder with `path`; None if two are as near.

        What is `unlikely` counts only where nothing else is found.
        """
        best: list[tuple[bool, int, int, str]] = []
        for candidate in self.by_tail.get(last, ()):
            for rank, tail in enumerate(tails):
                if candidate == tail or candidate.endswith("/" + tail):
                    doubt = unlikely is not None and unlikely(candidate)
                    best.append((doubt, -shared(path, candidate), rank, candidate))
                    break
        best.sort()
        if not best or (len(best) > 1 and best[0][:3] == best[1][:3] and best[0][1] == 0):
            return None
        return best[0][3]


def _mapped(configured: Mapping[str, ModulePaths], path: str) -> Mapped:
    """What a `tsconfig.json` says with what it extends, by places of the workspace."""
    base, paths, folder = _merged(configured, path, ())
    root = base if base is not None else folder
    return Mapped(
        base, tuple((pattern, tuple(t for t in (_inside(root, to) for to in targets) if t is not None)) for pattern, targets in paths)
    )  # fmt: skip


def _merged(
    configured: Mapping[str, ModulePaths], path: str, within: tuple[str, ...]
) -> tuple[str | None, tuple[tuple[str, tuple[str, ...]], ...], str]:
    """The base, the patterns as written and the folder they are written in; what extends itself adds nothing."""
    own = configured.get(path)
    folder = path.rpartition("/")[0]
    if own is None or path in within or len(within) > _DEPTH:
        return None, (), folder
    base: str | None = None
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    declared = folder
    for extended in own.extends:
        # One that is not relative is a package, whose settings nobody has here.
        stem = _inside(folder, extended) if extended.startswith(".") else None
        file = next((f for f in (stem, f"{stem}.json") if f in configured), None) if stem is not None else None
        if file is not None:
            taken_base, taken, taken_from = _merged(configured, file, (*within, path))
            base = taken_base if taken_base is not None else base
            paths, declared = (taken, taken_from) if taken else (paths, declared)
    if own.base is not None:
        base = _inside(folder, own.base)
    return (base, paths, declared) if own.paths is None else (base, own.paths, folder)


def _matches(pattern: str, module: str) -> bool:
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == module
    return len(module) >= len(before) + len(after) and module.startswith(before) and module.endswith(after)


def _inside(folder: str, place: str) -> str | None:
    """A place relative to a folder of the workspace; None outside of it."""
    joined = posixpath.normpath(posixpath.join(folder, place))
    return None if joined.startswith(("../", "/")) or joined == ".." else "" if joined == "." else joined


def _python_candidates(stem: str) -> Iterator[str]:
    yield f"{stem}.py"
    yield f"{stem}/__init__.py" if stem else "__init__.py"


def _script_candidates(stem: str) -> Iterator[str]:
    if not stem:
        yield from (f"index{suffix}" for suffix in _SUFFIXES)
        return
    yield stem
    for suffix in _SUFFIXES:
        yield stem + suffix
    if stem.endswith((".js", ".mjs", ".cjs", ".jsx")):
        bare = stem.rsplit(".", 1)[0]
        for suffix in (".ts", ".tsx", ".mts", ".cts"):
            yield bare + suffix
    for suffix in _SUFFIXES:
        yield f"{stem}/index{suffix}"


def above(path: str) -> Iterator[str]:
    """The folders that a file stands in, the nearest first, and "" for the workspace."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def shared(a: str, b: str) -> int:
    """How many folders two paths have in common at their start."""
    count = 0
    for x, y in zip(a.split("/")[:-1], b.split("/")[:-1], strict=False):
        if x != y:
            break
        count += 1
    return count

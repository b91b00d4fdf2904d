"""Go's names across files: a package is a folder, methods stand in any file of it, and modules are called by `go.mod`.

A name is dotted as one file writes it, with `()` behind what is called: `users.New().Register` is the method of what
`New` of the package `users` returns, `Server.router` the field of a type.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.text import Ref

if TYPE_CHECKING:
    from persona_lsp.facts.body import Function
    from persona_lsp.workspace.names import FileIndex, Kind, Names, Target

_DEPTH: Final = 12
MODULE: Final = "go.module"
"""The setting under which a `go.mod` says what its module is called."""


class Packages(Struct):
    """The packages of one set of files; what is asked is kept."""

    folders: Mapping[str, tuple[str, ...]]
    roots: tuple[tuple[str, str], ...]
    """(name of the module, folder), the longest names first."""
    symbols: dict[str, dict[str, str]] = {}
    """Folder -> name -> file that declares it."""
    imported: dict[tuple[str, str], str | None] = {}
    methods: dict[str, list[tuple[str, str]]] | None = None
    """Name of a method -> (file, key) of the methods that are called so."""

    @classmethod
    def of(cls, files: Mapping[str, FileFacts]) -> "Packages":
        """The packages of these files."""
        folders: dict[str, list[str]] = {}
        roots: list[tuple[str, str]] = []
        for path, facts in files.items():
            if facts.language == "go":
                folders.setdefault(path.rpartition("/")[0], []).append(path)
            elif facts.config and path.endswith("go.mod"):
                roots += [(e.value, path.rpartition("/")[0]) for e in facts.config if e.key == MODULE]
        ordered = tuple(sorted(roots, key=lambda root: -len(root[0])))
        return cls({k: tuple(v) for k, v in folders.items()}, ordered)

    def folder(self, path: str, module: str) -> str | None:
        """The folder of an imported package; None if it is not in the workspace."""
        key = (path.rpartition("/")[0], module)
        if key not in self.imported:
            self.imported[key] = self._folder(module)
        return self.imported[key]

    def _folder(self, module: str) -> str | None:
        for name, root in self.roots:
            if module == name or module.startswith(name + "/"):
                inner = module[len(name) :].strip("/")
                folder = "/".join(p for p in (root, inner) if p)
                return folder if folder in self.folders else None
        if self.roots or "." not in module.partition("/")[0]:
            return None
        # Without a `go.mod`, the end of the import path tells: `github.com/acme/shop/orders` is `orders`.
        parts = module.split("/")
        for start in range(1, len(parts)):
            folder = "/".join(parts[start:])
            if folder in self.folders:
                return folder
        return "" if len(parts) == 3 and "" in self.folders else None  # host, owner, repository


def resolved(all_names: "Names", path: str, name: str, depth: int = 0) -> "Target | None":
    """What a dotted name means in a Go file; None if that cannot be told."""
    if depth > _DEPTH or not name:
        return None
    first, _, rest = name.partition(".")
    entry = all_names.files[path]
    item = entry.imports.get(first)
    folder = path.rpartition("/")[0]
    found = _declared(all_names, folder, path, name)
    if found is None and item is not None:
        inner = all_names.packages_of_go.folder(path, item.module)
        found = _in_package(all_names, inner, "", rest, depth) if inner is not None and rest else None
    elif found is None:
        found = _in_package(all_names, folder, path, name, depth)
    return _with_body(all_names, found)


def _with_body(all_names: "Names", found: "Target | None") -> "Target | None":
    """The method that stands behind one of an interface, where a single type has all of its methods."""
    from persona_lsp.workspace.names import Target

    if found is None or found.kind != "function":
        return found
    function = all_names.files[found.path].functions[found.name]
    if function.body_end > function.body_start or not function.class_name:
        return found
    only = implementation(all_names, function)
    return Target("function", *only) if only is not None else found


def _in_package(all_names: "Names", folder: str, path: str, name: str, depth: int) -> "Target | None":
    """What a dotted name means inside of a package; `path` is the file that asks, "" from outside."""
    whole = _declared(all_names, folder, path, name)
    if whole is not None:
        return whole
    first, _, rest = name.partition(".")
    found = _made(all_names, folder, path, first, depth)
    return _walked(all_names, found, rest, depth + 1) if found is not None and rest else found


def _made(all_names: "Names", folder: str, path: str, called: str, depth: int) -> "Target | None":
    """What a name stands for; what calling a function gives: the handler or router that it makes, or its type."""
    inner = _declared(all_names, folder, path, called)
    if inner is not None:
        return inner
    file = _file_of(all_names, folder, path, called)
    alias = all_names.files[file].aliases.get(called) if file is not None else None
    if file is not None and alias is not None and depth < _DEPTH and alias != called:
        return resolved(all_names, file, alias, depth + 1)
    return None


def _walked(all_names: "Names", found: "Target", rest: str, depth: int) -> "Target | None":
    """`rest` of a type, function or value: a method, or the fields on the way to one."""
    if depth > _DEPTH:
        return None
    folder = found.path.rpartition("/")[0]
    whole = _declared(all_names, folder, found.path, f"{found.name}.{rest}")
    if whole is not None:
        return whole
    entry = all_names.files[found.path]
    if found.kind == "constant":
        value = entry.constants[found.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref):
            return resolved(all_names, found.path, f"{value[0].name}.{rest}", depth + 1)
        return None
    if found.kind != "class":
        return None
    first, _, more = rest.partition(".")
    cls = entry.classes[found.name]
    held: Target | None = None
    if first.endswith("()"):
        held = _made(all_names, folder, found.path, f"{found.name}.{first}", depth)
        method = entry.functions.get(f"{found.name}.{first.removesuffix('()')}") if held is None else None
        only = (
            implementation(all_names, method) if method is not None and method.body_end <= method.body_start else None
        )
        if only is not None:
            held = _made(all_names, only[0].rpartition("/")[0], only[0], f"{only[1]}()", depth)
    else:
        field = next((f for f in cls.fields if f.name == first), None)
        kind = _bare(field.type) if field is not None else ""
        held = resolved(all_names, found.path, kind, depth + 1) if kind else None
    if held is not None:
        return _walked(all_names, held, more, depth + 1) if more else held
    for base in cls.bases:
        inner = resolved(all_names, found.path, base.name, depth + 1)
        if inner is not None and inner.kind == "class" and inner != found:
            deeper = _walked(all_names, inner, rest, depth + 1)
            if deeper is not None:
                return deeper
    return None


def implementation(all_names: "Names", method: "Function") -> tuple[str, str] | None:
    """(file, key) of the method that stands behind one of an interface, if one type alone has all of its methods.

    Where several have methods that are called so, those that take other things than the interface says are none.
    """
    packages = all_names.packages_of_go
    if packages.methods is None:
        packages.methods = {}
        for path, entry in all_names.files.items():
            if entry.facts.language == "go" and entry.facts.role == "prod":
                for function in entry.facts.functions:
                    if function.class_name and function.body_end > function.body_start:
                        packages.methods.setdefault(function.name, []).append((path, function.key))
    interface = all_names.files[method.path].classes.get(method.class_name)
    wanted = interface.methods if interface is not None else ()
    found: set[tuple[str, str]] | None = None
    for name in wanted:
        having = {(p.rpartition("/")[0], key.rpartition(".")[0]) for p, key in packages.methods.get(name, ())}
        found = having if found is None else found & having
        if not found:
            return None
    owners = found or set()
    behind = [
        (p, key) for p, key in packages.methods.get(method.name, ())
        if (p.rpartition("/")[0], key.rpartition(".")[0]) in owners
    ]  # fmt: skip
    if len(owners) > 1:
        given = _given(method)
        behind = [(p, key) for p, key in behind if _given(all_names.files[p].functions[key]) == given]
    return behind[0] if len(behind) == 1 else None


def _given(function: "Function") -> tuple[str, ...]:
    """The types of a function's parameters, without their packages."""
    types = tuple(p.type.lstrip("*").rpartition(".")[2] for p in function.params)
    return types[1:] if types[:1] == (function.class_name,) else types


def _bare(kind: str) -> str:
    """The name of a field's type: pointers are what they point to; slices, maps and functions have none."""
    name = kind.lstrip("*").strip().partition("[")[0]
    return name if name.replace(".", "").replace("_", "").isalnum() else ""


def _declared(all_names: "Names", folder: str, path: str, name: str) -> "Target | None":
    """What a name that is declared in the package stands for."""
    from persona_lsp.workspace.names import Target

    file = _file_of(all_names, folder, path, name)
    if file is None:
        return None
    kind = _kind(all_names.files[file], name)
    return Target(kind, file, name) if kind is not None else None


def _kind(entry: "FileIndex", name: str) -> "Kind | None":
    if name in entry.routers:
        return "router"
    if name in entry.functions:
        return "function"
    if name in entry.classes:
        return "class"
    return "constant" if name in entry.constants else None


def _file_of(all_names: "Names", folder: str, path: str, name: str) -> str | None:
    """The file of a package that declares a name; what the asking file declares goes first."""
    entry = all_names.files.get(path)
    if entry is not None and (_kind(entry, name) is not None or name in entry.aliases):
        return path
    packages = all_names.packages_of_go
    known = packages.symbols.get(folder)
    if known is None:
        known = packages.symbols[folder] = {}
        for file in packages.folders.get(folder, ()):
            if all_names.files[file].facts.role != "test":
                for symbol in _symbols(all_names.files[file]):
                    known.setdefault(symbol, file)
    return known.get(name)


def _symbols(entry: "FileIndex") -> Iterator[str]:
    yield from entry.routers
    yield from entry.functions
    yield from entry.classes
    yield from entry.constants
    yield from entry.aliases

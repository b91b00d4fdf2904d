"""A class with its bases, in the order in which Python looks for methods, through files and down to libraries."""

from typing import Final

from msgspec import Struct

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.views import View
from persona_lsp.workspace.names import Names, resolve
from persona_lsp.workspace.view_words import KNOWN, REST, actions_of_library, extends_rest, is_open, is_page

_DEEPEST: Final = 12
_HARMLESS: Final = ("Mixin", "Base", "Serializer", "Generic", "ABC", "Protocol", "object", "Loggable")


class Base(Struct, frozen=True, gc=False):
    """One class of a line. A library's has no file, and its full name."""

    path: str
    name: str

    @property
    def library(self) -> bool:
        """It is no part of the workspace."""
        return not self.path

    @property
    def last(self) -> str:
        """Its simple name."""
        return self.name.rsplit(".", 1)[-1]

    def view_method(self, names: Names, method: str) -> Function | None:
        """The function that it defines under that name."""
        return names.files[self.path].functions.get(f"{self.name}.{method}") if self.path else None


class Lineage(Struct, frozen=True, gc=False):
    """A class and its bases. `views` are what those of the project say of themselves, nearest first."""

    path: str
    name: str
    bases: tuple[Base, ...]
    views: tuple[View, ...]
    rest: bool
    html: bool
    foreign: bool
    """Some base is a library's of which nobody knows what it answers."""
    doubt: Guard | None = None
    """Stands for what such a base may ask of callers."""

    @property
    def owner(self) -> tuple[str, str]:
        """(file, class)."""
        return self.path, self.name

    def method(self, names: Names, name: str) -> Function | None:
        """The function that answers to a name: of the first class that defines it."""
        return next((f for b in self.bases if name and (f := b.view_method(names, name)) is not None), None)

    def acts(self, names: Names, action: str) -> bool:
        """The class has the action: defined by itself or a base, or brought along by a library."""
        return any(
            action in actions_of_library(b.name) if b.library else b.view_method(names, action) is not None
            for b in self.bases
        )

    def verbs(self) -> tuple[str, ...] | None:
        """The only HTTP methods that are let in, None for all."""
        return next((v.verbs for v in self.views if v.verbs is not None), None)


class RouterClass(Struct, frozen=True, gc=False):
    """A class of routers: what ends its paths, and whether it answers at its root."""

    slash: str
    root: bool


def lineage(names: Names, path: str, name: str) -> Lineage:
    """The line of a class of the project."""
    bases = tuple(Base(*pair) for pair in line_of(names, path, name))
    views = tuple(
        view for b in bases if not b.library and (view := names.files[b.path].views.get(b.name)) is not None
    )  # fmt: skip
    libraries = [b for b in bases if b.library]
    strange = [
        b for b in libraries
        if (b.last not in KNOWN and not actions_of_library(b.name) and not b.last.endswith(_HARMLESS))
        or (extends_rest(b.name) and not is_open(b.name))
    ]  # fmt: skip
    rest = any(b.last in REST or b.last.endswith(("ViewSet", "APIView")) or extends_rest(b.name) for b in libraries)
    where = names.files[path].classes[name].where
    return Lineage(
        path, name, bases, views, rest,
        not rest and any(is_page(b.name) for b in libraries), bool(strange),
        Guard("?", GuardKind.UNKNOWN, Level.CLASS, where) if strange else None,
    )  # fmt: skip


def registry_class(names: Names, path: str, name: str) -> RouterClass | None:
    """What a class of routers does; None where it makes routes in its own way."""
    found = resolve(names, path, name)
    if found is None or found.kind != "class":
        return RouterClass("/", name.rsplit(".", 1)[-1].endswith("DefaultRouter"))
    line = line_of(names, found.path, found.name)
    slash: str | None = None
    for file, cls in line:
        view = names.files[file].views.get(cls) if file else None
        if view is not None and view.own_routes:
            return None
        if view is not None and slash is None:
            slash = view.slash
    root = any(not file and cls.endswith("DefaultRouter") for file, cls in line)
    return RouterClass("/" if slash is None else slash, root)


def line_of(names: Names, path: str, name: str) -> tuple[tuple[str, str], ...]:
    """The class and its bases: each before its own bases, and after all that come before it anywhere."""
    key = (path, name)
    if key not in names.lineages:
        names.lineages[key] = ((path, name),)  # a class that is its own base has no other
        found: list[tuple[str, str]] = []
        _collect(names, path, name, found, 0)
        ordered: list[tuple[str, str]] = []
        for item in reversed(found):
            if item not in ordered:
                ordered.append(item)
        names.lineages[key] = tuple(reversed(ordered))
    return names.lineages[key]


def _collect(names: Names, path: str, name: str, found: list[tuple[str, str]], depth: int) -> None:
    found.append((path, name))
    cls = names.files[path].classes.get(name)
    if cls is None or depth > _DEEPEST:
        return
    for ref in cls.bases:
        target = resolve(names, path, ref.name)
        # `class ListView(ListView)` after `from django.views.generic import ListView` extends what was imported.
        own = target is not None and (target.path, target.name) == (path, name)
        if target is not None and target.kind == "class" and not own:
            _collect(names, target.path, target.name, found, depth + 1)
            continue
        found.append(("", full_name(names, path, ref.name)))


def full_name(names: Names, path: str, name: str) -> str:
    """The name with the module that it was imported from."""
    first, _, rest = name.partition(".")
    item = names.files[path].imports.get(first)
    if item is None:
        return name
    module = item.module.lstrip(".")
    if item.name == "*":
        return f"{module}.{rest}" if rest else module
    return ".".join(p for p in (module, item.name, rest) if p)

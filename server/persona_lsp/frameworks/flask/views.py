"""Classes whose methods are handlers: what stands before them, and exceptions that carry a status."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import ClassFacts, Field
from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.text import Ref
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.flask.classful import is_member, method_paths
from persona_lsp.frameworks.flask.found import Found
from persona_lsp.frameworks.flask.guards import decorator_guards, guard_of
from persona_lsp.syntax.ir import AnyExpr, Assign, Binary, ClassNode, Const, Object
from persona_lsp.syntax.python_names import items_of, place, ref_name

VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_LISTS: Final = frozenset({"decorators", "method_decorators"})
_STATUS: Final = frozenset({"status_code", "code", "status", "http_status", "http_code"})


def classes(found: Found) -> Iterator[ClassFacts]:
    """The classes of the file that serve requests, and exceptions with a status."""
    for cls in found.names.classes.values():
        status = _status(cls)
        guards = tuple(_guards(cls, found))
        serves = any(m.name in VERBS for m in cls.methods) and bool(cls.bases or cls.decorators)
        lists = any(f.name in _LISTS for f in cls.fields)
        if status is None and not guards and not serves and not lists:
            continue
        yield ClassFacts(
            f"{cls.owner}.{cls.name}" if cls.owner else cls.name,
            place(cls, found.names.module),
            "exception" if status is not None else "controller",
            tuple(Ref(name) for b in cls.bases if (name := ref_name(b))),
            tuple(_field(cls, found)),
            tuple(m.name for m in cls.methods),
            guards,
            status,
            annotations=tuple(d.name for d in cls.decorators),
        )


def _field(cls: ClassNode, found: Found) -> Iterator[Field]:
    module = found.names.module
    for field in cls.fields:
        declared = module.text(field.type)[:80] if field.type is not None else ""
        yield Field(field.name, declared, place(field, module), has_default=field.value is not None)


def _guards(cls: ClassNode, found: Found) -> Iterator[Guard]:
    for field in cls.fields:
        if field.name in _LISTS and field.value is not None:
            yield from _listed(field.value, (), found)
    for statement in cls.body:
        listed = isinstance(statement, Assign) and any(ref_name(t) in _LISTS for t in statement.targets)
        if isinstance(statement, Assign) and statement.value is not None and listed:
            yield from _listed(statement.value, (), found)
    members = method_paths(found.names)
    for method in cls.methods:
        if method.name in VERBS or (members and is_member(method, cls, found.names)):
            for guard in decorator_guards(method.decorators, Level.ROUTE, found.names):
                yield replace(guard, only=(method.name,))


def _listed(value: AnyExpr, only: tuple[str, ...], found: Found) -> Iterator[Guard]:
    """`decorators = [login_required]`, `method_decorators = {"get": [cached], "post": [login_required]}`."""
    if isinstance(value, Object):
        for entry in value.entries:
            if entry.name:
                yield from _listed(entry.value, (entry.name,), found)
        return
    if isinstance(value, Binary) and value.op == "+":
        yield from _listed(value.left, only, found)
        yield from _listed(value.right, only, found)
        return
    items = items_of(value, found.names)
    if items is None:
        # `decorators = Base.decorators`, `decorators = made_elsewhere()`: something stands before the methods.
        where, text = place(value, found.names.module), found.names.module.text(value)[:200]
        yield Guard(ref_name(value) or "?", GuardKind.UNKNOWN, Level.CLASS, where, source=text, only=only)
    for item in items or ():
        guard = guard_of(item, item, Level.CLASS, found.names)
        if guard is not None:
            yield replace(guard, only=only)


def _status(cls: ClassNode) -> int | None:
    """The status of an exception: an attribute of its class, or what its constructor hands on."""
    if not any(ref_name(b).endswith(("Exception", "Error", "Abort")) for b in cls.bases):
        return None
    for field in cls.fields:
        if field.name in _STATUS and isinstance(field.value, Const):
            known = status_of(field.value)
            if known is not None:
                return known[0]
    return None

"""The facts after an edit inside one function: that function is read again, everything else is moved.

Possible only if the edit touches nothing but the inside of one function that registers nothing, and the syntax around
it kept its shape. Otherwise the file is read anew. The result is the same either way; a test holds the two together.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.extract.claims import claims
from persona_lsp.extract.functions import Unit
from persona_lsp.extract.secrets import secrets
from persona_lsp.extract.suppressions import suppressions
from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, FileFacts, SecretLiteral
from persona_lsp.facts.place import Where
from persona_lsp.syntax.ir import FunctionNode
from persona_lsp.syntax.parse import Parsed, difference, function_of, same_frame

_MOVED: Final = (
    "imports", "constants", "classes", "routers", "mounts", "uses", "routes", "views", "error_handlers", "cors", "config",
    "problems",
)  # fmt: skip


class Place(Struct, frozen=True):
    """Where the edit lies: the function, its unit, and its code as it is now."""

    function: Function
    unit: Unit
    node: FunctionNode
    start: int
    delta: int


def place(parsed: Parsed, old: Parsed, facts: FileFacts, units: Mapping[str, Unit]) -> Place | None:
    """The function that the edit from `old` to `parsed` lies in; None if the file must be read anew."""
    start, old_end, new_end = difference(old.source, parsed.source)
    delta = new_end - old_end
    function = _around(facts, start, old_end)
    unit = units.get(function.key) if function is not None else None
    if function is None or unit is None or _registers(facts, function):
        return None
    for begin in _begins(function, unit):
        node = same_frame(old, parsed, begin, function.end, delta)
        fresh = function_of(parsed, node, unit.node.owner) if node is not None else None
        if fresh is not None:
            if fresh.doc != unit.node.doc and fresh.doc:
                return None
            return Place(function, unit, _dressed(fresh, unit.node, function), start, delta)
    return None


def _begins(function: Function, unit: Unit) -> tuple[int, ...]:
    """Where the syntax of a function may begin: behind what stands before it, such as decorators, or with that."""
    head = unit.node.start - min(unit.node.outer_start, unit.node.start) if unit.node.outer_start >= 0 else 0
    return tuple(dict.fromkeys((function.start + head, function.start)))


def found_again(parsed: Parsed, function: Function, unit: Unit) -> FunctionNode | None:
    """The function in the text as it is now; None where the syntax shows none at its place."""
    for begin in _begins(function, unit):
        node = parsed.tree.root_node.descendant_for_byte_range(begin, function.end)
        while node is not None and (node.start_byte, node.end_byte) == (begin, function.end):
            fresh = function_of(parsed, node, unit.node.owner)
            if fresh is not None:
                return _dressed(fresh, unit.node, function)
            node = node.parent
    return None


def torn(parsed: Parsed, old: Parsed, facts: FileFacts) -> tuple[Function, int, int] | None:
    """The function that an edit lies in which broke the syntax around it: (function, start, delta); None otherwise.

    Half-typed code such as an open parenthesis swallows what follows. Until it is closed, the rest of the file means
    what it meant before, and about the function itself nothing is known.
    """
    if not parsed.tree.root_node.has_error:
        return None
    start, old_end, new_end = difference(old.source, parsed.source)
    function = _around(facts, start, old_end)
    if function is None or _registers(facts, function):
        return None
    return function, start, new_end - old_end


def emptied(function: Function, delta: int) -> Function:
    """The function with nothing known of its body."""
    return replace(
        function, end=function.end + delta, body_end=function.body_end + delta, complete=False, queries=(), loops=(), txs=(),
        responses=(), raises=(), catches=(), inputs=(), limits=(), calls=(), gaps=(), gives=None, returns_query=-1,
    )  # fmt: skip


def _dressed(fresh: FunctionNode, old: FunctionNode, function: Function) -> FunctionNode:
    """The function as its surroundings show it: decorators, the name that it is bound to, its documentation."""
    fresh.decorators = old.decorators
    fresh.modifiers = old.modifiers
    fresh.doc = old.doc
    fresh.outer_start = function.start if old.outer_start >= 0 else -1
    if not fresh.name and old.name:
        fresh.name = old.name
        fresh.name_start = function.start + function.name_span.start
        fresh.name_end = function.start + function.name_span.end
    return fresh


def _around(facts: FileFacts, start: int, end: int) -> Function | None:
    found: Function | None = None
    for function in facts.functions:
        if (
            function.start + function.body_start <= start
            and end <= function.start + function.body_end
            and (found is None or function.start >= found.start)
        ):
            found = function
    return found


def _registers(facts: FileFacts, function: Function) -> bool:
    """Something beside the function's own facts is read out of it: registrations, a guard's kind, an error's status."""
    inside = range(function.start + function.body_start, function.end)
    placed: tuple[tuple[Any, ...], ...] = (
        facts.routes, facts.mounts, facts.routers, facts.cors, facts.error_handlers, facts.imports, facts.classes,
        facts.constants, facts.problems, tuple(u.guard for u in facts.uses),
    )  # fmt: skip
    for group in placed:
        for item in group:
            if item.where.start in inside:
                return True
    for other in facts.functions:
        if other is not function and (
            other.start in inside or other.start <= function.start < function.end <= other.end
        ):
            return True
    if any(e.handler_key == function.key for e in facts.error_handlers):
        return True
    cls = next((c for c in facts.classes if c.name == function.class_name), None)
    if cls is not None and any(g.symbol is not None and g.symbol.name in _methods(cls) for g in cls.guards):
        return True  # the class is a guard itself, and its methods say together what it demands
    if any(v.kind == "permission" and v.name == function.class_name for v in facts.views):
        return True  # likewise
    name = function.name
    if not name:
        return False
    return name in _guard_names(facts) or any(a.startswith(f"{name}(") for a, _ in facts.aliases)


def _methods(cls: ClassFacts) -> set[str]:
    return {f"{cls.name.rpartition('.')[2]}.{name}" for name in cls.methods}


def _guard_names(facts: FileFacts) -> set[str]:
    """Last names of the functions that guards of this file call."""
    guards = [u.guard for u in facts.uses]
    for group in (facts.classes, facts.routers, facts.mounts, facts.routes):
        for item in group:
            guards.extend(item.guards)
    names = {g.symbol.name.rsplit(".", 1)[-1] for g in guards if g.symbol is not None}
    return names | {g.name.rsplit(".", 1)[-1] for g in guards}


def patched(facts: FileFacts, function: Function, fresh: Function, at: int, delta: int, parsed: Parsed) -> FileFacts:
    """The facts with `fresh` instead of `function` and the rest moved by `delta` from `at` on."""
    source = parsed.source
    functions = tuple(
        fresh if f is function else (replace(f, start=f.start + delta, end=f.end + delta) if f.start > at else f)
        for f in facts.functions
    )
    fields: dict[str, Any] = {name: _moved(getattr(facts, name), at, delta) for name in _MOVED}
    mark = parsed.language.line_comment
    return replace(
        facts, functions=functions, secrets=_secrets(facts, function, at, delta, parsed),
        suppressions=suppressions(facts.path, source, mark), claims=claims(facts.path, parsed),
        error_count=int(parsed.tree.root_node.has_error),
        libraries=tuple(dict.fromkeys(q.library for f in functions for q in f.queries)), **fields,
    )  # fmt: skip


def _secrets(facts: FileFacts, function: Function, at: int, delta: int, parsed: Parsed) -> tuple[SecretLiteral, ...]:
    """Those outside of the function are moved; the lines of the function are searched again."""
    source = parsed.source
    start = source.rfind(b"\n", 0, function.start) + 1
    end = source.find(b"\n", function.end + delta)
    end = len(source) if end < 0 else end
    inside = secrets(facts.path, source[start:end], parsed.language)
    moved = tuple(replace(s, where=Where(s.where.path, s.where.start + start, s.where.end + start)) for s in inside)
    outside = _moved(tuple(s for s in facts.secrets if not start <= s.where.start < end - delta), at, delta)
    return tuple(sorted((*outside, *moved), key=lambda s: s.where.start))


def _moved(value: Any, at: int, delta: int) -> Any:
    """The value with every place behind `at` moved by `delta` bytes, and every place around it made longer."""
    if isinstance(value, Where):
        if value.start > at:
            return Where(value.path, value.start + delta, value.end + delta)
        return Where(value.path, value.start, value.end + delta) if value.end > at else value
    if isinstance(value, tuple):
        changed = False
        items = []
        for item in value:
            other = _moved(item, at, delta)
            changed = changed or other is not item
            items.append(other)
        return tuple(items) if changed else value
    if isinstance(value, Struct):
        changes = {}
        for name in _placed(type(value)):
            inner = getattr(value, name)
            if inner is None or inner == ():
                continue
            other = _moved(inner, at, delta)
            if other is not inner:
                changes[name] = other
        return replace(value, **changes) if changes else value
    return value


@cache
def _placed(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a fact that may hold places."""
    return tuple(
        name for name, text in kind.__annotations__.items()
        if name in kind.__struct_fields__ and text not in (str, int, bool, float) and _mentions(text)
    )  # fmt: skip


_PLAIN: Final = frozenset(
    {"str", "int", "bool", "float", "str | None", "int | None", "bool | None", "float | None", "tuple[str, ...]"}
)


def _mentions(annotation: object) -> bool:
    text = annotation if isinstance(annotation, str) else str(annotation)
    if text in _PLAIN:
        return False
    return (
        any(
            word in text
            for word in (
                "Where",
                "Guard",
                "Param",
                "Body",
                "Declared",
                "Field",
                "Constraint",
                "Router",
                "Use",
                "View",
                "Action",
            )
        )
        and "Ref" not in text.split("[")[0]
    )

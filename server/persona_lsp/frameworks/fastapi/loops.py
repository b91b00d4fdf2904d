"""Loops over what stands in the file: each round has the names of the loop bound to one element."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.frameworks.fastapi.signature import DEPENDS
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Index,
    Items,
    Member,
    Name,
    Object,
    Str,
    Ternary,
    dotted,
    walk,
)  # fmt: skip
from persona_lsp.syntax.python_names import items_of, ref_name, text_of

_MOST: Final = 200
_KEEPS_ORDER: Final = ("list", "tuple")
_CHANGES_ORDER: Final = ("sorted", "set", "frozenset")
LOADS: Final = b"import_module("
"""Modules are loaded whose names only running tells."""
EACH: Final = "[]"
"""After the name of a list of another file: any of its elements."""
VALUES: Final = "{}"
"""After the name of a table of another file: any of its values; `.key` after that is the key of the same entry."""


def rounds(target: AnyExpr, iterable: AnyExpr, env: Env, found: Found) -> Iterator[Env]:
    """The scope of every round of a loop whose elements are written in the file, or are a list of another file."""
    elements = _elements(iterable, env, found)
    unordered = env.unordered or _is_unordered(iterable, env, found)
    if elements is None:
        table = _imported_table(target, iterable, env, found)
        if table is not None:
            yield replace(env, local={**env.local, **table})
            return
        name = dotted(iterable)
        known = name.split(".", 1)[0] in found.names.imports and name not in env.symbols
        if known and isinstance(target, Name):
            yield replace(env, local={**env.local, target.id: f"{name}{EACH}"}, unordered=unordered)
        elif LOADS in found.names.module.source:
            names = [part.id for part in walk(target) if isinstance(part, Name)]
            yield replace(env, local={**env.local, **dict.fromkeys(names, "")}, unordered=True)
        return
    for element in elements[:_MOST]:
        inner = replace(
            env, symbols=dict(env.symbols), local=dict(env.local), values=dict(env.values), unordered=unordered
        )
        _bind(target, element, inner, found)
        yield inner


def grown(call: Call, env: Env, found: Found) -> bool:
    """`routers.append((users.router, "/users"))`: the list that a later loop runs over has one element more."""
    name = call.receiver
    held = env.values.get(name.id) if isinstance(name, Name) else None
    if not isinstance(name, Name) or not isinstance(held, Items) or len(call.args) != 1:
        return False
    given = (
        call.args if call.name == "append" else items_of(call.args[0], found.names) if call.name == "extend" else None
    )
    if given is None:
        return False
    if env.conditional:
        given = tuple(perhaps(item) if isinstance(item, Call) and item.name in DEPENDS else item for item in given)
    env.values[name.id] = Items(held.start, held.end, (*held.items, *given), held.kind)
    return True


def perhaps(value: AnyExpr, otherwise: AnyExpr | None = None) -> Ternary:
    """The value under a condition that is not looked at."""
    nothing = Const(value.start, value.end, None) if otherwise is None else otherwise
    return Ternary(value.start, value.end, value, value, nothing)


def _imported_table(target: AnyExpr, iterable: AnyExpr, env: Env, found: Found) -> dict[str, str] | None:
    """`for prefix, app in plugins.APPS.items()`: what the names stand for when another file holds the table."""
    if not isinstance(iterable, Call) or iterable.args or iterable.name not in ("items", "values"):
        return None
    name = dotted(iterable.receiver)
    if name.split(".", 1)[0] not in found.names.imports or name in env.symbols:
        return None
    held = f"{name}{VALUES}"
    match target:
        case Name(id=value) if iterable.name == "values":
            return {value: held}
        case Items(items=(Name(id=key), Name(id=value))) if iterable.name == "items":
            return {key: f"{held}.key", value: held}
        case _:
            return None


def bound(expr: AnyExpr | None, env: Env) -> AnyExpr | None:
    """What an expression stands for in a round: `spec["router"]`, `pair[0]`, `entry.prefix`."""
    match expr:
        case Index(base=base, keys=(Str() | Const() as key,)):
            holder = bound(base, env)
            if isinstance(holder, Name) and holder.id in env.values:
                holder = env.values[holder.id]
            if isinstance(holder, Object) and isinstance(key, Str) and key.value is not None:
                return holder.get(key.value) or expr
            if isinstance(holder, Items) and isinstance(key, Const) and isinstance(key.value, int):
                return holder.items[key.value] if -len(holder.items) <= key.value < len(holder.items) else expr
            return expr
        case Str(parts=parts) if not all(isinstance(p, str) for p in parts):
            return Str(expr.start, expr.end, tuple(p if isinstance(p, str) else bound(p, env) or p for p in parts))
        case Binary(op="+", left=left, right=right):
            return Binary(expr.start, expr.end, "+", bound(left, env) or left, bound(right, env) or right)
        case Member(base=Name(id=name), name=field):
            made = env.values.get(name)
            if isinstance(made, Call) and name in env.local:
                return made.kwarg(field) or expr
            return expr
        case _:
            return expr


def expanded(name: str, env: Env) -> str:
    """A dotted name with the local name at its start replaced by what it stands for; "" if that is unknown."""
    root, _, rest = name.partition(".")
    known = env.local.get(root, root)
    if isinstance(known, tuple) or not known:
        return ""
    return f"{known}.{rest}" if rest else known


def _elements(expr: AnyExpr, env: Env, found: Found) -> tuple[AnyExpr, ...] | None:
    if isinstance(expr, Name) and expr.id in env.values:
        expr = env.values[expr.id]
    if isinstance(expr, Call):
        if expr.name == "reversed" and len(expr.args) == 1:
            reverse = _elements(expr.args[0], env, found)
            return None if reverse is None else reverse[::-1]
        if expr.name in (*_KEEPS_ORDER, *_CHANGES_ORDER) and len(expr.args) == 1:
            return _elements(expr.args[0], env, found)
        if expr.name == "enumerate" and expr.args:
            inner = _elements(expr.args[0], env, found)
            return None if inner is None else tuple(Items(i.start, i.end, (expr.func, i), "tuple") for i in inner)
        if expr.receiver is not None and not expr.args and expr.name in ("items", "values", "keys"):
            table = _table(expr.receiver, env, found)
            return None if table is None else _of_table(table, expr.name)
        return None
    table = _table(expr, env, found)
    return _of_table(table, "keys") if table is not None else items_of(expr, found.names)


def _is_unordered(expr: AnyExpr, env: Env, found: Found) -> bool:
    """The elements come in another order than that in which they are written, and nobody knows in which."""
    if isinstance(expr, Name):
        expr = env.values.get(expr.id) or found.names.values.get(expr.id) or expr
    if isinstance(expr, Call) and expr.args:
        return expr.name in _CHANGES_ORDER or _is_unordered(expr.args[0], env, found)
    return isinstance(expr, Items) and expr.kind == "set"


def _table(expr: AnyExpr, env: Env, found: Found) -> Object | None:
    if isinstance(expr, Name):
        expr = env.values.get(expr.id, found.names.values.get(expr.id, expr))
    return expr if isinstance(expr, Object) else None


def _of_table(table: Object, which: str) -> tuple[AnyExpr, ...] | None:
    out: list[AnyExpr] = []
    for entry in table.entries:
        if entry.key is None:
            return None
        if which == "items":
            out.append(Items(entry.start, entry.end, (entry.key, entry.value), "tuple"))
        else:
            out.append(entry.value if which == "values" else entry.key)
    return tuple(out)


def _bind(target: AnyExpr, element: AnyExpr, env: Env, found: Found) -> None:
    if isinstance(target, Items):
        if isinstance(element, Items):
            for inner, value in zip(target.items, element.items, strict=False):
                _bind(inner, value, env, found)
        return
    if not isinstance(target, Name):
        return
    name = target.id
    known = ref_name(element)
    if known and not isinstance(element, Call) and known in env.symbols:
        env.symbols[name] = env.symbols[known]
    else:
        env.symbols.pop(name, None)
    env.values[name] = element
    env.local[name] = expanded(known, env) if known else written_text(element, env, found)


def written_text(element: AnyExpr, env: Env, found: Found) -> str | Text:
    """A text that the name stands for; "" for what is none."""
    if not isinstance(element, Str | Binary):
        return ""
    text = text_of(element, found.names.module, env.local)
    return text if all(isinstance(part, str | Ref) for part in text) else ""

"""Classes of the project that hold an application or blueprint and register on it what they are given.

`api = Service(app)`, then `api.add_resource(Orders, "/orders")` in other files: the class is a router of its own, which
the blueprint that it holds serves.
"""

from collections.abc import Mapping
from typing import Final

from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.flask.found import Found
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, ClassNode, Do, For, FunctionNode, If, Name, Stmt, dotted, walk
from persona_lsp.syntax.python_names import place

_ADDS: Final = frozenset({"add_resource"})
_REGISTERS: Final = frozenset({"add_url_rule", "add_resource"})
_MADE: Final = "__init__"


def wrapping(cls: ClassNode, name: str, symbols: Mapping[str, str], found: Found) -> None:
    """What a class stands for that registers as `Api` of Flask-RESTful does. `symbols` are the routers of its objects."""
    method = next((m for m in cls.methods if m.name in _ADDS), None)
    held = _registers_on(method, symbols) if method is not None else ""
    if not held or name in found.routers or held not in found.routers:
        return
    where = place(cls, found.names.module)
    found.routers[name] = Router(name, "router", "flask", where)
    found.mounts.append(Mount(Ref(held), Ref(name), "flask", where, found.next_order()))
    for symbol in list(found.routers):
        # What the class is made with is what its constructor is given: `Service(app)`.
        given = symbol.removeprefix(f"{name}.{_MADE}.")
        if given != symbol and "." not in given:
            made = f"{name}.{given}"
            found.routers.setdefault(made, Router(made, "router", "flask", where))
            found.mounts.append(Mount(Ref(made), Ref(symbol), "flask", where, found.next_order()))


def _registers_on(method: FunctionNode, symbols: Mapping[str, str]) -> str:
    """The router that a method registers its first parameter on, under the paths that it is given."""
    taken = [p for p in method.params if p.kind != "self" and p.name != "self"]
    if len(taken) < 2 or not any(p.kind == "rest" for p in taken):
        return ""
    views = {taken[0].name}
    paths = {p.name for p in taken if p.kind == "rest"}
    for statement in method.body:
        if isinstance(statement, Assign) and statement.value is not None and _mentions(statement.value, views):
            views |= {dotted(t) for t in statement.targets}
    for loop in _loops(method.body):
        if dotted(loop.iterable) not in paths or not isinstance(loop.target, Name):
            continue
        for statement in loop.body:
            call = statement.value if isinstance(statement, Do) else None
            if isinstance(call, Call) and call.name in _REGISTERS and call.receiver is not None:
                holder = symbols.get(dotted(call.receiver), "")
                given = (*call.args, *(k.value for k in call.kwargs))
                whole = any(dotted(g) == loop.target.id for g in given)  # nothing is put before the path
                if holder and whole and any(_mentions(g, views) for g in given):
                    return holder
    return ""


def _loops(body: tuple[Stmt, ...]) -> list[For]:
    found: list[For] = []
    for statement in body:
        if isinstance(statement, For):
            found.append(statement)
        elif isinstance(statement, If):
            found += _loops((*statement.then, *statement.orelse))
    return found


def _mentions(expr: AnyExpr, names: set[str]) -> bool:
    return any(isinstance(part, Name) and part.id in names for part in walk(expr))

"""Rocket: where lists of routes are mounted, and the functions that give such lists."""

from collections.abc import Iterator, Mapping
from typing import Final

from persona_lsp.facts.http import Mount, Router
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.rust.builders import Found
from persona_lsp.flow.rust.names import RustFile, Unit, below_unknown, place, ref_name, text_of
from persona_lsp.flow.walking import calls as calls_in
from persona_lsp.flow.walking import statements
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, If, Items, Member, Name, Return, Switch, walk

FRAMEWORK_ID: Final = "rocket"
_LISTS: Final = frozenset(
    {"routes!", "openapi_get_routes!", "routes_with_openapi!", "openapi_routes!", "openapi_get_routes_spec!"}
)
_MERGED: Final = "mount_endpoints_and_merged_docs!"


def lists_in(unit: Unit, file: RustFile, found: Found) -> None:
    """Where the function mounts lists of routes, and the list that it gives back."""
    module = file.module
    calls = list(calls_in(unit.node.body))
    texts: dict[str, Text] = {}
    lists: dict[str, AnyExpr] = {}
    for statement in statements(unit.node.body):
        if isinstance(statement, Assign) and isinstance(statement.targets[0], Name) and statement.value is not None:
            name = statement.targets[0].id
            lists[name] = statement.value
            texts[name] = text_of(statement.value, file, texts)
    # Where a setting decides about a list, it decides about what takes its place, too.
    conditional = any(
        call.name in _LISTS
        for statement in statements(unit.node.body)
        if isinstance(statement, If | Switch)
        for call in calls_in((statement,))
    )
    app = f"{unit.key}@rocket"
    mounts = [(call, base, given) for call in calls for base, given in _mounted(call, file, texts)]
    if mounts:
        found.routers.append(Router(app, "app", FRAMEWORK_ID, place(unit.node, module)))
    inside: set[int] = set()
    for call, base, given in mounts:
        inside.update(id(p) for p in walk(given))
        for child in _children(given, unit, lists, 0):
            prefix = below_unknown(base)
            prefix = EMPTY if prefix == ("/",) else prefix
            found.mounts.append(
                Mount(
                    Ref(app),
                    Ref(child),
                    FRAMEWORK_ID,
                    place(call, module),
                    found.next(),
                    prefix,
                    conditional=conditional,
                )
            )
    returns = unit.node.returns
    if returns is None or "Route" not in module.text(returns):
        return
    found.routers.append(Router(unit.key, "router", FRAMEWORK_ID, place(unit.node, module)))
    ended = {id(s.value) for s in statements(unit.node.body) if isinstance(s, Return)}
    for call in calls:
        if id(call) in inside:
            continue
        listed = call.name in _LISTS or _is_list(call) or id(call) in ended
        children = tuple(_children(call, unit, {}, 0)) if listed else ()
        for child in dict.fromkeys(children):
            where = place(call, module)
            found.mounts.append(
                Mount(Ref(unit.key), Ref(child), FRAMEWORK_ID, where, found.next(), conditional=conditional)
            )


def _mounted(call: Call, file: RustFile, texts: Mapping[str, Text]) -> Iterator[tuple[Text, AnyExpr]]:
    """The bases that a call mounts lists of routes at: `.mount("/api", routes![a])`, or each row of okapi's macro."""
    if call.name == "mount" and isinstance(call.func, Member) and len(call.args) == 2:  # base and routes
        yield text_of(call.args[0], file, texts), call.args[1]
    elif call.name == _MERGED and len(call.args) >= 2:  # rocket and base
        base = text_of(call.args[1], file, texts)
        above = EMPTY if base == ("/",) else base
        for row in call.kwargs:
            yield (*above, row.name) if row.name.strip("/") else above, row.value


def _is_list(call: Call) -> bool:
    """`accounts::routes()`: a list that another function gives."""
    return "routes" in call.name.lower() and not call.name.endswith("!")


def _children(expr: AnyExpr, unit: Unit, lists: dict[str, AnyExpr], depth: int) -> Iterator[str]:
    if depth > 6:  # lists of lists end somewhere
        return
    match expr:
        case Call() if expr.name in _LISTS:
            for item in expr.args:
                name = ref_name(item, unit)
                if name:
                    yield f"{name}#"
        case Name(id=name) if name in lists:
            yield from _children(lists[name], unit, {k: v for k, v in lists.items() if k != name}, depth + 1)
        case Items(items=items):
            for item in items:
                yield from _children(item, unit, lists, depth + 1)
        case Call(
            func=Member(base=base, name="concat" | "into_iter" | "collect" | "clone" | "to_vec" | "chain" | "into"),
            args=args,
        ):
            for part in (base, *args):
                yield from _children(part, unit, lists, depth + 1)
        case Call(func=func):
            name = ref_name(func, unit)
            if name:
                yield name
        case _:
            pass

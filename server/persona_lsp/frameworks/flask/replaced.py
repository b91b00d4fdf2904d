"""Views that are replaced after they were registered: `app.view_functions[name] = login_required(view)`."""

from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.flask.found import Env, Found, Replaced
from persona_lsp.frameworks.flask.guards import guard_of
from persona_lsp.syntax.ir import AnyExpr, Call, Index, Member, Str, dotted
from persona_lsp.syntax.python_names import place, ref_name
from persona_lsp.text.patterns import lazy

HELD: Final = b"view_functions"
_ALL: Final = lazy(r"(?:^|\.)view_functions(?:\.(?:items|keys|copy))?$")
_COPIES: Final = frozenset({"list", "tuple", "dict", "sorted", "set"})


def runs_over_views(iterable: AnyExpr) -> bool:
    """`for name in app.view_functions`, also `list(app.view_functions.items())`."""
    while isinstance(iterable, Call) and iterable.name in _COPIES and iterable.args:
        iterable = iterable.args[0]
    return _ALL.search(dotted(iterable.func if isinstance(iterable, Call) else iterable)) is not None


def replaced(target: AnyExpr, value: AnyExpr, holder: str, env: Env, found: Found) -> None:
    """Write down what an assignment puts in the place of views, unless that lets the same callers in."""
    if not isinstance(target, Index) or not isinstance(target.base, Member) or target.base.name != "view_functions":
        return
    key = target.keys[0] if len(target.keys) == 1 else None
    name = key.value if isinstance(key, Str) and key.value else ""
    call = value if isinstance(value, Call) else None
    where = place(target, found.names.module)
    if call is None or not holder:
        guard: Guard | None = Guard(ref_name(value) or "?", GuardKind.UNKNOWN, Level.APP, where)
    else:
        guard = guard_of(call.func, target, Level.APP, found.names)
    if guard is None:
        return
    # Only where a function puts the application together is nothing registered behind its back.
    sure = not env.conditional and (bool(name) or (env.nested and env.every_view))
    found.replaced.append(Replaced(holder, name, replace(guard, conditional=not sure), found.next_order()))


def settle(found: Found) -> None:
    """Give what was put in the place of views to their routes, and to the whole application where that is not known."""
    for one in found.replaced:
        last = one.endpoint.rsplit(".", 1)[-1]
        if last == "static":
            continue
        known = [i for i, r in enumerate(found.routes) if last and r.handler_name.rsplit(".", 1)[-1] == last]
        for index in known:
            route = found.routes[index]
            found.routes[index] = replace(route, guards=(one.guard, *route.guards))
        if known:
            continue
        later = any(r.router is not None and r.router.name == one.holder and r.order > one.order for r in found.routes)
        later = later or any(m.parent.name == one.holder and m.order > one.order for m in found.mounts)
        guard = replace(one.guard, conditional=one.guard.conditional or later or bool(last))
        found.uses.append(Use(Ref(one.holder), guard))

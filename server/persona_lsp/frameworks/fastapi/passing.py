"""Methods of routers that are handed on or called in two steps: `@protected(router.get, "/x")`, `router.get("/x")(show)`."""

from msgspec.structs import replace

from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.frameworks.fastapi.registration import METHODS
from persona_lsp.frameworks.fastapi.routers import symbol_of
from persona_lsp.syntax.ir import AnyExpr, Call, Items, Kwarg, Member, Str
from persona_lsp.syntax.python_names import ref_name, text_of


def written_out(call: Call) -> Call | None:
    """`router.get("/x")(show)` as `router.add_api_route("/x", show, methods=["GET"])`; None for any other call."""
    made = call.func
    if not isinstance(made, Call) or not isinstance(made.func, Member) or len(call.args) != 1:
        return None
    func = made.func
    path = made.args[0] if made.args else made.kwarg("path")
    if func.name not in METHODS or path is None:
        return None
    verb = Items(func.name_start, func.end, (Str(func.name_start, func.end, (func.name,)),))
    kwargs = (*(k for k in made.kwargs if k.name != "path"), Kwarg(func.name_start, func.end, "methods", verb))
    return replace(made, func=replace(func, name="add_api_route"), args=(path, call.args[0]), kwargs=kwargs)


def passing(call: Call | None, env: Env, found: Found) -> tuple[tuple[Member, Call], ...]:
    """`@protected(router.get, "/x")`: the calls that a decorator of the project makes of the method it is given.

    `@renamed(path="/x", new_path="/y", method=router.get)` makes one for each path.
    """
    if call is None:
        return ()
    named = [(k.name, k.value) for k in call.kwargs]
    place = next((i for i, arg in enumerate(call.args[:1]) if _is_method(arg, env, found)), -1)
    given = call.args[0] if place == 0 else next((v for _, v in named if _is_method(v, env, found)), None)
    if not isinstance(given, Member):
        return ()
    paths = [*call.args[place + 1 : place + 2], *(v for name, v in named if name == "path" or name.endswith("_path"))]
    paths = [p for p in paths if any(isinstance(part, str) for part in text_of(p, found.names.module, env.local))]
    own = found.names.functions.get(ref_name(call.func))
    if own is not None:
        taken = next((name for name, value in named if value is given), own.params[0].name if own.params else "")
        if not taken or found.names.module.source.find(f"{taken}(".encode(), own.body_start, own.end) < 0:
            return ()
    rest = call.args[place + 2 :]
    return tuple((given, replace(call, func=given, args=(path, *rest))) for path in paths)


def _is_method(expr: AnyExpr, env: Env, found: Found) -> bool:
    return isinstance(expr, Member) and expr.name in METHODS and symbol_of(expr.base, env, found) != ""

"""What a minimal endpoint is handled by, and what the calls behind its registration say of it."""

from msgspec.structs import replace

from persona_lsp.facts.http import Declared, Doc, Guard
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.aspnet.attributes import argument, find, string, where
from persona_lsp.frameworks.aspnet.found import Env, Found
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import AnyExpr, Call, FunctionNode, Lambda, Member, Name, dotted, walk


def handler_of(
    expr: AnyExpr | None, verb: str, text: Text, env: Env, found: Found
) -> tuple[FunctionNode | None, str, Ref | None, str]:
    """(the function if it stands in this file, its key, else a reference to it, and what it is called)."""
    if isinstance(expr, Lambda):
        shown = "".join(p for p in text if isinstance(p, str))
        key = found.key(f"{verb.lower()} {shown}".strip())
        found.inline[expr.function.start] = key
        return expr.function, key, None, ""
    name = dotted(expr) if isinstance(expr, Name | Member) else ""
    if not name:
        return None, "", None, ""
    local = env.functions.get(name)
    if local is not None:
        if env.scope:
            found.inline[local.start] = f"{env.scope}.{name}"
            return local, f"{env.scope}.{name}", None, name
        return local, name, None, name
    own = found.methods.get(f"{env.cls}.{name}") or found.methods.get(name)
    if own is not None:
        return own[1], own[0], None, own[0]
    plain = name.removeprefix("this.")
    return None, "", Ref(plain if "." in plain or not env.cls else f"{env.cls}.{plain}"), plain


def is_template(expr: AnyExpr, env: Env, found: Found) -> bool:
    """The expression is a path, and no handler."""
    if isinstance(expr, Name):
        if f"{env.cls}.{expr.id}" in found.methods:
            return False
        return expr.id in env.values or expr.id in env.looped or expr.id not in env.functions
    return not isinstance(expr, Lambda)


def branches(handler: AnyExpr) -> bool:
    """`app.Map("/x", branch => branch.Run(…))` makes a pipeline of its own."""
    if not isinstance(handler, Lambda) or len(handler.function.params) != 1:
        return False
    name = handler.function.params[0].name
    for statement in handler.function.body:
        value = getattr(statement, "value", None)
        for part in walk(value) if value is not None else ():
            if isinstance(part, Call) and part.name.startswith(("Use", "Run", "Map")) and dotted(part.receiver) == name:
                return True
    return False


def document(function: FunctionNode | None) -> Doc:
    """What the attributes and comments of a handler say."""
    if function is None:
        return Doc()
    named = find(function.decorators, "EndpointSummary")
    summary = string(argument(named)) if named is not None else " ".join(function.doc.partition("\n\n")[0].split())
    return Doc(summary, deprecated=find(function.decorators, "Obsolete") is not None)


def decorated(call: Call, found: Found, number: int, guards: tuple[Guard, ...]) -> None:
    """What a call behind a registration says of the route."""
    route = found.routes[number]
    name, args = call.name, call.args
    declared, doc = route.declared, route.doc
    text = string(args[0]) if args else ""
    if name in {"Produces", "ProducesProblem", "ProducesValidationProblem"}:
        fallback = 400 if name == "ProducesValidationProblem" else 200 if name == "Produces" else None
        given = next((s for a in (*args, *(k.value for k in call.kwargs)) if (s := status_value(a)[0])), fallback)
        declared = (*declared, Declared(given, where(found.module, call), documented_only=True))
    elif name == "WithSummary":
        doc = replace(doc, summary=text)
    elif name == "WithDescription":
        doc = replace(doc, description=text)
    elif name == "WithName":
        doc = replace(doc, operation_id=text)
    elif name == "WithTags":
        doc = replace(doc, tags=tuple(t for a in args if (t := string(a))))
    elif name == "ExcludeFromDescription":
        doc = replace(doc, hidden=True)
    variants = (*route.variants, *versions(call, found))
    found.routes[number] = replace(
        route, guards=(*route.guards, *guards), declared=declared, doc=doc, variants=variants,
        statement=where(found.module, call),
    )  # fmt: skip


def versions(call: Call, found: Found) -> tuple[str, ...]:
    """What tells routes of equal method and path apart: `.HasApiVersion(2)`, `.Accepts<T>("text/csv")`."""
    if call.name not in {"MapToApiVersion", "HasApiVersion", "Accepts", "HasDeprecatedApiVersion", "RequireHost"}:
        return ()
    at = call.func.name_start if isinstance(call.func, Member) else call.start
    return (found.module.source[at : call.end].decode("utf-8", "replace"),)

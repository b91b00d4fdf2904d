"""GraphQL schemas that are built in code: Pothos (`builder.queryField("users", ...)`) and Nexus (`extendType`)."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.text import literal
from persona_lsp.flow.names import file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, place, words
from persona_lsp.syntax.ir import AnyExpr, Call, FunctionNode, Lambda, Module, Name, Object, Return, Str, dotted

_LANGUAGES: Final = ("typescript", "tsx", "javascript")
_ONE: Final = {"queryField": "Query", "mutationField": "Mutation", "subscriptionField": "Subscription"}
_MANY: Final = {
    "queryType": "Query", "mutationType": "Mutation", "subscriptionType": "Subscription", "queryFields": "Query",
    "mutationFields": "Mutation", "subscriptionFields": "Subscription",
}  # fmt: skip
_TYPES: Final = frozenset(
    {"objectType", "objectRef", "objectField", "prismaObject", "drizzleObject", "node", "prismaNode"}
)
_MADE: Final = frozenset(
    {"field", "prismaField", "drizzleField", "connection", "prismaConnection", "fieldWithInput", "list"}
)


def _pothos(module: Module) -> Iterator[Received]:
    """`builder.queryField("users", (t) => t.field({ resolve }))`, `builder.queryType({ fields: (t) => ({ ... }) })`."""
    names = file_names(module)
    for call, _ in calls(module, b"builder."):
        if not dotted(call.receiver).lower().endswith("builder") or not call.args:
            continue
        if call.name in _ONE and len(call.args) > 1:
            name = literal(words(call.args[0], names.values, names.imports))
            made = _returned(call.args[1])
            if name and isinstance(made, Call):
                yield from _field(_ONE[call.name], name, call.args[0], made, module)
        elif call.name in _MANY or call.name in _TYPES:
            parent = _MANY.get(call.name) or _named(call.args[0])
            held = next((a for a in call.args if isinstance(a, Object)), None)
            fields = _returned(held.get("fields") if held is not None else call.args[0])
            if parent and isinstance(fields, Object):
                for entry in fields.entries:
                    if entry.name and isinstance(entry.value, Call):
                        yield from _field(parent, entry.name, entry.key or entry.value, entry.value, module)


def _named(expr: AnyExpr) -> str:
    """The name of a type: `builder.objectType("User", ...)`, `builder.objectType(User, ...)`."""
    if isinstance(expr, Str):
        return expr.value or ""
    return expr.id if isinstance(expr, Name) and expr.id[:1].isupper() else ""


def _field(parent: str, name: str, at: AnyExpr, made: Call, module: Module) -> Iterator[Received]:
    """A field that has a resolver; what is exposed as it stands has none."""
    handler = made.option("resolve") or (made.option("subscribe") if parent == "Subscription" else None)
    if made.name in _MADE and handler is not None:
        yield given(handler, "graphql", f"{parent}.{name}", "pothos", place(at, module), statement=place(made, module))


def _returned(expr: AnyExpr | None) -> AnyExpr | None:
    """What a function in place gives back; any other value as it is."""
    if isinstance(expr, Lambda):
        return next((s.value for s in reversed(expr.function.body) if isinstance(s, Return)), None)
    return expr


def _nexus(module: Module) -> Iterator[Received]:
    """`queryField("users", { resolve })`, `extendType({ type: "Query", definition(t) { t.field("users", {...}) } })`."""
    own = {i.local: i.name for i in module.imports if i.module in ("nexus", "@nexus/schema")}
    if not own:
        return
    for call, _ in calls(module, b"Type(", b"Field("):
        called = own.get(call.func.id, "") if isinstance(call.func, Name) else ""
        if called in _ONE and len(call.args) > 1 and isinstance(call.args[0], Str) and call.args[0].value:
            yield from _resolved(_ONE[called], call.args[0].value, call.args[0], call, module)
        elif called in ("extendType", "objectType", "queryType", "mutationType", "subscriptionType"):
            told = call.option("type") if called == "extendType" else call.option("name")
            parent = _MANY.get(called) or (told.value or "" if isinstance(told, Str) else "")
            defined = call.option("definition")
            if parent and isinstance(defined, Lambda):
                yield from _defined(parent, defined.function, module)


def _defined(parent: str, function: FunctionNode, module: Module) -> Iterator[Received]:
    for call, _ in calls(module, inside=function):
        first = call.args[0] if call.args else None
        if isinstance(first, Str) and first.value and call.receiver is not None:
            yield from _resolved(parent, first.value, first, call, module)


def _resolved(parent: str, name: str, at: AnyExpr, call: Call, module: Module) -> Iterator[Received]:
    handler = call.option("resolve") or (call.option("subscribe") if parent == "Subscription" else None)
    if handler is not None:
        yield given(handler, "graphql", f"{parent}.{name}", "nexus", place(at, module), statement=place(call, module))


RECEIVERS: Final = (
    Receiver("pothos", "Pothos", ("graphql",), _LANGUAGES, (b"builder.",), _pothos, ("@pothos/core",)),
    Receiver("nexus", "Nexus", ("graphql",), _LANGUAGES, (b"nexus",), _nexus, ("nexus",)),
)

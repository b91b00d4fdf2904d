"""GraphQL in JavaScript: maps of resolvers (Apollo, graphql-tools, Yoga) and types that are made in code (graphql-js)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from persona_lsp.flow.names import file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, place
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    Entry,
    Lambda,
    Member,
    Module,
    Name,
    Object,
    Return,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_ID: Final = "graphql"
_ROOTS: Final = frozenset({"Query", "Mutation", "Subscription"})
_ABOUT: Final = lazy(rb"graphql|apollo|gql\b|[Rr]esolvers?\b")
_WORDS: Final = (b"graphql", b"apollo", b"gql", b"esolver")
"""One of them stands in what the pattern above finds: words are looked for faster than patterns."""
_PLACE: Final = lazy(r"resolver|graphql|gql|schema", re.IGNORECASE)
_HANDED: Final = frozenset({"makeExecutableSchema", "ApolloServer", "createSchema", "addResolversToSchema"})


def _extract(module: Module) -> Iterator[Received]:
    named = any(word in module.source for word in _WORDS) and _ABOUT.search(module.source) is not None
    if not named and _PLACE.search(module.path) is None:
        return
    values = file_names(module).values
    seen: set[int] = set()
    for name, held in _candidates(module):
        if id(held) in seen:
            continue
        seen.add(id(held))
        yield from _map(name, held, module, values, seen)
    if b"GraphQLObjectType" in module.source:
        yield from _types(module)


def _candidates(module: Module) -> Iterator[tuple[str, Object]]:
    """Objects that may be maps of resolvers, with the names that they are bound to."""
    for statement in module.body:
        if isinstance(statement, Assign) and isinstance(statement.value, Object):
            yield next((dotted(t) for t in statement.targets if dotted(t)), ""), statement.value
    for export in module.exports:
        if isinstance(export.value, Object):
            yield export.name, export.value
    if not any(word.encode() in module.source for word in _HANDED):
        return
    for call, _ in calls(module, *(word.encode() for word in _HANDED)):
        held = call.option("resolvers") if call.name in _HANDED else None
        if isinstance(held, Object):
            yield "resolvers", held


def _map(name: str, held: Object, module: Module, values: Mapping[str, AnyExpr], seen: set[int]) -> Iterator[Received]:
    last = name.rsplit(".", 1)[-1]
    if last in _ROOTS and _PLACE.search(module.path) and _answers(held):
        yield from _fields(last, held, module)
        return
    parts = [(entry, _object(entry.value, values)) for entry in held.entries if entry.name]
    if not any(entry.name in _ROOTS and inner is not None and _answers(inner) for entry, inner in parts):
        return
    for entry, inner in parts:
        if inner is not None and (entry.name in _ROOTS or entry.name[:1].isupper()):
            seen.add(id(inner))
            yield from _fields(entry.name, inner, module)


def _object(value: AnyExpr, values: Mapping[str, AnyExpr]) -> Object | None:
    if isinstance(value, Name):
        value = values.get(value.id, value)
    return value if isinstance(value, Object) else None


def _answers(held: Object) -> bool:
    """Functions and names of functions are what such an object holds, and nothing else."""
    values = [entry.value for entry in held.entries if entry.name]
    return any(isinstance(v, Lambda | Name | Member | Call | Object) for v in values) and not any(
        isinstance(v, Str) for v in values
    )


def _fields(parent: str, held: Object, module: Module) -> Iterator[Received]:
    for entry in held.entries:
        handler = _handler(entry, parent)
        if handler is None or entry.name.startswith("__"):
            continue
        at = place(entry.key or entry, module)
        yield given(
            handler, "graphql", f"{parent}.{entry.name}", _ID, at, statement=place(entry, module), shown=_shown(handler)
        )


def _shown(handler: AnyExpr) -> str:
    return dotted(handler)


def _handler(entry: Entry, parent: str) -> AnyExpr | None:
    """What answers a field: a function, its name, what wraps it, or the parts of a subscription."""
    value = entry.value
    if not entry.name:
        return None
    if isinstance(value, Object):
        return value.get("subscribe" if parent == "Subscription" else "resolve") or value.get("resolve")
    return value if isinstance(value, Lambda | Name | Member | Call) else None


def _types(module: Module) -> Iterator[Received]:
    """`new GraphQLObjectType({ name: "Query", fields: { users: { type, resolve } } })`."""
    for call, _ in calls(module, b"GraphQLObjectType"):
        if call.name != "GraphQLObjectType" or not call.new:
            continue
        name, fields = call.option("name"), call.option("fields")
        if isinstance(fields, Lambda):
            returned = next((s.value for s in reversed(fields.function.body) if isinstance(s, Return)), None)
            fields = returned
        if not isinstance(name, Str) or not name.value or not isinstance(fields, Object):
            continue
        for entry in fields.entries:
            handler = _handler(entry, name.value) if isinstance(entry.value, Object) else None
            if handler is not None:
                yield given(
                    handler, "graphql", f"{_root(name.value)}.{entry.name}", _ID, place(entry.key or entry, module),
                    statement=place(entry, module),
                )  # fmt: skip


def _root(name: str) -> str:
    """What is called after the root of a schema is one: `RootQueryType`."""
    found = re.fullmatch(r"(?:Root)?(Query|Mutation|Subscription)s?(?:Root)?(?:Type)?|(?:Root)(?:Type)?", name)
    return found.group(1) or name if found is not None else name


RECEIVER: Final = Receiver(
    id=_ID,
    title="GraphQL in JavaScript: maps of resolvers, graphql-js",
    kinds=("graphql",),
    languages=("javascript", "typescript", "tsx"),
    signs=(b"Query", b"Mutation", b"Subscription"),
    extract=_extract,
    packages=("graphql", "@apollo/server", "apollo-server", "graphql-yoga", "@graphql-tools/schema"),
)

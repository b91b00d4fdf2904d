"""Classes that resolve GraphQL by decorators, as Nest and TypeGraphQL spell them: `@Resolver()`, `@Query()`, ..."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.text import Text
from persona_lsp.flow.receiving import method_keys, words
from persona_lsp.syntax.ir import (
    AnyExpr,
    ClassNode,
    Decorator,
    FunctionNode,
    Lambda,
    Name,
    Object,
    Return,
    Str,
    dotted,
)

_ROOTS: Final = {"Query": "Query", "Mutation": "Mutation", "Subscription": "Subscription"}
_FIELDS: Final = frozenset({"ResolveField", "ResolveProperty", "FieldResolver"})


class Operation(Struct, frozen=True):
    """A method that answers a field: `name` is `Query.users`."""

    method: FunctionNode
    key: str
    name: Text
    decorator: Decorator


def operations(
    cls: ClassNode, called: Callable[[str], str], values: Mapping[str, AnyExpr], imports: Mapping[str, object]
) -> Iterator[Operation]:
    """The fields that a class answers. `called` tells what the library calls a decorator, "" for those of others."""
    resolver = next((d for d in cls.decorators if called(d.name) == "Resolver"), None)
    if resolver is None and not any(called(d.name) in _ROOTS for m in cls.methods for d in m.decorators):
        return
    parent = _parent(resolver)
    for method, key in method_keys(cls):
        for decorator in method.decorators:
            word = called(decorator.name)
            root = _ROOTS.get(word, parent if word in _FIELDS else "")
            if root:
                own = _named(decorator, values, imports) or (method.name,)
                yield Operation(method, key, (f"{root}.", *own), decorator)


def _parent(resolver: Decorator | None) -> str:
    """The type whose fields a class answers: `@Resolver(() => User)`, `@Resolver(User)`, `@Resolver("User")`."""
    call = resolver.call if resolver is not None else None
    for arg in call.args if call is not None else ():
        match arg:
            case Lambda(function=function):
                made = function.body[-1] if function.body else None
                found = dotted(made.value) if isinstance(made, Return) else ""
            case Str():
                found = arg.value or ""
            case Name(id=found):
                pass
            case _:
                found = ""
        if found:
            return found.rsplit(".", 1)[-1]
    return ""


def _named(decorator: Decorator, values: Mapping[str, AnyExpr], imports: Mapping[str, object]) -> Text | None:
    """The name that a decorator is given: `@Query("users")`, `@Query(() => [User], { name: "users" })`."""
    call = decorator.call
    for arg in call.args if call is not None else ():
        if isinstance(arg, Str):
            return words(arg, values, imports)
        if isinstance(arg, Object) and (given := arg.get("name")) is not None:
            return words(given, values, imports)
    return None

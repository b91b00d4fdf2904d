"""What recognisers of endpoints with names share: resolvers of GraphQL, events of sockets, procedures, consumers.

Such an endpoint is a `Route` without a router, whose path is its name and whose method tells its kind.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import NAMED, Doc, Guard, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    ClassDef,
    ClassNode,
    Decorator,
    Def,
    FunctionNode,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Node,
    Object,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_DEPTH: Final = 8
_ROOT: Final = lazy(r"(Query|Queries|Mutation|Subscription)s?(?:Root|Type)?$")


class Received(Struct, frozen=True, gc=False):
    """One endpoint with a name. `start`: where its handler begins if that is a function written in place, else -1.

    `inputs`: what such a function calls that which a caller sends it.
    """

    route: Route
    start: int = -1
    inputs: tuple[str, ...] = ()


class Receiver(Struct, frozen=True):
    """A library whose classes, callbacks or marked functions answer something else than HTTP requests.

    `extract(module)` is asked for files that contain one of `signs`. `kinds` are those of the endpoints that it makes.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    signs: tuple[bytes, ...]
    extract: Callable[[Module], Iterator[Received]]
    packages: tuple[str, ...] = ()


def received(
    kind: str, name: Text | str, source: str, where: Where, *, statement: Where | None = None, handler: str = "",
    key: str = "", start: int = -1, guards: tuple[Guard, ...] = (), doc: Doc | None = None, shown: str = "",
) -> Received:  # fmt: skip
    """An endpoint of that kind. Its handler is a name (`handler`), or the function of that `key` in the same file.

    `source` is the framework or library; `shown` names the handler where it has no name of its own.
    """
    route = Route(
        (NAMED[kind],), (name,) if isinstance(name, str) else name, source, where, statement or where, -1,
        handler=Ref(handler) if handler else None, handler_key=key, handler_name=shown or handler or key,
        guards=guards, doc=doc or Doc(), kind=kind, unknown_params=True,
    )  # fmt: skip
    return Received(route, start)


def given(
    handler: AnyExpr | None, kind: str, name: Text | str, source: str, where: Where, *, statement: Where | None = None,
    guards: tuple[Guard, ...] = (), shown: str = "",
) -> Received:  # fmt: skip
    """The endpoint whose handler is an argument: a function in place, a name, or a function handed to a wrapper."""
    function = in_place(handler)
    if function is not None:
        text = (
            name
            if isinstance(name, str)
            else "".join(p if isinstance(p, str) else getattr(p, "name", "?") for p in name)
        )
        key = f"{NAMED[kind].lower()} {text}"
        one = received(
            kind, name, source, where, statement=statement, key=key, start=function.start, guards=guards,
            shown=shown or function.name,
        )  # fmt: skip
        return replace(one, inputs=tuple(_sent(function, kind)))
    named = dotted(handler)
    if isinstance(handler, Call):
        named = next((found for arg in handler.args if (found := dotted(arg))), "") or dotted(handler.func)
    return received(kind, name, source, where, statement=statement, handler=named, guards=guards, shown=shown)


def in_place(handler: AnyExpr | None) -> FunctionNode | None:
    """The function that is written where it is handed over, itself or inside of a call."""
    if isinstance(handler, Lambda):
        return handler.function
    if isinstance(handler, Call):
        return next((arg.function for arg in handler.args if isinstance(arg, Lambda)), None)
    return None


def _sent(function: FunctionNode, kind: str) -> Iterator[str]:
    """What callers send: the arguments of a field, which a resolver is given second; all that an event brings."""
    for param in function.params[1:2] if kind == "graphql" else function.params if kind == "websocket" else ():
        if isinstance(param.pattern, Object):
            yield from _names(param.pattern)
        elif param.name:
            yield param.name


def _names(pattern: Object) -> Iterator[str]:
    """The names that a pattern binds."""
    for entry in pattern.entries:
        value = entry.value.target if isinstance(entry.value, Let) else entry.value
        if isinstance(value, Object):
            yield from _names(value)
        elif isinstance(value, Name):
            yield value.id


def place(node: Node | FunctionNode | ClassNode | Decorator, module: Module) -> Where:
    """Where a node stands."""
    return Where(module.path, node.start, node.end)


def name_of(node: FunctionNode | ClassNode, module: Module) -> Where:
    """Where a function or class is named."""
    return Where(module.path, node.name_start, node.name_end)


def method_keys(cls: ClassNode) -> Iterator[tuple[FunctionNode, str]]:
    """Methods with the keys of their facts: those of one name are numbered from the second one on."""
    owner = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    taken: dict[str, int] = {}
    for method in cls.methods:
        count = taken.get(method.name, 0)
        taken[method.name] = count + 1
        yield method, f"{owner}.{method.name}" + (f"#{count}" if count else "")


def key_of(function: FunctionNode, within: tuple[FunctionNode, ...], cls: ClassNode | None) -> tuple[str, int]:
    """The key of a function with a name, and where it begins if nobody but its receiver reads it (else -1)."""
    if within:
        return f"{within[-1].name}.{function.name}", function.start
    if cls is not None:
        return next((key for method, key in method_keys(cls) if method is function), function.name), -1
    return function.name, -1


def words(expr: AnyExpr | None, values: Mapping[str, AnyExpr], imports: Mapping[str, Any], depth: int = 0) -> Text:
    """The text of an expression: literals, names that other files know, and holes for what nobody knows."""
    match expr:
        case Str(parts=parts):
            found: Text = ()
            for part in parts:
                found += (part,) if isinstance(part, str) else words(part, values, imports, depth + 1)
            return found
        case Binary(op="+", left=left, right=right) if depth < _DEPTH:
            return words(left, values, imports, depth + 1) + words(right, values, imports, depth + 1)
        case Name(id=name) if name in values and depth < _DEPTH:
            return words(values[name], values, imports, depth + 1)
        case Name() | Member():
            name = dotted(expr)
            if name and name.partition(".")[0] not in ("self", "this"):
                return (Ref(name),)
        case _:
            pass
    return (Hole("not known here"),)


def known(text: Text) -> bool:
    """Something of it is known: it is a literal or a name."""
    return bool(text) and not any(isinstance(part, Hole) for part in text)


def calls(
    module: Module, *having: bytes, inside: FunctionNode | None = None
) -> Iterator[tuple[Call, tuple[FunctionNode, ...]]]:
    """Every call of a file, or `inside` of a function, with the functions that it stands in, outermost first.

    Functions whose text has none of the words `having` are left out: what is not asked for is not lowered.
    """
    source = module.source
    roots = inside.body if inside is not None else module.body
    stack: list[tuple[Any, tuple[FunctionNode, ...]]] = [(roots, ())]
    while stack:
        node, within = stack.pop()
        if isinstance(node, tuple):
            stack.extend((part, within) for part in reversed(node))
        elif isinstance(node, FunctionNode):
            if any(source.find(word, node.body_start, node.body_end) >= 0 for word in having):
                stack.append((node.body, (*within, node)))
        elif isinstance(node, Struct):
            if isinstance(node, Call):
                yield node, within
            stack.extend((getattr(node, field), within) for field in _fields(type(node)))


def functions(module: Module) -> Iterator[tuple[FunctionNode, tuple[FunctionNode, ...], ClassNode | None]]:
    """Every function with a name, with the functions around it and the class that it is a method of (Python)."""
    stack: list[tuple[Any, tuple[FunctionNode, ...]]] = [(module.body, ())]
    while stack:
        node, within = stack.pop()
        match node:
            case tuple():
                stack.extend((part, within) for part in reversed(node))
            case Def(function=function):
                yield function, within, None
                stack.extend(_nested(function, within, module))
            case ClassDef(cls=cls):
                stack.append((cls, within))
            case ClassNode():
                stack.append((node.classes, within))
                for method in node.methods:
                    yield method, within, node
                    stack.extend(_nested(method, within, module))
            case _:
                blocks = (getattr(node, field, ()) for field in ("body", "then", "orelse", "final"))
                stack.extend((block, within) for block in blocks if block)


def _nested(
    function: FunctionNode, within: tuple[FunctionNode, ...], module: Module
) -> Iterator[tuple[Any, tuple[FunctionNode, ...]]]:
    if module.source.find(b"def ", function.body_start, function.body_end) >= 0:
        yield function.body, (*within, function)


@cache
def _fields(kind: type[Struct]) -> tuple[str, ...]:
    """The fields that hold nodes, last first."""
    skipped = {"start", "end", "decorators", "types", "type"}
    return tuple(name for name in reversed(kind.__struct_fields__) if name not in skipped)


def camel(name: str) -> str:
    """`user_list` and `UserList` as libraries publish them by default: `userList`."""
    first, *rest = name.split("_")
    return (first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in rest)) or name


def root_of(name: str) -> str:
    """The root of a schema that a class is by its name: `UserQueries` -> `Query`; itself where it is none."""
    found = _ROOT.search(name)
    return name if found is None else {"Queries": "Query"}.get(found.group(1), found.group(1))


def scoped(expr: AnyExpr | None) -> str:
    """`A::B`, as Ruby writes the names of classes; "" for what is no name."""
    return dotted(expr).replace(".", "::")

"""Path patterns as configuration writes them: literals, constants, and lists that a method puts together."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.text import Hole, Ref, Text, literal
from persona_lsp.frameworks.spring.annotations import VERBS, Values, simple
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    Const,
    Do,
    For,
    FunctionNode,
    Items,
    Lambda,
    Member,
    Name,
    Node,
    Return,
    Spread,
    Stmt,
    Str,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

MATCHERS: Final = frozenset(
    {"antMatchers", "mvcMatchers", "requestMatchers", "regexMatchers", "pathMatchers", "matchers"}
)
REGEX: Final = "regex:"
"""What stands before a pattern that is a regular expression."""
_DEEPEST: Final = 6
_COPIES: Final = frozenset({"ArrayList", "LinkedList", "HashSet", "LinkedHashSet", "Set", "List"})
_LISTS: Final = frozenset({"of", "asList", "concat", "copyOf", "unmodifiableList", "singletonList", "Array"})
_MAKERS: Final = ("Matcher", "Matchers", "pattern", "matcher")
"""How what makes one matcher of a method and patterns is called at its end."""
_SAME: Final = frozenset({"toArray", "toList", "stream", "distinct", "collect", "sorted"})
"""Methods of a list or stream that leave its elements what they are."""
_NOT_ENDPOINTS: Final = frozenset({
    "toStaticResources", "atCommonLocations", "toH2Console", "toAnyEndpoint", "EndpointRequest", "PathRequest",
    "StaticResourceRequest", "toLinks",
})  # fmt: skip
_GETTER: Final = lazy(r"get([A-Z]\w*)")
_HARMLESS: Final = MATCHERS | _COPIES | _LISTS | {"addPathPatterns", "excludePathPatterns", "info", "debug", "println"}


class Patterns(Struct, frozen=True):
    """Methods and patterns of a matcher. Of `maybe` it is not certain that they are among them."""

    methods: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()

    def __add__(self, other: "Patterns") -> "Patterns":
        """Both together."""
        return Patterns(
            self.methods + other.methods, self.patterns + other.patterns, self.maybe + other.maybe
        )  # fmt: skip


_Lists = Mapping[str, Patterns | None]


def lists_of(method: FunctionNode, path: str, values: Values) -> _Lists:
    """The lists of patterns that a method puts together in its variables; None for one that cannot be followed."""
    found: dict[str, Patterns | None] = {}
    for statement, conditional in _with_closures(method.body, conditional=False):
        if isinstance(statement, For):
            if isinstance(statement.target, Name) and statement.iterable is not None:
                fresh = statement.target.id not in found
                found[statement.target.id] = _read(statement.iterable, path, values, found, 0) if fresh else None
            continue
        if isinstance(statement, Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], Name):
            name = statement.targets[0].id
            value = statement.value
            fresh = name not in found and value is not None and not conditional and not statement.op
            found[name] = _read(value, path, values, found, 0) if fresh and value is not None else None
            continue
        for call in _calls(statement):
            name = dotted(call.receiver)
            if name in found and call.name in {"add", "addAll"}:
                found[name] = _added(found[name], _all(call.args, path, values, found, 0), maybe=conditional)
            elif call.name not in _HARMLESS:
                # Whoever is given the list may change it.
                found.update({arg.id: None for arg in call.args if isinstance(arg, Name) and arg.id in found})
    return found


def patterns_of(call: Call, path: str, values: Values, lists: _Lists | None = None) -> Patterns | None:
    """What a matcher is given; None if one of its patterns cannot be read."""
    if call.name == "regexMatchers":
        return _expressions(call.args, path, values)
    return _all(tuple(a for a in call.args if not isinstance(a, Lambda)), path, values, lists or {}, -1)


def alternatives(call: Call, path: str, values: Values, lists: _Lists) -> tuple[Patterns, ...]:
    """What the parts of a matcher match, each with the methods that it is limited to.

    One that cannot be read may match everything, of the methods that stand beside it.
    """
    if call.name == "regexMatchers":
        read = _expressions(call.args, path, values)
        return (read if read is not None else Patterns((), (), ("/**",)),)
    args = tuple(a for a in call.args if not isinstance(a, Lambda))
    apart = [a for a in args if isinstance(a, Call) and (a.name.endswith(_MAKERS) or a.name in _SAME)]
    rest = tuple(a for a in args if a not in apart)
    found = [_part((one,), one.args, path, values, lists) for one in apart]
    return (*found, _part(rest, rest, path, values, lists)) if rest or not apart else tuple(found)


def _part(
    items: tuple[AnyExpr, ...], limits: tuple[AnyExpr, ...], path: str, values: Values, lists: _Lists
) -> Patterns:
    read = _all(items, path, values, lists, -1)
    return read if read is not None else Patterns(_verbs(limits), (), ("/**",))


def _verbs(args: tuple[AnyExpr, ...]) -> tuple[str, ...]:
    """The methods among arguments, some of which cannot be read."""
    return tuple(last for a in args if isinstance(a, Member) and (last := simple(dotted(a))) in VERBS)


def _with_closures(body: tuple[Stmt, ...], *, conditional: bool) -> Iterator[tuple[Stmt, bool]]:
    """The plain statements of a method, and what those of its closures bind."""
    for statement, sometimes in _statements(body, conditional=conditional):
        yield statement, sometimes
        value = statement.value if isinstance(statement, Assign | Do | Return) else None
        for part in walk(value) if value is not None else ():
            if isinstance(part, Lambda):
                inner = _with_closures(part.function.body, conditional=sometimes)
                yield from (one for one in inner if isinstance(one[0], Assign | For))


def _statements(body: tuple[Stmt, ...], *, conditional: bool) -> Iterator[tuple[Stmt, bool]]:
    """The plain statements of a method in their order, and whether each is reached only sometimes."""
    for statement in body:
        if isinstance(statement, Assign | Do | For | Return):
            yield statement, conditional
        inner = tuple(getattr(statement, name, ()) for name in ("body", "then", "orelse", "final"))
        certain = type(statement).__name__ in {"Group", "With", "Try"}
        for part in inner:
            yield from _statements(part, conditional=conditional or not certain)


def _calls(statement: Stmt) -> Iterator[Call]:
    value = statement.value if isinstance(statement, Assign | Do) else None
    pending: list[AnyExpr] = [value] if value is not None else []
    while pending:
        for part in walk(pending.pop()):
            if isinstance(part, Call):
                yield part
            elif isinstance(part, Lambda):
                for inner, _ in _statements(part.function.body, conditional=True):
                    if isinstance(inner, Assign | Do) and inner.value is not None:
                        pending.append(inner.value)


def _added(base: Patterns | None, more: Patterns | None, *, maybe: bool) -> Patterns | None:
    if base is None or more is None:
        return None
    return base + (Patterns((), (), more.patterns + more.maybe) if maybe else more)


def _read(arg: AnyExpr, path: str, values: Values, lists: _Lists, depth: int) -> Patterns | None:
    if depth > _DEEPEST:
        return None
    match arg:
        case Items(items=items):
            return _all(items, path, values, lists, depth)
        case Spread(value=value):
            return _read(value, path, values, lists, depth + 1)
        case Call():
            return _called(arg, path, values, lists, depth)
        case Name() | Member():
            name = dotted(arg)
            if isinstance(arg, Name) and name in lists:
                return lists[name]
            last = simple(name)
            if last in VERBS and (isinstance(arg, Member) or last not in values.fields):
                return Patterns((last,))
            field = values.field(name, path)
            if field is not None and field.value is not None and not isinstance(field.value, Str):
                return _read(field.value, path, values, lists, depth + 1)
        case _:
            pass
    text = _written(values.text(arg, path))
    if text is None:
        return None
    if text in VERBS:
        return Patterns((text,))
    return Patterns((), (text if text.startswith(("/", "^", "*", ".", "${")) else "/" + text,))


def _written(text: Text) -> str | None:
    """The text, with `${NAME}` for constants of other files; None where a part of it is no constant."""
    if any(isinstance(part, Hole) or (isinstance(part, Ref) and part.name.startswith("${")) for part in text):
        return None
    return "".join(
        part if isinstance(part, str) else "${" + part.name + "}" for part in text if not isinstance(part, Hole)
    )


def _called(call: Call, path: str, values: Values, lists: _Lists, depth: int) -> Patterns | None:
    name, receiver = call.name, call.receiver
    if {part.name for part in _chain(call)} & _NOT_ENDPOINTS or dotted(receiver) in _NOT_ENDPOINTS:
        return Patterns()
    if call.new and name in _COPIES:
        return _all(call.args, path, values, lists, depth)
    held = isinstance(receiver, Call) or dotted(receiver) in lists or values.field(dotted(receiver), path) is not None
    if name in _SAME and held and receiver is not None:
        return _read(receiver, path, values, lists, depth + 1)
    if name == "flatMap" and receiver is not None and all(_is_reference(a) for a in call.args):
        return _read(receiver, path, values, lists, depth + 1)
    if name == "map" and receiver is not None and len(call.args) == 1:
        return _mapped(call.args[0], _read(receiver, path, values, lists, depth + 1))
    if name in {*_LISTS, "stream"} and not isinstance(receiver, Call):
        return _all(call.args, path, values, lists, depth)
    if name in {"RegexRequestMatcher", "regexMatcher"}:
        return _expressions(call.args, path, values)
    if name.endswith(_MAKERS):
        return _all(call.args, path, values, lists, depth)
    setting = _setting(call, path, values)
    return Patterns((), (setting,)) if setting else None


def _setting(call: Call, path: str, values: Values) -> str:
    """`${Type@name}` for `settings.getName()`: what the configuration binds to a field of the type, if it does."""
    owner = values.types.get(f"{path}.{dotted(call.receiver).removeprefix('this.')}", "")
    named = _GETTER.fullmatch(call.name)
    if call.args or not owner or call.receiver is None:
        return ""
    field = named[1][:1].lower() + named[1][1:] if named is not None else call.name
    return f"${{{owner}@{field}}}"


def _mapped(arg: AnyExpr, read: Patterns | None) -> Patterns | None:
    """`.map(path -> antMatcher(HttpMethod.GET, path))`: the same patterns, limited to a method."""
    if read is None or not isinstance(arg, Lambda) or len(arg.function.params) != 1 or len(arg.function.body) != 1:
        return None
    made = getattr(arg.function.body[0], "value", None)
    if not isinstance(made, Call) or not made.name.endswith(_MAKERS):
        return None
    name = arg.function.params[0].name
    others = [a for a in made.args if not (isinstance(a, Name) and a.id == name)]
    limits = _verbs(tuple(others))
    return Patterns(limits + read.methods, read.patterns, read.maybe) if len(limits) == len(others) else None


def _expressions(args: tuple[AnyExpr, ...], path: str, values: Values) -> Patterns | None:
    """Regular expressions of paths, with a method among them; None if one of them cannot be used."""
    methods: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    for arg in args:
        text = literal(values.text(arg, path))
        last = simple(dotted(arg)) if isinstance(arg, Name | Member) else text
        if last in VERBS:
            methods += (last,)
        elif text is not None and _is_expression(text):
            found += (REGEX + text,)
        elif not (isinstance(arg, Const) and (arg.value is None or isinstance(arg.value, bool))):
            return None
    return Patterns(methods, found)


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _is_reference(arg: AnyExpr) -> bool:
    return isinstance(arg, Lambda) and "reference" in arg.function.modifiers


def _all(items: tuple[AnyExpr, ...], path: str, values: Values, lists: _Lists, depth: int) -> Patterns | None:
    found = Patterns()
    for item in items:
        read = _read(item, path, values, lists, depth + 1)
        if read is None:
            return None
        found += read
    return found


def _chain(call: Call) -> Iterator[Call]:
    current: Node | None = call
    while isinstance(current, Call):
        yield current
        current = current.receiver

"""What the words of Rust's web frameworks mean inside functions, as far as they share them: statuses, errors, headers."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import ErrorHandler, GuardKind
from persona_lsp.facts.place import Where
from persona_lsp.flow.rust.guards import kind_of
from persona_lsp.flow.rust.names import RustFile, Unit, last_name, unwrapped
from persona_lsp.flow.rust.signatures import Extractors, answered_by, signature
from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Handling, Read, Scope, Thrown
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    BlockExpr,
    Call,
    ClassDef,
    Do,
    FunctionNode,
    Group,
    If,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Raise,
    Return,
    Stmt,
    Str,
    Switch,
    SwitchExpr,
    Try,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

_MAPS: Final = frozenset({"map_err", "or_else"})
_MISSING: Final = frozenset({"ok_or", "ok_or_else"})
_CARRIERS: Final = frozenset({"into", "into_response", "to_owned", "clone", "respond_to", "customize", "to_string"})
_ACTIX_ERROR: Final = lazy(r"^Error([A-Z]\w+)$")
_ROCKET_STATUSES: Final = {
    "NotFound": 404, "BadRequest": 400, "Unauthorized": 401, "Forbidden": 403, "Conflict": 409, "Created": 201,
    "Accepted": 202, "NoContent": 204,
}  # fmt: skip
_HEADERS: Final = frozenset({"get", "get_one", "get_all", "typed_get", "contains_key", "contains"})
_AUTHORIZATION: Final = lazy(r"Authorization\s*<|BearerAuth|BasicAuth")


def status_in(expr: AnyExpr | None) -> tuple[int, Node] | None:
    """The status that a value carries: a constant, the first part of a tuple, an error of actix-web or Rocket."""
    match expr:
        case Items(items=(first, *_), kind="tuple"):
            return status_in(first)
        case Call(func=Member(base=base, name="from_u16"), args=(only,)) if last_name(base) == "StatusCode":
            return status_of(only)
        case Call(func=Member(base=base, name=name)) if name in _CARRIERS:
            return status_in(base)
        case Call(args=args):
            name = expr.name
            error = _ACTIX_ERROR.match(name)
            if error is not None and (code := status_named(error[1])) is not None:
                return code, expr.func
            owner = dotted(expr.func.base).rsplit(".", 1)[-1] if isinstance(expr.func, Member) else ""
            if owner == "status" and name in _ROCKET_STATUSES:
                return _ROCKET_STATUSES[name], expr.func
            if name in ("Custom", "from_response", "from_string", "from") or (name == "new" and args):
                return next((known for a in args if (known := status_in(a)) is not None), None)
            return None
        case Member() | Name():
            named = _ACTIX_ERROR.match(expr.name if isinstance(expr, Member) else expr.id)
            if named is not None and (code := status_named(named[1])) is not None:
                return code, expr
            known = status_of(expr)
            return known if known is not None and known[0] >= _LEAST else None
        case _:
            return None


_LEAST: Final = 200
_FAILED: Final = 400
_SHORT: Final = 600
"""Bytes of a function that does no more than to make a failure."""
_FAILURES: Final = frozenset({"Error", "StatusCode", "Status", "Custom", "InternalError", "Response", "HttpResponse"})
_MENTIONS: Final = lazy(rb"StatusCode::|Status::|HttpResponse::|\bError[A-Z]\w+\(")


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`Err(StatusCode::NOT_FOUND)`, `.ok_or(AppError::NotFound)?`, `.map_err(|e| (StatusCode::BAD_REQUEST, e.to_string()))?`."""
    if isinstance(expr, Call) and isinstance(expr.func, Member) and expr.args:
        name = expr.func.name
        if name in _MISSING:
            value = _given(expr.args[0])
            return _made(value, scope, "") if value is not None else None
        if name in _MAPS:
            given = expr.args[0]
            value = _given(given)
            if value is None:
                return None
            caught = given.function.params[0].name if isinstance(given, Lambda) and given.function.params else ""
            made = _made(value, scope, caught or "_")
            return made if made is not None and (made.status is not None or made.exception) else None
    if not _is_raised(expr, scope):
        return None
    known = status_in(expr)
    if known is None:
        return None
    return Thrown(_name(expr), known[0], known[1], _message(expr))


def _given(expr: AnyExpr) -> AnyExpr | None:
    """The failure that `ok_or(x)` and `ok_or_else(|| x)` are given; None if a closure does more than name it."""
    if not isinstance(expr, Lambda):
        return expr
    body = expr.function.body
    last = body[-1] if body else None
    return last.value if isinstance(last, Return | Raise) else None


def _made(value: AnyExpr, scope: Scope, caught: str) -> Thrown | None:
    known = status_in(value)
    name = _name(value)
    if known is None and not name:
        return None
    if isinstance(value, Name) and scope.type_of(value):
        name = scope.type_of(value)
    return Thrown(name, known[0] if known else None, known[1] if known else None, _message(value), False, caught)


def _name(expr: AnyExpr) -> str:
    match expr:
        case Items(items=(first, *_)):
            return dotted(first)
        case Call(func=Member(base=base, name=name)) if name in _CARRIERS:
            return _name(base)
        case Call(func=func):
            return dotted(func)
        case _:
            return dotted(expr)


def _message(expr: AnyExpr) -> AnyExpr | None:
    match expr:
        case Items(items=(_, *rest)) if rest:
            return rest[-1]
        case Call(func=Member(base=base, name=name)) if name in _CARRIERS:
            return _message(base)
        case Call(args=args, kwargs=kwargs):
            return args[-1] if args else kwargs[-1].value if kwargs else None
        case _:
            return None


def _is_raised(expr: AnyExpr, scope: Scope) -> bool:
    before = scope.module.source[max(0, expr.start - 40) : expr.start].rstrip()
    return before.endswith(b"Err(")


def is_part(expr: AnyExpr, scope: Scope) -> bool:
    """The value stands in a tuple, or is what another call is given: it is no answer by itself."""
    before = scope.module.source[max(0, expr.start - 60) : expr.start].rstrip()
    if before.endswith(b","):
        return True
    return before.endswith(b"(") and not before.endswith((b"Ok(", b"Some(", b"Either::Left(", b"Either::Right("))


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`headers.get(AUTHORIZATION)`, `req.headers().get_one("x-api-key")`, an extractor that is called for the header."""
    if not isinstance(expr, Call):
        return None
    name = expr.name
    if name in ("from_request_parts", "from_request", "extract", "extract_with_state"):
        text = scope.text(expr)[:300]
        return Read("header", "authorization", expr) if _AUTHORIZATION.search(text) else None
    if name not in _HEADERS or expr.receiver is None:
        return None
    held = scope.text(expr.receiver)[-60:].lower()
    place = "header" if "header" in held else "cookie" if "jar" in held or "cookie" in held else ""
    if not place:
        return None
    if name == "typed_get":
        return Read(place, "authorization", expr) if "Authorization" in scope.text(expr) else None
    if not expr.args:
        return None
    key = expr.args[0]
    wanted = key.value or "" if isinstance(key, Str) else dotted(key).rsplit(".", 1)[-1].lower().replace("_", "-")
    return Read(place, wanted, key, True)


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """A parameter whose type says that it is the caller."""
    if not isinstance(expr, Name):
        return False
    param = next((p for p in scope.function.params if p.name == expr.id), None)
    if param is None or param.type is None:
        return False
    return kind_of(last_name(unwrapped(param.type))) in (GuardKind.AUTHN, GuardKind.ROLE)


def handler(unit: Unit, file: RustFile, known: Extractors, body_kind: str = "") -> Handling:
    """How a handler takes part, by its signature."""
    inputs: dict[str, str] = {}
    validated: list[str] = []
    for param in unit.node.params:
        name = last_name(unwrapped(param.type))
        at = known.places.get(name, "")
        if at in ("path", "query", "body", "form"):
            names = (
                [p.id for p in walk(param.pattern) if isinstance(p, Name)]
                if param.pattern is not None
                else [param.name]
            )
            inputs.update(dict.fromkeys(names, "body" if at == "form" else at))
            record = signature(unit, file, known, 0)
            if record.body is not None and not record.body.untyped:
                validated += [n for n in names if at in ("body", "form")]
    return Handling(
        kind="handler", returns_answer=True, default_status=answered_by(unit.node, file), inputs=inputs, validated=tuple(validated),
        body_kind=body_kind,
    )  # fmt: skip


# -- errors ----------------------------------------------------------------------------------------------------------


def error_handlers(file: RustFile, traits: frozenset[str], methods: frozenset[str]) -> Iterator[ErrorHandler]:
    """The status of each variant of the types that answer for themselves, as their `match` says."""
    module = file.module
    answering = {
        s.cls.name
        for s in module.body
        if isinstance(s, ClassDef) and s.cls.kind == "impl" and any(last_name(b) in traits for b in s.cls.bases)
    }
    for unit in file.units:
        cls = unit.cls
        if cls is None and _makes_failure(unit.node, module):
            made = {code for stmt in unit.node.body for code in _statuses(stmt)}
            if len(made) == 1 and min(made) >= _FAILED:
                yield ErrorHandler(unit.node.name, Where(module.path, unit.node.start, unit.node.end), made.pop())
        if cls is None or cls.name not in answering or unit.node.name not in methods:
            continue
        found = dict(_variants(unit.node, cls.name))
        for variant, status in found.items():
            yield ErrorHandler(variant, Where(module.path, unit.node.start, unit.node.end), status)
        if not found:
            statuses = {code for stmt in unit.node.body for code in _statuses(stmt)}
            if len(statuses) == 1:
                where = Where(module.path, unit.node.start, unit.node.end)
                yield ErrorHandler(f"{cls.name}.*", where, statuses.pop())


def _makes_failure(function: FunctionNode, module: Module) -> bool:
    """A function that makes an answer of what failed: `fn internal_error<E>(err: E) -> (StatusCode, String)`."""
    if not function.params or not function.name or function.body_end - function.body_start > _SHORT:
        return False
    returns = (
        function.returns.items[0]
        if isinstance(function.returns, Items) and function.returns.items
        else function.returns
    )
    return (
        last_name(returns) in _FAILURES
        and _MENTIONS.search(module.source, function.body_start, function.body_end) is not None
    )


def _variants(function: FunctionNode, owner: str) -> Iterator[tuple[str, int]]:
    for patterns, body in arms(function.body):
        codes = {code for part in body for code in _statuses(part)}
        if len(codes) != 1:
            continue
        for pattern in patterns:
            name = dotted(pattern)
            head, _, last = name.rpartition(".")
            kind = head.rsplit(".", 1)[-1]
            if last:
                # `match self.kind { Kind::Missing => ... }`: the variants of another enum decide.
                yield f"{owner if kind in ('', 'Self') else kind}.{last}", next(iter(codes))


_Arms = Iterator[tuple[tuple[AnyExpr, ...], tuple[Stmt | AnyExpr, ...]]]


def arms(body: tuple[Stmt, ...]) -> _Arms:
    """The arms of all that a body matches: (patterns, what is done)."""
    for statement in body:
        if isinstance(statement, Switch):
            yield from statement.arms
        for expr in _expressions(statement):
            for part in walk(expr):
                if isinstance(part, SwitchExpr):
                    for patterns, value in part.arms:
                        yield patterns, (value,)
                elif isinstance(part, BlockExpr):
                    yield from arms(part.body)
        for inner in _inner(statement):
            yield from arms(inner)


def _inner(statement: Stmt) -> Iterator[tuple[Stmt, ...]]:
    match statement:
        case If(then=then, orelse=orelse):
            yield then
            yield orelse
        case Try(body=body, catches=catches, orelse=orelse):
            yield body
            yield orelse
            yield from (c.body for c in catches)
        case Group(body=body):
            yield body
        case _:
            pass


def _expressions(statement: Stmt) -> Iterator[AnyExpr]:
    match statement:
        case Do(value=value):
            yield value
        case Assign(value=value) | Return(value=value) | Raise(value=value) if value is not None:
            yield value
        case _:
            pass


def _statuses(part: Stmt | AnyExpr) -> Iterator[int]:
    """The statuses that code mentions."""
    if isinstance(part, Do | Assign | Return | Raise | If | Try | Group | Switch):
        for expr in _expressions(part):
            yield from _statuses(expr)
        for inner in _inner(part):
            for statement in inner:
                yield from _statuses(statement)
        if isinstance(part, Switch):
            for _, body in part.arms:
                for statement in body:
                    yield from _statuses(statement)
        return
    for node in walk(part):  # type: ignore[arg-type]  # what is no statement is an expression
        if isinstance(node, Member):
            owner = last_name(node.base)
            if owner in ("StatusCode", "Status", "HttpResponse"):
                code = status_named(node.name)
                if code is not None:
                    yield code
        elif isinstance(node, Call) and (error := _ACTIX_ERROR.match(node.name)) is not None:
            code = status_named(error[1])
            if code is not None:
                yield code
        elif isinstance(node, BlockExpr):
            for statement in node.body:
                yield from _statuses(statement)

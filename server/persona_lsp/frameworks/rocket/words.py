"""What Rocket's words mean inside functions."""

from functools import lru_cache
from typing import Final

from persona_lsp.flow.rust.names import RustFile, last_name, rust_file
from persona_lsp.flow.rust.words import is_part, principal, read, status_in, thrown
from persona_lsp.flow.vocabulary import Answer, Handling, Scope, Vocabulary
from persona_lsp.frameworks.rocket.routes import answered_with, attribute_of, data_name, template
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Decorator,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Str,
)

_STATUSES: Final = {
    "Created": 201, "Accepted": 202, "NoContent": 204, "NotFound": 404, "BadRequest": 400, "Unauthorized": 401,
    "Forbidden": 403, "Conflict": 409,
}  # fmt: skip
_EMPTY: Final = 204
_REDIRECTS: Final = {"to": 303, "temporary": 307, "permanent": 308, "found": 302, "moved": 301}


@lru_cache(maxsize=8)
def detects(module: Module) -> bool:
    """The file mentions Rocket, or has its attributes, whose macros may be there without a word."""
    source = module.source
    if b"rocket" in source:
        return True
    if b"actix" in source or b"axum" in source or b"#[" not in source:
        return False
    return b'("/' in source and (b"routes![" in source or any(b"#[%s(" % v in source for v in _VERBS))


_VERBS: Final = (b"get", b"post", b"put", b"delete", b"patch", b"head", b"options", b"route")


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:  # noqa: ARG001 -- as all vocabularies
    """Handlers by their attribute; request guards by their name."""
    if not detects(module):
        return None
    given = attribute_of(function)
    if given is not None:
        return _handler(function, given, rust_file(module))
    if function.name == "from_request":
        return Handling(kind="dependency", request=tuple(p.name for p in function.params if p.kind != "self"))
    if function.name == "respond_to":
        return Handling(kind="error-handler", returns_answer=True, default_status=None)
    if any(d.name.rsplit(".", 1)[-1] == "catch" for d in function.decorators):
        return Handling(kind="error-handler", returns_answer=True, default_status=None)
    return None


def _handler(function: FunctionNode, given: tuple[Decorator, tuple[str, ...], Str], file: RustFile) -> Handling:
    decorator, _, uri = given
    path, query, rest = template(uri.value or "")
    data = data_name(decorator)
    inputs: dict[str, str] = {}
    validated: list[str] = []
    for param in function.params:
        name = param.name
        if not name:
            continue
        if "{" + name + "}" in path or "{*" + name + "}" in path:
            inputs[name] = "path"
        elif name in (*query, *rest):
            inputs[name] = "query"
        elif name == data:
            inputs[name] = "body"
            if isinstance(param.type, Index):
                validated.append(name)
    status = answered_with(function.returns, file)
    return Handling(
        kind="handler", returns_answer=True, default_status=status, inputs=inputs, validated=tuple(validated),
        body_kind="none" if status == _EMPTY else "",
    )  # fmt: skip


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`Json(x)`, `status::Created::new(uri).body(x)`, `(Status::Accepted, x)`, `Status::NoContent`, `Redirect::to(uri)`."""
    match expr:
        case Items(items=(first, *rest), kind="tuple") if rest:
            known = status_in(first)
            return Answer(known[0], False, known[1], rest[-1], sends=False) if known is not None else None
        case Member():
            known = status_in(expr)
            if known is not None and last_name(expr.base) == "Status":
                return Answer(known[0], False, known[1], None, "none", sends=False)
            return None
        case Call() if is_part(expr, scope):
            return None
        case Call(args=args):
            return _value(expr, args)
        case _:
            return None


def _value(expr: Call, args: tuple[AnyExpr, ...]) -> Answer | None:
    name = expr.name
    owner = (
        last_name(expr.func.base) if isinstance(expr.func, Member) and isinstance(expr.func.base, Name | Member) else ""
    )
    if name in ("body", "tagged_body") and isinstance(expr.func, Member) and isinstance(expr.func.base, Call):
        inner = _value(expr.func.base, expr.func.base.args)
        return (
            Answer(inner.status, inner.status_unknown, inner.status_node, args[0] if args else None, sends=False)
            if inner
            else None
        )
    if owner == "Created" and name == "new":
        return Answer(201, False, None, None, "none", sends=False)
    if owner == "Redirect" and name in _REDIRECTS:
        return Answer(_REDIRECTS[name], body=args[0] if args else None, body_kind="redirect", sends=False)
    if name == "Json" and args:
        return Answer(body=args[0], sends=False)
    if owner == "status" and name in _STATUSES:
        return Answer(_STATUSES[name], False, expr.func, args[-1] if args else None, sends=False)
    if name == "Custom" and len(args) == 2:  # status and body
        known = status_in(args[0])
        return Answer(known[0] if known else None, known is None, known[1] if known else None, args[1], sends=False)
    if owner == "Template" and name == "render":
        return Answer(body_kind="html", sends=False)
    return None


WORDS: Final = Vocabulary(
    framework="rocket",
    languages=("rust",),
    handling=handling,
    applies=detects,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    triggers=(
        "Status",
        "status::",
        "Json",
        "Redirect",
        "header",
        "map_err",
        "ok_or",
        "Err(",
        "cookie",
        "Created",
        "Template",
    ),
)

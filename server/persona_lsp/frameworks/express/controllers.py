"""Classes whose decorators say what they serve on Express: routing-controllers, tsoa, inversify-express-utils."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from persona_lsp.facts.http import Declared, Doc, Guard, In, Param, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Hole, Ref, Text
from persona_lsp.flow.receiving import method_keys
from persona_lsp.flow.script.decorators import Names, arguments, collected, find, number, own_name, texts, where
from persona_lsp.flow.script.names import reduce
from persona_lsp.flow.script.parameters import body_of, key_of, param_of, taken_whole
from persona_lsp.flow.script.paths import expand
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.express.attached import attached, required_user
from persona_lsp.frameworks.express.dialects import DIALECTS, INVERSIFY, PACKAGES, ROUTING_CONTROLLERS, TSOA, Dialect
from persona_lsp.syntax.ir import AnyExpr, ClassNode, Const, Decorator, Do, FunctionNode, Member, Module, Name, Str
from persona_lsp.text.patterns import lazy

ID: Final = "express"
BY: Final = "by"
"""The setting of a controller, and of what serves it, that names the library."""
_BRACES: Final = lazy(r"\{(\w+)\}")
_RETURNS: Final = lazy(rb"\breturn\b(?!\s*[;}])")
_NOTHING: Final = lazy(r"^(?:Promise<\s*)?void\s*>?$")
_ITS_OWN_ANSWER: Final = lazy(r"Result|HttpResponseMessage|\bResponse\b")


@lru_cache(maxsize=4)
def names_of(module: Module) -> Names | None:
    """The names of a file that imports one of the libraries (looked for once: trees are compared by identity)."""
    source = module.source
    if not any(package.encode() in source for package in PACKAGES):
        return None
    return collected(module, *PACKAGES) if any(i.module in PACKAGES for i in module.imports) else None


def controllers(module: Module) -> tuple[list[Router], list[Route]]:
    """The controllers of a file with what they serve."""
    names = names_of(module)
    routers: list[Router] = []
    routes: list[Route] = []
    for cls in module.classes() if names is not None else ():
        dialect, decorator = _controller(cls, names) if names is not None else (None, None)
        if names is None or dialect is None or decorator is None:
            continue
        made = list(_routes(cls, decorator, dialect, names, len(routes)))
        routes += made
        if made:
            routers.append(_router(cls, decorator, dialect, names))
    return routers, routes


def dialect_of(cls: ClassNode, names: Names) -> Dialect | None:
    """The library whose decorator makes a class a controller."""
    return _controller(cls, names)[0]


def mapping_of(method: FunctionNode, dialect: Dialect, names: Names) -> Iterator[Decorator]:
    """The decorators that map a method to requests."""
    return (d for d in method.decorators if own_name(d.name, names) in dialect.methods)


def default_status(method: FunctionNode, dialect: Dialect, names: Names) -> tuple[int | None, AnyExpr | None]:
    """The status of a method that says nothing in its body, and where it is written; None where nobody can tell."""
    body = names.module.source[method.body_start : method.body_end]
    declared = names.module.text(method.returns) if method.returns is not None else ""
    answers = _RETURNS.search(body) is not None and not _NOTHING.match(declared)
    if dialect is TSOA:
        return _default_of_tsoa(method, names, body, answers=answers)
    if dialect is INVERSIFY:
        # `return this.json(user, 201)`: what the library makes of it says the status, where it is called.
        unsure = b"super." in body or _ITS_OWN_ANSWER.search(declared) is not None
        return (200 if answers and not unsure else None), None
    code = find(method.decorators, names, "HttpCode" if answers else "OnUndefined")
    if code is not None:
        given = next(iter(arguments(code)), None)
        return _status(given, names), given
    if find(method.decorators, names, "Redirect") is not None:
        return 302, None
    return (200 if answers else None), None


def request_of(method: FunctionNode, dialect: Dialect, names: Names) -> tuple[tuple[str, ...], ...]:
    """The names of the request, of the response, and of what passes on, among the parameters of a method."""
    found: tuple[list[str], list[str], list[str]] = ([], [], [])
    for param in method.params:
        for decorator in param.decorators:
            word = own_name(decorator.name, names)
            if word in dialect.requests:
                found[0].append(param.name)
            elif word in dialect.responses:
                found[1].append(param.name)
    if dialect.by_position and not any(p.decorators for p in method.params):
        return tuple((p.name,) if p.name else () for p in method.params[:3]) + ((), (), ())[len(method.params[:3]) :]
    return tuple(tuple(one) for one in found)


def places_of(method: FunctionNode, dialect: Dialect, names: Names) -> Iterator[tuple[int, In, Decorator]]:
    """The parameters that carry inputs, by their place among all."""
    for index, param in enumerate(method.params):
        for decorator in param.decorators:
            place = dialect.places.get(own_name(decorator.name, names))
            if place is not None:
                yield index, place, decorator


def _controller(cls: ClassNode, names: Names) -> tuple[Dialect | None, Decorator | None]:
    for decorator in cls.decorators:
        package = names.scope.imports.get(decorator.name.partition(".")[0], ("", ""))[0]
        for dialect in DIALECTS:
            if package in dialect.packages and own_name(decorator.name, names) in dialect.controllers:
                return dialect, decorator
    return None, None


def _router(cls: ClassNode, decorator: Decorator, dialect: Dialect, names: Names) -> Router:
    first = next(iter(arguments(decorator)), None)
    prefixes = tuple(one for path, _ in texts(first, names) for one in _paths(path, dialect)) if first else ()
    return Router(
        symbol=f"{cls.owner}.{cls.name}" if cls.owner else cls.name,
        kind="class",
        framework=ID,
        where=Where(names.module.path, cls.name_start, cls.name_end),
        prefixes=prefixes or (EMPTY,),
        guards=attached(cls.decorators, dialect, names, on_class=True),
        settings=((BY, dialect.id),),
    )


def _routes(
    cls: ClassNode, controller: Decorator, dialect: Dialect, names: Names, order: int
) -> Iterator[Route]:  # fmt: skip
    base = next(iter(arguments(controller)), None)
    for method, key in method_keys(cls):
        for decorator in mapping_of(method, dialect, names):
            first = next(iter(arguments(decorator)), None)
            plain = reduce(first, names.scope) if first is not None else None
            if isinstance(plain, Str) and plain.regex:
                continue
            given: list[tuple[Text, AnyExpr | None]] = [*texts(first, names)]
            for path, node in given or [(EMPTY, None)]:
                for one in _paths(path, dialect):
                    order += 1
                    if dialect is ROUTING_CONTROLLERS and base is not None and _runs_on(one):
                        one = (Hole("what stands before it ends where this begins"), *one)
                    yield _route(cls, method, key, decorator, dialect, one, node, order, names)


def _runs_on(path: Text) -> bool:
    """The path begins without a slash: routing-controllers puts none between it and that of the class."""
    return bool(path) and not (isinstance(path[0], str) and path[0].startswith("/"))


def _paths(path: Text, dialect: Dialect) -> tuple[Text, ...]:
    if dialect.braces:
        path = tuple(_BRACES.sub(r":\1", part) if isinstance(part, str) else part for part in path)
    return (EMPTY,) if path in (("/",), ("",)) else expand(path)


def _route(
    cls: ClassNode, method: FunctionNode, key: str, decorator: Decorator, dialect: Dialect, path: Text,
    node: AnyExpr | None, order: int, names: Names,
) -> Route:  # fmt: skip
    module = names.module
    start = method.start if method.outer_start < 0 else min(method.outer_start, method.start)
    inside = node if node is not None and decorator.start <= node.start < decorator.end else None
    status, status_node = default_status(method, dialect, names)
    said = Declared(status, where(status_node or decorator, module), is_default=status_node is None)
    taken = [(method.params[index], place, one) for index, place, one in places_of(method, dialect, names)]
    whole = any(
        own_name(one.name, names) in dialect.whole and (place is not In.PATH or taken_whole(param, method, names))
        for param, place, one in taken
    )
    read_by_hand = any(request_of(method, dialect, names))
    params: list[Param] = []
    body = None
    for param, place, one in taken:
        name = key_of(one) or ("" if own_name(one.name, names) in dialect.whole else param.name)
        if place is In.BODY:
            body = body or body_of(param, names, checked=dialect is TSOA)
        elif name:
            params.append(param_of(param, name, place, names))
    if dialect is TSOA:
        in_path = set(_BRACES.findall(module.text(node))) if node is not None else set()
        in_path |= {p[1:] for part in path if isinstance(part, str) for p in re.findall(r":\w+", part)}
        bare = [p for p in method.params if not p.decorators and p.name]
        params += [param_of(p, p.name, In.PATH if p.name in in_path else In.QUERY, names) for p in bare]
    return Route(
        methods=(dialect.methods[own_name(decorator.name, names)],),
        path=path,
        framework=ID,
        where=Where(module.path, decorator.value.start, inside.end if inside is not None else decorator.end),
        statement=Where(module.path, start, method.end),
        order=order,
        router=Ref(f"{cls.owner}.{cls.name}" if cls.owner else cls.name),
        handler_key=key,
        handler_name=f"{cls.name}.{method.name}",
        guards=(*attached(method.decorators, dialect, names), *_of_parameters(method, names)),
        params=tuple(params),
        body=body,
        declared=(said,) if status is not None else (),
        doc=_doc(cls, method, names),
        path_where=where(inside, module) if inside is not None else None,
        method_where=Where(module.path, decorator.value.start, decorator.value.start + len(decorator.name)),
        html=find(method.decorators, names, "Render") is not None,
        unknown_params=whole and not read_by_hand,
        forwards_errors=True,
        sends_null=dialect is INVERSIFY,
    )


def _of_parameters(method: FunctionNode, names: Names) -> Iterator[Guard]:
    """`@CurrentUser({ required: true }) user`: nobody else gets as far as the method."""
    for param in method.params:
        found = find(param.decorators, names, "CurrentUser")
        if found is not None:
            yield required_user(found, names)


def _default_of_tsoa(
    method: FunctionNode, names: Names, body: bytes, *, answers: bool
) -> tuple[int | None, AnyExpr | None]:
    said = find(method.decorators, names, "SuccessResponse")
    given = next(iter(arguments(said)), None) if said is not None else None
    if b".setStatus(" in body:
        set_here = [s.value for s in method.body if isinstance(s, Do) and _sets_status(s.value)]
        if len(set_here) == body.count(b".setStatus(") == 1:
            found = status_of(next(iter(getattr(set_here[0], "args", ())), None))
            return (found[0], found[1] if isinstance(found[1], Const) else None) if found is not None else (None, None)
        return None, None
    if given is not None:
        return _status(given, names), given
    return (200 if answers else 204), None


def _sets_status(value: AnyExpr) -> bool:
    func = getattr(value, "func", None)
    return (
        isinstance(func, Member) and func.name == "setStatus" and isinstance(func.base, Name) and func.base.id == "this"
    )


def _status(expr: AnyExpr | None, names: Names) -> int | None:
    value = reduce(expr, names.scope) if expr is not None else None
    if isinstance(value, Str) and (value.value or "").isdigit():
        return int(value.value or "")
    known = status_of(expr)
    return known[0] if known is not None else number(expr, names)


def _doc(cls: ClassNode, method: FunctionNode, names: Names) -> Doc:
    tags = find(method.decorators, names, "Tags") or find(cls.decorators, names, "Tags")
    return Doc(
        description=method.doc,
        tags=tuple(a.value for a in (arguments(tags) if tags is not None else ()) if isinstance(a, Str) and a.value),
        deprecated=find(method.decorators, names, "Deprecated") is not None,
        hidden=find((*method.decorators, *cls.decorators), names, "Hidden") is not None,
    )

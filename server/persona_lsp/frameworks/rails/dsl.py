"""The words of `routes.rb`, each as a function of the mapper, the call and the scope that it stands in."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.frameworks.rails.literals import literal, names, options, resolved
from persona_lsp.frameworks.rails.matching import handled, match, via
from persona_lsp.frameworks.rails.scope import Scope, joined, known, variants
from persona_lsp.syntax.ir import AnyExpr, Call, Index, Lambda, Object, Str
from persona_lsp.syntax.ruby_names import chain

if TYPE_CHECKING:
    from persona_lsp.frameworks.rails.mapper import Mapper

VERBS: Final = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "options": "OPTIONS"}


def _resources(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.resources(call, scope, singleton=False)


def _resource(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.resources(call, scope, singleton=True)


def _verb(mapper: "Mapper", call: Call, scope: Scope) -> None:
    match(mapper, call, scope, (VERBS[call.name],))


def _match(mapper: "Mapper", call: Call, scope: Scope) -> None:
    match(mapper, call, scope, ())


def _root(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    first = resolved(call.args[0], mapper.env) if call.args else None
    if isinstance(first, Str):
        given["to"] = first
    if scope.level == "resources" and scope.resource is not None:
        scope = replace(scope, level="root", path=joined(scope.path, scope.resource.path))
    elif scope.level == "resource":
        scope = mapper.member(scope)
    if "constraints" in given:
        scope = mapper.constrained(given["constraints"], scope)
    controller = mapper.path_of(given["controller"]) if "controller" in given else scope.controller
    action = mapper.path_of(given["action"]) if "action" in given else scope.action
    handler, declared = handled(mapper, scope, controller, action, given.get("to"))
    methods = via(mapper, given["via"]) if "via" in given else ("GET",)
    mapper.add(scope, methods, joined(scope.path, "/"), handler, call, call.func, declared=declared)


def _namespace(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    if not call.args:
        return
    name = mapper.path_of(call.args[0])
    if scope.level in ("resources", "resource"):
        scope = mapper.nested(scope)
    path = mapper.path_of(given.pop("path")) if "path" in given else name
    module = mapper.path_of(given.pop("module")) if "module" in given else name
    shallow = mapper.path_of(given.pop("shallow_path")) if "shallow_path" in given else path
    scope = replace(
        scope,
        path=joined(scope.path, path),
        module=f"{scope.module}/{module}".strip("/"),
        shallow_path=joined(scope.shallow_path, shallow),
        lost=scope.lost or not known(module),
    )
    mapper.block(call, mapper.scoped(given, scope))


def _scope(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    pieces = [mapper.path_of(a) for a in call.args if not isinstance(resolved(a, mapper.env), Object)]
    if pieces:
        joint = "/".join(pieces)
        text = Str(call.start, call.start, (joint,))
        given["path"] = text
    module = given.get("module")
    scope = mapper.scoped(given, scope)
    if module is not None and not known(scope.module):
        scope = replace(scope, lost=True)
    mapper.block(call, scope)


def _controller(mapper: "Mapper", call: Call, scope: Scope) -> None:
    if call.args:
        mapper.block(call, replace(scope, controller=mapper.path_of(call.args[0])))


def _constraints(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = options(call, mapper.env)
    for arg in call.args:
        if not isinstance(resolved(arg, mapper.env), Object):
            scope = mapper.constrained(arg, scope)
    found = tuple(f"{k}={mapper.module.text(v)}" for k, v in given.items())
    mapper.block(call, replace(scope, variants=(*scope.variants, *found)))


def _same(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.block(call, scope)


def _shallow(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.block(call, replace(scope, shallow=True))


def _member(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.block(call, mapper.member(scope))


def _collection(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.block(call, mapper.collection(scope))


def _new(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.block(call, mapper.new(scope))


def _nested(mapper: "Mapper", call: Call, scope: Scope) -> None:
    mapper.block(call, mapper.nested(scope))


def _concern(mapper: "Mapper", call: Call, scope: Scope) -> None:
    del scope
    name = literal(call.args[0], mapper.env) if call.args else None
    if name and call.block is not None:
        mapper.concerns[name] = call.block.function
    elif name and len(call.args) > 1:
        made = resolved(call.args[1], mapper.env)
        if isinstance(made, Lambda):
            mapper.concerns[name] = made.function


def _concerns(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = options(call, mapper.env)
    wanted: list[str] = []
    for arg in call.args:
        wanted.extend(names(arg, mapper.env) or ())
    mapper.use_concerns(wanted, given, scope)


def _with_options(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = options(call, mapper.env)
    if call.block is None:
        return
    extra = tuple(given.items())
    params = call.block.function.params
    if not params:
        mapper.block(call, replace(scope, options=(*scope.options, *extra)))
        return
    before = dict(mapper.receivers)
    mapper.receivers[params[0].name] = extra
    mapper.block(call, scope)
    mapper.receivers = before


def _mount(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    child: AnyExpr | None = None
    prefix: AnyExpr | None = given.get("at")
    for arg in call.args:
        value = resolved(arg, mapper.env)
        if isinstance(value, Object):
            for entry in value.entries:
                if entry.key is not None and not isinstance(entry.key, Str):
                    child, prefix = entry.key, entry.value
                    break
        elif child is None:
            child = value
    name = chain(child)
    if isinstance(child, Index) or not name[:1].isupper():
        return
    if scope.level in ("resources", "resource"):
        scope = mapper.nested(scope)
    path = joined(scope.path, mapper.path_of(prefix)) if prefix is not None else scope.path
    if "constraints" in given:
        scope = mapper.constrained(given["constraints"], scope)
    mapper.add_mount(scope, f"{name}.routes", _braced(path), call)


def _draw(mapper: "Mapper", call: Call, scope: Scope) -> None:
    name = literal(call.args[0], mapper.env) if call.args else None
    if name:
        mapper.add_mount(
            scope,
            f"config/routes/{name}",
            _braced(scope.path),
            call,
            modules=f"{scope.module if known(scope.module) else ''}/",
        )


def _guarded(mapper: "Mapper", call: Call, scope: Scope) -> None:
    """`authenticate :user do`: devise lets only signed-in callers pass; for others, `authenticated` routes are not there."""
    source = mapper.module.text(call.func)
    if call.name != "unauthenticated":
        guard = Guard(call.name, GuardKind.AUTHN, Level.ROUTER, mapper.where(call.func), source=source)
        scope = replace(scope, guards=(*scope.guards, guard))
    first = call.args[0] if call.args else None
    text = f"{source} {mapper.module.text(first)}" if first is not None else source
    mapper.block(call, replace(scope, variants=(*scope.variants, text), conditional=True))


def _nothing(mapper: "Mapper", call: Call, scope: Scope) -> None:
    """Words that register nothing."""


def _braced(path: str) -> str:
    """A prefix with its parameters in braces; optional pieces of a prefix are left out."""
    found = variants(path) if path else ("",)
    return "" if found[0] == "/" else found[0]


WORDS: Final[Mapping[str, Callable[["Mapper", Call, Scope], None]]] = {
    **dict.fromkeys(VERBS, _verb),
    "match": _match,
    "resources": _resources,
    "resource": _resource,
    "root": _root,
    "namespace": _namespace,
    "scope": _scope,
    "controller": _controller,
    "constraints": _constraints,
    "defaults": _same,
    "shallow": _shallow,
    "member": _member,
    "collection": _collection,
    "new": _new,
    "nested": _nested,
    "concern": _concern,
    "concerns": _concerns,
    "with_options": _with_options,
    "mount": _mount,
    "draw": _draw,
    "authenticate": _guarded,
    "authenticated": _guarded,
    "unauthenticated": _guarded,
    "devise_scope": _same,
    "as": _same,
    "direct": _nothing,
    "resolve": _nothing,
    "default_url_options": _nothing,
}

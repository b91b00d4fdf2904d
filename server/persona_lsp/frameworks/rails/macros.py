"""Words of well-known gems that register routes: devise, devise_token_auth, doorkeeper, versionist."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from persona_lsp.frameworks.rails.guards import of_gem
from persona_lsp.frameworks.rails.inflection import class_name, plural, singular, underscored
from persona_lsp.frameworks.rails.literals import items, literal, names, resolved
from persona_lsp.frameworks.rails.scope import Scope, joined
from persona_lsp.syntax.ir import AnyExpr, Call, Object, Str

if TYPE_CHECKING:
    from persona_lsp.frameworks.rails.mapper import Mapper

_DEVISE: Final = (
    # module, action, methods, the names that make up its path
    ("sessions", "new", ("GET",), ("sign_in",)),
    ("sessions", "create", ("POST",), ("sign_in",)),
    ("sessions", "destroy", ("DELETE",), ("sign_out",)),
    ("passwords", "new", ("GET",), ("password", "new")),
    ("passwords", "edit", ("GET",), ("password", "edit")),
    ("passwords", "update", ("PATCH", "PUT"), ("password",)),
    ("passwords", "create", ("POST",), ("password",)),
    ("registrations", "cancel", ("GET",), ("registration", "cancel")),
    ("registrations", "new", ("GET",), ("registration", "sign_up")),
    ("registrations", "edit", ("GET",), ("registration", "edit")),
    ("registrations", "update", ("PATCH", "PUT"), ("registration",)),
    ("registrations", "destroy", ("DELETE",), ("registration",)),
    ("registrations", "create", ("POST",), ("registration",)),
    ("confirmations", "new", ("GET",), ("confirmation", "new")),
    ("confirmations", "show", ("GET",), ("confirmation",)),
    ("confirmations", "create", ("POST",), ("confirmation",)),
    ("unlocks", "new", ("GET",), ("unlock", "new")),
    ("unlocks", "show", ("GET",), ("unlock",)),
    ("unlocks", "create", ("POST",), ("unlock",)),
    ("invitations", "edit", ("GET",), ("invitation", "accept")),
    ("invitations", "destroy", ("GET",), ("invitation", "remove")),
    ("invitations", "new", ("GET",), ("invitation", "new")),
    ("invitations", "update", ("PATCH", "PUT"), ("invitation",)),
    ("invitations", "create", ("POST",), ("invitation",)),
)
_DEVISE_MODULES: Final = {
    "sessions": "",
    "passwords": "?recoverable",
    "registrations": "?registerable",
    "confirmations": "confirmable",
    "unlocks": "lockable",
    "invitations": "invitable",
}
"""The module of the model that each needs; those with `?` are what `rails generate devise` switches on."""
_OWN_CONTROLLERS: Final = {
    "devise/registrations": "Devise::RegistrationsController",
    "devise_token_auth/registrations": "DeviseTokenAuth::RegistrationsController",
    "devise_token_auth/sessions": "DeviseTokenAuth::SessionsController",
    "devise_token_auth/token_validations": "DeviseTokenAuth::TokenValidationsController",
}
_DEVISE_NAMES: Final = {"registration": ""}
_TOKEN_AUTH: Final = (
    ("sessions", "new", ("GET",), "sign_in"),
    ("sessions", "create", ("POST",), "sign_in"),
    ("sessions", "destroy", ("DELETE",), "sign_out"),
    ("passwords", "new", ("GET",), "password/new"),
    ("passwords", "edit", ("GET",), "password/edit"),
    ("passwords", "update", ("PATCH", "PUT"), "password"),
    ("passwords", "create", ("POST",), "password"),
    ("registrations", "cancel", ("GET",), "cancel"),
    ("registrations", "new", ("GET",), "sign_up"),
    ("registrations", "edit", ("GET",), "edit"),
    ("registrations", "update", ("PATCH", "PUT"), ""),
    ("registrations", "destroy", ("DELETE",), ""),
    ("registrations", "create", ("POST",), ""),
    ("token_validations", "validate_token", ("GET",), "validate_token"),
)
_DOORKEEPER: Final = (
    ("authorizations", "native", "show", ("GET",), "authorize/native"),
    ("authorizations", "", "new", ("GET",), "authorize"),
    ("authorizations", "", "destroy", ("DELETE",), "authorize"),
    ("authorizations", "", "create", ("POST",), "authorize"),
    ("tokens", "", "create", ("POST",), "token"),
    ("tokens", "", "revoke", ("POST",), "revoke"),
    ("tokens", "", "introspect", ("POST",), "introspect"),
    ("applications", "", "index", ("GET",), "applications"),
    ("applications", "", "create", ("POST",), "applications"),
    ("applications", "", "new", ("GET",), "applications/new"),
    ("applications", "", "edit", ("GET",), "applications/:id/edit"),
    ("applications", "", "show", ("GET",), "applications/:id"),
    ("applications", "", "update", ("PATCH", "PUT"), "applications/:id"),
    ("applications", "", "destroy", ("DELETE",), "applications/:id"),
    ("authorized_applications", "", "index", ("GET",), "authorized_applications"),
    ("authorized_applications", "", "destroy", ("DELETE",), "authorized_applications/:id"),
    ("token_info", "", "show", ("GET",), "token/info"),
)


def _devise_for(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    for arg in call.args:
        name = literal(arg, mapper.env)
        if name is None:
            continue
        controllers = _texts(given.get("controllers"), mapper)
        path_names = {**_DEVISE_NAMES, **_texts(given.get("path_names"), mapper)}
        path = mapper.path_of(given["path"]) if "path" in given else plural(name)
        module = mapper.path_of(given["module"]) if "module" in given else "devise"
        skip, only = _wanted(given.get("skip"), mapper), _wanted(given.get("only"), mapper)
        # A prefix that is given takes the place of what the routes around would put there.
        prefix = f"/{mapper.path_of(given['path_prefix'])}" if "path_prefix" in given else scope.path
        base = joined(prefix, path)
        for kind, action, methods, pieces in _DEVISE:
            if kind in skip or "all" in skip or (only and kind not in only):
                continue
            module_ = _DEVISE_MODULES[kind]
            sure = "?" if module_.startswith("?") else ""
            needs = f"{sure}{_model(given, name, mapper)} devise:{module_.lstrip('?')}"
            tail = "/".join(path_names.get(p, p) for p in pieces)
            handler = mapper.handler(
                _absolute(scope, kind, controllers), controllers.get(kind, f"{module}/{kind}"), action
            )
            own = of_gem(_OWN_CONTROLLERS.get(handler.partition("#")[0], ""), mapper.where(arg))
            mapper.add(
                replace(scope, guards=(*scope.guards, *(g for g in own if action in g.only))),
                methods,
                joined(base, tail),
                handler,
                call,
                arg,
                derived=True,
                page=methods == ("GET",),
                needs=needs if module_ else "",
            )
        if "omniauth_callbacks" in controllers and "omniauth_callbacks" not in skip:
            handler = mapper.handler(scope, controllers["omniauth_callbacks"], "passthru")
            needs = f"?{_model(given, name, mapper)} devise:omniauthable"
            for methods in (("GET",), ("POST",)):
                for tail, to in (("auth/:provider", handler), ("auth/:action/callback", "")):
                    mapper.add(scope, methods, joined(base, tail), to, call, arg, derived=True, needs=needs)


def _model(given: Mapping[str, AnyExpr], name: str, mapper: "Mapper") -> str:
    return (literal(given.get("class_name"), mapper.env) or class_name(singular(name))).replace("::", ".")


def _absolute(scope: Scope, kind: str, controllers: Mapping[str, str]) -> Scope:
    """devise's own controllers are not in the module around; those that are named are."""
    return scope if kind in controllers else replace(scope, module="", lost=False)


def _token_auth(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    controllers = _texts(given.get("controllers"), mapper)
    skip = _wanted(given.get("skip"), mapper)
    base = joined(scope.path, mapper.path_of(given["at"]) if "at" in given else "/auth")
    at = call.args[0] if call.args else call.func
    for kind, action, methods, tail in _TOKEN_AUTH:
        if kind in skip:
            continue
        inner = _absolute(scope, kind, controllers)
        handler = mapper.handler(inner, controllers.get(kind, f"devise_token_auth/{kind}"), action)
        own = of_gem(_OWN_CONTROLLERS.get(handler.partition("#")[0], ""), mapper.where(at))
        inner = replace(inner, guards=(*inner.guards, *(g for g in own if action in g.only)))
        mapper.add(inner, methods, joined(base, tail), handler, call, at, derived=True)


def _doorkeeper(mapper: "Mapper", call: Call, scope: Scope) -> None:
    given, _ = mapper.options(call, scope)
    base = joined(scope.path, mapper.path_of(given["scope"]) if "scope" in given else "oauth")
    controllers: dict[str, str] = {}
    skip: set[str] = set()
    for statement in call.block.function.body if call.block is not None else ():
        line = getattr(statement, "value", None)
        if not isinstance(line, Call):
            continue
        if line.name == "controllers":
            controllers.update({k.name: literal(k.value, mapper.env) or "" for k in line.kwargs})
        elif line.name == "skip_controllers":
            for arg in line.args:
                skip.update(names(arg, mapper.env) or ())
    for kind, _, action, methods, tail in _DOORKEEPER:
        if kind in skip:
            continue
        inner = _absolute(scope, kind, controllers)
        handler = mapper.handler(inner, controllers.get(kind) or f"doorkeeper/{kind}", action)
        mapper.add(inner, methods, joined(base, tail), handler, call, call.func, derived=True)


def _api_version(mapper: "Mapper", call: Call, scope: Scope) -> None:
    """versionist: `api_version(module: "V1", path: { value: "v1" }) do`. Versions in headers leave the path as it is."""
    given, _ = mapper.options(call, scope)
    module = "/".join(underscored(p) for p in mapper.path_of(given.get("module")).split("::") if p)
    scope = replace(scope, module=f"{scope.module}/{module}".strip("/"))
    path = _texts(given.get("path"), mapper).get("value", "")
    others = [k for k in ("header", "parameter") if k in given]
    if path:
        mapper.block(call, replace(scope, path=joined(scope.path, path)))
    for name in others:
        mapper.block(call, replace(scope, variants=(*scope.variants, f"{name}={mapper.module.text(given[name])}")))


def _texts(expr: AnyExpr | None, mapper: "Mapper") -> dict[str, str]:
    value = resolved(expr, mapper.env)
    if not isinstance(value, Object):
        return {}
    return {e.name: mapper.path_of(e.value) for e in value.entries if e.name}


def _wanted(expr: AnyExpr | None, mapper: "Mapper") -> frozenset[str]:
    """Names in `skip:` or `only:`; a resource may be named in the singular."""
    found = names(expr, mapper.env)
    if found is None:
        listed = items(expr, mapper.env) or ()
        found = tuple(v for i in listed if isinstance(i, Str) and (v := i.value))
    return frozenset(f if f.endswith("s") or f == "all" else plural(f) for f in found)


MACROS: Final[Mapping[str, Callable[["Mapper", Call, Scope], None]]] = {
    "devise_for": _devise_for,
    "mount_devise_token_auth_for": _token_auth,
    "use_doorkeeper": _doorkeeper,
    "api_version": _api_version,
}

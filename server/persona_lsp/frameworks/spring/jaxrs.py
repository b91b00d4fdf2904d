"""JAX-RS resources, which Spring Boot serves through Jersey: `@Path` classes with `@GET`, `@POST` and the like."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Declared, Level, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text, literal
from persona_lsp.frameworks.spring.annotations import (
    VERBS,
    Values,
    argument,
    classes,
    find,
    listed,
    rooted,
    simple,
    string,
    trimmed,
    type_name,
    where,
)
from persona_lsp.frameworks.spring.guards import declared_guards
from persona_lsp.frameworks.spring.inputs import Inputs, field_inputs, inputs
from persona_lsp.frameworks.spring.routes import answered_type, answers_later, document, method_keys
from persona_lsp.syntax.ir import ClassNode, Decorator, FunctionNode, Module, Str, dotted

_PACKAGES: Final = ("jakarta.ws.rs", "javax.ws.rs")


_BASES: Final = (
    Ref("${spring.jersey.application-path:}"), Ref("${quarkus.rest.path:}"), Ref("${quarkus.resteasy-reactive.path:}"),
    Ref("${quarkus.resteasy.path:}"),
)  # fmt: skip
"""What stands before all resources, where somebody sets it."""


def application_path(module: Module, values: Values) -> Iterator[ConfigEntry]:
    """`@ApplicationPath("/api")` stands before every resource."""
    if b"@ApplicationPath" not in module.source:
        return
    for cls, path in classes(module):
        decorator = find(cls.decorators, "ApplicationPath")
        written = literal(values.text(argument(decorator, "value"), path)) if decorator is not None else None
        if decorator is not None and written:
            yield ConfigEntry("spring.jersey.application-path", "/" + written.strip("/"), where(module, decorator))


def resources(module: Module, values: Values, order: int) -> tuple[list[Router], list[Route]]:
    """Routers and routes of the resource classes of a file."""
    routers: list[Router] = []
    routes: list[Route] = []
    if not any(i.module.startswith(_PACKAGES) for i in module.imports):
        return routers, routes
    for cls, path in classes(module):
        at = find(cls.decorators, "Path")
        mapped = any(_verb(m) is not None for m in cls.methods)
        if at is None and not mapped:
            continue
        if find(cls.decorators, "RegisterRestClient", "FeignClient") is not None:
            continue
        prefix = _path(at, values, path)
        routers.append(Router(
            symbol=path, kind="class", framework="spring", where=Where(module.path, cls.name_start, cls.name_end),
            prefixes=((*_BASES, *trimmed(rooted(prefix))),), guards=declared_guards(cls.decorators, Level.CLASS, module),
            inherits=tuple(Ref(name) for base in cls.bases if (name := dotted(base))),
            abstract=cls.kind == "interface" or "abstract" in cls.modifiers or at is None,
            inherits_prefix=at is None, implemented=cls.kind == "interface" and at is not None,
        ))  # fmt: skip
        fields = _fields(cls, path, values)
        for method, key in method_keys(cls, path):
            verb = _verb(method)
            if verb is not None:
                routes.append(_route(cls, path, method, key, verb, module, values, order + len(routes), fields))
    return routers, routes


def is_resource_method(method: FunctionNode, cls: ClassNode) -> bool:
    """A method that JAX-RS serves."""
    return _verb(method) is not None and type_name(method.returns) != "" and cls.kind != "interface"


def _verb(method: FunctionNode) -> Decorator | None:
    return next((d for d in method.decorators if d.name in VERBS and d.call is None), None)


def _path(decorator: Decorator | None, values: Values, scope: str) -> Text:
    return values.text(argument(decorator, "value"), scope) if decorator is not None else ()


def _route(
    cls: ClassNode,
    path: str,
    method: FunctionNode,
    key: str,
    verb: Decorator,
    module: Module,
    values: Values,
    order: int,
    fields: Inputs,
) -> Route:
    at = find(method.decorators, "Path")
    written = argument(at, "value") if at is not None else None
    taken = inputs(method, values, path, frozenset(), jax_rs=True)
    name = Where(module.path, method.name_start, method.name_end)
    declared: tuple[Declared, ...] = ()
    if answered_type(method) != "Response" and not answers_later(method):
        declared = (Declared(204 if answered_type(method) == "void" else 200, name, is_default=True),)
    return Route(
        methods=(simple(verb.name),), path=rooted(_path(at, values, path)), framework="spring",
        where=where(module, verb), statement=Where(module.path, min(method.outer_start, method.start), method.end),
        order=order, router=Ref(path), handler_key=key, handler_name=f"{cls.name}.{method.name}",
        guards=declared_guards(method.decorators, Level.ROUTE, module), params=(*taken.params, *fields.params), body=taken.body,
        declared=declared, doc=document(cls, method), variants=tuple(_variants(method)),
        path_where=where(module, written) if isinstance(written, Str) else None,
        method_where=where(module, verb), unknown_params=taken.unknown or fields.unknown,
    )  # fmt: skip


def _fields(cls: ClassNode, path: str, values: Values) -> Inputs:
    """`@PathParam("id") Long id;` and `@Context UriInfo uri;`: fields that are filled before each method is called."""
    taken = field_inputs(cls.fields, values, path)
    return Inputs(tuple(replace(p, via=cls.name) for p in taken.params), None, taken.unknown)


def _variants(method: FunctionNode) -> Iterator[str]:
    for name in ("Consumes", "Produces"):
        decorator = find(method.decorators, name)
        for item in listed(argument(decorator, "value")) if decorator is not None else ():
            yield f"{name.lower()}={string(item) or dotted(item)}"

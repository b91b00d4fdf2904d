"""Routes of annotated controllers: class mappings times method mappings, inherited ones left to the linker."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Declared, Doc, Level, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.spring.aliases import aliases, given
from persona_lsp.frameworks.spring.annotations import (
    CLIENTS,
    CONTROLLERS,
    EXCHANGES,
    METHODS,
    STEREOTYPES,
    Values,
    argument,
    classes,
    find,
    flag,
    listed,
    method_names,
    number,
    rooted,
    simple,
    string,
    trimmed,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.frameworks.spring.data_rest import BELOW_BASE
from persona_lsp.frameworks.spring.guards import caller_guards, declared_guards
from persona_lsp.frameworks.spring.inputs import inputs
from persona_lsp.frameworks.spring.profiles import for_developers
from persona_lsp.frameworks.spring.shared import shared_inputs
from persona_lsp.frameworks.spring.statuses import status_value
from persona_lsp.syntax.ir import AnyExpr, ClassNode, Decorator, FunctionNode, Items, Module, Str, dotted
from persona_lsp.text.patterns import lazy

FRAMEWORK_ID: Final = "spring"
ENTITY_TYPES: Final = frozenset({"ResponseEntity", "HttpEntity", "ServerResponse", "EntityResponse"})
JAX_RS: Final = ("jakarta.ws.rs", "javax.ws.rs")
_ASYNC: Final = frozenset({
    "Mono", "CompletableFuture", "CompletionStage", "Future", "DeferredResult", "Callable", "WebAsyncTask",
    "ListenableFuture", "Uni", "Single",
})  # fmt: skip
_AWARE: Final = ("RepositoryRestController", "BasePathAwareController")
_RAW_ANSWERS: Final = frozenset({"StreamingResponseBody", "SseEmitter", "ResponseBodyEmitter", "Flux", "Void"})
_KNOWN_PACKAGES: Final = lazy(
    r"^(?:org\.springframework|lombok|io\.swagger|jakarta|javax|java\.|org\.springdoc|springfox|com\.fasterxml|kotlin"
    r"|org\.slf4j|io\.micrometer|org\.jetbrains|com\.github\.xiaoymin|org\.checkerframework|org\.mapstruct)"
)
_NAMED_LIKE: Final = lazy(r"(?:Controller|Api|Resource|Endpoint|Rest)$")
_PATH_NAMES: Final = lazy(r"\{\*?(\w+)")
_VARIANTS: Final = ("params", "headers", "consumes", "produces", "version")


def controllers(module: Module, values: Values) -> tuple[list[Router], list[Route]]:
    """Routers and routes of all classes and interfaces of the file."""
    routers: list[Router] = []
    routes: list[Route] = []
    for cls, path in classes(module):
        routes += shared_inputs(cls, path, module, values, len(routes))
        made = _router(cls, path, module, values)
        if made is None:
            continue
        routers.append(made)
        routes += _routes(cls, path, module, values, len(routes))
    return routers, routes


def method_keys(cls: ClassNode, path: str) -> Iterator[tuple[FunctionNode, str]]:
    """Methods with the keys of their facts: overloads are numbered from the second one on."""
    taken: dict[str, int] = {}
    for method in cls.methods:
        count = taken.get(method.name, 0)
        taken[method.name] = count + 1
        yield method, f"{path}.{method.name}" + (f"#{count}" if count else "")


def is_page(cls: ClassNode, method: FunctionNode) -> bool:
    """A method of a plain `@Controller` that answers with a view."""
    if cls.kind == "interface" or find(cls.decorators, "RestController", "ResponseBody") is not None:
        return False
    if find(cls.decorators, "Controller") is None or find(method.decorators, "ResponseBody") is not None:
        return False
    return answered_type(method) not in ENTITY_TYPES | _RAW_ANSWERS


def answers_later(method: FunctionNode) -> bool:
    """`@Suspended AsyncResponse`: what the method returns is not what it answers."""
    return any(type_name(p.type) == "AsyncResponse" for p in method.params)


def answered_type(method: FunctionNode) -> str:
    """The simple name of what a method answers with, promises and futures unwrapped."""
    declared = method.returns
    while type_name(declared) in _ASYNC and type_arguments(declared):
        declared = type_arguments(declared)[0]
    return type_name(declared)


def is_answer(method: FunctionNode, module: Module) -> bool:
    """What a method returns is a whole answer, its status with it."""
    answered = answered_type(method)
    return answered in ENTITY_TYPES or (answered == "Response" and of_jax_rs(module))


def of_jax_rs(module: Module) -> bool:
    """`Response` is that of JAX-RS, and no class of the project."""
    named = [i.module for i in module.imports if i.local == "Response"]
    if not named and not any(name.rpartition(".")[2] == "Response" for _, name in classes(module)):
        named = [i.module for i in module.imports if i.local == "*"]
    return any(imported.startswith(JAX_RS) for imported in named)


def mapping_of(method: FunctionNode) -> Decorator | None:
    """The annotation that maps a method to requests."""
    return next((d for d in method.decorators if simple(d.name) in METHODS or simple(d.name) in EXCHANGES), None)


def _router(cls: ClassNode, path: str, module: Module, values: Values) -> Router | None:
    maps = find(cls.decorators, "RequestMapping", "HttpExchange")
    has_routes = any(mapping_of(m) is not None for m in cls.methods)
    stereotype = find(cls.decorators, *CONTROLLERS) is not None
    if find(cls.decorators, "ControllerAdvice", "RestControllerAdvice") is not None and not has_routes:
        return None
    custom = _custom_annotations(cls, module)
    if not (maps or has_routes or stereotype):
        meant = (cls.kind == "interface" or "abstract" in cls.modifiers or custom) and _NAMED_LIKE.search(cls.name)
        if not meant or not (cls.bases or custom):
            return None
    prefixes = tuple(trimmed(rooted(t)) for t, _ in values.texts(_paths(maps), path)) if maps is not None else ()
    bases = tuple(Ref(name) for base in cls.bases if (name := dotted(base)))
    serves = (
        cls.kind in {"class", "record"}
        and "abstract" not in cls.modifiers
        and (stereotype or bool(maps) or bool(custom))
    )
    if cls.kind == "class" and find(cls.decorators, *CLIENTS) is not None:
        serves = False
    return Router(
        symbol=path,
        kind="class",
        framework=FRAMEWORK_ID,
        where=Where(module.path, cls.name_start, cls.name_end),
        prefixes=prefixes or ((),),
        guards=declared_guards(cls.decorators, Level.CLASS, module),
        inherits=(*bases, *(Ref(d.name) for d in custom)),
        abstract=not serves,
        conditional=find(cls.decorators, "Profile") is not None
        or any(simple(d.name).startswith("ConditionalOn") for d in cls.decorators),
        inherits_prefix=not prefixes,
        settings=(
            *(((BELOW_BASE, "aware"),) if find(cls.decorators, *_AWARE) is not None else ()),
            *(aliases(cls, values) if cls.kind == "annotation" else ()),
        ),
        given=tuple(given(custom, path, values)) if not prefixes else (),
    )


def _custom_annotations(cls: ClassNode, module: Module) -> list[Decorator]:
    """Annotations that may be the project's own and carry Spring's: not imported from a package that is known."""
    known = {i.local for i in module.imports if _KNOWN_PACKAGES.match(i.module)}
    return [
        d
        for d in cls.decorators
        if simple(d.name) not in STEREOTYPES | METHODS.keys() | EXCHANGES.keys() | _BUILT_IN and d.name not in known
    ]


def _paths(decorator: Decorator | None) -> AnyExpr | None:
    return argument(decorator, "path", "value", "url") if decorator is not None else None


def _routes(cls: ClassNode, path: str, module: Module, values: Values, order: int) -> Iterator[Route]:
    above = find(cls.decorators, "RequestMapping")
    inherited = method_names(argument(above, "method")) if above is not None else ()
    variants = _variants(above, values)
    for method, key in method_keys(cls, path):
        if "static" in method.modifiers:
            continue
        for mapping in method.decorators:
            name = simple(mapping.name)
            if name not in METHODS and name not in EXCHANGES:
                continue
            fixed = METHODS.get(name) or EXCHANGES.get(name) or ()
            asked = argument(mapping, "method")
            methods = fixed or tuple(dict.fromkeys((*inherited, *method_names(asked))))
            if not methods and asked is not None and listed(asked):
                continue
            paths = values.texts(_paths(mapping), path) or (((), None),)
            for text, at in paths:
                yield _route(
                    cls, path, method, key, mapping, methods or ("ANY",), text, at, module, values, order, variants
                )
                order += 1


def _route(
    cls: ClassNode, path: str, method: FunctionNode, key: str, mapping: Decorator, methods: tuple[str, ...], text: Text,
    at: AnyExpr | None, module: Module, values: Values, order: int, variants: tuple[str, ...],
) -> Route:  # fmt: skip
    path_names = frozenset(n for part in text if isinstance(part, str) for n in _PATH_NAMES.findall(part))
    taken = inputs(method, values, path, path_names)
    asked = argument(mapping, "method")
    name_end = mapping.start + 1 + len(mapping.name)
    return Route(
        methods=methods,
        path=rooted(text),
        framework=FRAMEWORK_ID,
        where=where(module, mapping),
        statement=Where(module.path, _outer(method), method.end),
        order=order,
        router=Ref(path),
        handler_key=key,
        handler_name=f"{cls.name}.{method.name}",
        guards=(*declared_guards(method.decorators, Level.ROUTE, module), *caller_guards(method, module)),
        params=taken.params,
        body=taken.body,
        declared=_declared(method, module),
        doc=document(cls, method),
        variants=(*variants, *_variants(mapping, values)),
        path_where=where(module, at) if isinstance(at, Str) else None,
        method_where=where(module, asked) if asked is not None else Where(module.path, mapping.start + 1, name_end),
        html=is_page(cls, method),
        unknown_params=taken.unknown,
        development_only=for_developers((*cls.decorators, *method.decorators)),
    )


def _outer(method: FunctionNode) -> int:
    return method.outer_start if method.outer_start >= 0 else method.start


def _variants(mapping: Decorator | None, values: Values) -> tuple[str, ...]:
    if mapping is None:
        return ()
    return tuple(f"{name}={values.source(item)}" for name in _VARIANTS for item in listed(argument(mapping, name)))


def _declared(method: FunctionNode, module: Module) -> tuple[Declared, ...]:
    found: list[Declared] = []
    status = find(method.decorators, "ResponseStatus")
    if status is not None:
        code, _ = status_value(argument(status, "code", "value"))
        found.append(
            Declared(
                code,
                where(module, status),
            )
        )
    elif not is_answer(method, module):
        name = Where(module.path, method.name_start, method.name_end)
        found.append(Declared(200, name, is_default=True))
    for item in _api_responses(method):
        given = number(argument(item, "responseCode", "code"))
        if given is not None and 100 <= given <= 599:
            found.append(
                Declared(
                    int(given),
                    where(module, item),
                    documented_only=True,
                    description=string(argument(item, "description", "message")),
                )
            )
    return tuple(found)


def _api_responses(method: FunctionNode) -> Iterator[Decorator]:
    for d in method.decorators:
        name = simple(d.name)
        if name == "ApiResponse":
            yield d
        elif name in {"ApiResponses", "Operation"}:
            value = argument(d, "value", "responses")
            for item in value.items if isinstance(value, Items) else (value,):
                if item is not None and getattr(item, "name", "") == "ApiResponse":
                    yield Decorator(item.start, item.end, "ApiResponse", item)


def document(cls: ClassNode, method: FunctionNode) -> Doc:
    """What annotations of springdoc or springfox, or the Javadoc, say about an endpoint."""
    operation = find(method.decorators, "Operation")
    springfox = find(method.decorators, "ApiOperation")
    tag = find(cls.decorators, "Tag", "Api")
    lines = method.doc.split("\n\n", 1)[0].split("\n@", 1)[0].strip()
    summary, _, rest = lines.partition(". ")
    tags: tuple[str, ...] = ()
    if tag is not None:
        tags = tuple(t for item in listed(argument(tag, "name", "tags", "value")) if (t := string(item)))
    hidden = find((*cls.decorators, *method.decorators), "Hidden", "ApiIgnore") is not None
    deprecated = find((*cls.decorators, *method.decorators), "Deprecated") is not None
    if operation is not None:
        return Doc(
            string(argument(operation, "summary")),
            string(argument(operation, "description")),
            tuple(t for item in listed(argument(operation, "tags")) if (t := string(item))) or tags,
            string(argument(operation, "operationId")),
            deprecated or flag(argument(operation, "deprecated")) is True,
            hidden or flag(argument(operation, "hidden")) is True,
        )
    if springfox is not None:
        return Doc(
            string(argument(springfox, "value")),
            string(argument(springfox, "notes")),
            tags,
            string(argument(springfox, "nickname")),
            deprecated,
            hidden or flag(argument(springfox, "hidden")) is True,
        )
    return Doc(summary.replace("\n", " ").rstrip("."), rest.replace("\n", " "), tags, "", deprecated, hidden)


_BUILT_IN: Final = frozenset({
    "Override", "Deprecated", "SuppressWarnings", "FunctionalInterface", "SafeVarargs", "Data", "Getter", "Setter",
    "AllArgsConstructor", "RequiredArgsConstructor", "NoArgsConstructor", "Slf4j", "Log4j2", "Builder", "Value",
    "Validated", "Transactional", "CrossOrigin", "Tag", "Api", "Hidden", "ApiIgnore", "PreAuthorize", "Secured",
    "RolesAllowed", "Lazy", "Primary", "Order", "Profile", "Scope", "RefreshScope", "ResponseBody", "Generated",
    "SessionAttributes", "ConditionalOnProperty", "EnableWebMvc", "Import", "Documented", "Retention", "Target",
    "Inherited", "FeignClient", "SecurityRequirement", "PostAuthorize", "ComponentScan", "PropertySource",
    "ConfigurationProperties", "EnableConfigurationProperties", "EnableScheduling", "EnableAsync", "Path", "Produces",
    "Consumes",
})  # fmt: skip

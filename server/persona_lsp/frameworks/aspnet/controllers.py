"""Routes of controllers: the templates of a class times those of its actions, inherited ones left to the linker."""

from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Declared, Doc, In, Level, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.aspnet.attributes import (
    Values,
    argument,
    classes,
    find,
    method_keys,
    simple,
    string,
    type_name,
    unwrapped,
    where,
)
from persona_lsp.frameworks.aspnet.guards import declared_guards, exempts
from persona_lsp.frameworks.aspnet.inputs import inputs
from persona_lsp.frameworks.aspnet.odata import SETTING, is_odata, verb_of
from persona_lsp.frameworks.aspnet.route_attributes import may_bring, templated
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import AnyExpr, ClassNode, Decorator, FunctionNode, Module, Str, dotted
from persona_lsp.text.patterns import lazy

FRAMEWORK_ID: Final = "aspnet"
VERBS: Final = {
    "HttpGet": "GET", "HttpPost": "POST", "HttpPut": "PUT", "HttpDelete": "DELETE", "HttpPatch": "PATCH",
    "HttpHead": "HEAD", "HttpOptions": "OPTIONS",
}  # fmt: skip
RESULTS: Final = frozenset({"IActionResult", "ActionResult", "IResult", "Results", "IHttpActionResult"})
PAGES: Final = frozenset({"ViewResult", "PartialViewResult", "PageResult", "RedirectToActionResult", "RedirectResult"})
_BASES: Final = frozenset({"Controller", "ControllerBase", "ODataController", "ApiController"})
_OBJECT: Final = frozenset({"Dispose", "DisposeAsync", "Equals", "GetHashCode", "ToString", "OnActionExecuting"})
_HIDDEN: Final = frozenset({"private", "protected", "internal", "static", "constructor", "accessor"})
_MAPS: Final = lazy(r"^(?!Http)\w*(?:Get|Post|Put|Delete|Patch|Route|Verbs)(?![a-z])")
"""Names of attributes of a project that may map a method to requests."""
_NAMES: Final = lazy(r"\{\**(\w+)")


class Mapping(Struct, frozen=True):
    """One way to an action: the attribute, its methods and template. No template: that of the class alone."""

    at: Decorator | None
    methods: tuple[str, ...]
    template: AnyExpr | None
    verb: Decorator | None = None


def controllers(module: Module, values: Values) -> tuple[list[Router], list[Route]]:
    """Routers and routes of all controllers of the file."""
    routers: list[Router] = []
    routes: list[Route] = []
    for cls, path in classes(module):
        if not is_controller(cls):
            continue
        routers.append(_router(cls, path, module, values))
        for method, key in method_keys(cls, path):
            if not is_action(method, cls) or ("override" in method.modifiers and not maps(method)):
                continue  # an override is reached by the attributes of what it overrides
            for mapping in mappings(method):
                routes.append(_route(cls, path, method, key, mapping, module, values, len(routes)))
    return routers, routes


def is_controller(cls: ClassNode) -> bool:
    """Its name or base says so, or its attributes do, or the verbs on its methods do."""
    if cls.kind not in {"class", "record"} or find(cls.decorators, "NonController") is not None:
        return False
    if "static" in cls.modifiers:
        return False
    bases = [type_name(base) for base in cls.bases]
    if cls.name.endswith("Controller") or find(cls.decorators, "ApiController", "Controller") is not None:
        return True
    if any(base in _BASES or base.endswith(("Controller", "ControllerBase")) for base in bases):
        return True
    # A controller by another name: whoever writes a verb on the method of a class with a base means one.
    return bool(bases) and any(simple(d.name) in VERBS for m in cls.methods for d in m.decorators)


def is_action(method: FunctionNode, cls: ClassNode) -> bool:
    """A public method that requests can reach."""
    if "public" not in method.modifiers or not _HIDDEN.isdisjoint(method.modifiers):
        return False
    if find(method.decorators, "NonAction") is not None or method.name in _OBJECT:
        return False
    own = [name for d in method.decorators if (name := simple(d.name)) not in {*VERBS, "Route", "AcceptVerbs"}]
    if len(own) == len(method.decorators) and any(_MAPS.match(name) for name in own):
        return False  # where it is reached is told by an attribute of the project's own
    if "abstract" in method.modifiers and not any(simple(d.name) in VERBS for d in method.decorators):
        return False
    return cls.kind != "interface"


def maps(method: FunctionNode) -> bool:
    """Attributes of the method itself say how it is reached."""
    return any(simple(d.name) in {*VERBS, "Route", "AcceptVerbs"} for d in method.decorators)


def mappings(method: FunctionNode) -> list[Mapping]:
    """The ways to an action, as MVC's application model makes them of its attributes.

    Attributes with a template are a way each; verbs without one hold for the templates of `[Route]`, or for the class.
    """
    routes: list[tuple[Decorator, tuple[str, ...], AnyExpr | None]] = []
    silent: list[tuple[Decorator, tuple[str, ...]]] = []
    for d in method.decorators:
        name = simple(d.name)
        if name in VERBS:
            template = argument(d, "template")
            if template is not None:
                routes.append((d, (VERBS[name],), template))
            else:
                silent.append((d, (VERBS[name],)))
        elif name == "Route":
            routes.append((d, (), argument(d, "template", "name")))
        elif name == "AcceptVerbs":
            given = d.call.args if d.call is not None else ()
            verbs = tuple(v.upper() for arg in given for v in [string(arg)] if v)
            template = argument(d, "Route", position=-1)
            (routes.append((d, verbs, template)) if template is not None else silent.append((d, verbs)))
    above = tuple(dict.fromkeys(m for _, methods in silent for m in methods))
    verb = silent[0][0] if silent else None
    if not routes:
        return [Mapping(verb, above, None, verb)]
    found = [Mapping(d, methods or above, template, d if methods else verb) for d, methods, template in routes]
    if silent and all(methods for _, methods, _ in routes):
        found.append(Mapping(verb, above, None, verb))
    return found


def answered_type(method: FunctionNode) -> str:
    """The simple name of what a method answers with, tasks unwrapped; `void` for nothing."""
    return type_name(unwrapped(method.returns)) or "void"


def _router(cls: ClassNode, path: str, module: Module, values: Values) -> Router:
    prefixes = tuple(
        # An empty template is one: it makes the routes of the class those of attributes.
        values.text(argument(d, "template"), path) or ("",)
        for d in cls.decorators
        if simple(d.name) == "Route"
    )
    if not prefixes:
        # An attribute of the project's own may bring a template, which its class tells.
        prefixes = tuple(
            templated(d, values, path) for d in cls.decorators if may_bring(d)
        )  # fmt: skip
    area = find(cls.decorators, "Area")
    if area is not None:
        named = string(argument(area))
        prefixes = tuple(_replaced(prefix, "[area]", named) for prefix in prefixes) if named else prefixes
    return Router(
        symbol=path,
        kind="class",
        framework=FRAMEWORK_ID,
        where=Where(module.path, cls.name_start, cls.name_end),
        prefixes=prefixes or ((),),
        guards=declared_guards(cls.decorators, Level.CLASS, module),
        inherits=tuple(Ref(name) for base in cls.bases if (name := dotted(base))),
        abstract="abstract" in cls.modifiers or "generic" in cls.modifiers,
        inherits_prefix=not prefixes,
        controller=string(argument(area)) if area is not None else "",
        settings=SETTING if is_odata(cls) else (),
    )


def _replaced(text: Text, token: str, name: str) -> Text:
    return tuple(part.replace(token, name) if isinstance(part, str) else part for part in text)


def action_name(method: FunctionNode) -> str:
    """What stands for `[action]`."""
    named = find(method.decorators, "ActionName")
    return (string(argument(named)) if named is not None else "") or method.name.removesuffix("Async")


def _route(
    cls: ClassNode, path: str, method: FunctionNode, key: str, mapping: Mapping, module: Module, values: Values,
    order: int,
) -> Route:  # fmt: skip
    text = values.text(mapping.template, path)
    names = frozenset(n for part in text if isinstance(part, str) for n in _NAMES.findall(part))
    prefixes = (argument(d, "template") for d in cls.decorators if simple(d.name) == "Route")
    if not (text and isinstance(text[0], str) and text[0].startswith(("/", "~/"))):
        names |= {
            n for p in prefixes for part in values.text(p, path) if isinstance(part, str) for n in _NAMES.findall(part)
        }
    # What `[ApiController]` checks are the annotations of the type, which may have none.
    taken = inputs(method.params, values, mapping.methods, names, minimal=False, validated=None)
    several = sum(1 for m in mappings(method)) > 1
    # With several templates, each has the parameters that it names.
    kept = tuple(p for p in taken.params if not several or p.place is not In.PATH or p.name in names)
    name = Where(module.path, method.name_start, method.name_end)
    at = where(module, mapping.at) if mapping.at is not None else name
    own = mapping.verb
    named = verb_of(method) if mapping.at is None and is_odata(cls) else ()
    return Route(
        methods=mapping.methods or named or ("ANY",),
        path=text,
        framework=FRAMEWORK_ID,
        where=where(module, own) if own is not None and own is not mapping.at else at,
        statement=Where(module.path, method.outer_start if method.outer_start >= 0 else method.start, method.end),
        order=order,
        router=Ref(path),
        handler_key=key,
        handler_name=f"{cls.name}.{method.name}",
        guards=declared_guards(method.decorators, Level.ROUTE, module),
        params=kept,
        body=taken.body,
        declared=_declared(method, module),
        doc=_document(cls, method),
        variants=_variants(cls, method, values),
        path_where=where(module, mapping.template) if isinstance(mapping.template, Str) else None,
        method_where=where(module, own) if own is not None else None,
        html=answered_type(method) in PAGES,
        unknown_params=taken.unknown or _unused_on_purpose(method),
        conventional=mapping.template is None,
        action=action_name(method),
    )


def _unused_on_purpose(method: FunctionNode) -> bool:
    """`[SuppressMessage("…", "CA1801:ReviewUnusedParameters")]`: whoever says so knows that something is not read."""
    said = (string(a) for d in method.decorators if simple(d.name) == "SuppressMessage" and d.call for a in d.call.args)
    return any(text.startswith(("CA1801", "IDE0060")) for text in said)


_CHOOSES: Final = ("Constraint", "ConstraintAttribute", "Metadata")


def _variants(cls: ClassNode, method: FunctionNode, values: Values) -> tuple[str, ...]:
    """What distinguishes routes of equal method and path: versions, and what they consume."""
    own = [d for d in method.decorators if simple(d.name) in {"MapToApiVersion", "Consumes", "ApiVersion"}]
    above = (
        [] if own else [d for d in cls.decorators if simple(d.name) in {"ApiVersion", "Consumes", "ApiVersionNeutral"}]
    )
    told = [f"{simple(d.name)}={values.source(arg)}" for d in (*own, *above) if d.call for arg in d.call.args]
    # Attributes of the project may decide at run time which of two actions is meant.
    choosing = (d for d in (*cls.decorators, *method.decorators) if simple(d.name).endswith(_CHOOSES))
    return (*told, *(values.source(d.call) if d.call is not None else d.name for d in choosing))


def _declared(method: FunctionNode, module: Module) -> tuple[Declared, ...]:
    found: list[Declared] = []
    if answered_type(method) not in RESULTS:
        name = Where(module.path, method.name_start, method.name_end)
        found.append(Declared(200, name, is_default=True))
    for d in method.decorators:
        if simple(d.name) not in {"ProducesResponseType", "SwaggerResponse", "Produces"} or d.call is None:
            continue
        for arg in (*d.call.args, *(k.value for k in d.call.kwargs if k.name == "StatusCode")):
            code, node = status_value(arg)
            if code is not None and node is not None:
                found.append(Declared(code, where(module, d), documented_only=True))
    return tuple(found)


def _document(cls: ClassNode, method: FunctionNode) -> Doc:
    operation = find(method.decorators, "SwaggerOperation", "EndpointSummary")
    tags = find((*method.decorators, *cls.decorators), "Tags")
    hidden = find((*method.decorators, *cls.decorators), "ApiExplorerSettings")
    summary, _, rest = method.doc.partition("\n\n")
    described = find(method.decorators, "EndpointDescription")
    given = string(argument(operation, "Summary", "summary")) if operation is not None else ""
    verb = next((d for d in method.decorators if simple(d.name) in VERBS), None)
    return Doc(
        given or " ".join(summary.split()),
        (string(argument(operation, "Description", position=-1)) if operation is not None else "")
        or (string(argument(described)) if described is not None else "")
        or " ".join(rest.split()),
        tuple(t for a in (tags.call.args if tags is not None and tags.call is not None else ()) if (t := string(a))),
        (string(argument(operation, "OperationId", position=-1)) if operation is not None else "")
        or (string(argument(verb, "Name", position=-1)) if verb is not None else ""),
        find((*method.decorators, *cls.decorators), "Obsolete") is not None,
        hidden is not None and exempts(hidden),
    )

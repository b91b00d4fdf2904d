"""Classes of a .NET back end: entities, contexts, controllers, schemas, exceptions and handlers of requests."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ClassFacts, Constant, Field
from persona_lsp.facts.http import Guard, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.aspnet.attributes import (
    Values,
    argument,
    classes,
    find,
    number,
    simple,
    string,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.frameworks.aspnet.controllers import is_action, is_controller, maps
from persona_lsp.frameworks.aspnet.errors import exception_status
from persona_lsp.frameworks.aspnet.guards import declared_guards
from persona_lsp.frameworks.aspnet.inputs import constrained
from persona_lsp.frameworks.aspnet.middleware import middleware_demands
from persona_lsp.syntax.ir import Binary, ClassNode, FieldNode, Member, Module, Name, Str, dotted

_HANDLERS: Final = frozenset({
    "IRequestHandler", "ICommandHandler", "IQueryHandler", "IStreamRequestHandler", "AsyncRequestHandler",
    "RequestHandler", "INotificationHandler",
})  # fmt: skip
CONSTRAINED: Final = "@constrained"
_VALIDATORS: Final = {"AbstractValidator": "@validates", "Validator": "@validates-first"}
"""Bases of FluentValidation, and of FastEndpoints, which runs the validator itself."""
_SCHEMAS: Final = (
    "Dto", "DTO", "Request", "Response", "Command", "Query", "Model", "ViewModel", "Payload", "Form", "Input", "Data",
)  # fmt: skip


def class_facts(module: Module, values: Values) -> Iterator[ClassFacts]:
    """All classes of the file."""
    for cls, path in classes(module):
        kind = _kind(cls)
        table = find(cls.decorators, "Table")
        yield ClassFacts(
            path,
            Where(module.path, cls.start, cls.end),
            kind,
            tuple(Ref(name) for base in cls.bases if (name := dotted(base))),
            tuple(_field(f, module) for f in cls.fields if not {"static", "const", "enum"} & set(f.modifiers)),
            tuple(m.name for m in cls.methods),
            (*_class_guards(cls, module), *_method_guards(cls, module), *middleware_demands(cls, module)),
            exception_status(cls) if kind == "exception" else None,
            (*(d.name for d in cls.decorators), *_checks(cls)),
            cls.kind == "interface" or "abstract" in cls.modifiers,
            string(argument(table)) if table is not None else "",
            handles=tuple(_handled(cls)),
        )
    del values


def constants(module: Module, values: Values) -> Iterator[Constant]:
    """Text constants with those of the same file put in place, so that other files can read them."""
    for cls, path in classes(module):
        for field in cls.fields:
            words = set(field.modifiers)
            fixed = {"const", "static"} & words or ("property" in words and not {"virtual", "writable"} & words)
            if fixed and isinstance(field.value, Str | Binary | Name | Member):
                yield Constant(f"{path}.{field.name}", values.text(field.value, path), where(module, field))


def _checks(cls: ClassNode) -> Iterator[str]:
    """Marks: that the properties of a class have bounds, and the type that a validator is for."""
    if any(constrained(f.decorators) for f in cls.fields):
        yield CONSTRAINED
    for base in cls.bases:
        arguments = type_arguments(base)
        if arguments and type_name(base) in _VALIDATORS:
            yield f"{_VALIDATORS[type_name(base)]} {simple(dotted(arguments[0]))}"


def _handled(cls: ClassNode) -> Iterator[str]:
    """`CreateOrder` of `IRequestHandler<CreateOrder, Guid>`."""
    for base in cls.bases:
        arguments = type_arguments(base)
        if arguments and type_name(base) in _HANDLERS:
            name = dotted(arguments[0])
            if name:
                yield name


def _kind(cls: ClassNode) -> str:
    if cls.kind == "enum":
        return "enum"
    bases = {type_name(base) for base in cls.bases}
    if is_controller(cls):
        return "controller"
    if cls.name.endswith("Exception") or any(b.endswith("Exception") for b in bases):
        return "exception"
    if any(b.endswith("DbContext") for b in bases):
        return "repository"
    if find(cls.decorators, "Table", "Owned", "PrimaryKey", "Index") is not None:
        return "entity"
    if any(find(f.decorators, "Key", "ForeignKey", "InverseProperty", "DatabaseGenerated") for f in cls.fields):
        return "entity"
    if any(constrained(f.decorators) for f in cls.fields) or cls.name.endswith(_SCHEMAS):
        return "schema"
    if cls.name.endswith("Repository"):
        return "repository"
    if cls.name.endswith("Service"):
        return "service"
    return "other"


def _field(field: FieldNode, module: Module) -> Field:
    upper = find(field.decorators, "Range")
    return Field(
        field.name,
        module.text(field.type)[:80] if field.type is not None else "",
        where(module, field),
        maximum=number(argument(upper, position=1)) if upper is not None else None,
        has_default=field.value is not None,
    )


def _class_guards(cls: ClassNode, module: Module) -> tuple[Guard, ...]:
    """What a class demands of callers, and all that derive from it: `[Authorize]` of a base controller."""
    return declared_guards(cls.decorators, Level.CLASS, module) if cls.kind != "interface" else ()


def _method_guards(cls: ClassNode, module: Module) -> Iterator[Guard]:
    """Guards of the methods of what is no controller itself, such as a base or an interface, and those of overrides.

    An action that overrides one is reached as its base says, and demands what both say.
    """
    controls = is_controller(cls)
    for method in cls.methods:
        if controls and ("override" not in method.modifiers or maps(method)):
            continue
        if method.decorators and is_action(method, cls):
            for guard in declared_guards(method.decorators, Level.ROUTE, module):
                yield Guard(
                    guard.name, guard.kind, guard.level, guard.where, guard.symbol, guard.source,
                    allows_all=guard.allows_all, only=(method.name,),
                )  # fmt: skip

"""Classes of a Java back end: entities, repositories, services, controllers, exceptions, and their constants."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ClassFacts, Constant, Field
from persona_lsp.facts.http import Guard, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.spring.annotations import (
    CONTROLLERS,
    Values,
    argument,
    classes,
    find,
    flag,
    number,
    simple,
    string,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.frameworks.spring.errors import exception_status
from persona_lsp.frameworks.spring.guards import declared_guards
from persona_lsp.frameworks.spring.interceptors import demands
from persona_lsp.frameworks.spring.routes import mapping_of
from persona_lsp.frameworks.spring.shiro import filter_demands
from persona_lsp.syntax.ir import Binary, Call, ClassNode, Const, FieldNode, Member, Module, Name, Str, dotted

_ENTITIES: Final = frozenset({"Entity", "Embeddable", "MappedSuperclass", "Document", "Table", "TableName"})
_RELATIONS: Final = frozenset({"OneToMany", "ManyToOne", "OneToOne", "ManyToMany", "ElementCollection"})
_CONSTRAINTS: Final = frozenset({
    "NotNull", "NotBlank", "NotEmpty", "Size", "Min", "Max", "Email", "Pattern", "Positive", "PositiveOrZero",
    "Negative", "NegativeOrZero", "Past", "PastOrPresent", "Future", "FutureOrPresent", "DecimalMin", "DecimalMax",
    "Digits", "Length", "Range", "URL", "AssertTrue", "AssertFalse", "UniqueElements", "CreditCardNumber",
})  # fmt: skip
REPOSITORY_BASES: Final = frozenset({
    "JpaRepository", "CrudRepository", "ListCrudRepository", "PagingAndSortingRepository", "Repository",
    "ListPagingAndSortingRepository", "MongoRepository", "ReactiveCrudRepository", "ReactiveMongoRepository",
    "R2dbcRepository", "BaseMapper", "JpaSpecificationExecutor", "ReactiveSortingRepository", "CassandraRepository",
    "ElasticsearchRepository", "Neo4jRepository", "IService",
})  # fmt: skip
_STATIC: Final = frozenset({"static", "enum"})


def class_facts(module: Module, values: Values) -> Iterator[ClassFacts]:
    """All classes of the file."""
    del values
    for cls, path in classes(module):
        kind, entity = _kind(cls)
        annotations = tuple(d.name for d in cls.decorators)
        yield ClassFacts(
            path,
            Where(module.path, cls.start, cls.end),
            kind,
            tuple(Ref(name) for base in cls.bases if (name := dotted(base))),
            tuple(_field(f, kind, module) for f in cls.fields if not _STATIC & set(f.modifiers)),
            tuple(m.name for m in cls.methods),
            (
                *_class_guards(cls, module),
                *_method_guards(cls, module),
                *demands(cls, module),
                *filter_demands(cls, module),
            ),
            exception_status(cls) if kind == "exception" else None,
            annotations,
            cls.kind == "interface" or "abstract" in cls.modifiers,
            entity,
            transactional=find(cls.decorators, "Transactional") is not None,
        )


def constants(module: Module, values: Values) -> Iterator[Constant]:
    """Text constants with those of the same file put in place, so that other files can read them."""
    for cls, path in classes(module):
        bound = find(cls.decorators, "ConfigurationProperties")
        prefix = argument(bound, "value", "prefix") if bound is not None else None
        if bound is not None and prefix is not None:
            yield Constant(f"{path}.@prefix", values.text(prefix, path), where(module, bound))
            yield from _defaults(cls, path, module, values)
        for field in cls.fields:
            value = field.value
            if "static" not in field.modifiers or "enum" in field.modifiers:
                continue
            if isinstance(value, Str | Binary | Name | Member):
                text: Text = values.text(value, path)
                yield Constant(f"{path}.{field.name}", text, where(module, field))
            elif (
                isinstance(value, Const) and isinstance(value.value, int | float) and not isinstance(value.value, bool)
            ):
                yield Constant(
                    f"{path}.{field.name}", (str(value.value),), where(module, field), None, float(value.value)
                )


def _defaults(cls: ClassNode, path: str, module: Module, values: Values) -> Iterator[Constant]:
    """What the fields of settings begin with: `String path = "/api"`, `Api api = new Api("/api")` of a class beside it."""
    held = {name.rpartition(".")[2]: inner for inner, name in classes(module)}
    for field in cls.fields:
        value = field.value
        if isinstance(value, Str):
            yield Constant(f"{path}.@default.{field.name}", values.text(value, path), where(module, field))
        inner = held.get(type_name(value.func)) if isinstance(value, Call) and value.new else None
        if inner is None or not isinstance(value, Call) or any("constructor" in m.modifiers for m in inner.methods):
            continue
        names = [f.name for f in inner.fields if not _STATIC & set(f.modifiers)]
        for name, arg in zip(names, value.args, strict=False) if len(names) == len(value.args) else ():
            if isinstance(arg, Str):
                text = values.text(arg, path)
                yield Constant(f"{path}.@default.{field.name}.{name}", text, where(module, field))


def repository_entity(cls: ClassNode) -> str:
    """`Order` of `extends JpaRepository<Order, Long>`; "" if the class is no repository of that kind."""
    for base in cls.bases:
        arguments = type_arguments(base)
        name = type_name(base)
        if arguments and (name in REPOSITORY_BASES or name.endswith(("Repository", "Mapper", "Dao"))):
            return type_name(arguments[0])
    return ""


def _kind(cls: ClassNode) -> tuple[str, str]:
    if cls.kind == "enum":
        return "enum", ""
    names = {simple(d.name) for d in cls.decorators}
    if names & _ENTITIES:
        table = find(cls.decorators, "Table", "TableName", "Document")
        return "entity", string(argument(table, "name", "value", "collection")) if table is not None else ""
    if names & CONTROLLERS:
        return "controller", ""
    bases = {type_name(base) for base in cls.bases}
    if cls.name.endswith(("Exception", "Error")) or any(b.endswith(("Exception", "Error")) for b in bases):
        return "exception", ""
    if "Repository" in names or bases & REPOSITORY_BASES or (cls.kind == "interface" and repository_entity(cls)):
        return "repository", repository_entity(cls)
    if "Mapper" in names or "Dao" in names:
        return "repository", repository_entity(cls)
    if names & {"Configuration", "ConfigurationProperties", "SpringBootApplication"}:
        return "config", ""
    if names & {"Service", "Component", "ApplicationService"}:
        return "service", ""
    if cls.kind == "record" or any({simple(d.name) for d in f.decorators} & _CONSTRAINTS for f in cls.fields):
        return "schema", ""
    if cls.name.endswith(
        ("Dto", "DTO", "Request", "Response", "Payload", "Command", "Form", "Param", "Params", "VO", "Vo")
    ):
        return "schema", ""
    return "other", ""


def _field(field: FieldNode, kind: str, module: Module) -> Field:
    relation = next((simple(d.name) for d in field.decorators if simple(d.name) in _RELATIONS), "")
    column = find(field.decorators, "Column")
    upper = find(field.decorators, "Max", "DecimalMax")
    return Field(
        field.name,
        module.text(field.type)[:80] if field.type is not None else "",
        where(module, field),
        maximum=number(argument(upper, "value")) if upper is not None else None,
        relation=relation if kind == "entity" else "",
        unique=column is not None and flag(argument(column, "unique")) is True,
        has_default=field.value is not None,
    )


def _class_guards(cls: ClassNode, module: Module) -> tuple[Guard, ...]:
    """What the annotations of a class demand, and with it those that derive from it or are annotated with it."""
    return declared_guards(cls.decorators, Level.CLASS, module)


def _method_guards(cls: ClassNode, module: Module) -> Iterator[Guard]:
    """Guards of methods whose mapping stands on an interface or base class; those of mapped ones belong to the route."""
    for method in cls.methods:
        if method.decorators and mapping_of(method) is None:
            for guard in declared_guards(method.decorators, Level.ROUTE, module):
                yield Guard(
                    guard.name, guard.kind, guard.level, guard.where, guard.symbol, guard.source, guard.optional,
                    guard.allows_all, guard.conditional, (method.name,),
                )  # fmt: skip

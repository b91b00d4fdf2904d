"""Constants and classes of a file, as far as every language has them in the same way."""

from collections.abc import Callable, Iterator
from typing import Final

from persona_lsp.extract.python_fields import python_fields, table_of
from persona_lsp.facts.code import ClassFacts, Constant, Field
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Part, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassNode,
    Const,
    Index,
    Items,
    Member,
    Module,
    Name,
    Node,
    Object,
    Str,
    Unary,
    dotted,
)

_LONGEST: Final = 200
_SCRIPT: Final = frozenset({"javascript", "typescript", "tsx"})


def text_of(expr: AnyExpr, module: Module) -> Text:
    """The text of an expression: literals, references, holes."""
    match expr:
        case Str(parts=parts):
            found: list[Part] = []
            for part in parts:
                found.extend((part,) if isinstance(part, str) else text_of(part, module))
            return tuple(found) if found else ("",)
        case Binary(op="+" | "/", left=left, right=right):
            between: Text = ("/",) if expr.op == "/" else ()
            return (*text_of(left, module), *between, *text_of(right, module))
        case Binary(op="or" | "??", right=right) if isinstance(right, Str):
            return text_of(right, module)
        case Name() | Member():
            name = dotted(expr)
            return (Ref(name),) if name else (_hole("expression", expr, module),)
        case Const(value=value) if value is not None:
            return (str(value),)
        case Call() if expr.name == "get" and len(expr.args) == 2 and isinstance(expr.args[1], Str):
            return text_of(expr.args[1], module)
        case Call() if expr.name == "getenv" and len(expr.args) == 2:
            return text_of(expr.args[1], module)
        case Call() if (default := _default(expr) or _trimmed(expr)) is not None:
            return text_of(default, module)
        case _:
            return (_hole("expression", expr, module),)


def _hole(reason: str, expr: Node, module: Module) -> Hole:
    return Hole(reason, module.text(expr)[:80])


def constants_of(module: Module) -> Iterator[Constant]:
    """File-level and class-level values that are text, numbers or lists of texts."""
    for statement in module.body:
        if isinstance(statement, Assign) and statement.value is not None and not statement.op:
            for target in statement.targets:
                name = dotted(target)
                if name:
                    yield from _constant(
                        name.removeprefix("module.exports.").removeprefix("exports."),
                        statement.value,
                        module,
                        statement,
                    )
    for export in module.exports:
        if export.name == "default" and isinstance(export.value, Object):
            yield from _constant("default", export.value, module, export)
    for cls in module.classes():
        prefix = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
        for field in cls.fields:
            if field.value is not None:
                yield from _constant(f"{prefix}.{field.name}", field.value, module, field)
        if module.language in _SCRIPT:
            yield from _constructed(prefix, cls, module)


def _constructed(prefix: str, cls: ClassNode, module: Module) -> Iterator[Constant]:
    """Texts that a constructor gives the fields of every object: `this.path = "/users"`."""
    for statement in next((m.body for m in cls.methods if m.name == "constructor"), ()):
        if not isinstance(statement, Assign) or not isinstance(statement.value, Str) or statement.op:
            continue
        for target in statement.targets:
            held = isinstance(target, Member) and dotted(target.base) == "this"
            if held and isinstance(target, Member):
                yield Constant(
                    f"{prefix}.{target.name}",
                    text_of(statement.value, module),
                    Where(module.path, statement.start, statement.end),
                )


def _constant(name: str, value: AnyExpr, module: Module, node: Node) -> Iterator[Constant]:
    where = Where(module.path, node.start, node.end)
    match value:
        case Str() | Name() | Member() | Binary(op="+" | "or" | "??"):
            yield Constant(name, text_of(value, module), where)
        case Const(value=bool()):
            yield Constant(name, (str(value.value),), where)
        case Const(value=int() | float() as number):
            yield Constant(name, (str(number),), where, None, float(number))
        case Items(items=items) if items and all(isinstance(i, Str | Name | Member) or _is_joined(i) for i in items):
            yield Constant(name, None, where, tuple(text_of(i, module) for i in items))
        case Object(entries=entries) if len(entries) <= _LONGEST:
            for entry in entries:
                if entry.name:
                    yield from _constant(f"{name}.{entry.name}", entry.value, module, entry)
        case Call() if (chosen := _default(value) or _trimmed(value)) is not None:
            yield from _constant(name, chosen, module, node)
        case Call() if (
            value.args
            and len(value.args) <= 2
            and (value.name in ("freeze", "Object.freeze", "get", "getenv", "Field"))
        ):
            inner = value.args[0] if value.name in ("freeze", "Field") else value
            if value.name in ("freeze", "Field"):
                yield from _constant(name, inner, module, node)
            else:
                yield Constant(name, text_of(value, module), where)
        case Call() if value.name == "freeze" and value.receiver is not None:
            yield from _constant(name, value.receiver, module, node)
        case Call() if value.name == "Field" and value.option("default") is not None:
            default = value.option("default")
            if default is not None:
                yield from _constant(name, default, module, node)
        case Unary(op="-", operand=Const(value=int() | float() as number)):
            yield Constant(name, (f"-{number}",), where, None, -float(number))
        case _:
            return


def _is_joined(value: AnyExpr) -> bool:
    return isinstance(value, Binary) and value.op == "+"


def _trimmed(call: Call) -> Str | None:
    """`config("X", default="/api/").strip("/")`: the default without what is cut off."""
    held = call.receiver
    inner = held if isinstance(held, Str) else None
    if isinstance(held, Call):
        inner = _default(held) or _trimmed(held)
    given = call.args[0] if call.args else None
    cut = _CUTS.get(call.name)
    if cut is None or inner is None or inner.value is None or len(call.args) > 1:
        return None
    if given is not None and not (isinstance(given, Str) and given.value is not None):
        return None
    return Str(call.start, call.end, (cut(inner.value, given.value if isinstance(given, Str) else None),))


_CUTS: Final[dict[str, Callable[[str, str | None], str]]] = {
    "strip": lambda text, given: text.strip(given),
    "lstrip": lambda text, given: text.lstrip(given),
    "rstrip": lambda text, given: text.rstrip(given),
    "removeprefix": lambda text, given: text.removeprefix(given or ""),
    "removesuffix": lambda text, given: text.removesuffix(given or ""),
}
_READERS: Final = frozenset({"config", "env", "get", "getenv", "str", "Field"})


def _default(call: Call) -> Str | None:
    """The text that a setting has when nobody sets it: `config("X", default="/api")`, `env.str("X", "/api")`."""
    if call.name not in _READERS:
        return None
    given = call.kwarg("default")
    if (
        given is None
        and call.name in ("env", "str", "config")
        and len(call.args) == 2
        and isinstance(call.args[0], Str)
    ):
        given = call.args[1]
    return given if isinstance(given, Str) else None


_NO_TYPES: Final = frozenset({"impl", "module"})
"""What Rust has beside types: blocks of methods, modules."""


def classes_of(module: Module) -> Iterator[ClassFacts]:
    """Every class with its bases, fields and methods; what kind it is, frameworks and libraries know better."""
    for cls in module.classes():
        if cls.kind == "alias":
            if module.language == "rust":
                yield _renamed(cls, module)
        elif cls.kind not in _NO_TYPES:
            yield class_facts(cls, module)


def _renamed(cls: ClassNode, module: Module) -> ClassFacts:
    """Another name for a type: `type Pool = State<PgPool>`."""
    meant = (b.base if isinstance(b, Index) else b for b in cls.bases)
    bases = tuple(Ref(name) for b in meant if (name := dotted(b)))
    return ClassFacts(cls.name, Where(module.path, cls.start, cls.end), "alias", bases)


def class_facts(cls: ClassNode, module: Module) -> ClassFacts:
    """One class."""
    annotations = tuple(d.name for d in cls.decorators)
    bases = tuple(Ref(name) for b in cls.bases if (name := dotted(b)))
    fields = tuple(
        Field(
            f.name, module.text(f.type)[:80] if f.type is not None else "", Where(module.path, f.start, f.end),
            has_default=f.value is not None,
        )
        for f in cls.fields
    )  # fmt: skip
    python = module.language == "python"
    if python:
        fields = python_fields(cls, module)
    return ClassFacts(
        f"{cls.owner}.{cls.name}" if cls.owner else cls.name, Where(module.path, cls.start, cls.end),
        _kind(cls, annotations, bases), bases, fields, tuple(m.name for m in cls.methods), (), None, annotations,
        cls.kind == "interface" or "abstract" in cls.modifiers,
        transactional="Transactional" in {a.rsplit(".", 1)[-1] for a in annotations},
        entity=table_of(cls) if python else "",
    )  # fmt: skip


_KINDS: Final = {
    "Entity": "entity", "Embeddable": "entity", "MappedSuperclass": "entity", "Document": "entity", "Table": "entity",
    "Service": "service", "Repository": "repository", "Component": "service", "Configuration": "config",
    "RestController": "controller", "Controller": "controller", "ConfigurationProperties": "config",
}  # fmt: skip
_BASES: Final = {
    "Enum": "enum", "StrEnum": "enum", "IntEnum": "enum", "Flag": "enum",
    "BaseModel": "schema", "SQLModel": "schema", "BaseSettings": "config", "Base": "entity", "DeclarativeBase": "entity",
    "Model": "entity", "ApplicationRecord": "entity", "Exception": "exception", "RuntimeException": "exception",
    "StandardError": "exception", "Error": "exception", "HTTPException": "exception", "ValueError": "exception",
    "JpaRepository": "repository", "CrudRepository": "repository", "PagingAndSortingRepository": "repository",
}  # fmt: skip


def _kind(cls: ClassNode, annotations: tuple[str, ...], bases: tuple[Ref, ...]) -> str:
    if cls.kind == "enum":
        return "enum"
    for annotation in annotations:
        kind = _KINDS.get(annotation.rsplit(".", 1)[-1])
        if kind is not None:
            return kind
    if any(k.name == "table" and isinstance(k.value, Const) and k.value.value is True for k in cls.base_kwargs):
        return "entity"
    for base in bases:
        last = base.name.rsplit(".", 1)[-1]
        kind = _BASES.get(last)
        if kind is not None:
            return kind
        if last.endswith(("Exception", "Error")):
            return "exception"
    return "other"

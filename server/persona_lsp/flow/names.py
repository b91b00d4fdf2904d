"""The names of one file: imports, file-level values, functions, and the types of fields. Built once per file."""

from collections.abc import Mapping

from msgspec import Struct

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    ClassNode,
    Const,
    Def,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Str,
)


class FileNames(Struct, frozen=True):
    """What plain identifiers mean at file level.

    `values`: file-level assignments (the last one wins; a name assigned twice is not a constant and is left out).
    `fields`: class name -> field name -> declared or constructed type.
    """

    imports: Mapping[str, tuple[str, str]]
    values: Mapping[str, AnyExpr]
    functions: Mapping[str, FunctionNode]
    fields: Mapping[str, Mapping[str, AnyExpr]]
    field_values: Mapping[str, Mapping[str, AnyExpr]]


def file_names(module: Module) -> FileNames:
    """Collect the names of a file."""
    values: dict[str, AnyExpr] = {}
    twice: set[str] = set()
    functions: dict[str, FunctionNode] = {}
    for statement in module.body:
        if isinstance(statement, Assign) and statement.value is not None:
            for target in statement.targets:
                if isinstance(target, Name):
                    if target.id in values or statement.op:
                        twice.add(target.id)
                    values[target.id] = statement.value
        elif isinstance(statement, Def):
            functions[statement.function.name] = statement.function
    for name in twice:
        values.pop(name, None)
    fields: dict[str, dict[str, AnyExpr]] = {}
    field_values: dict[str, dict[str, AnyExpr]] = {}
    for cls in module.classes():
        types = {f.name: f.type for f in cls.fields if f.type is not None}
        types.update(_constructor_types(cls))
        fields[cls.name] = types
        field_values[cls.name] = {f.name: f.value for f in cls.fields if f.value is not None}
    imports = {i.local: (i.module, i.name) for i in module.imports}
    return FileNames(imports, values, functions, fields, field_values)


def _constructor_types(cls: ClassNode) -> dict[str, AnyExpr]:
    """TypeScript parameter properties: `constructor(private readonly users: UserService)`."""
    types: dict[str, AnyExpr] = {}
    for method in cls.methods:
        if method.name == "constructor":
            for param in method.params:
                if param.type is not None:
                    types.setdefault(param.name, param.type)
    return types


_WRAPPERS = frozenset({"Optional", "Annotated", "Promise", "Mono", "Flux", "ResponseEntity", "Awaitable"})


def simple_type(expr: AnyExpr | None) -> str:
    """The simple name of a type: `Optional[Order]` and `Order | None` are `Order`, `List<Order>` is `List`."""
    while expr is not None:
        match expr:
            case Name(id=name):
                return name
            case Member(name=name):
                return name
            case Index(base=base, keys=keys):
                outer = simple_type(base)
                if outer in _WRAPPERS and keys:
                    expr = keys[0]
                    continue
                return outer
            case Binary(op="|", left=left, right=right):
                expr = right if isinstance(left, Const) else left
            case Str():
                return expr.value or ""
            case Items(items=items) if items:
                expr = items[0]
            case _:
                return ""
    return ""

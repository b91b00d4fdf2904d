"""Structs that requests are read into, with the names that their fields have on the wire."""

from collections.abc import Iterator

from persona_lsp.facts.code import ClassFacts, Field
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.flow.rust.names import (
    RustFile,
    dotted_type,
    last_name,
    type_text,
)
from persona_lsp.syntax.ir import (
    Call,
    ClassNode,
    Const,
    FieldNode,
    Module,
    Name,
    Str,
)


def wire_name(field: FieldNode, cls: ClassNode) -> str:
    """The name that a field has in a request: `#[serde(rename = ...)]`, `#[serde(rename_all = ...)]`."""
    name = field.name.removeprefix("r#")
    for decorator in field.decorators:
        call = decorator.call
        if decorator.name in ("serde", "field", "form") and call is not None:
            given = call.kwarg("rename") or call.kwarg("name")
            if isinstance(given, Call):
                given = given.kwarg("deserialize")
            if isinstance(given, Str) and given.value:
                return given.value
    for decorator in cls.decorators:
        call = decorator.call
        if decorator.name == "serde" and call is not None:
            style = call.kwarg("rename_all")
            if isinstance(style, Call):
                style = style.kwarg("deserialize")
            if isinstance(style, Str):
                return _styled(name, style.value or "")
    return name


def _styled(name: str, style: str) -> str:
    words = [w for w in name.split("_") if w]
    if style == "camelCase":
        return "".join([words[0], *(w.capitalize() for w in words[1:])]) if words else name
    if style == "PascalCase":
        return "".join(w.capitalize() for w in words)
    if style == "kebab-case":
        return "-".join(words)
    if style == "SCREAMING_SNAKE_CASE":
        return name.upper()
    return name


def schemas(file: RustFile) -> Iterator[ClassFacts]:
    """The structs that requests are read into, with the names on the wire."""
    for cls in file.module.classes():
        if cls.kind != "class":
            continue
        derived = {
            last_name(a) for d in cls.decorators if d.call is not None and d.name == "derive" for a in d.call.args
        }
        if not derived & {"Deserialize", "FromForm", "IntoParams", "Validate", "ToSchema", "DeserializeOwned"}:
            continue
        fields = tuple(_field(f, cls, file.module) for f in cls.fields)
        yield ClassFacts(
            f"{cls.owner}.{cls.name}" if cls.owner else cls.name, place_of(cls, file.module), "schema",
            tuple(Ref(dotted_type(b)) for b in cls.bases if dotted_type(b)), fields,
            annotations=tuple(sorted(derived)),
        )  # fmt: skip


def place_of(cls: ClassNode, module: Module) -> Where:
    """Where a class stands."""
    return Where(module.path, cls.start, cls.end)


def _has(call: Call | None, word: str) -> bool:
    return call is not None and any(isinstance(a, Name) and a.id == word for a in call.args)


def _field(field: FieldNode, cls: ClassNode, module: Module) -> Field:
    calls = [d for d in field.decorators if d.call is not None]
    maximum: float | None = None
    for decorator in calls:
        if decorator.name in ("validate", "garde") and decorator.call is not None:
            for rule in decorator.call.args:
                if isinstance(rule, Call) and rule.name == "range":
                    top = rule.kwarg("max")
                    if isinstance(top, Const) and isinstance(top.value, int | float):
                        maximum = float(top.value)
    flat = any(d.name == "serde" and _has(d.call, "flatten") for d in calls)
    return Field(
        wire_name(field, cls), type_text(field.type, module), Where(module.path, field.start, field.end),
        maximum=maximum, relation="flatten" if flat else "", has_default=last_name(field.type) == "Option" or any(
            d.name == "serde" and (_has(d.call, "default") or (d.call is not None and d.call.kwarg("default") is not None))
            for d in calls
        ),
    )  # fmt: skip

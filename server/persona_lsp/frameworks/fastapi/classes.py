"""Classes whose attributes are dependencies: class-based views and their bases."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ClassFacts, Field
from persona_lsp.facts.http import Guard, Level
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.fastapi.guards import guard_of
from persona_lsp.frameworks.fastapi.names import Names, place, ref_name, unwrap_annotated
from persona_lsp.frameworks.fastapi.signature import DEPENDS
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FieldNode

CLASS: Final = "<attributes>"
"""The dependencies that are attributes of a class go by the name of the class and this."""


def classes(names: Names) -> Iterator[ClassFacts]:
    """The classes of the file that FastAPI fills in: what guards them guards their routes."""
    for cls in names.classes.values():
        depended = [(f, d) for f in cls.fields if (d := _depended(f, names)) is not None]
        if depended:
            yield _facts(cls, depended, names)


def class_dependencies(cls: ClassNode, names: Names) -> tuple[Ref, ...]:
    """The dependencies that the attributes of a class name, and those that its bases may have."""
    found = [ref_name(d) for f in cls.fields if (d := _depended(f, names)) is not None]
    found += [f"{base}.{CLASS}" for b in cls.bases if (base := ref_name(b)) and base not in _PLAIN]
    return tuple(Ref(name) for name in found if name)


_PLAIN: Final = frozenset({"BaseModel", "Enum", "StrEnum", "Exception", "ABC", "object", "Protocol", "BaseSettings"})


def _depended(field: FieldNode, names: Names) -> AnyExpr | None:
    declared, metadata = unwrap_annotated(field.type, names)
    for item in (field.value, *metadata):
        if isinstance(item, Call) and item.name in DEPENDS:
            return item.args[0] if item.args else item.kwarg("dependency") or declared
    return None


def _facts(cls: ClassNode, depended: list[tuple[FieldNode, AnyExpr]], names: Names) -> ClassFacts:
    module = names.module
    guards: list[Guard] = []
    for field, target in depended:
        guard = guard_of(target, field, Level.CLASS, names)
        if guard is not None:
            guards.append(guard)
    fields = tuple(
        Field(
            f.name,
            module.text(f.type)[:80] if f.type is not None else "",
            place(f, module),
            has_default=f.value is not None,
        )
        for f in cls.fields
    )
    return ClassFacts(
        f"{cls.owner}.{cls.name}" if cls.owner else cls.name,
        place(cls, module),
        "controller",
        tuple(Ref(name) for b in cls.bases if (name := ref_name(b))),
        fields,
        tuple(m.name for m in cls.methods),
        tuple(guards),
        annotations=tuple(d.name for d in cls.decorators),
    )

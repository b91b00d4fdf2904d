"""Classes whose attributes are dependencies: class-based views and their bases."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ClassFacts, Field
from persona_lsp.facts.http import Guard, Level
from persona_lsp.facts.text import Ref
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.fastapi.guards import guard_of
from persona_lsp.frameworks.fastapi.signature import DEPENDS
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Do, FieldNode, Name
from persona_lsp.syntax.python_names import Names, place, ref_name, unwrap_annotated

CLASS: Final = "<attributes>"
"""The dependencies that are attributes of a class go by the name of the class and this."""


def classes(names: Names) -> Iterator[ClassFacts]:
    """The classes of the file that FastAPI fills in: what guards them guards their routes."""
    for cls in names.classes.values():
        depended = [(f, d) for f in cls.fields if (d := _depended(f, names)) is not None]
        status = _status(cls)
        if depended or status is not None:
            yield _facts(cls, depended, status, names)


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


def _status(cls: ClassNode) -> int | None:
    """The status of an exception: an attribute, or what its constructor passes on to `HTTPException`."""
    if not any(ref_name(b).endswith(("Exception", "Error")) for b in cls.bases):
        return None
    for field in cls.fields:
        if field.name.lower() in ("status_code", "status", "http_status", "code"):
            known = status_of(field.value)
            if known is not None:
                return known[0]
    made = next((m for m in cls.methods if m.name == "__init__"), None)
    for statement in made.body if made is not None else ():
        call = statement.value if isinstance(statement, Do) else None
        if not isinstance(call, Call) or call.name != "__init__":
            continue
        given = call.kwarg("status_code") or next((a for a in call.args if status_of(a) is not None), None)
        if isinstance(given, Name) and made is not None:
            given = next((p.default for p in made.params if p.name == given.id), None)
        known = status_of(given)
        return known[0] if known is not None else None
    return None


def _facts(cls: ClassNode, depended: list[tuple[FieldNode, AnyExpr]], status: int | None, names: Names) -> ClassFacts:
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
        "controller" if status is None else "exception",
        tuple(Ref(name) for b in cls.bases if (name := ref_name(b))),
        fields,
        tuple(m.name for m in cls.methods),
        tuple(guards),
        status,
        annotations=tuple(d.name for d in cls.decorators),
    )

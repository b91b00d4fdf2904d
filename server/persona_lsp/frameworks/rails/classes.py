"""Controllers, concerns and models: their filters, what rescues their errors, associations and validations."""

from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.code import ClassFacts, Field
from persona_lsp.facts.http import ErrorHandler
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.rails.guards import blocks, guards
from persona_lsp.frameworks.rails.inflection import class_name, singular
from persona_lsp.frameworks.rails.literals import is_true, literal, names, options, resolved
from persona_lsp.frameworks.rails.words import is_controller
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    BlockExpr,
    Call,
    ClassNode,
    Do,
    FunctionNode,
    If,
    Module,
    Name,
    Object,
    Return,
    Stmt,
    Str,
    Switch,
    Try,
    dotted,
    walk,
)
from persona_lsp.syntax.ruby_names import chain

_DERIVED: Final = {"InheritedResources.Base": "ApplicationController"}
"""Controllers of gems that derive from one of the application's."""
_MANY: Final = frozenset({"has_many", "has_and_belongs_to_many", "has_many_attached"})
_ONE: Final = frozenset({"belongs_to", "has_one", "has_one_attached", "has_rich_text"})
_EMBEDDED: Final = frozenset({"embeds_many", "embeds_one"})
"""Associations of Mongoid whose rows stand in the document itself."""
_DOCUMENT: Final = "Mongoid.Document"
_MACROS: Final = (
    _MANY
    | _ONE
    | _EMBEDDED
    | {"validates", "validate", "enum", "scope", "devise", "validates_presence_of", "has_secure_password"}
)
_ANSWERS: Final = frozenset({"render", "head"})


def classes(module: Module) -> Iterator[ClassFacts]:
    """Facts of the classes and modules of a file that Rails gives a meaning."""
    for cls in module.classes():
        controls = is_controller(cls, module)
        name = full_name(cls)
        above = tuple(Ref(_DERIVED.get(b, b)) for base in cls.bases if (b := dotted(base)))
        bases = (*above, *_included(cls.body))
        if controls:
            yield ClassFacts(
                name,
                Where(module.path, cls.start, cls.end),
                "controller" if cls.kind == "class" else "other",
                bases,
                methods=tuple(m.name for m in cls.methods if _is_action(m)),
                guards=guards(cls, name, module),
                abstract=cls.kind == "module",
            )
        elif _is_model(cls, module):
            yield _model(cls, name, bases, module)
        elif cls.kind == "module" and (marks := tuple(_modules_of_devise(cls.body))):
            yield ClassFacts(name, Where(module.path, cls.start, cls.end), bases=bases, annotations=marks)
        elif bases and cls.kind == "class" and len(bases) > len(cls.bases):
            yield ClassFacts(
                name, Where(module.path, cls.start, cls.end), _plain_kind(cls), bases,
                methods=tuple(m.name for m in cls.methods),
            )  # fmt: skip


def error_handlers(module: Module) -> Iterator[tuple[ErrorHandler, tuple[int, str] | None]]:
    """`rescue_from`, each with the inline block that answers, if it has one: (start, key)."""
    for cls in module.classes():
        if is_controller(cls, module):
            yield from _rescues(cls.body, cls, module)


def filters(module: Module) -> Iterator[tuple[int, str]]:
    """The filters that controllers hold inline: (start, key)."""
    for cls in module.classes():
        if is_controller(cls, module):
            yield from blocks(cls, full_name(cls))


def full_name(cls: ClassNode) -> str:
    """`Api.V1.ArticlesController`."""
    return f"{cls.owner}.{cls.name}" if cls.owner else cls.name


def _is_action(method: FunctionNode) -> bool:
    return not {"private", "protected", "static"} & set(method.modifiers)


def _included(body: Sequence[Stmt]) -> Iterator[Ref]:
    for statement in body:
        match statement:
            case Do(value=Call(func=Name(id="include" | "prepend"), args=args)):
                # Ruby looks in the module included last first.
                for arg in reversed(args):
                    name = dotted(arg)
                    if name:
                        yield Ref(name)
            case Do(value=Call(func=Name(id="included"), block=block)) if block is not None:
                yield from _included(block.function.body)
            case _:
                pass


def _plain_kind(cls: ClassNode) -> str:
    last = dotted(cls.bases[0]).rsplit(".", 1)[-1] if cls.bases else ""
    if last.endswith(("Error", "Exception")):
        return "exception"
    return "service" if cls.name.endswith("Service") else "other"


# Models


def _is_model(cls: ClassNode, module: Module) -> bool:
    if cls.kind != "class":
        return False
    bases = [dotted(base) for base in cls.bases]
    if any(one.name == _DOCUMENT for one in _included(cls.body)):
        return True
    if any(b in ("ApplicationRecord", "ActiveRecord.Base") or b.endswith("ApplicationRecord") for b in bases):
        return True
    if "/models/" not in "/" + module.path or not bases:
        return False
    # A base class of the project's own: a model if it is written like one.
    return any(
        isinstance(s, Do) and isinstance(s.value, Call) and isinstance(s.value.func, Name) and s.value.func.id in (_MANY | _ONE)
        for s in cls.body
    )  # fmt: skip


def _model(cls: ClassNode, name: str, bases: tuple[Ref, ...], module: Module) -> ClassFacts:
    fields: dict[str, Field] = {}
    table = ""
    abstract = False
    for statement in cls.body:
        match statement:
            case Do(value=Call(func=Name(id=word)) as call):
                if word in _MACROS:
                    _macro(word, call, fields, module)
            case Assign(targets=(target,), value=value) if value is not None:
                if dotted(target) == "self.table_name" or chain(target) == "self.table_name":
                    table = literal(value, {}) or ""
                elif chain(target) == "self.abstract_class":
                    abstract = is_true(value)
            case _:
                pass
    return ClassFacts(
        name,
        Where(module.path, cls.start, cls.end),
        "entity",
        bases,
        tuple(fields.values()),
        tuple(m.name for m in cls.methods),
        annotations=tuple(_modules_of_devise(cls.body)),
        abstract=abstract,
        entity=table,
    )


def _modules_of_devise(body: Sequence[Stmt]) -> Iterator[str]:
    """`devise :confirmable` of a model, or of a concern that models include."""
    for statement in body:
        if not isinstance(statement, Do | Return) or not isinstance(statement.value, Call):
            continue
        call = statement.value
        if call.name == "included" and call.block is not None:
            yield from _modules_of_devise(call.block.function.body)
        elif call.name == "devise" and isinstance(call.func, Name):
            # `devise *[:confirmable]`
            parts = (part for arg in call.args for part in walk(arg))
            yield from (f"devise:{v}" for part in parts if isinstance(part, Str) and (v := part.value))


def _macro(word: str, call: Call, fields: dict[str, Field], module: Module) -> None:
    given, _ = options(call, {})
    where = Where(module.path, call.start, call.end)
    found = names(call.args[0], {}) if call.args else None
    if word in _MANY | _ONE | _EMBEDDED:
        for name in found or ():
            several = word in _MANY or word == "embeds_many"
            type_ = literal(given.get("class_name"), {}) or class_name(singular(name) if several else name)
            relation = "embedded" if word in _EMBEDDED else "many" if several else "one"
            fields[name] = Field(name, type_, where, relation=relation)
    elif word.startswith("validates"):
        unique = given.get("uniqueness")
        for arg in call.args:
            if not isinstance(arg, Str):
                continue
            name = arg.value or ""
            old = fields.get(name)
            fields[name] = Field(
                name, old.type if old else "", old.where if old else where,
                relation=old.relation if old else "", unique=(old.unique if old else False) or is_true(unique) or isinstance(unique, Object),
            )  # fmt: skip


# Errors


def _rescues(
    body: Sequence[Stmt], cls: ClassNode, module: Module
) -> Iterator[tuple[ErrorHandler, tuple[int, str] | None]]:
    for statement in body:
        match statement:
            case Do(value=Call(func=Name(id="rescue_from")) as call):
                yield from _rescue(call, cls, module)
            case (
                Do(value=Call(func=Name(id="included" | "class_eval"), block=block))
                | Return(value=Call(func=Name(id="included"), block=block))
            ) if block is not None:
                yield from _rescues(_plain(block.function.body), cls, module)
            case If(then=then, orelse=orelse):
                yield from _rescues(then, cls, module)
                yield from _rescues(orelse, cls, module)
            case _:
                pass


def _plain(body: Sequence[Stmt]) -> list[Stmt]:
    """Statements of a block, with the implied return of the last one undone."""
    return [
        Do(s.start, s.end, s.value) if isinstance(s, Return) and s.implicit and s.value is not None else s for s in body
    ]


def _rescue(call: Call, cls: ClassNode, module: Module) -> Iterator[tuple[ErrorHandler, tuple[int, str] | None]]:
    owner = full_name(cls)
    given, _ = options(call, {})
    with_ = given.get("with")
    method = literal(with_, {}) if with_ is not None else None
    function: FunctionNode | None = None
    key = ""
    inline: tuple[int, str] | None = None
    block = call.block or next((v for v in (with_,) if hasattr(v, "function")), None)
    exceptions = [n for a in call.args if (n := dotted(a) or (literal(a, {}) or "").replace("::", "."))]
    if method:
        function = next((m for m in cls.methods if m.name == method), None)
        key = f"{owner}.{method}"
    elif block is not None and exceptions:
        function = block.function
        key = f"{owner}.rescue_from {exceptions[0]}"
        inline = (function.start, key)
    status = _status(function, cls) if function is not None else None
    for exception in exceptions:
        yield (
            ErrorHandler(
                exception, Where(module.path, call.start, call.end), status if status is not None else None,
                key, Ref(owner),
            ),
            inline,
        )  # fmt: skip
        inline = None


def _status(function: FunctionNode, cls: ClassNode, depth: int = 0) -> int | None:
    """The status of the one answer in a function; None if it has several, or none that can be read."""
    found: set[int | None] = set()
    for call in _calls(function.body):
        if not isinstance(call.func, Name):
            continue
        if call.name in _ANSWERS:
            given = call.args[0] if call.name == "head" and call.args else call.option("status")
            known = status_of(resolved(given, {})) if given is not None else None
            found.add(known[0] if known is not None else (200 if given is None and call.name == "render" else None))
        elif depth == 0:
            helper = next((m for m in cls.methods if m.name == call.name), None)
            if helper is not None:
                passed = [s for a in (*call.args, *(k.value for k in call.kwargs)) if (s := status_of(a)) is not None]
                found.add(passed[0][0] if len(passed) == 1 else _status(helper, cls, depth + 1))
    found.discard(200)
    return found.pop() if len(found) == 1 else None


def _calls(body: Sequence[Stmt]) -> Iterator[Call]:
    for statement in body:
        for value in _values(statement):
            for part in walk(value):
                if isinstance(part, Call):
                    yield part
                    if part.block is not None:
                        yield from _calls(part.block.function.body)
                elif isinstance(part, BlockExpr):
                    yield from _calls(part.body)
        match statement:
            case If(then=then, orelse=orelse):
                yield from _calls(then)
                yield from _calls(orelse)
            case Try(body=inner, catches=catches, final=final):
                yield from _calls(inner)
                for catch in catches:
                    yield from _calls(catch.body)
                yield from _calls(final)
            case Switch(arms=arms):
                for _, inner in arms:
                    yield from _calls(inner)
            case _:
                pass


def _values(statement: Stmt) -> Iterator[AnyExpr]:
    match statement:
        case Do(value=value) | Return(value=value) | Assign(value=value) if value is not None:
            yield value
        case _:
            return

"""Fixes that are spelled alike for every Python framework."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    CapLimit,
    DeleteStatement,
    DenyCredentials,
    GuardNotFound,
    HideError,
    Intent,
    MoveBefore,
    PermitFields,
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
)
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import (
    Call,
    CatchNode,
    Def,
    Do,
    FunctionNode,
    Jump,
    Kwarg,
    Module,
    Name,
    Raise,
    Return,
    Str,
    dotted,
)
from persona_lsp.syntax.places import gap_before
from persona_lsp.syntax.python_edits import block_start, indent_of, line_end, line_start, unit, with_import

Edits = tuple[Edit, ...] | None

GENERIC = "Internal server error"
"""What a client reads of a failure that is none of its own."""


def answer_absent(intent: GuardNotFound, module: Module, answer: str) -> Edits:
    """Behind the look-up: what answers 404 when there is nothing."""
    source = module.source
    path = around(module, intent.where.start, intent.where.end)
    if not intent.variable.isidentifier() or not any(isinstance(n, FunctionNode | Def) for n in path):
        return None
    if source[line_start(source, intent.where.start) : intent.where.start].strip():
        return None
    indent = indent_of(source, intent.where.start)
    text = f"{indent}if {intent.variable} is None:\n{indent}{unit(indent)}{answer}\n"
    at = line_end(source, intent.where.end - 1)
    if source[at - 1 : at] != b"\n":
        text = "\n" + text.rstrip("\n")
    return (Edit(module.path, at, at, text),)


def entity_of(intent: GuardNotFound) -> str:
    """What is absent, for people."""
    return intent.entity or intent.variable.replace("_", " ").capitalize()


def hide_error(intent: HideError, module: Module, text: str = GENERIC) -> Edits:
    """The client reads a plain text; the failure goes to the log."""
    path = around(module, intent.where.start, intent.where.end)
    leak = next((n for n in reversed(path) if isinstance(n, Str) and len(n.parts) > 1), None)
    start, end = (leak.start, leak.end) if leak is not None else (intent.where.start, intent.where.end)
    edits = [Edit(module.path, start, end, f'"{text}"')]
    statement = next((n for n in reversed(path) if isinstance(n, Raise | Return | Do)), None)
    function = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    if intent.log and statement is not None and function is not None:
        source = module.source
        if source[line_start(source, statement.start) : statement.start].strip():
            return None
        indent = indent_of(source, statement.start)
        log, imports = logger(module)
        caught = any(isinstance(n, CatchNode) for n in path)
        call = (
            f'{log}.exception("{function.name} failed")'
            if caught or not intent.variable
            else f'{log}.error("{function.name} failed", exc_info={intent.variable})'
        )
        at = line_start(source, statement.start)
        edits.append(Edit(module.path, at, at, f"{indent}{call}\n"))
        edits.extend(imports)
    return tuple(edits)


def rethrow(intent: Rethrow, module: Module) -> Edits:
    """The caught failure goes on."""
    path = around(module, intent.where.start, intent.where.end)
    catch = next((n for n in reversed(path) if isinstance(n, CatchNode)), None)
    if catch is None or not catch.body:
        return None
    last = catch.body[-1]
    if isinstance(last, Raise):
        return None
    if isinstance(last, Jump | Return):
        return (Edit(module.path, last.start, last.end, "raise"),)
    source = module.source
    if source[line_start(source, last.start) : last.start].strip():
        return (Edit(module.path, last.end, last.end, "; raise"),)
    return (Edit(module.path, last.end, last.end, f"\n{indent_of(source, last.start)}raise"),)


def move_before(intent: MoveBefore, module: Module) -> Edits:
    """The whole registration stands before another one."""
    if intent.target.path != module.path or intent.target.start >= intent.where.start:
        return None
    source = module.source
    start, end = block_start(source, intent.where.start), line_end(source, intent.where.end - 1)
    gap = gap_before(source, start)
    if indent_of(source, intent.where.start) != indent_of(source, intent.target.start):
        return None
    text = source[start:end].decode()
    if not text.endswith("\n"):
        text += "\n"
    at = block_start(source, intent.target.start)
    blank = source[gap:start].decode()
    return (Edit(module.path, at, at, text + blank), Edit(module.path, gap, end, ""))


def delete_statement(intent: DeleteStatement, module: Module) -> Edits:
    """The whole statement is deleted with its decorators."""
    source = module.source
    start, end = block_start(source, intent.where.start), line_end(source, intent.where.end - 1)
    return (Edit(module.path, gap_before(source, start), end, ""),)


def read_from_environment(intent: ReadFromEnvironment, module: Module) -> Edits:
    """A secret is read from the environment."""
    path = around(module, intent.where.start, intent.where.end)
    text = next((n for n in reversed(path) if isinstance(n, Str)), None)
    if text is None or text.value is None or not intent.name:
        return None
    return (Edit(module.path, text.start, text.end, f'os.environ["{intent.name}"]'), *with_import(module, "os"))


def deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    """Credentials are not allowed."""
    return (Edit(module.path, intent.where.start, intent.where.end, "False"),)


def restrict_origins(intent: RestrictOrigins, module: Module, holders: Sequence[str]) -> Edits:
    """Which origins may call is a list of the environment, where one of the arguments `holders` says so ("": none does)."""
    path = around(module, intent.where.start, intent.where.end)
    holder = next((n for n in reversed(path) if isinstance(n, Kwarg)), None)
    if (holder.name if holder is not None else "") not in holders:
        return None
    text = 'os.environ["CORS_ORIGINS"].split(",")'
    return (Edit(module.path, intent.where.start, intent.where.end, text), *with_import(module, "os"))


def permit_fields(intent: PermitFields, module: Module) -> Edits:
    """Only the named fields are taken from the request."""
    path = around(module, intent.where.start, intent.where.end)
    for call in reversed([n for n in path if isinstance(n, Call)]):
        for item in call.kwargs:
            if not item.name and isinstance(item.value, Name) and intent.fields:
                body = item.value.id
                text = ", ".join(f'{name}={body}["{name}"]' for name in intent.fields)
                return (Edit(module.path, item.start, item.end, text),)
    return None


def logger(module: Module) -> tuple[str, tuple[Edit, ...]]:
    """The logger of the file, and the edit that imports one where it has none."""
    for statement in module.body:
        value = getattr(statement, "value", None)
        targets = getattr(statement, "targets", ())
        if isinstance(value, Call) and value.name in ("getLogger", "get_logger") and targets:
            return dotted(targets[0]), ()
    for item in module.imports:
        if item.local in ("logger", "log"):
            return item.local, ()
    return "logging", with_import(module, "logging")


def cap_read(intent: CapLimit, module: Module, path: tuple[Any, ...]) -> Edits:
    """A number that is read from the request is bounded."""
    number = next((n for n in reversed(path) if isinstance(n, Call) and dotted(n.func) == "int"), None)
    if number is None:
        return None
    return (Edit(module.path, number.start, number.end, f"min({module.text(number)}, {intent.maximum})"),)


SPELLERS: Final[Mapping[type[Intent], Callable[[Any, Module], Edits]]] = {
    HideError: hide_error,
    Rethrow: rethrow,
    MoveBefore: move_before,
    DeleteStatement: delete_statement,
    PermitFields: permit_fields,
    DenyCredentials: deny_credentials,
    ReadFromEnvironment: read_from_environment,
}
"""What is spelled alike in all frameworks of Python; a framework adds its own, and its own goes before these."""

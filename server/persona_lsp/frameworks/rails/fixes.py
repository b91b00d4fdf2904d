"""Fixes as Rails spells them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    AddReturn,
    BindSql,
    CapLimit,
    ChangeMethod,
    DeleteStatement,
    DenyCredentials,
    DropBody,
    GuardNotFound,
    HideError,
    Intent,
    LimitQuery,
    MoveBefore,
    PermitFields,
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
    SetStatus,
    WrapInTransaction,
)
from persona_lsp.flow.status import STATUS_TITLES
from persona_lsp.frameworks.rails.binding import bind
from persona_lsp.frameworks.rails.places import (
    around,
    everything,
    indent,
    line_end,
    line_start,
    names_assigned,
    names_used,
)
from persona_lsp.syntax.ir import Binary, Call, Index, Member, Module, Name, Return, Stmt, Str

_WORDS: Final = {413: "payload_too_large", 422: "unprocessable_entity"}
_VERBS: Final = {"GET": "get", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}
_STEP: Final = "  "
_FETCHING: Final = frozenset({"to_a", "pluck", "ids", "load", "load_async", "as_json", "to_json"})

Edits = tuple[Edit, ...] | None


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:
    """The edits of a fix; None if Rails has no spelling for it."""
    del facts
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _set_status(intent: SetStatus, module: Module) -> Edits:
    call = _answer(module, intent)
    if call is None:
        return None
    word = _WORDS.get(intent.status) or STATUS_TITLES.get(intent.status, "").lower().replace(" ", "_")
    if call.name == "head":
        given = call.args[0] if call.args else None
        return None if given is None else _replace(module, given.start, given.end, _status(given, word, intent.status))
    option = call.option("status")
    if option is not None:
        return _replace(module, option.start, option.end, _status(option, word, intent.status))
    if call.block is not None or not (call.args or call.kwargs):
        return None
    return _replace(module, call.args_end, call.args_end, f", status: :{word}")


def _status(given: object, word: str, code: int) -> str:
    """The status in the way the old one is written: by name or by number."""
    return f":{word}" if isinstance(given, Str) and word else str(code)


def _add_return(intent: AddReturn, module: Module) -> Edits:
    source, start = module.source, intent.where.start
    if source[start : start + 6] == b"return" or indent(source, start) is None:
        return None
    return _replace(module, start, start, "return ")


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    source, where = module.source, intent.where
    margin = indent(source, where.start)
    if (
        margin is None
        or not intent.variable
        or ("/controllers/" not in "/" + where.path and not _in_controller(module))
    ):
        return None
    end = line_end(source, where.end)
    rest = source[where.end : end].strip()
    if rest and not rest.startswith(b"#"):
        return None
    return _replace(module, end, end, f"\n{margin}return head :not_found unless {intent.variable}")


def _in_controller(module: Module) -> bool:
    return any(cls.name.endswith("Controller") for cls in module.classes())


def _drop_body(intent: DropBody, module: Module) -> Edits:
    call = _answer(module, intent)
    if call is None or call.name == "head" or call.block is not None:
        return None
    status = call.option("status")
    return _replace(
        module, call.start, call.end, f"head {module.text(status) if status is not None else ':no_content'}"
    )


def _hide_error(intent: HideError, module: Module) -> Edits:
    source, where = module.source, intent.where
    text = _quoted(module, "Internal server error")
    start, end = where.start, where.end
    if source[start - 2 : start] == b"#{" and source[end : end + 1] == b"}":
        start, end, text = start - 2, end + 1, "internal server error"
    edits = [Edit(where.path, start, end, text)]
    if intent.log and intent.variable:
        statement = next((p for p in reversed(around(module, where.start, where.end)) if p.siblings), None)
        margin = indent(source, statement.node.start) if statement is not None else None
        if statement is None or margin is None:
            return None
        at = statement.node.start
        edits.append(Edit(where.path, at, at, f"Rails.logger.error({intent.variable}.full_message)\n{margin}"))
    return tuple(sorted(edits))


def _rethrow(intent: Rethrow, module: Module) -> Edits:
    source, where = module.source, intent.where
    if source[where.start : where.end].rstrip().endswith(b"raise"):
        return None
    found = [p for p in around(module, where.start, max(where.start, where.end - 1)) if p.siblings]
    first = found[-1].siblings[0].start if found else where.start
    margin = indent(source, first)
    if margin is None:
        return None
    return _replace(module, where.end, where.end, f"\n{margin}raise")


def _move_before(intent: MoveBefore, module: Module) -> Edits:
    source = module.source
    mine, other = intent.where, intent.target
    if other.path != mine.path or other.start >= mine.start or mine.end <= other.end:
        return None
    margin = indent(source, mine.start)
    if margin is None or margin != indent(source, other.start):
        return None
    between = source[line_start(source, other.start) : line_start(source, mine.start)].decode("utf-8", "replace")
    if any(line.strip() and not line.startswith(margin) for line in between.splitlines()):
        return None
    start, end = line_start(source, mine.start), _next_line(source, mine.end)
    rest = source[mine.end : end].strip()
    if rest and not rest.startswith(b"#"):
        return None
    start = _with_comments(source, start, margin)
    at = _with_comments(source, line_start(source, other.start), margin)
    text = source[start:end].decode("utf-8", "replace")
    if not text.endswith("\n"):
        text += "\n"
    return (Edit(mine.path, at, at, text), Edit(mine.path, start, end, ""))


def _with_comments(source: bytes, start: int, margin: str) -> int:
    """The start of the comment lines just above a line, or of the line itself."""
    while start > 0:
        above = line_start(source, start - 1)
        line = source[above:start].decode("utf-8", "replace")
        if not line.startswith(margin + "#"):
            return start
        start = above
    return start


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    source, where = module.source, intent.where
    word = re.match(rb"(get|post|put|patch|delete)\b", source[where.start : where.end])
    new = _VERBS.get(intent.method)
    if word is None or new is None or word[1].decode() == new:
        return None
    return _replace(module, where.start, where.start + len(word[1]), new)


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    where = intent.where
    path = around(module, where.start, where.end)
    value: Any = None
    for place in reversed(path):
        node = place.node
        if value is None:
            if node.start == where.start and node.end == where.end:
                value = node
            continue
        wraps = (isinstance(node, Binary) and node.op == "or" and node.left is value) or (
            isinstance(node, Call)
            and node.receiver is value
            and node.name in ("to_i", "presence", "to_s")
            and not node.args
        )
        if isinstance(node, Member) and node.base is value:
            continue
        if not wraps:
            break
        value = node
    if value is None:
        return None
    if isinstance(value, Call) and value.name == "to_i" and value.receiver is not None:
        value = value.receiver
        end = value.end + len(".to_i")
    else:
        end = value.end
    text = module.text(value)
    inner = text
    if isinstance(value, Binary):
        inner = text if text.startswith("(") else f"({text})"
    elif isinstance(value, Index):
        inner = f"({text} || {intent.maximum})"
    start = value.start
    if (
        isinstance(value, Binary)
        and module.source[start - 1 : start] == b"("
        and module.source[value.end : value.end + 6] == b").to_i"
    ):
        start, end = start - 1, value.end + 6
    elif isinstance(value, Binary) and module.source[value.end : value.end + 5] == b".to_i":
        return None
    return _replace(module, start, end, f"[{inner}.to_i, {intent.maximum}].min")


def _limit_query(intent: LimitQuery, module: Module) -> Edits:
    end = intent.where.end
    path = around(module, max(end - 1, 0), end)
    call = next((p.node for p in path if isinstance(p.node, Call) and p.node.end == end and p.node.receiver), None)
    if not isinstance(call, Call):
        return None
    while call.name in _FETCHING and isinstance(call.receiver, Call):
        call = call.receiver
    if call.block is not None or call.name in ("find_by_sql", "limit", "select_all", "execute"):
        return None
    if (call.args or call.kwargs) and module.source[call.end - 1 : call.end] != b")":
        return None
    return _replace(module, call.end, call.end, f".limit({intent.maximum})")


def _bind_sql(intent: BindSql, module: Module) -> Edits:
    return bind(module, intent.where.start, intent.where.end)


def _wrap(intent: WrapInTransaction, module: Module) -> Edits:
    source, where = module.source, intent.where
    last = max(where.start, where.end - 1)
    place = next((p for p in reversed(around(module, where.start, where.start + 1)) if p.siblings and _holds(p.siblings, where.start, last)), None)  # fmt: skip
    if place is None:
        return None
    siblings = place.siblings
    first = next(i for i, s in enumerate(siblings) if s.end > where.start)
    final = max(i for i, s in enumerate(siblings) if s.start < where.end)
    wrapped = siblings[first : final + 1]
    made = names_assigned(wrapped) - names_assigned(siblings[:first])
    if made & names_used(siblings[final + 1 :]):
        # What is assigned in a block is known in it alone.
        final = len(siblings) - 1
        wrapped = siblings[first:]
    start, end = wrapped[0].start, wrapped[-1].end
    margin = indent(source, start)
    text = source[start:end].decode("utf-8", "replace")
    if margin is None or re.search(r"<<-?['\"`A-Z]", text) or any(_leaves(s) for s in wrapped):
        return None
    step = "\t" if "\t" in margin else _STEP
    inner = "\n".join(
        (step + line if line.strip() and number else line)
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"))
    )
    return _replace(module, start, end, f"ActiveRecord::Base.transaction do\n{margin}{step}{inner}\n{margin}end")


def _holds(siblings: tuple[Stmt, ...], start: int, last: int) -> bool:
    return siblings[0].start <= start and last < siblings[-1].end


def _leaves(statement: Stmt) -> bool:
    """A `return` out of the block would leave the transaction before its end."""
    return any(isinstance(part, Return) and not part.implicit for part in everything(statement))


def _from_environment(intent: ReadFromEnvironment, module: Module) -> Edits:
    return _replace(module, intent.where.start, intent.where.end, f"ENV.fetch({_quoted(module, intent.name)})")


def _restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    name, comma = _quoted(module, "CORS_ORIGINS"), _quoted(module, ",")
    return _replace(module, intent.where.start, intent.where.end, f"*ENV.fetch({name}).split({comma})")


def _deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    return _replace(module, intent.where.start, intent.where.end, "false")


def _delete(intent: DeleteStatement, module: Module) -> Edits:
    source, where = module.source, intent.where
    margin = indent(source, where.start)
    end = _next_line(source, where.end)
    if margin is None or source[where.end : end].strip():
        return None
    return _replace(module, line_start(source, where.start), end, "")


def _permit(intent: PermitFields, module: Module) -> Edits:
    where = intent.where
    path = around(module, where.start, where.end)
    call = next((p.node for p in reversed(path) if isinstance(p.node, Call) and p.node.name in ("permit!", "to_unsafe_h", "to_unsafe_hash")), None)  # fmt: skip
    if not isinstance(call, Call) or not intent.fields or call.receiver is None:
        return None
    holder = call.receiver
    text = module.text(holder)
    if isinstance(holder, Index) and len(holder.keys) == 1:
        text = f"{module.text(holder.base)}.require({module.text(holder.keys[0])})"
    fields = ", ".join(f":{field}" for field in intent.fields)
    return _replace(module, call.start, call.end, f"{text}.permit({fields})")


# What they share


def _answer(module: Module, intent: Intent) -> Call | None:
    """The call that answers at the place of an intent."""
    where = intent.where
    for place in reversed(around(module, where.start, where.end)):
        node = place.node
        if isinstance(node, Call) and isinstance(node.func, Name) and node.func.id in ("render", "head", "redirect_to"):
            return node
    return None


def _replace(module: Module, start: int, end: int, text: str) -> Edits:
    return (Edit(module.path, start, end, text),)


def _next_line(source: bytes, offset: int) -> int:
    end = source.find(b"\n", offset)
    return len(source) if end < 0 else end + 1


def _quoted(module: Module, text: str) -> str:
    """Text in the quotes that the file prefers."""
    mark = "'" if module.source.count(b"'") > module.source.count(b'"') else '"'
    return f"{mark}{text}{mark}"


_SPELLERS: Final[Mapping[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    AddReturn: _add_return,
    GuardNotFound: _guard_not_found,
    DropBody: _drop_body,
    HideError: _hide_error,
    Rethrow: _rethrow,
    MoveBefore: _move_before,
    ChangeMethod: _change_method,
    CapLimit: _cap_limit,
    LimitQuery: _limit_query,
    BindSql: _bind_sql,
    WrapInTransaction: _wrap,
    ReadFromEnvironment: _from_environment,
    RestrictOrigins: _restrict_origins,
    DenyCredentials: _deny_credentials,
    DeleteStatement: _delete,
    PermitFields: _permit,
}

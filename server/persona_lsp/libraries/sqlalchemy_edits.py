"""Limits and bound values in SQLAlchemy's words."""

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, LimitQuery
from persona_lsp.libraries.python_sql_edits import bound
from persona_lsp.libraries.python_values import links
from persona_lsp.libraries.sqlalchemy_words import ENDS, RUN
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import Call, Member, Module, Name, Object, Str


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:  # noqa: ARG001 -- the tree says it all
    """Limits and bound values in SQLAlchemy's words."""
    match intent:
        case LimitQuery():
            return _limited(intent, module)
        case BindSql():
            return _bound(intent, module)
        case _:
            return None


def _limited(intent: LimitQuery, module: Module) -> tuple[Edit, ...] | None:
    """`.limit(100)` at the end of the statement, before it is run or its rows are read."""
    at = intent.where.start
    path = around(module, at - 1, at)
    call = next((n for n in path if isinstance(n, Call) and n.end == at), None)
    if call is None:
        return None
    text = f".limit({intent.maximum})"
    chain, root = links(call)
    for link in chain:
        if link.name in RUN and link.args:
            statement = link.args[0]
            return (Edit(module.path, statement.end, statement.end, text),)
    last = chain[0] if chain else None
    if last is None or last.name not in ENDS or last.receiver is None:
        return None
    queried = any(c.name == "query" for c in chain) or (isinstance(root, Member) and root.name == "query")
    end = last.receiver.end
    return (Edit(module.path, end, end, text),) if queried or isinstance(root, Name) else None


def _bound(intent: BindSql, module: Module) -> tuple[Edit, ...] | None:
    """`text(f"... {name}")` becomes `text("... :name"), {"name": name}`."""
    path = around(module, intent.where.start, intent.where.end)
    text = next((n for n in reversed(path) if isinstance(n, Str) and n.start == intent.where.start), None)
    calls = [n for n in path if isinstance(n, Call)]
    if text is None or len(calls) < 2:
        return None
    made = next((c for c in reversed(calls) if c.name == "text" and c.args and c.args[0] is text), None)
    ran = next((c for c in reversed(calls) if c.name in RUN and c.args and c.args[0] is made), None)
    if made is None or ran is None:
        return None
    rewritten = bound(text, module, lambda _, name: f":{name}")
    if rewritten is None:
        return None
    literal, values = rewritten
    given = ", ".join(f'"{name}": {source}' for name, source in values)
    edits = [Edit(module.path, text.start, text.end, literal)]
    if len(ran.args) == 1:
        edits.append(Edit(module.path, made.end, made.end, f", {{{given}}}"))
    elif isinstance(ran.args[1], Object) and ran.args[1].entries:
        at = ran.args[1].entries[-1].end
        edits.append(Edit(module.path, at, at, f", {given}"))
    else:
        return None
    return tuple(edits)

"""Fixes in the words of JavaScript data libraries: limits, bound parameters, transactions."""

import re
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, LimitQuery, WrapInTransaction
from persona_lsp.flow.sql_edits import bound, can_be_bound
from persona_lsp.syntax.ir import Assign, Binary, Call, Do, Items, Module, Name, Object, Str, dotted
from persona_lsp.syntax.places import Place, indent_at, newline, place, quote, semicolon, unit
from persona_lsp.text.patterns import lazy

Edits = tuple[Edit, ...] | None
_NUMBERED: Final = frozenset(
    {"pg", "pg-promise", "@fastify/postgres", "postgres", "@neondatabase/serverless", "@vercel/postgres", "pg-pool"}
)
_QUESTION: Final = frozenset(
    {"mysql", "mysql2", "mysql2/promise", "better-sqlite3", "sqlite3", "sqlite", "node:sqlite", "mariadb"}
)
_LEAVES: Final = lazy(r"\b(?:return|break|continue|next|res|response|reply)\b")


def spell_prisma(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """Fixes in the words of Prisma."""
    match intent:
        case LimitQuery():
            return _with_option(intent.where, "findMany", "take", intent.maximum, module)
        case BindSql():
            return _bind_prisma(intent.where, module)
        case WrapInTransaction(library="prisma", handle=handle) if handle:
            return _interactive(intent.where, handle, f"{handle}.$transaction", "tx", module)
        case _:
            return None


def spell_sequelize(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """Fixes in the words of Sequelize."""
    if isinstance(intent, LimitQuery):
        return _with_option(intent.where, "findAll", "limit", intent.maximum, module)
    return None


def spell_typeorm(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """Fixes in the words of TypeORM."""
    if isinstance(intent, BindSql):
        return _bind(intent, module)
    if isinstance(intent, LimitQuery):
        return _with_option(intent.where, "find", "take", intent.maximum, module) or _chained(
            intent.where, frozenset({"getMany", "getRawMany"}), f".take({intent.maximum})", module
        )
    return None


def spell_mongoose(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """Fixes in the words of Mongoose."""
    if not isinstance(intent, LimitQuery):
        return None
    call = _call_at(place(module, _before(intent.where)), intent.where.end)
    while call is not None and call.name not in {"find", "aggregate"}:
        call = call.receiver if isinstance(call.receiver, Call) else None
    if call is None or call.name != "find":
        return None
    return (Edit(module.path, call.end, call.end, f".limit({intent.maximum})"),)


def spell_sql(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """Fixes in the words of SQL drivers and of knex."""
    match intent:
        case BindSql():
            return _bind(intent, module)
        case LimitQuery():
            call = _call_at(place(module, _before(intent.where)), intent.where.end)
            if call is not None and (
                dotted(call.func).endswith(".query") or (call.args and isinstance(call.args[0], Str))
            ):
                return None
            return (Edit(module.path, intent.where.end, intent.where.end, f".limit({intent.maximum})"),)
        case _:
            return None


def _before(where: Where) -> Where:
    return Where(where.path, where.end - 1, where.end)


def _call_at(found: Place, end: int) -> Call | None:
    """The outermost call that ends at an offset."""
    return next((n for n in found.nodes if isinstance(n, Call) and n.end == end), None)


def _with_option(where: Where, name: str, option: str, maximum: int, module: Module) -> Edits:
    call = _call_at(place(module, _before(where)), where.end)
    if call is None or call.name not in {name, "findAndCountAll", "findAndCount"}:
        return None
    if not call.args:
        return (Edit(module.path, call.args_start, call.args_end, f"{{ {option}: {maximum} }}"),)
    given = call.args[0]
    if len(call.args) > 1 or not isinstance(given, Object) or given.get(option) is not None:
        return None
    if not given.entries:
        return (Edit(module.path, given.start, given.end, f"{{ {option}: {maximum} }}"),)
    last = given.entries[-1]
    source = module.source
    indent = indent_at(source, last.start)
    joint = f",{newline(source)}{indent}" if indent is not None else ", "
    return (Edit(module.path, last.end, last.end, f"{joint}{option}: {maximum}"),)


def _chained(where: Where, names: frozenset[str], text: str, module: Module) -> Edits:
    call = _call_at(place(module, _before(where)), where.end)
    if call is None or call.name not in names or call.receiver is None:
        return None
    return (Edit(module.path, call.receiver.end, call.receiver.end, text),)


def _bind(intent: BindSql, module: Module) -> Edits:
    """The values of the text become `$1` or `?`, and an array of them the next argument."""
    where = intent.where
    found = place(module, where)
    sql = next(
        (n for n in found.nodes if isinstance(n, Str | Binary) and n.start == where.start and n.end == where.end), None
    )
    call = next((n for n in reversed(found.nodes) if isinstance(n, Call) and any(a is sql for a in n.args)), None)
    if sql is None or call is None or call.args[0] is not sql or call.tagged:
        return None
    modules = {i.module for i in module.imports}
    if modules.isdisjoint(_NUMBERED | _QUESTION):
        modules = set(intent.packages)
    numbered = not _NUMBERED.isdisjoint(modules)
    if numbered == (not _QUESTION.isdisjoint(modules)):
        return None
    given = call.args[1] if len(call.args) > 1 else None
    if given is not None and (not isinstance(given, Items) or not numbered):
        return None
    count = len(given.items) if isinstance(given, Items) else 0
    pieces = _pieces(sql)
    made = bound(pieces, module.text, lambda n: f"${count + n}" if numbered else "?", _joined) if pieces else None
    if made is None:
        return None
    text, values = made
    edits = [Edit(module.path, sql.start, sql.end, _literal(text, module))]
    listed = ", ".join(values)
    if isinstance(given, Items):
        at = given.items[-1].end if given.items else given.start + 1
        edits.append(Edit(module.path, at, at, f", {listed}" if given.items else listed))
    else:
        edits.append(Edit(module.path, sql.end, sql.end, f", [{listed}]"))
    return tuple(edits)


def _joined(before: str, value: str, after: str) -> str:
    return f"`{before}${{{value}}}{after}`"


def _pieces(expr: Any) -> list[Any] | None:
    if isinstance(expr, Str):
        return list(expr.parts)
    if isinstance(expr, Binary) and expr.op == "+":
        left, right = _pieces(expr.left), _pieces(expr.right)
        return None if left is None or right is None else [*left, *right]
    return [expr]


def _literal(text: str, module: Module) -> str:
    mark = quote(module.source)
    if "\n" in text or mark in text or "\\" in text:
        return "`" + text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${") + "`"
    return f"{mark}{text}{mark}"


def _bind_prisma(where: Where, module: Module) -> Edits:
    """`$queryRawUnsafe(`...`)` becomes the tagged template, which binds its values."""
    found = place(module, where)
    call = next(
        (
            n
            for n in reversed(found.nodes)
            if isinstance(n, Call) and n.name in {"$queryRawUnsafe", "$executeRawUnsafe"}
        ),
        None,
    )
    if call is None or len(call.args) != 1 or not isinstance(call.args[0], Str):
        return None
    sql = call.args[0]
    source = module.source
    if source[sql.start : sql.start + 1] != b"`":
        return None
    edits: list[Edit] = []
    at = sql.start
    for index, part in enumerate(sql.parts):
        if isinstance(part, str):
            continue
        before = sql.parts[index - 1] if index else ""
        if not isinstance(before, str) or not can_be_bound(before):
            return None
        opened = source.rfind(b"${", at, part.start)
        closed = source.find(b"}", part.end)
        if source[opened - 1 : opened] == b"'":
            if source[closed + 1 : closed + 2] != b"'":
                return None
            edits += [Edit(module.path, opened - 1, opened, ""), Edit(module.path, closed + 1, closed + 2, "")]
        at = closed
    name = call.func.name_start  # type: ignore[union-attr]  # it has a name, so it is a member
    plain = call.name.removesuffix("Unsafe")
    return (
        Edit(module.path, name, name + len(call.name), plain),
        Edit(module.path, call.args_start - 1, sql.start, ""),
        *edits,
        Edit(module.path, sql.end, call.end, ""),
    )


def _interactive(where: Where, handle: str, opener: str, name: str, module: Module) -> Edits:
    """Statements that follow one another run in one callback; what they declare and others use comes back out of it."""
    source = module.source
    body = _block_around(module, where)
    inside = [s for s in body if where.start <= s.start and s.end <= where.end]
    if not inside or inside[0].start != where.start or inside[-1].end != where.end:
        return None
    text = source[where.start : where.end].decode()
    indent = indent_at(source, where.start)
    if indent is None or _LEAVES.search(text) or not all(isinstance(s, Assign | Do) for s in inside):
        return None
    after = source[where.end : body[-1].end].decode()
    declared = [n for s in inside for n in _declared(s)]
    if any(n is None for n in declared):
        return None
    used = [n for n in declared if n and re.search(rf"\b{re.escape(n)}\b", after)]
    step, line, end = unit(source), newline(source), semicolon(source)
    moved = re.sub(rf"(?<![\w.]){re.escape(handle)}\.", f"{name}.", text)
    lines = moved.split(line)
    inner = line.join([f"{indent}{step}{lines[0]}", *(step + part if part.strip() else part for part in lines[1:])])
    outer = "" if not used else f"const {used[0]} = " if len(used) == 1 else f"const {{ {', '.join(used)} }} = "
    back = (
        ""
        if not used
        else f"{line}{indent}{step}return {used[0] if len(used) == 1 else '{ ' + ', '.join(used) + ' }'}{end}"
    )
    return (
        Edit(
            module.path,
            where.start,
            where.end,
            f"{outer}await {opener}(async ({name}) => {{{line}{inner}{back}{line}{indent}}}){end}",
        ),
    )


def _block_around(module: Module, where: Where) -> tuple[Any, ...]:
    """The statements of the innermost block that holds the range."""
    found = place(module, where)
    for node in reversed(found.nodes):
        for part in ("body", "then", "orelse", "final"):
            block = getattr(node, part, ())
            if isinstance(block, tuple) and any(s.start == where.start for s in block if hasattr(s, "start")):
                return block
    return ()


def _declared(statement: Any) -> list[str | None]:
    """Names that a statement declares; None for one that is taken apart or assigned to."""
    if not isinstance(statement, Assign):
        return []
    target = statement.targets[0]
    if not statement.const or not isinstance(target, Name):
        return [None]
    return [target.id]

"""Limits and bound values in the words of Go's database packages."""

import re
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, LimitQuery
from persona_lsp.flow.sql_edits import bound
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Member, Module, Str, dotted
from persona_lsp.syntax.places import line_end, line_start, place
from persona_lsp.text.patterns import lazy

Edits = tuple[Edit, ...] | None
_NUMBERED: Final = ("github.com/lib/pq", "github.com/jackc/pgx")
_QUESTION: Final = ("github.com/go-sql-driver/mysql", "github.com/mattn/go-sqlite3", "modernc.org/sqlite", "gorm.io/")
_VERB: Final = lazy(r"%(?:%|[sdv])")
_LISTS: Final = frozenset({"Find", "Scan"})


def spell_gorm(intent: Intent, module: Module, facts: FileFacts) -> Edits:
    """Limits and bound values in GORM's words."""
    del facts
    match intent:
        case LimitQuery(maximum=maximum):
            return _limited(intent, maximum, module)
        case BindSql():
            return _bound(intent, module, numbered=False)
        case _:
            return None


def spell_sql(intent: Intent, module: Module, facts: FileFacts) -> Edits:
    """Bound values in the notation of the driver."""
    del facts
    if not isinstance(intent, BindSql):
        return None
    named = [i.module for i in module.imports]
    if not any(name.startswith((*_NUMBERED, *_QUESTION)) for name in named):
        named = list(intent.packages)
    numbered = any(name.startswith(_NUMBERED) for name in named)
    if numbered == any(name.startswith(_QUESTION) for name in named):
        return None
    return _bound(intent, module, numbered=numbered)


def _limited(intent: LimitQuery, maximum: int, module: Module) -> Edits:
    """`db.Find(&books)` is `db.Limit(100).Find(&books)`."""
    at = intent.where.end
    found = place(module, type(intent.where)(module.path, at - 1, at))
    call: Any = next((n for n in found.nodes if isinstance(n, Call) and n.end == at), None)
    while isinstance(call, Call) and call.name not in _LISTS:
        call = call.receiver
    if not isinstance(call, Call) or not isinstance(call.func, Member):
        return None
    start = call.func.name_start
    return (Edit(module.path, start, start, f"Limit({maximum})."),)


def _bound(intent: BindSql, module: Module, *, numbered: bool) -> Edits:
    """`db.Query(fmt.Sprintf("... '%s'", x))` is `db.Query("... $1", x)`."""
    found = place(module, intent.where)
    sql = next((n for n in found.nodes if (n.start, n.end) == (intent.where.start, intent.where.end)), None)
    call = next((n for n in reversed(found.nodes) if isinstance(n, Call) and any(a is sql for a in n.args)), None)
    if sql is None or call is None or call.args[-1] is not sql:
        return None
    pieces = _pieces(sql)
    if pieces is None:
        return None
    made = bound(pieces, module.text, lambda n: f"${n}" if numbered else "?", _joined)
    literal = _literal(made[0]) if made is not None else None
    if made is None or literal is None:
        return None
    edits = [Edit(module.path, sql.start, sql.end, ", ".join([literal, *made[1]]))]
    if isinstance(sql, Call):
        unused = _without(module, "fmt", (sql.start, sql.end))
        if unused is None:
            return None
        edits += unused
    return tuple(edits)


def _joined(before: str, value: str, after: str) -> str:
    return " + ".join(part for part in (f'"{before}"' if before else "", value, f'"{after}"' if after else "") if part)


def _literal(text: str) -> str | None:
    if "\n" in text or '"' in text or "\\" in text:
        return f"`{text}`" if "`" not in text else None
    return f'"{text}"'


def _pieces(expr: AnyExpr) -> list[str | AnyExpr] | None:
    """The texts and values that an expression puts together."""
    if isinstance(expr, Str):
        return [expr.value] if expr.value is not None else None
    if isinstance(expr, Binary) and expr.op == "+":
        left, right = _pieces(expr.left), _pieces(expr.right)
        return None if left is None or right is None else [*left, *right]
    if isinstance(expr, Call) and dotted(expr.func) == "fmt.Sprintf" and expr.args and not expr.kwargs:
        return _formatted(expr)
    return [expr]


def _formatted(call: Call) -> list[str | AnyExpr] | None:
    form, values = call.args[0], list(call.args[1:])
    if not isinstance(form, Str) or form.value is None:
        return None
    pieces: list[str | AnyExpr] = []
    at = 0
    for verb in _VERB.finditer(form.value):
        if verb[0] == "%%":
            continue
        if not values:
            return None
        pieces += [form.value[at : verb.start()].replace("%%", "%"), values.pop(0)]
        at = verb.end()
    rest = form.value[at:]
    return None if values or "%" in rest.replace("%%", "") else [*pieces, rest.replace("%%", "%")]


def _without(module: Module, package: str, removed: tuple[int, int]) -> list[Edit] | None:
    """The edit that takes an import away that nothing else needs: Go compiles no file with one that is not used."""
    source = module.source
    elsewhere = source[: removed[0]] + source[removed[1] :]
    if re.search(rb"\b" + package.encode() + rb"\.", elsewhere):
        return []
    line = re.search(rb'^[ \t]+"' + package.encode() + rb'"[ \t]*\r?\n', source, re.MULTILINE)
    if line is None:
        return None
    return [Edit(module.path, line_start(source, line.start()), line_end(source, line.start()), "")]

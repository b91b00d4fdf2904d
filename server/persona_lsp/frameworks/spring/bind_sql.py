"""Binding the values of an SQL text that is put together with `+`: placeholders, and arguments in their order."""

from persona_lsp.facts.body import SqlText
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.frameworks.spring.edits import method_at, nodes
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, FunctionNode, Module, Name, Str

_TEMPLATE_CALLS = frozenset({
    "query", "queryForList", "queryForObject", "queryForMap", "queryForRowSet", "queryForStream", "update",
})  # fmt: skip
_NAMED = frozenset({"createQuery", "createNativeQuery"})


def bound(where: Where, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    """The edits; None unless every run-time value stands where a value may stand and a call takes it directly."""
    found = method_at(module, where)
    text = _sql(where, facts)
    if found is None or text is None or any(d.position != "value" for d in text.dynamic):
        return None
    call = _asking(found[1], where)
    if call is None or not isinstance(call.args[0], Binary):
        return None
    pieces = _operands(call.args[0])
    literals = "".join(p.value or "" for p in pieces if isinstance(p, Str))
    if "?" in literals or not _plain(pieces, module):
        return None
    named = call.name in _NAMED
    if call.name == "sql" or named or call.name in _TEMPLATE_CALLS:
        edits, values = _placeholders(pieces, module, named=named)
        if not values:
            return None
        return (*edits, *_arguments(call, values, module))
    return None


def _sql(where: Where, facts: FileFacts) -> SqlText | None:
    for function in facts.functions:
        for query in function.queries:
            if query.sql is not None and function.at(query.sql.span) == where:
                return query.sql
    return None


def _asking(method: FunctionNode, where: Where) -> Call | None:
    for node in nodes(method.body):
        if isinstance(node, Call) and node.args and (node.args[0].start, node.args[0].end) == (where.start, where.end):
            return node
    return None


def _operands(expr: AnyExpr) -> list[AnyExpr]:
    if isinstance(expr, Binary) and expr.op == "+":
        return [*_operands(expr.left), *_operands(expr.right)]
    return [expr]


def _plain(pieces: list[AnyExpr], module: Module) -> bool:
    """Ordinary literals around every value; two values never touch."""
    for index, piece in enumerate(pieces):
        if isinstance(piece, Str):
            if module.source.startswith(b'"""', piece.start):
                return False
        elif index == 0 or not isinstance(pieces[index - 1], Str):
            return False
    return isinstance(pieces[0], Str)


def _placeholders(pieces: list[AnyExpr], module: Module, *, named: bool) -> tuple[list[Edit], list[tuple[str, str]]]:
    edits: list[Edit] = []
    values: list[tuple[str, str]] = []
    quotes = 0
    for index, piece in enumerate(pieces):
        if isinstance(piece, Str):
            continue
        left = pieces[index - 1]
        right = pieces[index + 1] if index + 1 < len(pieces) else None
        before = (left.value or "") if isinstance(left, Str) else ""
        after = (right.value or "") if isinstance(right, Str) else ""
        quoted = before.endswith("'")
        if quoted != after.startswith("'") or (quotes + before.count("'") - quoted) % 2:
            # Inside a literal of the statement (`'%" + x + "%'`) a placeholder would be text.
            return [], []
        quotes += before.count("'")
        name = piece.id if isinstance(piece, Name) else f"value{len(values) + 1}"
        values.append((name, module.source[piece.start : piece.end].decode()))
        mark = f":{name}" if named else "?"
        start = left.end - 1 - quoted
        if right is not None:
            edits.append(Edit(module.path, start, right.start + 1 + quoted, mark))
        else:
            edits.append(Edit(module.path, start, piece.end, f'{mark}"'))
    return edits, values


def _arguments(call: Call, values: list[tuple[str, str]], module: Module) -> tuple[Edit, ...]:
    if call.name in _NAMED:
        text = "".join(f'.setParameter("{name}", {value})' for name, value in values)
        return (Edit(module.path, call.end, call.end, text),)
    if call.name == "sql":
        return (Edit(module.path, call.end, call.end, "".join(f".param({value})" for _, value in values)),)
    return (Edit(module.path, call.args_end, call.args_end, "".join(f", {value}" for _, value in values)),)

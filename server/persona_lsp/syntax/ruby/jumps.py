"""Jumps of Ruby: `return`, `next`, `break`, `redo`, `retry`."""

from collections.abc import Mapping
from typing import Final

from tree_sitter import Node as Tree

from persona_lsp.syntax import ir
from persona_lsp.syntax.ruby.calls import arguments_of
from persona_lsp.syntax.ruby.code import Code, Statement

_JUMPS: Final = {"next": "continue", "break": "break", "redo": "redo", "retry": "retry"}


def _return(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    out.append(ir.Return(node.start_byte, node.end_byte, _given(code, node)))


def _given(code: Code, node: Tree) -> ir.AnyExpr | None:
    """The value after `return`, `next` or `break`: several are a list, named ones a hash."""
    listed = next((c for c in node.children if c.type == "argument_list"), None)
    if listed is None:
        return None
    args, kwargs, _ = arguments_of(code, listed)
    if kwargs:
        entries = tuple(
            ir.Entry(k.start, k.end, k.name, ir.Str(k.start, k.start + len(k.name), (k.name,), symbol=True), k.value)
            for k in kwargs
        )
        args = (*args, ir.Object(listed.start_byte, listed.end_byte, entries))
    if not args:
        return None
    return args[0] if len(args) == 1 else ir.Items(listed.start_byte, listed.end_byte, args)


def _jump(code: Code, node: Tree, out: list[ir.Stmt]) -> None:
    value = _given(code, node)
    if value is not None:
        out.append(ir.Do(value.start, value.end, value))
    out.append(ir.Jump(node.start_byte, node.end_byte, _JUMPS[node.type]))


STATEMENTS: Final[Mapping[str, Statement]] = {
    "return": _return,
    "next": _jump,
    "break": _jump,
    "redo": _jump,
    "retry": _jump,
}

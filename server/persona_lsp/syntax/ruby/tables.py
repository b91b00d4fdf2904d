"""What each kind of node of the grammar becomes."""

from typing import Final

from persona_lsp.syntax.ruby import calls, jumps, literals, operators, statements
from persona_lsp.syntax.ruby.code import Kinds
from persona_lsp.syntax.ruby.operators import value_of

_ALSO_VALUES: Final = (
    "if",
    "unless",
    "if_modifier",
    "unless_modifier",
    "while",
    "until",
    "case",
    "case_match",
    "begin",
    "assignment",
    "operator_assignment",
    "rescue_modifier",
    "return",
    "next",
    "break",
    "redo",
    "retry",
)
"""Statements that have a value, too."""

_STATEMENTS: Final = {**statements.STATEMENTS, **jumps.STATEMENTS}

KINDS: Final = Kinds(
    _STATEMENTS,
    {
        **calls.VALUES,
        **literals.VALUES,
        **operators.VALUES,
        **{kind: value_of(_STATEMENTS[kind]) for kind in _ALSO_VALUES},
    },
)

"""Whether a condition asks where the application runs, and what it says of it: `NODE_ENV !== "production"`."""

from functools import lru_cache
from typing import Final

from persona_lsp.flow.scope import State
from persona_lsp.syntax.ir import AnyExpr, If, Jump, Name, Raise, Return, Unary
from persona_lsp.text.patterns import lazy

_ASKS: Final = lazy(
    r"\bnode_env\b|rails_env|\benv(?:ironment)?\b|develop|\bdev\b|is_?dev|__dev__|debug|\blocal\b|is_?local"
    r"|prod(?:uction)?\b|is_?prod|consider_all_requests|(?:active|matches|accepts)_?profiles?"
)
"""This and the next two are looked for in text in lower case, which is quicker than to ignore the case."""
_DEVELOPERS: Final = lazy(r"develop|\bdev\b|is_?dev|__dev__|debug|\blocal\b|is_?local|\btest\b|consider_all_requests")
_PRODUCTION: Final = lazy(r"prod(?:uction)?\b|is_?prod")
_UNEQUAL: Final = lazy(r"!=|\bis not\b|\bnot in\b")


def developers(state: State, test: AnyExpr, depth: int = 0) -> int | None:
    """1 if the test holds for developers only, -1 if it fails for them only, 0 if nobody can tell which of the two.

    None if it does not ask where the application runs.
    """
    if isinstance(test, Unary) and test.op == "not":
        inner = developers(state, test.operand, depth)
        return None if inner is None else -inner
    if isinstance(test, Name) and depth < 2:  # a name for a name is all that is worth following
        value = state.assigned(test.id)
        if value is not None and value is not test:
            return developers(state, value, depth + 1)
    return _said(state.text(test))


@lru_cache(maxsize=4096)
def _said(text: str) -> int | None:
    text = text.lower()
    if _ASKS.search(text) is None:
        return None
    here, there = _DEVELOPERS.search(text) is not None, _PRODUCTION.search(text) is not None
    if here == there:
        return 0
    return -1 if here == (_UNEQUAL.search(text) is not None) else 1


def left_to_developers(state: State, node: If) -> bool:
    """The branch ends, and only developers get behind it: `if (production) return ...`."""
    ends = bool(node.then) and isinstance(node.then[-1], Return | Raise | Jump)
    return ends and not node.orelse and developers(state, node.test) == -1

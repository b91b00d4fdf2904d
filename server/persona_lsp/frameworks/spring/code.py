"""Walking configuration code: every call of a method in the order in which it is made."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.syntax.ir import Binary, Call, Const, FunctionNode, If, Lambda, Member, Node, Stmt, Unary

_ANY: Final = frozenset({"isNotEmpty", "nonNull", "isPresent", "isNoneEmpty"})
_NONE: Final = frozenset({"isEmpty", "isNull"})


class Made(Struct, frozen=True):
    """A call, and whether it is made only sometimes."""

    call: Call
    conditional: bool = False


def calls_of(function: FunctionNode) -> list[Made]:
    """All calls of a function, its closures included, by the place of the method's name: the order of a fluent chain."""
    found = list(_calls(function.body))
    found.sort(key=lambda made: _at(made.call))
    return found


def _at(call: Call) -> int:
    return call.func.name_start if isinstance(call.func, Member) else call.func.start


def _calls(body: tuple[Stmt, ...]) -> Iterator[Made]:
    stack: list[tuple[object, bool]] = [(body, False)]
    while stack:
        node, conditional = stack.pop()
        if isinstance(node, tuple):
            stack.extend((item, conditional) for item in node)
        elif isinstance(node, Lambda):
            stack.append((node.function.body, conditional))
        elif isinstance(node, Node):
            if isinstance(node, Call):
                yield Made(node, conditional)
            inner = conditional or (isinstance(node, If) and not _asks_for_any(node))
            for name in node.__struct_fields__:
                value = getattr(node, name)
                if isinstance(value, tuple | Node):
                    stack.append((value, inner))


def _asks_for_any(node: If) -> bool:
    """`if (isNotEmpty(paths))`, `if (paths != null)`: without any there is nothing to do."""
    if node.orelse:
        return False
    match node.test:
        case Call(name=name):
            return name in _ANY
        case Unary(op="not", operand=Call(name=name)):
            return name in _NONE
        case Binary(op="!=", right=Const(value=None)):
            return True
        case _:
            return False


def parameter_of_type(function: FunctionNode, names: Sequence[str]) -> str:
    """The name of the first parameter of one of the types."""
    from persona_lsp.frameworks.spring.annotations import type_name

    return next((p.name for p in function.params if type_name(p.type) in names), "")

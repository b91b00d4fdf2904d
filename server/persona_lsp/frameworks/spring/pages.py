"""What methods of a plain `@Controller` return: the name of a view, or where the browser is to go."""

from typing import Final

from persona_lsp.flow.vocabulary import Answer, Scope
from persona_lsp.frameworks.spring.annotations import type_name
from persona_lsp.frameworks.spring.routes import is_page
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, FunctionNode, Module, Str, Ternary

_REDIRECT: Final = "redirect:"
_FOUND: Final = 302


def redirects(function: FunctionNode, module: Module) -> bool:
    """The body names a place to go to."""
    return b'"redirect:' in module.source[function.body_start : function.body_end]


def view(made: Call) -> Answer:
    """`new ModelAndView("orders/list")`, `new ModelAndView("redirect:/orders")`, `new RedirectView("/orders")`."""
    if type_name(made.func) == "RedirectView" or (made.args and _goes(made.args[0])):
        return Answer(_FOUND, body_kind="redirect", sends=False)
    return Answer(200, body=made, body_kind="html", sends=False)


def returned(value: AnyExpr, scope: Scope) -> Answer | None:
    """`return "redirect:/orders/" + id` answers 302, `return "orders/list"` draws a page; of the rest nobody can tell."""
    handled = scope.handling
    if scope.cls is None or handled is None or handled.kind != "handler" or not is_page(scope.cls, scope.function):
        return None
    if isinstance(value, Call) and value.new:
        return None
    goes = _goes(value)
    if goes is None:
        return Answer(status_unknown=True, body_kind="html")
    return Answer(_FOUND, body_kind="redirect") if goes else Answer(body_kind="html")


def _goes(value: AnyExpr) -> bool | None:
    """Whether the text names a place to go to; None where it may be either."""
    match value:
        case Binary(op="+", left=left):
            return _goes(left)
        case Ternary(then=then, orelse=orelse):
            sides = {_goes(then), _goes(orelse)}
            return sides.pop() if len(sides) == 1 else None
        case Str(parts=(str(first), *_)):
            return first.startswith(_REDIRECT)
        case _:
            return None

"""What functions answer that handlers return: `return self.to_json(order, status_code=CREATED)` (Flask), or what a
mediator hands a request to (`return await mediator.Send(command)`, C#).
"""

import re
from typing import Final

from persona_lsp.facts.body import CallSite, Function, FunctionParam, Response
from persona_lsp.flow.status import status_named
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.names import Names, resolve

_STATUS: Final = lazy(r"^(?:http_?)?(?:status|status_?code|code)$", re.IGNORECASE)
"""Parameters that the status is given by."""
_MAKES: Final = frozenset({"jsonify", "make_response", "Response", "JSONResponse"})
_CODES: Final = range(100, 600)


FRAMEWORKS: Final = frozenset({"flask", "fastapi", "aspnet"})
"""Where what a function returns may be an answer, although nothing at its call says so."""


def told(
    names: Names,
    handler: Function,
    response: Response,
    first: tuple[tuple[int, Function], ...],
    *,
    documented: bool,
    declares: bool = False,
) -> tuple[int, ...] | None:
    """The statuses of an answer that a function of the project makes, () if nobody can tell; None if none makes it.

    `documented`: how the handler succeeds is told beside the code, and nothing that governs what it returns.
    `declares`: what no answer says its status of, has that of the route (FastAPI).
    """
    if response.explicit or not response.returned:
        return None
    if handler.language == "csharp":
        return _brought(handler, response, first, documented=documented)
    if handler.language != "python":
        return None
    for number, function in first:
        call = handler.calls[number]
        makes = function.responses or not _MAKES.isdisjoint(c.name for c in function.calls)
        if call.span not in (response.span, response.body_span) or not makes:
            continue
        own = [p for p in function.params if p.name not in ("self", "cls")]
        for place, param in enumerate(own):
            if _STATUS.search(param.name):
                status = _given(names, handler, function, response, call, place, param)
                return () if status is None else (status,)
        return None if declares and not function.responses else _answered(function)
    return None


def _answered(function: Function) -> tuple[int, ...]:
    found = {r.status for r in function.responses}
    return tuple(sorted(s for s in found if s is not None)) if found and None not in found else ()


def _brought(
    handler: Function, response: Response, first: tuple[tuple[int, Function], ...], *, documented: bool
) -> tuple[int, ...] | None:
    """What a call brings is a whole answer where its function makes such; of what is not read, nobody can tell."""
    number = next((n for n, call in enumerate(handler.calls) if call.span == response.span), -1)
    if number < 0 or response.status is None:
        return None
    function = dict(first).get(number)
    if function is None:
        return () if documented else None
    return _answered(function) if function.handling == "helper" else None


def _given(
    names: Names, handler: Function, function: Function, response: Response, call: CallSite, place: int,
    param: FunctionParam,
) -> int | None:  # fmt: skip
    """The status that the call gives, or that the function has where it gives none."""
    named = re.search(rf"\b{param.name}\s*=\s*([\w.]+)", response.source)
    if named is not None:
        return _number(names, handler.path, named[1])
    if place < len(call.arguments) and "=" not in response.source:
        return _number(names, handler.path, call.arguments[place])
    if "=" in response.source and place < len(call.arguments):
        return None  # which argument is which, its text does not tell
    return _number(names, function.path, param.default or "") if response.source.endswith(")") else None


def _number(names: Names, path: str, text: str) -> int | None:
    """The number that a literal is, or that a constant stands for."""
    if text.isdigit():
        return int(text) if int(text) in _CODES else None
    found = resolve(names, path, text) if text else None
    if found is None or found.kind != "constant":
        last = text.rpartition(".")[2]
        return status_named(last) if last.isupper() else None
    number = names.files[found.path].constants[found.name].number
    return int(number) if number is not None and int(number) in _CODES else None

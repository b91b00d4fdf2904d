"""What functions answer that handlers hand their response to: `sendError(res, 404)`, `apiResponse(res, { status: 404 })`.

A helper says which of its parameters the status is (`Response.status_from`); the call says what that parameter is given.
"""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.body import FromParam, Function, Response
from persona_lsp.flow.status import status_named
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.calls import Calls, callees
from persona_lsp.workspace.names import Names, resolve

_SCRIPTS: Final = frozenset({"javascript", "typescript", "tsx"})
_DEPTH: Final = 3
_CODES: Final = range(100, 600)
_EITHER: Final = lazy(r"\?\s*([\w.]+)\s*:\s*([\w.]+)$")


def reads_helpers(handler: Function) -> bool:
    """Whether what its helpers answer is followed call by call."""
    return handler.language in _SCRIPTS


def answered(calls: Calls, function: Function) -> tuple[set[int], bool]:
    """The statuses that what a handler calls answers for it, and whether there is one that nobody can tell."""
    found: set[int] = set()
    unknown = _through(calls, function, (), found, 0)
    return found, unknown


def _through(calls: Calls, function: Function, given: Sequence[str], found: set[int], depth: int) -> bool:
    unknown = False
    for number, callee in callees(calls, function) if depth < _DEPTH else ():
        call = function.calls[number]
        if callee.handling == "helper" or (callee.handling == "handler" and call.passes_request):
            arguments = [_argument(function, text, given) for text in call.arguments]
            for response in callee.responses:
                statuses = _statuses(calls.names, function.path, callee, response, arguments)
                found.update(statuses)
                unknown = unknown or not statuses
            unknown = _through(calls, callee, arguments, found, depth + 1) or unknown
        elif depth == 0:
            unknown = _through(calls, callee, (), found, _DEPTH - 1) or unknown
    return unknown


def _argument(function: Function, text: str, given: Sequence[str]) -> str:
    """What an argument is in the end, where it is a parameter of the function that calls."""
    place = next((i for i, p in enumerate(function.params) if p.name == text), -1) if given else -1
    return given[place] if 0 <= place < len(given) else text


def _statuses(
    names: Names, path: str, callee: Function, response: Response, arguments: Sequence[str]
) -> tuple[int, ...]:
    """The statuses of an answer of a helper, () if nobody can tell."""
    if response.status is not None:
        return (response.status,)
    wanted = response.status_from
    if wanted is None:
        return ()
    if wanted.place >= len(arguments):
        return _numbers(names, callee.path, wanted.default)
    text = arguments[wanted.place]
    if not wanted.key:
        return _numbers(names, callee.path, wanted.default) if text == "undefined" else _numbers(names, path, text)
    return _of_object(names, path, callee, text, wanted)


def _of_object(names: Names, path: str, callee: Function, text: str, wanted: FromParam) -> tuple[int, ...]:
    if not text.startswith("{") or "..." in text:
        return ()
    said = re.search(rf"[{{,]\s*{re.escape(wanted.key)}\s*(?::\s*([\w.]+))?\s*[,}}]", text)
    if said is None:
        return _numbers(names, callee.path, wanted.default) if wanted.key not in text else ()
    return _numbers(names, path, said[1] or "")


def _numbers(names: Names, path: str, text: str) -> tuple[int, ...]:
    """The statuses that an argument stands for: a number, the name of one, a constant, or one of two."""
    either = _EITHER.search(text)
    if either is not None:
        sides = [_numbers(names, path, side) for side in either.groups()]
        return tuple(n for side in sides for n in side) if all(sides) else ()
    if text.isdigit():
        return (int(text),) if int(text) in _CODES else ()
    if not text.replace(".", "").isidentifier():
        return ()
    found = resolve(names, path, text)
    if found is not None and found.kind == "constant":
        number = names.files[found.path].constants[found.name].number
        return (int(number),) if number is not None and int(number) in _CODES else ()
    last = text.rpartition(".")[2]
    code = status_named(last) if "." in text and (last.isupper() or last[:1].isupper()) else None
    return (code,) if code is not None else ()

"""Fixes: intents spelled in Python for FastAPI."""

from collections.abc import Callable
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DropBody,
    GuardNotFound,
    HideError,
    Intent,
    RestrictOrigins,
    SetStatus,
)
from persona_lsp.flow.python_fixes import (
    GENERIC,
    SPELLERS,
    answer_absent,
    cap_read,
    entity_of,
    hide_error,
    restrict_origins,
)
from persona_lsp.flow.status import STATUS_NAMES, STATUS_TITLES, status_of
from persona_lsp.frameworks.fastapi.names import uses_fastapi
from persona_lsp.frameworks.fastapi.registration import DECORATORS, METHODS
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import (
    Call,
    Const,
    Decorator,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    ParamNode,
    Return,
    Str,
    dotted,
)
from persona_lsp.syntax.python_edits import (
    with_argument,
    with_import,
)
from persona_lsp.text.patterns import lazy

Edits = tuple[Edit, ...] | None
_DEPENDS: Final = lazy(r"(?:Depends|Security)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_RESPONSES: Final = frozenset({"JSONResponse", "Response", "ORJSONResponse", "PlainTextResponse", "HTMLResponse"})


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:
    """The edits of a fix, None when it cannot be spelled here."""
    if facts.frameworks and "fastapi" not in facts.frameworks:
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


# -- statuses and answers --------------------------------------------------------------------------------------------


def _set_status(intent: SetStatus, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    registration = _registration(path, intent.where)
    if registration is not None:
        return _with_status(module, registration, intent.status)
    calls = [n for n in path if isinstance(n, Call)]
    for call in reversed(calls):
        if call.name == "HTTPException":
            given = call.args[0] if call.args else call.kwarg("status_code")
            return (_status_edit(module, given, intent.status),) if given is not None else None
        if call.name in _RESPONSES:
            positional = call.args[1] if len(call.args) > 1 else None
            if positional is not None:
                return (_status_edit(module, positional, intent.status),)
            return _with_status(module, call, intent.status)
    return _answer_with_status(intent, module, path)


def _answer_with_status(intent: SetStatus, module: Module, path: tuple[Any, ...]) -> Edits:
    """`return {...}` becomes an answer that carries the status."""
    last = next((n for n in reversed(path) if isinstance(n, Return)), None)
    if last is None or last.value is None or not uses_fastapi(module):
        return None
    if intent.where.start != last.value.start:
        return None
    text = f"JSONResponse(status_code={_status_text(module, intent.status)}, content={module.text(last.value)})"
    return (
        Edit(module.path, last.value.start, last.value.end, text),
        *with_import(module, "fastapi.responses", "JSONResponse"),
    )


def _with_status(module: Module, call: Call, status: int) -> Edits:
    given = call.kwarg("status_code")
    if given is not None:
        return (_status_edit(module, given, status),)
    return (with_argument(module, call, f"status_code={_status_text(module, status)}"),)


def _status_edit(module: Module, given: Any, status: int) -> Edit:
    """Replace a status in the spelling that it has."""
    text = _status_text(module, status)
    if isinstance(given, Member) and given.name.startswith("HTTP_"):
        return Edit(module.path, given.name_start, given.end, _constant(status))
    if isinstance(given, Member) and dotted(given.base).endswith("HTTPStatus"):
        name = next((n for n, code in STATUS_NAMES.items() if code == status), "")
        if name:
            return Edit(module.path, given.name_start, given.end, name)
    if isinstance(given, Const):
        text = str(status)
    return Edit(module.path, given.start, given.end, text)


def _status_text(module: Module, status: int) -> str:
    for item in module.imports:
        if item.local == "status" and item.module in ("fastapi", "starlette"):
            return f"status.{_constant(status)}"
    return str(status)


def _constant(status: int) -> str:
    known = {413: "REQUEST_ENTITY_TOO_LARGE", 422: "UNPROCESSABLE_ENTITY"}
    name = known.get(status) or next((n for n, code in STATUS_NAMES.items() if code == status), "")
    return f"HTTP_{status}_{name}"


def _registration(path: tuple[Any, ...], where: Where) -> Call | None:
    """The decorator or call that registers the route at a place."""
    for node in reversed(path):
        call = node.value if isinstance(node, Decorator) else node
        if isinstance(call, Call) and isinstance(call.func, Member) and call.func.name_start == where.start:
            name = call.func.name
            if name in DECORATORS or name == "add_api_route":
                return call
    return None


def _drop_body(intent: DropBody, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    last = next((n for n in reversed(path) if isinstance(n, Return)), None)
    if last is None or last.value is None:
        return None
    value = last.value
    if isinstance(value, Call) and value.name in _RESPONSES:
        content = value.args[0] if value.args else None
        if content is not None and len(value.args) == 1 and value.kwargs:
            return (Edit(module.path, content.start, value.kwargs[0].start, ""),)
        return _without_argument(module, value, "content")
    if isinstance(value, Call) and dotted(value.func)[:1].isupper() and "Response" in value.name:
        return None
    return (Edit(module.path, last.start + len("return"), value.end, ""),)


def _without_argument(module: Module, call: Call, name: str) -> Edits:
    given = [*call.args, *call.kwargs]
    for index, item in enumerate(call.kwargs):
        if item.name != name:
            continue
        at = len(call.args) + index
        if at + 1 < len(given):
            return (Edit(module.path, item.start, given[at + 1].start, ""),)
        start = given[at - 1].end if at > 0 else item.start
        return (Edit(module.path, start, item.end, ""),)
    return None


# -- failures --------------------------------------------------------------------------------------------------------


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    if not uses_fastapi(module):
        return None
    raised = f'raise HTTPException(status_code=404, detail="{entity_of(intent)} not found")'
    added = answer_absent(intent, module, raised)
    return (*added, *with_import(module, "fastapi", "HTTPException")) if added is not None else None


def _hide_error(intent: HideError, module: Module) -> Edits:
    return hide_error(intent, module, _generic(around(module, intent.where.start, intent.where.end)))


def _generic(path: tuple[Any, ...]) -> str:
    for node in reversed(path):
        if isinstance(node, Call) and node.name in ("HTTPException", *_RESPONSES):
            given = node.kwarg("status_code") or (node.args[0] if node.args and node.name == "HTTPException" else None)
            known = status_of(given)
            if known is not None and known[0] != 500:
                return STATUS_TITLES.get(known[0], GENERIC).capitalize()
    return GENERIC


# -- registrations ---------------------------------------------------------------------------------------------------


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    call = _registration(path, intent.where)
    if call is None or not isinstance(call.func, Member):
        return None
    func = call.func
    if func.name in METHODS:
        return (Edit(module.path, func.name_start, func.name_start + len(func.name), intent.method.lower()),)
    methods = call.kwarg("methods")
    if isinstance(methods, Items) and len(methods.items) == 1 and isinstance(methods.items[0], Str):
        only = methods.items[0]
        return (Edit(module.path, only.start, only.end, f'"{intent.method.upper()}"'),)
    return None


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    call = _registration(path, intent.where)
    if call is None or not intent.source:
        return None
    found = _DEPENDS.search(intent.source)
    if found is None:
        function = next((n for n in path if isinstance(n, FunctionNode)), None)
        return _parameter(intent.source, function, module)
    listed = call.kwarg("dependencies")
    if isinstance(listed, Items):
        at = listed.items[-1].end if listed.items else listed.start + 1
        return (Edit(module.path, at, at, (", " if listed.items else "") + found[0]),)
    if listed is not None:
        return None
    return (with_argument(module, call, f"dependencies=[{found[0]}]"),)


def _parameter(text: str, function: FunctionNode | None, module: Module) -> Edits:
    """Give the handler the parameter that its siblings have (`user: CurrentUser`)."""
    if function is None or "=" in text or any(p.name == text.split(":", 1)[0].strip() for p in function.params):
        return None
    own = [p for p in function.params if p.kind != "self"]
    if own:
        return (Edit(module.path, own[0].start, own[0].start, f"{text}, "),)
    opened = module.source.find(b"(", function.name_end)
    if opened < 0:
        return None
    if function.params:
        return (Edit(module.path, function.params[-1].end, function.params[-1].end, f", {text}"),)
    return (Edit(module.path, opened + 1, opened + 1, text),)


# -- inputs ----------------------------------------------------------------------------------------------------------


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    param = next((n for n in reversed(path) if isinstance(n, ParamNode)), None)
    if param is None:
        return cap_read(intent, module, path)
    declared = param.type.keys[1:] if isinstance(param.type, Index) else ()
    for marker in (param.default, *declared):
        if isinstance(marker, Call) and marker.name in ("Query", "Field", "Param"):
            if marker.kwarg("le") is not None or marker.kwarg("lt") is not None:
                return None
            return (with_argument(module, marker, f"le={intent.maximum}"),)
    imports = (*with_import(module, "typing", "Annotated"), *with_import(module, "fastapi", "Query"))
    bound = f"Query(ge=1, le={intent.maximum})"
    if param.type is None:
        return (Edit(module.path, param.name_end, param.name_end, f": Annotated[int, {bound}]"), *imports)
    if isinstance(param.type, Index) and dotted(param.type.base).endswith("Annotated"):
        last = param.type.keys[-1]
        return (Edit(module.path, last.end, last.end, f", {bound}"), *with_import(module, "fastapi", "Query"))
    text = module.text(param.type)
    return (Edit(module.path, param.type.start, param.type.end, f"Annotated[{text}, {bound}]"), *imports)


# -- configuration ---------------------------------------------------------------------------------------------------


def _restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    return restrict_origins(intent, module, ("allow_origins", ""))


_SPELLERS: Final[dict[type[Intent], Callable[[Any, Module], Edits]]] = {
    **SPELLERS,
    SetStatus: _set_status,
    DropBody: _drop_body,
    GuardNotFound: _guard_not_found,
    HideError: _hide_error,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    CapLimit: _cap_limit,
    RestrictOrigins: _restrict_origins,
}

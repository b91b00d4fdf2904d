"""Fixes: intents spelled for Django, REST framework and django-ninja."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DeleteStatement,
    DenyCredentials,
    DropBody,
    GuardNotFound,
    Intent,
    MoveBefore,
    RestrictOrigins,
    SetStatus,
)
from persona_lsp.flow.python_fixes import (
    SPELLERS,
    answer_absent,
    entity_of,
)
from persona_lsp.flow.status import STATUS_NAMES
from persona_lsp.frameworks.django.names import detects
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import (
    Call,
    ClassNode,
    Const,
    Decorator,
    FunctionNode,
    Items,
    Member,
    Module,
    ParamNode,
    Return,
    Str,
    dotted,
)  # fmt: skip
from persona_lsp.syntax.python_edits import indent_of, line_end, line_start, with_argument, with_import
from persona_lsp.text.patterns import lazy

Edits = tuple[Edit, ...] | None
_ANSWERS: Final = frozenset({"Response", "JsonResponse", "HttpResponse"})
_RENAMED: Final = {
    (403, 401): {"PermissionDenied": "NotAuthenticated"},
    (401, 403): {"NotAuthenticated": "PermissionDenied", "AuthenticationFailed": "PermissionDenied"},
}  # fmt: skip
_ITEM_END: Final = lazy(rb"[ \t]*,[ \t]*(?:#[^\n]*)?\r?\n")


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001 -- the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None and detects(module) else None


# -- statuses and answers --------------------------------------------------------------------------------------------


def _set_status(intent: SetStatus, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    for call in reversed([n for n in path if isinstance(n, Call)]):
        if call.name in _ANSWERS:
            given = call.kwarg("status") or (call.args[1] if call.name == "Response" and len(call.args) > 1 else None)
            if given is None:
                return (with_argument(module, call, f"status={_status_text(module, intent.status)}"),)
            return (_status_edit(module, given, intent.status),)
        for (_, new), names in _RENAMED.items():
            if new == intent.status and call.name in names and isinstance(call.func, Member):
                func = call.func
                return (Edit(module.path, func.name_start, func.end, names[call.name]),)
    return _pair(intent, module, path)


def _pair(intent: SetStatus, module: Module, path: tuple[Any, ...]) -> Edits:
    """`return 200, book` and `return book` in an operation of django-ninja."""
    last = next((n for n in reversed(path) if isinstance(n, Return)), None)
    value = last.value if last is not None else None
    if value is None or not any(i.module.split(".", 1)[0] in ("ninja", "ninja_extra") for i in module.imports):
        return None
    if isinstance(value, Items) and value.kind == "tuple" and len(value.items) == 2:
        return (_status_edit(module, value.items[0], intent.status),)
    return None  # without a schema for the status, the operation would fail


def _status_edit(module: Module, given: Any, status: int) -> Edit:
    """Replace a status in the spelling that it has."""
    if isinstance(given, Member) and given.name.startswith("HTTP_"):
        return Edit(module.path, given.name_start, given.end, _constant(status))
    if isinstance(given, Member) and dotted(given.base).endswith("HTTPStatus"):
        name = next((n for n, code in STATUS_NAMES.items() if code == status), "")
        if name:
            return Edit(module.path, given.name_start, given.end, name)
    text = str(status) if isinstance(given, Const) else _status_text(module, status)
    return Edit(module.path, given.start, given.end, text)


def _status_text(module: Module, status: int) -> str:
    known = any(item.local == "status" and item.module == "rest_framework" for item in module.imports)
    return f"status.{_constant(status)}" if known else str(status)


def _constant(status: int) -> str:
    known = {413: "REQUEST_ENTITY_TOO_LARGE", 422: "UNPROCESSABLE_ENTITY"}
    name = known.get(status) or next((n for n, code in STATUS_NAMES.items() if code == status), "")
    return f"HTTP_{status}_{name}"


def _drop_body(intent: DropBody, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    call = next((n for n in reversed(path) if isinstance(n, Call) and n.name in ("Response", "HttpResponse")), None)
    if call is None:
        return None
    if len(call.args) == 1 and call.kwargs:
        return (Edit(module.path, call.args[0].start, call.kwargs[0].start, ""),)
    if len(call.args) == 2:
        return (Edit(module.path, call.args[0].start, call.args[0].end, "None"),)
    for index, item in enumerate(call.kwargs):
        if item.name in ("data", "content"):
            following = call.kwargs[index + 1 : index + 2]
            if following:
                return (Edit(module.path, item.start, following[0].start, ""),)
            before = call.kwargs[index - 1].end if index else item.start
            return (Edit(module.path, before, item.end, ""),)
    return None


# -- failures --------------------------------------------------------------------------------------------------------


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    """`raise Http404`, which REST framework answers as well."""
    added = answer_absent(intent, module, f'raise Http404("{entity_of(intent)} not found")')
    return (*added, *with_import(module, "django.http", "Http404")) if added is not None else None


# -- views -----------------------------------------------------------------------------------------------------------


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    """`def get` of a class becomes `def post`; the method that a decorator names is another one."""
    path = around(module, intent.where.start, intent.where.end)
    function = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    if function is None:
        return None
    old, new = "get", intent.method.lower()
    cls = next((n for n in reversed(path) if isinstance(n, ClassNode)), None)
    if cls is not None and function.name == old and not any(m.name == new for m in cls.methods):
        return (Edit(module.path, function.name_start, function.name_end, new),)
    for decorator in function.decorators:
        edit = _decorated(decorator, old, new, module)
        if edit is not None:
            return (edit,)
    return None


def _decorated(decorator: Decorator, old: str, new: str, module: Module) -> Edit | None:
    """`@router.get(...)` of django-ninja, `@api_view(["GET"])`, `@action(methods=["get"])`."""
    call = decorator.call
    if call is None:
        return None
    if isinstance(call.func, Member) and call.func.name == old:
        return Edit(module.path, call.func.name_start, call.func.end, new)
    methods = call.args[0] if call.name == "api_view" and call.args else call.kwarg("methods")
    only = methods.items[0] if isinstance(methods, Items) and len(methods.items) == 1 else None
    if not isinstance(only, Str) or (only.value or "").lower() != old:
        return None
    text = module.text(only)
    return Edit(
        module.path,
        only.start,
        only.end,
        text.replace(only.value or "", new.upper() if (only.value or "").isupper() else new),
    )


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    """The decorator that the views beside it have, above the view."""
    if intent.target.path != module.path or intent.handler.path != module.path:
        return None
    source = module.source
    functions = [
        next((n for n in reversed(around(module, at.start, at.end)) if isinstance(n, FunctionNode)), None)
        for at in (intent.handler, intent.target)
    ]
    view, sibling = functions
    if view is None or sibling is None or view is sibling:
        return None
    held = next((d for d in sibling.decorators if d.start <= intent.target.start and intent.target.end <= d.end), None)
    start = line_start(source, min([view.start, *(d.start for d in view.decorators)]))
    if held is None or any(module.text(d) == module.text(held) for d in view.decorators):
        return None
    text = source[line_start(source, held.start) : line_end(source, held.end - 1)].decode()
    return (
        (Edit(module.path, start, start, text),) if indent_of(source, held.start) == indent_of(source, start) else None
    )


# -- URLconfs --------------------------------------------------------------------------------------------------------


def _lines(module: Module, start: int, end: int) -> tuple[int, int] | None:
    """The whole lines of an item of a list; None where it shares them with something else."""
    source = module.source
    first = line_start(source, start)
    tail = _ITEM_END.match(source, end)
    if source[first:start].strip() or tail is None:
        return None
    return first, tail.end()


def _move_before(intent: MoveBefore, module: Module) -> Edits:
    if intent.target.path != module.path or intent.target.start >= intent.where.start:
        return None
    moved = _item(module, intent.where.start, intent.where.end)
    target = _item(module, intent.target.start, intent.target.end)
    if moved is None or target is None:
        return None
    own, other = _lines(module, *moved), _lines(module, *target)
    if own is None or other is None or not _same_list(module, moved, target):
        return None
    text = module.source[own[0] : own[1]].decode()
    return (Edit(module.path, other[0], other[0], text), Edit(module.path, own[0], own[1], ""))


def _item(module: Module, start: int, end: int) -> tuple[int, int] | None:
    """The item of a list of patterns that a place stands in."""
    path = around(module, start, end)
    for outer, inner in pairwise(path):
        if isinstance(outer, Items) and isinstance(inner, Call):
            return inner.start, inner.end
    return None


def _same_list(module: Module, one: tuple[int, int], other: tuple[int, int]) -> bool:
    holders = [
        next((n for n in reversed(around(module, *place)) if isinstance(n, Items) and n.start < place[0]), None)
        for place in (one, other)
    ]
    return holders[0] is not None and holders[1] is not None and holders[0].start == holders[1].start


def _delete_statement(intent: DeleteStatement, module: Module) -> Edits:
    """An item of a list of patterns is taken out with its line."""
    item = _item(module, intent.where.start, intent.where.end)
    lines = _lines(module, *item) if item is not None else None
    return (Edit(module.path, *lines, ""),) if lines is not None else None


# -- inputs and configuration ----------------------------------------------------------------------------------------


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    param = next((n for n in reversed(path) if isinstance(n, ParamNode)), None)
    marker = param.default if param is not None else None
    if isinstance(marker, Call) and marker.name in ("Query", "Field"):
        if marker.kwarg("le") is not None or marker.kwarg("lt") is not None:
            return None
        return (with_argument(module, marker, f"le={intent.maximum}"),)
    number = next((n for n in reversed(path) if isinstance(n, Call) and dotted(n.func) == "int"), None)
    if number is None:
        return None
    return (Edit(module.path, number.start, number.end, f"min({module.text(number)}, {intent.maximum})"),)


def _restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    """`CORS_ALLOW_ALL_ORIGINS = True` becomes a list of the environment."""
    source = module.source
    start = line_start(source, intent.where.start)
    text = 'CORS_ALLOWED_ORIGINS = os.environ["CORS_ORIGINS"].split(",")'
    return (Edit(module.path, start, intent.where.end, text), *with_import(module, "os"))


def _deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    return (Edit(module.path, intent.where.start, intent.where.end, "False"),)


_SPELLERS: Final[dict[type[Intent], Callable[[Any, Module], Edits]]] = {
    **SPELLERS,
    SetStatus: _set_status,
    DropBody: _drop_body,
    GuardNotFound: _guard_not_found,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    MoveBefore: _move_before,
    DeleteStatement: _delete_statement,
    CapLimit: _cap_limit,
    RestrictOrigins: _restrict_origins,
    DenyCredentials: _deny_credentials,
}

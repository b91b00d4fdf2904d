"""What a filter of a controller does, by its name, and the guards that a class body declares."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.rails.blocks import lambdas, turns_away
from persona_lsp.frameworks.rails.literals import inside, names, options
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    BlockExpr,
    Call,
    ClassNode,
    Do,
    If,
    Lambda,
    Module,
    Name,
    Return,
    Stmt,
    Str,
    Unary,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

_BEFORE: Final = frozenset(
    {
        "before_action", "prepend_before_action", "append_before_action", "before_filter", "prepend_before_filter",
        "around_action", "prepend_around_action",
    }
)  # fmt: skip
_SKIPS: Final = frozenset({"skip_before_action", "skip_before_filter", "skip_action_callback", "skip_around_action"})
_MACROS: Final = {
    "http_basic_authenticate_with": GuardKind.AUTHN,
    "acts_as_token_authentication_handler_for": GuardKind.AUTHN,
    "load_and_authorize_resource": GuardKind.AUTHZ,
    "load_resource": GuardKind.VALIDATION,
    "authorize_resource": GuardKind.AUTHZ,
    "authorize_actions_for": GuardKind.AUTHZ,
    "rate_limit": GuardKind.RATE_LIMIT,
    "throttle": GuardKind.RATE_LIMIT,
    "protect_from_forgery": GuardKind.OTHER,
}
OF_ABILITIES: Final = frozenset({"load_and_authorize_resource", "authorize_resource"})
"""What abilities (CanCan) decide about, which may let strangers do something."""
_SKIP_MACROS: Final = {
    "allow_unauthenticated_access": "require_authentication",
    "skip_load_and_authorize_resource": "load_and_authorize_resource",
    "skip_authorize_resource": "authorize_resource",
}
_AUTHN: Final = lazy(
    r"(?:^|_)(?:authenticate|authenticated|doorkeeper_authorize!|jwt_authenticate)(?:_|!|$)"
    r"|^(?:require|requires|ensure|check|verify|validate|must_be|enforce)_(?:valid_|api_|a_)*(?:login|logged_in|signed_in|sign_in|user_session|authentication|auth|auth_token|access_token|api_key|api_token|jwt|token|bearer_token|current_user|user_signed_in|session|user!?)(?:_|!|$)"
    r"|^(?:(?:redirect|bounce|deny|reject|refuse|halt|block)(?:_\w+)?_)?(?:if_not_|if_un|unless_)(?:user_|member_)?(?:signed_in|logged_in|authenticated)(?:_|!|\?|$)"
    r"|^(?:login_required|logged_in_user|signed_in_user|authorize_request|authorized|require_login!?|ensure_logged_in|restrict_access|restrict_access_to_users|logged_in_using_omniauth\?)$"
)
_ROLE: Final = lazy(
    r"(?:^|_)(?:admin|admins|moderator|staff|superuser|superadmin|owner_only|role|roles|manager)(?:_|!|\?|$)"
)
_AUTHZ: Final = lazy(
    r"^authorize(?:_|!|$)|(?:^|_)(?:authorize|authorization|permission|permissions|permitted|policy|scope!?|ownership|owner|access|allowed|can)(?:_|!|\?|$)"
)
_LOGIN_BY_NAME: Final = lazy(r"^(?:require|ensure|check|verify|authenticate|only|must|restrict|admin|enforce)")
_PLAIN: Final = lazy(
    r"^(?:set|load|find|fetch|get|assign|build|prepare|init|initialize|configure|log|track|store|parse|cache|add|include|use|switch|touch|increment|record|redirect|skip|disable|enable|normalize|default|setup|remember|expire|update|create|no_cache|decorate|paginate|preload|query|mark)_"
    r"|^verify_authenticity_token$|^protect_from_forgery$|locale|time_zone|timezone|format|headers|params|parameters|breadcrumb|title|layout|cors|csrf|caching|flash|variant|feature|captcha"
)
_KNOWN: Final = lazy(r"current_\w+$|\w*(?:signed_in|logged_in|authenticated)\?$")
"""What is true of callers who have signed in."""
_OF_DEVISE: Final = "devise_controller?"
"""Holds for controllers of Devise, and for none that the application itself writes anew."""
_OF_FORMS: Final = "verify_authenticity_token"
"""Asks whether a form is the application's own, and nobody who sends it."""
_OPTIONAL: Final = lazy(r"_if_(?:present|given|token|possible|needed)|optional|_or_guest|try_")
_INHERITED: Final = {
    "Devise.RegistrationsController": ("authenticate_scope!", ("edit", "update", "destroy")),
    "Devise.InvitationsController": ("authenticate_inviter!", ("new", "create")),
    "DeviseTokenAuth.RegistrationsController": ("set_user_by_token", ("update", "destroy")),
    "DeviseTokenAuth.SessionsController": ("set_user_by_token", ("destroy",)),
    "DeviseTokenAuth.TokenValidationsController": ("set_user_by_token", ("validate_token",)),
}
"""The filter by which a controller of a gem demands a login, and its actions, which subclasses inherit."""


def of_gem(controller: str, where: Where) -> tuple[Guard, ...]:
    """The guards of a gem's own controller (`Devise::RegistrationsController`), declared at `where`."""
    found = _INHERITED.get(controller.replace("::", "."))
    return (Guard(found[0], GuardKind.AUTHN, Level.CLASS, where, only=found[1]),) if found is not None else ()


def kind_of(name: str) -> GuardKind:
    """What a filter does, as far as its name tells."""
    bare = name.lstrip("_")
    if bare == _OF_FORMS:
        return GuardKind.OTHER
    if _AUTHN.search(bare):
        return GuardKind.AUTHN
    if _ROLE.search(bare) and _LOGIN_BY_NAME.search(bare):
        return GuardKind.ROLE
    if bare.startswith(("rate_limit", "throttle", "check_rate_limit")):
        return GuardKind.RATE_LIMIT
    if _PLAIN.search(bare):
        return GuardKind.OTHER
    if _AUTHZ.search(bare):
        return GuardKind.AUTHZ
    return GuardKind.UNKNOWN


def guards(cls: ClassNode, owner: str, module: Module) -> tuple[Guard, ...]:
    """The filters that a class, or a concern in its `included` block, declares. `owner` is its dotted name."""
    inherited = (g for b in cls.bases for g in of_gem(dotted(b), Where(module.path, b.start, b.end)))
    keys = dict(blocks(cls, owner))
    declared = (
        g
        for call, maybe in _declarations(cls.body)
        for g in _declared(call, cls, owner, module, keys, conditional=maybe)
    )
    return (*inherited, *declared)


def blocks(cls: ClassNode, owner: str) -> Iterator[tuple[int, str]]:
    """The filters that a class holds inline: (start, key)."""
    given = (block for call, _ in _declarations(cls.body) if call.name in _BEFORE for block in lambdas(call))
    for count, block in enumerate(given):
        yield block.function.start, f"{owner}.before_action {count}"


def _declarations(body: Sequence[Stmt], *, conditional: bool = False) -> Iterator[tuple[Call, bool]]:
    """The calls that a class body makes by name, each with whether it is made only sometimes."""
    for statement in body:
        match statement:
            case Do(value=Call() as call) | Return(value=Call() as call):
                if call.name == "included" and call.block is not None:
                    yield from _declarations(call.block.function.body, conditional=conditional)
                elif isinstance(call.func, Name):
                    yield call, conditional
            case Do(value=BlockExpr(body=inner)):
                yield from _declarations(inner, conditional=conditional)
            case If(then=then, orelse=orelse):
                yield from _declarations((*then, *orelse), conditional=True)
            case _:
                pass


def _declared(
    call: Call, cls: ClassNode, owner: str, module: Module, keys: Mapping[int, str], *, conditional: bool
) -> Iterator[Guard]:
    name = call.name
    if name not in _BEFORE and name not in _SKIPS and name not in _MACROS and name not in _SKIP_MACROS:
        return
    given, complete = options(call, {})
    only, except_ = names(given.get("only"), {}), names(given.get("except"), {})
    unread = ("only" in given and only is None) or ("except" in given and except_ is None) or not complete
    excused = "unless" in given and _text(given["unless"]) != _OF_DEVISE
    maybe = conditional or unread or "if" in given or excused
    where = Where(module.path, call.start, call.end)
    limits = (only or (), except_ or ())
    if name in _SKIPS or name in _SKIP_MACROS:
        skipped = [_SKIP_MACROS[name]] if name in _SKIP_MACROS else [v for a in call.args if (v := _text(a))]
        for one in skipped:
            yield Guard(
                f"{name} {one}", GuardKind.OTHER, Level.CLASS, where, source=_line(call, module), only=limits[0],
                except_=limits[1], skips=one, conditional=maybe,
            )  # fmt: skip
            if maybe and one != _OF_FORMS:
                # Whether it is skipped is decided at run time: nobody can tell whom the action lets in.
                yield Guard(f"{name} {one}", GuardKind.UNKNOWN, Level.CLASS, where, conditional=True)
        return
    if name in _MACROS:
        yield Guard(
            name, _MACROS[name], Level.CLASS, where, source=_line(call, module), only=limits[0], except_=limits[1],
            optional=_text(given["fallback"]) == "none" if "fallback" in given else False,
            conditional=maybe or name in OF_ABILITIES,
        )  # fmt: skip
        return
    for arg in call.args:
        text = _text(arg)
        if text:
            yield _filter(text, where, call, cls, owner, module, limits, conditional=maybe)
    for block in lambdas(call):
        key = keys[block.function.start]
        yield _inline(block, key, where, call, module, limits, conditional=maybe)


def _filter(
    name: str, where: Where, call: Call, cls: ClassNode, owner: str, module: Module,
    limits: tuple[tuple[str, ...], tuple[str, ...]], *, conditional: bool,
) -> Guard:  # fmt: skip
    return Guard(
        name,
        GuardKind.OTHER if _stops_known(name, cls) else kind_of(name),
        Level.CLASS,
        where,
        symbol=Ref(f"{owner}.{name}"),
        source=_line(call, module),
        optional=_OPTIONAL.search(name) is not None or _lets_pass(name, cls),
        conditional=conditional,
        only=limits[0],
        except_=limits[1],
    )


def _inline(
    block: Lambda, key: str, where: Where, call: Call, module: Module,
    limits: tuple[tuple[str, ...], tuple[str, ...]], *, conditional: bool,
) -> Guard:  # fmt: skip
    """`before_action -> { doorkeeper_authorize! :read }`: named after the call in it that tells most.

    What a block calls that turns nobody away itself, tells the function that it is.
    """
    best, kind = "", GuardKind.UNKNOWN
    for value in inside(block):
        for part in walk(value):
            if isinstance(part, Call) and isinstance(part.func, Name):
                found = kind_of(part.name)
                if not best or (kind is GuardKind.UNKNOWN and found is not GuardKind.UNKNOWN):
                    best, kind = part.name, found
    return Guard(
        best or "before_action", kind, Level.CLASS, where, None if turns_away(block, module) else Ref(key),
        _line(call, module), conditional=conditional, only=limits[0], except_=limits[1],
    )  # fmt: skip


def _stops_known(name: str, cls: ClassNode) -> bool:
    """All that the filter does, it does with callers who are known: `redirect_to home if current_user`."""
    method = next((m for m in cls.methods if m.name == name), None)
    body: Sequence[Stmt] = method.body if method is not None else ()
    while len(body) == 1 and isinstance(only := body[0], If) and _KNOWN.match(_first_of(only.test)):
        if not only.orelse:
            return True
        body = only.orelse
    return False


def _first_of(test: AnyExpr) -> str:
    """The name that a condition asks first: `current_user` of `current_user && late?`."""
    while isinstance(test, Binary) and test.op == "and":
        test = test.left
    return test.name if isinstance(test, Call) and not test.args else dotted(test)


def _lets_pass(name: str, cls: ClassNode) -> bool:
    """The filter does all its work under the condition that credentials were sent: without them the caller passes."""
    method = next((m for m in cls.methods if m.name == name), None)
    if method is None or len(method.body) != 1:
        return False
    only = method.body[0]
    if not isinstance(only, If) or only.orelse:
        return False
    test = only.test
    if isinstance(test, Unary):
        return False
    return any(
        (isinstance(part, Str) and (part.value or "").lower() in ("authorization", "http_authorization", "x-api-key"))
        or (isinstance(part, Call) and part.name in ("authorization", "auth_token", "token", "bearer_token"))
        for part in walk(test)
    )  # fmt: skip


def _text(expr: AnyExpr) -> str:
    return (expr.value or "") if isinstance(expr, Str) else ""


def _line(call: Call, module: Module) -> str:
    return module.text(call) if call.end - call.start < 300 else ""

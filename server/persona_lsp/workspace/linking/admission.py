"""Whom an endpoint lets in: what its guards say, and what the code behind them makes of it."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.facts.body import Function
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace import calls
from persona_lsp.workspace.guard_code import ABOUT_CALLERS, FORBIDDEN, UNAUTHENTICATED, reads_credential
from persona_lsp.workspace.guards import asks_by_calls, auth_of, refuses_itself, takes_credential
from persona_lsp.workspace.handed_on import may_be_refused
from persona_lsp.workspace.linking.manners import manner_of
from persona_lsp.workspace.snapshot import Auth, Endpoint

_OF_CONTRACT: Final = "ServerInterfaceWrapper"
_CALLER: Final = lazy(r"user|auth|principal|claims|identity", re.IGNORECASE)
_HANDED: Final = lazy(r"(?:user|auth|principal|claims|identity)(?:_?details)?$", re.IGNORECASE)
"""Types and names of parameters that hold a user; `username` only names one."""
_NOT_KNOWN: Final = lazy(r"not (?:\w+_)?(?:admin|logged_in|signed_in|authenticated)\?")
_MOVED: Final = 300
_NOT_FOUND: Final = 404
_REFUSALS: Final = frozenset({"Pundit.NotAuthorizedError", "CanCan.AccessDenied"})


class Case(Struct, frozen=True):
    """An endpoint with its callees and statuses, its handler, and the functions that run before it."""

    endpoint: Endpoint
    handler: Function | None
    before: Sequence[Function]
    project: calls.Calls


class _Asked(Struct, frozen=True):
    """A question about the code: it is asked where the guards say one of `where`, and changes that unless it is None."""

    where: frozenset[Auth]
    question: Callable[[Case, Function, Auth], Auth | None]


def admitted(case: Case) -> Auth:
    """Whom the endpoint lets in; of a handler that stands in no file of the workspace, nobody can tell."""
    auth = auth_of(case.endpoint.guards, case.handler)
    if case.handler is None:
        return _elsewhere(case.endpoint, auth)
    for asked in _QUESTIONS:
        if auth in asked.where and (told := asked.question(case, case.handler, auth)) is not None:
            return told
    return auth


def _by_calls(case: Case, handler: Function, auth: Auth) -> Auth | None:
    """The handler asks functions of the project who calls."""
    told = asks_by_calls(case.project, handler)
    if told is Auth.NONE:
        return None
    return told if told is Auth.REQUIRED or auth is Auth.NONE else auth


def _handed_on(case: Case, handler: Function, _auth: Auth) -> Auth | None:
    """What is handed the caller may refuse one who need not be known."""
    return Auth.UNKNOWN if may_be_refused(case.project, handler, case.endpoint.guards) else None


def _refused_by_itself(case: Case, handler: Function, _auth: Auth) -> Auth | None:
    return Auth.UNKNOWN if refuses_itself(handler, case.endpoint.route.params) else None


def _credential(case: Case, handler: Function, auth: Auth) -> Auth | None:
    """What need not be brought may be asked for by the handler, or by what it calls."""
    if not takes_credential(handler, case.endpoint.route.params):
        return None
    return Auth.UNKNOWN if {UNAUTHENTICATED, FORBIDDEN}.intersection(case.endpoint.statuses) else auth


def _signed(case: Case, _handler: Function, _auth: Auth) -> Auth | None:
    """Something asks who calls; what it does about the answer, nobody can tell."""
    asks = manner_of(case.endpoint.framework).signed and any(map(reads_credential, case.endpoint.callees))
    return Auth.UNKNOWN if asks else None


def _asks_elsewhere(_case: Case, handler: Function, _auth: Auth) -> Auth | None:
    """It hands the request on to what is put together where it runs, or oapi-codegen made it of a contract (Go)."""
    made = handler.handling == "middleware" or handler.class_name == _OF_CONTRACT
    return Auth.UNKNOWN if handler.language == "go" and made else None


def _sends_strangers_away(_case: Case, handler: Function, _auth: Auth) -> Auth | None:
    """`redirect_to root_path unless current_user_is_admin?`: whoever has not signed in is none (Ruby).

    What asks so in one of several branches, or for one of several formats, sends away only some.
    """
    away = handler.language == "ruby" and any(
        _MOVED <= (r.status or 0) < _NOT_FOUND
        and _NOT_KNOWN.fullmatch(r.condition)
        and not r.site.nested
        and len(r.site.path) <= 1
        for r in handler.responses
    )
    return Auth.REQUIRED if away else None


def _looks_who_calls(case: Case, handler: Function, _auth: Auth) -> Auth | None:
    """Nobody is refused, but somebody reads `request.user`, or the user of a session.

    One who is handed a user may be handed a new one: nobody has to have signed in to sign up.
    """
    looks = handler.reads_principal or any(
        f.reads_principal and not any(_CALLER.search(p.type) or _HANDED.search(p.name) for p in f.params)
        for f in case.endpoint.callees
    )
    if not looks:
        return None
    return Auth.UNKNOWN if _refuses_strangers(handler) else Auth.OPTIONAL


def _refuses_strangers(handler: Function) -> bool:
    """It may refuse where nobody has signed in: `return head(:unauthorized) if current_user.nil?`."""
    said = [(r.status, r.condition) for r in handler.responses] + [(r.status, r.condition) for r in handler.raises]
    return any(status in (UNAUTHENTICATED, FORBIDDEN) and ABOUT_CALLERS.search(told) for status, told in said)


def _refused_below(case: Case, handler: Function, _auth: Auth) -> Auth | None:
    """Guards let everybody pass, and a function that the handler calls for every request may not."""
    refused = any(
        not handler.calls[number].site.conditional and any(r.status == UNAUTHENTICATED for r in function.raises)
        for number, function in case.endpoint.first_level
    )
    return Auth.UNKNOWN if refused else None


def _policy(case: Case, handler: Function, _auth: Auth) -> Auth | None:
    """A policy of Pundit or an ability of CanCan says whether strangers come in (Ruby)."""
    asked = any(
        function.language == "ruby" and any(thrown.exception in _REFUSALS for thrown in function.raises)
        for function in (handler, *case.endpoint.callees, *case.before)
    )
    return Auth.UNKNOWN if asked else None


def _elsewhere(endpoint: Endpoint, auth: Auth) -> Auth:
    """What holds where the handler is not there to be read."""
    ref, manner = endpoint.route.handler, manner_of(endpoint.framework)
    of_controller = ref is not None and "#" in ref.name
    if auth is Auth.OPTIONAL and of_controller:
        return Auth.UNKNOWN
    if auth is not Auth.NONE or (ref is not None and ref.name.startswith(("devise/", "devise_token_auth/"))):
        return auth  # Devise's own controllers let those in who are not signed in, but for what is guarded
    if endpoint.route.derived and of_controller and not endpoint.group.startswith(f"{endpoint.where.path}:"):
        return auth  # so does a class of the project that derives from one; others of gems have a guard for that
    elsewhere = of_controller if ref is not None else manner.wrapped and not endpoint.route.handler_key
    return Auth.UNKNOWN if elsewhere or manner.signed else auth


_NONE: Final = frozenset({Auth.NONE})
_OPTIONAL: Final = frozenset({Auth.OPTIONAL})
_QUESTIONS: Final = (
    _Asked(frozenset({Auth.NONE, Auth.UNKNOWN, Auth.OPTIONAL}), _by_calls),
    _Asked(_OPTIONAL, _handed_on),
    _Asked(_NONE, _refused_by_itself),
    _Asked(_OPTIONAL, _credential),
    _Asked(_NONE, _signed),
    _Asked(_NONE, _asks_elsewhere),
    _Asked(_NONE, _sends_strangers_away),
    _Asked(_NONE, _looks_who_calls),
    _Asked(_OPTIONAL, _refused_below),
    _Asked(_NONE | _OPTIONAL, _policy),
)
"""In this order: the first that knows better than the guards is right."""

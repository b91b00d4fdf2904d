"""What several rules ask about an endpoint: is it a collection, an action, public by intent, a webhook?

All of them answer from facts, and take the careful side where the facts don't tell.
"""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.body import Function, Op, Query, Raise, Response, Site
from persona_lsp.facts.http import Guard, GuardKind, In
from persona_lsp.rules.memo import per_endpoint, per_snapshot
from persona_lsp.rules.models import asks_database
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

READING: Final = frozenset({"GET", "HEAD"})
CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
EVERY_FAILURE: Final = ("RuntimeException", "Exception", "StandardError", "Throwable", "BaseException")
"""What handles one of these, handles what nobody foresaw; the narrower ones first."""
_SAVES: Final = frozenset({"save", "save!", "saveAndFlush", "save_and_flush"})
"""Calls that create what is new and change what is not; below a collection's POST it is new."""


_ENSURES: Final = lazy(r"find_?or|get_?or|first_?or|ensure|upsert|or_?update", re.IGNORECASE)
_SETS: Final = lazy(r"(set|sync|assign|update|replace|share|unshare|save_?or_?update)(?![a-z])")
"""Names of handlers that bring about a state, whatever was there before."""
_CREATES: Final = frozenset("add create creates insert issue make new open place post register signup submit".split())
_ALSO_CHANGES: Final = frozenset("change edit merge modify put replace update upsert".split())
_ACTIONS: Final = frozenset(
    """accept activate approve archive authenticate authorize batch bulk calculate cancel check checkout clone close
    confirm convert copy deactivate disable dislike download duplicate enable estimate exchange execute export
    favorite favourite finish follow generate import invite like lock login logout mark merge move notify ping pin
    preview process publish query read refresh reject reopen report reset resend restore retry revoke rollback rotate
    run search send share signin signout sort star start stop subscribe submit switch sync test toggle token
    transfer transition trigger unarchive unfavorite unfollow unlike unlock unpublish unstar unsubscribe update
    upload upsert validate verify vote undo""".split()
)
_HEALTH: Final = lazy(
    r"(^|/)(health\w*|healthz|livez|readyz|live|ready|liveness|readiness|ping|status|metrics|version|favicon\.ico"
    r"|robots(\.txt)?|\.well-known|actuator)(/|$)",
    re.IGNORECASE,
)
_LOGIN: Final = lazy(
    r"(log_?in|log_?out|sign_?in|sign_?out|sign_?up|signups?|regist(er|ers|rations?|ration)|tokens?|sessions?|"
    r"refresh|access-token|password|passwords|forgot\w*|reset\w*|recover\w*|recovery|verify|verification|verifications|"
    r"confirm|confirmations?|activate|activation|otp|2fa|mfa|oauth2?|authorize|authenticate|authentication|auth|sso|saml|"
    r"callbacks?|magic-?link|unlocks?|invitations?|unsubscribe)",
    re.IGNORECASE,
)
_GETS_IN: Final = lazy(
    r"(register|sign_?up|sign_?in|log_?in)_?(new_?)?(user|account|member|customer)?s?(handler|controller)?",
    re.IGNORECASE,
)
_PUBLIC: Final = lazy(
    r"(^|/)(docs?|swagger[\w.-]*|openapi[\w.-]*|redoc|static|assets|public|contact|contact-us|newsletter|subscribe"
    r"|subscriptions?|feedback|waitlist|csp-report\w*|captcha)(/|$)|(^|/)shared?/\{",
    re.IGNORECASE,
)
_WEBHOOK: Final = lazy(
    r"(^|/)(web-?hooks?|hooks?)(/|$)|/callbacks?/|/(ipn|postback)(/|$)"
    r"|(^|/)(sendgrid|stripe|github|gitlab|twilio|mailgun|postmark|slack|paypal|sns)[_/-](events?|notifications?)(/|$)",
    re.IGNORECASE,
)
_RPC: Final = lazy(r"graphql|rpc(?![a-z])", re.IGNORECASE)
_INSIDE: Final = frozenset({"internal", "_internal"})
_WORDS: Final = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def label(endpoint: Endpoint, room: int = 48) -> str:
    """`GET /orders/{id}` for messages, in that many characters."""
    return f"{endpoint.method} {short_path(endpoint, room - len(endpoint.method) - 1)}"


def short_path(endpoint: Endpoint, room: int = 36) -> str:
    """The path for messages: a long one keeps its end, which tells it from its neighbours.

    Where what stands before it is not known, it begins with the same dots.
    """
    path = endpoint.path if endpoint.path_known else "…" + endpoint.path
    return path if len(path) <= room else "…" + path[-room + 1 :]


def brief(text: str, room: int = 32) -> str:
    """Source text for messages: one line, short, and without the backticks that would end the quotation."""
    line = " ".join(text.split()).replace("`", "'")
    return line if len(line) <= room else line[: room - 1] + "…"


def words(name: str) -> tuple[str, ...]:
    """The words of an identifier or path segment, in lower case: `getUser_byID` -> get, user, by, id."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def singular(word: str) -> str:
    """The word without the plural that English and naming habits give it; good enough to compare two names."""
    word = word.lower()
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and len(word) > 4:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def same_thing(left: str, right: str) -> bool:
    """Whether two names mean one kind of thing: `orders` and `Order`, `order-items` and `OrderItem`."""
    first, second = words(left), words(right)
    if not first or not second:
        return False
    return [*first[:-1], singular(first[-1])] == [*second[:-1], singular(second[-1])]


def last_segment(endpoint: Endpoint) -> str:
    """The last literal piece of the path if the path ends with one, else ""."""
    last = endpoint.segments[-1] if endpoint.segments else None
    return "" if last is None or last.param else last.literal


def noun(endpoint: Endpoint) -> str:
    """The last literal piece of the path that is not an action: what the endpoint is about ("" for `/`)."""
    for segment in reversed(endpoint.segments):
        if not segment.param and segment.literal:
            return segment.literal
    return ""


def is_item(endpoint: Endpoint) -> bool:
    """The path ends with a parameter: one thing of many."""
    return bool(endpoint.segments) and bool(endpoint.segments[-1].param)


def is_action(endpoint: Endpoint) -> bool:
    """The path names something to do (`/login`, `/orders/{id}/cancel`, `/orders:search`) and not a thing."""
    last = last_segment(endpoint)
    if not last:
        return False
    if ":" in last:
        return True
    parts = words(last)
    if parts and (parts[0] in _ACTIONS or parts[-1] in _ACTIONS):
        return True
    below_item = len(endpoint.segments) > 1 and bool(endpoint.segments[-2].param)
    return endpoint.method == "POST" and below_item and singular(last) == last.lower()


def has_item_sibling(endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """The same app also serves one element of this path (`/orders/{id}` for `/orders`)."""
    return (endpoint.app, bare_shape(endpoint) + "/{}") in _bare_shapes(snapshot)


def bare_shape(endpoint: Endpoint) -> str:
    """The path with every parameter as `{}`, whatever it matches."""
    return "".join("/" + ("{}" if s.param else s.literal) for s in endpoint.segments)


@per_snapshot
def _bare_shapes(snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    return frozenset(
        (endpoint.app, bare_shape(endpoint)) for endpoint in snapshot.endpoints if not endpoint.route.named
    )


def is_health(endpoint: Endpoint) -> bool:
    """A probe, a version, or one of the files that browsers and crawlers ask for."""
    return _HEALTH.search(endpoint.path) is not None


def is_login(endpoint: Endpoint) -> bool:
    """It is about getting in or out: login, registration, tokens, passwords, confirmation links."""
    if any(not s.param and _LOGIN.fullmatch(s.literal.strip("_")) for s in endpoint.segments):
        return True
    first = words(noun(endpoint))
    if first and _LOGIN.fullmatch(first[0]) is not None:
        return True
    named = (words(segment.literal) for segment in endpoint.segments if not segment.param)
    if any(parts and _LOGIN.fullmatch(parts[-1]) is not None for parts in named):
        return True
    # `POST /users` of `registerUser` lets a newcomer in.
    return _GETS_IN.fullmatch(endpoint.handler_name.rsplit(".", 1)[-1]) is not None


def is_webhook_receiver(endpoint: Endpoint) -> bool:
    """Another system calls it to tell of an event."""
    if endpoint.method != "POST":
        return False
    if _WEBHOOK.search(endpoint.path) or "webhook" in endpoint.handler_name.lower():
        return True
    headers = [param.name for param in endpoint.params if param.place == In.HEADER]
    inputs = endpoint.handler.inputs if endpoint.handler else ()
    headers += [read.name for read in inputs if read.place == In.HEADER]
    return any("signature" in name.lower() for name in headers)


def is_rpc(endpoint: Endpoint) -> bool:
    """One path for many calls, which are named in the body: JSON-RPC, GraphQL and their like."""
    if endpoint.route.kind in {"graphql", "grpc"} or _RPC.search(endpoint.path):
        return True
    responses = endpoint.handler.responses if endpoint.handler else ()
    return any(key.partition("=")[0] == "jsonrpc" for response in responses for key in response.keys)


def is_internal(endpoint: Endpoint) -> bool:
    """The path says that the callers are services of the same house."""
    return any(segment.literal in _INSIDE for segment in endpoint.segments if not segment.param)


def is_missing_action(endpoint: Endpoint) -> bool:
    """It names an action that no controller of the project has: `resources` registers more than it serves."""
    ref = endpoint.route.handler
    return endpoint.handler is None and ref is not None and "#" in ref.name


def is_made_for_tests(endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """The application that serves it is put together by a test out of parts of the project."""
    facts = snapshot.files.get(endpoint.app.rpartition(":")[0])
    return endpoint.test or (facts is not None and facts.role == "test")


def is_public_by_intent(endpoint: Endpoint) -> bool:
    """Anonymous callers are meant to reach it, as far as its path and its markers tell."""
    return (
        is_health(endpoint)
        or is_login(endpoint)
        or is_webhook_receiver(endpoint)
        or _PUBLIC.search(endpoint.path) is not None
        or any(guard.allows_all for guard in endpoint.guards)
    )


def is_auth_guard(guard: Guard) -> bool:
    """The guard asks who calls or what he may do."""
    return guard.kind in {GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE} and not guard.allows_all and not guard.skips


def has_unknown_guard(endpoint: Endpoint) -> bool:
    """Something that nobody recognised has the request first: it may check, change or refuse it."""
    return any(guard.kind is GuardKind.UNKNOWN for guard in endpoint.guards)


def may_leave_route(endpoint: Endpoint) -> bool:
    """Its handler, or something in front of it, may hand the request on to the next route that matches."""
    if endpoint.handler is not None and endpoint.handler.passes_on:
        return True
    return any(g.leaves_route for g in endpoint.guards) or any(f.leaves_route for f in endpoint.before)


def checks_input(endpoint: Endpoint) -> bool:
    """Something checks the input before the handler, or may do so."""
    if endpoint.body is not None and endpoint.body.validated is True:
        return True
    return any(guard.kind in {GuardKind.VALIDATION, GuardKind.UNKNOWN} for guard in endpoint.guards)


def is_html(endpoint: Endpoint) -> bool:
    """It renders pages for people."""
    handler = endpoint.handler
    return endpoint.route.html or (handler is not None and any(r.body_kind == "html" for r in handler.responses))


def excluded(first: Site, second: Site) -> bool:
    """The two places cannot both be reached in one call."""
    return any(left != right for left, right in zip(first.path, second.path, strict=False))


def success_responses(function: Function) -> Iterator[Response]:
    """The answers that are no failure, as far as their status is known."""
    for response in function.responses:
        if response.status is not None and 200 <= response.status < 300:
            yield response


def answers(function: Function) -> tuple[Response | Raise, ...]:
    """Everything by which the function ends a request: its answers, and the failures that it raises."""
    return (*function.responses, *function.raises)


def handler_queries(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[tuple[Query, Function, int]]:
    """The queries of the handler, and of the project's functions that it calls itself.

    The number is the index of the call in the handler, -1 for a query of the handler itself.
    """
    if endpoint.handler is None:
        return
    # `Contract.create(terms)` of a module of the project is what that function does, and no query by its name.
    own = {endpoint.handler.calls[n].span for n, function in endpoint.first_level if not function.class_name}
    for query in endpoint.handler.queries:
        if query.span not in own and asks_database(query, snapshot):
            yield query, endpoint.handler, -1
    for call, function in endpoint.first_level:
        for query in function.queries:
            if asks_database(query, snapshot):
                yield query, function, call


@per_endpoint
def created_entity(endpoint: Endpoint, snapshot: Snapshot) -> str:
    """The name of what a POST adds to the collection that its path names; "" if it does not, or nobody knows."""
    if endpoint.method != "POST" or is_item(endpoint) or is_action(endpoint) or is_login(endpoint):
        return ""
    if _SETS.match(endpoint.handler_name.rsplit(".", 1)[-1].rpartition("#")[2]):
        return ""
    collection = last_segment(endpoint)
    for query, function, call in handler_queries(endpoint, snapshot):
        if call >= 0 and _ENSURES.search(function.name):
            continue
        saves = query.op is Op.UPSERT and query.api.rsplit(".", 1)[-1] in _SAVES
        creates = query.op is Op.INSERT or (saves and _is_new(endpoint, query, function))
        # Several at once, in a loop or in one statement, are no resource that `Location` could name.
        if not creates or query.many or query.site.catch >= 0 or query.site.loop >= 0:
            continue
        if query.entity and (same_thing(query.entity, collection) or has_item_sibling(endpoint, snapshot)):
            return query.entity
    return ""


def _is_new(endpoint: Endpoint, query: Query, function: Function) -> bool:
    """What is saved is made here, or by somebody who says so; else the client may have sent a record that is there."""
    if query.entity and query.entity.rsplit(".", 1)[-1] in query.args:
        return True
    names = [function.name] if endpoint.handler is None else [function.name, endpoint.handler.name]
    said = {word for name in names for word in words(name)}
    return bool(said & _CREATES) and not said & _ALSO_CHANGES

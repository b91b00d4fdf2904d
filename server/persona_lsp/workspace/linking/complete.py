"""What an endpoint takes from the bodies of functions: callees, inputs, statuses, whom it lets in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import In, Param
from persona_lsp.facts.place import Span
from persona_lsp.workspace import calls
from persona_lsp.workspace.dependencies import gathered
from persona_lsp.workspace.errors import status_of
from persona_lsp.workspace.helped import answered, reads_helpers
from persona_lsp.workspace.linking.admission import Case, admitted
from persona_lsp.workspace.linking.manners import manner_of
from persona_lsp.workspace.linking.named import guarded
from persona_lsp.workspace.linking.silence import ends_silently
from persona_lsp.workspace.linking.sockets import with_socket
from persona_lsp.workspace.made_answers import FRAMEWORKS as MAKERS
from persona_lsp.workspace.made_answers import told
from persona_lsp.workspace.snapshot import Endpoint
from persona_lsp.workspace.templates import renders, silent_status

_HTTP_ERROR: Final = 400
_ANSWERING: Final = frozenset({"go", "ruby", "csharp"})
_CREATED: Final = 201
_OK: Final = 200


def completed(endpoint: Endpoint, project: calls.Calls, sole_status: Mapping[str, int]) -> Endpoint:
    """Fill in what depends on the bodies of functions: callees, dependencies, inputs, statuses, auth."""
    handler = endpoint.handler
    own, others = _parts(endpoint, handler)
    first = tuple(calls.callees(project, handler)) if handler is not None else ()
    if handler is not None and others:
        first = tuple((n, function) for n, function in first if not _inside(handler.calls[n].span, others))
    seen = {id(handler)}
    callees: list[Function] = []
    for _, function in first:
        if id(function) not in seen:
            seen.add(id(function))
            callees.append(function)
            for _, deeper in calls.callees(project, function):
                if id(deeper) not in seen:
                    seen.add(id(deeper))
                    callees.append(deeper)
    if endpoint.route.named:
        return guarded(replace(endpoint, callees=tuple(callees), first_level=first), handler)
    depended = gathered(
        project.names, endpoint.route.where.path, endpoint.route,
        endpoint.guards if manner_of(endpoint.framework).guards_declare else (),
    )  # fmt: skip
    before = tuple(_once((*calls.before(project, endpoint, handler), *depended.functions)))
    endpoint = with_socket(endpoint, handler, callees)
    pages = manner_of(endpoint.framework).draws_pages(project.names, endpoint.where.path)
    unsaid = _OK if pages and renders(endpoint, callees) else silent_status(project.names, endpoint, callees)
    silent = ends_silently(project, handler, own)
    makers = [f for _, f in first if _makes_answers(f, handler)]
    made = _made(project, endpoint, handler, first)
    helped = {span: found for span, found in made.items() if found is not None}
    statuses, success = _statuses(
        endpoint, _without(handler, others), callees, before, sole_status, unsaid, silent=silent, makers=makers,
        helped=helped, told=answered(project, handler) if handler is not None and reads_helpers(handler) else None,
    )  # fmt: skip
    endpoint = replace(endpoint, callees=tuple(callees), first_level=first, statuses=statuses, success=success)
    return replace(
        endpoint, before=before, params=tuple(params_of(endpoint, handler, before, depended.params)),
        auth=admitted(Case(endpoint, handler, before, project)),
    )  # fmt: skip


def _parts(endpoint: Endpoint, handler: Function | None) -> tuple[list[Span], list[Span]]:
    """What of a handler runs for the endpoint's method alone, and what runs for others."""
    if handler is None or not handler.by_method or endpoint.route.methods != ("ANY",):
        return [], []
    own = [span for methods, span in handler.by_method if endpoint.method in methods]
    return own, [span for methods, span in handler.by_method if endpoint.method not in methods]


def _inside(span: Span, parts: Sequence[Span]) -> bool:
    return any(part.start <= span.start and span.end <= part.end for part in parts)


def _without(handler: Function | None, others: Sequence[Span]) -> Function | None:
    """The handler without the answers that it gives elsewhere."""
    if handler is None or not others:
        return handler
    return replace(
        handler, responses=tuple(r for r in handler.responses if not _inside(r.span, others)),
        raises=tuple(r for r in handler.raises if not _inside(r.span, others)),
    )  # fmt: skip


def _made(
    project: calls.Calls, endpoint: Endpoint, handler: Function | None, first: tuple[tuple[int, Function], ...]
) -> Mapping[Span, tuple[int, ...] | None]:
    """What other functions say of the answers of a handler."""
    if handler is None or endpoint.framework not in MAKERS:
        return {}
    documented = any((d.status or _HTTP_ERROR) < _HTTP_ERROR for d in endpoint.declared) and all(
        d.documented_only for d in endpoint.declared
    )
    declares = endpoint.framework == "fastapi"
    return {
        r.span: told(project.names, handler, r, first, documented=documented, declares=declares)
        for r in handler.responses
    }


def _makes_answers(function: Function, handler: Function | None) -> bool:
    """It makes what the handler may return: `Ok(see_other("/login"))`, `found.map(this::answer)`."""
    if function.language == "rust":
        return function.handling == "handler"
    beside = handler is not None and function.path == handler.path and function.class_name == handler.class_name != ""
    return beside and not function.handling and any(r.returned for r in function.responses)


def _statuses(
    endpoint: Endpoint,
    handler: Function | None,
    callees: Sequence[Function],
    before: Sequence[Function],
    sole: Mapping[str, int],
    unsaid: int | None,
    *,
    silent: bool,
    makers: Sequence[Function],
    helped: Mapping[Span, tuple[int, ...]],
    told: tuple[set[int], bool] | None,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found: set[int] = set()
    unknown = False
    fails = handler is not None and handler.fails
    governed = [
        d for d in endpoint.declared if not d.documented_only and d.status is not None and not (fails and d.is_default)
    ]
    if handler is not None:
        # What an interface declares holds for the method that implements it without a word of its own.
        said = next((d.status for d in governed if not d.is_default), None)
        for response in handler.responses:
            if response.span in helped:
                found.update(helped[response.span])
                unknown = unknown or not helped[response.span]
            elif response.status is not None:
                governs = said is not None and not response.explicit and response.status < _HTTP_ERROR
                found.add(said if governs and said is not None else response.status)
            else:
                unknown = True
    if told is not None:
        found.update(told[0])
        unknown = unknown or told[1]
    for function in callees if told is None else ():
        if _answers_for_others(function):
            unknown = unknown or any(r.status is None for r in function.responses)
            found.update(r.status for r in function.responses if r.status is not None)
    answers = handler is not None and any(
        any(s < _HTTP_ERROR for s in helped[r.span])
        if r.span in helped
        else r.status is not None and r.status < _HTTP_ERROR
        for r in handler.responses
    )
    if unknown or not (answers or governed):
        found.update(r.status for function in makers for r in function.responses if r.status is not None)
    earlier = {id(function) for function in before}
    for function in (*([handler] if handler is not None else []), *callees, *before):
        for thrown in function.raises:
            status = thrown.status
            if status is None and thrown.exception:
                status = status_of(sole, thrown.exception)
            if status is not None and (status >= _HTTP_ERROR or id(function) not in earlier):
                found.add(status)
    for function in before:
        found.update(r.status for r in function.responses if r.status is not None and r.status >= _HTTP_ERROR)
    if not answers and not unknown:
        found.update(d.status for d in governed if d.status is not None)
    # What is sent where there is nothing to send (`Option` in Rocket) comes beside what the code answers.
    found.update(d.status for d in governed if d.is_default and d.status is not None and d.status >= _HTTP_ERROR)
    if unsaid is not None:
        found.add(unsaid)
    if handler is not None and endpoint.framework == "aspnet" and not handler.handling:
        found.add(_OK)  # a method of another file that returns no result: whatever it returns is sent
    if silent and not unknown and min(found, default=_HTTP_ERROR) >= _HTTP_ERROR:
        found.add(_OK)
    if min(found, default=_HTTP_ERROR) >= _HTTP_ERROR:
        # Where the code does not show how it succeeds, its documentation may say so.
        found.update(
            d.status for d in endpoint.declared
            if d.documented_only and d.status is not None and d.status < _HTTP_ERROR and (handler is None or unknown)
        )  # fmt: skip
    if (
        endpoint.method in ("GET", "HEAD")
        and len(endpoint.route.methods) > 1
        and min(found, default=_CREATED) < _CREATED
    ):
        found.discard(_CREATED)  # one handler for the form and for what it creates
    ordered = tuple(sorted(found))
    return ordered, tuple(s for s in ordered if s < _HTTP_ERROR)


def _answers_for_others(function: Function) -> bool:
    """What a handler calls, and what that answers, is the handler's answer."""
    # A function of Go that is given the context alone looks like a handler, and answers for the one that calls it;
    # a method of a controller may be an action (Ruby, C#), and answers wherever it is called.
    return function.handling == "helper" or (function.language in _ANSWERING and bool(function.handling))


def _once(functions: Iterable[Function]) -> Iterator[Function]:
    seen: set[int] = set()
    for function in functions:
        if id(function) not in seen:
            seen.add(id(function))
            yield function


def params_of(
    endpoint: Endpoint, handler: Function | None, before: Sequence[Function], depended: Sequence[Param]
) -> Iterator[Param]:
    """What the endpoint takes from the request: as declared, as named in its path, as read by functions before it."""
    seen: set[tuple[str, str]] = set()
    own = {p.name for p in handler.params} if handler is not None else set()
    others = manner_of(endpoint.framework).others_reading(handler)
    untaken = manner_of(endpoint.framework).untaken if handler is not None else ""
    for param in (*endpoint.route.params, *depended):
        if param.place is In.QUERY and param.name in endpoint.path_params:
            param = replace(param, place=In.PATH)  # the parameter stands in the prefix of a router
        if others and param.place is In.PATH:
            param = replace(param, via=others)
        if (param.name, param.place) in seen or (param.place is In.PATH and param.name not in endpoint.path_params):
            continue
        seen.add((param.name, param.place))
        yield param
    for segment in endpoint.segments:
        for name in segment.names:
            if (name, "path") not in seen:
                seen.add((name, "path"))
                # A handler that is called with the parameters of the path names them itself.
                local = name if name in own else ""
                kind = "" if segment.literal else segment.pattern
                yield Param(name, endpoint.where, In.PATH, local, kind, via=others or (untaken if not local else ""))
    for function in (*before, *([handler] if handler is not None else [])):
        for read in function.inputs:
            if not read.name:
                continue
            place = read.place
            if place == "any":
                if read.name in endpoint.path_params:
                    continue
                place = "query" if endpoint.method in ("GET", "HEAD", "DELETE") else "body"
            if place in ("body", "path") or (read.name, place) in seen or place not in set(In):
                continue
            seen.add((read.name, place))
            yield Param(
                read.name,
                function.at(read.span),
                In(place),
                required=False,
                via="" if function is handler else function.name,
            )

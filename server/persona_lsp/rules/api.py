"""How a rule is declared: four decorators, one for each kind of subject that a rule looks at."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

from msgspec import Struct

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import NAMED
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

EndpointCheck = Callable[[Endpoint, Snapshot], Iterator[Finding]]
FunctionCheck = Callable[[Function, Snapshot], Iterator[Finding]]
FileCheck = Callable[[FileFacts, Snapshot], Iterator[Finding]]
ProjectCheck = Callable[[Snapshot], Iterator[Finding]]
Scope = Literal["endpoint", "function", "file", "project"]


REVIEWED: Final = frozenset({"prod", "config"})
"""The roles of files (`facts.code.FileFacts.role`) that a rule looks at unless it says otherwise."""


HTTP: Final = frozenset({"http"})
EVERY_KIND: Final = HTTP | frozenset(NAMED)


class Declaration(Struct, frozen=True, gc=False):
    """What a decorator makes of the function of a rule. `since`: the version that brought it.

    `roles`: the rule sees files of these roles only; what it says about any other is dropped.
    """

    scope: Scope
    severity: Severity
    since: str
    check: Callable[..., Iterator[Finding]]
    roles: frozenset[str] = REVIEWED
    kinds: frozenset[str] = HTTP


def endpoint_rule(
    *, severity: Severity, since: str, roles: frozenset[str] = REVIEWED, kinds: frozenset[str] = HTTP
) -> Callable[[EndpointCheck], Declaration]:
    """A rule that looks at one endpoint at a time. Its findings may lie in another file than the registration.

    `kinds`: the kinds of endpoints (`facts.http.Route.kind`) that it looks at.
    """
    return lambda check: Declaration("endpoint", severity, since, check, roles, kinds)


def function_rule(
    *, severity: Severity, since: str, roles: frozenset[str] = REVIEWED
) -> Callable[[FunctionCheck], Declaration]:
    """A rule that looks at one function at a time, handler or not; its findings lie in that function."""
    return lambda check: Declaration("function", severity, since, check, roles)


def file_rule(
    *, severity: Severity, since: str, roles: frozenset[str] = REVIEWED
) -> Callable[[FileCheck], Declaration]:
    """A rule that looks at one file's facts at a time."""
    return lambda check: Declaration("file", severity, since, check, roles)


def project_rule(
    *, severity: Severity, since: str, roles: frozenset[str] = REVIEWED
) -> Callable[[ProjectCheck], Declaration]:
    """A rule that needs the whole API at once (duplicates, house style)."""
    return lambda check: Declaration("project", severity, since, check, roles)

"""Intents: what a fix changes, in the terms of the model. A framework spells an intent as edits, or offers none.

`title` is what the editor shows. `safe` intents keep the API's contract and its behaviour for correct callers: they
are preferred and part of "fix all". Positions name the place that the intent is about; the framework finds the rest
in the code tree of `where.path`.
"""

from msgspec import Struct

from persona_lsp.facts.place import Where


class Intent(Struct, frozen=True, gc=False, tag=True):
    """The base of all intents."""

    where: Where
    title: str
    safe: bool = True


class SetStatus(Intent, frozen=True, gc=False):
    """Make the answer or the endpoint's default at `where` carry `status`.

    `where` is the route (for the default status), the response or the raise.
    """

    status: int = 200


class AddReturn(Intent, frozen=True, gc=False):
    """Return at once after the answering statement at `where`."""


class GuardNotFound(Intent, frozen=True, gc=False):
    """After the statement at `where`, answer 404 when `variable` is absent. `entity` names it for the message."""

    variable: str = ""
    entity: str = ""


class DropBody(Intent, frozen=True, gc=False):
    """Answer at `where` without a body."""


class HideError(Intent, frozen=True, gc=False):
    """Replace the leaking expression at `where` by a generic text; log `variable` instead if it is not logged yet."""

    variable: str = ""
    log: bool = True


class ForwardErrors(Intent, frozen=True, gc=False):
    """Make the failures of the asynchronous handler at `where` reach the error handler."""


class Rethrow(Intent, frozen=True, gc=False):
    """At the end of the catch body at `where`, throw the caught failure again. `variable` names it."""

    variable: str = ""


class RenameText(Intent, frozen=True, gc=False):
    """Replace the text at `where` by `new`; with `old`, only that name, where it stands there once as a text or symbol."""

    new: str = ""
    old: str = ""


class MoveBefore(Intent, frozen=True, gc=False):
    """Move the whole registration at `where` before the one at `target`."""

    target: Where = Where("", 0, 0)


class ChangeMethod(Intent, frozen=True, gc=False):
    """Register the route at `where` for `method` instead."""

    method: str = "POST"


class CopyGuard(Intent, frozen=True, gc=False):
    """Give the route at `where` the guard that its siblings have, spelled `source`; `target` is where a sibling has it.

    `handler` is the name of the function that answers, where it is known.
    """

    source: str = ""
    name: str = ""
    target: Where = Where("", 0, 0)
    handler: Where = Where("", 0, 0)


class CapLimit(Intent, frozen=True, gc=False):
    """Bound the number read or declared at `where` to at most `maximum`. `name` is the input."""

    maximum: int = 100
    name: str = ""


class LimitQuery(Intent, frozen=True, gc=False):
    """Limit the query at `where` to `maximum` rows."""

    maximum: int = 100


class BindSql(Intent, frozen=True, gc=False):
    """Replace the run-time values inside the SQL text at `where` by bound parameters.

    `packages`: what the project's manifests name; the driver among them decides how a parameter is written.
    """

    packages: tuple[str, ...] = ()


class WrapInTransaction(Intent, frozen=True, gc=False):
    """Run the statements at `where` in one transaction. `handle` is the client or session they use."""

    handle: str = ""
    library: str = ""


class ReadFromEnvironment(Intent, frozen=True, gc=False):
    """Read the value at `where` from the environment variable `name` instead of the literal."""

    name: str = ""


class RestrictOrigins(Intent, frozen=True, gc=False):
    """Replace "any origin" at `where` by a list from configuration."""


class DenyCredentials(Intent, frozen=True, gc=False):
    """Switch credentials off in the CORS configuration at `where`."""


class MergeParams(Intent, frozen=True, gc=False):
    """Let the router at `where` read the parameters of its parent."""


class DeleteStatement(Intent, frozen=True, gc=False):
    """Delete the whole statement at `where` with its line."""


class PermitFields(Intent, frozen=True, gc=False):
    """Take only the named fields from the request at `where`. `fields` in order; `entity` names the key."""

    fields: tuple[str, ...] = ()
    entity: str = ""

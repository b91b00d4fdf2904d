"""What the commands that ask Claude share: the account for one run, and asking many questions at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from persona_lsp.ai.account import Account, read_account
from persona_lsp.ai.asking import Answered, Asking
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.models import FAMILIES
from persona_lsp.ai.request import Request
from persona_lsp.ai.store import Store
from persona_lsp.cli.project import UsageError
from persona_lsp.persona.models import model_of
from persona_lsp.text.count import counted


def account_for_run(*, allow: bool, budget: int | None, model: str | None, tell: Callable[[str], None]) -> Account:
    """The account as this run may use it: with its consent, and its budget instead of that of a session."""
    account, problem = read_account(given={"model": model})
    if model is not None:
        check_model(account, model)
    if problem:
        tell(problem)
    session = account.tokens_per_session if budget is None else budget
    enabled = account.enabled or allow or Store().allowed()
    return msgspec.structs.replace(account, enabled=enabled, tokens_per_session=session)


def check_model(account: Account, name: str) -> None:
    """Raises `UsageError` for a model that was named for this run and does not exist: another one would be paid for."""
    if account.provider == "anthropic" and model_of(name).state == "unknown":
        raise UsageError(f"`{name}` is no model of Claude's; name an id, or one of {', '.join(FAMILIES)}")


async def ask_all(
    asking: Asking, requests: Sequence[Request], what: str, tell: Callable[[str], None], *, fresh: bool
) -> dict[str, Answered | AiError]:
    """The answers by key, asked as many at once as is allowed; `tell` hears how many of `what` are done."""
    done = 0

    async def one(request: Request) -> tuple[str, Answered | AiError]:
        nonlocal done
        try:
            answer: Answered | AiError = await asking.ask(request, lambda _piece: None, fresh=fresh)
        except AiError as error:
            answer = error
        done += 1
        tell(f"{done} of {counted(len(requests), what)} done")
        return request.key, answer

    return dict(await asyncio.gather(*(one(request) for request in requests)))

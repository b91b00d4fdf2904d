"""Every row of the table of failures, with the real SDK against the fake: one error, its kind, how often it was asked.

Row 16, a client that cancels and a server that is shut down, stands in `test_editor.py`.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from fake import Answer, Fake, finding, findings

from persona_lsp.ai.account import Account
from persona_lsp.ai.asking import Answered, Asking
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.request import Request, prepare
from persona_lsp.ai.reviewing import review
from persona_lsp.ai.wire import AiFinding, Review
from persona_lsp.findings.subject import Persona, Subject

TWO = findings(finding("except Exception:", 5), finding('return {"error": "oops"}', 6, "Ünïcode 😋"))


@pytest.fixture
def request_(subject: Subject, persona: Persona, account: Account) -> Request:
    return prepare("review", subject, persona, account, b"salt")


async def ask(account: Account, request: Request) -> Answered:
    asking = Asking(account)
    try:
        return await asking.ask(request, lambda _piece: None)
    finally:
        await asking.claude.close()  # type: ignore[attr-defined]  # the SDK's


async def failed(account: Account, request: Request) -> AiError:
    with pytest.raises(AiError) as caught:
        await ask(account, request)
    return caught.value


async def test_row_01_a_stream_in_pieces_of_three_bytes(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(TWO, chunk=3))
    answered = await ask(account, request_)
    assert answered.text == TWO
    assert answered.usage.tokens_in == 100
    assert answered.usage.tokens_out == 50
    assert answered.usage.cached == 7


async def test_what_the_sdk_sends(fake: Fake, account: Account, request_: Request) -> None:
    """The contract: an SDK that sends something else turns this red."""
    await ask(account, request_)
    (heard,) = fake.heard
    assert (heard.method, heard.path) == ("POST", "/v1/messages")
    assert heard.headers["authorization"] == "Bearer sk-ant-made-up"
    assert heard.headers["anthropic-version"] == "2026-10-21"
    assert heard.headers["content-type"] == "application/json"
    assert {name for name in heard.headers if not name.startswith("x-stainless")} == {
        "accept", "accept-encoding", "anthropic-version", "authorization", "connection", "content-length", "content-type",
        "host", "user-agent",
    }  # fmt: skip
    assert heard.json["stream"] is True
    assert heard.json["output_config"]["format"]["type"] == "json_schema"
    assert "tools" not in heard.json
    assert heard.body == request_.wire()


async def test_row_02_a_limit_that_passes_is_waited_for(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(status=429, headers={"retry-after": "1"}), Answer())
    begun = time.monotonic()
    await ask(account, request_)
    assert len(fake.heard) == 2
    assert time.monotonic() - begun >= 1


@pytest.mark.parametrize(("status", "kind"), [(429, "rate"), (529, "overloaded"), (500, "server")])
async def test_row_03_limits_and_failures_without_a_header_are_asked_twice_at_most(
    fake: Fake, account: Account, request_: Request, status: int, kind: str
) -> None:
    fake.script(Answer(status=status))
    error = await failed(account, request_)
    assert error.kind == kind
    assert len(fake.heard) == 2


async def test_row_04_a_spend_limit_is_not_asked_again(fake: Fake, account: Account, request_: Request) -> None:
    body = {
        "type": "error",
        "error": {
            "type": "rate_limit_error",
            "message": "x",
            "details": {"error_code": "enforced_spend_limit_reached"},
        },
    }
    fake.script(Answer(status=429, body=body))
    assert (await failed(account, request_)).kind == "spend"
    assert len(fake.heard) == 1


async def test_row_05_a_long_limit_fails_now_and_opens_the_breaker(
    fake: Fake, account: Account, request_: Request
) -> None:
    fake.script(Answer(status=429, headers={"retry-after": "3600"}))
    asking = Asking(account)
    begun = time.monotonic()
    for _ in range(3):
        with pytest.raises(AiError) as caught:
            await asking.ask(request_, lambda _piece: None)
        assert caught.value.kind == "rate"
    assert time.monotonic() - begun < 60
    assert len(fake.heard) == 1
    assert "Not asked again before" in caught.value.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "request"), (401, "auth"), (402, "spend"), (403, "auth"), (404, "model"), (413, "too-large")],
)
async def test_row_06_what_will_not_change_is_asked_once(
    fake: Fake, account: Account, request_: Request, status: int, kind: str
) -> None:
    fake.script(Answer(status=status))
    assert (await failed(account, request_)).kind == kind
    assert len(fake.heard) == 1


async def test_row_07_a_reset_before_anything_came_is_asked_again(
    fake: Fake, account: Account, request_: Request
) -> None:
    fake.script(Answer(die="reset", after=0), Answer(TWO))
    assert (await ask(account, request_)).text == TWO
    assert len(fake.heard) == 2


async def test_row_07_a_reset_that_comes_again(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(die="reset", after=0))
    assert (await failed(account, request_)).kind == "network"
    assert len(fake.heard) == 2


@pytest.mark.parametrize("die", ["reset", "fin"])
async def test_row_08_a_reset_or_an_end_in_the_middle_is_not_asked_again(
    fake: Fake, account: Account, request_: Request, die: Any
) -> None:
    fake.script(Answer(TWO, die=die, after=9))
    error = await failed(account, request_)
    assert error.kind == "network"
    assert error.text
    assert TWO.startswith(error.text)
    assert len(fake.heard) == 1


async def test_row_08_a_stall_in_the_middle(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(TWO, die="stall", after=9))
    short = Account(enabled=True, api_key="k", base_url=fake.url, seconds=1)
    begun = time.monotonic()
    error = await failed(short, request_)
    assert error.kind == "timeout"
    assert TWO.startswith(error.text)
    assert time.monotonic() - begun < 30


async def test_row_12_an_answer_that_drips(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(TWO, piece=2, pause=0.2))
    short = Account(enabled=True, api_key="k", base_url=fake.url, seconds=1)
    assert (await failed(short, request_)).kind == "timeout"


async def test_row_09_an_end_without_the_last_event(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(TWO, end=False))
    assert (await failed(account, request_)).kind == "network"


async def test_row_10_an_error_in_the_middle(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(TWO, error=True, after=8))
    error = await failed(account, request_)
    assert error.kind == "overloaded"
    assert len(fake.heard) == 1


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "text/event-stream"),
        (b"<html>hello</html>", "text/html"),
        (b'event: message_start\ndata: {"type": "mess\n\n', "text/event-stream"),
    ],
)
async def test_row_11_what_is_no_answer(fake: Fake, account: Account, request_: Request, raw: bytes, kind: str) -> None:
    fake.script(Answer(raw=raw, kind=kind))
    assert (await failed(account, request_)).kind in {"invalid", "network"}


async def test_row_13_a_redirect_is_not_followed(fake: Fake, account: Account, request_: Request) -> None:
    with Fake() as other:
        fake.script(Answer(status=307, headers={"location": f"{other.url}/v1/messages"}))
        assert (await failed(account, request_)).kind == "network"
        assert other.heard == []
    assert len(fake.heard) == 1


@pytest.mark.parametrize(
    ("stop", "kind"),
    [
        ("max_tokens", "truncated"),
        ("model_context_window_exceeded", "truncated"),
        ("refusal", "refused"),
        ("tool_use", "invalid"),
        ("pause_turn", "invalid"),
    ],
)
async def test_stop_reasons(fake: Fake, account: Account, request_: Request, stop: str, kind: str) -> None:
    fake.script(Answer(TWO[:-40], stop=stop))
    asking = Asking(account)
    with pytest.raises(AiError) as caught:
        await asking.ask(request_, lambda _piece: None)
    assert caught.value.kind == kind
    assert asking.ledger.session.total == 157, "it was paid for"


async def test_whole_findings_of_a_cut_stream_are_kept(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(TWO[:-40], stop="max_tokens"))
    found: list[AiFinding] = []
    given: Review = await review(Asking(account), request_, found.append)
    assert [one.quote for one in given.findings] == ["except Exception:"]
    assert found == list(given.findings)
    assert "longer" in given.cut


CLOSED = 0.05
"""Seconds in which the other side sees that nobody listens any more."""


async def closes(fake: Fake, account: Account, request: Request, begun: Callable[[list[str]], bool]) -> float:
    """How long the connection stays after a cancel, once `begun` says that it is time. The best of some tries counts."""
    best = 60.0
    for _ in range(5):
        fake.heard.clear()
        pieces: list[str] = []
        asking = Asking(account)
        await asking.claude.client()  # type: ignore[attr-defined]  # the SDK's: importing it takes its time
        task = asyncio.create_task(asking.ask(request, pieces.append, fresh=True))
        while not begun(pieces):  # noqa: ASYNC110  # the fake has a loop of its own
            await asyncio.sleep(0.005)
        cancelled = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while fake.heard[-1].lost is None and time.monotonic() < cancelled + 5:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.002)
        best = min(best, (fake.heard[-1].lost or cancelled + 60) - cancelled)
        if best < CLOSED:
            break
    return best


async def test_row_14_cancelling_in_the_middle_closes_the_socket(
    fake: Fake, account: Account, request_: Request
) -> None:
    fake.script(Answer(TWO, piece=2, pause=0.05))
    assert await closes(fake, account, request_, bool) < CLOSED


async def test_row_14_cancelling_while_it_waits_closes_the_socket(
    fake: Fake, account: Account, request_: Request
) -> None:
    fake.script(Answer(TWO, before=30))
    assert await closes(fake, account, request_, lambda _pieces: bool(fake.heard)) < CLOSED


async def test_row_14_cancelling_between_two_tries_asks_nobody(fake: Fake, account: Account, request_: Request) -> None:
    fake.script(Answer(status=429, headers={"retry-after": "5"}))
    asking = Asking(account)
    task = asyncio.create_task(asking.ask(request_, lambda _piece: None))
    while not fake.heard or fake.open:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    task.cancel()
    begun = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - begun < 2
    await asyncio.sleep(0.2)
    assert len(fake.heard) == 1


async def test_row_15_a_proxy_does_not_stand_before_loopback(
    fake: Fake, account: Account, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY")
    assert (await ask(account, request_)).text


@pytest.mark.parametrize(
    ("key", "words"), [("", "no key"), ("   ", "no key"), ("sk-ant-x\n", "line end"), ("sk-änt", "another character")]
)
async def test_keys_that_are_none(fake: Fake, request_: Request, key: str, words: str) -> None:
    error = await failed(Account(enabled=True, api_key=key, base_url=fake.url), request_)
    assert error.kind == "auth"
    assert words in error.message
    assert fake.heard == []


async def test_variables_that_leak_are_taken_away(
    fake: Fake, account: Account, request_: Request, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_LOG", "debug")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-evil: yes")
    await ask(account, request_)
    assert "x-evil" not in fake.heard[0].headers
    assert "read_book" not in "".join(capfd.readouterr())

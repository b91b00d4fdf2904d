"""Bad input, line by line: one clear sentence in the status line, and the static analysis as if nothing had been asked."""

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editor import REAL, Editor, Patient
from fake import Answer, Fake, finding, findings

from persona_lsp.ai.account import Account
from persona_lsp.ai.asking import Asking, Breaker
from persona_lsp.ai.claude import told
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.ledger import Ledger, Usage
from persona_lsp.ai.request import prepare
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.lsp.opinions import _age

INVENTED = findings(finding("os.system('rm')", 11, "Invented."), finding("if book_id <= 0:", 10, "Misquoted."))
BROKEN = json.dumps({"summary": "Broken.", "edits": [{"old": "if book_id < 0:", "new": "if book_id < (0:"}]})


class Session:
    """One server, and an account that changes between two questions."""

    def __init__(self, editor: Editor, config: Path) -> None:
        self.editor = editor
        self.config = config
        self.config.mkdir(exist_ok=True)
        self.ends = 0

    def account(self, **values: Any) -> None:
        text = "".join(f"{name.replace('_', '-')} = {json.dumps(value)}\n" for name, value in values.items())
        (self.config / "ai.toml").write_text("enabled = true\n" + text)

    def said(self, work: str = "review", line: int = 9) -> str:
        """The sentence with which a question ends."""
        client = self.editor.client
        place = {"line": line, "character": 8}
        data = {"uri": self.editor.uri, "work": work, "range": {"start": place, "end": place}, "fresh": True}
        before = len(self._sentences())
        client.request("workspace/executeCommand", {"command": "persona-lsp.ai.run", "arguments": [data]})
        return client.until(lambda: new[-1] if len(new := self._sentences()) > before else None)

    def _sentences(self) -> list[str]:
        client = self.editor.client
        ends = [
            p["value"]["message"]
            for p in client.notified("$/progress")
            if p["value"]["kind"] == "end" and "ai" in p["token"]
        ]
        refused = [one["message"] for one in client.notified("window/showMessage")] if not ends else []
        return ends or refused

    def line(self) -> str:
        """The status line of a hover."""
        return self.editor.hover().split("\n\n---\n\n")[-1]

    def line_with(self, words: str) -> str:
        """The same, as soon as it holds some words: it is believed for three seconds."""
        return self.editor.client.until(lambda: line if words in (line := self.line()) else None)


@pytest.fixture
def session(folder: Path, tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "PERSONA_LSP_AI"):
        monkeypatch.delenv(name)
    made = Session(Editor(None, folder), tmp_path / "config")  # type: ignore[arg-type]  # given below
    made.account(base_url=fake.url)
    with Patient(REAL, cache=tmp_path / "cache") as client:
        made.editor.client = client
        made.editor.begin()
        yield made


def test_keys_answers_and_edits(session: Session, fake: Fake) -> None:
    """No key, an empty one, one with a line end, a wrong one; quotations that are not there; edits that do not parse."""
    statics, hover = session.editor.statics(), session.editor.hover().split("\n\n---\n\n")[0]
    for key, words in (
        (None, "There is no key: set ANTHROPIC_API_KEY"),
        ("", "There is no key: set ANTHROPIC_API_KEY"),
        ("sk-ant-made-up\n", "holds a line end"),
    ):
        session.account(base_url=fake.url, **({} if key is None else {"api_key": key}))
        line = session.line_with(words)
        assert line.startswith("*backend-developer (AI) · unavailable: ")
        assert session.editor.claude() == []
        assert fake.heard == []
    session.account(base_url=fake.url, api_key="sk-ant-wrong")
    session.line_with("not asked")
    fake.script(Answer(status=401))
    assert "The key is not accepted" in session.said()
    assert "The key is not accepted" in session.line()
    session.account(base_url=fake.url, api_key="sk-ant-made-up")
    fake.script(Answer(INVENTED))
    assert session.said() == "done"
    assert "2 dropped that quoted code that is not there" in session.line()
    assert session.editor.theirs() == []
    fake.script(Answer(BROKEN))
    assert "no valid program" in session.said("errors")
    assert session.editor.theirs() == []
    fake.script(Answer(status=429, headers={"retry-after": "3600"}))
    assert "The rate limit of the account is reached." in session.said("explain")
    elsewhere = session.editor.hover(14, 5).split("\n\n---\n\n")[-1]
    assert re.search(r"\(AI\) · unavailable until \d\d:\d\d: The rate limit", elsewhere)
    session.account(base_url=fake.url, api_key="sk-ant-another")
    fake.script(Answer(json.dumps({"text": "It reads."})))
    assert session.said("explain") == "done"
    assert "not asked" in session.editor.hover(14, 5)
    assert session.editor.statics() == statics
    assert session.editor.hover().split("\n\n---\n\n")[0] == hover


FULL = """
import resource, sys
from persona_lsp.lsp import serve
# Every byte that would be written into a file fails, in this process and in those that it starts; pipes still work.
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
sys.exit(serve())
"""


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_disk_that_takes_nothing(how: str, folder: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disk full, and a cache that is read-only: the review comes, and is not kept."""
    pytest.importorskip("resource", reason="only POSIX limits the size of files")
    if how == "read-only":
        monkeypatch.setenv("PERSONA_LSP_STATE_DIR", "/dev/null/state")
    command = [REAL[0], "-c", FULL] if how == "full" else REAL
    with Patient(command, cache=Path("/dev/null/cache") if how == "read-only" else None) as client:
        editor = Editor(client, folder).begin()
        before = editor.statics()
        assert before
        editor.choose("Review")
        editor.reviewed()
        assert editor.ended()["message"] == "done"
        assert "claude-fake" in editor.hover()
        assert editor.statics() == before
        assert "Traceback" not in "".join(client.errors)


async def asked(account: Account, subject: Subject, persona: Persona) -> AiError:
    asking = Asking(account)
    with pytest.raises(AiError) as caught:
        await asking.ask(prepare("review", subject, persona, account, b"s"), lambda _piece: None)
    await asking.claude.close()  # type: ignore[attr-defined]  # the SDK's
    return caught.value


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
async def test_a_proxy_that_does_not_answer(
    name: str, subject: Subject, persona: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    account = Account(enabled=True, api_key="k", base_url="https://api.example.invalid", seconds=300)
    error = await asked(account, subject, persona)
    assert (error.kind, error.message) == (
        "network",
        "Claude cannot be reached through the proxy that the environment names.",
    )


async def test_a_certificate_that_nobody_trusts(tmp_path: Path, subject: Subject, persona: Persona) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not here")
    key, made = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(made)]
    command += ["-days", "2", "-subj", "/CN=localhost"]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    error = await asked(Account(enabled=True, api_key="k", base_url=url, seconds=300), subject, persona)
    server.close()
    assert error.message == "The certificate of the endpoint is not trusted on this machine; it is not asked."


@pytest.mark.parametrize("code", [9, 10])
def test_a_clock_that_is_wrong_is_named_where_certificates_fail(code: int) -> None:
    import httpx2

    reason = ssl.SSLCertVerificationError("certificate verify failed")
    reason.verify_code = code
    error = httpx2.ConnectError("failed")
    error.__cause__ = reason
    found = told(error)
    assert found.message.endswith("is the clock of this machine right?")
    assert found.final


def test_a_clock_that_is_wrong_changes_nothing_else(tmp_path: Path) -> None:
    wall, steady = [1_000_000.0], [50.0]
    breaker = Breaker(lambda: wall[0], lambda: steady[0])
    breaker.failed(AiError("rate", "The rate limit is reached.", wait=60))
    with pytest.raises(AiError, match="Not asked again before"):
        breaker.check()
    wall[0] -= 86_400 * 365
    steady[0] += 61
    breaker.check()
    assert breaker.until == 0.0
    assert _age(-86_400.0) == "just now"
    for at in (0.0, time.time() + 10**9):
        ledger = Ledger(str(tmp_path / "ledger"), 100, 100, lambda at=at: at)  # type: ignore[misc]  # bound early on purpose
        ledger.spend(Usage(1, 1))
        assert ledger.today() == 2


async def test_a_persona_of_fifty_kilobytes(
    fake: Fake, account: Account, subject: Subject, persona: Persona, sentences: Callable[[int], str]
) -> None:
    from msgspec.structs import replace

    large = replace(persona, body=sentences(50_000))
    request = prepare("review", subject, large, account, b"s")
    asking = Asking(account)
    await asking.ask(request, lambda _piece: None)
    await asking.claude.close()  # type: ignore[attr-defined]  # the SDK's
    assert len(fake.heard[0].json["system"][0]["text"]) >= 50_000
    with pytest.raises(AiError, match="characters; 60000 can be sent"):
        prepare("review", subject, replace(persona, body=sentences(60_500)), account, b"s")


@pytest.fixture
def sentences() -> Callable[[int], str]:
    sentence = "You implement proper HTTP status codes and consistent error responses.\n"
    return lambda length: sentence * (length // len(sentence) + 1)


def test_a_function_of_five_thousand_lines_is_refused(session: Session, fake: Fake) -> None:
    session.account(base_url=fake.url, api_key="sk-ant-made-up")
    body = "".join(f"    total += add({number}, book_id)\n" for number in range(5_000))
    code = f"from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/books/{{book_id}}')\ndef read_book(book_id: int):\n    total = 0\n{body}    return total\n"
    session.editor.client.change(session.editor.uri, 2, {"text": code})
    session.editor.client.diagnostics(session.editor.uri, 2)
    before = session.editor.statics()
    said = session.said()
    assert "GET /books/{book_id} has 500" in said
    assert said.endswith("too many to be sent at once; select a part of it.")
    assert said in session.line()
    assert fake.heard == []
    assert session.editor.statics() == before

"""What is believed of an answer: quotations, Markdown, cut JSON; which files and models; budgets and caches."""

import hashlib
import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fake import finding, findings
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from persona_lsp.ai import models
from persona_lsp.ai.account import SETTABLE, Account, read_account, usable
from persona_lsp.ai.anchor import anchor
from persona_lsp.ai.answer import whole_findings
from persona_lsp.ai.cache import Cache, Kept, key_of
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.ledger import Ledger, Usage
from persona_lsp.ai.markdown import REMOVED, safe, sentence
from persona_lsp.ai.refuse import why_refused
from persona_lsp.ai.schema import DESCRIPTIONS, editor_properties
from persona_lsp.ai.store import Store
from persona_lsp.ai.trust import check_trust, is_trusted
from persona_lsp.findings.subject import Persona

TEXT = "def f():\n    a = 1\n    return a\n\ndef g():\n    a = 1\n    return a\n"


def test_a_quotation_is_found_nearest_to_its_line() -> None:
    assert anchor("a = 1", 2, TEXT) == (13, 18)
    assert anchor("a = 1", 6, TEXT) == (46, 51)
    assert anchor("a = 1", 106, TEXT, 101) == (46, 51)


def test_a_quotation_of_lines_may_differ_in_indentation() -> None:
    place = anchor("a = 1\nreturn a", 6, TEXT)
    assert place is not None
    assert TEXT[slice(*place)] == "a = 1\n    return a"


@pytest.mark.parametrize("quote", ["a = 2", "", "  ", "a", "a = 1\nreturn b", "2|     a = 1"])
def test_what_is_not_there_is_nowhere(quote: str) -> None:
    assert anchor(quote, 2, TEXT) is None


@given(st.text(max_size=40), st.integers(-5, 99))
def test_a_place_holds_what_was_quoted(quote: str, line: int) -> None:
    place = anchor(quote, line, TEXT)
    if place is not None:
        assert "".join(TEXT[slice(*place)].split()) == "".join(quote.split())


def test_every_prefix_gives_whole_findings_only() -> None:
    whole = findings(finding("one"), finding('tw"o}', why="] } [ {"), finding("three"))
    seen = 0
    for end in range(len(whole) + 1):
        found = whole_findings(whole[:end])
        assert len(found) in (seen, seen + 1)
        seen = len(found)
    assert seen == 3


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"findings": 3}', '{"findings": [1, 2]}', '{"findings": [{"quote": 3}]}', '{"x": "findings", "y": [{}]}', "[" * 5000]
)  # fmt: skip
def test_other_forms_give_none(text: str) -> None:
    assert whole_findings(text) == []


HOSTILE = [
    "![x](https://evil.example/p.png?d=1)", "[click](command:workbench.action.terminal.new)", "<img src=https://evil.example/x>",
    "see https://evil.example/x now", "[a][b]\n\n[b]: https://evil.example", "<https://evil.example>", "www.evil.example",
    "[a](<javascript:alert(1)>)", "[![x](https://evil.example)](https://evil.example)", "\\`<img src=x>`", "``<script>x</script>",
    "vscode://evil", "a\u202eb", "[x](data:text/html;base64,AAAA)", "&lt;img&gt; <b onclick=x>", "~~~\n```\n<img src=x>\n~~~\n<img src=y>",
    "> ```\n<img src=z>\n> ```", "- ```\n  x\n<img src=https://evil.example>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_leads_nowhere(text: str) -> None:
    """Read by a Markdown parser: no link, image or HTML is left."""
    from markdown_it import MarkdownIt

    shown = safe(text)
    for kind in ("commonmark", "gfm-like"):
        parser = (
            MarkdownIt("commonmark", {"html": True})
            if kind == "commonmark"
            else MarkdownIt("commonmark", {"html": True}).enable("table")
        )
        tokens = [inner for token in parser.parse(shown) for inner in [token, *(token.children or [])]]
        assert {token.type for token in tokens} & {"link_open", "image", "html_inline", "html_block"} == set()
    outside = [line for line in shown.split("\n") if not line.startswith(("`", "~"))]
    assert "evil.example" not in "\n".join(outside)
    assert "\u202e" not in shown


@given(st.text(alphabet="[]()!<>`~\\ab:/.\n-#* ", max_size=60))
def test_no_markdown_leads_anywhere(text: str) -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": True}).parse(safe(text))
    kinds = {inner.type for token in tokens for inner in [token, *(token.children or [])]}
    assert kinds & {"link_open", "image", "html_inline", "html_block"} == set()


def test_what_is_harmless_stays() -> None:
    text = "**Bold** and `code <b>`, a list:\n\n- one\n- two\n\n```python\nif a < b: print('<x>')\n```"
    assert safe(text) == text
    assert safe("a https://x.example/y b") == f"a {REMOVED} b"
    assert sentence("a\n\x1b[31mb\u200b   c") == "a [31mb c"
    assert sentence("x" * 400).endswith("…")
    assert sentence("[a](command:evil) https://evil.example ![b](c)") == f"a {REMOVED} b"


@pytest.mark.parametrize(
    "name", [".env", ".env.local", "server.pem", "id_rsa", "prod.tfvars", "credentials.json", "Secrets.yml", "a.KEY"]
)
def test_files_that_hold_secrets_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text("x")
    assert "may hold secrets" in why_refused(str(tmp_path / name))


@pytest.mark.parametrize("kind", [".gitignore", ".personaignore", ".aiignore"])
def test_files_that_are_ignored(tmp_path: Path, kind: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / kind).write_text("/src/deep/\n*.gen.py\n!keep.gen.py\n")
    for name in ("src/deep/a.py", "src/b.gen.py"):
        (tmp_path / name).write_text("x")
        assert kind in why_refused(str(tmp_path / name))
    for name in ("src/a.py", "keep.gen.py"):
        (tmp_path / name).write_text("x")
        assert why_refused(str(tmp_path / name)) == ""


def test_a_link_is_judged_by_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("x")
    (tmp_path / "a.py").symlink_to(tmp_path / ".env")
    assert why_refused(str(tmp_path / "a.py")) != ""


def test_models() -> None:
    assert models.resolve("").id == models.REVIEWS
    assert models.resolve("inherit").id == models.REVIEWS
    assert models.resolve("haiku").id == "claude-haiku-5-5"
    assert models.resolve("sonnet[1m]").id == "claude-sonnet-5-5"
    assert models.resolve("claude-opus-5-5") == ("claude-opus-5-5", "")
    retired = models.resolve("claude-sonnet-4-20250514")
    assert retired.id == "claude-sonnet-5-5"
    assert "retired on 2026-06-15" in retired.message
    other = models.resolve("gpt-5")
    assert other.id == models.REVIEWS
    assert "no model of Claude's" in other.message


def test_the_account_comes_from_file_environment_and_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "ai.toml").write_text(
        'enabled = true\nmodel = "haiku"\ntokens-per-day = 5\napi-key = "from-file"\nwhat = 1\n'
    )
    account, problem = read_account(
        {"ANTHROPIC_API_KEY": "from-environment"}, {"model": "opus", "tokens_per_day": None}
    )
    assert (account.enabled, account.api_key, account.model, account.tokens_per_day) == (
        True,
        "from-environment",
        "opus",
        5,
    )
    assert "`what`" in problem
    assert "from" not in repr(account)
    assert not read_account({"PERSONA_LSP_AI": "0"})[0].enabled


def test_a_bad_file_leaves_ai_off(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "ai.toml").write_text('enabled = "yes"\n')
    account, problem = read_account({})
    assert not account.enabled
    assert problem
    (folder / "ai.toml").write_text("enabled = \n")
    assert not read_account({})[0].enabled


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "ftp://x",
        "https://",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "x",
        "http://[::",
    ],
)
def test_endpoints_that_are_not_asked(url: str) -> None:
    with pytest.raises(AiError) as caught:
        usable(Account(enabled=True, api_key="k", base_url=url))
    assert caught.value.kind == "auth"


@pytest.mark.parametrize(
    "url", ["https://example.com/v1", "http://127.0.0.1:80", "http://localhost:80", "http://[::1]:80", ""]
)
def test_endpoints_that_may_be_asked(url: str) -> None:
    assert usable(Account(enabled=True, api_key="k", base_url=url))


def test_the_ledger_survives_a_restart(tmp_path: Path) -> None:
    tmp_path = tmp_path / "own"
    tmp_path.mkdir()
    now = [1_000_000.0]
    one = Ledger(str(tmp_path), 1000, 1500, lambda: now[0])
    one.reserve(900)
    with pytest.raises(AiError, match="session"):
        one.reserve(200)
    one.release(900)
    one.spend(Usage(600, 300))
    other = Ledger(str(tmp_path), 1000, 1500, lambda: now[0])
    assert other.today() == 900
    with pytest.raises(AiError, match="today"):
        other.reserve(700)
    now[0] += 86_400
    other.reserve(700)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_damaged_or_missing_ledger_costs_nothing(tmp_path: Path) -> None:
    tmp_path = tmp_path / "own"
    tmp_path.mkdir()
    ledger = Ledger(str(tmp_path), 1000, 1500, lambda: 0.0)
    (tmp_path / "ledger-1970-01-01.jsonl").write_text('x\n{"tokens": -5}\n{"tokens": "a"}\n[]\n{"tokens": 7}\n')
    assert ledger.today() == 7
    nowhere = Ledger("/dev/null/x", 1000, 1500)
    nowhere.spend(Usage(5, 6))
    assert nowhere.today() == 11


def test_the_cache_is_private_and_bounded(tmp_path: Path) -> None:
    tmp_path = tmp_path / "own"
    tmp_path.mkdir()
    cache = Cache(str(tmp_path), 1)
    kept = Kept("x" * 400_000, "m", 1.0, Usage(1, 2))
    for number in range(4):
        cache.put(key_of(str(number)), kept)
        os.utime(tmp_path / f"{key_of(str(number))}.json", (number, number))
    assert cache.get(key_of("3")) == kept
    assert cache.get(key_of("0")) is None
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1_000_000
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    (tmp_path / f"{key_of('3')}.json").write_bytes(b"\xff{")
    assert cache.get(key_of("3")) is None


def test_a_cache_that_cannot_be_written_keeps_nothing() -> None:
    cache = Cache("/dev/null/x")
    cache.put(key_of("a"), Kept("x", "m", 1.0, Usage()))
    assert cache.get(key_of("a")) is None


def test_parts_of_a_key_do_not_run_together() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")


def test_the_store_forgets_and_never_fails(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "s"))
    assert not store.allowed()
    store.allow(True)
    store.trust("a" * 64)
    store.dismiss("f")
    again = Store(str(tmp_path / "s"))
    assert again.allowed()
    assert again.trusted("a" * 64)
    assert again.dismissed() == {"f"}
    assert again.salt() == store.salt()
    again.allow(False)
    assert not store.allowed()
    assert not store.trusted("a" * 64)
    (tmp_path / "s" / "consent.json").write_text('["allowed"]')
    assert not store.allowed()
    assert not Store("/dev/null/x").allow(True)


def test_time_is_not_needed(tmp_path: Path) -> None:
    """A clock that is wrong changes the day of the ledger, nothing else."""
    tmp_path = tmp_path / "own"
    tmp_path.mkdir()
    for at in (0.0, time.time() + 10**9):
        Ledger(str(tmp_path), 10, 10, lambda at=at: at).spend(Usage(1, 1))
    files: list[Any] = [json.loads(file.read_text()) for file in tmp_path.iterdir()]
    assert [one["tokens"] for one in files] == [2, 2]


def test_an_editor_hands_on_the_users_settings_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "ai.toml").write_text('model = "haiku"\ntokens-per-day = 5\nseconds = 7\n')
    told = {
        "PERSONA_LSP_AI_MODEL": "opus",
        "PERSONA_LSP_AI_TOKENS_PER_DAY": "1000",
        "PERSONA_LSP_AI_CACHE": "false",
        "PERSONA_LSP_AI_BASE_URL": "https://claude.example",
        "PERSONA_LSP_AI_API_KEY": "sk-no",
        "PERSONA_LSP_AI_ENABLED": "1",
    }
    account, problem = read_account(told, folder=str(tmp_path))
    assert problem == ""
    assert (account.model, account.tokens_per_day, account.cache, account.seconds) == ("opus", 1000, False, 7)
    assert account.base_url == "https://claude.example"
    assert (account.api_key, account.enabled) == ("", False), "consent is no setting, nor is a key"
    account, problem = read_account(
        {"PERSONA_LSP_AI_TOKENS_PER_DAY": "many", "PERSONA_LSP_AI": "1"}, folder=str(tmp_path)
    )
    assert problem.startswith("PERSONA_LSP_AI_TOKENS_PER_DAY: ")
    assert not account.enabled


def test_every_setting_of_an_editor_is_described_and_nothing_secret_is_one() -> None:
    assert set(DESCRIPTIONS) == set(SETTABLE)
    properties = editor_properties("personaLsp")
    assert {"personaLsp.ai.model", "personaLsp.ai.baseUrl", "personaLsp.ai.tokensPerDay"} <= set(properties)
    fields = {field.name for field in msgspec.structs.fields(Account)}
    assert fields - set(SETTABLE) == {"enabled", "api_key", "auth_token", "prices", "comments"}
    assert properties["personaLsp.ai.tokensPerDay"]["default"] == 1_000_000


def test_a_persona_of_ones_own_is_sent_and_one_of_a_workspace_waits_for_consent(
    tmp_path: Path, persona: Persona
) -> None:
    store = Store(str(tmp_path / "s"))
    text = b"---\nname: mine\ndescription: Reviews.\n---\n\nYou check every input.\n"
    mine = replace(persona, sha256=hashlib.sha256(text).hexdigest())
    with pytest.raises(AiError, match="sent to Claude once you trust"):
        check_trust(mine, store)
    own = tmp_path / "home" / ".claude" / "agents" / "api" / "mine.md"
    own.parent.mkdir(parents=True)
    own.write_bytes(text)
    check_trust(mine, store)
    own.write_bytes(text + b"You check more.\n")
    assert not is_trusted(mine, store), "it is another text"
    assert store.trust(mine.sha256)
    assert is_trusted(mine, store)
    bundled = Path(__file__).parents[2] / "personas" / "backend-developer.md"
    shipped = replace(persona, sha256=hashlib.sha256(bundled.read_bytes()).hexdigest())
    assert is_trusted(shipped, Store(str(tmp_path / "empty")))

"""Bedrock and Vertex, as far as they can be tried without a cloud: the client that is made, and what is said where it is not."""

import sys
import types
from typing import Any

import pytest
from fake import Answer, Fake

from persona_lsp.ai import models
from persona_lsp.ai.account import Account, read_account, usable
from persona_lsp.ai.claude import Claude
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.request import prepare
from persona_lsp.cli.commands import run
from persona_lsp.findings.subject import Persona, Subject

BEDROCK = Account(enabled=True, provider="bedrock", region="eu-central-1", model="eu.anthropic.made-up-v1:0")
VERTEX = Account(enabled=True, provider="vertex", region="europe-west1", project="my-project", model="claude-made-up@1")


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries that the extras would install, as empty modules."""
    for name in ("boto3", "google", "google.auth"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))


def common(client: Any) -> None:
    assert client.max_retries == 0
    assert client.timeout.connect == 5.0
    assert client._client.follow_redirects is False


async def test_bedrock(clouds: None) -> None:
    import anthropic

    claude = Claude(BEDROCK)
    client = await claude.client()
    assert type(client) is anthropic.AsyncAnthropicBedrock
    assert client.aws_region == "eu-central-1"
    assert str(client.base_url) == "https://bedrock-runtime.eu-central-1.amazonaws.com"
    common(client)
    await claude.close()


async def test_vertex(clouds: None) -> None:
    import anthropic

    claude = Claude(VERTEX)
    client = await claude.client()
    assert type(client) is anthropic.AsyncAnthropicVertex
    assert (client.region, client.project_id) == ("europe-west1", "my-project")
    assert str(client.base_url).startswith("https://europe-west1-aiplatform.googleapis.com")
    common(client)
    await claude.close()


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (BEDROCK, "Bedrock needs boto3, which is not installed: pip install 'anthropic[bedrock]'."),
        (VERTEX, "Vertex needs google-auth, which is not installed: pip install 'anthropic[vertex]'."),
    ],
)
async def test_a_missing_extra_is_one_sentence(account: Account, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("boto3", "google.auth"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(AiError) as caught:
        await Claude(account).client()
    assert caught.value.kind == "off"
    assert caught.value.message == words


async def test_a_missing_sdk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(AiError, match=r"The SDK for Claude is not installed: anthropic\."):
        await Claude(Account(enabled=True, api_key="k")).client()


async def test_what_bedrock_is_sent(
    fake: Fake, subject: Subject, persona: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a key of Bedrock's, no library of Amazon's is needed to ask; the answer comes in a form of its own."""
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "made-up-token")
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", fake.url)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://elsewhere.example")
    account, _ = read_account(given={"provider": "bedrock", "enabled": True, "region": "r", "model": BEDROCK.model})
    assert account.base_url == fake.url
    fake.script(Answer(status=403))
    request = prepare("review", subject, persona, account, b"s")
    claude = Claude(account)
    with pytest.raises(AiError, match="may not do this"):
        await claude.ask(request.body, lambda _piece: None, lambda _usage: None)
    await claude.close()
    (heard,) = fake.heard
    assert heard.path == "/model/eu.anthropic.made-up-v1:0/invoke-with-response-stream"
    assert heard.headers["authorization"] == "Bearer made-up-token"
    assert set(heard.json) == set(request.body) - {"model", "stream"} | {"anthropic_version"}


def test_models_are_called_as_their_cloud_calls_them() -> None:
    assert models.asked(BEDROCK, "haiku", models.REVIEWS) == (BEDROCK.model, "")
    assert models.asked(VERTEX, "", models.REVIEWS).id == "claude-made-up@1"
    assert models.asked(Account(model="haiku"), "opus", models.REVIEWS).id == models.EXPLAINS
    assert models.asked(Account(), "opus", models.REVIEWS).id == models.NEWEST["opus"]


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Account(enabled=True, provider="bedrock", region="r"), "set `model` in ai.toml"),
        (Account(enabled=True, provider="vertex", region="r"), "`region` and `project`"),
        (Account(enabled=True, provider="bedrock", model="m", base_url="http://other.example"), "https://"),
    ],
)
def test_what_is_missing_is_told(account: Account, words: str) -> None:
    with pytest.raises(AiError, match=words):
        usable(account)


async def test_no_region_anywhere(clouds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "made-up-token")
    with pytest.raises(AiError, match="No region is set"):
        await Claude(Account(enabled=True, provider="bedrock", model="m")).client()


def test_the_other_clouds_take_no_batches(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text("def f():\n    return 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERSONA_LSP_AI_PROVIDER", "bedrock")
    monkeypatch.setenv("PERSONA_LSP_AI_MODEL", "m")
    assert run(["review", "--allow", "--all"]) == 2
    assert "bedrock takes no batches; review with --now" in capsys.readouterr().err

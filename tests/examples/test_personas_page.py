"""docs/personas.md says what is so."""

import re
from pathlib import Path

from click.testing import CliRunner

from persona_lsp.cli.commands import commands
from persona_lsp.persona.compile import committed_topics, compile_persona
from persona_lsp.persona.load import load
from persona_lsp.persona.schema import SOURCES
from persona_lsp.rules.registry import topics

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "personas.md").read_text(encoding="utf-8")


def test_the_example_is_a_persona_without_problems() -> None:
    (text,) = re.findall(r"```md\n(.*?)```", PAGE, re.DOTALL)
    loaded = load(text.encode(), ".claude/agents/api-guard.md")
    assert loaded.persona is not None
    assert loaded.problems == ()
    compiled = compile_persona(loaded.persona, topics())
    assert {"status-codes", "errors", "validation"} <= committed_topics(compiled)
    assert compiled.languages == ("python", "ruby")


def test_its_sentences_about_sentences_are_true() -> None:
    said = dict(re.findall(r'"((?:Ask|Use|Delegate)[^"]*?)( \.\.\.)?"', PAGE))
    assert len(said) == 3
    body = "\n\n".join(text + (" it." if dots else ".") for text, dots in said.items())
    found = load(f"---\nname: a\ndescription: b\n---\n\n{body}\n".encode(), "a.md").problems
    assert [one.code for one in found] == ["chat-order"] * 3


def test_the_commands_exist() -> None:
    lines = re.findall(r"^persona-lsp (.+?)(?:\s+#.*)?$", PAGE, re.MULTILINE)
    assert len(lines) >= 3
    for line in lines:
        words = [word for word in line.split() if not word.endswith((".md", "/")) and word not in {"json", "error"}]
        help_page = CliRunner().invoke(commands, [*[word for word in words if not word.startswith("-")], "--help"])
        assert help_page.exit_code == 0
        assert all(word in help_page.output for word in words if word.startswith("-"))


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        if target.startswith("https://"):
            assert target in {url for _, url in SOURCES.values()}
        else:
            assert (DOCS / target.partition("#")[0]).exists(), target

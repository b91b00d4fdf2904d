"""Which files are personas, and whose format they are in, is told by their folders."""

import pytest

from persona_lsp.persona.formats import format_of_folder, is_persona_file
from persona_lsp.persona.hidden import hidden_in, names_of, spelled
from persona_lsp.persona.size import size_of


@pytest.mark.parametrize(
    ("path", "format_"),
    [
        ("/w/.claude/agents/a.md", "claude"),
        (".claude/agents/team/a.md", "claude"),
        ("C:\\w\\.claude\\agents\\a.md", "claude"),
        ("/home/x/.copilot/agents/a.agent.md", "vscode"),
        ("/w/.github/agents/a.agent.md", "vscode"),
        ("/w/.github/agents/a.md", "vscode"),
        ("/w/.cursor/agents/a.md", "cursor-agent"),
        ("/w/.cursor/rules/backend/a.mdc", "cursor"),
    ],
)
def test_a_folder_of_a_tool(path: str, format_: str) -> None:
    assert is_persona_file(path)
    assert format_of_folder(path) == format_


@pytest.mark.parametrize(
    "path",
    ["README.md", "/w/docs/a.md", "/w/agents/a.md", "/w/personas/a.md", "/w/.claude/agents/README.md",
     "/w/.github/agents/AGENTS.md", "/w/.claude/commands/a.md", "/w/x.claude/agents/a.md", "/w/.claude/agents/a.txt",
     "/w/.cursor/rules/a.md", "/w/.github/copilot-instructions.md", ""],
)  # fmt: skip
def test_no_other_file_is_one(path: str) -> None:
    assert not is_persona_file(path)


def test_what_nobody_sees_is_spelled() -> None:
    assert spelled("a\u202eb\u200bc") == "a<U+202E>b<U+200B>c"
    assert names_of("\u2066\u2066\u2069") == "U+2066 LEFT-TO-RIGHT ISOLATE, U+2069 POP DIRECTIONAL ISOLATE"
    assert list(hidden_in("no\u2060thing")) == [(2, 3)]
    assert list(hidden_in("葛\U000e0100城")) == []


def test_an_estimate_claims_no_more_than_two_digits() -> None:
    assert size_of("You test. " * 350).tokens == 1000
    assert size_of("审查接口").tokens == 4
    assert size_of("").tokens == 0

"""What is offered at a cursor, written `|`, in a front matter."""

import pytest

from persona_lsp.review import persona_choices


def offered(text: str, path: str = ".claude/agents/guard.md", line_end: str = "\n") -> dict[str, str]:
    """Label -> the file after choosing it."""
    data = text.replace("\n", line_end).encode()
    at = data.index(b"|")
    data = data[:at] + data[at + 1 :]
    return {
        one.label: (data[: one.start] + one.text.encode() + data[one.end :]).decode()
        for one in persona_choices(path, data, at)
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_field_is_written_with_its_colon(line_end: str) -> None:
    found = offered("---\nname: x\nco|\n---\n\nYou test.\n", line_end=line_end)
    assert found["color"] == "---\nname: x\ncolor: \n---\n\nYou test.\n".replace("\n", line_end)


def test_a_field_that_has_its_colon_keeps_its_value() -> None:
    assert offered("---\nco|lour: red\n---\n")["color"] == "---\ncolor: red\n---\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("color:|", "color: red"),
        ("color: |", "color: red"),
        ("color: r|", "color: red"),
        ("color: bl|ue", "color: red"),
        ("color:  blue|  ", "color:  red  "),
    ],
)
def test_a_value_replaces_what_stands_there(before: str, after: str) -> None:
    assert offered(f"---\nname: x\n{before}\n---\nY.\n")["red"] == f"---\nname: x\n{after}\n---\nY.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tools:|", "tools: Grep"),
        ("tools: |", "tools: Grep"),
        ("tools: Gr|", "tools: Grep"),
        ("tools: Read, Gr|, Bash", "tools: Read, Grep, Bash"),
        ("tools: [Read, |]", "tools: [Read, Grep]"),
        ('tools: ["Gr|"]', 'tools: ["Grep"]'),
        ("tools:\n  - Read\n  - |", "tools:\n  - Read\n  - Grep"),
        ("tools:\n  - G|\n  - Read", "tools:\n  - Grep\n  - Read"),
    ],
)
def test_a_tool_replaces_the_one_at_the_cursor(before: str, after: str) -> None:
    found = offered(f"---\nname: x\n{before}\n---\nY.\n")
    assert found["Grep"] == f"---\nname: x\n{after}\n---\nY.\n"
    assert ("Read" in found) is ("Read" not in before)


@pytest.mark.parametrize("text", ["---\n|", "---\n|\n", "---\nname: x\n|", "---\nname: x\n|\n\nYou test.\n"])
def test_below_a_fence_that_is_not_closed_yet(text: str) -> None:
    assert "description" in offered(text)


@pytest.mark.parametrize(
    "text",
    ["|", "|---\nname: x\n---\n", "---\nname: x\n---\n|", "---\nname: x\n---\n\nmodel: |\n", "You test. |",
     "---\nname: x\n\nYou test.\n\nmodel: |\n", "---\nhooks:\n  - |\n---\n", "---\ndescription: |\n---\n"],
)  # fmt: skip
def test_nothing_where_nothing_is_known(text: str) -> None:
    assert offered(text) == {}


def test_the_name_of_the_file_is_a_name() -> None:
    found = offered("---\nname: |\n---\n", ".github/agents/api-guard.agent.md")
    assert found == {"api-guard": "---\nname: api-guard\n---\n"}


def test_the_tools_of_vs_code_are_its_own() -> None:
    found = offered("---\ntools: ['read', '|']\n---\n", ".github/agents/a.agent.md")
    assert found["search/codebase"] == "---\ntools: ['read', 'search/codebase']\n---\n"
    assert not {"read", "Grep"} & set(found)

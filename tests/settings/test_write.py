"""A rule is added to the ignored ones by one edit, or not at all; nothing else in the file changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.settings import load
from persona_lsp.settings.write import ignoring
from persona_lsp.text.edits import apply


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'ignore = ["x"]\n'),
        ("# mine\nignore = []  # none\n", '# mine\nignore = ["x"]  # none\n'),
        ('ignore = [\n  "a", # why\n]\n', 'ignore = ["x", \n  "a", # why\n]\n'),
        (
            'persona = "p"\r\n[severity]\r\na = "off"\r\n',
            'ignore = ["x"]\r\npersona = "p"\r\n[severity]\r\na = "off"\r\n',
        ),
        ("\ufeffpersona = 'p'\n", "\ufeffignore = [\"x\"]\npersona = 'p'\n"),
    ],
)
def test_one_edit(before: str, after: str) -> None:
    edit = ignoring(before.encode(), "x")
    assert edit is not None
    assert apply(before.encode(), [edit]).decode() == after


@pytest.mark.parametrize(
    "text", ['ignore = ["x"]', "ignore = [", "ignore = 3", '"ignore" = ["a"]', 'a = """\nignore = [\n"""']
)
def test_what_cannot_be_done_safely_is_not_done(text: str) -> None:
    edit = ignoring(text.encode(), "x")
    if edit is not None:
        assert load(apply(text.encode(), [edit]).decode())[0].ignore == ("x",)


@pytest.mark.parametrize(
    "text",
    ["", "[tool.a]\nb = 1", "[tool.persona-lsp]\nrun = 'manual'\n[tool.z]\nignore = ['q']\n", "[tool.persona-lsp]"],
)
def test_pyproject(text: str) -> None:
    edit = ignoring(text.encode(), "x", in_pyproject=True)
    assert edit is not None
    settings, problems = load(apply(text.encode(), [edit]).decode(), "pyproject.toml")
    assert settings.ignore == ("x",)
    assert not problems


@given(st.text(st.sampled_from('ignore=[]"x\n#a, \r'), max_size=30))
def test_never_a_broken_file(text: str) -> None:
    edit = ignoring(text.encode(), "x")
    if edit is not None:
        assert "x" in load(apply(text.encode(), [edit]).decode())[0].ignore

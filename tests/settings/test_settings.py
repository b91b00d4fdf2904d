"""Settings: every bad value is a message and the default; files, editor and command line in that order."""

import json
import tomllib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.settings import (
    DEFAULT,
    Override,
    Partial,
    Settings,
    check_names,
    load,
    merge,
    read_editor,
    read_toml,
    schema,
    with_known_names,
)
from persona_lsp.settings.globs import matches


def test_nothing_set_is_the_default() -> None:
    assert load("") == (DEFAULT, ())
    assert load("[tool.other]\nx = 1", "pyproject.toml") == (DEFAULT, ())


@pytest.mark.parametrize("key", ["debounce-ms", "debounce_ms", "debounceMs"])
def test_keys_in_any_case(key: str) -> None:
    assert load(f"{key} = 7")[0].debounce_ms == 7


def test_the_table_of_pyproject() -> None:
    settings, problems = load("[tool.persona-lsp]\nselect = 'api'\n", "sub/pyproject.toml")
    assert settings.select == ("api",)
    assert not problems


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "debounce-ms = 'fast'",
            '`debounce-ms` must be a whole number of milliseconds from 0 to 10000, not "fast"; using 100.',
        ),
        ("debounce-ms = -1", "from 0 to 10000, not -1; using 100."),
        ("persna = 'x'", "there is no setting `persna`; did you mean `persona`?"),
        ("zzz = 1", "there is no setting `zzz`; remove it"),
        ("run = 'always'", "must be one of onType, onSave, manual"),
        ("code-lens = 1", "must be true or false, not 1; using false."),
        ("severity = {a = 'fatal'}", 'of `a` must be one of error, warning, information, hint, off, not "fatal"'),
        ("[[overrides]]\nignore = ['a']", "number 1 needs `paths`"),
        ("[[overrides]]\npaths = ['a']\nignre = ['a']", "did you mean `ignore`?"),
        ("a = [", "is not valid TOML"),
        ("max-file-size = 'big'", 'text such as "5 MB"'),
        ("max-file-size = 10", 'a number of bytes from 1000 on, or text such as "5 MB", not 10; using 5000000.'),
        ("select = ['routing', 3]", "`select` holds 3, which is no text; it is left out."),
    ],
)
def test_a_bad_value_is_a_message_and_the_default(text: str, says: str) -> None:
    settings, problems = load(text)
    assert len(problems) == 1
    assert says in problems[0].message
    assert settings.debounce_ms == DEFAULT.debounce_ms
    assert settings.run == DEFAULT.run


def test_a_problem_knows_its_place() -> None:
    text = "# é\ndebounce-ms = 1\nseverity = {x = 'fatal'}\n"
    (problem,) = load(text)[1]
    assert text.encode()[problem.start : problem.end] == b"severity"
    (broken,) = load("a = 1\nb = = 2\n")[1]
    assert broken.start == 6


def test_later_places_win() -> None:
    file = read_toml("persona = 'a'\nignore = ['x']\nseverity = {r = 'hint', s = 'off'}\ncode-lens = true\n")
    editor = read_editor(
        {"persona-lsp": {"persona": "b", "ignore": ["y", "x"], "severity": {"r": "error"}, "codeLens": None}}
    )
    line = Partial({"persona": "c"})
    settings = merge(file, editor, line)
    assert settings.persona == "c"
    assert settings.ignore == ("x", "y")
    assert settings.severity == {"r": "error", "s": "off"}
    assert settings.code_lens is True


def test_what_editors_keep_for_themselves_is_no_problem() -> None:
    assert read_editor({"trace": {"server": "off"}, "trace.server": "off", "command": []}).problems == ()
    assert read_editor(None).problems == ()
    assert "must be a table" in read_editor([1]).problems[0].message


def test_nothing_and_what_others_are_told_is_no_setting() -> None:
    for value in ({"persona-lsp": None}, {"python": {"analysis": {}}}, {"eslint": {"run": "onSave"}, "css": {}}, {}):
        assert read_editor(value) == Partial(), value
    assert "no setting `persna`" in read_editor({"persna": "x"}).problems[0].message
    assert read_editor({"python": {}, "persona-lsp": {"persona": "b"}}).values == {"persona": "b"}


def test_sizes_as_text_and_overrides() -> None:
    settings, problems = load("max-file-size = '2 MB'\n[[overrides]]\npaths = 'a/**'\nseverity = {api = 'warn'}\n")
    assert not problems
    assert settings.max_file_size == 2_000_000
    assert settings.overrides == (Override(paths=("a/**",), severity={"api": "warning"}),)


def test_the_rest_of_a_list_is_used() -> None:
    assert load("select = ['routing', 3]\nexclude = [{}, 'a/**']\n")[0] == Settings(
        select=("routing",), exclude=("a/**",)
    )


def test_a_selection_of_nothing_that_there_is_is_told_to_select_everything() -> None:
    settings, problems = with_known_names(Settings(select=("ROUTING", "x")), ["unbounded-list"], ["routing"], [])
    assert settings.select == ()
    assert [problem.message for problem in problems] == [
        "`select` names no rule or family: `ROUTING`; did you mean `routing`?",
        "`select` names no rule or family: `x`; remove it or correct its spelling.",
        "nothing is left of `select`: every rule of the persona is on.",
    ]
    assert len(with_known_names(Settings(select=("routing", "x")), ["unbounded-list"], ["routing"], [])[1]) == 1


def test_names_that_do_not_exist() -> None:
    settings = Settings(ignore=("unbounded-lst", "api"), languages={"rubi": False})
    first, second = check_names(settings, ["unbounded-list"], ["api"], ["ruby"])
    assert "did you mean `unbounded-list`?" in first.message
    assert "did you mean `ruby`?" in second.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda s: (
            st.lists(s, max_size=2)
            | st.dictionaries(st.sampled_from([*Settings.__struct_fields__, "x", "paths"]), s, max_size=3)
        ),
    )
)
def test_whatever_an_editor_sends_gives_valid_settings(value: Any) -> None:
    partial = read_editor(value)
    settings = merge(partial)
    assert msgspec.convert(msgspec.to_builtins(settings), Settings) == settings


@given(st.text(max_size=40))
def test_any_text_gives_settings(text: str) -> None:
    assert isinstance(load(text)[0], Settings)


def test_every_field_is_documented_and_its_example_is_valid() -> None:
    page = schema.markdown()
    for name in Settings.__struct_fields__:
        assert f"## {schema.kebab(name)}\n" in page
        assert f"persona-lsp.{schema.camel(name)}" in schema.editor_properties()
    for block in page.split("```toml\n")[1:]:
        text = block.split("\n```")[0]
        tomllib.loads(text)
        assert load(text)[1] == (), text


def test_the_schema_has_no_reference_that_leads_nowhere() -> None:
    text = json.dumps(schema.json_schema())
    assert "#/$defs/Override" in text
    assert set(schema.json_schema()["$defs"]) == {"Override"}
    assert "$ref" not in json.dumps(schema.editor_properties())


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.py", "a/b/c.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("a/**/*.py", "a/c.py", True),
        ("a/**", "a/b/c.py", True),
        ("legacy", "x/legacy/y.js", True),
        ("legacy/", "x/legacy/y.js", True),
        ("legacy/", "x/legacy", False),
        ("/legacy", "x/legacy/y.js", False),
        ("/legacy", "legacy/y.js", True),
        ("src/[ab].ts", "src/a.ts", True),
        ("src/[!ab].ts", "src/a.ts", False),
        ("[", "[", True),
        ("a?c", "abc", True),
        ("**", "x/y", True),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert matches(path, [glob]) is expected

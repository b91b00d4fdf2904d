"""A persona file is read as well as it can be, and what is odd about it is said with its place."""

import hashlib
import time

import pytest
from tests.persona.edits import BODY, applied, codes, loaded, marked, only, persona_file

from persona_lsp.findings.finding import Severity
from persona_lsp.persona.formats import stem_of
from persona_lsp.persona.load import MAX_FILE, load


class TestAGoodFile:
    def test_every_field_is_read(self) -> None:
        data = persona_file(
            "name: api-guard",
            "description: Guards APIs",
            "color: Green",
            "model: sonnet",
            "tools: Read, Bash(git log:*, x)",
        )
        persona, problems = loaded(data, "/somewhere/.claude/agents/guard.md")
        assert problems == ()
        assert (persona.name, persona.description, persona.color, persona.model) == (
            "api-guard",
            "Guards APIs",
            "green",
            "sonnet",
        )
        assert persona.tools == ("Read", "Bash(git log:*, x)")
        assert persona.body == "You implement proper HTTP status codes."
        assert persona.body_line == 9
        assert persona.source == "guard.md"
        assert persona.format == "claude"
        assert persona.sha256 == hashlib.sha256(data).hexdigest()

    def test_line_ends_are_normalised_and_lines_are_still_counted(self) -> None:
        unix = persona_file("name: a", "description: b", body="\nOne.\n\nTwo.\n")
        for line_end in (b"\r\n", b"\r"):
            persona, problems = loaded(unix.replace(b"\n", line_end))
            assert problems == ()
            assert persona.body == "One.\n\nTwo."
            assert persona.body_line == 6

    def test_block_scalars_and_quotes(self) -> None:
        persona, problems = loaded(persona_file("name: 'a'", "description: |", "  One: two # three", "  four"))
        assert persona.description == "One: two # three\nfour"
        assert problems == ()

    def test_dialogues_in_a_quoted_description(self) -> None:
        persona, problems = loaded(persona_file("name: a", r'description: "Use it.\n<example>user: \"hi\"</example>"'))
        assert persona.description == 'Use it.\n<example>user: "hi"</example>'
        assert problems == ()

    def test_a_text_in_another_script(self) -> None:
        persona, problems = loaded(persona_file("name: 后端", "description: 审查接口", body="\n你检查状态码。\n"))
        assert (persona.name, persona.description) == ("后端", "审查接口")
        assert problems == ()


class TestFormats:
    @pytest.mark.parametrize(
        ("file_name", "keys", "format_"),
        [
            ("a.agent.md", ("tools: ['search']", "model: ['GPT-5', 'Claude Sonnet 4.6']"), "vscode"),
            ("a.chatmode.md", ("description: x",), "vscode"),
            ("a.mdc", ("description: x", "globs: *.ts", "alwaysApply: true"), "cursor"),
            ("a.instructions.md", ("applyTo: '**/*.py'",), "copilot"),
            ("a.md", ("name: a", "globs: 'x'", "description: b"), "continue"),
            ("a.md", ("description: x", "mode: subagent", "tools:", "  write: false", "  read: true"), "opencode"),
            ("a.md", ("name: a", "description: x"), "claude"),
        ],
    )
    def test_are_told_apart_and_need_no_fields_of_others(
        self, file_name: str, keys: tuple[str, ...], format_: str
    ) -> None:
        persona, problems = loaded(persona_file(*keys), file_name)
        assert persona.format == format_
        assert persona.name == "a"
        assert [p for p in problems if p.code not in {"model-retired", "model-unknown"}] == []

    def test_agents_md_has_no_front_matter_and_needs_none(self) -> None:
        persona, problems = loaded(b"# Conventions\n\nYou version APIs.\n", "AGENTS.md")
        assert (persona.format, persona.name, problems) == ("agents-md", "AGENTS", ())

    def test_unquoted_globs_are_right_in_a_cursor_rule_and_only_there(self) -> None:
        data = persona_file("name: a", "description: x", "globs: *.ts")
        assert codes(load(data, "a.mdc")) == []
        assert codes(load(data, "a.md")) == ["unquoted-special"]

    def test_tools_are_a_string_a_list_or_a_map(self) -> None:
        for lines in (("tools: Read, Edit",), ("tools: [Read, Edit]",), ("tools:", "  - Read", "  - Edit"),
                      ("tools:", "  Read: true", "  Edit: allow", "  Bash: false", "  Web: deny")):  # fmt: skip
            persona, _ = loaded(persona_file("name: a", "description: b", *lines))
            assert persona.tools == ("Read", "Edit")
        assert loaded(persona_file("name: a", "description: b", "tools: []"))[0].tools == ()

    @pytest.mark.parametrize(
        ("file_name", "name"),
        [("x/api.agent.md", "api"), ("C:\\p\\api.md", "api"), (".md", "md"), ("", "persona"), ("a.b.mdc", "a.b")],
    )
    def test_the_file_name_gives_a_name(self, file_name: str, name: str) -> None:
        assert stem_of(file_name) == name


class TestTheName:
    def test_missing(self) -> None:
        data = persona_file("description: Guards APIs")
        persona, problems = loaded(data)
        assert persona.name == "api-guard"
        problem = only(problems)
        assert (problem.code, problem.severity) == ("name-missing", Severity.WARNING)
        fixed, problems = loaded(applied(data, problem))
        assert (fixed.name, problems) == ("api-guard", ())

    def test_empty(self) -> None:
        data = persona_file("name:", "description: Guards APIs")
        problem = only(load(data, "api guard.md").problems)
        assert problem.code == "name-missing"
        fixed, problems = loaded(applied(data, problem))
        assert (fixed.name, problems) == ("api guard", ())

    @pytest.mark.parametrize("name", ["on", "2024-01-01", "12", "1.5", "No"])
    def test_taken_for_something_else_by_yaml(self, name: str) -> None:
        data = persona_file(f"name: {name}", "description: b")
        persona, problems = loaded(data)
        assert persona.name == name
        problem = only(problems)
        assert problem.code == "field-not-text"
        assert marked(data, problem) == name
        assert loaded(applied(data, problem))[1] == ()

    @pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "C:\\x"])
    def test_that_looks_like_a_path_is_a_label(self, name: str) -> None:
        persona, problems = loaded(persona_file(f"name: {name}", "description: b"))
        assert persona.name == name
        assert codes(problems) == ["name-is-path"]

    def test_a_list_is_no_name(self) -> None:
        persona, problems = loaded(persona_file("name: [a, b]", "description: b"))
        assert persona.name == "a, b"
        assert codes(problems) == ["field-not-text"]


class TestTheDescription:
    def test_missing(self) -> None:
        data = persona_file("name: a")
        problem = only(loaded(data)[1])
        assert problem.code == "description-missing"
        assert loaded(applied(data, problem))[1] == ()

    def test_an_unquoted_colon_is_recovered(self) -> None:
        data = persona_file("name: a", "description: Use this: it guards APIs", "color: red")
        persona, problems = loaded(data)
        assert (persona.name, persona.description, persona.color) == ("a", "Use this: it guards APIs", "red")
        problem = only(problems)
        assert (problem.code, problem.line, problem.column) == ("unquoted-colon", 3, 14)
        assert marked(data, problem) == "Use this: it guards APIs"
        fixed, problems = loaded(applied(data, problem))
        assert (fixed.description, problems) == (persona.description, ())

    def test_an_unquoted_colon_beside_quotes_and_backslashes(self) -> None:
        data = persona_file("name: a", 'description: Say "hi": it\'s C:\\x \\n', "color: red")
        persona, problems = loaded(data)
        fixed, after = loaded(applied(data, only(problems)))
        assert fixed.description == persona.description == 'Say "hi": it\'s C:\\x \\n'
        assert after == ()

    def test_a_dialogue_over_several_lines_is_recovered(self) -> None:
        data = persona_file(
            "name: a",
            "description: Use it. Examples: <example>",
            "Context: an API",
            'user: "hi"',
            "",
            "</example>",
            "model: opus",
        )
        persona, problems = loaded(data)
        assert persona.description.splitlines()[1:3] == ["Context: an API", 'user: "hi"']
        assert persona.model == "opus"
        problem = only(problems)
        assert problem.code == "unquoted-colon"
        fixed, after = loaded(applied(data, problem))
        assert (fixed.description, fixed.model, after) == (persona.description, "opus", ())

    def test_cut_at_a_hash(self) -> None:
        data = persona_file("name: a", "description: APIs # databases")
        persona, problems = loaded(data)
        assert persona.description == "APIs"
        problem = only(problems)
        assert problem.code == "comment-cuts-value"
        assert marked(data, problem) == "# databases"
        assert loaded(applied(data, problem))[0].description == "APIs # databases"

    def test_a_comment_behind_another_key_is_a_comment(self) -> None:
        assert loaded(persona_file("name: a", "description: b", "model: sonnet # the fast one"))[1] == ()

    def test_unbalanced_quotes(self) -> None:
        data = persona_file("name: a", 'description: "Guards APIs', "color: red")
        persona, problems = loaded(data)
        assert (persona.description, persona.color) == ("Guards APIs", "red")
        problem = only(problems)
        assert problem.code == "unbalanced-quotes"
        assert loaded(applied(data, problem))[1] == ()

    @pytest.mark.parametrize("first", ["@", "`", "%", "*", "&", "!", "{"])
    def test_a_first_character_that_means_something_else(self, first: str) -> None:
        data = persona_file("name: a", f"description: {first} guards APIs", "color: red")
        persona, problems = loaded(data)
        if not problems:
            # `! text` is a tag and `& text` no anchor: YAML has its own view, and takes some of them.
            return
        assert persona.description == f"{first} guards APIs"
        assert loaded(applied(data, only(problems)))[1] == ()

    def test_no_space_behind_the_colon(self) -> None:
        data = persona_file("name:a", "description:Guards APIs", "color: red")
        persona, problems = loaded(data)
        assert (persona.name, persona.description, persona.color) == ("a", "Guards APIs", "red")
        assert codes(problems) == ["colon-without-space", "colon-without-space"]

    def test_a_tab_as_indentation(self) -> None:
        data = persona_file("name: a", "description: b", "tools:", "\t- Read", "\t- Edit")
        persona, problems = loaded(data)
        assert persona.tools == ("Read", "Edit")
        problem = only(problems)
        assert (problem.code, problem.line) == ("tab-indentation", 5)


class TestTheColour:
    @pytest.mark.parametrize(
        ("written", "color"),
        [("Blue", "blue"), ("'#0F0'", "#00ff00"), ("'#00FF00'", "#00ff00"), ("violet", "purple"), ("gray", "neutral")],
    )
    def test_is_normalised(self, written: str, color: str) -> None:
        persona, problems = loaded(persona_file("name: a", "description: b", f"color: {written}"))
        assert (persona.color, problems) == (color, ())

    def test_unknown_is_neutral(self) -> None:
        persona, problems = loaded(persona_file("name: a", "description: b", "color: glitter"))
        assert persona.color == "neutral"
        assert codes(problems) == ["color-unknown"]

    def test_a_bare_hex_value_is_a_comment_to_yaml(self) -> None:
        data = persona_file("name: a", "description: b", "color: #00ff00")
        persona, problems = loaded(data)
        assert persona.color == "#00ff00"
        problem = only(problems)
        assert problem.code == "value-is-comment"
        assert marked(data, problem) == "#00ff00"
        fixed, problems = loaded(applied(data, problem))
        assert (fixed.color, problems) == ("#00ff00", ())


class TestTheModel:
    @pytest.mark.parametrize(
        ("written", "model"),
        [("sonnet", "sonnet"), ("inherit", "inherit"), ("sonnet[1m]", "sonnet[1m]"), ("Opus", "opus"),
         ("claude-opus-5-5", "claude-opus-5-5"), ("anthropic/claude-sonnet-5-5", "claude-sonnet-5-5")],
    )  # fmt: skip
    def test_that_can_be_asked(self, written: str, model: str) -> None:
        persona, problems = loaded(persona_file("name: a", "description: b", f"model: {written}"))
        assert (persona.model, problems) == (model, ())

    @pytest.mark.parametrize(
        ("written", "model"),
        [("claude-sonnet-4-20250514", "sonnet"), ("claude-3-5-haiku-latest", "haiku"), ("claude-opus-4-0", "opus")],
    )
    def test_retired_has_a_successor(self, written: str, model: str) -> None:
        data = persona_file("name: a", "description: b", f"model: {written}")
        persona, problems = loaded(data)
        assert persona.model == model
        problem = only(problems)
        assert problem.code == "model-retired"
        assert loaded(applied(data, problem))[1] == ()

    def test_of_another_house_is_none(self) -> None:
        persona, problems = loaded(persona_file("name: a", "description: b", "model: gpt-5"))
        assert persona.model == ""
        assert codes(problems) == ["model-unknown"]

    def test_the_first_of_a_list_that_can_be_asked(self) -> None:
        persona, _ = loaded(persona_file("model: ['GPT-5 (copilot)', 'sonnet']"), "a.agent.md")
        assert persona.model == "sonnet"


class TestTheFrontMatter:
    def test_none(self) -> None:
        data = b"You version APIs.\n"
        persona, problems = loaded(data)
        assert (persona.name, persona.format, persona.body_line) == ("api-guard", "plain", 1)
        problem = only(problems)
        assert (problem.code, problem.severity) == ("front-matter-missing", Severity.INFORMATION)
        fixed, problems = loaded(applied(data, problem))
        assert (fixed.name, fixed.body, problems) == ("api-guard", "You version APIs.", ())

    def test_empty(self) -> None:
        _, problems = loaded(persona_file())
        assert codes(problems) == ["description-missing", "name-missing"]

    def test_longer_fences_and_blank_lines_above(self) -> None:
        persona, problems = loaded(b"\n\n-----  \nname: a\ndescription: b\n----\nYou version APIs.")
        assert (persona.name, persona.body_line, problems) == ("a", 7, ())

    def test_closed_by_dots(self) -> None:
        data = b"---\nname: a\ndescription: b\n...\nYou version APIs.\n"
        persona, problems = loaded(data)
        assert persona.body == "You version APIs."
        problem = only(problems)
        assert problem.code == "front-matter-dots"
        assert applied(data, problem) == data.replace(b"...", b"---")

    def test_never_closed(self) -> None:
        data = b"---\nname: a\ndescription: b\n\nYou version APIs.\n"
        persona, problems = loaded(data)
        assert (persona.name, persona.body) == ("a", "You version APIs.")
        problem = only(problems)
        assert (problem.code, problem.severity) == ("front-matter-unclosed", Severity.ERROR)
        assert loaded(applied(data, problem))[1] == ()

    def test_two_blocks_are_joined(self) -> None:
        data = b"---\nname: a\n---\n---\ndescription: b\nname: other\n---\nYou version APIs.\n"
        persona, problems = loaded(data)
        assert (persona.name, persona.description, persona.body) == ("a", "b", "You version APIs.")
        assert codes(problems) == ["second-front-matter"]
        data = data.replace(b"---\n---", b"---").replace(b"name: other\n", b"")
        fixed, problems = loaded(applied(data, only(loaded(data)[1])))
        assert (fixed.description, problems) == ("b", ())

    def test_rules_between_paragraphs_are_no_second_block(self) -> None:
        persona, problems = loaded(persona_file("name: a", "description: b", body="\nOne.\n\n---\n\nTwo.\n\n---\n"))
        assert problems == ()
        assert persona.body.startswith("One.")

    def test_rules_at_the_top_of_prose_are_no_front_matter(self) -> None:
        persona, _ = loaded(b"---\nYou version APIs and more.\n---\nYou test.\n")
        assert persona.body.startswith("---")

    def test_not_at_the_top(self) -> None:
        _, problems = loaded(b"# Title\n\n---\nname: a\ndescription: b\n---\nYou test.\n")
        assert "front-matter-not-first" in codes(problems)

    def test_a_key_twice(self) -> None:
        data = persona_file("name: a", "description: b", "name: c")
        persona, problems = loaded(data)
        assert persona.name == "c"
        problem = only(problems)
        assert (problem.code, problem.line) == ("duplicate-key", 4)
        fixed, problems = loaded(applied(data, problem))
        assert (fixed.name, problems) == ("c", ())

    def test_no_keys_at_all_in_a_list(self) -> None:
        persona, _ = loaded(b"---\n- name: a\n- b\n---\nYou test.\n")
        assert persona.name == "api-guard"

    def test_broken_yaml_keeps_the_keys_that_are_whole(self) -> None:
        persona, problems = loaded(persona_file("name: a", "description: b", "hooks: {a: [", "color: red"))
        assert (persona.name, persona.color) == ("a", "red")
        assert len(problems) == 1

    def test_what_the_persona_may_run_is_never_read(self) -> None:
        persona, problems = loaded(
            persona_file("name: a", "description: b", "hooks:", "  x: !!python/object/apply:os.abort []")
        )
        assert (persona.name, problems) == ("a", ())


class TestHostileFiles:
    def test_too_large(self) -> None:
        result = load(b"x" * (MAX_FILE + 1), "a.md")
        assert result.persona is None
        assert codes(result) == ["file-too-large"]

    def test_a_front_matter_that_is_too_large_is_not_read(self) -> None:
        data = persona_file("name: a", "description: " + "x" * (64 * 1024))
        persona, problems = loaded(data)
        assert persona.name == "api-guard"
        assert "front-matter-too-large" in codes(problems)

    @pytest.mark.parametrize(
        "value",
        [
            "[" * 30_000,
            "{a: " * 15_000,
            "- " * 30_000,
            "? " * 30_000,
            "'" * 60_001,
            "!" * 60_000,
            "1:" * 30_000 + "1",
            '"\\UFFFFFFFF"',
            '"\\ud800"',
            "9" * 60_000,
            "2024-99-99",
            "\x00\x07",
        ],
    )
    def test_values_that_break_readers_cost_neither_the_file_nor_time(self, value: str) -> None:
        started = time.monotonic()
        persona, _ = loaded(persona_file("name: a", f"description: {value}", "color: red"))
        persona.description.encode()
        assert persona.name == "a"
        # Generous: a machine under load is slow, and what this is about takes minutes.
        assert time.monotonic() - started < 20

    def test_aliases_that_multiply_are_refused(self) -> None:
        lines = ["a0: &a0 {x: 1}"] + [f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 60)]
        persona, problems = loaded(persona_file("name: a", "description: b", *lines))
        assert persona.name == "a"
        assert problems

    def test_characters_that_nobody_sees(self) -> None:
        data = persona_file("name: a", "description: b", body="\nYou\u202e test\u200b.\n")
        _, problems = loaded(data)
        assert codes(problems) == ["hidden-character", "hidden-character"]
        assert (problems[0].line, problems[0].column) == (6, 4)
        assert codes(loaded(applied(data, problems[0]))[1]) == ["hidden-character"]

    def test_emoji_are_no_secret(self) -> None:
        assert loaded(persona_file("name: a", "description: b", body="\nYou test. 👩‍💻\n"))[1] == ()


class TestEncodings:
    def test_a_byte_order_mark(self) -> None:
        data = b"\xef\xbb\xbf" + persona_file("name: a", "description: b")
        persona, problems = loaded(data)
        assert persona.name == "a"
        problem = only(problems)
        assert problem.code == "byte-order-mark"
        assert applied(data, problem) == data[3:]

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf_16(self, encoding: str) -> None:
        data = ("\ufeff" + persona_file("description: b").decode()).encode(encoding)
        persona, problems = loaded(data)
        assert persona.description == "b"
        assert codes(problems) == ["encoding-utf16", "name-missing"]
        assert all(problem.fix is None for problem in problems)

    def test_bytes_that_are_no_text(self) -> None:
        data = persona_file("name: a", "description: b", "color: #fff").replace(b"You", b"Y\xff\xfeu")
        data = data.replace(b"description: b", b"description: \xe9 b: c")
        persona, problems = loaded(data)
        assert persona.body.startswith("Y\ufffd\ufffdu")
        assert persona.description == "\ufffd b: c"
        assert codes(problems) == ["invalid-utf8", "unquoted-colon", "value-is-comment"]
        # Offsets still count the bytes that are there.
        assert applied(data, problems[2]).count(b'color: "#fff"') == 1

    def test_control_characters(self) -> None:
        _, problems = loaded(persona_file("name: a\x00", "description: b"))
        assert codes(problems) == ["control-character"]


class TestTheBody:
    @pytest.mark.parametrize("body", ["", "\n\n  \n", "---\n", "***"])
    def test_without_text_there_is_no_persona(self, body: str) -> None:
        result = load(persona_file("name: a", "description: b", body=body), "a.md")
        assert result.persona is None
        problem = only(result.problems)
        assert (problem.code, problem.severity) == ("body-empty", Severity.ERROR)

    def test_an_empty_file(self) -> None:
        result = load(b"", "a.md")
        assert result.persona is None
        assert "body-empty" in codes(result)

    def test_sections(self) -> None:
        persona, _ = loaded(
            persona_file("name: a", "description: b", body="\nYou test.\n\n## One ##\n\nTwo\n===\n" + BODY)
        )
        assert [(s.title, s.level, s.line) for s in persona.sections] == [("One", 2, 8), ("Two", 1, 10)]

"""The body of a persona becomes sections, commitments and technologies, each with its place."""

import time
from collections import Counter
from pathlib import Path

import pytest
from tests.persona.edits import loaded, persona_file
from tests.persona.suggested_topics import TOPICS

from persona_lsp.persona.compile import (
    CompiledPersona,
    commitment_for,
    committed_topics,
    compile_persona,
    speaks_of,
)
from persona_lsp.persona.load import load

BUNDLED = Path(__file__).parents[2] / "personas" / "backend-developer.md"


def compiled(body: str) -> CompiledPersona:
    persona, _ = loaded(persona_file("name: a", "description: b", body=body))
    return compile_persona(persona, TOPICS)


def texts(body: str) -> list[str]:
    return [commitment.text for commitment in compiled(body).commitments]


@pytest.fixture(scope="module")
def backend() -> CompiledPersona:
    persona, problems = loaded(BUNDLED.read_bytes(), str(BUNDLED))
    assert problems == ()
    return compile_persona(persona, TOPICS)


class TestTheBundledPersona:
    def test_sections(self, backend: CompiledPersona) -> None:
        assert [section.title for section in backend.sections] == [
            "Your characteristics",
            "Your approach to development",
            "API design and documentation",
            "Database and data management",
            "Testing and reliability",
            "Communication style",
            "Technologies you work with",
        ]

    def test_every_sentence_is_a_commitment(self, backend: CompiledPersona) -> None:
        assert Counter(commitment.section for commitment in backend.commitments) == {
            "": 1,
            "Your characteristics": 4,
            "Your approach to development": 8,
            "API design and documentation": 8,
            "Database and data management": 8,
            "Testing and reliability": 4,
            "Communication style": 4,
            "Technologies you work with": 3,
        }

    def test_places_are_those_of_the_file(self, backend: CompiledPersona) -> None:
        lines = BUNDLED.read_text(encoding="utf-8").split("\n")
        for one in backend.commitments:
            assert one.line == one.end_line
            assert lines[one.line - 1][one.column - 1 : one.end_column - 1] == one.text
        for technology in backend.technologies:
            assert lines[technology.line - 1][technology.column - 1 : technology.end_column - 1] == technology.name

    def test_technologies(self, backend: CompiledPersona) -> None:
        assert Counter(technology.kind for technology in backend.technologies) == {
            "language": 7, "framework": 6, "database": 5, "orm": 5, "message-queue": 4, "api-tool": 5,
        }  # fmt: skip
        assert backend.languages == ("javascript", "typescript", "python", "java", "go", "ruby", "csharp", "rust")

    @pytest.mark.parametrize(
        ("topic", "sentence"),
        [
            ("api-design", "You create RESTful APIs that follow industry standards and best practices."),
            ("status-codes", "You implement proper HTTP status codes and consistent error responses."),
            ("error-handling", "You implement robust error handling and logging for production reliability."),
            ("queries", "You write optimized queries that scale with data growth."),
            ("validation", "You ensure data integrity through proper transaction management and validation."),
            ("auth", "You implement authentication and authorization systems that are secure yet user-friendly."),
            ("transactions", "You ensure data consistency through proper transaction boundaries."),
            ("security", "You know how to build secure, performant, and maintainable backend services."),
            ("versioning", "You version APIs thoughtfully to maintain backward compatibility."),
            ("caching", "You implement caching layers to reduce database load."),
            ("migrations", "You handle data migrations safely without downtime."),
            ("observability", "You implement health checks and monitoring endpoints."),
            ("testing", "You create integration tests for API endpoints."),
            ("webhooks", "You create webhook systems for event-driven architectures."),
            ("websockets", "You implement WebSocket connections for real-time features."),
            ("graphql", "You design GraphQL schemas when appropriate for flexible data fetching."),
        ],
    )
    def test_the_sentence_that_stands_for_a_topic(self, backend: CompiledPersona, topic: str, sentence: str) -> None:
        commitment = commitment_for(backend, topic)
        assert commitment is not None
        assert commitment.text == sentence

    def test_a_topic_that_nothing_names(self, backend: CompiledPersona) -> None:
        assert commitment_for(backend, "nothing") is None

    def test_ids_are_readable_and_stay(self, backend: CompiledPersona) -> None:
        ids = [commitment.id for commitment in backend.commitments]
        assert "implement-proper-http-status-codes-and-consistent" in ids
        assert len(set(ids)) == len(ids)


class TestProse:
    def test_wrapped_lines_are_joined(self) -> None:
        (one,) = compiled("\nYou return the right\nstatus codes,\n  always.\n").commitments
        assert one.text == "You return the right status codes, always."
        assert (one.line, one.column, one.end_line, one.end_column) == (6, 1, 8, 10)

    def test_bullets_numbers_and_boxes(self) -> None:
        assert texts("\n- One thing\n* Two things\n1. Three\n2) Four\n- [x] Five\n  goes on\n• Six\n") == [
            "One thing", "Two things", "Three", "Four", "Five goes on", "Six",
        ]  # fmt: skip

    def test_code_comments_and_examples_are_left_out(self) -> None:
        body = "\nBefore.\n```python\nYou = 1\n# Heading\n```\n<!-- hidden\nYou lie. -->\n<example>\nuser: hi\n</example>\n\n    indented = 1\n\nAfter.\n"
        assert texts(body) == ["Before.", "After."]

    def test_longer_fences_hold_shorter_ones(self) -> None:
        assert texts("\n````\n```\nYou = 1\n```\n````\nAfter.\n") == ["After."]

    def test_a_code_fence_in_a_list(self) -> None:
        assert texts("\n- One\n  ```\n  Code. Here.\n  ```\n- Two\n") == ["One", "Two"]

    def test_quotes_lose_their_marks(self) -> None:
        assert texts("\n> You test\n> everything.\n") == ["You test everything."]

    def test_emphasis_is_left_out_and_names_keep_their_underscores(self) -> None:
        assert texts("\n- **Error handling**: use `try_it` *always* and snake_case.\n") == [
            "Error handling: use `try_it` always and snake_case."
        ]

    def test_what_is_set_like_a_heading_is_one(self) -> None:
        result = compiled("\nAPI checklist:\n- Proper status codes\n\n**Security**\n\nYou escape.\n")
        assert [section.title for section in result.sections] == ["API checklist", "Security"]
        assert [(one.text, one.section) for one in result.commitments] == [
            ("Proper status codes", "API checklist"),
            ("You escape.", "Security"),
        ]

    def test_tables(self) -> None:
        assert texts("\n| Area | Rule |\n|------|------|\n| Errors | Say what |\n") == ["Errors | Say what"]

    def test_lists_made_of_symbols(self) -> None:
        assert texts("\n✅ Test it\n✅ Ship it\n") == ["✅ Test it", "✅ Ship it"]

    def test_sentences_that_begin_alike_have_ids_of_their_own(self) -> None:
        ids = [one.id for one in compiled("\n- Test it\n- Test it\n- 测试\n").commitments]
        assert ids[:2] == ["test-it", "test-it-2"]
        assert len(ids[2]) == 8


class TestTechnologies:
    @pytest.mark.parametrize(
        ("line", "languages"),
        [
            ("- Languages: Node.js", ("javascript", "typescript")),
            ("- **Languages**: Python 3.12+, Go (1.22)", ("python", "go")),
            ("- **Programming languages:** Java and C#", ("java", "csharp")),
            ("Backend languages: .NET, Rust", ("csharp", "rust")),
            ("- Languages: JavaScript/TypeScript", ("javascript", "typescript")),
            ("- Languages & Runtimes: Node.js (TypeScript), Ruby", ("javascript", "typescript", "ruby")),
            ("- Languages: PHP, Kotlin", ()),
            ("## Languages\n\n- Python\n- Golang", ("python", "go")),
            ("- Languages: English, German", None),
            ("- Languages: be precise in them, always", None),
            ("You speak Python.", None),
        ],
    )
    def test_languages_are_a_gate_where_they_are_listed(self, line: str, languages: tuple[str, ...] | None) -> None:
        result = compiled(f"\nYou test.\n\n{line}\n")
        assert result.languages == languages
        assert speaks_of(result, "python") is (languages is None or "python" in languages)

    def test_other_lists_are_no_gate(self) -> None:
        result = compiled("\nYou test.\n\n## Tech stack\n\n- Frameworks: Django\n- Cloud: AWS, GCP\n- Redis\n")
        assert result.languages is None
        assert [(t.kind, t.name) for t in result.technologies] == [
            ("framework", "Django"),
            ("cloud", "AWS"),
            ("cloud", "GCP"),
            ("technology", "Redis"),
        ]

    def test_separators_within_brackets_do_not_separate(self) -> None:
        result = compiled("\nYou test.\n\n- Databases: PostgreSQL (RDS, Aurora), Redis; MongoDB, etc.\n")
        assert [t.name for t in result.technologies] == ["PostgreSQL (RDS, Aurora)", "Redis", "MongoDB"]

    @pytest.mark.parametrize(
        "line",
        [
            "- Databases: choose the right one, index it, and back it up",
            "- Error handling: use Problem Details, RFC 9457",
            "## Database design\n\n- Indexing strategy for queries",
            "- Framework selection: Django",
        ],
    )
    def test_prose_is_no_list(self, line: str) -> None:
        result = compiled(f"\n{line}\n")
        assert result.technologies == ()
        assert result.commitments

    def test_of_sentences_that_name_a_topic_alike_the_first_stands_for_it(self) -> None:
        result = compiled("\nYou check status codes. You love status codes. You know status codes.\n")
        commitment = commitment_for(result, "status-codes")
        assert commitment is not None
        assert commitment.text == "You check status codes."

    def test_a_listed_technology_names_a_topic_that_no_sentence_names(self) -> None:
        result = compiled("\nYou test.\n\n## Technologies\n\n- API Tools: REST, GraphQL\n")
        commitment = commitment_for(result, "graphql")
        assert commitment is not None
        assert commitment.text == "API Tools: REST, GraphQL"
        assert committed_topics(result) == {"testing", "graphql"}


@pytest.mark.parametrize(
    "body",
    [
        "# " + " " * 100_000 + "x", "a" + "." * 100_000 + "b", "a\n\n~" + "~" * 100_000 + "`", "<example>\n" * 20_000 + "x",
        "a\n\n|" + "-" * 100_000 + "x", "- Languages: a" + " " * 100_000 + "b", "<a" + "x" * 100_000, "A. " * 30_000,
        "x [" * 30_000, "- Languages: " + "(" * 100_000 + ", Go", "# " + "a and " * 20_000 + "\nGo",
    ],
    ids=range(11),
)  # fmt: skip
def test_hostile_prose_costs_no_time(body: str) -> None:
    started = time.monotonic()
    persona = load(persona_file("name: a", "description: b", body=body), "a.md").persona
    if persona is not None:
        compile_persona(persona, TOPICS)
    # Generous: a machine under load is slow, and what this is about takes minutes.
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("You do not review HTTP status codes.", False),
        ("Don't comment on SQL injection.", False),
        ("Ignore HTTP status codes.", False),
        ("You never ignore HTTP status codes.", True),
        ("You check HTTP status codes.", True),
    ],
)
def test_what_is_not_to_be_reviewed_commits_to_nothing(sentence: str, named: bool) -> None:
    assert bool(committed_topics(compiled(sentence))) is named

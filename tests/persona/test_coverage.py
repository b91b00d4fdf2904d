"""The coverage table: what keeps each sentence of a persona, and for the rest why not yet."""

import pytest
from tests.persona.edits import loaded, persona_file

from persona_lsp.findings.topic import Topic
from persona_lsp.persona.compile import CompiledPersona, compile_persona
from persona_lsp.persona.coverage import coverage, explain_commitment, is_background

BODY = """
You are a careful developer.
You implement HTTP status codes. You explain the business impact.
You take backups. You version APIs. You write clean code.

- Languages: Python, Rust
- Frameworks: Spring Boot, .NET Core
- API Tools: GraphQL
"""
TOPICS = (
    Topic("status-codes", "HTTP status codes", ("http status code",)),
    Topic("impact", "Business impact", ("business impact",), features=("hover", "missing")),
    Topic("backups", "Backups", ("backup",), not_yet="backups are taken outside the code"),
    Topic("versioning", "Versioning", ("version api",)),
    Topic("graphql", "GraphQL", ("graphql",)),
)
RULES = {"status-codes": ("no-content-with-body", "error-with-success-status"), "graphql": ("list-unbounded",)}
FEATURES = ("hover", "python", "spring_boot", "aspnet")


@pytest.fixture
def compiled() -> CompiledPersona:
    persona, _ = loaded(persona_file("name: a_b", "description: b", body=BODY))
    return compile_persona(persona, TOPICS)


def test_every_sentence_and_technology_has_a_row(compiled: CompiledPersona) -> None:
    rows = coverage(compiled, RULES, TOPICS, FEATURES)
    assert [
        (str(row.line), row.text, ", ".join(row.topics), ", ".join((*row.rules, *row.features)), row.why)
        for row in rows
    ] == [
        ("6", "You are a careful developer.", "", "", "it describes the persona and not the code"),
        (
            "7",
            "You implement HTTP status codes.",
            "status-codes",
            "no-content-with-body, error-with-success-status",
            "",
        ),
        ("7", "You explain the business impact.", "impact", "hover", ""),
        ("8", "You take backups.", "backups", "", "backups are taken outside the code"),
        ("8", "You version APIs.", "versioning", "", "no rule about versioning yet"),
        ("8", "You write clean code.", "", "", "no topic names it"),
        ("10", "Python", "", "python", ""),
        ("10", "Rust", "", "", "this language is not recognised yet"),
        ("11", "Spring Boot", "", "spring_boot", ""),
        ("11", ".NET Core", "", "aspnet", ""),
        ("12", "GraphQL", "graphql", "list-unbounded", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "You are a backend developer.",
        "You're experienced with databases.",
        "You have deep expertise in design.",
        "Your goal is to build systems.",
        "Remember: Your primary goal is to build systems.",
        "When building systems, you start by understanding the data.",
        "As a senior engineer, you think about users.",
        "Expert in distributed systems.",
    ],
)
def test_background(text: str) -> None:
    assert is_background(text)


@pytest.mark.parametrize("text", ["You write tests.", "Validate input.", "Experiments are logged.", "You design APIs."])
def test_no_background(text: str) -> None:
    assert not is_background(text)


class TestTheHover:
    def test_on_a_commitment_that_is_kept(self, compiled: CompiledPersona) -> None:
        rows = coverage(compiled, RULES, TOPICS, FEATURES)
        text = explain_commitment(compiled, rows, 7, 1)
        assert text == (
            "**You implement HTTP status codes.**\n\n"
            "A commitment of *a\\_b*.\n\n"
            "- Topics: HTTP status codes\n"
            "- Kept by 2 rules: `no-content-with-body`, `error-with-success-status`"
        )

    def test_on_one_that_nothing_keeps(self, compiled: CompiledPersona) -> None:
        rows = coverage(compiled, RULES, TOPICS, FEATURES)
        text = explain_commitment(compiled, rows, 8, 3)
        assert text is not None
        assert text.endswith("- Not kept yet: backups are taken outside the code")

    def test_on_background_and_technologies(self, compiled: CompiledPersona) -> None:
        rows = coverage(compiled, RULES, TOPICS, FEATURES)
        assert "It describes *a\\_b*." in (explain_commitment(compiled, rows, 6, 1) or "")
        assert "A technology (language) that" in (explain_commitment(compiled, rows, 10, 14) or "")

    def test_nowhere(self, compiled: CompiledPersona) -> None:
        rows = coverage(compiled, RULES, TOPICS, FEATURES)
        assert explain_commitment(compiled, rows, 1, 1) is None
        assert explain_commitment(compiled, rows, 7, 999) is None

    def test_a_hostile_sentence_stays_text(self) -> None:
        persona, _ = loaded(persona_file("name: a", "description: b", body="\nSee [x](command:run) <img src=y>.\n"))
        hostile = compile_persona(persona, ())
        text = explain_commitment(hostile, coverage(hostile, {}, (), ()), 6, 1)
        assert text is not None
        assert "[x](" not in text
        assert "<img" not in text.replace("\\<", "")


def test_of_an_id_and_a_title_that_are_one_the_title_is_shown(compiled: CompiledPersona) -> None:
    for features in (("spring_boot", "Spring Boot", "aspnet"), ("Spring Boot", "spring_boot", "aspnet")):
        rows = coverage(compiled, RULES, TOPICS, features)
        assert [row.features for row in rows if row.text == "Spring Boot"] == [("Spring Boot",)]

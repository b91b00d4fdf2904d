"""Sentences end where a reader would say that they do."""

import pytest

from persona_lsp.persona.sentences import split


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there.", ["One here.", "Two there."]),
        ("You write Node.js. You test.", ["You write Node.js.", "You test."]),
        ("You know C#. You know .NET Core and F#.", ["You know C#.", "You know .NET Core and F#."]),
        ("Use a cache, e.g. Redis, i.e. memory. Then stop.", ["Use a cache, e.g. Redis, i.e. memory.", "Then stop."]),
        ("REST vs. GraphQL is a choice.", ["REST vs. GraphQL is a choice."]),
        ("Use Kafka, SQS, etc. You test.", ["Use Kafka, SQS, etc.", "You test."]),
        ("Use Kafka, etc. for events.", ["Use Kafka, etc. for events."]),
        ("Python 3.11 and v1.2 work. Go too.", ["Python 3.11 and v1.2 work.", "Go too."]),
        ("Call `app.get. It` once. Done now.", ["Call `app.get. It` once.", "Done now."]),
        ("Is it safe? Yes! Go on.", ["Is it safe?", "Yes!", "Go on."]),
        ('He said "Test it." Then he left.', ['He said "Test it."', "Then he left."]),
        ("**Validate input.** Escape output.", ["**Validate input.**", "Escape output."]),
        ("1. Validate. 2. Escape.", ["1. Validate.", "2. Escape."]),
        ("检查状态码。记录错误。", ["检查状态码。", "记录错误。"]),
        ("Ask J. Doe. He knows.", ["Ask J. Doe.", "He knows."]),
        ("You say no. You mean it.", ["You say no.", "You mean it."]),
        ("Wait... Then go.", ["Wait...", "Then go."]),
        ("no full stop", ["no full stop"]),
        ("...", []),
        ("", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert parts(text) == expected

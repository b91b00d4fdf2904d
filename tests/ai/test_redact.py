"""Secrets leave no machine, and characters keep their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.ai.redact import redact

SECRETS = {
    "aws": 'key = "AKIAIOSFODNN7EXAMPLQ"',
    "anthropic": "# sk-ant-api03-abcdefghijklmnop_qrstuvwxyz-0123456789 is the old one",
    "jwt": 't = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"',
    "url": 'db = "postgres://app:hunter2pass@db/books"',
    "password": 'password = "correct-horse-battery"',
    "hex": 'token = "f3b1c9d2a45e8877aa01bcf33d09e1b2c3d4e5f6"',
    "github": 'gh = "ghp_0123456789abcdefghijABCDEFGHIJ012345"',
}
HIDDEN = {
    "aws": "AKIAIOSFODNN7EXAMPLQ", "anthropic": "abcdefghijklmnop", "jwt": "dozjgNryP4J3", "url": "hunter2pass",
    "password": "correct-horse", "hex": "f3b1c9d2a45e", "github": "ghp_0123456789",
}  # fmt: skip


@pytest.mark.parametrize("kind", SECRETS)
def test_it_is_taken_out(kind: str) -> None:
    text = f"def f():\n    {SECRETS[kind]}\n    return 1\n"
    found = redact(text)
    assert HIDDEN[kind] not in found.text
    assert len(found.text) == len(text)
    assert found.text.startswith("def f():\n    ")
    assert found.text.endswith("\n    return 1\n")
    assert found.restored(found.text) == text


def test_a_private_key_of_several_lines() -> None:
    body = "MIIEpAIBAAKCAQEA7bq9Zt\nQ0xk5sTGvP1mBf4cUuW3\n"
    text = f'pem = """-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----"""\nafter = 1\n'
    found = redact(text)
    assert "MIIEpAIBAAK" not in found.text
    assert "Q0xk5sTGvP1" not in found.text
    assert found.text.count("\n") == text.count("\n")
    assert found.text.endswith("after = 1\n")
    assert found.restored(found.text) == text


def test_a_private_key_that_is_cut_off() -> None:
    assert "MIIEpAIBAAK" not in redact("-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq9Zt\n").text


def test_what_the_static_analysis_knows() -> None:
    text = 'login("admin", "plain words")'
    assert redact(text, known=[(16, 27)]).text == 'login("admin", "secret1_red")'


def test_ordinary_code_stays() -> None:
    text = (
        'def f(password: str):\n    if check(password, user.hash):\n        return "GET /books/{id}", 404, "1.2.3.4"\n'
    )
    assert redact(text).text == text


def test_who_cannot_be_told_apart_is_not_restored() -> None:
    found = redact('a = "abcd"; b = "wxyz"', known=[(5, 9), (17, 21)])
    assert set(found.secrets) == {"secr"}
    assert found.restored('x = "secr"') is None


def test_a_placeholder_that_was_changed_is_refused() -> None:
    found = redact(SECRETS["hex"])
    (placeholder,) = found.secrets
    assert found.restored(placeholder[:-3]) is None


@given(st.text(max_size=300))
def test_places_stay(text: str) -> None:
    found = redact(text)
    assert len(found.text) == len(text)
    assert [one for one in found.text if one in "\r\n"] == [one for one in text if one in "\r\n"]

"""What an attacker could use."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "security",
    "Security",
    (
        "secure",
        "security",
        "vulnerabilit*",
        "nosql injection",
        "command injection",
        "code injection",
        "injection attack*",
        "injection flaw*",
        "injection prevention",
        "prevent* injection",
        "prevent* + injection attack*",
        "owasp",
        "attacker*",
        "attacks*",
        "attack surface*",
        "exploit*",
        "hardening",
        "encrypt*",
        "xss",
        "csrf",
    ),
    about=(
        ("hardcoded-secret", ("secrets", "credential*", "api key*", "password*", "hardcod*", "hard coded")),
        (
            "sql-injection-dynamic-query",
            (
                "sql injection",
                "parameteri*ed quer*",
                "parameteri*ed statement*",
                "prepared statement*",
                "quer* + concatenat*",
            ),
        ),
        ("comment-to-the-reviewer", ("prompt injection",)),
    ),
)

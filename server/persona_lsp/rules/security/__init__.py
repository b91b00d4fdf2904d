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
        "sql injection",
        "nosql injection",
        "command injection",
        "code injection",
        "prompt injection",
        "injection attack*",
        "injection flaw*",
        "injection prevention",
        "prevent* injection",
        "prevent* + injection attack*",
        "parameteri*ed quer*",
        "parameteri*ed statement*",
        "prepared statement*",
        "quer* + concatenat*",
        "owasp",
        "attacker*",
        "attacks*",
        "attack surface*",
        "exploit*",
        "secrets",
        "credential*",
        "api key*",
        "password*",
        "hardcod*",
        "hard coded",
        "hardening",
        "encrypt*",
        "xss",
        "csrf",
    ),
)

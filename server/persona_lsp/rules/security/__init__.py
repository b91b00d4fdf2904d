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
        "injection",
        "owasp",
        "secrets",
        "hardening",
    ),
)

"""Who may call what."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "auth",
    "Authentication and authorization",
    (
        "authentication",
        "authori*ation",
        "access control",
        "permission*",
        "oauth*",
        "jwt",
        "rbac",
    ),
)

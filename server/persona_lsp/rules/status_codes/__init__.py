"""The number that tells a client what happened."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "status-codes",
    "HTTP status codes",
    (
        "http status code*",
        "status code*",
        "http code*",
    ),
)

"""What happens, and what the client hears, when something goes wrong."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "errors",
    "Error handling",
    (
        "error handling",
        "error response*",
        "error recovery",
        "exception handling",
        "handle error*",
        "error* + graceful*",
        "production reliability",
    ),
)

"""What happens, and what the client hears, when something goes wrong."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "errors",
    "Error handling",
    (
        "error handling",
        "error handler*",
        "error response*",
        "error message*",
        "error recovery",
        "error format*",
        "error detail*",
        "error* + leak*",
        "internal detail* + leak*",
        "leak* internal*",
        "stack trace*",
        "exception handling",
        "exception handler*",
        "handle error*",
        "handle exception*",
        "handle failure*",
        "unhandled",
        "uncaught",
        "swallow*",
        "catch block*",
        "problem detail*",
        "error* + graceful*",
        "production reliability",
    ),
)

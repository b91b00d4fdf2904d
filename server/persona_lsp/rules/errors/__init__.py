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
        "exception handling",
        "exception handler*",
        "handle error*",
        "handle exception*",
        "handle failure*",
        "problem detail*",
        "error* + graceful*",
        "production reliability",
    ),
    about=(
        (
            "error-leaks-internals",
            ("error detail*", "error* + leak*", "internal detail* + leak*", "leak* internal*", "stack trace*"),
        ),
        ("swallowed-exception-in-handler", ("swallow*", "catch block*")),
        ("async-error-not-forwarded", ("unhandled", "uncaught")),
    ),
)

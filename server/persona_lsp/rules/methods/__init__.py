"""What a method promises, and whether the handler keeps it."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "methods",
    "HTTP methods",
    (
        "http method*",
        "http verb*",
        "http semantic*",
        "restful",
        "rest api*",
        "idempoten*",
        "side effect* + get",
        "safe method*",
    ),
)

"""Which handler answers which URL, and whether it can be reached at all."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "routing",
    "URLs and routing",
    (
        "restful",
        "rest api*",
        "api contract*",
        "api design",
        "url design",
        "url structure*",
        "url path*",
        "uri design",
        "routing*",
        "routes*",
        "path parameter*",
        "resource naming",
        "resource oriented",
        "endpoint naming",
        "maintainable + api*",
    ),
)

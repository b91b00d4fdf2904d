"""How much one request can fetch."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "pagination",
    "Pagination",
    (
        "pagination",
        "paginat*",
        "page size*",
        "page limit*",
        "cursor based",
        "unbounded",
        "scale with data growth",
        "scalab* + api*",
        "large dataset*",
        "large list*",
        "large collection*",
        "large result*",
        "limit offset",
        "limit* + result*",
    ),
)

"""How much one request can fetch."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "pagination",
    "Pagination",
    (
        "pagination",
        "paginat*",
        "scale with data growth",
        "scalab* + api*",
        "large dataset*",
    ),
)

"""What the code asks of the database, and how often."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "queries",
    "Database queries",
    (
        "optimi*ed quer*",
        "query performance",
        "optimi* quer*",
        "query optimi*",
        "performant",
        "runtime performance",
        "database performance",
        "n+1",
        "n plus one",
        "n 1 quer*",
        "quer* in loop*",
        "quer* in a loop*",
        "quer* inside loop*",
        "quer* + loop*",
        "quer* per row*",
        "eager load*",
        "slow quer*",
        "batch* quer*",
        "database round trip*",
        "efficient quer*",
        "efficient database*",
    ),
)

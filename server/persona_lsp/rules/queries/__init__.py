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
        "n plus one",
        "efficient quer*",
        "efficient database*",
    ),
)

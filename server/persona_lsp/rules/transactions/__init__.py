"""What has to happen together or not at all."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "transactions",
    "Transactions",
    (
        "transaction management",
        "transaction boundar*",
        "transaction*",
        "data consistency",
        "acid",
        "atomically",
        "atomic operation*",
        "atomic write*",
        "atomic update*",
        "all or nothing",
        "isolation level*",
        "unit of work",
        "partial write*",
    ),
)

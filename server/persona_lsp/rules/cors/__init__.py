"""Which websites may call the API from a browser."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "cors",
    "Cross-origin access",
    (
        "cors",
        "cross origin",
        "allowed origin*",
        "authentication + secure",
        "secure + backend",
        "security best practice*",
        "api security",
    ),
)

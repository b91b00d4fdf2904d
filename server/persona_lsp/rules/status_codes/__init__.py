"""The number that tells a client what happened."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "status-codes",
    "HTTP status codes",
    (
        "http status code*",
        "status code*",
        "http status*",
        "http code*",
        "http semantic*",
        "response code*",
        "response status*",
        "success code*",
        "409",
        "422",
        "4xx",
        "5xx",
        "400 bad request*",
        "500 error*",
        "internal server error*",
        "return* 400",
        "return* 500",
    ),
    about=(
        ("post-create-without-201", ("201",)),
        ("no-content-with-body", ("204",)),
        ("auth-status-confusion", ("401", "403")),
        ("missing-not-found-check", ("404", "return* not found", "answer* not found", "not found response*")),
        ("error-with-success-status", ("return* 200", "answer* 200", "200 ok")),
    ),
)

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
        "201",
        "204",
        "401",
        "403",
        "404",
        "409",
        "422",
        "4xx",
        "5xx",
        "400 bad request*",
        "500 error*",
        "internal server error*",
        "return* 200",
        "answer* 200",
        "200 ok",
        "return* 400",
        "return* 500",
        "return* not found",
        "answer* not found",
        "not found response*",
    ),
)

"""What is checked before it is believed."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "validation",
    "Validation of input",
    (
        "input validation",
        "data validation",
        "validation",
        "validat* + input*",
        "validat* + request*",
        "validat* + payload*",
        "validat* + bod*",
        "validat* + field*",
        "validat* + parameter*",
        "unvalidated",
        "data integrity",
        "user input*",
        "untrusted input*",
        "untrusted data",
        "client input*",
        "sanitiz*",
        "sanitis*",
    ),
    about=(("mass-assignment", ("mass assignment",)),),
)

"""What can be asked: a review, an explanation, three kinds of edits, tests."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from persona_lsp.ai.answer import EDITS, FINDINGS, TEXT

Work = Literal["review", "explain", "fix", "errors", "document", "tests"]


class Task(NamedTuple):
    """One kind of question: what the editor calls it, what the model is told, what form the answer has."""

    title: str
    order: str
    schema: dict[str, Any]
    tokens: int
    """The most that an answer may have."""
    quick: bool = False
    """A smaller model does."""


TASKS: dict[Work, Task] = {
    "review": Task(
        "Review with {persona}",
        "Review this code as yourself. Report at most eight problems that a senior colleague would want changed before "
        "a merge, the worst first. `warning` is for what breaks, leaks or loses something; `information` for what "
        "makes the contract unclear; `hint` for the rest.",
        FINDINGS,
        4000,
    ),
    "explain": Task(
        "Explain with {persona}",
        "Explain to a colleague who is new here what this code does, what it relies on, and what can go wrong with it. "
        "At most 250 words.",
        TEXT,
        2000,
        quick=True,
    ),
    "fix": Task(
        "Fix this finding with {persona}",
        "Mend the finding below and nothing else, with as few changed lines as possible. Give no edit if it cannot be "
        "mended inside of this code.",
        EDITS,
        6000,
    ),
    "errors": Task(
        "Improve error handling with {persona}",
        "Improve the error handling of this code and nothing else: failures that are swallowed, told as success, or "
        "told to callers in too much detail. Keep names, behaviour and style. Give no edit if it is fine.",
        EDITS,
        6000,
    ),
    "document": Task(
        "Document this endpoint with {persona}",
        "Document this endpoint for its callers in the way of its language and framework (docstring, annotations of "
        "the framework, comment): purpose, inputs, answers, errors. Change nothing that runs.",
        EDITS,
        6000,
    ),
    "tests": Task(
        "Write tests for this endpoint with {persona}",
        "Write tests for this endpoint with the usual test tools of its framework: success, each error that it answers "
        "with, missing authentication where it is required, bad input. Say first, in one sentence, what has to be "
        "there for them to run; then one code block.",
        TEXT,
        8000,
    ),
}

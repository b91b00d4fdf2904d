"""What is done over and over is told once, and moves to its next place when its first one is silenced."""

import pytest
from tests.review.projects import EVERYTHING, Project, read

from persona_lsp import review
from persona_lsp.findings.grouping import grouped

PACKAGE = '{ "dependencies": { "express": "^4.19.2" } }'
HEAD = "const express = require('express');\nconst app = express();\n"
NAMES = "abcdefghijkl"


def handler(name: str, comment: str = "") -> str:
    return f"{comment}app.get('/{name}', async (req, res) => {{ res.json(await things.{name}()); }});\n"


def lie(name: str, comment: str = "") -> str:
    body = f"try {{ run('{name}'); res.json({{}}); }} catch (e) {{\n{comment}  res.json({{ error: 'no' }});\n}}"
    return f"app.post('/{name}/run', (req, res) => {{ {body} }});\n"


def told(project: Project, path: str | None = None) -> list[str]:
    """What is said about one file as an editor shows it, or about all as a report does."""
    if path is not None:
        return [one.message for one in grouped(review.findings(project.snapshot, path, EVERYTHING))]
    everything = review.all_findings(project.snapshot, EVERYTHING)
    return [one.message for one in grouped(one for path in sorted(everything) for one in everything[path])]


def awaits(silenced: str) -> Project:
    comments = dict.fromkeys(silenced, "// persona-lsp: ignore[async-error-not-forwarded] it never fails\n")
    text = HEAD + "".join(handler(name, comments.get(name, "")) for name in NAMES)
    return read({"package.json": PACKAGE, "app.js": text})


@pytest.mark.parametrize(
    ("silenced", "first", "others"), [("", "a", 11), ("a", "b", 10), ("ab", "c", 9), ("c", "a", 10)]
)
def test_a_silenced_place_leaves_the_group(silenced: str, first: str, others: int) -> None:
    (message,) = told(awaits(silenced))
    assert message.startswith(f"`GET /{first}` and {others} more handlers of this file ")


def test_the_last_place_has_its_own_words() -> None:
    (message,) = told(awaits(NAMES[:-1]))
    assert message == "A failure of this await leaves `GET /l` without an answer; pass it to `next`."
    assert told(awaits(NAMES)) == []


def test_a_handler_that_tells_its_failures_so_is_told_once() -> None:
    route = "app.post('/%s/run', (req, res) => { try { run(); res.json({}); } catch (e) { %s } });\n"
    lie, other = "if (e.late) { return res.json({ error: 'late' }); }", "res.json({ error: 'no' });"
    text = HEAD + route % ("a", lie + other) + route % ("b", other)
    assert told(read({"package.json": PACKAGE, "app.js": text})) == [
        "`POST /a/run` and 1 more answer of this file tell failures with 200; clients and monitoring don't see them.",
        "A failure of `POST /b/run` answers 200; answer 500, so that clients and monitoring see it.",
    ]


def lies(silenced: str = "") -> Project:
    comment = "// persona-lsp: ignore[error-with-success-status] clients want it\n"
    texts = {"one.js": NAMES[:6], "two.js": NAMES[6:]}
    files = {path: HEAD + "".join(lie(n, comment if n in silenced else "") for n in of) for path, of in texts.items()}
    return read({"package.json": PACKAGE, **files})


def test_a_habit_of_the_api_is_told_once_by_a_report_and_in_each_file_that_is_open() -> None:
    (message,) = told(lies())
    assert message.startswith("`POST /a/run` and 11 more answers of this API ")
    assert [one.partition(" tell ")[0] for one in told(lies(), "one.js")] == [
        "`POST /a/run` and 5 more answers of this file"
    ]
    assert [one.partition(" tell ")[0] for one in told(lies(), "two.js")] == [
        "`POST /g/run` and 5 more answers of this file"
    ]


def test_it_moves_to_the_next_file() -> None:
    (message,) = told(lies("abcdef"))
    assert message.startswith("`POST /g/run` and 5 more answers of this file ")


def test_a_comment_above_any_place_is_needed() -> None:
    assert not any("silences nothing" in message for message in told(lies("bh")))


KEY = "AKIAQ7ZT9VLW2XC4NBEX"
OTHER = "AKIAW3RT9VLZ2XC4NBPQ"


def test_one_key_in_several_places_of_a_file_is_one_finding() -> None:
    comments = f"// curl -u {KEY}: https://api.acme.io\n// or, with {OTHER}, and {KEY} again\n"
    project = read({"a.js": f'const AWS_KEY = "{KEY}";\n{comments}', "b.js": f"// {KEY}\n"})
    end = "; read it from the environment and replace it by a new one."
    assert told(project) == [
        "`AWS_KEY` and 2 more places of this file hold one AWS access key" + end,
        "An AWS access key is committed in source" + end,
        "An AWS access key is committed in source" + end,
    ]


def test_different_private_keys_are_not_one() -> None:
    def key(body: str) -> str:
        return f"-----BEGIN PRIVATE KEY-----\n{body * 100}\n-----END PRIVATE KEY-----\n"

    def messages(*bodies: str) -> list[str]:
        return told(read({"a.js": "".join(f"/*\n{key(body)}*/\n" for body in bodies)}))

    assert [len(messages(*bodies)) for bodies in (("Aq", "Br"), ("Aq", "Aq"))] == [2, 1]

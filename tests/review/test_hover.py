"""Hovers: cards of endpoints and functions, findings, comments that silence; nothing elsewhere."""

import re

import pytest
from tests.review.projects import EXPRESS, FASTAPI, persona, read

from persona_lsp import review
from persona_lsp.review.views import Hover
from persona_lsp.settings import Settings

SHOP = read(FASTAPI)


def rows(hover: Hover | None) -> dict[str, str]:
    """The lines of the card's list."""
    assert hover is not None
    return dict(re.findall(r"^- \*\*(.+?)\*\*: (.*)$", hover.markdown, re.MULTILINE))


@pytest.mark.parametrize("needle", ['get("/orders/{order_id}")', "read_order"])
def test_an_endpoint_at_its_registration_and_at_its_handler(needle: str) -> None:
    hover = SHOP.hover("app/orders.py", needle)
    assert hover is not None
    assert hover.markdown.startswith("### GET /api/v1/orders/{order_id}  ·  read_order  ·  fastapi\n")
    assert "\nRead an order.\n" in hover.markdown
    assert "More about it" not in hover.markdown
    card = rows(hover)
    assert card["Auth"].startswith("🔒 required")
    assert card["Path / query"] == "`order_id` int, `verbose?` bool = False"
    assert card["Answers"].startswith("`200` (default)")
    assert card["Does"] == "reads `Order`"


def test_what_an_endpoint_takes_and_what_is_worth_fixing() -> None:
    committed = review.profile(persona("You implement proper HTTP status codes."), Settings())
    hover = SHOP.hover("app/orders.py", "create_order", committed)
    assert rows(hover)["Body"] == "`OrderIn` (validated ✓)"
    assert rows(hover)["Does"] == "writes `Order`"
    assert hover is not None
    worth = hover.markdown.partition("**Worth fixing before merge**")[2]
    assert "1. ⚠ `POST /api/v1/orders` creates `Order` but answers 200" in worth
    assert "retries and duplicates" in worth, "what it costs the business"
    assert "> You implement proper HTTP status codes." in worth
    assert "*strict*" in worth


def test_text_of_the_source_stays_text() -> None:
    hover = SHOP.hover("app/orders.py", "read_order")
    assert rows(hover)["Answers"].endswith('`404` "no | such \\`order\\`"')
    odd = read(
        {
            "a.py": 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/a|b`c/{x}")\n'
            'def a(x: "int | None" = "`|"):\n    """# Not | a title\n\n    [x](y)\n    """\n    return x\n'
        }
    )
    card = odd.hover("a.py", "get(")
    assert card is not None
    assert not [line for line in card.markdown.splitlines() if line.startswith("|")]
    said = card.markdown.partition("**Worth fixing")[0]
    assert all(len(re.findall(r"(?<!\\)`", line)) % 2 == 0 for line in said.splitlines())
    assert "](y)" not in said.replace("\\](y)", "")
    assert not re.search(r"^# ", card.markdown, re.MULTILINE)


def test_a_function_says_what_it_does() -> None:
    hover = SHOP.hover("app/orders.py", "cancel(")
    assert hover is not None
    assert hover.markdown.startswith("### cancel(order, session)")
    assert rows(hover)["Raises"] == "`ValueError`"
    assert "writes" in rows(hover)["Does"]


def test_a_finding_says_why_and_how_to_silence_it() -> None:
    shop = read(EXPRESS)
    hover = shop.hover("controllers/orders.js", "Order.destroy")
    assert hover is not None
    found = shop.finding("get-with-side-effects")
    assert (hover.start, hover.end) == (found.where.start, found.where.end)
    assert found.message in hover.markdown
    assert "`GET /api/orders/{id}/cancel` is registered here." in hover.markdown
    assert "persona-lsp: ignore[get-with-side-effects] reason" in hover.markdown


def test_the_end_of_a_deep_line_is_not_yet_the_next_endpoint() -> None:
    text = (
        "from fastapi import FastAPI, HTTPException\napp = FastAPI()\n"
        '@app.post("/a")\ndef a(db):\n    try:\n        db.run()\n    except Exception as error:\n'
        '        raise HTTPException(500, str(error))\n\n\n@app.get("/b")\ndef b():\n    return []\n'
    )
    hover = read({"a.py": text}).hover("a.py", "str(error)")
    assert hover is not None
    assert "goes to the client" in hover.markdown


def test_a_comment_that_silences_says_what() -> None:
    text = FASTAPI["app/orders.py"].replace(
        '@router.post("/orders")', '# persona-lsp: ignore[post-create-without-201] as agreed\n@router.post("/orders")'
    )
    shop = read({**FASTAPI, "app/orders.py": text})
    hover = shop.hover("app/orders.py", "persona-lsp: ignore")
    assert hover is not None
    assert hover.markdown.startswith("`post-create-without-201` is ignored here: ")


def test_a_comment_that_silences_nothing_says_so() -> None:
    shop = read({**FASTAPI, "app/models.py": "# persona-lsp: ignore[mass-assignment]\n" + FASTAPI["app/models.py"]})
    hover = shop.hover("app/models.py", "persona-lsp: ignore")
    assert hover is not None
    assert "silences nothing" in hover.markdown
    assert "ignored here" not in hover.markdown


@pytest.mark.parametrize("needle", ["from fastapi import", "name: str", "order.done", "bearer = "])
def test_nothing_elsewhere(needle: str) -> None:
    assert SHOP.hover("app/orders.py", needle) is None


def test_every_offset_can_be_asked() -> None:
    for path, extraction in SHOP.extractions.items():
        found = review.findings(SHOP.snapshot, path, review.profile(None, Settings()))
        for offset in range(len(extraction.source) + 1):
            hover = review.hover(SHOP.snapshot, extraction, offset, review.profile(None, Settings()), found)
            assert hover is None or hover.start <= offset <= hover.end

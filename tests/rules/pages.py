"""The pages of a rule: its docstring, and `<family>/<rule_id>.md` beside this file.

Those of one language may stand in a page of their own: `<family>/<rule_id>.<language>.md`.
"""

from functools import cache
from pathlib import Path
from typing import Final

from tests.harness.fences import Example, examples

from persona_lsp.rules.page import Page, page
from persona_lsp.rules.registry import Rule

HERE: Final = Path(__file__).parent


@cache
def pages(rule: Rule) -> list[Page]:
    """The docstring, and the further pages that there are."""
    name = rule.id.replace("-", "_")
    further = sorted(p for p in (HERE / rule.family).glob("*.md") if p.name.split(".", 1)[0] == name)
    return [rule.page, *(page(path.read_text()) for path in further)]


@cache
def of(rule: Rule, heading: str) -> tuple[Example, ...]:
    """The examples under a heading, of all pages."""
    return tuple(one for one_page in pages(rule) for one in examples(one_page.sections.get(heading, "")))

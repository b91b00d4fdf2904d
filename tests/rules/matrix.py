"""Which rules are shown in which framework, and where their fixes are: what the pages show, and what `gaps.toml` names.

Frameworks that are read with one reader and mended with the same fixes share a column: Go's, and Rust's.
"""

import tomllib
from collections.abc import Mapping
from typing import Final

from tests.harness.fences import FRAMEWORKS
from tests.rules.pages import HERE, of

from persona_lsp.rules.registry import Rule, rules

_SHARED: Final = {"go": "Go", "rs": "Rust"}
COLUMNS: Final = tuple(dict.fromkeys(_SHARED.get(language, name) for name, language in FRAMEWORKS.items()))
"""Frameworks, those of Go and of Rust together."""

BLOCKS: Final = ("Flagged", "Fixed", "Fine")
GAPS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads((HERE / "gaps.toml").read_text())
"""By rule: "column" = why the rule has nothing to say there; "column block" = why that block alone is missing."""


def column(framework: str) -> str:
    """The column of a framework."""
    return _SHARED.get(FRAMEWORKS[framework], framework)


def shown(rule: Rule, block: str) -> frozenset[str]:
    """The columns in which a rule has an example of a kind."""
    return frozenset(column(example.framework) for example in of(rule, block))


def wanted(rule: Rule) -> tuple[str, ...]:
    """The kinds of examples that a rule has."""
    return BLOCKS if rule.fixable else ("Flagged", "Fine")


def gap(rule: Rule, where: str, block: str) -> str:
    """Why there is no such example, "" where nothing is said of it."""
    named = GAPS.get(rule.id, {})
    return named.get(where, "") or named.get(f"{where} {block}", "")


def table() -> str:
    """The matrix in Markdown, the reasons below it."""
    lines = [f"| | {' | '.join(COLUMNS)} |", f"|---{'|---' * len(COLUMNS)}|"]
    reasons: list[str] = []
    for rule in sorted(rules(), key=lambda one: one.id):
        cells = [_cell(rule, where) for where in COLUMNS]
        lines.append(f"| [{rule.id}]({rule.family}/{rule.id}.md) | {' | '.join(cells)} |")
        missing: dict[str, list[str]] = {}
        for key, reason in GAPS.get(rule.id, {}).items():
            missing.setdefault(reason, []).append(key)
        reasons += [f"- {rule.id}, {', '.join(keys)}: {reason}." for reason, keys in missing.items()]
    return "\n".join([*lines, "", *reasons])


def _cell(rule: Rule, where: str) -> str:
    if where not in shown(rule, "Flagged"):
        return "–" if where in GAPS.get(rule.id, {}) else "gap"
    return "fix" if rule.fixable and where in shown(rule, "Fixed") else "yes"

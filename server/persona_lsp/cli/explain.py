"""Explains rules: one page each, or the list of all."""

from __future__ import annotations

import sys
from difflib import get_close_matches

import msgspec

from persona_lsp.cli.project import UsageError
from persona_lsp.cli.style import paint_for, plain
from persona_lsp.review.views import RuleInfo

_STYLES = {"error": "bold red", "warning": "bold yellow", "information": "bold blue", "hint": "bold cyan"}


def all_rules(form: str, color: str) -> str:
    """Every rule: id, severity, topic, whether it can be mended, and the summary; in JSON without the page."""
    from persona_lsp import review

    rules = sorted(review.rules(), key=lambda rule: (rule.family, rule.id))
    if form == "json":
        listed = [{key: value for key, value in _fields(rule).items() if key != "sections"} for rule in rules]
        return _json(listed)
    paint = paint_for(sys.stdout, color)
    width = max((len(rule.id) for rule in rules), default=0)
    lines = []
    family = ""
    for rule in rules:
        if rule.family != family:
            family = rule.family
            lines.append(paint(family, "bold"))
        mark = "fix" if rule.fixable else ""
        severity = paint(f"{rule.severity:<11}", _STYLES.get(rule.severity, ""))
        lines.append(f"  {rule.id:<{width}}  {severity}  {mark:<3}  {rule.summary}")
    lines.append(f"\n{len(rules)} rules; `persona-lsp explain RULE` shows the page of one")
    return "\n".join(lines) + "\n"


def one_rule(rule_id: str, form: str, color: str) -> str:
    """The page of a rule. Raises `UsageError` where there is none of that name."""
    from persona_lsp import review

    rule = review.rule(rule_id)
    if rule is None:
        wanted = rule_id.lower().replace("_", "-")
        family = [one.id for one in review.rules() if wanted in (one.family.replace("_", "-"), one.topic)]
        if family:
            raise UsageError(f"`{rule_id}` is a family of rules; explain one of {', '.join(family)}")
        close = get_close_matches(wanted, [one.id for one in review.rules()], n=1)
        hint = f"did you mean `{close[0]}`?" if close else "`persona-lsp explain` lists them all"
        raise UsageError(f"there is no rule `{rule_id}`; {hint}")
    if form == "json":
        return _json(_fields(rule))
    page = _markdown(rule)
    if paint_for(sys.stdout, color) is plain:
        return page
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    screen = Console(file=StringIO(), force_terminal=True, width=min(100, Console().width))
    screen.print(Markdown(page))
    drawn = screen.file
    return drawn.getvalue() if isinstance(drawn, StringIO) else page


def _markdown(rule: RuleInfo) -> str:
    facts = f"`{rule.family}` · {rule.severity} · {'fixable' if rule.fixable else 'no fix'} · since {rule.since}"
    sections = [f"## {heading}\n\n{body.strip()}" for heading, body in rule.sections.items()]
    tail = [rule.url] if rule.url else []
    return "\n\n".join([f"# {rule.id}", rule.summary, facts, *sections, *tail]) + "\n"


def _fields(rule: RuleInfo) -> dict[str, object]:
    return msgspec.structs.asdict(rule)


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"

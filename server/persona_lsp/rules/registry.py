"""The rules there are: `rules/<family>/<rule_id>.py`, discovered; nothing lists them."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from msgspec import Struct

import persona_lsp.rules
from persona_lsp.findings.topic import Topic
from persona_lsp.rules.api import Declaration
from persona_lsp.rules.page import Page, page
from persona_lsp.rules.topics import UNRULED


class RuleError(Exception):
    """A module in a rule family is not a rule; the message says what is missing."""


class Rule(Struct, frozen=True):
    """A rule: where it belongs, when it runs, and its page. `id` is its module's name with hyphens."""

    id: str
    family: str
    topic: Topic
    declaration: Declaration
    docstring: str

    @property
    def fixable(self) -> bool:
        """Whether its page shows a fix."""
        return "\n## Fixed\n" in self.docstring

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.docstring.lstrip("\n").partition("\n")[0].strip()

    @property
    def page(self) -> Page:
        """Its page, cut at the headings. The cutting is done on every call: only people who read ask for it."""
        return page(self.docstring)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by family and id. Raises `RuleError` for a module that is none."""
    return tuple(rule for family in _families() for rule in _rules_of(family))


@cache
def by_id() -> dict[str, Rule]:
    """All rules by id."""
    return {rule.id: rule for rule in rules()}


@cache
def topics() -> tuple[Topic, ...]:
    """All topics: those that rules keep, then those that only features keep, or nothing yet."""
    ruled = tuple(_topic(family) for family in _families())
    return ruled + UNRULED


def _families() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in iter_modules(persona_lsp.rules.__path__) if module.ispkg))


def _topic(family: str) -> Topic:
    topic = getattr(import_module(f"persona_lsp.rules.{family}"), "TOPIC", None)
    if not isinstance(topic, Topic):
        raise RuleError(f"rules/{family}/__init__.py declares no TOPIC")
    return topic


def _rules_of(family: str) -> list[Rule]:
    topic = _topic(family)
    package = import_module(f"persona_lsp.rules.{family}")
    found = []
    for info in sorted(iter_modules(package.__path__), key=lambda info: info.name):
        name = f"persona_lsp.rules.{family}.{info.name}"
        module = import_module(name)
        declared = [value for value in vars(module).values() if isinstance(value, Declaration)]
        if len(declared) != 1:
            raise RuleError(f"{name} declares {len(declared)} rules; one function with a rule decorator is wanted")
        if declared[0].check.__name__ != info.name:
            raise RuleError(f"{name}: the function of the rule is called {info.name}, like its module")
        # Python run with -OO has no docstrings: rules work, their pages are empty.
        found.append(Rule(info.name.replace("_", "-"), family, topic, declared[0], module.__doc__ or ""))
    return found

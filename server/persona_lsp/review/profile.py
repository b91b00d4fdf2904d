"""Who reviews, and what is on: the persona and the settings, compiled for quick questions."""

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from persona_lsp.findings.finding import Severity
from persona_lsp.persona.compile import CompiledPersona, commitment_for, speaks_of
from persona_lsp.review.suppressions import UNUSED
from persona_lsp.rules.registry import Rule, rules
from persona_lsp.settings import Override, Settings
from persona_lsp.settings.globs import matches

_SCRIPTS = {"tsx": "typescript"}
_ALWAYS = frozenset({"config"})


class Profile(Struct, frozen=True):
    """The rules that are on, each with its severity; `commitments` maps rules to the persona's sentences."""

    persona: CompiledPersona | None
    settings: Settings
    rules: tuple[tuple[Rule, Severity], ...]
    commitments: dict[str, str]
    unused: Severity | None = None
    """The severity of comments that silence nothing; None if nothing is said about them."""
    prefix: str = ""
    """What stands before the paths of the folder that the settings are of, where a workspace has several."""
    above: str = ""
    """What stands between the folder of the settings and the workspace, where it is a part of that folder."""
    partly: bool = False
    """Not all files are there: whether a comment is needed may depend on the others."""

    @property
    def name(self) -> str:
        """The persona's name."""
        return self.persona.persona.name if self.persona is not None else "persona-lsp"

    def speaks_of(self, language: str) -> bool:
        """Whether files of that language are reviewed."""
        plain = _SCRIPTS.get(language, language)
        if language in _ALWAYS:
            return True
        if self.settings.languages.get(plain) is False or self.settings.languages.get(language) is False:
            return False
        return self.persona is None or speaks_of(self.persona, plain)

    def inside(self, path: str) -> str:
        """A path of the workspace as the settings and the baseline of its folder write it."""
        return self.above + path.removeprefix(self.prefix)

    def severity(self, rule: Rule, severity: Severity, path: str) -> Severity | None:
        """The severity of a finding in a file; None if it is off there."""
        found: Severity | None = severity
        for override in self.settings.overrides:
            if matches(self.inside(path), override.paths):
                found = _overridden(rule, found, override)
        return found


def profile(persona: CompiledPersona | None, settings: Settings, prefix: str = "", above: str = "") -> Profile:
    """Compile the persona and the settings. `prefix` and `above` as in `Profile`."""
    active: list[tuple[Rule, Severity]] = []
    commitments: dict[str, str] = {}
    for rule in rules():
        sentence = commitment_for(persona, rule.topic.id, rule.id) if persona is not None else None
        if sentence is not None:
            commitments[rule.id] = sentence.text
        severity = _severity(rule, settings.severity, rule.declaration.severity)
        if severity is None or _named(rule, settings.ignore):
            continue
        chosen = (
            _named(rule, settings.select)
            if settings.select
            else (persona is None or sentence is not None or _set(rule, settings))
        )
        if chosen:
            active.append((rule, severity))
    unused = _severity(UNUSED, settings.severity, UNUSED.declaration.severity)
    if _named(UNUSED, settings.ignore) or (settings.select and not _named(UNUSED, settings.select)):
        unused = None
    return Profile(persona, settings, tuple(active), commitments, unused, prefix, above)


def _set(rule: Rule, settings: Settings) -> bool:
    """A rule that the user gave a severity is wanted, whatever the persona says."""
    return rule.id in settings.severity


def _named(rule: Rule, names: tuple[str, ...]) -> bool:
    return rule.id in names or rule.family in names or rule.topic.id in names or "*" in names


def _severity(rule: Rule, table: Mapping[str, str], otherwise: Severity) -> Severity | None:
    name = table.get(rule.id, table.get(rule.family, table.get(rule.topic.id)))
    if name is None:
        return otherwise
    return _by_name(name)


@lru_cache(maxsize=8)
def _by_name(name: str) -> Severity | None:
    return None if name == "off" else Severity[name.upper()]


def _overridden(rule: Rule, severity: Severity | None, override: Override) -> Severity | None:
    if _named(rule, override.ignore) or (override.select and not _named(rule, override.select)):
        return None
    if severity is None:
        return None
    return _severity(rule, dict(override.severity), severity)

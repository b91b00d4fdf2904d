"""Rules as people read them: the page of each, and where it stands."""

from functools import cache
from importlib.resources import files

from msgspec.structs import replace

from persona_lsp.extract.known import frameworks, libraries
from persona_lsp.persona.codes import CODES
from persona_lsp.review.suppressions import UNUSED
from persona_lsp.review.views import RuleInfo
from persona_lsp.rules.registry import Rule
from persona_lsp.rules.registry import rules as all_rules
from persona_lsp.rules.topics import FEATURES
from persona_lsp.syntax.languages import LANGUAGES


@cache
def rules() -> tuple[RuleInfo, ...]:
    """All rules, by family and id."""
    return tuple(_info(rule) for rule in all_rules())


@cache
def _by_id() -> dict[str, RuleInfo]:
    return {info.id: info for info in (*rules(), replace(_info(UNUSED), url=""))}


def rule(rule_id: str) -> RuleInfo | None:
    """The rule of that id."""
    return _by_id().get(rule_id)


def names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What settings may name: ids of rules and codes of problems in persona files; families, by folder or topic."""
    known = (*all_rules(), UNUSED)
    families = (name for one in known for name in (one.family, one.topic.id))
    return (*(one.id for one in known), *CODES), tuple(dict.fromkeys(filter(None, families)))


def features() -> frozenset[str]:
    """Ids of what keeps commitments beside rules: features, and the languages, frameworks and libraries that are read."""
    known = {name for f in frameworks() for name in (f.id, f.title)}
    known |= {name for library in libraries() for name in (library.id, *library.serves)}
    return frozenset(FEATURES) | frozenset(LANGUAGES) | known


@cache
def _folder() -> str:
    """The URI of the folder of rule pages: the package's own, or the repository's in an editable install."""
    package = files("persona_lsp")
    shipped = package.joinpath("_rules")
    if shipped.is_dir():
        return _uri(str(shipped))
    return _uri(str(package).replace("\\", "/").removesuffix("/server/persona_lsp") + "/docs/rules")


def _uri(path: str) -> str:
    from urllib.parse import quote  # only editors ask for pages, check does not

    plain = path.replace("\\", "/")
    return "file://" + quote(plain if plain.startswith("/") else "/" + plain, safe="/:")


def _info(one: Rule) -> RuleInfo:
    page = one.page
    return RuleInfo(
        one.id, one.family, one.topic.id, one.declaration.severity.word, one.fixable, page.summary,
        one.declaration.since, f"{_folder()}/{one.family}/{one.id}.md", dict(page.sections),
    )  # fmt: skip

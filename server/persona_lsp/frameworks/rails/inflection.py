"""English plurals and class names by the rules of ActiveSupport, as far as route names need them."""

import re
from typing import Final

from persona_lsp.text.patterns import lazy

_UNCOUNTABLE: Final = frozenset(
    {"equipment", "information", "rice", "money", "species", "series", "fish", "sheep", "jeans", "police", "news"}
)
_IRREGULAR: Final = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "sexes": "sex", "moves": "move",
    "zombies": "zombie",
}  # fmt: skip
_SINGULAR: Final = tuple(
    (lazy(pattern, re.IGNORECASE), new)
    for pattern, new in (
        (r"(database)s$", r"\1"),
        (r"(quiz)zes$", r"\1"),
        (r"(matr)ices$", r"\1ix"),
        (r"(vert|ind)ices$", r"\1ex"),
        (r"^(ox)en", r"\1"),
        (r"(alias|status)(es)?$", r"\1"),
        (r"(octop|vir)(us|i)$", r"\1us"),
        (r"^(a)x[ie]s$", r"\1xis"),
        (r"(cris|test)(is|es)$", r"\1is"),
        (r"(shoe)s$", r"\1"),
        (r"(o)es$", r"\1"),
        (r"(bus)(es)?$", r"\1"),
        (r"^(m|l)ice$", r"\1ouse"),
        (r"(x|ch|ss|sh)es$", r"\1"),
        (r"(m)ovies$", r"\1ovie"),
        (r"(s)eries$", r"\1eries"),
        (r"([^aeiouy]|qu)ies$", r"\1y"),
        (r"([lr])ves$", r"\1f"),
        (r"(tive)s$", r"\1"),
        (r"(hive)s$", r"\1"),
        (r"([^f])ves$", r"\1fe"),
        (r"(^analy)(sis|ses)$", r"\1sis"),
        (r"((a)naly|(b)a|(d)iagno|(p)arenthe|(p)rogno|(s)ynop|(t)he)(sis|ses)$", r"\1sis"),
        (r"([ti])a$", r"\1um"),
        (r"(n)ews$", r"\1ews"),
        (r"(ss)$", r"\1"),
        (r"s$", ""),
    )
)
_PLURAL: Final = tuple(
    (lazy(pattern, re.IGNORECASE), new)
    for pattern, new in (
        (r"(quiz)$", r"\1zes"),
        (r"^(oxen)$", r"\1"),
        (r"^(ox)$", r"\1en"),
        (r"^(m|l)ice$", r"\1ice"),
        (r"^(m|l)ouse$", r"\1ice"),
        (r"(matr|vert|ind)(?:ix|ex)$", r"\1ices"),
        (r"(x|ch|ss|sh)$", r"\1es"),
        (r"([^aeiouy]|qu)y$", r"\1ies"),
        (r"(hive)$", r"\1s"),
        (r"(?:([^f])fe|([lr])f)$", r"\1\2ves"),
        (r"sis$", "ses"),
        (r"([ti])a$", r"\1a"),
        (r"([ti])um$", r"\1a"),
        (r"(buffal|tomat)o$", r"\1oes"),
        (r"(bu)s$", r"\1ses"),
        (r"(alias|status)$", r"\1es"),
        (r"(octop|vir)i$", r"\1i"),
        (r"(octop|vir)us$", r"\1i"),
        (r"^(ax|test)is$", r"\1es"),
        (r"s$", "s"),
        (r"$", "s"),
    )
)


def singular(word: str) -> str:
    """`blog_posts` -> `blog_post`."""
    head, last = _split(word)
    if last in _UNCOUNTABLE:
        return word
    if last in _IRREGULAR:
        return head + _IRREGULAR[last]
    if last in _IRREGULAR.values():
        return word
    return head + _apply(_SINGULAR, last)


def plural(word: str) -> str:
    """`profile` -> `profiles`."""
    head, last = _split(word)
    if last in _UNCOUNTABLE or last in _IRREGULAR:
        return word
    for many, one in _IRREGULAR.items():
        if last == one:
            return head + many
    return head + _apply(_PLURAL, last)


def class_name(path: str) -> str:
    """`api/v1/blog_posts` -> `Api::V1::BlogPosts`."""
    return "::".join("".join(p[:1].upper() + p[1:] for p in part.split("_")) for part in path.split("/") if part)


def underscored(name: str) -> str:
    """`BlogPost` -> `blog_post`."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name.replace("::", "/"))
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).lower()


def _split(word: str) -> tuple[str, str]:
    head, joint, last = word.rpartition("_")
    return head + joint, last


def _apply(rules: tuple[tuple[re.Pattern[str], str], ...], word: str) -> str:
    for pattern, new in rules:
        if pattern.search(word):
            return pattern.sub(new, word)
    return word

"""Patterns of paths that are put together of constants of other files: `Paths.ADMIN + "/**"`."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind
from persona_lsp.facts.text import Ref, Text
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.names import Names, properties_of, resolve, text

_NAMED: Final = lazy(r"\$\{([^{}]+)\}")
PREFIX: Final = "@prefix"
"""The constant of a class that tells which settings are bound to its fields."""
DEFAULT: Final = "@default"
"""What stands before the names of its fields in constants that tell what they are where no setting says another."""
_EVERYWHERE: Final = "/**"


def with_constants(names: Names, guard: Guard) -> Iterator[Guard]:
    """The guard with its patterns as the constants say, once for each that a list holds.

    One that cannot be told may be any: the guard is then unknown wherever it may stand.
    """
    if not any("${" in pattern for pattern in (guard.matcher, *guard.within, *guard.outside)):
        yield guard
        return
    path = guard.where.path
    matchers = _patterns(names, path, guard.matcher)
    within, outside = _all(names, path, guard.within), _all(names, path, guard.outside)
    if matchers is None or within is None or outside is None:
        matcher = _EVERYWHERE if matchers is None else guard.matcher
        known = replace(guard, matcher=matcher, within=within or (), outside=outside or ())
        yield replace(known, kind=GuardKind.UNKNOWN, allows_all=False)
        return
    for matcher in matchers:
        yield replace(guard, matcher=matcher, within=within, outside=outside)


def _all(names: Names, path: str, patterns: Sequence[str]) -> tuple[str, ...] | None:
    found: list[str] = []
    for pattern in patterns:
        read = _patterns(names, path, pattern)
        if read is None:
            return None
        found += read
    return tuple(found)


def _patterns(names: Names, path: str, pattern: str) -> tuple[str, ...] | None:
    """What the pattern is; several where it is the name of a list; None if a part of it cannot be told."""
    if "${" not in pattern:
        return (pattern,)
    listed = _listed(names, path, pattern)
    if listed is not None:
        return listed
    value, known = text(names, path, _parts(pattern))
    return (_rooted(value),) if known and value else None


def _listed(names: Names, path: str, pattern: str) -> tuple[str, ...] | None:
    alone = _NAMED.fullmatch(pattern)
    if alone is not None and "@" in alone[1]:
        return _bound(names, path, *alone[1].split("@", 1))
    target = resolve(names, path, alone[1]) if alone is not None else None
    if target is None or target.kind != "constant":
        return None
    constant = names.files[target.path].constants[target.name]
    if constant.items is None:
        return None
    owner = target.name.rpartition(".")[0]
    read = [text(names, target.path, item, owner) for item in constant.items]
    return tuple(_rooted(value) for value, _ in read) if all(known and value for value, known in read) else None


def bound(names: Names, path: str, owner: str, field: str, settings: str) -> str | None:
    """What a field of a type is that settings are bound to (`api.prefix`): as they say, else as the code begins with it.

    `settings` is a file of the unit whose settings hold.
    """
    target = resolve(names, path, owner)
    constants = names.files[target.path].constants if target is not None else {}
    prefix = constants.get(f"{target.name}.{PREFIX}") if target is not None else None
    if target is None or prefix is None or prefix.value is None:
        return None
    wanted = _relaxed(f"{''.join(p for p in prefix.value if isinstance(p, str))}.{field}")
    told = [value for key, value in (properties_of(names, settings) or {}).items() if _relaxed(key) == wanted]
    if told:
        return told[0] if "${" not in told[0] else None
    default = constants.get(f"{target.name}.{DEFAULT}.{field}")
    value, known = text(names, target.path, default.value) if default is not None and default.value else ("", False)
    return value if known else None


def _bound(names: Names, path: str, owner: str, field: str) -> tuple[str, ...] | None:
    """What settings hold for a field of a type that is bound to them (`@ConfigurationProperties("security")`)."""
    target, held = resolve(names, path, owner), properties_of(names, path)
    prefix = names.files[target.path].constants.get(f"{target.name}.{PREFIX}") if target is not None else None
    if prefix is None or prefix.value is None or held is None:
        return None
    wanted = _relaxed(f"{''.join(p for p in prefix.value if isinstance(p, str))}.{field}")
    texts = [value for key, value in held.items() if _relaxed(key.partition("[")[0]) == wanted]
    found: list[str] = []
    for one in (piece.strip() for told in texts for piece in told.split(",")):
        value, known = text(names, path, _parts(one, "${{{}}}"))
        if not known or not value:
            return None
        found.append(_rooted(value))
    return tuple(found) if texts else None


def _relaxed(key: str) -> str:
    """`ignore-urls`, `ignoreUrls` and `ignore_urls` are one."""
    return key.replace("-", "").replace("_", "").lower()


def _parts(pattern: str, form: str = "{}") -> Text:
    """The pieces of a pattern; `form` is how a name in it is spelled."""
    pieces = _NAMED.split(pattern)
    return tuple(Ref(form.format(piece)) if number % 2 else piece for number, piece in enumerate(pieces) if piece)


def _rooted(pattern: str) -> str:
    return pattern if pattern.startswith(("/", "^", "*", ".")) else "/" + pattern

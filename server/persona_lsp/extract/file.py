"""The facts of one source file, from its bytes alone; what did not change since the last time is taken over."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.extract.aliases import aliases_of
from persona_lsp.extract.aside import aside
from persona_lsp.extract.claims import claims
from persona_lsp.extract.functions import Unit, units
from persona_lsp.extract.known import frameworks_of, heard_in, libraries_of
from persona_lsp.extract.named import answering, receiving, with_named
from persona_lsp.extract.patch import Place, emptied, patched, place, torn
from persona_lsp.extract.secrets import secrets
from persona_lsp.extract.suppressions import suppressions
from persona_lsp.extract.values import classes_of, constants_of
from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, Constant, Export, FileFacts, Import
from persona_lsp.facts.place import Where
from persona_lsp.facts.role import HEAD, minified, role
from persona_lsp.facts.text import Ref
from persona_lsp.flow.analyse import analyse, handling_of
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.vocabulary import Handling, Library, Vocabulary
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.syntax.ir import Assign, ClassDef, Def, Group, Module, Stmt, dotted
from persona_lsp.syntax.languages import Language, language_of
from persona_lsp.syntax.parse import Parsed, parse
from persona_lsp.text.patterns import any_of, lazy

VERSION: Final = "67"
"""Changes whenever the same bytes give other facts: part of the key of the facts cache."""

_NOTHING: Final = Extracted()
_UNREAD: Final = frozenset({"vendored"})
_JOINT: Final = lazy(r"[./]")
"""What stands between the parts of a module's name."""


class Surroundings(Struct, frozen=True):
    """What the meaning of every function of a file depends on, kept for edits inside one of them."""

    module: Module
    names: FileNames
    libraries: tuple[Library, ...]
    words: tuple[Vocabulary, ...]
    units: Mapping[str, Unit]
    roles: Mapping[str, Handling | None]
    wrapped: frozenset[int]
    aside: bool


class Extraction(Struct, frozen=True):
    """A file as it was read: text, trees and facts. `known` maps a function's text and surroundings to its facts."""

    path: str
    source: bytes
    parsed: Parsed
    facts: FileFacts
    known: Mapping[tuple[object, ...], Function]
    around: Surroundings | None = None
    whole: "Extraction | None" = None
    """While half-typed code tears the syntax apart: the extraction of the last text that was whole."""


def extract(
    path: str, source: bytes, previous: Extraction | None = None, language: Language | None = None
) -> Extraction | None:
    """The facts of a source file; None if its language is not one that is read.

    `previous` is an earlier extraction of the same file: only what changed is parsed and analysed again.
    """
    language = language or language_of(path)
    if language is None:
        return None
    text = _with_line_feeds(source)
    extraction = _extract(path, text, previous, language)
    return extraction if text is source else replace(extraction, source=source)


def _with_line_feeds(source: bytes) -> bytes:
    """The text with a line feed for each carriage return, if it has no other line ends: most grammars know none.

    No offset changes.
    """
    return source.replace(b"\r", b"\n") if b"\n" not in source and b"\r" in source else source


def _extract(path: str, source: bytes, previous: Extraction | None, language: Language) -> Extraction:
    old = previous.parsed if previous is not None and previous.path == path else None
    parsed = parse(path, source, language, old)
    if previous is not None and old is not None:
        quick = _after_edit(previous, parsed)
        if quick is not None:
            return quick
    what = role(path, source[:HEAD])
    if what in _UNREAD or minified(path, source[:HEAD]):
        return Extraction(path, source, parsed, FileFacts(path, language.id, role=what), {})
    module = parsed.module
    # A migration serves nobody, whatever the words in it.
    found, used = _frameworks(module) if what != "migration" else (_NOTHING, ())
    received = receiving(module) if what != "migration" else ()
    found = with_named(found, received)
    skipped = aside(module, what, used=bool(used or received))
    names = file_names(module)
    active = _libraries(module)
    known: dict[tuple[object, ...], Function] = {}
    by_key: dict[str, Unit] = {}
    roles: dict[str, Handling | None] = {}
    before = previous.known if previous is not None else {}
    by_name = answering(found, received)
    functions = tuple(_functions(module, names, active, found, before, known, by_key, roles, skipped, by_name))
    classes = _merged_classes(module, found)
    constants = tuple(_unique_constants((*found.constants, *constants_of(module))))
    facts = FileFacts(
        path=path,
        language=language.id,
        role=what,
        frameworks=tuple(f.id for f in used),
        libraries=tuple(dict.fromkeys(q.library for f in functions for q in f.queries)),
        package=module.package,
        imports=tuple(Import(i.local, i.module, i.name, Where(path, i.start, i.end)) for i in module.imports),
        exports=tuple(Export(e.name, Ref(e.local) if e.local else None, e.module) for e in module.exports),
        constants=constants,
        classes=classes,
        routers=found.routers,
        mounts=found.mounts,
        uses=found.uses,
        routes=found.routes,
        views=found.views,
        registries=found.registries,
        error_handlers=found.error_handlers,
        cors=found.cors,
        functions=functions,
        secrets=secrets(path, source, language),
        suppressions=suppressions(path, source, language.line_comment),
        claims=claims(path, parsed),
        config=found.config,
        problems=found.problems,
        aliases=(*aliases_of(module), *found.aliases),
        error_count=int(parsed.tree.root_node.has_error),
    )
    words = tuple(f.vocabulary for f in frameworks_of(module.language))
    around = Surroundings(module, names, active, words, by_key, roles, frozenset(found.wrapped), skipped)
    return Extraction(path, source, parsed, facts, known, around)


def reopened(source: bytes, facts: FileFacts) -> Extraction | None:
    """An extraction whose facts are known already, for those who need the trees again; `facts` are those of `source`.

    None if the language of the file is not one that is read.
    """
    language = language_of(facts.path)
    if language is None:
        return None
    return Extraction(facts.path, source, parse(facts.path, _with_line_feeds(source), language), facts, {})


def _after_edit(previous: Extraction, parsed: Parsed) -> Extraction | None:
    """The extraction after an edit inside one function, if that is all that changed since the text was last whole."""
    base = previous.whole or previous
    around = base.around
    if around is None:
        return None
    if base.source == parsed.source:
        return replace(base, parsed=parsed)
    found = place(parsed, base.parsed, base.facts, around.units)
    if found is None:
        broken = torn(parsed, base.parsed, base.facts)
        if broken is None:
            return None
        function, at, delta = broken
        facts = patched(base.facts, function, emptied(function, delta), at, delta, parsed)
        return Extraction(base.path, parsed.source, parsed, facts, base.known, around, base)
    unit, node = found.unit, found.node
    start = node.start if node.outer_start < 0 else min(node.outer_start, node.start)
    text = parsed.source[start : node.end]
    pattern = _trigger_pattern(parsed.language.id)
    # The function is read from the new text; names of the file come from the code tree that was made last.
    module = replace(around.module, source=parsed.source)
    if _registers_now(module, found, _bound_for(text, around.module)):
        return None
    fresh = analyse(
        node, unit.cls, module, around.names, heard_in(module, around.words), around.libraries,
        around.roles[found.function.key],
        key=found.function.key,
        deep=unit.inline or (not around.aside and bool(pattern.search(text))),
        forwards_errors=unit.wrapped or unit.node.start in around.wrapped,
        aside=around.aside,
    )  # fmt: skip
    facts = patched(base.facts, found.function, fresh, found.start, found.delta, parsed)
    return Extraction(base.path, parsed.source, parsed, facts, base.known, around)


def _bound_for(text: bytes, module: Module) -> tuple[Stmt, ...]:
    """The assignments of a file whose names a text has, with those whose names these have, in order."""
    waiting = [
        ({root.encode() for t in s.targets if (root := dotted(t).split(".", 1)[0])}, s)
        for s in module.body
        if isinstance(s, Assign)
    ]
    taken: list[Stmt] = []
    fresh = {*_NAME.findall(text)}
    while fresh:
        # What is taken apart (`const { a, b } = c`) has no name of its own, and counts as meant.
        meant = [s for roots, s in waiting if not roots or not roots.isdisjoint(fresh)]
        waiting = [(roots, s) for roots, s in waiting if roots and roots.isdisjoint(fresh)]
        taken += meant
        fresh = {name for s in meant for name in _NAME.findall(module.source, s.start, s.end)}
    return tuple(sorted(taken, key=lambda s: s.start))


_NAME: Final = lazy(rb"[A-Za-z_$][\w$]*")


def _registers_now(module: Module, found: Place, bound: tuple[Stmt, ...]) -> bool:
    """A framework reads more than behaviour out of the function as it is now: the whole file must be asked.

    `bound`: the assignments that tell what the names in it stand for.
    """
    unit, node = found.unit, found.node
    own: Stmt = Def(node.start, node.end, node)
    if unit.cls is not None:
        own = ClassDef(unit.cls.start, unit.cls.end, replace(unit.cls, methods=(node,), classes=(), body=()))
    elif unit.inline:
        own = Group(node.start, node.end, node.body)
    body = (*bound, own)
    start, end = node.body_start, node.end
    for framework in frameworks_of(module.language):
        read = framework.extract(replace(module, body=body))
        groups = (
            read.routes,
            read.mounts,
            read.routers,
            read.cors,
            read.error_handlers,
            tuple(u.guard for u in read.uses),
        )
        if any(start <= item.where.start < end for group in groups for item in group):
            return True
    return any(start <= one.route.where.start < end for one in receiving(replace(module, body=body)))


def _frameworks(module: Module) -> tuple[Extracted, tuple[Framework, ...]]:
    used = tuple(f for f in frameworks_of(module.language) if f.detects(module))
    parts = [f.extract(module) for f in used]
    if not parts:
        return _NOTHING, ()
    if len(parts) == 1:
        return parts[0], used
    return (
        Extracted(**{name: tuple(x for p in parts for x in getattr(p, name)) for name in Extracted.__struct_fields__}),
        used,
    )


def _libraries(module: Module) -> tuple[Library, ...]:
    """Libraries that the file imports, then those that it may reach through its own modules.

    A file that imports one ORM does not use another one under the same method names.
    """
    every = libraries_of(module.language)
    packages = {package for item in module.imports for package in _packages(item.module)}
    imported = [library for library in every if not packages.isdisjoint(library.packages)]
    always = [library for library in every if not library.packages]
    # In C#, another file of the project may import for all of them.
    if module.language != "csharp" and any(library.relational is not None for library in imported):
        others = [
            library for library in every if library.packages and library not in imported and library.relational is None
        ]
        return (*imported, *always, *others)
    return (*imported, *always, *(library for library in every if library.packages and library not in imported))


@lru_cache(maxsize=4096)
def _packages(module: str) -> tuple[str, ...]:
    """The module and all packages that it is in: `a.b/c`, `a.b`, `a`. Files import the same ones again and again."""
    return (module, *(module[: mark.start()] for mark in _JOINT.finditer(module)))


def _functions(
    module: Module,
    names: FileNames,
    active: tuple[Library, ...],
    found: Extracted,
    before: Mapping[tuple[object, ...], Function],
    known: dict[tuple[object, ...], Function],
    by_key: dict[str, Unit],
    roles: dict[str, Handling | None],
    skipped: bool,
    by_name: Mapping[str, Handling],
) -> Iterator[Function]:
    words = tuple(f.vocabulary for f in frameworks_of(module.language))
    heard = heard_in(module, words)
    pattern = _trigger_pattern(module.language)
    environment = _environment(module, names)
    inline = dict(found.inline)
    stops = sorted(inline)
    wrapped = frozenset(found.wrapped)
    taken: dict[str, int] = {}
    for unit in units(module, inline):
        count = taken.get(unit.key, 0)
        taken[unit.key] = count + 1
        key = unit.key if count == 0 else f"{unit.key}#{count}"
        by_key[key] = unit
        yield _function(
            unit, key, module, names, active, words, heard, pattern, environment, stops, wrapped, before, known, roles,
            skipped, by_name.get(key),
        )  # fmt: skip


def _function(
    unit: Unit, key: str, module: Module, names: FileNames, active: tuple[Library, ...], words: tuple[Vocabulary, ...],
    heard: tuple[Vocabulary, ...], pattern: re.Pattern[bytes], environment: object, stops: Sequence[int], wrapped: frozenset[int],
    before: Mapping[tuple[object, ...], Function], known: dict[tuple[object, ...], Function],
    roles: dict[str, Handling | None], skipped: bool, by_name: Handling | None,
) -> Function:  # fmt: skip
    node = unit.node
    start = node.start if node.outer_start < 0 else min(node.outer_start, node.start)
    text = module.source[start : node.end]
    # `stops` are in order: of a file with thousands of handlers, none looks at those of the others.
    own = stops[bisect_left(stops, start) : bisect_left(stops, node.end)]
    inner = tuple(s - start for s in own if s > start)
    is_wrapped = unit.wrapped or node.start in wrapped
    handling = roles[key] = handling_of(words, node, unit.cls, module) or by_name
    identity = (
        text,
        unit.surroundings,
        environment,
        inner,
        is_wrapped,
        skipped,
        node.has_error,
        node.name,
        _role(handling),
    )
    reused = before.get(identity)
    if reused is not None:
        fact = replace(reused, start=start, end=node.end, key=key, path=module.path)
    else:
        fact = analyse(
            node, unit.cls, module, names, heard, active, handling, key=key, stops=frozenset(own) - {node.start},
            deep=unit.inline or (not skipped and bool(pattern.search(text))), forwards_errors=is_wrapped,
            aside=skipped,
        )  # fmt: skip
    known[identity] = fact
    return fact


def _role(handling: Handling | None) -> object:
    """How a function takes part in HTTP, which registrations elsewhere in the file may decide; hashable."""
    if handling is None:
        return None
    return (
        handling.kind, handling.returns_answer, handling.default_status, tuple(handling.inputs.items()),
        handling.forwards_errors, handling.validated, handling.development_only,
    )  # fmt: skip


def _environment(module: Module, names: FileNames) -> object:
    """What the meaning of a function depends on beside its own text and its class."""
    source = module.source
    values = tuple(
        (name, source[value.start : min(value.end, value.start + 200)]) for name, value in names.values.items()
    )
    return hash((tuple((i.local, i.module, i.name) for i in module.imports), values))


_WORDS: Final = (
    "catch", "except", "rescue", "raise", "throw", "abort", "await",
    "SELECT", "select", "INSERT", "insert", "UPDATE", "update", "DELETE", "delete", "@Transactional",
)  # fmt: skip
_patterns: dict[str, re.Pattern[bytes]] = {}


def _trigger_pattern(language: str) -> re.Pattern[bytes]:
    """Matches a function text that may contain anything of interest."""
    pattern = _patterns.get(language)
    if pattern is None:
        words = {*_WORDS}
        for framework in frameworks_of(language):
            words.update(framework.vocabulary.triggers)
        for library in libraries_of(language):
            words.update(library.triggers)
        pattern = _patterns[language] = re.compile(any_of(words).encode())
    return pattern


def _merged_classes(module: Module, found: Extracted) -> tuple[ClassFacts, ...]:
    """A framework's word on a class goes before the general one."""
    special = {c.name: c for c in found.classes}
    plain = [c for c in classes_of(module) if c.name not in special]
    return (*special.values(), *plain)


def _unique_constants(constants: tuple[Constant, ...]) -> Iterator[Constant]:
    seen: set[str] = set()
    for constant in constants:
        if constant.name not in seen:
            seen.add(constant.name)
            yield constant

"""The frameworks, receivers and libraries there are, found by looking into their packages once."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from msgspec.structs import replace

from persona_lsp import frameworks as frameworks_package
from persona_lsp import libraries as libraries_package
from persona_lsp import receivers as receivers_package
from persona_lsp.flow.receiving import Receiver
from persona_lsp.flow.vocabulary import Library, Vocabulary
from persona_lsp.frameworks.api import Framework
from persona_lsp.syntax.ir import Module


@cache
def frameworks() -> tuple[Framework, ...]:
    """Every framework, by id."""
    return tuple(_framework(name) for name in _packages())


@cache
def frameworks_of(language: str) -> tuple[Framework, ...]:
    """The frameworks of a language; those of other languages are not imported."""
    return tuple(_framework(name) for name, languages in _packages().items() if _speaks(languages, language))


def framework(name: str) -> Framework | None:
    """The framework of that id."""
    return _framework(name) if name in _packages() else None


@cache
def _packages() -> dict[str, tuple[str, ...]]:
    """The packages of frameworks with their languages, by id; one without languages holds what several share."""
    names = sorted(info.name for info in iter_modules(frameworks_package.__path__) if info.ispkg)
    found = {name: getattr(import_module(f"persona_lsp.frameworks.{name}"), "LANGUAGES", ()) for name in names}
    return {name: languages for name, languages in found.items() if languages}


@cache
def _framework(name: str) -> Framework:
    found: Framework = import_module(f"persona_lsp.frameworks.{name}.framework").FRAMEWORK
    return found


@cache
def libraries() -> tuple[Library, ...]:
    """Every library, by id. A module offers one as `LIBRARY` or several as `LIBRARIES`."""
    found: list[Library] = []
    for info in iter_modules(libraries_package.__path__):
        module = import_module(f"persona_lsp.libraries.{info.name}")
        single = getattr(module, "LIBRARY", None)
        found.extend(getattr(module, "LIBRARIES", () if single is None else (single,)))
    return tuple(sorted(found, key=lambda library: library.id))


@cache
def libraries_of(language: str) -> tuple[Library, ...]:
    """The libraries of a language."""
    return tuple(f for f in libraries() if _speaks(f.languages, language))


def heard_in(module: Module, words: Iterable[Vocabulary]) -> tuple[Vocabulary, ...]:
    """The vocabularies that functions of a file may use, each without what can find nothing there."""
    return tuple(
        replace(one, **dict.fromkeys(silent)) if one.silent is not None and (silent := one.silent(module)) else one
        for one in words
        if one.applies is None or one.applies(module)
    )


@cache
def receivers() -> tuple[Receiver, ...]:
    """Every recogniser of endpoints with names, by id. A module offers one as `RECEIVER` or several as `RECEIVERS`."""
    found: list[Receiver] = []
    for info in iter_modules(receivers_package.__path__):
        module = import_module(f"persona_lsp.receivers.{info.name}")
        single = getattr(module, "RECEIVER", None)
        found.extend(getattr(module, "RECEIVERS", () if single is None else (single,)))
    return tuple(sorted(found, key=lambda receiver: receiver.id))


@cache
def receivers_of(language: str) -> tuple[Receiver, ...]:
    """The recognisers of a language."""
    return tuple(one for one in receivers() if _speaks(one.languages, language))


def _speaks(languages: tuple[str, ...], language: str) -> bool:
    return language in languages or (language == "tsx" and "typescript" in languages)

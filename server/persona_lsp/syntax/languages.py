"""The languages: one row each. Grammars and lowerings are imported when the first file of the language is read."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from tree_sitter import Language as Grammar
from tree_sitter import Parser

from persona_lsp.syntax.ir import Module


class Language(Struct, frozen=True, gc=False):
    """How to recognise, parse and lower a language.

    `grammar` is (module, function) of the grammar's wheel; `lowering` the module of this package whose
    `lower(root, source, path) -> Module` builds the code tree.
    """

    id: str
    suffixes: tuple[str, ...]
    grammar: tuple[str, str]
    lowering: str
    line_comment: str
    names: tuple[str, ...] = ()


_ROWS: Final = (
    Language("python", (".py", ".pyi"), ("tree_sitter_python", "language"), "python", "#"),
    Language(
        "javascript",
        (".js", ".cjs", ".mjs"),
        ("tree_sitter_javascript", "language"),
        "javascript",
        "//",
    ),
    Language(
        "typescript",
        (".ts", ".cts", ".mts"),
        ("tree_sitter_typescript", "language_typescript"),
        "javascript",
        "//",
    ),
    Language(
        "tsx",
        (".tsx", ".jsx"),
        ("tree_sitter_typescript", "language_tsx"),
        "javascript",
        "//",
    ),
    Language("go", (".go",), ("tree_sitter_go", "language"), "golang", "//"),
    Language("java", (".java",), ("tree_sitter_java", "language"), "java", "//"),
    Language("csharp", (".cs",), ("tree_sitter_c_sharp", "language"), "csharp", "//"),
    Language(
        "ruby",
        (".rb", ".rake", ".ru"),
        ("tree_sitter_ruby", "language"),
        "ruby",
        "#",
        ("Rakefile", "Gemfile"),
    ),
    Language("rust", (".rs",), ("tree_sitter_rust", "language"), "rust", "//"),
)

LANGUAGES: Final = MappingProxyType({row.id: row for row in _ROWS})
_BY_SUFFIX: Final = {suffix: row for row in _ROWS for suffix in row.suffixes}
_BY_NAME: Final = {name: row for row in _ROWS for name in row.names}


def language_of(path: str) -> Language | None:
    """The language of a file by its name, None if it is not one that is read. Declaration files have no code."""
    name = path.rsplit("/", 1)[-1]
    if name.endswith(".d.ts"):
        return None
    dot = name.rfind(".")
    return _BY_NAME.get(name) or (_BY_SUFFIX.get(name[dot:].lower()) if dot >= 0 else None)


@cache
def parser(language_id: str) -> Parser:
    """The parser of a language, made once."""
    return fresh_parser(language_id)


def fresh_parser(language_id: str) -> Parser:
    """A parser of its own, for pieces of a file."""
    module, function = LANGUAGES[language_id].grammar
    make: Callable[[], object] = getattr(import_module(module), function)
    return Parser(Grammar(make()))


@cache
def lowering(language_id: str) -> Callable[..., Module]:
    """The function that lowers a syntax tree of a language."""
    module = import_module(f"persona_lsp.syntax.{LANGUAGES[language_id].lowering}")
    lower: Callable[..., Module] = module.lower
    return lower

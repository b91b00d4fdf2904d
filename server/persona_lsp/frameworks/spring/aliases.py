"""Annotations of the project whose attributes stand for those of the annotation of Spring that they carry."""

from collections.abc import Iterable, Iterator
from typing import Final

from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.spring.annotations import Values, argument, find, rooted, string, trimmed
from persona_lsp.syntax.ir import Binary, ClassNode, Decorator, Member, Name, Str

ALIAS: Final = "alias"
"""The setting of an annotation that says which of its attributes is a path."""
_MAPS: Final = ("RequestMapping.class", "org.springframework.web.bind.annotation.RequestMapping.class")
_PATHS: Final = frozenset({"path", "value"})
_TEXTUAL: Final = (Str, Name, Member, Binary)


def aliases(cls: ClassNode, values: Values) -> Iterator[tuple[str, str]]:
    """The attributes of an annotation that stand for the path of the `@RequestMapping` which it carries."""
    for field in cls.fields:
        alias = find(field.decorators, "AliasFor")
        if alias is not None and values.source(argument(alias, "annotation") or alias.value).startswith(_MAPS):
            meant = string(argument(alias, "attribute", "value")) or field.name
            if meant in _PATHS:
                yield ALIAS, field.name


def given(custom: Iterable[Decorator], path: str, values: Values) -> Iterator[tuple[Ref, str, tuple[Text, ...]]]:
    """The texts that annotations of the project are given, by attribute."""
    for d in custom:
        call = d.call
        said = (("value", call.args[0]),) if call is not None and call.args else ()
        for name, value in (*said, *((k.name, k.value) for k in (call.kwargs if call is not None else ()))):
            texts = tuple(trimmed(rooted(t)) for t, at in values.texts(value, path) if isinstance(at, _TEXTUAL))
            if texts:
                yield Ref(d.name), name, texts

"""Classes whose methods have paths of their own, made of names, attributes and arguments (Flask-Classful).

A class says only a part: its bases and the statement that registers it say the rest. `workspace.classful` puts them
together. None: it does not say.
"""

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Text


class MethodPath(Struct, frozen=True, gc=False, omit_defaults=True):
    """A public method. `rules`: (path, HTTP methods) of each `@route`, without which its name and arguments tell.

    `arguments`: those that a caller has to give, with the type that converts them.
    """

    name: str
    where: Where
    statement: Where
    rules: tuple[tuple[Text, tuple[str, ...]], ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()
    methods: tuple[str, ...] = ()


class ClassPaths(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a class, or the statement that registers it, says of the paths of its methods."""

    prefix: Text | None = None
    base: Text | None = None
    slash: bool | None = None
    dashed: bool | None = None
    inspects: bool | None = None
    """Arguments of methods become parts of their paths."""
    excluded: tuple[str, ...] | None = None
    ignored: tuple[str, ...] | None = None
    """Arguments that stand in the prefix already."""
    usual: tuple[str, ...] | None = None
    """The HTTP methods of methods whose names tell none."""
    members: tuple[MethodPath, ...] = ()

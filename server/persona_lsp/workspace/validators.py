"""Bodies of ASP.NET that are checked before they are used: by annotations of their type, or by validators for it."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from persona_lsp.facts.code import ClassFacts
from persona_lsp.facts.http import Route
from persona_lsp.workspace.names import Names, resolve

_CONSTRAINED: Final = "@constrained"
_VALIDATES: Final = "@validates "
_VALIDATES_FIRST: Final = "@validates-first "
_SWITCH: Final = "aspnet.validation"
_BEHAVIOUR: Final = "IPipelineBehavior"


class Validators:
    """The validators of a workspace, and what runs them."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def check(self, route: Route, classes: Sequence[tuple[str, str]]) -> bool:
        """The body of the route is known to be checked. `classes`: the controller and what it derives from."""
        ref = route.body.type_ref if route.body is not None else None
        if ref is None:
            return False
        above = {simple for path, name in classes for simple in self._annotations(path, name)}
        last = ref.name.rsplit(".", 1)[-1]
        if "ApiController" in above:
            found = resolve(self.names, route.where.path, ref.name)
            if (
                found is not None
                and found.kind == "class"
                and _CONSTRAINED in self._annotations(found.path, found.name)
            ):
                return True
        if _VALIDATES_FIRST + last in self._marks:
            return True
        if _VALIDATES + last not in self._marks:
            return False
        return ("ApiController" in above and self._automatic) or (self._behaves and last in self._handled)

    def _annotations(self, path: str, name: str) -> tuple[str, ...]:
        cls = self.names.files[path].classes.get(name)
        return tuple(a.rsplit(".", 1)[-1] for a in cls.annotations) if cls is not None else ()

    @cached_property
    def _marks(self) -> frozenset[str]:
        return frozenset(mark for cls in self._classes for mark in cls.annotations if mark.startswith("@"))

    @cached_property
    def _handled(self) -> frozenset[str]:
        return frozenset(name.rsplit(".", 1)[-1] for cls in self._classes for name in cls.handles)

    @cached_property
    def _behaves(self) -> bool:
        """A step of the mediator runs validators before its handlers."""
        return any(
            "Validat" in cls.name and any(b.name.endswith(_BEHAVIOUR) for b in cls.bases) for cls in self._classes
        )

    @cached_property
    def _automatic(self) -> bool:
        return any(one.key == _SWITCH for entry in self.names.files.values() for one in entry.facts.config)

    @cached_property
    def _classes(self) -> tuple[ClassFacts, ...]:
        every = self.names.files.values()
        return tuple(cls for entry in every if entry.facts.language == "csharp" for cls in entry.facts.classes)

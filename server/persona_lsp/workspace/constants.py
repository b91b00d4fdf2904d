"""Constants across files: numbers; Ruby's bases of classes, controllers by path, sets of routes that several files draw."""

from collections.abc import Mapping

from persona_lsp.facts.http import Mount, Route
from persona_lsp.workspace.modules import shared
from persona_lsp.workspace.names import Names, Target, resolve

_DRAWN = "config/routes/"
_INCLUDED = 3
"""Modules that include modules, so many deep."""


def number_of(all_names: Names, path: str, name: str) -> float | None:
    """The number that a name of a file stands for."""
    target = resolve(all_names, path, name)
    if target is None or target.kind != "constant":
        return None
    return all_names.files[target.path].constants[target.name].number


def base_of(all_names: Names, path: str, cls: str, base: str) -> Target | None:
    """The class or module that `cls` names as its base, seen from where it stands."""
    if all_names.files[path].facts.language != "ruby":
        return resolve(all_names, path, base)
    asked = (path, cls, base)
    if asked not in all_names.bases:
        all_names.bases[asked] = _base_of(all_names, path, cls, base)
    return all_names.bases[asked]


def _base_of(all_names: Names, path: str, cls: str, base: str) -> Target | None:
    """The constant as Ruby looks it up: in the class, in the modules around it, from the inside; else the only one so named."""
    candidates = [c for c in all_names.classes.get(base.rsplit(".", 1)[-1], ()) if c != (path, cls)]
    own = [c for c in candidates if c[1] == f"{cls}.{base}"]
    if own:
        return Target("class", *max(own, key=lambda c: shared(c[0], path)))
    scope = cls
    while scope:
        scope = scope.rpartition(".")[0]
        full = f"{scope}.{base}" if scope else base
        found = [c for c in candidates if c[1] == full]
        if found:
            return Target("class", *max(found, key=lambda c: shared(c[0], path)))
    longer = [c for c in candidates if c[1].endswith(f".{base}")]
    return Target("class", *longer[0]) if len(longer) == 1 else None


def controllers(all_names: Names, name: str, path: str) -> list[tuple[str, str]]:
    """(file, class) of `api/v1/articles`: by its exact name, else by one that differs in acronyms or an outer module.

    `path` is the file of the route: among equals, the nearest comes first.
    """
    class_name = ".".join(_camelized(p) for p in name.split("/")) + "Controller"
    last = class_name.rsplit(".", 1)[-1]
    exact = [c for c in all_names.classes.get(last, ()) if c[1] == class_name]
    if not exact:
        folded = class_name.lower()
        exact = [c for c in _folded(all_names).get(last.lower(), ()) if c[1].lower() == folded]
    if not exact:
        # The routes of an isolated engine name controllers relative to the engine's module.
        inner = [c for c in _folded(all_names).get(last.lower(), ()) if c[1].lower().endswith(f".{class_name.lower()}")]
        nearest = max((shared(c[0], path) for c in inner), default=0)
        near = [c for c in inner if shared(c[0], path) == nearest]
        exact = near if len({c[1] for c in near}) == 1 else []
    return sorted(exact, key=lambda c: -shared(c[0], path))


def drawn(all_names: Names, path: str, mount: Mount) -> list[tuple[str, str]]:
    """(file, symbol) of the routers that a Rails mount means: all files that draw into the same set of routes."""
    name = mount.child.name
    found = [(p, name) for p in _drawing(all_names).get(name, ()) if p != path]
    if name.startswith(_DRAWN) and len(found) > 1:
        nearest = max(shared(p, path) for p, _ in found)
        return [f for f in found if shared(f[0], path) == nearest]
    return found


def is_switched(all_names: Names, path: str, setting: str) -> bool:
    """Whether the application that the file belongs to has the setting (`Rails.api_only`)."""
    return any(path.startswith(root) for root in _switched(all_names).get(setting, ()))


def exists(all_names: Names, path: str, route: Route) -> bool:
    """What other files say about whether the route is there at all."""
    if route.unless and is_switched(all_names, path, route.unless):
        return False
    if route.needs:
        sure = not route.needs.startswith("?")
        name, _, mark = route.needs.lstrip("?").partition(" ")
        for other, cls in all_names.classes.get(name.rsplit(".", 1)[-1], ()):
            marks = _marks(all_names, other, cls, 0)
            family = mark.partition(":")[0] + ":"
            if any(m.startswith(family) for m in marks):
                return mark in marks
        return not sure
    return True


def _marks(all_names: Names, path: str, cls: str, depth: int) -> tuple[str, ...]:
    """What is written over a class, and in the modules that it includes."""
    facts = all_names.files[path].classes[cls]
    found = facts.annotations
    for base in facts.bases if depth < _INCLUDED else ():
        above = base_of(all_names, path, cls, base.name)
        if above is not None and above.name in all_names.files[above.path].classes:
            found += _marks(all_names, above.path, above.name, depth + 1)
    return found


def _camelized(word: str) -> str:
    return "".join(p[:1].upper() + p[1:] for p in word.split("_"))


def _folded(all_names: Names) -> Mapping[str, list[tuple[str, str]]]:
    """Controllers by their last name in lower case."""
    found = all_names.folded
    if not found:
        for last, candidates in all_names.classes.items():
            if last.endswith("Controller"):
                found.setdefault(last.lower(), []).extend(candidates)
    return found


def _switched(all_names: Names) -> Mapping[str, list[str]]:
    """Folders of applications by the settings that are switched on in their `config/application.rb`."""
    found = all_names.switched
    if found is None:
        found = {}
        for path, entry in all_names.files.items():
            if path.endswith("config/application.rb"):
                for name in entry.constants:
                    found.setdefault(name, []).append(path.removesuffix("config/application.rb"))
        all_names.switched = found
    return found


def _drawing(all_names: Names) -> Mapping[str, list[str]]:
    """Files by the set of routes that they draw into."""
    found = all_names.drawing
    if not found:
        for path, entry in all_names.files.items():
            for symbol, router in entry.routers.items():
                if router.framework == "rails":
                    found.setdefault(symbol, []).append(path)
    return found

"""What registers itself because of its type (C#): generic methods that call their type, prefixes made of class names."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Mount
from persona_lsp.facts.text import Part, Ref, Text
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.csharp import project
from persona_lsp.workspace.linking.mounts import served as named
from persona_lsp.workspace.names import Names, Target, resolve

_TYPED: Final = lazy(r"(\w+)<([\w.]+)>")
_CHOICE: Final = lazy(r"<class\?(\w+)\+(\d+)>")
_UNKNOWN: Final = Ref("<class>")


def is_by_type(mount: Mount) -> bool:
    """The mount depends on a type that it is given, or on the class that registers itself."""
    return mount.framework == "aspnet" and (
        mount.child.name.endswith(">") or any(isinstance(p, Ref) and p.name.startswith("<") for p in mount.prefix)
    )


def of_types(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[tuple[str, str], Mount]]:
    """Everything that is mounted, with the prefix that its class has."""
    typed = _TYPED.fullmatch(mount.child.name)
    if typed is not None:
        for target, prefix in _of_argument(all_names, path, typed[1], typed[2]):
            made = replace(mount, child=Ref(target.name), prefix=(*mount.prefix, *prefix))
            yield (target.path, target.name), made
        return
    for (file, symbol), moved in named(all_names, path, mount):
        prefix = _placed(all_names, path, mount.prefix, file, symbol.rpartition(".")[0])
        yield (file, symbol), replace(moved, prefix=prefix)


def _of_argument(all_names: Names, path: str, method: str, argument: str) -> Iterator[tuple[Target, Text]]:
    """`app.AddEndpoint<T>()` where that method calls `T.Map(app)`."""
    generic = resolve(all_names, path, method)
    if generic is None or generic.kind != "router":
        return
    for inner in all_names.files[generic.path].facts.mounts:
        owner, _, called = inner.child.name.rpartition(".")
        if inner.parent.name != generic.name or not owner.isidentifier():
            continue
        if resolve(all_names, generic.path, owner) is None:
            served = resolve(all_names, path, f"{argument}.{called}")
            if served is not None and served.kind == "router":
                yield served, inner.prefix


def _placed(all_names: Names, path: str, prefix: Text, file: str, cls: str) -> Text:
    """The prefix with the class put in: its name, its constants, or what the project's `MapGroup` makes of it."""
    made: list[Part] = []
    skipped = 0
    for part in prefix:
        if skipped:
            skipped -= 1
            continue
        name = part.name if isinstance(part, Ref) else ""
        choice = _CHOICE.fullmatch(name)
        if name.startswith("<made"):
            of = name[len("<made:") : -1] or cls
            made += _placed(all_names, path, _made(all_names, path), path if ":" in name else file, of)
        elif choice is not None:
            own = all_names.files[file].constants.get(f"{cls}.{choice[1]}")
            if own is not None and own.value is not None:
                made += own.value
                skipped = int(choice[2])
        elif part == _UNKNOWN:
            made.append(cls.rpartition(".")[2])
        else:
            made.append(part)
    return tuple(made)


def _made(all_names: Names, path: str) -> Text:
    """The prefix that the only `MapGroup(object)` of the project gives."""
    root = project(all_names, path)
    found = [
        c.value
        for other, entry in all_names.files.items()
        if entry.facts.language == "csharp" and (other == path or project(all_names, other) == root)
        for name, c in entry.constants.items()
        if name.endswith(".MapGroup()") and c.value is not None
    ]
    return found[0] if len(found) == 1 else (Ref("MapGroup()"),)

"""What a client says with `initialize` that the worker has to know: folders and settings."""

from typing import Any, Final

from persona_lsp.host import wire
from persona_lsp.lsp.messages import Initialize, look_up
from persona_lsp.lsp.uris import to_path

SECTION: Final = "persona-lsp"
"""Under which editors keep the settings."""


def start_of(asked: Initialize) -> wire.Start:
    """The order that lets the worker begin."""
    return wire.Start(folders_of(asked), settings_of(asked.initialization_options))


def folders_of(asked: Initialize) -> tuple[str, ...]:
    """The paths of the workspace's folders; those that are on no disk left out."""
    if asked.workspace_folders:
        uris = [folder.uri for folder in asked.workspace_folders]
    elif asked.root_uri:
        uris = [asked.root_uri]
    else:
        return (asked.root_path,) if asked.root_path else ()
    return tuple(path for uri in uris if (path := to_path(uri)))


def settings_of(options: Any) -> Any:
    """The settings in `initializationOptions`: under `settings`, under the section, or the object itself."""
    for path in (("settings", SECTION), ("settings",), (SECTION,)):
        if isinstance(found := look_up(options, *path), dict):
            return portable(found)
    return portable(options) if isinstance(options, dict) else None


def portable(value: Any, depth: int = 0) -> Any:
    """What a client sends, as the worker can be told of it: JSON knows numbers and texts that msgpack does not.

    What is nested deeper than any setting is left out.
    """
    match value:
        case dict() | list() if depth > _DEEPEST:
            return None
        case dict():
            return {portable(key): portable(held, depth + 1) for key, held in value.items()}
        case list():
            return [portable(one, depth + 1) for one in value]
        case str():
            return value.encode("utf-8", "replace").decode()
        case int() if not _SMALLEST <= value <= _LARGEST:
            return str(value)
        case _:
            return value


_DEEPEST: Final = 20
_SMALLEST: Final = -(2**63)
_LARGEST: Final = 2**64 - 1

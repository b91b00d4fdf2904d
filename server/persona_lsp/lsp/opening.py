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
            return found
    return options if isinstance(options, dict) else None

"""The configuration of editors: the files of `client-config/`, with the path of the command as it is installed here."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from msgspec import Struct

from persona_lsp.cli.project import UsageError


class Editor(Struct, frozen=True):
    """An editor: the file of its folder, where that goes, and how the file starts the server."""

    title: str
    file: str
    place: str
    start: str
    """Stands in the file once, with `persona-lsp` for the command."""
    quote: Callable[[str], str]
    tried: bool = True


class Configuration(Struct, frozen=True):
    """What to write, and where."""

    title: str
    place: str
    text: str


def _in_double_quotes(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"')


def _in_single_quotes(path: str) -> str:
    return path.replace("'", "''")


def _in_command_line(path: str) -> str:
    """JSON text that is split at blanks later."""
    return _in_double_quotes(f'"{path}"' if " " in path else path)


EDITORS = {
    "emacs": Editor(
        "Emacs 26.3 and newer, with Eglot", "persona-lsp.el",
        'write it to ~/.config/emacs/persona-lsp.el, and add (load "~/.config/emacs/persona-lsp.el") to the init file.',
        '("persona-lsp")', _in_double_quotes,
    ),
    "helix": Editor(
        "Helix 23.10 and newer", "languages.toml", "add it to ~/.config/helix/languages.toml.",
        'command = "persona-lsp"', _in_double_quotes,
    ),
    "jetbrains": Editor(
        "JetBrains IDEs with the plugin LSP4IJ", "template.json",
        "write it to a folder of its own as template.json, and import that folder as a custom template.",
        '"default": "persona-lsp"', _in_command_line, tried=False,
    ),
    "kate": Editor(
        "Kate 21.12 and newer", "settings.json",
        "write it to ~/.config/kate/lspclient/settings.json, or into Configure Kate > LSP Client > User Server Settings.",
        '"command": ["persona-lsp"]', _in_double_quotes,
    ),
    "neovim": Editor(
        "Neovim 0.7 and newer", "persona-lsp.lua", "write it to ~/.config/nvim/plugin/persona-lsp.lua.",
        'cmd = { "persona-lsp" }', _in_double_quotes,
    ),
    "sublime": Editor(
        "Sublime Text 4 with the package LSP", "LSP.sublime-settings",
        "add it to Preferences > Package Settings > LSP > Settings.",
        '"command": ["persona-lsp"]', _in_double_quotes, tried=False,
    ),
    "vim": Editor(
        "Vim 8 and newer, with ALE", "persona-lsp.vim", "write it to ~/.vim/after/plugin/persona-lsp.vim.",
        "'executable': 'persona-lsp'", _in_single_quotes,
    ),
    "zed": Editor(
        "Zed, with the extension in client-config/zed", "settings.json", "add it to ~/.config/zed/settings.json.",
        '"path": "persona-lsp"', _in_double_quotes, tried=False,
    ),
}  # fmt: skip
"""By the name of their folder."""

VSCODE = "vscode"
"""Has an extension with a server of its own; what there is to configure is another server."""


def listed() -> str:
    """The editors that there is a configuration for."""
    titles = {
        name: f"{editor.title}{'' if editor.tried else ' (from its documentation, not tried)'}"
        for name, editor in EDITORS.items()
    }
    titles[VSCODE] = "Visual Studio Code, with the extension in client-config/vscode"
    width = max(map(len, titles))
    return "".join(f"{name:<{width}}  {titles[name]}\n" for name in sorted(titles))


def configuration(name: str, command: str | None = None) -> Configuration:
    """The configuration of an editor, with the path of the installed command, or with another `command`.

    Raises `UsageError` for an editor that is not known, and where the command is not installed.
    """
    if name.lower() == VSCODE:
        return _vscode(command if command is not None else _command())
    editor = EDITORS.get(name.lower())
    if editor is None:
        known = sorted((*EDITORS, VSCODE))
        close = get_close_matches(name.lower(), known, 1, 0.6)
        hint = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known)}."
        raise UsageError(f"there is no configuration for an editor `{name}`; {hint}")
    text = _folder().joinpath(name.lower(), editor.file).read_text(encoding="utf-8")
    path = editor.quote(command if command is not None else _command())
    return Configuration(
        editor.title, editor.place, text.replace(editor.start, editor.start.replace("persona-lsp", path))
    )


def _vscode(command: str) -> Configuration:
    return Configuration(
        "Visual Studio Code",
        "package the extension in a clone of the repository (make vscode), and "
        "install it: code --install-extension client-config/vscode/dist/persona-lsp-*.vsix. It brings its server along; for this one "
        "instead, add what is printed to the settings (Preferences: Open User Settings (JSON)).",
        json.dumps({"personaLsp.path": command}, indent=2, ensure_ascii=False) + "\n",
    )


def _folder() -> Traversable:
    """The package's own copy, or the repository's folder in an editable install."""
    package = files("persona_lsp")
    shipped = package.joinpath("_editors")
    return shipped if shipped.is_dir() else package.joinpath("..", "..", "client-config")


def _command() -> str:
    """The absolute path of `persona-lsp`: what runs now, else what belongs to this Python, else what is on the path."""
    suffix = ".exe" if sys.platform == "win32" else ""
    beside = Path(sys.executable).with_name(f"persona-lsp{suffix}")
    for candidate in (shutil.which(sys.argv[0]), str(beside), shutil.which("persona-lsp")):
        if candidate and Path(candidate).stem == "persona-lsp" and Path(candidate).is_file():
            return str(Path(candidate).absolute())
    raise UsageError("the command `persona-lsp` is not installed; install the package with pipx, uv or pip.")

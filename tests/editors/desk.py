"""What an editor finds when it is started: a home, a workspace, and the command `persona-lsp` on its path."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
CONFIGURATIONS = REPOSITORY / "client-config"
MARK = "PERSONA_LSP_EDITOR_TEST"
INSTALLED = Path(sys.executable).with_name("persona-lsp")
"""The command of the environment that the tests run in."""


class NotShownError(AssertionError):
    """An editor did not show in time what was waited for."""


class Desk:
    """A folder for one run of one editor; every process that is started with its environment can be found again."""

    def __init__(self, folder: Path, *, broken: bool = False, record: Path | None = None) -> None:
        """With `broken`, the command `persona-lsp` ends at once, whatever it is asked.

        With `record`, what the editor sends is written to a file, too.
        """
        self.mark = uuid.uuid4().hex
        self.patience = 6.0 if broken else 60.0
        """Seconds to wait for what should appear."""
        self.home = folder / "home"
        self.config = self.home / ".config"
        self.config.mkdir(parents=True)
        # Blanks and other letters than ASCII in paths are what editors and servers get wrong.
        self.workspace = folder / "Café orders"
        shutil.copytree(HERE / "workspace", self.workspace)
        self.file = self.workspace / "main.py"
        self.log = folder / "server.log"
        self.runtime = Path(tempfile.mkdtemp(prefix="desk-"))
        """For sockets, whose paths may not be long."""
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        script = self.command = bin_folder / "persona-lsp"
        run = "echo 'broken on purpose' >&2; exit 3" if broken else f"exec '{INSTALLED}' \"$@\" 2>> '{self.log}'"
        if record is not None:
            run = f"tee '{record}' | '{INSTALLED}' \"$@\""
        script.write_text(f"#!/bin/sh\n{run}\n")
        script.chmod(0o755)
        self.environment = {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.config),
            "XDG_DATA_HOME": str(self.home / ".local" / "share"),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "PATH": f"{bin_folder}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "PERSONA_LSP_CACHE_DIR": str(folder / "cache"),
            MARK: self.mark,
        }

    def configure(self, editor: str, file: str, place: Path, *, printed: bool) -> None:
        """Put an editor's configuration into its place: the file of `client-config/`, or what `init` prints."""
        place.parent.mkdir(parents=True, exist_ok=True)
        if printed:
            shown = subprocess.run([INSTALLED, "init", editor], capture_output=True, check=True)
            place.write_bytes(shown.stdout)
        else:
            shutil.copy(CONFIGURATIONS / editor / file, place)

    def editor(self, program: str) -> int:
        """The process that runs a program of this name. Raises `NotShownError`."""
        found = [pid for pid in self.processes() if Path(os.readlink(f"/proc/{pid}/exe")).name.startswith(program)]
        # The name may also be that of a loader, which is known by what it loads.
        found = found or [pid for pid in self.processes() if f"/{program} " in f"{_command_of(pid)} "]
        if not found:
            raise NotShownError(f"{program} does not run; there are: {[_command_of(p) for p in self.processes()]}")
        return found[-1]

    def servers(self) -> list[int]:
        """The processes of the server that this desk's editor started."""
        return [pid for pid in self.processes() if re.search("persona[-_]lsp", _command_of(pid))]

    def processes(self) -> list[int]:
        """All processes that were started with this desk's environment, from the editor down."""
        wanted = f"{MARK}={self.mark}".encode()
        return [pid for pid in _all_processes() if wanted in _environment_of(pid)]

    def wait_for_servers(self) -> None:
        """Wait until the server and its worker run: what is not there cannot be left behind."""
        wait(lambda: len(self.servers()) >= 2, "the server and its worker", self.patience)

    def wait_until_all_ended(self) -> None:
        """Wait until no process is left. Raises `NotShownError` that names those that are."""
        try:
            wait(lambda: not self.processes(), "the end of all processes", 20)
        except NotShownError as error:
            left = [f"{pid}: {_command_of(pid)}" for pid in self.processes()]
            raise NotShownError(f"still running: {left}") from error

    def wait_for_text(self, text: str) -> None:
        """Wait until the file of the workspace holds exactly this text."""
        read = self.file.read_text

        def saved() -> bool:
            # Some editors put a new file into the place of the old one: for a moment, there is none.
            with contextlib.suppress(FileNotFoundError):
                return read(encoding="utf-8") == text
            return False

        try:
            wait(saved, "the saved file", self.patience)
        except NotShownError:
            assert read(encoding="utf-8") == text
            raise

    def said(self) -> str:
        """What the server wrote to its log, the end of it."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else "(the server wrote no log)"

    def clear(self) -> None:
        """End what is still there, by its number."""
        for pid in self.processes():
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        shutil.rmtree(self.runtime, ignore_errors=True)


def wait(look: Callable[[], Any], what: str, seconds: float, shown: Callable[[], str] = str) -> Any:
    """Ask again and again until there is an answer, and return it. Raises `NotShownError` with what is `shown`."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise NotShownError(f"{what} did not appear within {seconds:.0f} s\n{shown()}")
        time.sleep(0.05)
    return found


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def _environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""

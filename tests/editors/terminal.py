"""A terminal for an editor, with tmux: keys in, the text on the screen out."""

import os
import re
import shlex
import subprocess
import uuid
from collections.abc import Sequence

from tests.editors.desk import Desk, wait


class Terminal:
    """A screen on which one command runs."""

    def __init__(self, desk: Desk, command: Sequence[str], columns: int = 180, lines: int = 48) -> None:
        """Start the command in the desk's workspace."""
        self.desk = desk
        self._socket = f"persona-lsp-{uuid.uuid4().hex[:12]}"
        words = ["env", "-i", *(f"{name}={value}" for name, value in desk.environment.items()), *command]
        self._tmux(
            "new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(desk.workspace), shlex.join(words)
        )
        # An Escape is a key of its own at once, as it is for a person.
        self._tmux("set-option", "-s", "escape-time", "0")

    def screen(self) -> str:
        """The text on the screen, a line each."""
        return self._tmux("capture-pane", "-p", check=False)

    def wait(self, pattern: str) -> re.Match[str]:
        """Wait until a regular expression is found on the screen."""
        found: re.Match[str] = wait(
            lambda: re.search(pattern, self.screen(), re.MULTILINE), f"`{pattern}`", self.desk.patience, self._all
        )
        return found

    def wait_until_not(self, pattern: str) -> None:
        """Wait until a regular expression is not found any more."""
        gone = f"the absence of `{pattern}`"
        wait(lambda: not re.search(pattern, self.screen(), re.MULTILINE), gone, self.desk.patience, self._all)

    def press(self, *keys: str) -> None:
        """Press keys, by their names in tmux."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-l", text)

    def wait_for_end(self) -> None:
        """Wait until the command has ended."""
        wait(lambda: not self._runs(), "the end of the editor", 20, self.screen)

    def close(self) -> None:
        """End whatever runs."""
        self._tmux("kill-server", check=False)

    def _runs(self) -> bool:
        return bool(self._tmux("has-session", check=False, code=True) == "0")

    def _all(self) -> str:
        return f"{self.screen()}\n{self.desk.said()}"

    def _tmux(self, *arguments: str, check: bool = True, code: bool = False) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-f", "/dev/null", "-L", self._socket, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"},
        )
        if check and done.returncode != 0:
            raise AssertionError(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return str(done.returncode) if code else done.stdout

"""A display for an editor with windows: Xvfb, keys by xdotool, and what is on the screen read by tesseract."""

import contextlib
import hashlib
import os
import re
import signal
import subprocess
from collections.abc import Sequence

from tests.editors.desk import Desk, wait

_LARGER = 2

Word = tuple[str, int, int]
"""With the middle of it."""


class Window:
    """A display of its own on which one command runs."""

    def __init__(self, desk: Desk, command: Sequence[str], width: int = 1400, height: int = 900) -> None:
        """Start the display, and on it the command in the desk's workspace."""
        self.desk = desk
        self._size = (str(width), str(height))
        ready, told = os.pipe()
        # Xvfb looks for a free number by itself, and tells it.
        self._display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(told), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            pass_fds=[told],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(told)
        with os.fdopen(ready) as numbers:
            self._name = f":{numbers.readline().strip()}"
        self._picture = desk.home / "screen.ppm"
        self._read: dict[bytes, list[Word]] = {}
        with (desk.home / "editor.log").open("wb") as log:
            self._process = subprocess.Popen(
                list(command), cwd=desk.workspace, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=desk.environment | {"DISPLAY": self._name}, start_new_session=True,
            )  # fmt: skip

    def fill(self, name: str) -> None:
        """Give the command's window the whole screen; there is nobody else to do that."""

        def find() -> str:
            found = ("xdotool", "search", "--onlyvisible", "--class", name)
            return self._run(*found, check=False).partition("\n")[0]

        number = wait(find, f"a window of {name}", self.desk.patience)
        self._run("xdotool", "windowsize", number, *self._size, "windowmove", number, "0", "0")

    def screen(self) -> str:
        """The words on the screen, as far as they can be read in a picture of it."""
        return " ".join(word for word, _, _ in self._words())

    def wait(self, pattern: str) -> re.Match[str]:
        """Wait until a regular expression is found on the screen, between whose words stands one blank."""
        found: re.Match[str] = wait(
            lambda: re.search(pattern, self.screen()), f"`{pattern}`", self.desk.patience, self._all
        )
        return found

    def wait_until_not(self, pattern: str) -> None:
        """Wait until a regular expression is not found any more."""
        gone = f"the absence of `{pattern}`"
        wait(lambda: not re.search(pattern, self.screen()), gone, self.desk.patience, self._all)

    def press(self, *keys: str) -> None:
        """Press keys, by their names in X."""
        self._run("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type text."""
        self._run("xdotool", "type", "--delay", "20", text)

    def point(self, pattern: str, button: int = 0) -> None:
        """Move the mouse to the lowest word that a regular expression matches, and press a button there."""

        def find() -> tuple[int, int] | None:
            matching = [(y, x) for word, x, y in self._words() if re.search(pattern, word)]
            return max(matching, default=None)

        y, x = wait(find, f"the word `{pattern}`", self.desk.patience, self._all)
        self._run("xdotool", "mousemove", str(x), str(y), *(["click", str(button)] if button else []))

    def wait_for_end(self) -> None:
        """Wait until the command has ended."""
        wait(lambda: self._process.poll() is not None, "the end of the editor", 20, self.screen)

    def close(self) -> None:
        """End whatever runs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._display.kill()
        self._display.wait()

    def _words(self) -> list[Word]:
        """The words in a picture of the screen, with the middle of each. A picture that was read before is not read again."""
        # Raw pixels: other formats carry the time.
        self._run("import", "-window", "root", str(self._picture))
        key = hashlib.sha256(self._picture.read_bytes()).digest()
        if key not in self._read:
            self._read[key] = self._recognized()
        return self._read[key]

    def _recognized(self) -> list[Word]:
        big = self._picture.with_name("big.png")
        # Letters of ten pixels are too small for tesseract. To compress it well would take longer than to read it.
        larger = ("-colorspace", "Gray", "-resize", f"{_LARGER}00%", "-quality", "10")
        self._run("convert", str(self._picture), *larger, str(big))
        table = self._run("tesseract", str(big), "-", "--psm", "11", "-l", "eng", "-c", "tessedit_do_invert=0", "tsv")
        words = []
        for line in table.splitlines()[1:]:
            *_, left, top, width, height, _confidence, word = line.split("\t")
            if word.strip():
                x, y = int(left) + int(width) // 2, int(top) + int(height) // 2
                words.append((word, x // _LARGER, y // _LARGER))
        return words

    def _all(self) -> str:
        log = (self.desk.home / "editor.log").read_text(errors="replace")[-2000:]
        return f"{self.screen()}\n{log}\n{self.desk.said()}"

    def _run(self, *command: str, check: bool = True) -> str:
        environment = {"PATH": "/usr/bin:/bin", "DISPLAY": self._name, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if check and done.returncode != 0:
            raise AssertionError(f"{command[0]}: {done.stderr.strip()}")
        return done.stdout

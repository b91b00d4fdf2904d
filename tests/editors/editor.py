"""What every editor can do, in the words of the person who sits before it."""

import re
from abc import ABC, abstractmethod
from typing import Protocol

from tests.editors.desk import Desk

FINDING = "goes to the client and can reveal"
OTHER_FINDING = "is never reached"


class Screen(Protocol):
    """What an editor shows, and how it is spoken to."""

    def wait(self, pattern: str) -> re.Match[str]:
        """Wait until a regular expression is found on the screen. Raises `NotShownError`."""

    def close(self) -> None:
        """End whatever runs."""


class Editor(ABC):
    """An editor with a file of the workspace open. Every method waits until its outcome is on the screen."""

    def __init__(
        self, desk: Desk, executable: str, *, printed: bool = False, file: str = "main.py", shows: str = "return"
    ) -> None:
        """Start it, with the configuration that is shipped, or the one that is `printed` by `persona-lsp init`."""
        self.desk = desk
        self.file = file
        self.program = executable.rpartition("/")[2]
        self.screen = self.start(desk, executable, printed=printed)
        self.screen.wait(shows)

    @abstractmethod
    def start(self, desk: Desk, executable: str, *, printed: bool) -> Screen:
        """Put the configuration into its place, and open the file."""

    def see_findings(self) -> None:
        """Look at what is wrong in `main.py`."""
        self.see(FINDING, OTHER_FINDING)

    @abstractmethod
    def see(self, *messages: str) -> None:
        """Look at what is wrong, until all these messages are shown."""

    @abstractmethod
    def hover(self) -> None:
        """Ask about the function, look at the answer, and close it."""

    @abstractmethod
    def fix(self) -> None:
        """Choose the first quick fix of the finding."""

    @abstractmethod
    def save(self) -> None:
        """Save the file."""

    @abstractmethod
    def leave(self) -> None:
        """Quit, as one does."""

    def close(self) -> None:
        """End what is left of it."""
        self.screen.close()

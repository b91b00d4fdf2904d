"""How long it takes from a clone to the first finding in VS Code: `python -m tests.editors.first_finding`.

Runs the commands of the README in a copy of this repository, with a VS Code that has no extension and no settings yet,
twice: the first time fills the caches of npm and pip, so that the second, which is told, counts no downloads.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.editors.desk import HERE, REPOSITORY
from tests.editors.installed import installed

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "bundled", "build", "out", "dist", "__pycache__", ".*_cache"
)


def main() -> None:
    """Print the seconds of each command."""
    installed("apt.sh", "chromium")
    editor = installed("vscode.sh")
    for told in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            seconds = play(Path(folder) / "clone", editor)
        if told:
            rows = [*seconds.items(), ("in all", sum(seconds.values()))]
            sys.stdout.writelines(f"{one:6.1f} s  {what}\n" for what, one in rows)


def play(clone: Path, editor: str) -> dict[str, float]:
    """The seconds of each command, in a clone that is new."""
    shutil.copytree(REPOSITORY, clone, ignore=LEFT_OUT)
    seconds: dict[str, float] = {}
    extension = clone / "client-config" / "vscode"
    begin = time.monotonic()
    subprocess.run(["make", "vscode"], cwd=clone, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds["make vscode"] = time.monotonic() - begin
    (package,) = (extension / "dist").glob("*.vsix")
    target = clone / "installed"
    (target / "home").mkdir(parents=True)
    (target / "config.yaml").touch()
    entry = Path(editor, "node_modules", "code-server", "out", "node", "entry.js")
    places = [
        "--config",
        target / "config.yaml",
        "--user-data-dir",
        target / "data",
        "--extensions-dir",
        target / "extensions",
    ]
    quiet = os.environ | {"EXTENSIONS_GALLERY": "{}", "VSCODE_CLI": "1", "HOME": str(target / "home")}
    begin = time.monotonic()
    subprocess.run(
        ["node", entry, *places, "--install-extension", package],
        env=quiet, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seconds["code --install-extension client-config/vscode/dist/persona-lsp-*.vsix"] = time.monotonic() - begin
    environment = os.environ | {
        "EDITOR": editor, "EXTENSION": str(target), "FOLDER": str(clone / "examples" / "bookshop"),
        "SHOTS": str(target / "shots"), "PYTHON": sys.executable,
    }  # fmt: skip
    shown = subprocess.run(
        ["node", "conditions.mjs", "first-finding"],
        cwd=HERE / "vscode", env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    (line,) = (line for line in shown.stdout.splitlines() if line.startswith("seconds "))
    seconds["code examples/bookshop, until a finding is underlined"] = float(line.removeprefix("seconds "))
    return seconds


if __name__ == "__main__":
    main()

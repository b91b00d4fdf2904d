"""VS Code with the packaged extension: what a user sees, what other extensions see, and what happens without Python."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.editors.installed import installed

sys.path.insert(0, str(Path(__file__).parents[2] / "ai"))

from fake import Answer, Fake, finding, findings

pytestmark = pytest.mark.editors

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXTENSION = ROOT / "client-config" / "vscode"
SHOTS = Path(os.environ.get("PERSONA_LSP_SHOTS", ROOT / "build" / "vscode-screenshots"))
BROKEN = {"personaLsp.path": "/bin/false"}


def command(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(one) for one in arguments],
        cwd=cwd,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def done(*arguments: str | Path, cwd: Path) -> str:
    result = command(*arguments, cwd=cwd)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


@pytest.fixture(scope="session")
def editor() -> str:
    """The folder that VS Code is installed in."""
    installed("apt.sh", "chromium", "fonts-dejavu-core", "fonts-noto-color-emoji", "build-essential")
    return installed("vscode.sh")


@pytest.fixture(scope="session")
def extension(editor: str) -> str:
    """The folder of the packaged extension, made from the sources of today."""
    return installed("extension.sh", editor)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example back end, in a folder whose name is not easy, with a persona of its own."""
    copy = tmp_path / "Büro & books"
    shutil.copytree(ROOT / "examples" / "bookshop", copy)
    agents = copy / ".claude" / "agents"
    agents.mkdir(parents=True)
    shutil.copy(HERE / "query-hawk.md", agents)
    return copy


def play(
    script: str, *arguments: str, editor: str, extension: str, folder: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    return command(
        "node", script, *arguments, cwd=HERE,
        **({"EDITOR": editor, "EXTENSION": extension, "FOLDER": str(folder), "SHOTS": str(SHOTS), "PYTHON": sys.executable} | more),
    )  # fmt: skip


def passed(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-6000:]}"
    assert "passed" in result.stdout


def test_what_a_user_sees(editor: str, extension: str, folder: Path) -> None:
    passed(play("ui.mjs", editor=editor, extension=extension, folder=folder))


def test_what_other_extensions_see(editor: str, extension: str, folder: Path) -> None:
    passed(play("api.mjs", editor=editor, extension=extension, folder=folder))


BOOKS = findings(
    finding("limit: int = 20, offset", 18, "Nothing says how many books there are: the client cannot page to an end."),
)
REMOVED = findings(finding("session.delete(book)", 67, "Reviews of the book stay behind: delete them, too."))
RATINGS = findings(
    finding("book = session.get(Book, book_id)", 44, "A book that is not there is read from: answer 404.")
)
SUGGESTION = json.dumps(
    {
        "summary": "Unknown books are answered with 404.",
        "edits": [
            {
                "old": "    book = session.get(Book, book_id)\n    ratings = {}",
                "new": "    book = session.get(Book, book_id)\n    if book is None:\n"
                '        raise HTTPException(404, "No such book.")\n    ratings = {}',
            }
        ],
    }
)


def test_claude_is_asked_with_consent_and_forgotten_again(editor: str, extension: str, folder: Path) -> None:
    with Fake() as claude:
        claude.script(
            Answer(BOOKS, pause=0.3),
            Answer(RATINGS),
            Answer(REMOVED),
            Answer(SUGGESTION),
            Answer(status=429, headers={"retry-after": "3600"}),
        )
        passed(play("ai.mjs", editor=editor, extension=extension, folder=folder, CLAUDE=claude.url))
    asked = [one for one in claude.heard if one.path == "/v1/messages"]
    assert len(asked) == 5, "each review and suggestion once, and nothing before consent or after it was taken back"
    assert all(one.headers["authorization"] == "Bearer sk-ant-made-up" for one in asked)
    named = ("list_books", "read_ratings", "remove_book", "read_ratings", "add_book")
    assert all(name in one.question for one, name in zip(asked, named, strict=True))


@pytest.mark.parametrize("script", ["ui.mjs", "api.mjs"])
def test_a_broken_server_is_noticed(script: str, editor: str, extension: str, folder: Path, tmp_path: Path) -> None:
    broken = {"MACHINE": json.dumps(BROKEN), "PATIENCE": "12", "SHOTS": str(tmp_path)}
    result = play(script, editor=editor, extension=extension, folder=folder, **broken)
    assert result.returncode == 1
    assert "passed" not in result.stdout


@pytest.mark.parametrize(
    "condition",
    [
        "no-python",
        "old-python",
        "only-uvx",
        "path-missing",
        "always-crashes",
        "killed",
        "vscode-killed",
        "environment",
        "virtual",
        "restricted",
        "several-folders",
        "two-windows",
        "no-folder",
        "walkthrough",
    ],
)
def test_conditions(condition: str, editor: str, extension: str, folder: Path) -> None:
    passed(play("conditions.mjs", condition, editor=editor, extension=extension, folder=folder))


def test_the_unit_tests_of_the_extension(extension: str) -> None:
    done("npm", "run", "check", cwd=EXTENSION)

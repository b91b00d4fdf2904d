"""The wheel, installed where nothing else of this repository is."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from persona_lsp.cli.editors import EDITORS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "client-config"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment with the wheel in it; the libraries are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    # No index is asked: hatchling is here, and so are the libraries.
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*pip, *wheel], check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    venv.create(folder / "venv")
    python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / Path(sys.executable).name
    pip += ["--python", str(python)]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(file)], check=True, capture_output=True)
    libraries = sysconfig.get_paths(vars={"base": str(folder / "venv"), "platbase": str(folder / "venv")})["purelib"]
    # Only the folder itself: the path file by which this repository is installed here is not followed from there.
    Path(libraries, "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return Path(shutil.which("persona-lsp", path=str(python.parent)) or "")


def run(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONUTF8": "1", "PERSONA_LSP_CACHE_DIR": str(cwd / "cache")}
    return subprocess.run(
        [installed, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("name", EDITORS)
def test_the_configuration_of_every_editor_comes_with_the_wheel(installed: Path, name: str, tmp_path: Path) -> None:
    editor = EDITORS[name]
    done = run(installed, "init", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shipped = (FOLDER / name / editor.file).read_text(encoding="utf-8")
    assert done.stdout == shipped.replace(editor.start, editor.start.replace("persona-lsp", str(installed)))


def test_what_is_reviewed_from_the_wheel_is_the_wheels_own(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/a/{b}")\ndef read(c: int):\n    return c\n',
        encoding="utf-8",
    )
    done = run(installed, "check", ".", "--format", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)
    page = run(installed, "explain", finding["rule"], cwd=tmp_path)
    assert "Why it matters" in page.stdout
    python = installed.with_name(Path(sys.executable).name)
    where = subprocess.run(
        [python, "-c", "import persona_lsp; print(persona_lsp.__file__)"], cwd=tmp_path, capture_output=True, text=True,
        check=True, env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(installed.parents[1])


def test_labelled_cases_come_with_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "eval", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "26 cases to ask about" in done.stderr

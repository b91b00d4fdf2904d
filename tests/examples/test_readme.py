"""The README promises nothing that does not work: its commands run, its settings are settings, its links lead somewhere."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from persona_lsp.rules.registry import rules
from persona_lsp.settings import check_names, merge, read_editor, read_toml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

GUARD = """
import sys

def forbid(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib.")):
        raise SystemExit(f"{event}{arguments}")

sys.addaudithook(forbid)
from persona_lsp.cli.commands import run
code = run(sys.argv[1:])
loaded = sorted(name for name in ("anthropic", "lsprotocol", "pygls") if name in sys.modules)
sys.exit(f"loaded {loaded}" if loaded else code)
"""


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    lines = "".join(fenced("sh")).splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.startswith("persona-lsp ")]


@pytest.fixture
def run(tmp_path):
    """Runs Python with arguments in a copy of the example, with a home of its own."""
    work = tmp_path / "bookshop"
    shutil.copytree(ROOT / "examples" / "bookshop", work)
    agents = work / ".claude" / "agents"
    agents.mkdir(parents=True)
    shutil.copy(ROOT / "personas" / "backend-developer.md", agents / "reviewer.md")
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT / "server"),
        "PYTHONUTF8": "1",
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "PERSONA_LSP_CACHE_DIR": str(tmp_path / "cache"),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


def test_every_command_runs(run):
    listed = commands()
    assert len(listed) >= 10
    for name, *arguments in listed:
        result = run("-m", name.replace("-", "_"), *arguments)
        assert result.returncode in (0, 1), (arguments, result.stderr)
        assert result.stdout or result.stderr or "--output" in arguments or "--baseline" in arguments, arguments
        assert "Traceback" not in result.stderr, (arguments, result.stderr)


def test_fixes_leave_code_that_has_fewer_findings_and_is_fixed(run):
    before = json.loads(run("-m", "persona_lsp", "check", ".", "--format", "json").stdout)
    run("-m", "persona_lsp", "check", ".", "--fix")
    after = json.loads(run("-m", "persona_lsp", "check", ".", "--format", "json").stdout)
    assert {one["rule"] for one in after} < {one["rule"] for one in before}
    again = run("-m", "persona_lsp", "check", ".", "--diff")
    assert "+++" not in again.stdout


def test_check_and_endpoints_open_no_connection_and_load_no_protocol(run):
    for command in ("check", "endpoints"):
        result = run("-c", GUARD, command, ".", "--jobs", "1")
        assert result.returncode in (0, 1), result.stderr
        assert "/api/v1/books" in result.stdout
        assert result.stderr == ""


def test_the_settings_are_settings():
    names = [rule.id for rule in rules()]
    families = {rule.family for rule in rules()}
    read = [read_toml(text, "persona-lsp.toml") for text in fenced("toml")]
    read += [read_editor(json.loads(text)) for text in fenced("json")]
    assert len(read) == 2
    for partial in read:
        assert partial.values
        assert not partial.problems
        assert not check_names(merge(partial), names, families, ("backend-developer",))


def test_what_ci_is_told_exists():
    action, hooks = (yaml.safe_load(text) for text in fenced("yaml"))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert set(action[0]["with"]) <= set(inputs)
    offered = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= offered
    assert "persona-lsp-project" in offered


def test_the_targets_of_make_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    mentioned = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert mentioned >= {"demo", "test", "check", "bench"}
    assert mentioned <= targets


def test_the_architecture_names_tests_and_modules_that_exist():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(tests) > 10
    for file, name in tests:
        assert (ROOT / file).is_file(), file
        assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"
    package = ROOT / "server" / "persona_lsp"
    layers = "|".join(path.name for path in package.iterdir() if path.is_dir())
    modules = set(re.findall(rf"`((?:{layers})/[\w/]+\.py)`", page))
    assert len(modules) > 15
    for module in modules - {"ai/claude.py"}:
        assert (package / module).is_file(), module


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "examples/bookshop/README.md"]
)
def test_links_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (path.parent / target).exists(), target

"""What is shipped: the owner's persona byte for byte, the bundled data, and files that name no host of a registry."""

import hashlib
import re
import tomllib
from pathlib import Path

import yaml

from persona_lsp.cli.commands import check
from persona_lsp.cli.editors import EDITORS

REPOSITORY = Path(__file__).parents[2]

BACKEND_DEVELOPER = "acd6cfa4f4b5c5df3239b3dba69097e5eae13ac55d91020127ea34a522ee033f"


def test_the_persona_of_the_owner_is_shipped_byte_for_byte() -> None:
    data = (REPOSITORY / "personas" / "backend-developer.md").read_bytes()
    assert hashlib.sha256(data).hexdigest() == BACKEND_DEVELOPER


def test_the_wheel_carries_the_personas_the_pages_of_the_rules_and_the_configuration_of_editors() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    editors = {f"client-config/{name}": f"persona_lsp/_editors/{name}" for name in EDITORS}
    assert included == {"personas": "persona_lsp/_personas", "docs/rules": "persona_lsp/_rules", **editors}
    assert all((REPOSITORY / folder).is_dir() for folder in included)


def test_hooks_and_action_ask_for_options_that_exist() -> None:
    options = {option for parameter in check.params for option in parameter.opts}
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for hook in hooks]
    script = action["runs"]["steps"][-1]["run"]
    assert all(entry.startswith("persona-lsp check ") for entry in entries)
    assert set(re.findall(r"(?<=[ (])--[a-z][a-z-]*", " ".join([*entries, script]))) <= options
    # Inputs reach the script as variables: pasted into it, they could run as code.
    assert "${{" not in script


def test_constraints_pin_every_dependency_and_name_no_host() -> None:
    text = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    pinned = {_normal(line.split("==")[0]) for line in text.splitlines() if "==" in line}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        _normal(re.split(r"[<>=\[; ]", one)[0])
        for one in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    }
    assert wanted - pinned == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

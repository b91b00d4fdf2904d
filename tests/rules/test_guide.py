"""The rule that docs/writing-rules.md shows works as it stands there."""

import importlib.util
import re
from pathlib import Path

from tests.harness.checks import check_fine, check_flagged
from tests.harness.fences import examples

from persona_lsp.findings.topic import Topic
from persona_lsp.rules.api import Declaration
from persona_lsp.rules.registry import Rule

GUIDE = Path(__file__).parents[2] / "docs" / "writing-rules.md"


def test_the_rule_of_the_guide(tmp_path: Path) -> None:
    shown = re.search(r"^````python\n(.*?)^````$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert shown is not None
    path = tmp_path / "deprecated_without_headers.py"
    path.write_text(shown[1], encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declaration = module.deprecated_without_headers
    assert isinstance(declaration, Declaration)
    rule = Rule("deprecated-without-headers", "versioning", Topic("t", "T", ("t",)), declaration, module.__doc__ or "")
    for example in examples(rule.page.sections["Flagged"]):
        check_flagged(rule, example)
    for example in examples(rule.page.sections["Fine"]):
        check_fine(rule, example)

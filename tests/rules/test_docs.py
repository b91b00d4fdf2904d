"""The generated pages are what the code says."""

import importlib.util
from pathlib import Path

GENERATE = Path(__file__).parents[2] / "docs" / "generate.py"


def test_pages_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("docs_generate", GENERATE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stale = [path.name for path in module.stale()]
    assert stale == [], "documentation needs updating; run: python docs/generate.py"

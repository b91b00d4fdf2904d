"""The same small API in every framework extracts to the same facts; what a framework cannot say is a named gap."""

import json
import tomllib
from pathlib import Path

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Endpoint

HERE = Path(__file__).parent
FRAMEWORKS = sorted(p.name for p in HERE.iterdir() if p.is_dir() and not p.name.startswith("__"))
GOLDEN = {f"{row['method']} {row['path']}": row for row in json.loads((HERE / "golden.json").read_text())}
GAPS = tomllib.loads((HERE / "gaps.toml").read_text())
_CLIENT_ERROR = 400
_FRAMEWORK_STATUSES = {401, 403, 422}
"""Statuses that guards and schema checks of a framework answer by themselves: not part of the golden file."""


def _row(endpoint: Endpoint) -> dict[str, object]:
    handler = endpoint.handler
    reads_body = endpoint.body is not None or bool(
        handler and any(r.place == "body" for f in (handler, *endpoint.callees) for r in f.inputs)
    )
    errors = {s for s in endpoint.statuses if s >= _CLIENT_ERROR} - _FRAMEWORK_STATUSES
    return {
        "method": endpoint.method,
        "path": endpoint.path.rstrip("/"),
        "auth": endpoint.auth.value,
        "success": list(endpoint.success),
        "errors": sorted(errors),
        "path_params": [p for p in endpoint.path_params if p != "format"],
        "query": sorted(p.name for p in endpoint.params if p.place is In.QUERY),
        "body": reads_body,
    }


def _read(framework: str) -> dict[str, dict[str, object]]:
    root = HERE / framework
    sources = {
        str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file() and p.suffix != ".md"
    }
    rows = [_row(e) for e in read(sources).snapshot.endpoints if not e.test]
    return {f"{row['method']} {row['path']}": row for row in rows}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_one_api_one_golden_file(framework: str) -> None:
    found = _read(framework)
    gaps = GAPS.get(framework, {})
    assert sorted(found) == sorted(GOLDEN)
    for label, expected in GOLDEN.items():
        for field, value in expected.items():
            gap = gaps.get(f"{label} {field}")
            if gap is None:
                assert found[label][field] == value, f"{framework}: {label} {field}"
            else:
                assert found[label][field] != value, f"{framework}: the gap {label} {field} has closed; delete it"


def test_gaps_give_reasons() -> None:
    for framework, gaps in GAPS.items():
        assert framework in FRAMEWORKS
        assert all(isinstance(reason, str) and reason for reason in gaps.values())

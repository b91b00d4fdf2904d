"""Which facts are read out of which framework: what the bookshelf shows, and what `gaps.toml` names."""

import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.harness.engine import read

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import In
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

HERE: Final = Path(__file__).parent
FRAMEWORKS: Final = sorted(p.name for p in HERE.iterdir() if p.is_dir() and not p.name.startswith("__"))
GOLDEN: Final[Mapping[str, Mapping[str, object]]] = {
    f"{row['method']} {row['path']}": row for row in json.loads((HERE / "golden.json").read_text())
}
GAPS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads((HERE / "gaps.toml").read_text())
_INFERRED: Final = "inferred: "
_CLIENT_ERROR: Final = 400
_FRAMEWORK_STATUSES: Final = frozenset({400, 401, 403, 422})
"""Statuses that guards and schema checks of a framework answer by themselves: not part of the golden file."""


@cache
def snapshot(framework: str) -> Snapshot:
    """The bookshelf of a framework, read as a project of its own."""
    root = HERE / framework
    files = [p for p in sorted(root.rglob("*")) if p.is_file() and p.suffix != ".md" and "__pycache__" not in p.parts]
    return read({p.relative_to(root).as_posix(): p.read_bytes() for p in files}).snapshot


def rows(framework: str) -> dict[str, dict[str, object]]:
    """What was read of each endpoint, in the form of the golden file, by method and path."""
    found = [_row(e) for e in snapshot(framework).endpoints if not e.test]
    return {f"{row['method']} {row['path']}": row for row in found}


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


def _functions(shelf: Snapshot) -> list[Function]:
    return [function for facts in shelf.files.values() for function in facts.functions]


FIELDS: Final = {
    "paths": ("full paths across files", "path"),
    "path-params": ("path parameters", "path_params"),
    "query-params": ("query parameters", "query"),
    "bodies": ("bodies", "body"),
    "auth": ("who may call", "auth"),
    "success": ("success statuses", "success"),
    "errors": ("error statuses", "errors"),
}
"""Facts that the golden file holds of each endpoint: title, field."""

SHOWN: Final[Mapping[str, tuple[str, Callable[[Snapshot], bool]]]] = {
    "validation": ("validation of bodies", lambda shelf: any(e.body and e.body.validated for e in shelf.endpoints)),
    "handlers": ("error handlers", lambda shelf: any(facts.error_handlers for facts in shelf.files.values())),
    "raises": ("errors raised", lambda shelf: any(f.raises for f in _functions(shelf))),
    "limits": ("page sizes", lambda shelf: any(f.limits for f in _functions(shelf))),
    "queries": ("queries", lambda shelf: any(f.queries for f in _functions(shelf))),
    "checks": (
        "checks of what was looked up",
        lambda shelf: any(q.checked for f in _functions(shelf) for q in f.queries),
    ),
    "cors": ("CORS", lambda shelf: any(facts.cors for facts in shelf.files.values())),
    "summaries": (
        "summaries",
        lambda shelf: any(e.route.doc.summary or e.route.doc.description for e in shelf.endpoints),
    ),
}
"""Facts that are known of a framework when its bookshelf shows one: title, whether it does."""


def cell(framework: str, fact: str) -> tuple[str, str]:
    """("known" | "inferred" | "gap", the reason where it is not known)."""
    gaps = GAPS.get(framework, {})
    if fact in FIELDS:
        field = FIELDS[fact][1]
        named = [reason for key, reason in gaps.items() if key.endswith(f" {field}")]
        if named:
            return "gap", "; ".join(dict.fromkeys(named))
    stated = gaps.get(fact, "")
    if stated.startswith(_INFERRED):
        return "inferred", stated.removeprefix(_INFERRED)
    return ("gap", stated) if stated else ("known", "")


def table() -> str:
    """The matrix in Markdown, the reasons below it."""
    titles = {name: title for name, (title, _) in (*FIELDS.items(), *SHOWN.items())}
    lines = [f"| | {' | '.join(titles.values())} |", f"|---{'|---' * len(titles)}|"]
    reasons: list[str] = []
    for framework in FRAMEWORKS:
        cells = []
        for name, title in titles.items():
            state, reason = cell(framework, name)
            cells.append(state)
            if reason:
                reasons.append(f"- {framework}, {title} ({state}): {reason}.")
        lines.append(f"| {framework} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *reasons])

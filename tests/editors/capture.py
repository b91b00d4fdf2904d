"""Writes down what the real editors announce: `python -m tests.editors.capture` renews `tests/protocol/clients/`."""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.editors.desk import HERE, Desk, wait
from tests.editors.installed import installed
from tests.editors.test_editors import CASES

CLIENTS = HERE.parent / "protocol" / "clients"
_INITIALIZE = re.compile(rb"Content-Length: *(\d+)[^{]*(?=\{)", re.IGNORECASE)


def capture(name: str, folder: Path) -> dict[str, Any]:
    """The parameters of `initialize` that an editor sends, without what belongs to this machine."""
    case = CASES[name]
    installed("apt.sh", *case.packages)
    executable = installed(case.executable) if case.executable.endswith(".sh") else case.executable
    record = folder / "sent"
    desk = Desk(folder, record=record)
    editor = case.editor(desk, executable)
    try:
        editor.see_findings()
        sent: bytes = wait(lambda: record.read_bytes() if record.exists() else b"", "what the editor sent", 20)
    finally:
        editor.close()
        desk.clear()
    head = _INITIALIZE.search(sent)
    assert head is not None
    message = json.loads(sent[head.end() : head.end() + int(head[1])])
    assert message["method"] == "initialize"
    params: dict[str, Any] = message["params"]
    for key in ("processId", "rootUri", "rootPath", "workspaceFolders", "workDoneToken", "initializationOptions"):
        params.pop(key, None)
    return params


def main(names: list[str]) -> None:
    """Renew the files of the editors that are named, or of all."""
    for name in names or CASES:
        with tempfile.TemporaryDirectory() as folder:
            params = capture(name, Path(folder))
        file = CLIENTS / f"{name}.json"
        file.write_text(json.dumps(params, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

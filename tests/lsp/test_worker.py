"""The worker may die, hang or stumble: the editor goes on."""

import os
import signal
import sys
import time
from pathlib import Path

from client import Client
from test_protocol import children

URI = "untitled:a"


def test_a_worker_that_is_killed_comes_back_with_the_documents(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open(URI, "bad1\n")
    client.diagnostics(URI, 1)
    place = {"line": 0, "character": 0}
    client.change(URI, 2, {"range": {"start": place, "end": place}, "text": "bad2 "})
    client.diagnostics(URI, 2)
    (worker,) = children(client.process.pid)
    os.kill(worker, signal.SIGKILL)
    client.change(URI, 3, {"range": {"start": place, "end": place}, "text": "bad3 "})
    assert len(client.diagnostics(URI, 3)) == 3
    assert client.notified("window/showMessage") == []


def test_a_text_that_always_kills_it_is_left_alone_until_it_changes(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open("untitled:b", "bad1\n")
    client.diagnostics("untitled:b", 1)
    client.open(URI, "crash\n")
    (message,) = client.until(lambda: client.notified("window/showMessage") or None)
    assert "leaves untitled:a alone" in message["message"]
    client.change("untitled:b", 2, {"text": "bad1 bad2\n"})
    assert len(client.diagnostics("untitled:b", 2)) == 2
    client.change(URI, 2, {"text": "bad1\n"})
    assert len(client.diagnostics(URI, 2)) == 1
    client.change(URI, 3, {"text": "crash\n"})
    client.change(URI, 4, {"text": "bad1 bad2 bad3\n"})
    assert len(client.diagnostics(URI, 4)) == 3


def test_a_worker_that_cannot_live_is_told_and_can_be_started_again(tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text("import sys; sys.exit(3)")
    code = "import sys; from persona_lsp.lsp import serve; sys.exit(serve(worker=sys.argv[1:]))"
    with Client([sys.executable, "-c", code, sys.executable, str(worker)]) as client:
        client.initialize()
        (message,) = client.until(lambda: client.notified("window/showMessage") or None)
        assert "its worker ended" in message["message"]
        assert client.request("workspace/executeCommand", {"command": "persona-lsp.status"})
        assert client.error("textDocument/hover", {"textDocument": {"uri": URI}})["code"] == -32602
        fake = Path(__file__).parent / "fake_worker.py"
        worker.write_text(f"import runpy; runpy.run_path({str(fake)!r}, run_name='__main__')")
        client.open(URI, "bad1\n")
        client.request("workspace/executeCommand", {"command": "persona-lsp.restart"})
        assert len(client.diagnostics(URI, 1)) == 1


def test_a_worker_that_hangs_is_replaced() -> None:
    code = (
        "import sys; import persona_lsp.lsp.link as link; link.HANGS = 1.0; "
        "from persona_lsp.lsp import serve; sys.exit(serve(worker=sys.argv[1:]))"
    )
    worker = [sys.executable, str(Path(__file__).parent / "fake_worker.py")]
    with Client([sys.executable, "-c", code, *worker]) as client:
        client.initialize()
        client.open(URI, "bad1\n")
        client.diagnostics(URI, 1)
        before = children(client.process.pid)
        client.change(URI, 2, {"text": "hang\n"})
        client.until(lambda: client.process.poll() is None and children(client.process.pid) not in (before, []), 10)
        client.change(URI, 3, {"text": "bad1 bad2\n"})
        deadline = time.monotonic() + 10
        while (
            time.monotonic() < deadline
            and len(client.notified("textDocument/publishDiagnostics")[-1]["diagnostics"]) != 2
        ):
            time.sleep(0.05)
        assert len(client.diagnostics(URI, 3)) == 2


def test_one_failing_file_costs_that_file(client: Client, tmp_path: Path) -> None:
    (tmp_path / "c.py").write_text("raise-in-extract\n")
    client.initialize(root=tmp_path)
    one, other = (tmp_path / "a.py").as_uri(), (tmp_path / "b.py").as_uri()
    client.open(one, "raise-in-extract bad1\n")
    client.open(other, "bad1\n")
    assert len(client.diagnostics(other, 1)) == 1
    assert client.diagnostics(one, 1) == []
    client.open("untitled:rule", "bad9\n")
    assert client.diagnostics("untitled:rule", 1) == []
    log = [p["message"] for p in client.notified("window/logMessage")]
    assert sum("a.py failed" in text for text in log) == 1


def test_a_file_that_is_too_large_is_not_read(client: Client) -> None:
    client.initialize(initializationOptions={"maxFileSize": 1000, "debounceMs": 0})
    client.open(URI, "bad1 " * 1000)
    assert client.diagnostics(URI, 1) == []
    client.change(URI, 2, {"text": "bad1\n"})
    assert len(client.diagnostics(URI, 2)) == 1


def test_a_5_mb_line_keeps_the_editor_alive(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open(URI, "x" * 4_900_000)
    client.diagnostics(URI, 1)
    started = time.monotonic()
    place = {"line": 0, "character": 2_000_000}
    for version in range(2, 12):
        client.change(URI, version, {"range": {"start": place, "end": place}, "text": "y"})
    client.request("textDocument/hover", {"textDocument": {"uri": URI}, "position": place})
    client.diagnostics(URI, 11)
    assert time.monotonic() - started < 8

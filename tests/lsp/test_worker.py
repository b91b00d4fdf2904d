"""The worker may die, hang or stumble: the editor goes on."""

import os
import signal
import sys
import time
from pathlib import Path

from client import LITERALS, Client
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


WAITING = """
import os, sys, time
class Slow:
    def find_spec(self, name, path=None, target=None):
        while name == "pygls" and not os.path.exists(sys.argv[1]):
            time.sleep(0.01)
sys.meta_path.insert(0, Slow())
from persona_lsp.lsp import serve
sys.exit(serve(worker=sys.argv[2:]))
"""
HEARING = """
import runpy, sys, time
from persona_lsp.host.mailbox import Mailbox
deliver = Mailbox.deliver
def hear(self, message):
    with open(sys.argv[1], "a") as file:
        print(type(message).__name__, getattr(message, "folders", ""), file=file)
    deliver(self, message)
Mailbox.deliver = hear
runpy.run_path(sys.argv[2], run_name="__main__")
"""
DYING = """
import os, sys
if not os.path.exists(sys.argv[3]):
    open(sys.argv[3], "w").close()
    sys.exit(3)
"""


def test_a_worker_begins_while_the_front_is_still_loading(tmp_path: Path) -> None:
    loaded, heard, fake = tmp_path / "loaded", tmp_path / "heard", Path(__file__).parent / "fake_worker.py"
    worker = [sys.executable, "-c", HEARING, str(heard), str(fake)]
    with Client([sys.executable, "-c", WAITING, str(loaded), *worker]) as client:
        client.request("initialize", {"rootUri": tmp_path.as_uri(), "capabilities": LITERALS})
        client.notify("initialized", {})
        client.open(URI, "bad1\n")
        client.until(lambda: heard.exists() and heard.read_text().endswith("\n"))
        assert heard.read_text().splitlines() == [f"Start ({str(tmp_path)!r},)"], "nothing else can be told yet"
        loaded.touch()
        assert len(client.diagnostics(URI, 1)) == 1
        assert [line.partition(" ")[0] for line in heard.read_text().splitlines()].count("Start") == 1


def test_a_worker_that_dies_while_the_front_is_loading_is_replaced_by_one_that_knows_the_workspace(
    tmp_path: Path,
) -> None:
    loaded, heard, fake = tmp_path / "loaded", tmp_path / "heard", Path(__file__).parent / "fake_worker.py"
    died = tmp_path / "died"
    worker = [sys.executable, "-c", DYING + HEARING, str(heard), str(fake), str(died)]
    with Client([sys.executable, "-c", WAITING, str(loaded), *worker]) as client:
        client.request("initialize", {"rootUri": tmp_path.as_uri(), "capabilities": LITERALS})
        client.notify("initialized", {})
        client.open(URI, "bad1\n")
        client.until(died.exists)
        loaded.touch()
        assert len(client.diagnostics(URI, 1)) == 1
        assert heard.read_text().splitlines()[0] == f"Start ({str(tmp_path)!r},)"

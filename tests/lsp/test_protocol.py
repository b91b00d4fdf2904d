"""The protocol's order, malformed input, and the ways to end."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import FAKE, Client

URI = "untitled:a"


def at(line: int, character: int, uri: str = URI) -> dict[str, object]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def test_requests_before_initialize_are_refused(client: Client) -> None:
    assert client.error("textDocument/hover", at(0, 0))["code"] == -32002
    assert client.error("shutdown")["code"] == -32002
    client.notify("textDocument/didOpen", {"nonsense": 1})
    client.initialize()
    assert client.error("initialize", {"capabilities": {}})["code"] == -32600


def test_nothing_but_exit_after_shutdown(client: Client) -> None:
    client.initialize()
    assert client.request("shutdown") is None
    assert client.error("textDocument/hover", at(0, 0))["code"] == -32600
    assert client.error("shutdown")["code"] == -32600
    client.notify("textDocument/didOpen", {})
    client.notify("exit")
    assert client.exit_code() == 0


def test_exit_without_shutdown_is_1(client: Client) -> None:
    client.initialize()
    client.notify("exit")
    assert client.exit_code() == 1


def test_exit_before_initialize_is_1(client: Client) -> None:
    client.notify("exit")
    assert client.exit_code() == 1


def test_the_end_of_input_ends_the_server(client: Client) -> None:
    client.initialize()
    assert client.process.stdin
    client.process.stdin.close()
    assert client.exit_code() == 1


def test_a_client_that_is_gone_takes_the_server_with_it() -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Client() as client:
        client.initialize(processId=stranger.pid)
        client.until(lambda: len(children(client.process.pid)) >= 1)
        workers = children(client.process.pid)
        stranger.kill()
        stranger.wait()
        assert stranger.stdin
        stranger.stdin.close()
        assert client.exit_code(10) == 1
        deadline = time.monotonic() + 5
        while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"3", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"x"}', -32600),
        (b'{"jsonrpc":"2.0","id":[1],"method":"x"}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"shutdown"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":3}', -32600),
    ],
)
def test_what_is_no_message_is_answered(plain: Client, body: bytes, code: int) -> None:
    before = len(plain.messages)
    plain.body(body)
    answer = plain.until(lambda: next((m for m in plain.messages[before:] if "error" in m), None))
    assert (answer["id"], answer["error"]["code"]) == (None, code)
    assert plain.request("textDocument/hover", at(0, 0)) is None


@pytest.mark.parametrize(
    "params", [None, [], 3, {}, {"textDocument": 3}, {"textDocument": {"uri": "x"}, "position": {"line": "a"}}]
)
def test_parameters_that_do_not_fit(plain: Client, params: object) -> None:
    assert plain.error("textDocument/hover", params)["code"] == -32602


def test_unknown_methods(plain: Client) -> None:
    assert plain.error("textDocument/unknown", {})["code"] == -32601
    assert plain.error("$/unknown", {})["code"] == -32601
    plain.notify("$/unknown", {})
    plain.notify("unknown", {})
    assert plain.request("textDocument/hover", at(0, 0)) is None


def test_heads_in_any_form(plain: Client) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": "odd", "method": "textDocument/hover", "params": at(0, 0)}).encode()
    plain.raw(b"\r\n\r\nnonsense\r\n" + b"y" * 70_000 + b"\r\n")
    plain.raw(b"content-type: x; charset=utf-8\r\ncontent-length:  %d \r\n\r\n" % len(body))
    for byte in body:
        plain.raw(bytes([byte]))
    assert plain.wait("odd")["result"] is None


def test_a_change_of_an_unknown_document_is_no_pop_up(plain: Client) -> None:
    plain.change("untitled:nobody", 2, {"text": "x"})
    plain.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:nobody"}})
    plain.notify("textDocument/didSave", {"textDocument": {"uri": "untitled:nobody"}})
    plain.notify("textDocument/didOpen", {"textDocument": {"uri": 3}})
    plain.notify("textDocument/didChange", None)
    assert plain.request("textDocument/hover", at(0, 0)) is None
    assert plain.notified("window/showMessage") == []


def test_a_nested_key_jsonrpc_loses_nothing(plain: Client) -> None:
    plain.open(URI, "bad1\n")
    plain.diagnostics(URI, 1)
    start, end = {"line": 0, "character": 0}, {"line": 0, "character": 4}
    diagnostic = {
        "range": {"start": start, "end": end},
        "message": "x",
        "data": {"jsonrpc": "2.0", "id": 3, "method": "x"},
    }
    context = {"diagnostics": [diagnostic]}
    actions = plain.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": URI}, "range": {"start": start, "end": end}, "context": context},
    )
    assert actions
    plain.notify("textDocument/didClose", {"textDocument": {"uri": URI}})


def test_lone_surrogates_and_nul_in_text(plain: Client) -> None:
    plain.body(
        b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":'
        b'{"uri":"untitled:s","languageId":"python","version":1,"text":"\\ud83d\\u0000 bad1"}}}'
    )
    (diagnostic,) = plain.diagnostics("untitled:s", 1)
    assert diagnostic["range"]["start"] == {"line": 0, "character": 3}


def test_cancelling_a_request(client: Client) -> None:
    client.initialize()
    client.open(URI, "slow500 bad1\n")
    number = client.start("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    client.notify("$/cancelRequest", {"id": number})
    assert client.wait(number)["error"]["code"] == -32800
    client.notify("$/cancelRequest", {"id": 12345})
    client.notify("$/cancelRequest", {})
    assert client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})


def test_tcp() -> None:
    with Client([*FAKE, "tcp"]) as server:
        line = server.until(lambda: next((e for e in server.errors if "listens on" in e), None))
        host, port = line.split()[-1].split(":")
        with socket.create_connection((host, int(port)), 5) as connection:
            stream = connection.makefile("rwb")

            def send(message: dict[str, object]) -> None:
                body = json.dumps({"jsonrpc": "2.0", **message}).encode()
                stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                stream.flush()

            def receive() -> dict[str, object]:
                length = int(stream.readline().split(b":")[1])
                stream.readline()
                message: dict[str, object] = json.loads(stream.read(length))
                return message

            send({"id": 1, "method": "initialize", "params": {"capabilities": {}}})
            assert receive()["id"] == 1
            send({"id": 2, "method": "shutdown"})
            while receive().get("id") != 2:
                pass
            send({"method": "exit"})
            stream.close()
        assert server.exit_code() == 0


def masked(kind: int, payload: bytes, *, final: bool = True) -> bytes:
    """A frame as a client sends it."""
    head = bytes([(0x80 if final else 0) | kind])
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    mask = b"\x01\x02\x03\x04"
    return head + length + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def unframed(stream: Any) -> tuple[int, bytes]:
    first, length = stream.read(2)
    if length >= 126:
        length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
    return first & 0x0F, stream.read(length)


def handshake(port: str, origin: str = "") -> tuple[Any, bytes]:
    connection = socket.create_connection(("127.0.0.1", int(port)), 5)
    stream = connection.makefile("rwb")
    connection.close()
    extra = f"Origin: {origin}\r\n" if origin else ""
    stream.write(
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{extra}"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    stream.flush()
    head = b""
    while not head.endswith(b"\r\n\r\n") and (line := stream.readline()):
        head += line
    return stream, head


def test_web_sockets() -> None:
    with Client([*FAKE, "ws"]) as server:
        line = server.until(lambda: next((e for e in server.errors if "listens on ws://" in e), None))
        port = line.strip().rsplit(":", 1)[1]
        stranger, head = handshake(port, "https://evil.example")
        stranger.close()
        assert head.startswith(b"HTTP/1.1 403")
        stream, head = handshake(port, "http://localhost:3000")
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}).encode()
        stream.write(masked(1, body[:20], final=False) + masked(9, b"ping") + masked(0, body[20:]))
        stream.flush()
        assert unframed(stream) == (10, b"ping")
        kind, answer = unframed(stream)
        assert (kind, json.loads(answer)["id"]) == (1, 1)
        stream.write(
            masked(1, b'{"jsonrpc":"2.0","id":2,"method":"shutdown"}') + masked(1, b'{"jsonrpc":"2.0","method":"exit"}')
        )
        stream.flush()
        while unframed(stream)[0] != 8:
            pass
        stream.close()
        assert server.exit_code() == 0


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started here can be interrupted, even if the tests run in the background of a script, where it can not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupting_leaves_no_process_behind() -> None:
    with Client() as client:
        client.initialize()
        client.until(lambda: children(client.process.pid) or None)
        workers = children(client.process.pid)
        client.process.send_signal(signal.SIGINT)
        client.process.wait(30)
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def children(pid: int) -> list[int]:
    """The child processes, where the system tells them."""
    task = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(child) for child in task.read_text().split()]
    except OSError:
        return []

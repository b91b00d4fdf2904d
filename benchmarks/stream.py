"""A stand-in for the Messages API on loopback, in a process of its own: one finding at once, then a word every ten milliseconds."""

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAUSE = 0.01
"""Seconds between two words: a hundred in a second, which is more than any model says."""

LONGEST = 300.0
_FIRST_LINE = re.compile(r"<<<code \w+\n\s*(\d+)\| (.*)")
_USAGE = {"input_tokens": 1000, "output_tokens": 1}


class Endless(BaseHTTPRequestHandler):
    """Answers every question with a review that does not end before its reader does."""

    def do_POST(self) -> None:  # the name that the library calls
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        found = _FIRST_LINE.search(body["messages"][0]["content"][0]["text"])
        line, quote = (int(found[1]), found[2]) if found else (1, "")
        first = {"quote": quote, "line": line, "severity": "hint", "message": "Seen.", "why": ""}
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        try:
            self._start()
            self._say(
                f'{{"findings": [{json.dumps(first)}, {{"quote": "nowhere", "line": 1, "severity": "hint", "message": "'
            )
            end = time.monotonic() + LONGEST
            while time.monotonic() < end:
                self._say("word ")
                time.sleep(PAUSE)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return

    def _start(self) -> None:
        message = {"id": "msg_made_up", "type": "message", "role": "assistant", "model": "made-up", "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": _USAGE}  # fmt: skip
        self._send("message_start", {"message": message})
        self._send("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})

    def _say(self, text: str) -> None:
        self._send("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text}})

    def _send(self, name: str, data: dict[str, Any]) -> None:
        self.wfile.write(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())
        self.wfile.flush()


def main() -> None:
    """Serve until standard input ends; the port goes to standard output."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()

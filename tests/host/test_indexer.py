"""The process that reads a folder for the worker."""

import subprocess
import sys

import msgspec

from persona_lsp.host import frames
from persona_lsp.host.indexing import Learned, Order
from persona_lsp.settings import Settings

SLOW = """
import os, sys

from persona_lsp.host import indexer


class Cache:
    def packed(self, path, source):
        return b"facts of " + source

    def save(self, *, complete):
        os.read(0, 1)


class Disk:
    def files(self, folder, settings):
        return ["a.py", "b.py"]

    def read(self, location, limit):
        return os.path.basename(location).encode()

    def cached(self, folder, version):
        return Cache()


sys.exit(indexer.main(None, Disk()))
"""


def test_nobody_waits_for_the_cache_to_be_written() -> None:
    with subprocess.Popen([sys.executable, "-c", SLOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        frames.write(process.stdin.fileno(), msgspec.msgpack.encode(Order("/shop", "", Settings(), 1, "1")))
        reader = frames.Reader(process.stdout.fileno())
        told = []
        while (frame := reader.next()) is not None:
            told += msgspec.msgpack.decode(frame, type=list[Learned])
        assert [(one.path, one.packed) for one in told if one.path] == [
            ("a.py", b"facts of a.py"), ("b.py", b"facts of b.py"),
        ]  # fmt: skip
        assert process.poll() is None, "it is writing"
        process.stdin.close()
        assert process.wait(10) == 0

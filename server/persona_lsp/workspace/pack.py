"""The format of the facts cache: one pack of many entries, of which each is read, checked and decoded only when asked.

A pack is a head, an index and the entries. Every part carries its checksum: what is damaged does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

import msgspec
from msgspec import Struct

MAGIC = b"persona-lsp pack 1\n"
_HEAD = len(MAGIC) + 8 + 8


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """Where an entry lies behind the index. `key` stands for what it was made from, `check` for its own bytes."""

    key: bytes
    check: bytes
    start: int
    length: int


Index = dict[str, Entry]


def digest(*parts: bytes) -> bytes:
    """A key of 16 bytes for a sequence of texts."""
    state = blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.digest()


def write(entries: Mapping[str, tuple[bytes, bytes]]) -> bytes:
    """A pack of (key, bytes) by name."""
    index: Index = {}
    position = 0
    for name, (key, data) in entries.items():
        index[name] = Entry(key, _check(data), position, len(data))
        position += len(data)
    head = msgspec.msgpack.encode(index)
    data_parts = [data for _, data in entries.values()]
    return b"".join([MAGIC, len(head).to_bytes(8, "little"), _check(head), head, *data_parts])


def read_index(pack: memoryview) -> tuple[Index, int]:
    """The index of a pack and where its entries begin; empty when the pack is damaged or of another version."""
    if bytes(pack[: len(MAGIC)]) != MAGIC or len(pack) < _HEAD:
        return {}, 0
    length = int.from_bytes(pack[len(MAGIC) : len(MAGIC) + 8], "little")
    begin = _HEAD + length
    head = bytes(pack[_HEAD:begin])
    if len(head) != length or _check(head) != bytes(pack[_HEAD - 8 : _HEAD]):
        return {}, 0
    try:
        return msgspec.msgpack.decode(head, type=Index), begin
    except msgspec.MsgspecError:
        return {}, 0


def read_entry(pack: memoryview, begin: int, entry: Entry) -> bytes | None:
    """The bytes of an entry; None when they are damaged."""
    data = bytes(pack[begin + entry.start : begin + entry.start + entry.length])
    return data if len(data) == entry.length and _check(data) == entry.check else None


def _check(data: bytes) -> bytes:
    return blake2b(data, digest_size=8).digest()

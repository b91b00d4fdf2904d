"""What git keeps although a .gitignore names it: the paths of its index, read off the bytes."""

import struct
from typing import Final

_LENGTH: Final = 0xFFF
"""The longest path whose length an entry of the index tells."""


def is_tracked(index: bytes, path: str, *, folder: bool) -> bool:
    """Whether the index of a repository holds a file, or something in a folder; False where its form does not tell.

    An entry tells the length of its path in the two bytes before it, and ends with a zero (versions 2 and 3).
    """
    name = path.encode()
    if not folder:
        return len(name) < _LENGTH and struct.pack(">H", len(name)) + name + b"\0" in index
    name += b"/"
    at = index.find(name)
    while at >= 0:
        length = (index[at - 2] & 0x0F) << 8 | index[at - 1] if at > 1 else 0
        if (
            length > len(name)
            and index[at + length : at + length + 1] == b"\0"
            and b"\0" not in index[at : at + length]
        ):
            return True
        at = index.find(name, at + 1)
    return False

"""Starts the language server; imports nothing before, because an editor is waiting."""

from __future__ import annotations

Address = tuple[str, int]


def serve(tcp: Address | None = None, ws: Address | None = None) -> int:
    """Serve until the client leaves, and return the exit code: on TCP, on a WebSocket, or else on stdio."""
    from persona_lsp.lsp import serve as start

    if tcp is not None:
        return start("tcp", *tcp)
    if ws is not None:
        return start("ws", *ws)
    return start("stdio")


def address(text: str) -> Address:
    """The parts of `HOST:PORT`, `[::1]:PORT` or `PORT`. Raises ValueError, with the reason."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"`{text}` is no HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)

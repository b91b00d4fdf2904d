"""Starts the language server; imports nothing before, because an editor is waiting."""

from __future__ import annotations

Address = tuple[str, int]


def serve(tcp: Address | None = None, ws: Address | None = None) -> int:
    """Serve until the client leaves, and return the exit code: on TCP, on a WebSocket, or else on stdio.

    Raises `UsageError` where nobody can connect.
    """
    from persona_lsp.lsp import CannotListenError
    from persona_lsp.lsp import serve as start

    if tcp is None and ws is None:
        return start("stdio")

    from persona_lsp.cli.project import UsageError

    try:
        return start("tcp", *tcp) if tcp is not None else start("ws", *(ws or ()))
    except CannotListenError as error:
        raise UsageError(str(error)) from error


def address(text: str) -> Address:
    """The parts of `HOST:PORT`, `[::1]:PORT` or `PORT`. Raises ValueError, with the reason."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"`{text}` is no HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)

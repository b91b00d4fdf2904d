"""Starts the language server."""

from __future__ import annotations

import click

Address = tuple[str, int]


def serve(tcp: Address | None = None, ws: Address | None = None) -> int:
    """Serve until the client leaves: on TCP, on a WebSocket, or else on standard input and output."""
    from persona_lsp.lsp.server import serve as run

    run(tcp=tcp, ws=ws)
    return 0


def address(text: str) -> Address:
    """The parts of `HOST:PORT`, `[::1]:PORT` or `PORT`. Raises `click.BadParameter`."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(f"`{text}` is no HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)

"""The face towards editors: the Language Server Protocol over stdio, TCP or WebSockets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from persona_lsp.lsp.messages import Initialize

Transport = Literal["stdio", "tcp", "ws"]


class CannotListenError(Exception):
    """The address is taken, or is none of this machine's; the reason, as a sentence."""


def serve(
    transport: Transport = "stdio", host: str = "127.0.0.1", port: int = 0, worker: Sequence[str] | None = None
) -> int:
    """Serve one client and return the exit code. Raises `CannotListenError`.

    `worker` is the command of the worker process, for those who bring an engine of their own.
    """
    from persona_lsp.host.process import COMMAND, WorkerProcess

    # The worker loads its grammars and rules while this process loads the protocol.
    command = tuple(worker or COMMAND)
    process = WorkerProcess(command)
    early = None
    if transport == "stdio":
        from persona_lsp.lsp.early import Early
        from persona_lsp.lsp.stdout import StdoutWriter

        def begin(asked: "Initialize") -> None:
            from persona_lsp.host import wire
            from persona_lsp.lsp.opening import start_of

            # The workspace is read while this process goes on loading.
            process.send(wire.encode(start_of(asked)))

        early = Early(StdoutWriter(), begin)

    from persona_lsp.lsp.server import run

    return run(transport, host, port, process, command, early)

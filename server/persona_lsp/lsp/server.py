"""Puts the server together and runs it over a transport."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from persona_lsp.host.process import WorkerProcess
from persona_lsp.lsp import CannotListenError
from persona_lsp.lsp.early import Early
from persona_lsp.lsp.features import lifecycle, register
from persona_lsp.lsp.link import Link
from persona_lsp.lsp.messages import Initialize
from persona_lsp.lsp.rpc import Server
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.streams import read_messages
from persona_lsp.lsp.websocket import WebSocket

log = logging.getLogger(__name__)


def run(
    transport: str, host: str, port: int, process: WorkerProcess, command: Sequence[str], early: Early | None
) -> int:
    """Serve one client, and return the exit code: 0 after `shutdown` and `exit`, else 1.

    `early` reads standard input already, where that is the transport.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # A protocol's handlers are closures over one session; refused messages of clients are not worth their text.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = Server()
    session = Session(server)
    register(session)
    # What was made until now lives as long as the server: the collector need not look at it again.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    if early is not None:
        serving = _stdio(session, early)
    else:
        serving = {"tcp": _tcp, "ws": _ws}[transport](session, host, port)
    try:
        return asyncio.run(_connected(session, process, command, serving))
    except KeyboardInterrupt:
        return 130
    finally:
        process.kill()


async def _connected(session: Session, process: WorkerProcess, command: Sequence[str], transport: Any) -> int:
    link = Link(process, command, session.replay)
    session.connect(link)
    watch = asyncio.create_task(link.watch())
    try:
        code: int = await transport
        return code
    finally:
        watch.cancel()
        session.close()
        link.close()


async def _stdio(session: Session, early: Early) -> int:
    session.rpc.set_writer(early.writer)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 16)

    def take(item: Initialize | bytes) -> None:
        if isinstance(item, Initialize):
            loop.call_soon_threadsafe(partial(lifecycle.begin, session, item, begun=True))
        elif item:
            loop.call_soon_threadsafe(reader.feed_data, item)
        else:
            loop.call_soon_threadsafe(reader.feed_eof)

    early.attach(take)
    await read_messages(reader, session.rpc)
    early.writer.close()
    return _code(session)


async def _tcp(session: Session, host: str, port: int) -> int:
    """Listen, serve the first client, and end with it."""
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if session.rpc.writer is not None:
            # One server knows one client; an editor's second window starts its own.
            writer.close()
            return
        session.rpc.set_writer(writer)
        await read_messages(reader, session.rpc)
        await writer.drain()
        writer.close()
        if not done.done():
            done.set_result(_code(session))

    listener = await _listening(serve, host, port)
    address = listener.sockets[0].getsockname()
    print(f"persona-lsp listens on {address[0]}:{address[1]}", file=sys.stderr, flush=True)  # noqa: T201  # told once
    async with listener:
        return await done


async def _ws(session: Session, host: str, port: int) -> int:
    """Listen for WebSocket clients, serve the first, and end with it. Each message is one frame without a head."""
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        socket = WebSocket(reader, writer)
        if session.rpc.writer is not None or not await socket.accept():
            writer.close()
            return
        session.rpc.set_writer(socket, include_headers=False)  # type: ignore[arg-type]  # closes asynchronously
        while session.rpc.exit_code is None and (message := await socket.receive()) is not None:
            session.rpc.receive(message)
            await asyncio.sleep(0)
        await socket.close()
        if not done.done():
            done.set_result(_code(session))

    listener = await _listening(serve, host, port)
    address = listener.sockets[0].getsockname()
    print(f"persona-lsp listens on ws://{address[0]}:{address[1]}", file=sys.stderr, flush=True)  # noqa: T201  # told once
    async with listener:
        return await done


async def _listening(serve: Callable[..., Coroutine[Any, Any, None]], host: str, port: int) -> asyncio.Server:
    try:
        return await asyncio.start_server(serve, host, port)
    except OSError as error:
        # What asyncio says of an address repeats it, and names no reason of its own.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise CannotListenError(f"cannot listen on {host}:{port}: {reason}") from error


def _code(session: Session) -> int:
    code = session.rpc.exit_code
    return 1 if code is None else code


async def watch_client(session: Session, pid: int) -> None:
    """End with the client's process, even when nobody closes the connection."""
    if os.name == "nt":
        # There, a signal of 0 ends the process; the end of the connection has to do.
        return
    while True:
        await asyncio.sleep(3)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            log.warning("the client (process %d) is gone", pid)
            session.link.close()
            os._exit(1)
        except OSError:
            # It is there, and belongs to somebody else.
            continue

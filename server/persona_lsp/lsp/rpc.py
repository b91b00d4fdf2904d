"""JSON-RPC on top of pygls: plain objects in and out, the protocol's order kept, no trap left open.

Differences to what pygls does by itself, each with a test:
- only the outermost object is a message, whatever keys lie inside of it;
- parameters that don't fit are answered with -32602, text that is no JSON with -32700;
- requests before `initialize` are answered with -32002, those after `shutdown` with -32600;
- an error in a notification is for the log, never for a pop-up;
- an answer that comes after its question was given up is dropped.
"""

import asyncio
import contextvars
import itertools
import json
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import JsonRPCProtocol
from pygls.server import JsonRPCServer

log = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST, NOT_INITIALIZED = -32700, -32600, -32002
SERVER_CANCELLED = -32802
CONTENT_MODIFIED = -32801

_encode = msgspec.json.Encoder(enc_hook=str).encode


class ServerCancelledError(JsonRpcException):
    """The text changed while it was looked at: the client should ask again."""

    CODE = SERVER_CANCELLED
    MESSAGE = "The document changed meanwhile"


class ContentModifiedError(JsonRpcException):
    """The text changed since: what was asked for does not exist any more."""

    CODE = CONTENT_MODIFIED
    MESSAGE = "The document changed meanwhile"


class RequestFailedError(JsonRpcException):
    """The request was right, and could not be answered."""

    CODE = -32803
    MESSAGE = "The request failed"


class Protocol(JsonRPCProtocol):
    """One connection."""

    def __init__(self, server: JsonRPCServer, converter: Any) -> None:
        """`converter` is not used: nothing is converted."""
        super().__init__(server, converter)
        self.initialized = False
        self.exit_code: int | None = None
        self._numbers = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Any]] = {}

    def receive(self, body: bytes) -> None:
        """Handle the text of one message."""
        try:
            message = _decode(body)
        except (ValueError, RecursionError) as error:
            log.warning("a message is no JSON: %s", error)
            self._refuse(None, PARSE_ERROR, "The message is no JSON")
            return
        self.handle_message(message)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Leave every object as it is; pygls calls this for nested ones, too."""
        return data

    def handle_message(self, message: Any) -> None:
        """Handle one message."""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self._refuse(None, INVALID_REQUEST, 'A message is an object with `jsonrpc`: "2.0"')
            return
        number, method, parameters = message.get("id"), message.get("method"), message.get("params")
        if method is None and "id" in message:
            self._answered(message)
        elif not isinstance(method, str) or not isinstance(number, int | str | None):
            self._refuse(None, INVALID_REQUEST, "`method` must be a string and `id` a number or a string")
        elif "id" in message:
            self._request(number, method, parameters)
        else:
            self._notification(method, parameters)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification of plain data."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def end(self) -> None:
        """Take nothing but `exit` from now on, and give up what is still being answered."""
        current: object = asyncio.current_task()
        self._shutdown = True
        for future in list(self._request_futures.values()):
            if future is not current and not future.done():
                future.cancel()

    async def ask(self, method: str, parameters: Any = None) -> Any:
        """Send a request of plain data and wait for the answer. Raises `JsonRpcException`."""
        number = f"persona-lsp-{next(self._numbers)}"
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        try:
            self._send_data({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
            return await future
        finally:
            self._asked.pop(number, None)

    def _request(self, number: Any, method: str, parameters: Any) -> None:
        if number is None:
            self._refuse(None, INVALID_REQUEST, "`id` must be a number or a string")
        elif self._shutdown:
            self._refuse(number, INVALID_REQUEST, "The server was shut down")
        elif method == types.INITIALIZE and self.initialized:
            self._refuse(number, INVALID_REQUEST, "The server is initialized already")
        elif not self.initialized and method != types.INITIALIZE:
            self._refuse(number, NOT_INITIALIZED, "The server is not initialized yet")
        elif number in self._request_futures:
            self._refuse(number, INVALID_REQUEST, "A request with this `id` is still being answered")
        else:
            contextvars.copy_context().run(self._handle_request, number, method, parameters)

    def _notification(self, method: str, parameters: Any) -> None:
        if method == types.EXIT:
            self.exit_code = 0 if self._shutdown else 1
        elif method == types.CANCEL_REQUEST:
            number = parameters.get("id") if isinstance(parameters, dict) else None
            if isinstance(number, int | str) and number in self._request_futures:
                self._handle_cancel_notification(number)
        elif not self.initialized or self._shutdown:
            log.debug("ignoring %s", method)
        elif method in self.fm.features:
            contextvars.copy_context().run(self._handle_notification, method, parameters)
        else:
            log.debug("ignoring %s", method)

    def _answered(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        future = self._asked.get(number) if isinstance(number, str) else None
        if future is None or future.done():
            return
        error = message.get("error")
        if isinstance(error, dict):
            future.set_exception(RequestFailedError(str(error.get("message", "")) or None))
        else:
            future.set_result(message.get("result"))

    def _refuse(self, number: Any, code: int, text: str) -> None:
        self._send_data({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": text}})

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        if error is None:
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})
            return
        body = {"code": error.code, "message": error.message}
        if error.code == SERVER_CANCELLED:
            body["data"] = {"retriggerRequest": True}
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": body})

    def _send_data(self, data: Any) -> None:
        if self.writer is None:
            return
        body = _encode(data)
        head = b"Content-Length: %d\r\n\r\n" % len(body) if self._include_headers else b""
        try:
            written = self.writer.write(head + body)
            if asyncio.iscoroutine(written):
                asyncio.ensure_future(written)  # noqa: RUF006  # the transport keeps it until it is sent
        except (OSError, RuntimeError) as error:
            log.warning("the client is gone: %s", error)
            self.exit_code = self.exit_code if self.exit_code is not None else 1


class Server(JsonRPCServer):
    """The pygls server around the protocol."""

    protocol: Protocol

    def __init__(self) -> None:
        """No thread is started: nothing here runs in a pool."""
        super().__init__(Protocol, _no_converter)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Errors go to the log: a pop-up for each would make an editor unusable. Typing on is none."""
        level = logging.DEBUG if isinstance(error, ServerCancelledError | ContentModifiedError) else logging.ERROR
        log.log(level, "%s: %s", getattr(source, "__name__", source), error)


def on(server: Server, method: str, handler: Callable[[Any], Any]) -> None:
    """Let `handler` answer a request (a coroutine function) or take a notification (a plain one)."""
    server.feature(method)(handler)


def _no_converter() -> Any:
    return None


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        # Lone surrogates in escapes are no Unicode, but editors send them while an emoji is typed.
        return json.loads(body.decode("utf-8", "replace"))

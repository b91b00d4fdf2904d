"""The one module that knows the SDK: it asks Claude, hears a stream to its end, and tells every failure as an `AiError`.

The SDK takes seconds to import, so it is imported inside functions, and never in the process that an editor waits for.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import warnings
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct

from persona_lsp.ai.account import FILE, Account, endpoint, is_loopback, usable
from persona_lsp.ai.errors import AiError, Kind
from persona_lsp.ai.ledger import Usage

if TYPE_CHECKING:
    from types import ModuleType

_CONNECT, _READ = 5.0, 30.0

_LEAKS = ("ANTHROPIC_LOG", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_OPEN_TELEMETRY")
"""Variables that make the SDK write code into logs, or send headers that nobody asked for."""


_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")

_EXTRAS = {"bedrock": ("Bedrock", "boto3", "boto3"), "vertex": ("Vertex", "google-auth", "google.auth")}
"""Provider -> its name, the library that its extra installs, and the module of that."""

_NOT_YET, _NO_MORE = 9, 10
"""OpenSSL's numbers for certificates that begin later, and that ended."""


class Reply(Struct, frozen=True):
    """An answer that arrived whole."""

    text: str
    usage: Usage
    model: str


class BatchState(Struct, frozen=True):
    """How far a batch is. `counts` are its requests by what became of them."""

    id: str
    ended: bool
    counts: dict[str, int]


class Claude:
    """One account's connection. The client is made at the first question."""

    def __init__(self, account: Account) -> None:
        """Nothing is imported and nobody is asked yet."""
        self.account = account
        self._client: Any = None
        self._http: Any = None
        self._proxied = False
        self._making = asyncio.Lock()

    async def ask(self, body: dict[str, Any], heard: Callable[[str], None], spent: Callable[[Usage], None]) -> Reply:
        """Ask once, and hear the answer as it comes. Raises `AiError`, with what had arrived until then.

        `spent` is told what the answer cost, also where it is cut off or refused.
        """
        client = await self.client()
        parts: list[str] = []
        seen = _Seen()
        try:
            stream = await client.messages.create(**{**body, "stream": True})
            try:
                async for event in stream:
                    piece = seen.take(event)
                    if piece:
                        parts.append(piece)
                        heard(piece)
            finally:
                spent(seen.usage)
                await stream.close()
        except Exception as error:
            raise self._told(error, "".join(parts), str(body.get("model", ""))) from error
        text = "".join(parts)
        check_stop(seen.stop, seen.detail, text)
        return Reply(text, seen.usage, seen.model or str(body.get("model", "")))

    async def create_batch(self, requests: list[dict[str, Any]]) -> BatchState:
        """Hand in many questions at once. Raises `AiError`."""
        client = await self.client()
        try:
            return _state(await client.messages.batches.create(requests=requests))
        except Exception as error:
            raise self._told(error) from error

    async def batch(self, id: str) -> BatchState:  # noqa: A002  # the word for it
        """How far a batch is. Raises `AiError`."""
        client = await self.client()
        try:
            return _state(await client.messages.batches.retrieve(id))
        except Exception as error:
            raise self._told(error) from error

    async def batch_results(self, id: str) -> AsyncIterator[tuple[str, Reply | AiError]]:  # noqa: A002  # the word
        """The answers of a batch that ended, by the name of their question, in any order. Raises `AiError`."""
        client = await self.client()
        try:
            found = await client.messages.batches.retrieve(id)
            # The address comes from the answer, and the key goes wherever it leads.
            if found.results_url and urlsplit(found.results_url).netloc != urlsplit(str(client.base_url)).netloc:
                raise AiError(
                    "invalid", "The results of the batch are said to be at another host; they are not fetched."
                )
            async for one in await client.messages.batches.results(id):
                yield str(one.custom_id), _batched(one.result)
        except Exception as error:
            raise self._told(error) from error

    async def client(self) -> Any:
        """The SDK's client. Raises `AiError` where the account cannot be used or the SDK is not there."""
        async with self._making:
            if self._client is None:
                account = usable(self.account)
                # In a thread: the loop goes on hearing others while the SDK is read.
                anthropic = await asyncio.to_thread(_sdk, account.provider)
                self._client = self._made(anthropic, account)
        return self._client

    async def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            await self._http.aclose()

    def _told(self, error: Exception, text: str = "", model: str = "") -> AiError:
        return told(error, text, model, proxied=self._proxied)

    def _made(self, anthropic: ModuleType, account: Account) -> Any:
        import httpx2

        timeout = httpx2.Timeout(_READ, connect=_CONNECT)
        own: dict[str, Any] = {}
        if is_loopback(urlsplit(endpoint(account)).hostname or ""):
            # A proxy of the environment has no business between this machine and itself.
            own = {"transport": httpx2.AsyncHTTPTransport(), "trust_env": False}
        self._proxied = not own and any(os.environ.get(name) for name in _PROXIES)
        self._http = anthropic.DefaultAsyncHttpxClient(follow_redirects=False, timeout=timeout, **own)
        common: dict[str, Any] = {
            "http_client": self._http,
            "max_retries": 0,
            "timeout": timeout,
            "open_telemetry": False,
        }
        try:
            match account.provider:
                case "bedrock":
                    if account.region:
                        common["aws_region"] = account.region
                    if account.base_url:
                        common["base_url"] = account.base_url
                    return anthropic.AsyncAnthropicBedrock(**common)
                case "vertex":
                    if account.base_url:
                        common["base_url"] = account.base_url
                    return anthropic.AsyncAnthropicVertex(region=account.region, project_id=account.project, **common)
                case _:
                    key: dict[str, Any] = (
                        {"api_key": account.api_key} if account.api_key else {"auth_token": account.auth_token}
                    )
                    return anthropic.AsyncAnthropic(base_url=endpoint(account), **key, **common)
        except Exception as error:
            if "region" in str(error):
                raise AiError("auth", f"No region is set: name one as `region` in {FILE}.") from error
            raise AiError(
                "auth", f"The connection to {account.provider} cannot be made ({type(error).__name__})."
            ) from error


class _Seen:
    """What the events of a stream told beside its text."""

    def __init__(self) -> None:
        self.stop: str | None = None
        self.detail = ""
        self.model = ""
        self.usage = Usage()

    def take(self, event: Any) -> str:
        """The text that an event brings."""
        match event.type:
            case "message_start":
                self.model = str(event.message.model)
                self.usage = _usage(event.message.usage)
            case "content_block_delta" if event.delta.type == "text_delta":
                return str(event.delta.text)
            case "message_delta":
                self.stop = event.delta.stop_reason or self.stop
                detail = getattr(event.delta, "stop_details", None)
                self.detail = str(getattr(detail, "category", "") or "")
                out = int(getattr(event.usage, "output_tokens", 0) or 0)
                before = self.usage
                self.usage = Usage(before.tokens_in, out, before.cached, before.kept)
            case "message_stop":
                self.stop = self.stop or "none"
        return ""


def check_stop(stop: str | None, detail: str, text: str) -> None:
    """Raises `AiError` unless the model said all that it wanted to say."""
    match stop:
        case "end_turn" | "stop_sequence":
            return
        case None:
            raise AiError("network", "The connection ended in the middle of the answer.", text=text, final=bool(text))
        case "max_tokens" | "model_context_window_exceeded":
            raise AiError(
                "truncated", "The answer was longer than it may be; what was whole of it is shown.", text=text
            )
        case "refusal":
            why = f" ({detail})" if detail.isidentifier() else ""
            raise AiError(
                "refused", f"The model declined to answer{why}; a smaller part of the code may help.", text=text
            )
        case _:
            raise AiError("invalid", "The model stopped in a way that gives no answer.", text=text)


def told(error: Exception, text: str = "", model: str = "", *, proxied: bool = False) -> AiError:
    """Whatever the SDK raised, as one sentence. Once an answer has begun, asking again would pay for it twice."""
    if isinstance(error, AiError):
        return error
    import anthropic
    import httpx2

    final = bool(text)

    def made(kind: Kind, message: str, wait: float | None = None) -> AiError:
        return AiError(kind, message, wait=wait, text=text, final=final)

    if isinstance(error, anthropic.APIStatusError):
        return _status(error, made, model)
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException | TimeoutError):
        return made("timeout", "Claude did not answer in time.")
    if isinstance(error, anthropic.APIConnectionError | httpx2.TransportError):
        if (certificate := _certificate(error)) is not None:
            return AiError("network", certificate, text=text, final=True)
        if proxied:
            return made("network", "Claude cannot be reached through the proxy that the environment names.")
        return made("network", "Claude cannot be reached: the connection failed.")
    if isinstance(error, TypeError) and "authentication" in str(error):
        return made("auth", "There are no credentials for the provider that is set.")
    if isinstance(error, anthropic.AnthropicError) and "redential" in type(error).__name__:
        return made("auth", "The credentials of the provider cannot be read.")
    if isinstance(
        error, AssertionError | AttributeError | json.JSONDecodeError | UnicodeDecodeError | KeyError | ValueError
    ):
        return AiError("invalid", "What came back is no answer of the Messages API; is the endpoint right?", text=text)
    return AiError("invalid", f"Asking Claude failed ({type(error).__name__}).", text=text)


def _certificate(error: BaseException) -> str | None:
    """What is wrong with the certificate of the other side, where that is the reason of a failure."""
    import ssl

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            if seen.verify_code in (_NOT_YET, _NO_MORE):
                return "The certificate of the endpoint is not valid today; is the clock of this machine right?"
            return "The certificate of the endpoint is not trusted on this machine; it is not asked."
        seen = seen.__cause__ or seen.__context__
    return None


def _status(error: Any, made: Callable[..., AiError], model: str) -> AiError:
    wait = _wait(error.response.headers)
    kind, code = error.type or "", error.error_code or ""
    match error.status_code:
        case 401:
            return made("auth", "The key is not accepted; check ANTHROPIC_API_KEY.")
        case 403:
            return made("auth", "The key may not do this.")
        case 402:
            return made("spend", "The account has no credit left.")
        case 404:
            return made(
                "model", f"There is no model {model} for this account." if model else "What was asked for is not there."
            )
        case 413:
            return made("too-large", "The question is larger than may be sent.")
        case 408 | 504:
            return made("timeout", "Claude did not answer in time.", wait)
    if "spend_limit" in code or kind == "billing_error":
        return made("spend", "The spend limit of the account is reached.")
    if error.status_code == 429 or kind == "rate_limit_error":
        return made("rate", "The rate limit of the account is reached.", wait)
    if error.status_code == 529 or kind == "overloaded_error":
        return made("overloaded", "Claude is overloaded.", wait)
    if 300 <= error.status_code < 400:
        return AiError("network", "The endpoint leads elsewhere; it is not followed.", final=True)
    if error.status_code >= 500 or kind == "api_error" or error.status_code == 409:
        return made("server", f"Claude's server failed ({error.status_code}).", wait)
    return made(
        "request", f"The question was not taken ({error.status_code}{' ' + kind if kind.isidentifier() else ''})."
    )


def _wait(headers: Any) -> float | None:
    """Seconds that the other side wants to be left alone."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * scale
        except ValueError:
            continue
        if 0 <= seconds < 10_000_000:
            return seconds
    return None


def _usage(usage: Any) -> Usage:
    return Usage(
        int(getattr(usage, "input_tokens", 0) or 0),
        int(getattr(usage, "output_tokens", 0) or 0),
        int(getattr(usage, "cache_read_input_tokens", 0) or 0),
        int(getattr(usage, "cache_creation_input_tokens", 0) or 0),
    )


def _state(batch: Any) -> BatchState:
    counts = batch.request_counts
    names = ("processing", "succeeded", "errored", "canceled", "expired")
    return BatchState(
        str(batch.id), batch.processing_status == "ended", {one: int(getattr(counts, one, 0) or 0) for one in names}
    )


def _batched(result: Any) -> Reply | AiError:
    match result.type:
        case "succeeded":
            message = result.message
            text = "".join(block.text for block in message.content if block.type == "text")
            try:
                check_stop(message.stop_reason, "", text)
            except AiError as error:
                return error
            return Reply(text, _usage(message.usage), str(message.model))
        case "errored":
            return AiError("server", "Claude's server failed at this question.")
        case "expired":
            return AiError("timeout", "The batch expired before this question was asked.")
        case _:
            return AiError("server", "The batch was cancelled before this question was asked.")


def _sdk(provider: str) -> ModuleType:
    for name in _LEAKS:
        os.environ.pop(name, None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import anthropic
    except ImportError as error:
        raise AiError("off", f"The SDK for Claude is not installed: {error.name}.") from error
    # The SDK itself finds out in the middle of the first question.
    if provider in _EXTRAS and not (provider == "bedrock" and os.environ.get("AWS_BEARER_TOKEN_BEDROCK")):
        title, library, module = _EXTRAS[provider]
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise AiError(
                "off", f"{title} needs {library}, which is not installed: pip install 'anthropic[{provider}]'."
            ) from error
    return anthropic

"""Who pays and who is asked: consent, provider, endpoint and key, from the environment and the user's own file alone.

Nothing here comes from a workspace or from what an editor sends as configuration: both can be committed by a stranger.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from persona_lsp.ai.errors import AiError

Provider = Literal["anthropic", "bedrock", "vertex"]

FILE = "ai.toml"
"""The user's settings of this layer, in the user's configuration folder."""

ENDPOINT = "https://api.anthropic.com"

VARIABLE = "PERSONA_LSP_AI_{}"
"""The environment's name for a setting, in capitals; an editor hands on the user's settings so."""
SETTABLE = (
    "model", "provider", "base_url", "region", "project", "tokens_per_session", "tokens_per_day", "seconds", "cache",
    "cache_megabytes",
)  # fmt: skip
"""What an editor's settings may hold. Consent is no setting, and a key belongs where secrets are kept."""


_KEYS = (("ANTHROPIC_API_KEY", "api-key"), ("ANTHROPIC_AUTH_TOKEN", "auth-token"))
_ENDPOINTS = {
    "anthropic": "ANTHROPIC_BASE_URL",
    "bedrock": "ANTHROPIC_BEDROCK_BASE_URL",
    "vertex": "ANTHROPIC_VERTEX_BASE_URL",
}


class Account(Struct, frozen=True, kw_only=True, rename="kebab"):
    """What a user may set in `ai.toml`. It never shows its key."""

    enabled: bool = False
    """The consent: code may leave this machine."""
    provider: Provider = "anthropic"
    api_key: str = ""
    auth_token: str = ""
    base_url: str = ""
    region: str = ""
    project: str = ""
    """The project at Google Cloud, for Vertex."""
    model: str = ""
    """Asked whatever the persona names; empty: the persona's, or the default."""
    tokens_per_session: Annotated[int, Meta(ge=0)] = 300_000
    tokens_per_day: Annotated[int, Meta(ge=0)] = 1_000_000
    seconds: Annotated[float, Meta(gt=0, le=600)] = 90.0
    """How long one question may take in all."""
    comments: bool = True
    """Whether comments are sent with the code; without them, nobody who writes one can speak to the model."""
    cache: bool = True
    cache_megabytes: Annotated[int, Meta(ge=1, le=10_000)] = 50
    prices: dict[str, tuple[float, float]] = {}
    """Model -> dollars per million tokens, in and out. None are built in: they change, and a wrong one is worse."""

    def __repr__(self) -> str:
        """Without anything that is secret."""
        return f"Account(provider={self.provider!r}, enabled={self.enabled!r})"


def config_folder() -> str:
    """Where the user's own settings are."""
    from platformdirs import user_config_dir

    return os.environ.get("PERSONA_LSP_CONFIG_DIR") or user_config_dir("persona-lsp", appauthor=False)


def read_account(
    environment: Mapping[str, str] | None = None, given: Mapping[str, Any] | None = None, folder: str | None = None
) -> tuple[Account, str]:
    """The account, and what is wrong with its file ("" for nothing). The command line beats the environment, that the file."""
    environment = os.environ if environment is None else environment
    values, problem = _from_file(os.path.join(folder or config_folder(), FILE))
    if environment.get("PERSONA_LSP_AI", "").lower() in {"1", "true", "yes", "on"}:
        values["enabled"] = True
    elif environment.get("PERSONA_LSP_AI", "").lower() in {"0", "false", "no", "off"}:
        values["enabled"] = False
    try:
        values.update(_from_variables(environment))
    except msgspec.ValidationError as error:
        return Account(), f"{error}; AI stays off."
    for name, field in _KEYS:
        if environment.get(name):
            values[field] = environment[name]
    values.update({key.replace("_", "-"): value for key, value in (given or {}).items() if value is not None})
    # Each provider has an endpoint of its own: that of another one is never asked.
    at = environment.get(_ENDPOINTS.get(str(values.get("provider", "anthropic")), ""))
    if at:
        values["base-url"] = at
    try:
        return msgspec.convert(values, Account, strict=True), problem
    except msgspec.ValidationError as error:
        return Account(), f"{FILE}: {error}; AI stays off."


def usable(account: Account) -> Account:
    """The account, ready to be asked with. Raises `AiError` that says what is missing."""
    if not account.enabled:
        raise AiError("off", "AI is off: `persona-lsp ai allow` lets code of this machine be sent to Claude.")
    if account.provider == "anthropic":
        key = account.api_key or account.auth_token
        if not key.strip():
            raise AiError("auth", "There is no key: set ANTHROPIC_API_KEY in the environment of the editor.")
        if not key.isascii() or not key.isprintable() or key != key.strip():
            raise AiError("auth", "The key holds a line end or another character that no key has; set it anew.")
    if account.base_url:
        _check_endpoint(account.base_url)
    if account.provider == "bedrock" and not account.model:
        raise AiError("model", f"Bedrock has names of its own for models: set `model` in {FILE}.")
    if account.provider == "vertex" and not (account.region and account.project):
        raise AiError("auth", f"Vertex needs `region` and `project` in {FILE}.")
    return account


def endpoint(account: Account) -> str:
    """Where questions go."""
    return account.base_url or ENDPOINT


def price(account: Account, model: str, tokens_in: int, tokens_out: int) -> float | None:
    """What so many tokens cost in dollars; None where the user named no price for the model."""
    rates = account.prices.get(model)
    return None if rates is None else (tokens_in * rates[0] + tokens_out * rates[1]) / 1_000_000


def _check_endpoint(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and is_loopback(host):
        return
    raise AiError("auth", "The endpoint must begin with https:// (http:// is for this machine only).")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _from_variables(environment: Mapping[str, str]) -> dict[str, Any]:
    told = {name: text for name in SETTABLE if (text := environment.get(VARIABLE.format(name.upper())))}
    values = {}
    for field in msgspec.structs.fields(Account) if told else ():
        if field.name not in told:
            continue
        try:
            values[field.encode_name] = msgspec.convert(told[field.name], field.type, strict=False)
        except msgspec.ValidationError as error:
            raise msgspec.ValidationError(f"{VARIABLE.format(field.name.upper())}: {error}") from error
    return values


def _from_file(location: str) -> tuple[dict[str, Any], str]:
    try:
        with open(location, "rb") as stream:
            table = tomllib.loads(stream.read(1_000_000).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, f"{FILE} cannot be read ({type(error).__name__}); its settings are not used."
    known = {field.encode_name for field in msgspec.structs.fields(Account)}
    unknown = sorted(set(table) - known)
    values = {key: value for key, value in table.items() if key in known}
    problem = f"{FILE}: there is no setting `{unknown[0]}`." if unknown else ""
    return values, problem

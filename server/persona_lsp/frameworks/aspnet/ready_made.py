"""Endpoints that one call adds: those of ASP.NET Core Identity, and the sockets of SignalR."""

from typing import Final

from persona_lsp.facts.http import Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.aspnet.attributes import type_name, where
from persona_lsp.frameworks.aspnet.found import FRAMEWORK_ID, Env, Found, Made
from persona_lsp.syntax.ir import Call, Member

_IDENTITY: Final = (
    ("POST", "register"), ("POST", "login"), ("POST", "refresh"), ("GET", "confirmEmail"),
    ("POST", "resendConfirmationEmail"), ("POST", "forgotPassword"), ("POST", "resetPassword"), ("POST", "manage/2fa"),
    ("GET", "manage/info"), ("POST", "manage/info"),
)  # fmt: skip


def identity(call: Call, router: str, env: Env, found: Found) -> Made:
    """The endpoints that ASP.NET Core Identity adds."""
    at = where(found.module, call)
    env.count += 1
    symbol = f"{env.scope or 'top'}:identity{env.count}"
    found.router(symbol, "router", at)
    number = found.mount(router, symbol, at, conditional=env.conditional)
    start = call.func.name_start if isinstance(call.func, Member) else call.start
    for verb, path in _IDENTITY:
        found.routes.append(
            Route(
                (verb,), (path,), FRAMEWORK_ID, Where(at.path, start, at.end), at, found.next_order(), Ref(symbol),
                handler_name=f"Identity.{path}", derived=True, unknown_params=True,
            )
        )  # fmt: skip
    return Made(router, "mount", number)


def hub(call: Call, router: str, text: Text, env: Env, found: Found) -> Made:
    """`MapHub<T>("/chat")`: a socket of SignalR."""
    at = where(found.module, call)
    start = call.func.name_start if isinstance(call.func, Member) else call.start
    found.routes.append(
        Route(
            ("GET",), text, FRAMEWORK_ID, Where(at.path, start, call.args[0].end), at,
            found.next_order(), Ref(router), handler_name=next((type_name(t) for t in call.types), ""),
            kind="websocket", unknown_params=True, conditional=env.conditional,
        )
    )  # fmt: skip
    return Made(router, "route", len(found.routes) - 1)

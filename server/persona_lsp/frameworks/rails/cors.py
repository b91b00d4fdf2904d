"""Cross-origin rules: the rack-cors middleware, and headers that a controller sets by hand."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.rails.literals import is_development, is_true, items, literal, options
from persona_lsp.syntax.ir import AnyExpr, Call, Do, If, Lambda, Module, Return, Stmt, Str

_ANY_PATTERN: Final = frozenset({".*", ".+", "", "^.*$", ".*?", r"\A.*\z", "https?://.*", r"https?:\/\/.*"})
_ENVIRONMENTS: Final = ("config/environments/development.rb", "config/environments/test.rb")


def cors(module: Module) -> Iterator[CorsPolicy]:
    """The policies of `Rack::Cors` blocks in a file."""
    if b"Rack::Cors" not in module.source:
        return
    for block, development in _allowed(module.body, 0):
        for policy in _policy(block, module):
            yield replace(policy, development_only=development or module.path.endswith(_ENVIRONMENTS))


def _allowed(body: Sequence[Stmt], depth: int, *, development: bool = False) -> Iterator[tuple[Call, bool]]:
    """`allow do ... end` wherever it stands, and whether nobody but developers gets there."""
    if depth > 8:
        return
    for statement in body:
        match statement:
            case Do(value=Call() as call) | Return(value=Call() as call):
                if call.name == "allow" and call.block is not None:
                    yield call, development
                elif call.block is not None:
                    yield from _allowed(call.block.function.body, depth + 1, development=development)
            case If(test=test, then=then, orelse=orelse):
                for part, holds in ((then, True), (orelse, False)):
                    local = development or is_development(test, holds=holds)
                    yield from _allowed(part, depth + 1, development=local)
            case _:
                inner = getattr(statement, "cls", None)
                if inner is not None:
                    yield from _allowed(inner.body, depth + 1, development=development)
                    for nested in inner.classes:
                        yield from _allowed(nested.body, depth + 1, development=development)


def _policy(allow: Call, module: Module) -> Iterator[CorsPolicy]:
    origins: Call | None = None
    resources: list[Call] = []
    block = allow.block
    for statement in block.function.body if block is not None else ():
        value = getattr(statement, "value", None)
        if isinstance(value, Call) and value.name == "origins":
            origins = value
        elif isinstance(value, Call) and value.name == "resource":
            resources.append(value)
    if origins is None:
        return
    everyone = [_any(arg) for arg in origins.args]
    star = any(isinstance(a, Str) and not a.regex and a.value == "*" for a in origins.args)
    anyone: bool | None = True if True in everyone else (None if None in everyone else False)
    if origins.block is not None:
        anyone = _always(origins.block)
    where = Where(module.path, origins.start, origins.end)
    at = Where(module.path, origins.args[0].start, origins.args[-1].end) if origins.args else None
    for resource in resources or [allow]:
        given, complete = options(resource, {})
        credentials = given.get("credentials")
        allowed: bool | None = is_true(credentials) if credentials is not None else (False if complete else None)
        yield CorsPolicy(
            "rack-cors",
            where,
            anyone,
            allowed,
            # rack-cors refuses to start with a literal star and credentials; a pattern or block reflects the origin.
            effect="fails" if star else "reflects",
            origins_where=at,
            credentials_where=Where(module.path, credentials.start, credentials.end)
            if credentials is not None
            else None,
        )


def _any(arg: AnyExpr) -> bool | None:
    """The argument allows every origin; None if that cannot be told."""
    if isinstance(arg, Str):
        if arg.regex:
            return (arg.value or "?").strip("^$") in _ANY_PATTERN
        return arg.value == "*"
    if isinstance(arg, Lambda):
        return _always(arg)
    listed = items(arg, {})
    if listed is not None:
        found = [_any(item) for item in listed]
        return True if True in found else (None if None in found else False)
    return False if literal(arg, {}) is not None else None


def _always(block: Lambda) -> bool | None:
    body = block.function.body
    if len(body) == 1 and isinstance(body[0], Return):
        return True if is_true(body[0].value) else None
    return None

"""The routes that a file draws: `config/routes.rb`, the files that it draws in, and those of engines."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Mount, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.rails.literals import resolved
from persona_lsp.frameworks.rails.mapper import Mapper
from persona_lsp.frameworks.rails.scope import Scope
from persona_lsp.syntax.ir import AnyExpr, Assign, BlockExpr, Call, Do, Group, If, Module, Name, Return, Stmt, Try
from persona_lsp.syntax.ruby_names import chain
from persona_lsp.text.patterns import lazy

_DRAWN: Final = lazy(r"(?:^|/)config/routes/(.+)\.rb$")
_DRAWS: Final = frozenset({"draw", "append", "prepend"})
_ENGINE_DRAWS: Final = frozenset({"add_routes", "append_routes", "draw_routes"})
_WORDS: Final = (b"routes.draw", b"routes.append", b"routes.prepend", b"_routes")
MAIN: Final = "Rails.application.routes"


def draws(module: Module) -> bool:
    """The file may register routes."""
    return _DRAWN.search(module.path) is not None or any(word in module.source for word in _WORDS)


def routes(module: Module) -> tuple[tuple[Router, ...], tuple[Mount, ...], tuple[Route, ...]]:
    """The routers, mounts and routes of a file."""
    routers: dict[str, Router] = {}
    mounts: list[Mount] = []
    found: list[Route] = []
    constants = _constants(module)
    order = 0
    for symbol, call in _drawings(module.body, 0):
        if call.block is None:
            continue
        mapper = Mapper(module, symbol, constants)
        mapper.order = order
        mapper.run(call.block.function.body, Scope())
        order = mapper.order
        where = Where(module.path, call.start, call.func.end)
        routers.setdefault(symbol, Router(symbol, "app", "rails", where))
        mounts.extend(mapper.mounts)
        found.extend(mapper.drawn())
    drawn = _DRAWN.search(module.path)
    if drawn is not None and not routers:
        symbol = f"config/routes/{drawn[1]}"
        mapper = Mapper(module, symbol, constants)
        mapper.run(module.body, Scope())
        routers[symbol] = Router(symbol, "router", "rails", Where(module.path, 0, 0))
        mounts.extend(mapper.mounts)
        found.extend(mapper.drawn())
    return tuple(routers.values()), tuple(mounts), tuple(found)


def _constants(module: Module) -> dict[str, AnyExpr]:
    out: dict[str, AnyExpr] = {}
    for statement in module.body:
        if isinstance(statement, Assign) and statement.value is not None and not statement.op:
            for target in statement.targets:
                if isinstance(target, Name):
                    out[target.id] = resolved(statement.value, out) or statement.value
    return out


def _drawings(body: tuple[Stmt, ...], depth: int) -> Iterator[tuple[str, Call]]:
    """Calls that draw routes, with the name of what they draw; also inside of conditions and callbacks."""
    for statement in body:
        match statement:
            case Do(value=Call() as call) | Return(value=Call() as call):
                symbol = _drawn(call)
                if symbol:
                    yield symbol, call
                elif call.block is not None and depth < 2 and call.receiver is not None:
                    yield from _drawings(call.block.function.body, depth + 1)
            case Do(value=BlockExpr(body=inner)):
                yield from _drawings(inner, depth)
            case If(then=then, orelse=orelse):
                yield from _drawings(then, depth)
                yield from _drawings(orelse, depth)
            case Try(body=inner) | Group(body=inner):
                yield from _drawings(inner, depth)
            case _:
                pass


def _drawn(call: Call) -> str:
    receiver = chain(call.receiver)
    if call.name in _ENGINE_DRAWS and receiver.endswith("Engine") and call.block is not None:
        return f"{receiver}.routes"
    if call.name not in _DRAWS or not receiver.endswith("routes"):
        return ""
    owner = receiver.removesuffix("routes").rstrip(".")
    if owner in ("Rails.application", "") or owner.endswith("Application"):
        return MAIN
    return receiver

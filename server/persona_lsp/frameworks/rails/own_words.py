"""Words for `routes.rb` that a module of the project defines: what they put before the paths of their block."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.rails.scope import variants
from persona_lsp.syntax.ir import Call, Do, Expr, FunctionNode, If, Module, Name, Return, Stmt, Str

WORD: Final = "Rails.word."
"""Before the name of a word among the settings, whose value is what it puts before paths."""
_HANDS_ON: Final = frozenset({"yield", "instance_exec", "instance_eval", "call"})
_PLAIN: Final = frozenset({"constraints", "defaults"})
_OTHERS: Final = frozenset({"module", "controller", "action", "only", "except", "shallow", "format"})
_DEEPEST: Final = 6


def own_words(module: Module) -> Iterator[ConfigEntry]:
    """The methods of modules that draw their block in a scope: `def localized(&block) = scope("(:locale)", &block)`."""
    if b"scope" not in module.source or (b"&" not in module.source and b"yield" not in module.source):
        return
    for cls in module.classes():
        for method in cls.methods if cls.kind == "module" else ():
            found = set(_statements(method.body, _block_of(method), "", 0))
            if len(found) == 1 and (prefix := found.pop()) is not None:
                where = Where(module.path, method.start, method.body_start)
                yield ConfigEntry(f"{WORD}{method.name}", prefix, where)


def _block_of(method: FunctionNode) -> str:
    return next((p.name for p in method.params if p.kind == "block"), "")


def _statements(body: tuple[Stmt, ...], block: str, prefix: str, depth: int) -> Iterator[str | None]:
    """What stands before the paths of the block, each time that it is drawn; None where it cannot be told."""
    for statement in body if depth < _DEEPEST else ():
        match statement:
            case If(then=then, orelse=orelse):
                yield from _statements(then, block, prefix, depth + 1)
                yield from _statements(orelse, block, prefix, depth + 1)
            case Do(value=Call() as call) | Return(value=Call() as call):
                yield from _call(call, block, prefix, depth)
            case _:
                pass


def _call(call: Call, block: str, prefix: str, depth: int) -> Iterator[str | None]:
    given = any(isinstance(a, Expr) and any(isinstance(p, Name) and p.id == block for p in a.parts) for a in call.args)
    if call.name in _HANDS_ON:
        if call.name == "yield" or given or (isinstance(call.receiver, Name) and call.receiver.id == block):
            yield prefix
        return
    inner = _within(call, prefix)
    if given:
        yield inner
    elif call.block is not None:
        for found in _statements(call.block.function.body, block, inner or "", depth + 1):
            yield found if inner is not None else None


def _within(call: Call, prefix: str) -> str | None:
    """The prefix below the call."""
    if any(call.kwarg(name) is not None for name in _OTHERS):
        return None
    if call.name in _PLAIN:
        return prefix
    if call.name != "scope":
        return None
    # A block that is handed on (`&block`) is an argument, too, and no text.
    pieces = [*(a for a in call.args if type(a) is not Expr), call.kwarg("path")]
    texts = [piece.value if isinstance(piece, Str) else None for piece in pieces if piece is not None]
    if None in texts:
        return None
    joined = "".join("/" + text.strip("/") for text in texts if text)
    shortest = variants(joined)[0] if joined else ""
    return prefix + ("" if shortest == "/" else shortest)

"""Whether a program that was edited still is one, and has lost nothing that nobody asked to lose."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator

from persona_lsp.ai.errors import AiError
from persona_lsp.findings.subject import Subject
from persona_lsp.text.patterns import lazy

_NO_PROGRAM = "The result would be no valid program; it is not offered."
_AWAIT, _ASYNC = lazy(rb"\bawait\b"), lazy(rb"\basync\b")
_DECORATOR = lazy(rb"@\w")
_DECORATORS = {
    "csharp": lazy(rb"^\s*\[\w", re.MULTILINE),
    "rust": lazy(rb"^\s*#!?\[", re.MULTILINE),
    # `@name` is a variable there.
    "ruby": lazy(rb"(?!)"),
}


_Counts = tuple[int, int, int]
"""`await`s, `async`s, decorators."""


def check_intact(subject: Subject, before: bytes, start: int, new: str) -> None:
    """Raises `AiError` where `new`, instead of the subject at byte `start`, would break or lose something."""
    from persona_lsp import extract
    from persona_lsp.syntax.comments import bare

    end, new_end = start + len(subject.text.encode()), start + len(new.encode())
    after = before[:start] + new.encode() + before[end:]
    one, other = extract.extract(subject.path, before), extract.extract(subject.path, after)
    if one is None or other is None:
        raise AiError("edit", "Nobody can tell whether the result still is a program; it is not offered.")
    if other.facts.error_count > one.facts.error_count:
        raise AiError("edit", _NO_PROGRAM)
    was, will_be = bare(one.parsed, start, end), bare(other.parsed, start, new_end)
    if one.facts.error_count:
        # The rest of the file is in error, so that the parser's word is worth little.
        for left, right in (b"()", b"[]", b"{}"):
            if was.count(left) - was.count(right) != will_be.count(left) - will_be.count(right):
                raise AiError("edit", _NO_PROGRAM)
    lost = {function.key for function in one.facts.functions if function.name} - {f.key for f in other.facts.functions}
    if lost:
        raise AiError("edit", f"The suggestion would lose `{min(lost)}`; it is not offered.")
    counts = _counts_in_python if subject.language == "python" else _counts_in(subject.language)
    for what, least, found in _both(counts, was, will_be, before, after):
        if found < least:
            raise AiError("edit", f"The suggestion would lose {what}; it is not offered.")


def _both(
    counts: Callable[[bytes, bytes], _Counts | None], was: bytes, will_be: bytes, before: bytes, after: bytes
) -> Iterator[tuple[str, int, int]]:
    """What may be lost, and how often it was there and will be."""
    one, other = counts(was, before), counts(will_be, after)
    if one is None:
        # Nobody can tell, so that the words of the rest of the languages have to do.
        one, other = _counts_in("")(was, before), _counts_in("")(will_be, after)
    if one is not None and other is None:
        raise AiError("edit", _NO_PROGRAM)
    if one is not None and other is not None:
        yield from zip(("an `await`", "an `async`", "a decorator or annotation"), one, other, strict=True)


def _counts_in(language: str) -> Callable[[bytes, bytes], _Counts | None]:
    """`await`s, `async`s and decorators, counted in bare code."""
    decorator = _DECORATORS.get(language, _DECORATOR)
    return lambda code, _file: (
        len(_AWAIT.findall(code)),
        len(_ASYNC.findall(code)),
        len(decorator.findall(code)),
    )


def _counts_in_python(_code: bytes, file: bytes) -> _Counts | None:
    """The same, as Python itself counts them; None where it cannot read the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.decode("utf-8-sig"))
            # What may stand where (`await` in a function that is not `async`) is looked at later; nothing is run.
            compile(tree, "edited", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(ast.walk(tree))
    awaits = sum(isinstance(node, ast.Await) for node in nodes)
    asyncs = sum(isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith) for node in nodes)
    return awaits, asyncs, sum(len(getattr(node, "decorator_list", ())) for node in nodes)

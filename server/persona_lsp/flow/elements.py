"""Whether a callback runs once per element: `map` of an `Optional`, a `Mono` or an `Option` runs once at most."""

from typing import Final

from persona_lsp.flow.vocabulary import Scope
from persona_lsp.syntax.ir import AnyExpr, Call, Lambda, Member, Name, dotted
from persona_lsp.text.patterns import lazy

_ALWAYS: Final = frozenset({"forEach", "forEachOrdered", "each", "replaceAll"})
_PROJECTS: Final = frozenset({"Select", "SelectMany"})
_MANY: Final = frozenset({
    "stream", "parallelStream", "lines", "chars", "boxed", "mapToObj", "fromIterable", "fromStream", "fromArray",
    "range", "rangeClosed", "iterate", "generate", "interval", "splitAsStream", "flatMapMany", "flatMapIterable",
    "getResultStream", "bodyToFlux", "getContent",
})  # fmt: skip
_MANY_OWNERS: Final = frozenset(
    {"Stream", "IntStream", "LongStream", "Arrays", "Flux", "Observable", "StreamSupport", "Streams"}
)
_MANY_TYPES: Final = frozenset(
    {"Stream", "IntStream", "LongStream", "Flux", "Page", "Slice", "PageImpl", "Observable", "Multi"}
)
_MANY_NAMES: Final = lazy(r"^(?:find|get|list|search|query)\w*(?:All|Page|List|Stream)|Page$|Stream$|Flux$")


_ITERATORS: Final = frozenset(
    {
        "iter", "into_iter", "iter_mut", "drain", "chars", "lines", "split", "values", "keys", "into_values", "into_keys", "chunks",
        "windows", "par_iter", "into_par_iter", "bytes", "enumerate", "zip", "range", "stream", "buffer_unordered", "split_whitespace",
    }
)  # fmt: skip
"""What an iterator of Rust begins with: without one of them, `map` is that of an `Option` or a `Result`."""


def _iterated(expr: AnyExpr | None) -> bool:
    current = expr
    while isinstance(current, Call):
        if current.name in _ITERATORS:
            return True
        current = current.receiver
    return False


def per_element(call: Call, scope: Scope) -> bool:
    """Java and Rust name the callbacks of containers with one value like those of streams; elsewhere the name tells.

    What C# gives to `Select` may become a part of one query; it runs for itself where it is asynchronous.
    """
    language = scope.module.language
    if language == "csharp":
        return call.name not in _PROJECTS or any(isinstance(a, Lambda) and a.function.is_async for a in call.args)
    if language == "rust":
        return _iterated(call.receiver)
    if language != "java" or call.name in _ALWAYS:
        return True
    current: AnyExpr | None = call.receiver
    for _ in range(2):
        while isinstance(current, Call):
            if current.name in _MANY or _MANY_NAMES.search(current.name):
                return True
            owner = current.receiver
            if isinstance(owner, Name | Member) and dotted(owner).rsplit(".", 1)[-1] in _MANY_OWNERS:
                return True
            current = owner
        if not isinstance(current, Name):
            return False
        if scope.type_of(current) in _MANY_TYPES:
            return True
        current = scope.assigned(current.id)
    return False

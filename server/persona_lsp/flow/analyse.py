"""The facts of one function: the walk's drafts, completed and frozen."""

import re
from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from persona_lsp.facts.body import AsyncGap, Catch, Function, FunctionParam, InputRead, Query, Response
from persona_lsp.facts.body import Raise as RaiseFact
from persona_lsp.facts.place import Span
from persona_lsp.flow.anonymous import Passing, admits
from persona_lsp.flow.anonymous_go import GoRun
from persona_lsp.flow.asking import BEFORE, CREDENTIALS, demands_of, doors_of, gates_of, sends_away_of
from persona_lsp.flow.context import Draft
from persona_lsp.flow.letting import refusals
from persona_lsp.flow.methods import Served, served
from persona_lsp.flow.names import FileNames
from persona_lsp.flow.rust.letting import hands_on_all
from persona_lsp.flow.settling import rejects_with
from persona_lsp.flow.vocabulary import Handling, Library, Vocabulary
from persona_lsp.flow.walk import Walk
from persona_lsp.syntax.ir import (
    CatchNode,
    ClassNode,
    Const,
    For,
    FunctionNode,
    Group,
    If,
    Module,
    ParamNode,
    Return,
    Stmt,
    Switch,
    Try,
    With,
    dotted,
)
from persona_lsp.text.patterns import lazy

_QUERY: Final = frozenset(Query.__struct_fields__)
_RESPONSE: Final = frozenset(Response.__struct_fields__)
_RAISE: Final = frozenset(RaiseFact.__struct_fields__)
_CATCH: Final = frozenset(Catch.__struct_fields__)
_DOC_LENGTH: Final = 400
_YIELDS: Final = lazy(rb"\byield\b")
_RETURNS: Final = lazy(rb"\breturn\b")
_RETURNS_VALUE: Final = lazy(rb"\breturn\b[ \t]*(?!(?:None|null|undefined|nil|void 0)\b)[^\s;}#/]")
_NESTED: Final = lazy(rb"\bdef\b|\blambda\b|\bfunction\b|=>|->|\bclass\b")
_STUB: Final = lazy(rb"\s*(?:(?:[rRuU]?\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\")\s*)?(?:(?:pass|\.\.\.)\s*)*", re.DOTALL)
"""A body of a documentation, `pass` and `...`, or of nothing."""
_HASHED: Final = frozenset({"python", "ruby"})
_HASHES: Final = lazy(r"#([^\n]*)")
_SLASHES: Final = lazy(r"//([^\n]*)|/\*(.*?)\*/", re.DOTALL)
_WORD: Final = lazy(r"[^\W\d_]{2,}")
_EXPLAINS: Final = 3
"""Words: fewer are a label and no reason."""
_LATER: Final = lazy(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_PROMISES: Final = frozenset({"javascript", "typescript", "tsx"})


def analyse(
    function: FunctionNode,
    cls: ClassNode | None,
    module: Module,
    names: FileNames,
    vocabularies: Sequence[Vocabulary],
    libraries: Sequence[Library],
    handling: Handling | None,
    *,
    key: str,
    stops: frozenset[int] = frozenset(),
    deep: bool = True,
    forwards_errors: bool = False,
    aside: bool = False,
) -> Function:
    """The facts of `function`, which takes part in HTTP as `handling` says.

    `stops` are the starts of functions inside it that are analysed on their own. `deep=False` skips the body: for
    functions that cannot contain anything of interest. `aside`: nor can it matter to others what they wait for or give.
    """
    start = function.start if function.outer_start < 0 else min(function.outer_start, function.start)
    transactional = not aside and any(
        library.transactional is not None and library.transactional(function, cls) for library in libraries
    )
    text = module.source
    line = text.rfind(b"\n", 0, start) + 1
    indent = text[line:start]
    fact = Function(
        key=key,
        name=function.name,
        path=module.path,
        start=start,
        end=function.end,
        name_span=Span(function.name_start - start, function.name_end - start)
        if function.name
        else Span(function.start - start, function.start - start),
        language=module.language,
        class_name=function.owner or (cls.name if cls is not None else ""),
        params=tuple(_param(p, text) for p in function.params),
        is_async=function.is_async,
        decorators=tuple(d.name for d in function.decorators),
        returns=_source(text, function.returns),
        doc=function.doc[:_DOC_LENGTH],
        is_public="private" not in function.modifiers
        and "protected" not in function.modifiers
        and not function.name.startswith("_"),
        complete=False,
        transactional=transactional,
        forwards_errors=forwards_errors or bool(handling and handling.forwards_errors),
        body_start=function.body_start - start,
        body_end=function.body_end - start,
        indent=indent.decode("utf-8", "replace") if not indent.strip() else "",
        handling=handling.kind if handling is not None else "",
    )
    if module.language in _PROMISES and (
        deep or (not aside and (function.is_async or b".catch(" in text[function.body_start : function.body_end]))
    ):
        fact = replace(fact, rejects_with=rejects_with(function))
    if not deep and handling is None:
        return fact if aside else replace(fact, gives=_gives_by_words(function, module))
    walk = Walk(function, cls, module, names, vocabularies, libraries, handling, stops, start)
    walk.run()
    return _with_body(fact, walk)


def _with_body(fact: Function, walk: Walk) -> Function:
    """The facts of a function, with what the walk found in its body."""
    function, read = walk.function, walk.names_read
    asks = walk.handling is not None and walk.module.language == "go"
    asked = served(function, walk.module.source) if asks else Served()
    responses = tuple(_response(d, walk) for d in walk.responses)
    raises = tuple(RaiseFact(**_fields(d, _RAISE)) for d in walk.raises)
    return replace(
        fact,
        params=tuple(
            replace(known, used=p.name in read or p.pattern is not None or function.has_error)
            for known, p in zip(fact.params, function.params, strict=True)
        ),
        queries=tuple(_query(d) for d in walk.queries),
        loops=tuple(walk.loops),
        txs=tuple(walk.txs),
        responses=responses,
        raises=raises,
        catches=tuple(_catch(d, walk.module) for d in walk.catches),
        inputs=tuple(InputRead(**d) for d in walk.inputs),
        limits=tuple(walk.limits),
        calls=tuple(walk.calls),
        gaps=_unawaited(function, walk),
        complete=not function.has_error and not walk.too_deep,
        reads_principal=walk.reads_principal,
        names_read=tuple(sorted(read)) if walk.handling is not None else (),
        gives=(gives := _gives(function, walk.module)),
        fails=bool(walk.raises) and not walk.returns and not walk.loops and gives is False,
        returns_query=walk.returns_query,
        passes_on=walk.passes_on,
        leaves_route=walk.leaves_route,
        may_refuse=_refusals(walk, fact.start, raises, responses),
        admits=_admits(walk),
        demands=demands_of(walk),
        gates=gates_of(walk, fact.start),
        sends_away=sends_away_of(walk),
        doors=doors_of(walk, fact.start),
        provides=tuple(sorted(walk.provides)),
        compares=tuple(sorted(walk.compares)),
        methods=asked.methods,
        by_method=tuple((named, Span(start - walk.base, end - walk.base)) for named, start, end in asked.parts),
    )


def _gives(function: FunctionNode, module: Module) -> bool | None:
    """Whether calling the function gives a value, as far as its own statements tell."""
    body = module.source[function.body_start : function.body_end]
    if function.has_error or (b"yield" in body and _YIELDS.search(body)) or _is_stub(body):
        return None
    if function.expression_body or _returns_value(function.body):
        return True
    return _silent(module)


def _gives_by_words(function: FunctionNode, module: Module) -> bool | None:
    """The same without lowering the body: where a function stands inside it, whose `return` it is cannot be told."""
    body = module.source[function.body_start : function.body_end]
    if function.has_error or (b"yield" in body and _YIELDS.search(body)) or _is_stub(body):
        return None
    if function.expression_body:
        return True
    if not _RETURNS.search(body):
        return _silent(module)
    return True if _RETURNS_VALUE.search(body) and not _NESTED.search(body) else None


def _silent(module: Module) -> bool | None:
    """What a function gives that has no `return` with a value: nothing, but in Ruby the value of its last line."""
    return None if module.language == "ruby" else False


def _is_stub(body: bytes) -> bool:
    """Nothing is done here: the method is there for others to fill."""
    return _STUB.fullmatch(body) is not None or b"NotImplemented" in body


def _returns_value(body: Sequence[Stmt]) -> bool:
    for statement in body:
        match statement:
            case Return(value=value):
                if value is not None and not (isinstance(value, Const) and value.value is None):
                    return True
            case If(then=then, orelse=orelse):
                if _returns_value((*then, *orelse)):
                    return True
            case For(body=inner) | With(body=inner) | Group(body=inner):
                if _returns_value(inner):
                    return True
            case Try(body=inner, catches=catches, orelse=orelse, final=final):
                if _returns_value((*inner, *orelse, *final, *(s for c in catches for s in c.body))):
                    return True
            case Switch(arms=arms):
                if any(_returns_value(inner) for _, inner in arms):
                    return True
            case _:
                pass
    return False


def _refusals(
    walk: Walk, start: int, raises: tuple[RaiseFact, ...], responses: tuple[Response, ...]
) -> tuple[Span, ...] | None:
    role = walk.handling
    if walk.module.language == "rust" and role is not None and role.kind == "middleware":
        body = walk.module.source[walk.function.body_start : walk.function.body_end]
        return () if hands_on_all(body, raises, responses) else None
    if not walk.passes_on:
        return None
    calls = refusals(walk.function, role.request, role.response, role.forward) if role is not None else None
    return None if calls is None else tuple(Span(c.start - start, c.end - start) for c in calls)


def _admits(walk: Walk) -> bool:
    function, role = walk.function, walk.handling
    go = walk.module.language == "go" and role is not None and role.kind == "middleware"
    if role is None or not (walk.passes_on or role.passing or go):
        return False
    if CREDENTIALS.search(walk.module.source, function.body_start, function.body_end) is None:
        return False
    if go:
        return admits(
            function, "forward", request=role.request, response=role.response, forward=("next",), run_as=GoRun
        )
    passing: Passing = "forward" if walk.passes_on and role.forward else BEFORE.get(role.passing, "return")
    return admits(function, passing, request=role.request, response=role.response, forward=role.forward)


def handling_of(
    vocabularies: Sequence[Vocabulary], function: FunctionNode, cls: ClassNode | None, module: Module
) -> Handling | None:
    """How the function takes part in HTTP, from its signature, its decorators and what the file registers."""
    for words in vocabularies:
        found = words.handling(function, cls, module)
        if found is not None:
            return found
    return None


def _param(param: ParamNode, text: bytes) -> FunctionParam:
    default = _source(text, param.default) if param.default is not None else None
    return FunctionParam(
        param.name, _source(text, param.type), default, annotations=tuple(d.name for d in param.decorators)
    )


def _fields(draft: Draft, names: frozenset[str]) -> dict[str, Any]:
    return {k: v for k, v in draft.items() if k in names}


def _query(draft: Draft) -> Query:
    fields = _fields(draft, _QUERY)
    if fields["checked"] and fields.get("unchecked_use") is not None and fields["nullable"]:
        # The use came first, on a path that no test guards; a later test does not make it safe.
        fields["checked"] = False
    return Query(**fields)


def _unawaited(function: FunctionNode, walk: Walk) -> tuple[AsyncGap, ...]:
    """The gaps of a function; nobody can wait for an `async void` of C# at all."""
    declared = function.returns
    if walk.module.language == "csharp" and function.is_async and declared is not None and dotted(declared) == "void":
        return (AsyncGap(walk.span(declared), "void"),)
    return tuple(walk.gaps)


def _response(draft: Draft, walk: Walk) -> Response:
    fields = _fields(draft, _RESPONSE)
    shown, counted = draft["_shown"]
    if shown:
        fields["queries"] = tuple(
            i for i, q in enumerate(walk.queries) if _within(q["span"], shown) and not _within(q["span"], counted)
        )
        fields["calls"] = tuple(i for i, c in enumerate(walk.calls) if _within(c.span, shown))
    return Response(**fields)


def _within(span: Span, outer: tuple[Span, ...]) -> bool:
    return any(o.start <= span.start and span.end <= o.end for o in outer)


def _catch(draft: Draft, module: Module) -> Catch:
    fields, text = _fields(draft, _CATCH), module.source
    fields["covers"] = tuple(fields["covers"])
    node = draft.get("_node")
    if node is not None and fields.get("outcome") == "empty":
        fields["explained"] = _is_explained(node, module)
    if node is not None and node.body:
        first = node.body[0].start
        indent = text[text.rfind(b"\n", 0, first) + 1 : first]
        fields["indent"] = indent.decode("utf-8", "replace") if not indent.strip() else ""
    return Catch(**fields)


def _is_explained(node: CatchNode, module: Module) -> bool:
    """A body without statements holds no text but comments; one may stand behind what stands for nothing (`pass`)."""
    source = module.source
    end = source.find(b"\n", node.end)
    rest = source[node.end : end if end >= 0 else None]
    text = source[node.start : node.end] + (rest if rest.lstrip().startswith((b"#", b"//")) else b"")
    pattern = _HASHES if module.language in _HASHED else _SLASHES
    comments = ("".join(found) for found in pattern.findall(text.decode("utf-8", "replace")))
    return any(len(_WORD.findall(comment)) >= _EXPLAINS and not _LATER.search(comment) for comment in comments)


def _source(text: bytes, node: Any) -> str:
    return text[node.start : node.end].decode("utf-8", "replace")[:120] if node is not None else ""

"""Where the walk stands, and the words that several of its parts know."""

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import Branch
from persona_lsp.facts.place import Span
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Index, Let, Member, Name, Spread, dotted

READABLE: Final = frozenset({Member, Index, Call})
"""The kinds of expression that can read an input of the request."""

NEVER: Final = -1
"""The index that stands for no query."""

SAFE_ON_ABSENT: Final = frozenset(
    {
        "nil?", "blank?", "present?", "empty?", "try", "isPresent", "isEmpty", "orElse", "orElseThrow", "orElseGet",
        "ifPresent", "ifPresentOrElse", "map", "flatMap", "filter", "or", "is_none", "is_some", "then", "catch",
        "finally", "presence", "next", "mapNotNull", "defaultIfEmpty", "hasElement", "doOnNext", "zipWith", "collectList", "to_a", "to_s", "inspect", "as_json", "to_json", "orElseNull", "switchIfEmpty", "stream",
        "in?", "is_a?", "equals", "orFail", "throwOnEmpty", "rejectOnEmpty", "lean", "exec", "execute", "populate",
        "unwrap_or", "ok_or", "then_some", "tap", "ok_or_else", "unwrap_or_default", "unwrap_or_else", "and_then", "as_deref",
        "is_some_and", "is_none_or", "transpose", "map_or", "map_or_else", "as_mut", "as_ref", "cloned", "copied",
    }
)  # fmt: skip
"""Methods that may be called on what a lookup found, whether it found something or not."""

VALIDATORS: Final = frozenset(
    {
        "parse", "safeParse", "parseAsync", "safeParseAsync", "validate", "validateAsync", "validateSync",
        "model_validate", "parse_obj", "validate_python", "load", "plainToClass", "plainToInstance", "assert", "check",
        "validateOrReject", "transformAndValidate", "attempt", "validated", "validateBody", "is_valid", "conform", "cast",
        "permit", "expect", "create_schema",
    }
)  # fmt: skip
"""Functions that test their argument against a schema."""


class Context(Struct, frozen=True, gc=False):
    """Where the walk stands. Fields as in `facts.body.Site`; `sink` names what the current expression flows into."""

    branch: Branch = Branch.MAIN
    loop: int = -1
    tx: int = -1
    catch: int = -1
    tries: tuple[int, ...] = ()
    nested: int = 0
    conditional: bool = False
    path: tuple[int, ...] = ()
    condition: str = ""
    developers: bool = False
    """Control gets here only where developers run the application."""
    picked: bool = False
    """The caught failure is of a kind that the code asked for."""
    sink: str = ""
    statement: Span = Span(0, 0)
    caught: tuple[str, ...] = ()
    concurrent: bool = False
    awaited: bool = False
    returned: bool = False
    discarded: bool = False
    assigned_to: str = ""


Draft = dict[str, Any]
"""The fields of a fact that is still being completed."""


def inside(ctx: Context) -> Context:
    """The context of a part of an expression: what happens to the whole does not happen to the part."""
    if ctx.discarded or ctx.assigned_to or ctx.awaited:
        return replace(ctx, discarded=False, assigned_to="", awaited=False)
    return ctx


def target_name(target: AnyExpr | None) -> str:
    """The name that an assignment gives to its value; "" if it is none."""
    match target:
        case Name(id=name):
            return name
        case Member():
            return dotted(target)
        case Let(target=inner):
            return target_name(inner)
        case Spread(value=value):
            return target_name(value)
        case Binary(op="=", left=left):
            return target_name(left)
        case _:
            return ""

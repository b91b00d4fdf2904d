"""Calls that talk to the database: what they ask, what they depend on, and whether the answer is checked."""

import re
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import WRITES, Op, Origin, SqlText
from persona_lsp.facts.place import Span
from persona_lsp.flow.arguments import beginning, chain_arguments, walk_chain
from persona_lsp.flow.context import Context, Draft, inside
from persona_lsp.flow.failures import note_failure, would_catch
from persona_lsp.flow.inputs import whole_body
from persona_lsp.flow.limits import note_limit
from persona_lsp.flow.paths import happened
from persona_lsp.flow.scope import State
from persona_lsp.flow.sql import choosing, chosen_tables, sql_text
from persona_lsp.flow.vocabulary import Library, QueryMeaning, Thrown
from persona_lsp.syntax.ir import AnyExpr, Call, Index, Member, Name, Node, dotted, walk
from persona_lsp.syntax.sql import updated_columns
from persona_lsp.text.patterns import lazy

_DISTINCT: Final = lazy(r"\s*\(*\s*select\s+distinct\s+(?!\*|\w+\.\*)", re.IGNORECASE)


def note_query(state: State, meaning: QueryMeaning, library: Library, expr: Call, ctx: Context) -> int:
    """Note a query; its index."""
    index = len(state.queries)
    mentioned = [n for part in (*meaning.keys, *meaning.data) for n in _mentioned(part)]
    if not mentioned:
        mentioned = [n for part in chain_arguments(expr) for n in _mentioned(part)]
    if meaning.sql is not None or meaning.fragment:
        mentioned += [n for part in chain_arguments(expr) for n in _mentioned(part)]
    if state.module.language == "go":
        # `first := Copy{BookID: book.ID}`: a struct that is written depends on what it is made of.
        made = [state.locals.get(n) for n in mentioned]
        mentioned += [n for value in made if isinstance(value, Call) and value.new for n in _mentioned(value)]
    if ctx.loop >= 0:
        # What is another table for each element cannot be asked at once: it is nothing that the rows depend on.
        tables = [meaning.table] if meaning.table is not None else []
        tables += chosen_tables(meaning.sql, state) if meaning.sql is not None else ()
        # Nor can statements of which each is another one.
        tables += [meaning.sql] if isinstance(meaning.sql, Name) else ()
        elements = {n for table in tables for n in _mentioned(table) if n in state.loop_variables}
        mentioned = [n for n in mentioned if n not in elements]
    depends = tuple(dict.fromkeys(state.query_of[n] for n in mentioned if n in state.query_of))
    sql = None
    if meaning.sql is not None:
        sql = sql_text(meaning.sql, state, state.span, fragment=meaning.fragment, bound=meaning.bound)
    if meaning.lazy and meaning.handle in state.query_of and not (sql is not None and sql.dynamic):
        return _refined(state, meaning, state.query_of[meaning.handle], expr, ctx)
    whole = next((d for d in meaning.data if whole_body(state, d)), None)
    draft: Draft = {
        "api": meaning.api, "library": library.id, "op": meaning.op, "span": state.span(expr), "site": state.site(ctx),
        "entity": meaning.entity, "many": meaning.many, "nullable": meaning.nullable,
        "limited": _limited(meaning, sql),
        "variable": ctx.assigned_to, "keyed_by": _keyed(state, meaning.keys), "keys": tuple(state.text(k)[:60] for k in meaning.keys),
        # Who asks for the result of what fills a variable asks whether it was filled.
        "checked": not meaning.nullable or _gives_option(state) or (meaning.into is not None and not ctx.discarded),
        "into_variable": meaning.into is not None, "args": tuple(dict.fromkeys(mentioned)), "depends_on": depends, "sql": sql,
        "awaited": ctx.awaited, "unit_of_work": meaning.unit_of_work, "lazy": meaning.lazy,
        "relational": meaning.relational if meaning.relational is not None else library.relational,
        "columns": _columns(state, meaning, sql, expr), "whole_body": whole is not None, "body_span": state.span(whole) if whole is not None else None,
        "statement": ctx.statement, "limit_span": Span(expr.end - state.base, expr.end - state.base),
        "concurrent": ctx.concurrent or (ctx.loop >= 0 and state.loops[ctx.loop].concurrent),
        "in_parameters": meaning.in_parameters, "handle": meaning.handle, "store": meaning.store,
    }  # fmt: skip
    state.queries.append(draft)
    if isinstance(meaning.into, Name):
        state.query_of[meaning.into.id] = index
        draft["variable"] = meaning.into.id
    for exception, status in meaning.raises:
        if not any(would_catch(state.catches[i], exception) for i in ctx.tries):
            note_failure(state, Thrown(exception, status, ends=False), expr, ctx)
    if meaning.op in WRITES:
        happened(state, state.span(expr), "write", ctx)
    if meaning.limit is not None:
        note_limit(state, meaning.limit, index)
    sink = "query-write" if meaning.op in WRITES else "query-key"
    if sql is not None and any(d.origin is Origin.REQUEST and not d.safe for d in sql.dynamic):
        sink = "sql"
    inner = replace(inside(ctx), sink=sink)
    reads = len(state.inputs)
    chosen = choosing(sql.template, meaning.op, expr) if sql is not None else ()
    for name in {n for item in chosen for n in _mentioned(item)}:
        for read in state.inputs:
            if read["variable"] == name and not read["sink"]:
                read["sink"] = "query-key"
    walk_chain(state, expr, inner)
    first = beginning(expr)
    if first is not None:
        state.visit(first, inside(ctx))
    for read in state.inputs[reads:]:
        chooses = any(item.start <= read["span"].start + state.base < item.end for item in chosen)
        read["sink"] = "query-key" if chooses else read["sink"] or sink
    for item in (*meaning.data, *meaning.keys):
        for name in _mentioned(item):
            for read in state.inputs:
                if read["variable"] == name and not read["sink"]:
                    read["sink"] = sink
    if meaning.op in WRITES:
        # A record that was looked up and is written now was used without a check.
        receiver = expr.receiver
        if isinstance(receiver, Name) and receiver.id in state.query_of:
            if expr.optional:
                state.queries[state.query_of[receiver.id]]["checked"] = True
            else:
                note_use(state, state.query_of[receiver.id], "deref", expr, ctx)
    return index


def _gives_option(state: State) -> bool:
    """The function of Rust gives an `Option` itself: what is absent is its caller's matter, or answered with 404."""
    returns = state.function.returns
    if state.module.language != "rust" or not isinstance(returns, Index) or not isinstance(returns.base, Name):
        return False
    inner = returns.keys[0] if returns.base.id == "Result" and returns.keys else returns
    return isinstance(inner, Index) and isinstance(inner.base, Name) and inner.base.id == "Option"


def note_use(state: State, query: int, kind: str, node: Node, ctx: Context) -> None:
    """Note the first use of a looked-up record that no test guards."""
    draft = state.queries[query]
    if draft["into_variable"] and kind == "deref":
        return  # it is there, with nothing in it
    if draft["nullable"] and not draft["checked"] and draft.get("unchecked_use") is None:
        if draft["site"].tries and any(
            "NotFound" in t or "DoesNotExist" in t or t in ("TypeError", "AttributeError", "NoMethodError", "NullPointerException")
            for c in draft["site"].tries for t in state.catches[c]["types"]
        ):  # fmt: skip
            return
        draft["unchecked_use"] = state.span(node)
        draft["use_kind"] = kind
        draft["_use_conditional"] = ctx.conditional


def _refined(state: State, meaning: QueryMeaning, index: int, expr: Call, ctx: Context) -> int:
    """`orders = orders.where(...)`: still the same query, which nobody has asked yet."""
    draft = state.queries[index]
    if meaning.limited or (meaning.limited is None and draft["limited"] is False):
        draft["limited"] = meaning.limited
    if meaning.limit is not None:
        note_limit(state, meaning.limit, index)
    walk_chain(state, expr, replace(inside(ctx), sink="query-key"))
    return index


def _columns(state: State, meaning: QueryMeaning, sql: SqlText | None, expr: Call) -> tuple[str, ...]:
    if meaning.columns or sql is None:
        return meaning.columns or _written(state, expr)
    return updated_columns(sql.template) if meaning.op is Op.UPDATE else ()


def _limited(meaning: QueryMeaning, sql: SqlText | None) -> bool | None:
    """Whether there is a limit; how many different values a column has, nobody can tell."""
    if meaning.limited is True or sql is None:
        return meaning.limited
    return True if sql.has_limit else None if _DISTINCT.match(sql.template) else meaning.limited


def _written(state: State, expr: Call) -> tuple[str, ...]:
    """Attributes set on the record before `record.save()`, `session.commit()` or `repository.save(record)`."""
    names = [a.id for a in expr.args if isinstance(a, Name)]
    if isinstance(expr.receiver, Name):
        names.append(expr.receiver.id)
    return tuple(dict.fromkeys(a for n in names for a in state.written_attributes.get(n, ())))


def _keyed(state: State, keys: tuple[AnyExpr, ...]) -> Origin:
    if not keys:
        return Origin.UNKNOWN
    origins = [state.origin(k) for k in keys]
    if Origin.REQUEST in origins:
        return Origin.REQUEST
    return origins[0]


def _mentioned(expr: AnyExpr) -> list[str]:
    found: list[str] = []
    for part in walk(expr):
        if isinstance(part, Name):
            found.append(part.id)
        elif isinstance(part, Member):
            name = dotted(part)
            if name:
                found.append(name)
    return found

"""What the calls of JavaScript data libraries are made of: chains, filters, written columns, SQL text."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from persona_lsp.facts.body import Op, Origin
from persona_lsp.flow.sql import operation
from persona_lsp.flow.vocabulary import Scope
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    Const,
    Entry,
    Items,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Object,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

LANGUAGES: Final = ("javascript", "typescript", "tsx")
_LONGEST: Final = 40
_SQL: Final = lazy(
    r"^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(select|insert\s+into|insert|update|delete\s+from|delete|with|create|alter|drop|truncate|merge|replace|call|exec|begin|commit|rollback|start\s+transaction|savepoint|set|show|explain|pragma|vacuum|lock)\b",
    re.IGNORECASE | re.DOTALL,
)


class Chain(Struct, frozen=True):
    """A chain of calls, first one first, and the expression that it begins with (`User`, `this.repo`, `db`)."""

    calls: tuple[Call, ...]
    root: AnyExpr

    def named(self, *names: str) -> Call | None:
        """The first call of one of these names."""
        return next((c for c in self.calls if c.name in names), None)


def chain(call: Call) -> Chain:
    """Take a chain apart. A call of a plain name (`knex("users")`) belongs to the root."""
    calls: list[Call] = []
    node: AnyExpr = call
    while len(calls) < _LONGEST:
        if isinstance(node, Await):
            node = node.value
        elif isinstance(node, Call) and isinstance(node.func, Member) and not node.new:
            calls.append(node)
            node = node.func.base
        else:
            break
    calls.reverse()
    return Chain(tuple(calls), node)


def last_name(expr: AnyExpr | None) -> str:
    """`repo` of `this.users.repo`; of a call, the name that is called."""
    if isinstance(expr, Call):
        return expr.name
    return expr.name if isinstance(expr, Member) else expr.id if isinstance(expr, Name) else ""


def resolved(expr: AnyExpr | None, scope: Scope, depth: int = 0) -> AnyExpr | None:
    """The value of a local or file-level name, as far as it is known."""
    if isinstance(expr, Name) and depth < 4:
        value = scope.assigned(expr.id)
        return resolved(value, scope, depth + 1) if value is not None and value is not expr else expr
    return expr


def values_of(filter_: AnyExpr | None, scope: Scope) -> tuple[AnyExpr, ...]:
    """The values that a filter object compares with, operators and nested objects looked through."""
    found: list[AnyExpr] = []
    _collect(resolved(filter_, scope), scope, found, 0)
    return tuple(found)


def entries_of(expr: AnyExpr | None, scope: Scope) -> tuple[Entry, ...]:
    """The entries of an object literal, through a local name."""
    value = resolved(expr, scope)
    return value.entries if isinstance(value, Object) else ()


def has_key(expr: AnyExpr | None, names: frozenset[str], scope: Scope, depth: int = 0) -> bool:
    """Whether an object has one of the keys, at any depth."""
    if depth > 6:
        return False
    value = resolved(expr, scope)
    if isinstance(value, Items):
        return any(has_key(i, names, scope, depth + 1) for i in value.items)
    if not isinstance(value, Object):
        return False
    return any(e.name in names or has_key(e.value, names, scope, depth + 1) for e in value.entries)


def option(expr: AnyExpr | None, name: str, scope: Scope) -> AnyExpr | None:
    """The entry of an options object, through a local name."""
    value = resolved(expr, scope)
    return value.get(name) if isinstance(value, Object) else None


def open_object(expr: AnyExpr | None, scope: Scope) -> bool:
    """Whether options come from somewhere else, so that what is absent here may still be there."""
    value = resolved(expr, scope)
    if value is None:
        return False
    return not isinstance(value, Object) or any(e.key is None or not e.name for e in value.entries)


def columns(data: AnyExpr | None, scope: Scope) -> tuple[str, ...]:
    """The names of an object that is written."""
    return tuple(e.name for e in entries_of(data, scope) if e.name)


def counted(given: AnyExpr | None, scope: Scope) -> tuple[str, ...]:
    """The columns that `increment` is given: a name, a list of names or an object; none unless all of them are known."""
    value = resolved(given, scope)
    match value:
        case Items(items=items):
            names = [item.value or "" if isinstance(item, Str) else "" for item in items]
        case Str(value=name):
            names = [name or ""]
        case _:
            return () if open_object(value, scope) else columns(value, scope)
    return () if "" in names else tuple(names)


def sql_op(expr: AnyExpr | None, scope: Scope) -> Op | None:
    """The operation of SQL text; None if the expression is not known to be SQL."""
    text = leading_text(expr, scope)
    match = _SQL.match(text) if text is not None else None
    return operation(text) if match is not None and text is not None else None


def leading_text(expr: AnyExpr | None, scope: Scope, depth: int = 0) -> str | None:
    """The literal text that an expression begins with, run-time pieces as `{}`; None if it is no text."""
    if depth > 6:
        return None
    match expr:
        case Str(parts=parts):
            return "".join(p if isinstance(p, str) else "{}" for p in parts)
        case Binary(op="+", left=left, right=right):
            first = leading_text(left, scope, depth + 1)
            return None if first is None else first + (leading_text(right, scope, depth + 1) or "{}")
        case Name(id=name):
            value = scope.assigned(name)
            return leading_text(value, scope, depth + 1) if value is not None and value is not expr else None
        case Member() if dotted(expr):
            value = scope.assigned(dotted(expr))
            return leading_text(value, scope, depth + 1) if value is not None and value is not expr else None
        case Object():
            return leading_text(expr.get("text") or expr.get("sql") or expr.get("query"), scope, depth + 1)
        case Call(args=(first, *_)) if expr.tagged:
            return leading_text(first, scope, depth + 1)
        case Call(func=Member(base=base, name="trim" | "concat" | "replace")):
            return leading_text(base, scope, depth + 1)
        case _:
            return None


def parameter(expr: AnyExpr | None) -> str:
    """The name of the first parameter of a function written in place."""
    if isinstance(expr, Lambda) and expr.function.params:
        return expr.function.params[0].name
    return ""


def is_record(expr: AnyExpr | None, scope: Scope) -> bool:
    """Whether a lower-case name holds what a query returned, or a new instance of a class."""
    if not isinstance(expr, Name) or expr.id[:1].isupper():
        return False
    if scope.origin(expr) is Origin.QUERY:
        return True
    value = scope.assigned(expr.id)
    if isinstance(value, Await):
        value = value.value
    return isinstance(value, Call) and value.new and value.name[:1].isupper() and value.name not in _BUILT_IN


def entity_of_record(expr: AnyExpr | None, scope: Scope) -> str:
    """The class of an instance that was made here."""
    value = scope.assigned(expr.id) if isinstance(expr, Name) else None
    if isinstance(value, Await):
        value = value.value
    if isinstance(value, Call) and value.new:
        return value.name
    if isinstance(value, Call):
        root = chain(value).root
        name = last_name(root)
        return name if name[:1].isupper() else ""
    return ""


@lru_cache(maxsize=8)
def imports_any(module: Module, packages: tuple[str, ...]) -> bool:
    """Whether a file imports one of the packages, or a part of one."""
    return any(i.module in packages or i.module.startswith(tuple(p + "/" for p in packages)) for i in module.imports)


def is_namespace(expr: AnyExpr | None, scope: Scope) -> bool:
    """`import * as Contract from "./contract.js"`: functions of a file of the project, and no model."""
    return isinstance(expr, Name) and expr.id in _namespaces(scope.module)


@lru_cache(maxsize=8)
def _namespaces(module: Module) -> frozenset[str]:
    return frozenset(
        i.local
        for i in module.imports
        if i.module.startswith(".") and module.source.startswith(b"*", i.start) and not _OF_MODEL.search(i.module)
    )


def is_other_class(expr: AnyExpr | None, scope: Scope) -> bool:
    """`GetUsersCommand.create({ page })`, `UserService.find(id)`: a class that is no model, by its name or its file."""
    if not isinstance(expr, Name):
        return False
    if _OTHER_CLASS.search(expr.id) is not None:
        return True
    module = _imported(scope.module).get(expr.id, "")
    return _OTHER_FILE.search(module) is not None


@lru_cache(maxsize=8)
def _imported(module: Module) -> dict[str, str]:
    return {i.local: i.module for i in module.imports}


_OTHER_CLASS: Final = lazy(
    r"\w(?:Command|D[tT][oO]|Vo|ValueObject|Factory|Service|Controller|Handler|Exception|Builder|Mapper|Presenter"
    r"|Validator|Serializer|Transformer|Use[cC]ase|Utils?|Helpers?|Params|Props|Args)$"
    r"|^(?:Get|List|Find|Search|Fetch|Load|Read|Count)[A-Z]\w*Query$"
)
_OTHER_FILE: Final = lazy(
    r"[.-](?:command|dto|query|vo|value-object|factory|service|controller|handler|exception|builder|mapper|presenter"
    r"|validator|serializer|transformer|use-?case|utils?|helpers?)s?(?:\.[cm]?[jt]s)?$"
    r"|(?:^|/)(?:commands?|dtos?|queries|value-objects|factories|use-?cases|exceptions|builders|mappers|presenters)/"
)
_OF_MODEL: Final = lazy(r"[mM]odel|[eE]ntit|[sS]chema|(?:^|/)db(?:/|$)")


@lru_cache(maxsize=8)
def speaks_sequelize(module: Module) -> bool:
    """Whether a file has words that only Sequelize knows: what other libraries know too is then meant as it has it."""
    return _SEQUELIZE.search(module.source) is not None


_SEQUELIZE: Final = lazy(rb"\.(?:findByPk|findAll|findAndCountAll|bulkCreate|findOrCreate|destroy)\(|[sS]equelize\b")


def number(expr: AnyExpr | None) -> bool:
    """A number literal."""
    return isinstance(expr, Const) and isinstance(expr.value, int) and not isinstance(expr.value, bool)


def _collect(value: AnyExpr | None, scope: Scope, found: list[AnyExpr], depth: int) -> None:
    if depth > 5 or value is None:
        return
    if isinstance(value, Object):
        for entry in value.entries:
            inner = entry.value.target if isinstance(entry.value, Let) else entry.value
            if isinstance(inner, Object | Items):
                _collect(inner, scope, found, depth + 1)
            else:
                found.append(inner)
    elif isinstance(value, Items):
        for item in value.items:
            if isinstance(item, Object):
                _collect(item, scope, found, depth + 1)
            else:
                found.append(item)
    elif depth == 0:
        found.append(value)


_BUILT_IN: Final = frozenset(
    {
        "Map",
        "Set",
        "Date",
        "Array",
        "Promise",
        "Error",
        "URL",
        "URLSearchParams",
        "FormData",
        "Buffer",
        "Headers",
        "RegExp",
    }
)

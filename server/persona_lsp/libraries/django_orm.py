"""Django's ORM: managers, querysets and their laziness, records, raw SQL, transactions."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.libraries.django_orm_edits import spell
from persona_lsp.libraries.python_values import assignments, last_name, links
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    FunctionNode,
    Items,
    Kwarg,
    Member,
    Name,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_MANAGER: Final = lazy(r"^(?:objects|_default_manager|_base_manager|\w+_objects|objects_\w+)$")
_MODEL_NAME: Final = lazy(r"(?:^|_)(?:self|cls|klass|class|model|entity)_?$")
_PACKAGES: Final = ("django", "rest_framework", "ninja")
_LAZY: Final = frozenset(
    {
        "all", "filter", "exclude", "order_by", "select_related", "prefetch_related", "annotate", "alias", "distinct",
        "values", "values_list", "only", "defer", "reverse", "using", "none", "union", "select_for_update",
        "complex_filter", "dates", "datetimes", "difference", "intersection", "extra", "iterator", "get_queryset",
    }
)  # fmt: skip
"""Words after which the chain is still a queryset."""
_ONE_OR_RAISE: Final = frozenset({"get", "earliest", "latest"})
_ONE_OR_NONE: Final = frozenset({"first", "last"})
_AGGREGATES: Final = frozenset({"count", "exists", "aggregate", "contains"})
_WRITES: Final = {
    "create": Op.INSERT, "bulk_create": Op.INSERT, "create_user": Op.INSERT, "create_superuser": Op.INSERT,
    "get_or_create": Op.UPSERT, "update_or_create": Op.UPSERT, "update": Op.UPDATE, "bulk_update": Op.UPDATE,
    "delete": Op.DELETE, "_raw_delete": Op.DELETE,
}  # fmt: skip
_BULK: Final = frozenset({"bulk_create", "bulk_update"})
_FINDERS: Final = frozenset({"get_object_or_404", "aget_object_or_404", "get_list_or_404", "aget_list_or_404"})
_FETCHES: Final = frozenset({"get", "first", "last", "earliest", "latest", "get_object", *_FINDERS})
_SAVES: Final = frozenset({"update_fields", "force_insert", "force_update", "using", "commit"})
_ASYNC: Final = frozenset(
    {"get", "first", "last", "create", "count", "exists", "update", "delete", "save", "aggregate"}
)
_CHANGES: Final = frozenset({"values", "values_list", "distinct", "union", "dates", "datetimes", "aggregate"})
_WITHIN: Final = lazy(
    rb"(?:get_object_or_404\(|\b(?:Exists|Subquery)\(|\bPrefetch\([^()]*,\s*(?:queryset\s*=)?)\s*(?:queryset\s*=\s*)?$"
)
"""What stands before a queryset that only narrows another query: no rows of its own are the answer."""
_DEEPEST: Final = 4


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    func = call.func
    if isinstance(func, Name):
        if func.id in _FINDERS and call.args:
            return _found(call, scope)
        if func.id == "RawSQL" and call.args:
            return QueryMeaning("RawSQL", Op.SELECT, many=True, sql=call.args[0], fragment=not _selects(call.args[0]))
        return TxMeaning("block") if func.id == "atomic" and _is_transaction(scope, "atomic") else None
    if not isinstance(func, Member):
        return None
    name = func.name
    if name == "atomic" and last_name(func.base) == "transaction":
        return TxMeaning("block")
    if name[:1] == "a" and name[1:] in _ASYNC:
        name = name[1:]
    if name in ("save", "delete"):
        stored = _record(call, name, scope)
        if stored is not None:
            return stored
    if name not in _ALL_WORDS:
        return None
    chain = _chain(call, scope, 0)
    return _asked(call, name, *chain, scope) if chain is not None else None


_ALL_WORDS: Final = frozenset({*_LAZY, *_ONE_OR_RAISE, *_ONE_OR_NONE, *_AGGREGATES, *_WRITES, "raw", "in_bulk"})


def _selects(expr: AnyExpr) -> bool:
    first = expr.parts[0] if isinstance(expr, Str) and expr.parts else ""
    return isinstance(first, str) and first.lstrip(" (\n").upper().startswith("SELECT")


def _is_transaction(scope: Scope, name: str) -> bool:
    found = scope.imported(name)
    return found is not None and found[0] == "django.db.transaction"


# -- chains ----------------------------------------------------------------------------------------------------------


def _chain(expr: AnyExpr, scope: Scope, depth: int) -> tuple[str, list[Call], str] | None:
    """(model, calls in order, name of the variable that it begins with) of a chain on a manager; None for others."""
    calls, root = links(expr)
    ordered = list(reversed(calls))
    match root:
        case Member(base=base, name=name) if _MANAGER.match(name):
            model = _model(base)
            return (model, ordered, "") if model or _holds_model(base, scope) else None
        case Name(id="self") | Member() if ordered and ordered[0].name == "get_queryset":
            return "", ordered[1:], "self.get_queryset"
        case Name(id=name) if depth < _DEEPEST and name not in ("self", "cls"):
            values = [v for v in assignments(scope, name, expr.start) if v.end <= expr.start or v.start > expr.end]
            value = values[-1] if values else None
            if not isinstance(value, Call):
                return None
            inner = _chain(value, scope, depth + 1)
            if inner is None or not all(link.name in _LAZY for link in inner[1]):
                return None
            return inner[0], [*inner[1], *ordered], name
        case _:
            return None


def _model(base: AnyExpr) -> str:
    """`Article` of `Article.objects`, `User` of `get_user_model().objects`, "" of `self.model.objects`."""
    if isinstance(base, Call):
        return "User" if base.name == "get_user_model" else ""
    last = last_name(base)
    return last if last[:1].isupper() else ""


def _holds_model(base: AnyExpr, scope: Scope) -> bool:
    """`self.model.objects`, `get_user_model().objects`; a name like `config.objects` may hold anything without Django."""
    if isinstance(base, Call) or _MODEL_NAME.search(last_name(base)):
        return True
    return any(i.module.split(".", 1)[0] in _PACKAGES for i in scope.module.imports)


def _asked(call: Call, name: str, model: str, chain: list[Call], handle: str, scope: Scope) -> Meaning | None:
    api = f"{model or handle or _manager(call)}.{name}"
    keys = tuple(k.value for link in chain for k in link.kwargs if link.name in ("filter", "get", "exclude"))
    keys += tuple(a for link in chain if link.name in ("filter", "get") for a in link.args)
    fragment = _fragment(chain)
    if name in _WRITES:
        if name in ("update", "delete", "create") and not _is_query_word(call, chain):
            return None
        data = (*call.args, *(k.value for k in call.kwargs))
        columns = tuple(k.name for k in call.kwargs if k.name and k.name not in ("defaults", "create_defaults"))
        return QueryMeaning(
            api, _WRITES[name], model, many=name in _BULK or name in ("update", "delete"),
            keys=keys if name != "create" else (), data=data, columns=columns, handle=handle,
            in_parameters=name in _BULK or _in(chain),
        )  # fmt: skip
    if name in _AGGREGATES:
        return QueryMeaning(api, Op.COUNT, model, limited=True, keys=keys, handle=handle, in_parameters=_in(chain))
    if name in _ONE_OR_RAISE:
        return QueryMeaning(api, Op.SELECT, model, limited=True, keys=keys, handle=handle, in_parameters=_in(chain))
    if name in _ONE_OR_NONE:
        nullable = not _is_there(call, model, scope)
        return QueryMeaning(api, Op.SELECT, model, nullable=nullable, limited=True, keys=keys, handle=handle)
    if name == "raw":
        return QueryMeaning(
            api, Op.SELECT, model, many=True, sql=call.args[0] if call.args else call.kwarg("raw_query"), handle=handle
        )
    if name == "in_bulk":
        return QueryMeaning(api, Op.SELECT, model, many=True, keys=keys, handle=handle, in_parameters=True)
    if name == "none":
        return None
    limited = _limited(call, chain, model, scope)
    return QueryMeaning(
        api, Op.SELECT, model, many=True, limited=limited, keys=keys, sql=fragment, fragment=fragment is not None,
        handle=handle, lazy=True, in_parameters=_in(chain),
    )  # fmt: skip


def _manager(call: Call) -> str:
    """`model.objects`: the manager of a class that a variable holds."""
    root = links(call)[1]
    return dotted(root) or "objects" if isinstance(root, Member) and isinstance(root.base, Name) else "objects"


def _is_there(call: Call, model: str, scope: Scope) -> bool:
    """The function has asked before whether there are such rows: `if Article.objects.filter(...).exists(): ...`."""
    before = scope.module.source[scope.function.body_start : call.start]
    return (
        bool(model) and re.search(rb"\b%s\.objects\b[^=]*(?:=[^=]*)*?\.exists\(\)" % model.encode(), before) is not None
    )


def _is_query_word(call: Call, chain: list[Call]) -> bool:
    """`update(x=1)`, `create(x=1)` and `delete()` as querysets have them, and nothing of a dictionary's."""
    if call.name.removeprefix("a") == "delete":
        return not call.args and not call.kwargs and all(link.name not in _FETCHES for link in chain[:-1])
    return not call.args and bool(call.kwargs)


def _in(chain: list[Call]) -> bool:
    """A filter takes a list of keys."""
    return any(k.name.endswith("__in") for link in chain for k in link.kwargs)


def _fragment(chain: list[Call]) -> AnyExpr | None:
    """The SQL text of `extra(where=[...], select={...})`."""
    for link in chain:
        if link.name != "extra":
            continue
        for word in ("where", "tables", "order_by"):
            given = link.kwarg(word)
            if isinstance(given, Items) and given.items:
                return next(
                    (i for i in given.items if not (isinstance(i, Str) and i.value is not None)), given.items[0]
                )
    return None


def _limited(call: Call, chain: list[Call], model: str, scope: Scope) -> bool | None:
    """The queryset is cut to a slice; None where that, or what it is asked for, cannot be told."""
    source = scope.module.source
    if source[call.end : call.end + 1] == b"[":
        return True
    if _WITHIN.search(source, max(0, call.start - 120), call.start) is not None:
        return None
    if not model or any(link.name not in _LAZY or link.name in _CHANGES for link in chain):
        return None
    named = _assigned_name(call, scope)
    if named:
        text = source[call.end : scope.function.end]
        word = re.escape(named.encode())
        if re.search(rb"\b" + word + rb"\s*\[|\bpaginat\w*\b[^\n]*\b" + word + rb"\b|Paginator\(", text, re.IGNORECASE):
            return None
    return False


def _assigned_name(call: Call, scope: Scope) -> str:
    """The name before the `=` that the chain stands behind."""
    source = scope.module.source
    start = source.rfind(b"\n", 0, call.start) + 1
    match = re.match(rb"\s*(\w+)\s*=\s*\(?\s*$", source[start : call.start])
    return match[1].decode() if match is not None else ""


# -- records ---------------------------------------------------------------------------------------------------------


def _found(call: Call, scope: Scope) -> QueryMeaning:
    """`get_object_or_404(Article, pk=pk)`."""
    first = call.args[0]
    model = last_name(first) if last_name(first)[:1].isupper() else ""
    if not model:
        chain = _chain(first, scope, 0)
        model = chain[0] if chain is not None else _model(first.base) if isinstance(first, Member) else ""
    several = "list" in call.name
    return QueryMeaning(
        f"get_object_or_404({model})" if model else call.name, Op.SELECT, model, many=several,
        limited=None if several else True, keys=(*call.args[1:], *(k.value for k in call.kwargs)),
        raises=(("Http404", 404),), in_parameters=any(k.name.endswith("__in") for k in call.kwargs),
    )  # fmt: skip


def _record(call: Call, name: str, scope: Scope) -> Meaning | None:
    """`article.save()`, `article.delete()`, `serializer.save(author=user)`."""
    receiver = call.receiver
    if name == "delete" and (call.args or call.kwargs):
        return None
    value: AnyExpr | None = receiver
    label = last_name(receiver)
    if isinstance(receiver, Name):
        values = assignments(scope, receiver.id, call.start)
        value = values[-1] if values else None
    if not isinstance(value, Call):
        return None
    made = value.name
    if made.endswith(("Serializer", "Form", "FormSet")) or made in ("get_serializer", "serializer_class", "form_class"):
        if name != "save":
            return None
        updates = bool(value.args) or value.kwarg("instance") is not None
        entity = made.removesuffix("Serializer").removesuffix("Form") if made[:1].isupper() else ""
        return QueryMeaning(
            f"{label}.save", Op.UPDATE if updates else Op.INSERT, entity, data=tuple(k.value for k in call.kwargs),
            columns=tuple(k.name for k in call.kwargs if k.name), handle=label,
        )  # fmt: skip
    if call.args or any(k.name not in _SAVES for k in call.kwargs):
        return None
    op = Op.DELETE if name == "delete" else Op.UPDATE
    if made in _FETCHES:
        fetched = _fetched(value, scope)
        if fetched is None:
            return None
        raises = (("Http404", 404),) if value is receiver and made in (*_FINDERS, "get_object") else ()
        return QueryMeaning(f"{label or fetched or made}.{name}", op, fetched, handle=label, raises=raises)
    if made[:1].isupper() and name == "save" and _is_model(value, scope):
        return QueryMeaning(
            f"{made}.save", Op.INSERT, made, data=tuple(k.value for k in value.kwargs), columns=_names(value.kwargs),
            handle=label,
        )  # fmt: skip
    return None


def _fetched(value: Call, scope: Scope) -> str | None:
    """The model of `Article.objects.get(...)`, `self.get_object()`; None if it is no record of a database."""
    if value.name in _FINDERS:
        return _found(value, scope).entity if value.args else None
    if value.name == "get_object":
        return "" if dotted(value.receiver) == "self" else None
    chain = _chain(value, scope, 0)
    return chain[0] if chain is not None else None


def _is_model(made: Call, scope: Scope) -> bool:
    """The class comes from models: imported from there, or used with a manager in the same file."""
    root = dotted(made.func).split(".", 1)[0]
    found = scope.imported(root)
    if found is not None and ("models" in found[0].split(".") or found[1] == "models"):
        return True
    return made.name.encode() + b".objects" in scope.module.source


def _names(kwargs: tuple[Kwarg, ...]) -> tuple[str, ...]:
    return tuple(k.name for k in kwargs if k.name)


def _transactional(function: FunctionNode, cls: ClassNode | None) -> bool:
    """`@transaction.atomic` over a function, its class, or given to `method_decorator`."""
    decorators = (*function.decorators, *(cls.decorators if cls is not None else ()))
    for decorator in decorators:
        if decorator.name.rsplit(".", 1)[-1] in ("atomic", "commit_on_success"):
            return True
        call = decorator.call
        if call is not None and decorator.name.rsplit(".", 1)[-1] == "method_decorator" and call.args:
            first = call.args[0]
            named = call.kwarg("name")
            inner = last_name(first.func if isinstance(first, Call) else first)
            if inner == "atomic" and (not isinstance(named, Str) or named.value in ("dispatch", function.name)):
                return True
    return False


LIBRARY: Final = Library(
    id="django-orm",
    languages=("python",),
    packages=_PACKAGES,
    meaning=meaning,
    triggers=(
        ".objects", "_manager", "get_queryset", "_or_404", "atomic", ".save(", ".delete(", "RawSQL", ".filter(", ".all()",
    ),
    transactional=_transactional,
    serves=("Django ORM",),
    spell=spell,
)  # fmt: skip

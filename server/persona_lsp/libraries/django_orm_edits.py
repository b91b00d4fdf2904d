"""Limits, bound values and transactions in the words of Django's ORM."""

import re

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import BindSql, Intent, LimitQuery, WrapInTransaction
from persona_lsp.libraries.python_sql_edits import bound_by_position, inside_block
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import Assign, Call, FunctionNode, Module, Name
from persona_lsp.syntax.python_edits import with_import


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:  # noqa: ARG001 -- the tree says it all
    """Limits, bound values and transactions in the words of Django's ORM."""
    match intent:
        case LimitQuery():
            return _limited(intent, module)
        case BindSql():
            return bound_by_position(intent.where, module, "%s")
        case WrapInTransaction(library="django-orm"):
            wrapped = inside_block(intent.where, module, "with transaction.atomic():")
            return (wrapped, *with_import(module, "django.db", "transaction")) if wrapped is not None else None
        case _:
            return None


def _limited(intent: LimitQuery, module: Module) -> tuple[Edit, ...] | None:
    """A slice, where nothing refines the queryset behind it: one that was cut cannot be filtered any more."""
    at = intent.where.start
    path = around(module, at - 1, at)
    call = next((n for n in path if isinstance(n, Call) and n.end == at), None)
    function = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    if call is None or function is None:
        return None
    kept = next((n for n in reversed(path) if isinstance(n, Assign)), None)
    if kept is not None and kept.value is call:
        target = kept.targets[0]
        rest = module.source[kept.end : function.end].decode("utf-8", "replace")
        if not isinstance(target, Name) or _refined(target.id, rest):
            return None
    elif module.source[at : at + 1] == b".":
        return None
    return (Edit(module.path, at, at, f"[:{intent.maximum}]"),)


def _refined(name: str, text: str) -> bool:
    used = re.escape(name)
    return re.search(rf"\b{used}\s*[.\[|&]|(?:filter|paginate|search|order)\w*\([^()]*\b{used}\b", text) is not None

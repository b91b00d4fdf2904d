"""Fixes for Spring: what an intent looks like in Java."""

from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    AddReturn,
    BindSql,
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DeleteStatement,
    DenyCredentials,
    DropBody,
    GuardNotFound,
    HideError,
    Intent,
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
    SetStatus,
    WrapInTransaction,
)
from persona_lsp.flow.status import STATUS_NAMES
from persona_lsp.frameworks.spring.annotations import STEREOTYPES, argument, find, simple, type_name
from persona_lsp.frameworks.spring.bind_sql import bound
from persona_lsp.frameworks.spring.builders import builder_chain
from persona_lsp.frameworks.spring.edits import (
    annotated,
    imported,
    indent_at,
    inserted,
    method_at,
    node_at,
    nodes,
    outer,
    replaced,
    statement_at,
    unit_of,
)
from persona_lsp.frameworks.spring.errors import FIXED
from persona_lsp.frameworks.spring.routes import ENTITY_TYPES, answered_type, mapping_of
from persona_lsp.frameworks.spring.statuses import status_value
from persona_lsp.syntax.ir import (
    Assign,
    Call,
    CatchNode,
    ClassNode,
    Const,
    FunctionNode,
    Jump,
    Member,
    Module,
    Node,
    Raise,
    Return,
    Str,
)

_HTTP: Final = "org.springframework.http.HttpStatus"
_WEB: Final = "org.springframework.web.bind.annotation"
_OLDER_NAMES: Final = {413: "PAYLOAD_TOO_LARGE", 418: "I_AM_A_TEAPOT", 422: "UNPROCESSABLE_ENTITY"}
_NAMES: Final = {code: name for name, code in reversed(list(STATUS_NAMES.items()))} | _OLDER_NAMES
_PLAIN_TEXT: Final = '"Internal server error"'


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    """The edits of an intent; None if there is no safe way to write it."""
    match intent:
        case SetStatus(status=status):
            return _set_status(intent, status, module, facts)
        case DropBody():
            return _drop_body(intent, module)
        case HideError():
            return _hide_error(intent, module)
        case WrapInTransaction():
            return _transactional(intent, module)
        case BindSql():
            return bound(intent.where, module, facts)
        case DenyCredentials():
            return _literal(intent, module, {b"true": "false", b'"true"': '"false"'})
        case RestrictOrigins():
            return (
                _literal(intent, module, {b'"*"': '"${app.cors.allowed-origins}"'})
                if _in_annotation(intent, module)
                else None
            )
        case CopyGuard(source=source) if source.startswith("@"):
            found = method_at(module, intent.where)
            return (
                (annotated(module, found[1], source),)
                if found is not None and source not in module.text(found[1])
                else None
            )
        case ChangeMethod(method=method):
            return _change_method(intent, method, module)
        case CapLimit(maximum=maximum):
            return _cap(intent, maximum, module)
        case GuardNotFound():
            return _guard(intent, module)
        case Rethrow(variable=variable):
            return _rethrow(intent, variable, module)
        case AddReturn():
            return _return(intent, module)
        case ReadFromEnvironment(name=name):
            return _environment(intent, name, module)
        case DeleteStatement():
            return _delete(intent, module)
        case _:
            return None


def _set_status(intent: Intent, status: int, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    name = _NAMES.get(status)
    if name is None:
        return None
    written = f"HttpStatus.{name}"
    route = next((r for r in facts.routes if r.where == intent.where), None)
    if route is not None:
        return _route_status(intent, written, module)
    node = node_at(module, intent.where)
    if not isinstance(node, Call):
        return None
    if node.new:
        given = next((a for a in reversed(node.args) if status_value(a)[0] is not None), None)
        return (replaced(given, module, written), *imported(module, _HTTP)) if given is not None else None
    chain = builder_chain(node)
    if chain is None or not isinstance(chain[0].func, Member):
        return None
    start = chain[0]
    at = chain[0].func.name_start
    if start.name == "status" and start.args:
        plain = isinstance(start.args[0], Const)
        edit = replaced(start.args[0], module, str(status) if plain else written)
        return (edit,) if plain else (edit, *imported(module, _HTTP))
    if start.name not in FIXED or start.name == "created":
        return None
    body = module.source[start.args_start : start.args_end].decode() if start.args else ""
    text = f"status({written}).body({body})" if body else f"status({written})"
    return (Edit(module.path, at, start.end, text), *imported(module, _HTTP))


def _route_status(intent: Intent, written: str, module: Module) -> tuple[Edit, ...] | None:
    found = method_at(module, intent.where)
    if found is None or answered_type(found[1]) in ENTITY_TYPES or mapping_of(found[1]) is None:
        return None
    status = find(found[1].decorators, "ResponseStatus")
    if status is not None:
        value = argument(status, "code", "value")
        return (replaced(value, module, written), *imported(module, _HTTP)) if value is not None else None
    return (
        annotated(module, found[1], f"@ResponseStatus({written})"),
        *imported(module, _HTTP),
        *imported(module, f"{_WEB}.ResponseStatus"),
    )


def _drop_body(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    node = node_at(module, intent.where)
    if not isinstance(node, Call):
        return None
    if node.new and len(node.args) > 1:
        status = next((a for a in reversed(node.args) if status_value(a)[0] is not None), None)
        return (
            (Edit(module.path, node.args[0].start, status.start, ""),)
            if status is not None and status is not node.args[0]
            else None
        )
    chain = builder_chain(node)
    for call in chain or ():
        if call.name in {"body", "bodyValue"} and isinstance(call.func, Member):
            return (Edit(module.path, call.func.name_start, call.end, "build()"),)
    return None


def _hide_error(intent: HideError, module: Module) -> tuple[Edit, ...] | None:
    found = method_at(module, intent.where)
    if found is None:
        return None
    cls, method = found
    edits = [Edit(module.path, intent.where.start, intent.where.end, _PLAIN_TEXT)]
    if intent.log and intent.variable:
        statement = statement_at(method, intent.where)
        indent = indent_at(module, statement.start) if statement is not None else None
        if statement is None or indent is None:
            return None
        logger, imports = _logger(cls, module)
        edits.append(
            inserted(module, statement.start, f'{logger}.error("Request failed", {intent.variable});\n{indent}')
        )
        edits += imports
    return tuple(edits)


def _logger(cls: ClassNode, module: Module) -> tuple[str, tuple[Edit, ...]]:
    field = next((f.name for f in cls.fields if type_name(f.type) in {"Logger", "Log"}), "")
    if not field and find(cls.decorators, "Slf4j", "Log4j2", "CommonsLog") is not None:
        field = "log"
    if field:
        return field, ()
    return f"LoggerFactory.getLogger({cls.name}.class)", imported(module, "org.slf4j.LoggerFactory")


def _transactional(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    """A proxy opens the transaction, so the class must be a bean and the method one that a proxy can see."""
    found = method_at(module, intent.where)
    if found is None:
        return None
    cls, method = found
    if {"private", "static", "final", "constructor"} & set(method.modifiers) or find(
        method.decorators, "Transactional"
    ):
        return None
    if find(cls.decorators, *STEREOTYPES, "Mapper") is None:
        return None
    return (
        annotated(module, method, "@Transactional"),
        *imported(module, "org.springframework.transaction.annotation.Transactional"),
    )


def _literal(intent: Intent, module: Module, table: dict[bytes, str]) -> tuple[Edit, ...] | None:
    text = table.get(module.source[intent.where.start : intent.where.end])
    return (Edit(module.path, intent.where.start, intent.where.end, text),) if text is not None else None


def _in_annotation(intent: Intent, module: Module) -> bool:
    for cls in module.classes():
        for decorator in (*cls.decorators, *(d for m in cls.methods for d in m.decorators)):
            if decorator.start <= intent.where.start and intent.where.end <= decorator.end:
                return True
    return False


def _change_method(intent: Intent, verb: str, module: Module) -> tuple[Edit, ...] | None:
    found = method_at(module, intent.where)
    mapping = mapping_of(found[1]) if found is not None else None
    if mapping is None:
        return None
    name = simple(mapping.name)
    asked = argument(mapping, "method")
    if asked is not None:
        return (replaced(asked, module, f"RequestMethod.{verb}"), *imported(module, f"{_WEB}.RequestMethod"))
    other = f"{verb.capitalize()}Mapping"
    if not name.endswith("Mapping") or name == other:
        return None
    at = mapping.start + 1 + len(mapping.name) - len(name)
    return (Edit(module.path, at, at + len(name), other), *imported(module, f"{_WEB}.{other}"))


def _cap(intent: Intent, maximum: int, module: Module) -> tuple[Edit, ...] | None:
    found = method_at(module, intent.where)
    for p in found[1].params if found is not None else ():
        if not (p.start <= intent.where.start and intent.where.end <= p.end) or p.type is None:
            continue
        if type_name(p.type) not in {"int", "long", "short", "Integer", "Long", "Short"}:
            return None
        known = find(p.decorators, "Max")
        if known is not None:
            value = argument(known, "value")
            return (replaced(value, module, str(maximum)),) if value is not None else None
        javax = any(i.module.startswith("javax.validation") for i in module.imports)
        package = "javax" if javax else "jakarta"
        return (
            inserted(module, p.type.start, f"@Max({maximum}) "),
            *imported(module, f"{package}.validation.constraints.Max"),
        )
    return None


def _guard(intent: GuardNotFound, module: Module) -> tuple[Edit, ...] | None:
    found = method_at(module, intent.where)
    if found is None or not intent.variable:
        return None
    statement = next(
        (
            n
            for n in nodes(found[1].body)
            if isinstance(n, Assign) and n.start == intent.where.start and n.end == intent.where.end
        ),
        None,
    )
    indent = indent_at(module, intent.where.start)
    if statement is None or indent is None or not intent.variable.isidentifier():
        return None
    declared = type_name(statement.type)
    asked = any(isinstance(n, Call) and n.name == "findById" for n in nodes(statement.value))
    optional = declared == "Optional" or (statement.type is None and asked)
    if not optional and declared in {"List", "Set", "Collection", "Page", "Mono", "Flux"}:
        return None
    test = f"{intent.variable}.isEmpty()" if optional else f"{intent.variable} == null"
    step = unit_of(module)
    thing = f"{intent.entity or 'Resource'} not found"
    text = (
        f"\n{indent}if ({test}) {{\n{indent}{step}throw new ResponseStatusException(HttpStatus.NOT_FOUND, "
        f'"{thing}");\n{indent}}}'
    )
    return (
        inserted(module, intent.where.end, text),
        *imported(module, _HTTP),
        *imported(module, "org.springframework.web.server.ResponseStatusException"),
    )


def _rethrow(intent: Intent, variable: str, module: Module) -> tuple[Edit, ...] | None:
    """The failure goes on inside an unchecked one, which every method may throw."""
    found = method_at(module, intent.where)
    if found is None or not variable:
        return None
    for node in nodes(found[1].body):
        if isinstance(node, CatchNode) and node.start <= intent.where.start and intent.where.end <= node.end:
            if not node.body or isinstance(node.body[-1], Return | Raise | Jump):
                continue
            last = node.body[-1]
            indent = indent_at(module, last.start)
            if indent is not None:
                return (inserted(module, last.end, f"\n{indent}throw new IllegalStateException({variable});"),)
    return None


def _return(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    found = method_at(module, intent.where)
    indent = indent_at(module, intent.where.start)
    if found is None or indent is None or type_name(found[1].returns) != "void":
        return None
    return (inserted(module, intent.where.end, f"\n{indent}return;"),)


def _environment(intent: Intent, name: str, module: Module) -> tuple[Edit, ...] | None:
    """An annotation takes constants only, so a literal there has to be moved by hand."""
    if (
        not name
        or _in_annotation(intent, module)
        or not module.source[intent.where.start : intent.where.end].startswith(b'"')
    ):
        return None
    for cls in module.classes():
        held = [n for f in cls.fields if f.value is not None for n in nodes(f.value)]
        held += [n for m in cls.methods for n in _inside(m, intent)]
        if any(isinstance(n, Str) and n.start == intent.where.start and n.end == intent.where.end for n in held):
            return (Edit(module.path, intent.where.start, intent.where.end, f'System.getenv("{name}")'),)
    return None


def _inside(method: FunctionNode, intent: Intent) -> tuple[Node, ...]:
    return tuple(nodes(method.body)) if method.start <= intent.where.start and intent.where.end <= method.end else ()


def _delete(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    """The whole method with its lines and the empty line before it."""
    found = method_at(module, intent.where)
    if found is None or (outer(found[1]), found[1].end) != (intent.where.start, intent.where.end):
        return None
    source = module.source
    start = source.rfind(b"\n", 0, intent.where.start) + 1
    end = source.find(b"\n", intent.where.end)
    if source[start : intent.where.start].strip() or end < 0 or source[intent.where.end : end].strip():
        return None
    before = source.rfind(b"\n", 0, max(start - 1, 0)) + 1
    if not source[before:start].strip():
        start = before
    return (Edit(module.path, start, end + 1, ""),)

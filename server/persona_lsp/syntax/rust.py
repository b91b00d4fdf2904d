"""Rust files, lowered to the code tree: `use`, modules, functions, types and their `impl` blocks.

Each `impl` block is a class of its own, named like the type, with the fields of the type if the file declares it. What
only tests compile (`#[cfg(test)]`, `#[test]`) is left out. Modules inside of the file are classes of kind `module`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from tree_sitter import Node as Syntax

from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
    Decorator,
    Def,
    Do,
    FieldNode,
    FunctionNode,
    ImportNode,
    Index,
    Module,
    Name,
    Stmt,
    dotted,
)
from persona_lsp.syntax.rust_expressions import expression, parameters
from persona_lsp.syntax.rust_macros import attribute
from persona_lsp.syntax.rust_statements import body_of
from persona_lsp.syntax.rust_types import COMMENTS, text_of, type_of

_TYPES: Final = {"struct_item": "class", "enum_item": "enum", "union_item": "class", "trait_item": "interface"}
_NESTING: Final = 12
"""Modules inside modules that are followed."""


class _Items(Struct):
    """What a file or a module holds."""

    functions: list[FunctionNode]
    classes: list[ClassNode]
    constants: list[Assign]
    others: list[Stmt]
    imports: list[ImportNode]


def lower(root: Syntax, source: bytes, path: str) -> Module:
    """The code tree of a file."""
    module = Module(path, "rust", source)
    items = _items(root.children, source, "", 0)
    body: list[Stmt] = [Def(_outer(f), f.end, f) for f in items.functions]
    body += [ClassDef(c.start, c.end, c) for c in items.classes]
    body += items.constants
    body += items.others
    module.body = tuple(sorted(body, key=lambda stmt: stmt.start))
    module.imports = tuple(items.imports)
    module.error_count = int(root.has_error)
    return module


def function_of(node: Syntax, root: Syntax, source: bytes, owner: str) -> FunctionNode | None:  # noqa: ARG001 - every lowering has the same signature
    """Lower one function again."""
    return function_node(node, source, (), "", owner) if node.type == "function_item" else None


def _outer(function: FunctionNode) -> int:
    return function.start if function.outer_start < 0 else min(function.start, function.outer_start)


def _flat(nodes: Iterable[Syntax]) -> Iterator[Syntax]:
    """The nodes, and in place of errors what they hold."""
    stack = list(reversed(list(nodes)))
    while stack:
        n = stack.pop()
        if n.type == "ERROR":
            stack.extend(reversed(n.children))
        else:
            yield n


def _items(nodes: Iterable[Syntax], s: bytes, owner: str, depth: int) -> _Items:
    found = _Items([], [], [], [], [])
    decorators: list[Decorator] = []
    doc: list[str] = []
    impls: list[tuple[Syntax, tuple[Decorator, ...]]] = []
    for n in _flat(nodes):
        kind = n.type
        if kind == "attribute_item":
            made = attribute(n, s, expression)
            if made is not None:
                decorators.append(made)
            continue
        if kind in COMMENTS:
            text = _doc(n, s)
            if text is not None:
                doc.append(text)
            continue
        if kind in {"visibility_modifier", "inner_attribute_item"}:
            continue
        if not any(_only_tests(d) for d in decorators):
            if kind == "impl_item":
                impls.append((n, tuple(decorators)))
            else:
                _item(n, s, owner, tuple(decorators), "\n".join(doc), depth, found)
        decorators, doc = [], []
    for n, given in impls:
        _impl(n, s, owner, given, found)
    return found


def _item(
    n: Syntax, s: bytes, owner: str, decorators: tuple[Decorator, ...], doc: str, depth: int, found: _Items
) -> None:
    kind = n.type
    name: Syntax | None
    if kind in {"function_item", "function_signature_item"}:
        found.functions.append(function_node(n, s, decorators, doc, owner))
    elif kind in _TYPES:
        found.classes.append(class_of(n, s, decorators, doc, owner))
    elif kind == "use_declaration":
        held = n.child_by_field_name("argument")
        if held is not None:
            found.imports += _uses(held, s, [])
    elif kind == "extern_crate_declaration":
        name = n.child_by_field_name("name")
        if name is not None:
            word = text_of(name, s)
            found.imports.append(ImportNode(n.start_byte, n.end_byte, word, word, "*"))
    elif kind in {"const_item", "static_item"}:
        name, value = n.child_by_field_name("name"), n.child_by_field_name("value")
        if name is not None and value is not None:
            target = Name(name.start_byte, name.end_byte, text_of(name, s))
            found.constants.append(Assign(n.start_byte, n.end_byte, (target,), expression(value, s), const=True))
    elif kind == "type_item":
        name, declared = n.child_by_field_name("name"), n.child_by_field_name("type")
        if name is not None and declared is not None:
            found.classes.append(_named(n, name, s, "alias", (type_of(declared, s),), (), (), owner))
    elif kind == "mod_item":
        _module(n, s, owner, decorators, depth, found)
    elif kind in {"macro_invocation", "expression_statement"}:
        made = expression(n, s)
        if isinstance(made, Call):
            found.others.append(Do(n.start_byte, n.end_byte, made))


def _module(n: Syntax, s: bytes, owner: str, decorators: Sequence[Decorator], depth: int, found: _Items) -> None:
    """`mod x;` is an import of the file that it names; `mod x { ... }` a class that holds what stands in it."""
    name, body = n.child_by_field_name("name"), n.child_by_field_name("body")
    if name is None:
        return
    word = text_of(name, s)
    if body is None:
        place = next(
            (d.call.args[0] for d in decorators if d.name == "path" and d.call is not None and d.call.args), None
        )
        file = getattr(place, "value", None) if place is not None else None
        module = f"file:{file}" if file else f"self.{owner}" if owner else "self"
        found.imports.append(ImportNode(n.start_byte, n.end_byte, word, module, word))
        return
    if depth >= _NESTING:
        return
    inner = _items(body.children, s, f"{owner}.{word}" if owner else word, depth + 1)
    found.imports += [i for i in inner.imports if not i.module.startswith("super")]
    found.classes.append(
        ClassNode(
            n.start_byte, n.end_byte, word, name.start_byte, name.end_byte, "module", decorators=tuple(decorators),
            fields=tuple(
                FieldNode(c.start, c.end, dotted(c.targets[0]), None, c.value, (), ("const",), c.start)
                for c in inner.constants
            ),
            methods=tuple(inner.functions), classes=tuple(inner.classes), body=tuple(inner.others), owner=owner,
            body_start=body.start_byte + 1, body_end=max(body.start_byte + 1, body.end_byte - 1),
        )
    )  # fmt: skip


def _uses(n: Syntax, s: bytes, prefix: list[str]) -> list[ImportNode]:
    """The names that a `use` binds."""
    kind = n.type
    start, end = n.start_byte, n.end_byte
    if kind in {"identifier", "self", "super", "crate", "scoped_identifier"}:
        parts = [*prefix, *_parts(n, s)]
        if parts and parts[-1] == "self":
            parts = parts[:-1]
        if not parts:
            return []
        return [ImportNode(start, end, parts[-1], ".".join(parts[:-1]) or parts[-1], parts[-1] if parts[:-1] else "*")]
    if kind == "use_as_clause":
        path, alias = n.child_by_field_name("path"), n.child_by_field_name("alias")
        if path is None or alias is None:
            return []
        return [ImportNode(start, end, text_of(alias, s), i.module, i.name) for i in _uses(path, s, prefix)]
    if kind == "use_wildcard":
        held = next((c for c in n.named_children if c.type not in COMMENTS), None)
        parts = [*prefix, *(_parts(held, s) if held is not None else [])]
        return [ImportNode(start, end, "*", ".".join(parts), "*")] if parts else []
    if kind == "scoped_use_list":
        path, listed = n.child_by_field_name("path"), n.child_by_field_name("list")
        inner = [*prefix, *(_parts(path, s) if path is not None else [])]
        return _uses(listed, s, inner) if listed is not None else []
    if kind == "use_list":
        return [item for child in n.named_children if child.type not in COMMENTS for item in _uses(child, s, prefix)]
    return []


def _parts(n: Syntax, s: bytes) -> list[str]:
    return [p for p in "".join(text_of(n, s).split()).split("::") if p]


def _doc(n: Syntax, s: bytes) -> str | None:
    held = n.child_by_field_name("doc")
    if held is None or n.child_by_field_name("outer") is None:
        return None
    return text_of(held, s).strip()


_TESTS: Final = frozenset({"test", "bench", "rstest", "test_case", "wasm_bindgen_test", "quickcheck", "proptest"})


def _only_tests(decorator: Decorator) -> bool:
    if decorator.name.rsplit(".", 1)[-1] in _TESTS:
        return True
    call = decorator.call
    if decorator.name != "cfg" or call is None:
        return False
    return any(
        (isinstance(a, Name) and a.id == "test")
        or (isinstance(a, Call) and a.name == "all" and any(isinstance(x, Name) and x.id == "test" for x in a.args))
        for a in call.args
    )


def function_node(n: Syntax, s: bytes, decorators: tuple[Decorator, ...], doc: str, owner: str) -> FunctionNode:
    """A function or method; its body is lowered when it is asked for."""
    name, body = n.child_by_field_name("name"), n.child_by_field_name("body")
    returns = n.child_by_field_name("return_type")
    start, end = n.start_byte, n.end_byte
    words = tuple(_modifiers(n, s))
    at, to = (name.start_byte, name.end_byte) if name is not None else (start, start)
    inside = (body.start_byte + 1, max(body.start_byte + 1, body.end_byte - 1)) if body is not None else (end, end)
    return FunctionNode(
        start, end, text_of(name, s) if name is not None else "", at, to, parameters(n.child_by_field_name("parameters"), s),
        inside[0], inside[1], lambda: body_of(body, s), decorators, type_of(returns, s) if returns is not None else None,
        "async" in words, words if body is not None else (*words, "abstract"), doc, False, owner,
        None, decorators[0].start if decorators else start, n.has_error,
    )  # fmt: skip


def _modifiers(n: Syntax, s: bytes) -> Iterator[str]:
    public = False
    for child in n.children:
        if child.type == "visibility_modifier":
            public = True
            yield "public"
        elif child.type == "function_modifiers":
            yield from text_of(child, s).split()
    if not public:
        yield "internal"


def class_of(n: Syntax, s: bytes, decorators: tuple[Decorator, ...], doc: str, owner: str) -> ClassNode:
    """A struct, enum or trait."""
    name, body = n.child_by_field_name("name"), n.child_by_field_name("body")
    kind = _TYPES[n.type]
    methods: tuple[FunctionNode, ...] = ()
    fields: list[FieldNode] = []
    if name is None:
        name = n
    word = text_of(name, s) if name is not n else ""
    if body is not None and kind == "interface":
        methods = tuple(_items(body.children, s, f"{owner}.{word}" if owner else word, 1).functions)
    elif body is not None:
        fields = list(_fields(body, s))
    made = _named(n, name, s, kind, (), decorators, tuple(fields), owner)
    made.methods = methods
    made.doc = doc
    return made


def _named(
    n: Syntax, name: Syntax, s: bytes, kind: str, bases: tuple[AnyExpr, ...], decorators: tuple[Decorator, ...],
    fields: tuple[FieldNode, ...], owner: str,
) -> ClassNode:  # fmt: skip
    body = n.child_by_field_name("body")
    inside = (
        (body.start_byte + 1, max(body.start_byte + 1, body.end_byte - 1))
        if body is not None
        else (n.end_byte, n.end_byte)
    )
    return ClassNode(
        n.start_byte, n.end_byte, text_of(name, s) if name is not n else "", name.start_byte, name.end_byte, kind, bases,
        decorators=decorators, fields=fields, owner=owner, body_start=inside[0], body_end=inside[1],
    )  # fmt: skip


def _fields(body: Syntax, s: bytes) -> Iterator[FieldNode]:
    """Fields by name, those of tuple structs by number, the variants of an enum."""
    decorators: list[Decorator] = []
    number = 0
    for n in body.children:
        if n.type == "attribute_item":
            made = attribute(n, s, expression)
            if made is not None:
                decorators.append(made)
            continue
        if n.type in COMMENTS or not n.is_named or n.type == "visibility_modifier":
            continue
        start, end = n.start_byte, n.end_byte
        if n.type == "field_declaration":
            name, held = n.child_by_field_name("name"), n.child_by_field_name("type")
            if name is not None:
                declared = type_of(held, s) if held is not None else None
                yield FieldNode(start, end, text_of(name, s), declared, None, tuple(decorators), (), name.start_byte)
        elif n.type == "enum_variant":
            name = n.child_by_field_name("name")
            if name is not None:
                yield FieldNode(
                    start, end, text_of(name, s), None, None, tuple(decorators), ("variant",), name.start_byte
                )
        else:
            yield FieldNode(start, end, str(number), type_of(n, s), None, tuple(decorators), (), start)
            number += 1
        decorators = []


def _impl(n: Syntax, s: bytes, owner: str, decorators: tuple[Decorator, ...], found: _Items) -> None:
    """`impl Trait for Type { ... }`: a class named like the type; the trait is its base."""
    held, trait, body = (n.child_by_field_name(f) for f in ("type", "trait", "body"))
    if held is None or body is None:
        return
    declared = type_of(held, s)
    base = declared.base if isinstance(declared, Index) else declared
    name = dotted(base).rsplit(".", 1)[-1]
    if not name:
        return
    inner = _items(body.children, s, f"{owner}.{name}" if owner else name, _NESTING)
    bases = (type_of(trait, s),) if trait is not None else ()
    own = next((c for c in found.classes if c.name == name and c.kind not in {"impl", "module"}), None)
    constants = tuple(
        FieldNode(c.start, c.end, dotted(c.targets[0]), None, c.value, (), ("const",), c.start) for c in inner.constants
    )
    if own is not None:
        own.bases = (*own.bases, *bases)
        own.fields = (*own.fields, *constants)
    fields = (*(own.fields if own is not None else ()), *(constants if own is None else ()))
    found.classes.append(
        ClassNode(
            n.start_byte, n.end_byte, name, held.start_byte, held.end_byte, "impl", bases, (), decorators, fields,
            tuple(inner.functions), owner=owner, body_start=body.start_byte + 1,
            body_end=max(body.start_byte + 1, body.end_byte - 1),
        )
    )  # fmt: skip

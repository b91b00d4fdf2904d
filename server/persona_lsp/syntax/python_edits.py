"""Edits of Python text: arguments, imports, lines; in the formatting that stands there."""

import sys
from collections.abc import Iterable

from persona_lsp.findings.edit import Edit
from persona_lsp.syntax.ir import Call, ImportNode, Module


def line_start(source: bytes, offset: int) -> int:
    """Where the line of an offset begins."""
    return source.rfind(b"\n", 0, offset) + 1


def line_end(source: bytes, offset: int) -> int:
    """Behind the end of the line of an offset, its line break included."""
    found = source.find(b"\n", offset)
    return len(source) if found < 0 else found + 1


def indent_of(source: bytes, offset: int) -> str:
    """The white space that the line of an offset begins with."""
    start = line_start(source, offset)
    end = start
    while end < len(source) and source[end : end + 1] in (b" ", b"\t"):
        end += 1
    return source[start:end].decode()


def unit(indent: str) -> str:
    """One level of indentation, as the line with this indentation has it."""
    return "\t" if indent.startswith("\t") else "    "


def with_argument(module: Module, call: Call, text: str) -> Edit:
    """Add an argument as the last one."""
    given = [*call.args, *call.kwargs]
    source = module.source
    if not given:
        return Edit(module.path, call.args_start, call.args_start, text)
    last = max(given, key=lambda n: n.end)
    own_line = b"\n" in source[last.end : call.args_end] and b"\n" in source[call.args_start : last.start]
    glue = ",\n" + indent_of(source, last.start) if own_line else ", "
    return Edit(module.path, last.end, last.end, glue + text)


def with_import(module: Module, package: str, name: str = "") -> tuple[Edit, ...]:
    """`from package import name`, or `import package`; nothing if that is imported already."""
    for item in module.imports:
        if name and item.module == package and item.name == name:
            return ()
        if not name and item.module == package and item.name == "*" and item.local == package:
            return ()
    at_top = [i for i in module.imports if _is_at_top(module.source, i.start)]
    if name:
        same = sorted((i for i in at_top if i.module == package and i.name != "*"), key=lambda i: i.start)
        if same:
            return (_into(module, same, name),)
    text = f"from {package} import {name}" if name else f"import {package}"
    return (_new_line(module, at_top, package, text),)


def _is_at_top(source: bytes, at: int) -> bool:
    start = _statement_start(source, line_start(source, at))
    return source.startswith((b"from", b"import"), start)


def _into(module: Module, same: list[ImportNode], name: str) -> Edit:
    """Add a name to an import statement, in the alphabetical order that it has."""
    source = module.source
    first_line = [i for i in same if source[same[0].start : i.start].count(b"import") == 0]
    later = next((i for i in first_line if i.name > name), None)
    if later is not None:
        before = source[line_start(source, later.start) : later.start]
        alone = not before.strip()
        glue = ",\n" + before.decode() if alone else ", "
        return Edit(module.path, later.start, later.start, name + glue)
    last = first_line[-1]
    before = source[line_start(source, last.start) : last.start]
    glue = ",\n" + before.decode() if not before.strip() else ", "
    return Edit(module.path, last.end, last.end, glue + name)


def _new_line(module: Module, at_top: Iterable[ImportNode], package: str, text: str) -> Edit:
    source = module.source
    standard = _is_standard(package)
    rows = sorted(
        {(_statement_start(source, line_start(source, i.start)), i.module) for i in at_top if i.module != "__future__"},
        key=lambda r: r[0],
    )
    if not rows:
        at = _after_head(module)
        return Edit(module.path, at, at, text + "\n\n")
    group = [r for r in rows if _is_standard(r[1]) == standard and not r[1].startswith(".")]
    if not group:
        if standard:
            first = _statement_start(source, rows[0][0])
            return Edit(module.path, first, first, text + "\n\n")
        after = next((r for r in rows if not _is_standard(r[1])), None)
        at = _statement_start(source, after[0]) if after is not None else _statement_end(source, rows[-1][0])
        return Edit(module.path, at, at, text + "\n" if after is not None else "\n" + text + "\n")
    for start, _ in group:
        first = _statement_start(source, start)
        line = source[first : line_end(source, first)].decode("utf-8", "replace").strip()
        if _rank(line) > _rank(text):
            return Edit(module.path, first, first, text + "\n")
    at = _statement_end(source, group[-1][0])
    return Edit(module.path, at, at, text + "\n")


def _rank(line: str) -> tuple[bool, str]:
    return (line.startswith("from"), line.split()[1] if len(line.split()) > 1 else line)


def _is_standard(module: str) -> bool:
    return module.split(".", 1)[0] in sys.stdlib_module_names


def _statement_start(source: bytes, at: int) -> int:
    # A name on its own line belongs to the statement that began with `from` above.
    while at > 0 and source[at : at + 1] in (b" ", b"\t", b")"):
        at = line_start(source, at - 1)
    return at


def _statement_end(source: bytes, at: int) -> int:
    first = _statement_start(source, at)
    end = line_end(source, first)
    if b"(" in source[first:end] and b")" not in source[first:end]:
        close = source.find(b")", end)
        end = line_end(source, close) if close >= 0 else end
    return end


def _after_head(module: Module) -> int:
    """Behind the docstring and the comments that a file begins with."""
    source = module.source
    at = 0
    if module.doc and module.body and source[module.body[0].start : module.body[0].start + 1] in (b'"', b"'", b"r"):
        at = line_end(source, module.body[0].end)
        return at + 1 if source[at : at + 1] == b"\n" else at
    while source[at : at + 1] == b"#":
        at = line_end(source, at)
    return at


def block_start(source: bytes, offset: int) -> int:
    """The start of the lines of a statement, with comments directly above it."""
    start = line_start(source, offset)
    while start > 0:
        above = line_start(source, start - 1)
        if not source[above:start].lstrip().startswith(b"#"):
            return start
        start = above
    return start

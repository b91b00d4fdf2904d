"""Rewriting f-strings of SQL into text with placeholders."""

import re
from collections.abc import Callable

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Module, Name, Str
from persona_lsp.syntax.python_edits import indent_of, line_end, line_start, unit
from persona_lsp.text.patterns import lazy

_PREFIX = lazy(rb"^([a-zA-Z]*)(\"\"\"|'''|\"|')")


def bound(
    text: Str, module: Module, placeholder: Callable[[int, str], str]
) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The literal with `placeholder(number, name)` for every value, and (name, source) of the values.

    None if a value stands where none can be bound, or is formatted on its way.
    """
    source = module.source
    opening = _PREFIX.match(source[text.start : text.end])
    if opening is None or b"f" not in opening[1].lower():
        return None
    values: list[tuple[str, str]] = []
    names: set[str] = set()
    pieces: list[bytes] = []
    at = text.start + opening.end()
    quote = opening[2]
    end = text.end - len(quote)
    for part in text.parts:
        if isinstance(part, str):
            continue
        start, stop = source.rfind(b"{", at, part.start + 1), source.find(b"}", part.end, end)
        if start < at - 1 or stop < 0 or source[part.end : stop].strip() or source[start + 1 : part.start].strip():
            return None
        before, after = start, stop + 1
        quoted = source[before - 1 : before] == b"'" and source[after : after + 1] == b"'"
        if not quoted and (
            source[before - 1 : before] in (b"'", b"%", b"_", b"`") or source[after : after + 1] in (b"'", b"%")
        ):
            return None
        if quoted:
            before, after = before - 1, after + 1
        name = _name(part, names, len(values) + 1)
        names.add(name)
        pieces.append(source[at:before])
        pieces.append(placeholder(len(values) + 1, name).encode())
        values.append((name, module.text(part)))
        at = after
    pieces.append(source[at:end])
    if not values:
        return None
    body = b"".join(pieces).replace(b"{{", b"{").replace(b"}}", b"}")
    prefix = bytes(c for c in opening[1] if c not in b"fF")
    return (prefix + quote + body + quote).decode(), tuple(values)


def _name(expr: AnyExpr, taken: set[str], number: int) -> str:
    plain = expr.id if isinstance(expr, Name) else expr.name if isinstance(expr, Member) else f"value_{number}"
    return plain if plain not in taken else f"{plain}_{number}"


def bound_by_position(where: Where, module: Module, mark: str) -> tuple[Edit, ...] | None:
    """`run(f"... {value}")` becomes `run("... %s", (value,))`; with `$`, `run("... $1", value)`."""
    path = around(module, where.start, where.end)
    text = next((n for n in reversed(path) if isinstance(n, Str) and n.start == where.start), None)
    ran = next((n for n in reversed(path) if isinstance(n, Call)), None)
    if text is None or ran is None or not ran.args or ran.args[0] is not text or len(ran.args) > 1:
        return None
    rewritten = bound(text, module, lambda number, _: f"${number}" if mark == "$" else mark)
    if rewritten is None or (mark == "%s" and "%" in rewritten[0].replace("%s", "")):
        return None
    literal, values = rewritten
    sources = [source for _, source in values]
    given = (
        ", ".join(sources) if mark == "$" else f"({sources[0]},)" if len(sources) == 1 else f"({', '.join(sources)})"
    )
    return (Edit(module.path, text.start, text.end, f"{literal}, {given}"),)


def inside_block(where: Where, module: Module, opening: str, renamed: tuple[str, str] = ("", "")) -> Edit | None:
    """The statements of a range below `opening`, one step further in; a handle may have another name there."""
    source = module.source
    start = line_start(source, where.start)
    end = line_end(source, where.end - 1)
    text = source[start:end].decode()
    if '"""' in text or "'''" in text:
        return None
    if renamed[0]:
        text = re.sub(rf"(?<![\w.]){re.escape(renamed[0])}\.", f"{renamed[1]}.", text)
    indent = indent_of(source, where.start)
    step = unit(indent)
    inside = "".join(step + line if line.strip() else line for line in text.splitlines(keepends=True))
    return Edit(module.path, start, end, f"{indent}{opening}\n{inside}")

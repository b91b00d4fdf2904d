"""Changes a settings file by one edit: everything else in it, comments included, stays as it is."""

import re
import tomllib

from persona_lsp.text.edits import ByteEdit, apply
from persona_lsp.text.patterns import lazy

_TABLE = lazy(rb"^[ \t]*\[tool\.(?:persona-lsp|\"persona-lsp\")\][ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)", re.MULTILINE)
_ANY_TABLE = lazy(rb"^[ \t]*\[", re.MULTILINE)
_IGNORE = lazy(rb"^[ \t]*ignore[ \t]*=[ \t]*\[", re.MULTILINE)


def ignoring(source: bytes, rule: str, *, in_pyproject: bool = False) -> ByteEdit | None:
    """The edit that adds a rule to `ignore`; None when it is there already or the file cannot be changed safely."""
    wanted = _ignored(source, in_pyproject=in_pyproject)
    if wanted is None or rule in wanted:
        return None
    start, end = 0, len(source)
    if in_pyproject:
        table = _TABLE.search(source)
        if table is None:
            line_end = b"" if not source or source.endswith(b"\n") else b"\n"
            return ByteEdit(end, end, line_end + f'\n[tool.persona-lsp]\nignore = ["{rule}"]\n'.encode())
        start = table.end()
    elif source.startswith(b"\xef\xbb\xbf"):
        start = 3
    after = _ANY_TABLE.search(source, start)
    # A line that continues an array may begin with a bracket, too; the check below notices.
    end = after.start() if after else end
    found = _IGNORE.search(source, start, end)
    newline = b"\r\n" if b"\r\n" in source else b"\n"
    if found is not None:
        rest = source[found.end() :].lstrip()
        text = f'"{rule}"'.encode() + (b"" if rest.startswith(b"]") else b", ")
        edit = ByteEdit(found.end(), found.end(), text)
    else:
        before = b"" if start == 0 or source[start - 1 : start] == b"\n" or not in_pyproject else newline
        edit = ByteEdit(start, start, before + f'ignore = ["{rule}"]'.encode() + newline)
    expected = {*wanted, rule}
    return edit if _ignored(apply(source, (edit,)), in_pyproject=in_pyproject) == expected else None


def _ignored(source: bytes, *, in_pyproject: bool) -> set[str] | None:
    """The rules that a file ignores; None when it is no valid file."""
    try:
        table = tomllib.loads(source.decode("utf-8-sig"))
        if in_pyproject:
            table = table.get("tool", {}).get("persona-lsp", {})
        return {str(rule) for rule in table.get("ignore", [])}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, TypeError):
        return None

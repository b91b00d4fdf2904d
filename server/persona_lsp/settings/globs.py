"""Globs as settings use them: the manner of .gitignore, without negation."""

import re
from collections.abc import Iterable
from functools import lru_cache


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether one of the globs names the file, or a folder above it. `path` is relative, with `/`.

    A glob without a `/` inside matches at any depth; `*` stays within one name, `**` crosses folders.
    """
    return any(_compiled(glob).match(path) for glob in globs)


@lru_cache(maxsize=512)
def _compiled(glob: str) -> re.Pattern[str]:
    folder_only = glob.endswith("/")
    glob = (
        glob.replace("\\", "/").strip("/").removeprefix("./") if not glob.startswith("/") else glob.strip("/") + "/\0"
    )
    anchored = "/" in glob
    glob = glob.removesuffix("/\0")
    pattern = "" if anchored else "(?:.*/)?"
    position = 0
    while position < len(glob):
        rest = glob[position:]
        if rest.startswith("**/"):
            pattern, position = pattern + "(?:.*/)?", position + 3
        elif rest.startswith("**"):
            pattern, position = pattern + ".*", position + 2
        elif rest[0] == "*":
            pattern, position = pattern + "[^/]*", position + 1
        elif rest[0] == "?":
            pattern, position = pattern + "[^/]", position + 1
        elif rest[0] == "[" and (close := re.match(r"\[[!^]?\]?[^\]/]*\]", rest)):
            inside = close[0][1:-1].replace("\\", "\\\\")
            inside = "^" + inside[1:] if inside[:1] in ("!", "^") else inside
            pattern, position = pattern + f"[{inside}]", position + len(close[0])
        else:
            pattern, position = pattern + re.escape(rest[0]), position + 1
    try:
        return re.compile(f"{pattern}/.*\\Z" if folder_only else f"{pattern}(?:/.*)?\\Z", re.DOTALL)
    except re.error:
        return re.compile(re.escape(glob))

"""URIs and paths: percent-encoding, Windows drives, UNC shares; what is no file has no path."""

import os
import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

from persona_lsp.text.patterns import lazy

_DRIVE = lazy(r"/?([A-Za-z])[:|](?=/|$)")


def to_path(uri: str, *, windows: bool = os.name == "nt") -> str:
    """The absolute path of a `file:` URI, "" for any other. The drive's letter is upper case, as Windows shows it."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    if parts.scheme.lower() != "file":
        return ""
    # A "#" or "?" that a client forgot to encode belongs to the path: no file has a fragment.
    raw = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    path = unquote_to_bytes(raw).decode("utf-8", "surrogateescape")
    authority = unquote_to_bytes(parts.netloc).decode("utf-8", "surrogateescape")
    if "\0" in path:
        return ""
    if authority and authority.lower() != "localhost":
        path = f"//{authority}{path}"
    elif drive := _DRIVE.match(path):
        path = f"{drive[1].upper()}:{path[drive.end() :] or '/'}"
    return path.replace("/", "\\") if windows else path


def from_path(path: str, *, windows: bool = os.name == "nt") -> str:
    """The `file:` URI of an absolute path, spelled as VS Code spells it."""
    if windows or re.match(r"[A-Za-z]:[\\/]|\\\\", path):
        path = path.replace("\\", "/")
    if path.startswith("//"):
        authority, _, rest = path[2:].partition("/")
        return f"file://{quote(authority)}/{_quoted(rest)}"
    if drive := re.match(r"([A-Za-z]):", path):
        return f"file:///{drive[1].lower()}%3A{_quoted(path[2:])}"
    return f"file://{_quoted(path)}"


def same(uri: str) -> str:
    """The same text for every spelling of a URI: clients encode some characters that others leave as they are."""
    path = to_path(uri)
    return from_path(path) if path else uri


def scheme_of(uri: str) -> str:
    """The scheme in lower case, "" when there is none."""
    found = re.match(r"([A-Za-z][\w+.-]+):", uri)
    return found[1].lower() if found else ""


def _quoted(path: str) -> str:
    # VS Code leaves as it is what RFC 3986 calls unreserved, and nothing else.
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")

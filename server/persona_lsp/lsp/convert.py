"""What the worker says, as the client wants it: positions in its encoding, and nothing that it did not announce."""

from typing import Any

from persona_lsp.host import wire
from persona_lsp.lsp.client import Client
from persona_lsp.lsp.uris import from_path, scheme_of
from persona_lsp.text.lines import Encoding

Json = dict[str, Any]


def uri_of(name: str) -> str:
    """The URI of a file as the worker calls it: a client's URI, or an absolute path."""
    return name if len(scheme_of(name)) > 1 else from_path(name)


def range_of(spot: wire.Spot, encoding: Encoding) -> Json:
    """The range of a spot."""
    return {
        "start": {"line": spot.line, "character": _units(spot.column, spot.before, encoding)},
        "end": {"line": spot.end_line, "character": _units(spot.end_column, spot.end_before, encoding)},
    }


def location_of(spot: wire.Spot, encoding: Encoding) -> Json:
    """The location of a spot."""
    return {"uri": uri_of(spot.path), "range": range_of(spot, encoding)}


def diagnostic_of(shown: wire.Shown, client: Client) -> Json:
    """A finding as a diagnostic."""
    result: Json = {
        "range": range_of(shown.spot, client.encoding),
        "severity": shown.severity,
        "code": shown.rule,
        "source": shown.source,
        "message": shown.message,
    }
    if shown.url and client.code_description:
        result["codeDescription"] = {"href": shown.url}
    if shown.beside and client.related_information:
        result["relatedInformation"] = [
            {"location": location_of(beside.spot, client.encoding), "message": beside.message}
            for beside in shown.beside
        ]
    tags = [tag for tag, present in ((1, shown.unnecessary), (2, shown.deprecated)) if present and tag in client.tags]
    if tags:
        result["tags"] = tags
    if client.diagnostic_data:
        result["data"] = {"id": shown.id, "fixable": shown.fixable}
    return result


def text_edit_of(change: wire.Change, encoding: Encoding) -> Json:
    """A change as a text edit."""
    return {"range": range_of(change.spot, encoding), "newText": change.text}


def markup_of(markdown: str, markup: bool) -> Json:  # a property of the client, always passed by name
    """Markdown as the client can show it."""
    if markup:
        return {"kind": "markdown", "value": markdown}
    return {"kind": "plaintext", "value": plain(markdown)}


def plain(markdown: str) -> str:
    """Markdown as text for people: marks are left out, links keep their address."""
    import re

    text = re.sub(r"^\|[|\s:-]*\|\n?", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"^\| ?(.*?) ?\| ?(.*?) ?\|$", r"\1: \2", text, flags=re.MULTILINE)
    text = re.sub(r"^```\w*\n?|^#{1,6} ", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", r"\1 (\2)", text)
    text = re.sub(r"(\*\*|`)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])[*_](\S.*?)[*_](?![\w*])", r"\1", text)
    return re.sub(r"\\([\\`*_\[\]<>!#|])", r"\1", text)


def _units(column: int, before: bytes, encoding: Encoding) -> int:
    if not before or encoding == "utf-8":
        return column
    text = before.decode("utf-8", "surrogateescape")
    return len(text) if encoding == "utf-32" else len(text.encode("utf-16-le", "surrogatepass")) // 2

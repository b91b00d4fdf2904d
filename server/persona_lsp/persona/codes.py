"""The kinds of problems that persona files have: code, severity, and what it means."""

from __future__ import annotations

import msgspec

from persona_lsp.findings.finding import Severity


class Code(msgspec.Struct, frozen=True):
    """A kind of problem. `fixable` says that there is a quick fix, at least where one is clear."""

    severity: Severity
    summary: str
    fixable: bool = False


_ERROR, _WARNING, _INFORMATION, _HINT = Severity.ERROR, Severity.WARNING, Severity.INFORMATION, Severity.HINT

CODES: dict[str, Code] = {
    # The file.
    "file-unreadable": Code(_ERROR, "The file cannot be read at all."),
    "file-too-large": Code(_ERROR, "The file is larger than 256 KiB and is not read."),
    "encoding-utf16": Code(_WARNING, "The file is UTF-16; other readers expect UTF-8."),
    "byte-order-mark": Code(_INFORMATION, "A byte order mark hides the front matter from some readers.", True),
    "invalid-utf8": Code(_WARNING, "A byte is no UTF-8; U+FFFD is read in its place."),
    "control-character": Code(_WARNING, "A control character stands in the text; U+FFFD is read in its place."),
    "hidden-character": Code(
        _WARNING, "Characters that nobody sees, or that turn the reading direction, can hide orders.", True
    ),
    # The front matter as a whole.
    "front-matter-missing": Code(_INFORMATION, "The file has no front matter; its name names the persona.", True),
    "front-matter-not-first": Code(_WARNING, "Something stands above the front matter, so nobody reads it."),
    "front-matter-unclosed": Code(_ERROR, "The closing `---` is missing.", True),
    "front-matter-dots": Code(_WARNING, "The front matter ends with `...`; most readers expect `---`.", True),
    "front-matter-too-large": Code(_ERROR, "The front matter is larger than 64 KiB and is not read."),
    "front-matter-yaml": Code(_WARNING, "The YAML is not valid; its keys are read line by line.", True),
    "second-front-matter": Code(_WARNING, "A second block of keys follows, which others take for text.", True),
    "tab-indentation": Code(_WARNING, "YAML does not allow tabs as indentation.", True),
    # Its keys.
    "colon-without-space": Code(_WARNING, "A colon without a space behind it makes no key.", True),
    "unquoted-colon": Code(_WARNING, "A colon in a text without quotes ends YAML there.", True),
    "unquoted-special": Code(_WARNING, "The first character means something else in YAML.", True),
    "unbalanced-quotes": Code(_WARNING, "A quotation mark is opened and never closed.", True),
    "value-is-comment": Code(_WARNING, "The whole value is a comment to YAML: `color: #00ff00`.", True),
    "comment-cuts-value": Code(_WARNING, "A `#` behind a space cuts the rest of the text off.", True),
    "field-not-text": Code(_WARNING, "YAML reads a number, a date or a truth value where text is meant.", True),
    "duplicate-key": Code(_WARNING, "A key stands there twice; the last one counts.", True),
    "unknown-field": Code(_HINT, "A field is nearly called like one that the format has.", True),
    # Its fields.
    "name-missing": Code(_WARNING, "The persona has no name, where the format asks for one.", True),
    "name-is-path": Code(_WARNING, "The name looks like a path; it is never used as one."),
    "name-rejected": Code(_WARNING, "Claude Code skips files whose name begins with `-` or holds a `:`.", True),
    "description-missing": Code(_WARNING, "The persona has no description, where the format asks for one.", True),
    "color-unknown": Code(_INFORMATION, "The colour is none that is known; the persona is shown without.", True),
    "model-retired": Code(_WARNING, "The model answers no more, or soon will not.", True),
    "model-unknown": Code(_INFORMATION, "The model is none that Claude Code documents.", True),
    "tools-not-a-list": Code(_WARNING, "Tools are written as something else than a list or a text.", True),
    "tool-misspelled": Code(_INFORMATION, "A tool is nearly called like one of Claude Code's.", True),
    # The text.
    "body-empty": Code(_ERROR, "Below the front matter there is no text, so the persona cannot be used."),
    "chat-order": Code(_HINT, "The sentence steers a chat; who reviews files in an editor cannot follow it."),
    # The persona at work; only editors say so.
    "last-good-at-work": Code(_WARNING, "The file cannot be used as it stands: its last good version reviews on."),
}

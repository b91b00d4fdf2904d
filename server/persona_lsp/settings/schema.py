"""The settings as a JSON schema for editors, and as a Markdown table for people; both made from the fields."""

from typing import Any

import msgspec

from persona_lsp.settings.model import DEFAULT, Settings
from persona_lsp.settings.read import SECTION

VSCODE_SECTION = "personaLsp"
"""The section of the extension for VS Code, spelled as its settings page reads names."""


def json_schema() -> dict[str, Any]:
    """The JSON schema of `persona-lsp.toml`, keys in kebab-case."""
    raw = msgspec.json.schema(Settings)
    definitions = {name: _kebab_properties(body) for name, body in raw["$defs"].items()}
    root = definitions.pop("Settings")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **root,
        "title": "persona-lsp",
        "additionalProperties": False,
        "$defs": definitions,
    }


def editor_properties(section: str = SECTION) -> dict[str, dict[str, Any]]:
    """The properties for an editor's settings page: `persona-lsp.codeLens` -> its JSON schema."""
    raw = msgspec.json.schema(Settings)
    properties = raw["$defs"]["Settings"]["properties"]
    return {f"{section}.{camel(name)}": _inlined(body, raw["$defs"]) for name, body in properties.items()}


def editor_schema() -> dict[str, Any]:
    """The JSON schema of an editor's settings, as one object with keys such as `persona-lsp.codeLens`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "persona-lsp",
        "type": "object",
        "properties": editor_properties(),
    }


def markdown() -> str:
    """A section per setting: what it does, its values, its default and an example."""
    sections = []
    for field in msgspec.inspect.type_info(Settings).fields:  # type: ignore[attr-defined]  # type_info of a Struct is a StructType
        extra, note = field.type.extra, field.type.extra_json_schema
        sections.append(
            f"## {kebab(field.name)}\n\n{note['description']}\n\n"
            f"- Takes {extra['expects']}.\n"
            f"- Default: `{_toml(getattr(DEFAULT, field.name))}`\n"
            f"- In an editor: `{SECTION}.{camel(field.name)}`, in VS Code `{VSCODE_SECTION}.{camel(field.name)}`\n\n"
            f"```toml\n{_example(field.name, extra['example'])}\n```\n"
        )
    return "\n".join(sections)


def kebab(name: str) -> str:
    """`debounce_ms` -> `debounce-ms`, as in TOML."""
    return name.replace("_", "-")


def camel(name: str) -> str:
    """`debounce_ms` -> `debounceMs`, as in editors."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _kebab_properties(body: dict[str, Any]) -> dict[str, Any]:
    properties = {kebab(name): value for name, value in body.get("properties", {}).items()}
    return {**body, "properties": properties} if properties else body


def _inlined(body: Any, definitions: dict[str, Any]) -> Any:
    """The schema with its references replaced, because settings pages of editors do not follow them."""
    if isinstance(body, dict):
        if "$ref" in body:
            return _inlined(definitions[body["$ref"].rsplit("/", 1)[1]], definitions)
        return {key: _inlined(value, definitions) for key, value in body.items()}
    return [_inlined(item, definitions) for item in body] if isinstance(body, list) else body


def _example(name: str, value: object) -> str:
    match value:
        case [dict() as table]:
            return "\n".join([f"[[{kebab(name)}]]", *(f"{kebab(key)} = {_toml(item)}" for key, item in table.items())])
        case dict():
            return "\n".join([f"[{kebab(name)}]", *(f"{key} = {_toml(item)}" for key, item in value.items())])
    return f"{kebab(name)} = {_toml(value)}"


def _toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() | list():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
        case str():
            return msgspec.json.encode(value).decode()
    return str(value)

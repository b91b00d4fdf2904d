"""What a hover over the front matter of a persona says."""

from __future__ import annotations

import re

from persona_lsp.persona.front_matter import Entry
from persona_lsp.persona.hidden import spelled
from persona_lsp.persona.model import Format, Persona
from persona_lsp.persona.models import ALIASES, meaning, model_of
from persona_lsp.persona.schema import SOURCES, Field
from persona_lsp.persona.size import CHARACTERS_PER_TOKEN, size_of
from persona_lsp.persona.tools import CLAUDE, split

_SHOWN = 8
_NO_MODEL: dict[Format, str] = {
    "claude": "none is named, so it inherits the model of the conversation",
    "vscode": "none is named, so it is the one chosen in the chat",
    "cursor-agent": "none is named, so it inherits the model of the conversation",
}


def escaped(text: str) -> str:
    """A persona file is foreign text: none of it becomes a link, an image or HTML in a hover."""
    return re.sub(r"([\\`*_\[\]<>!#|])", r"\\\1", spelled(text))


def code(text: str) -> str:
    """A foreign text as code."""
    return "`" + spelled(" ".join(text.split())).replace("`", "'")[:80] + "`"


def persona_card(persona: Persona, kept: int, sentences: int) -> str:
    """The persona as a whole: model, tools, size, and how many of its sentences something keeps."""
    tool = SOURCES.get(persona.format, ("", ""))[0]
    size = size_of(persona.body)
    lines = [f"**{escaped(persona.name)}**" + (f" · {tool}" if tool else ""), ""]
    lines.append(f"- Model: {_model_line(persona.model, persona.format)}")
    if persona.tools:
        named = ", ".join(code(one) for one in persona.tools[:_SHOWN])
        more = f" and {len(persona.tools) - _SHOWN} more" if len(persona.tools) > _SHOWN else ""
        lines.append(f"- Tools: {named}{more} (shown here, never run)")
    lines.append(
        f"- Size of the text: {size.characters:,} characters, {size.words:,} words, about {size.tokens:,} tokens "
        f"(an estimate: {CHARACTERS_PER_TOKEN} characters a token)"
    )
    lines.append(f"- {kept} of {sentences} sentences are kept by rules or features")
    return "\n".join(lines)


def field_card(field: Field | None, entry: Entry, format_: Format) -> str | None:
    """A field with what its value means; None for a field that nothing is known of."""
    if field is None:
        return None
    lines = [f"**{field.name}**" + (" (needed)" if field.needed else ""), "", field.summary]
    said = _said(field, entry, format_)
    if said:
        lines += ["", *(f"- {one}" for one in said)]
    if source := SOURCES.get(format_):
        lines += ["", f"[The fields of {source[0]}]({source[1]})"]
    return "\n".join(lines)


def _said(field: Field, entry: Entry, format_: Format) -> list[str]:
    said = []
    if field.name == "model" and isinstance(entry.value, str):
        said.append(f"In effect: {_model_line(entry.value, format_)}")
    elif field.name in {"tools", "disallowedTools"} and format_ == "claude":
        tools = (
            entry.value if isinstance(entry.value, list) else split(entry.value) if isinstance(entry.value, str) else []
        )
        said += [f"{code(one)}: {CLAUDE[name]}" for one in tools if (name := one.partition("(")[0].strip()) in CLAUDE]
    if field.values and field.name != "model":
        said.append("One of " + ", ".join(f"`{value}`" for value in field.values))
    elif field.name == "model" and format_ == "claude":
        said.append("An alias (" + ", ".join(f"`{alias}`" for alias in ALIASES) + ") or a full id")
    return said


def _model_line(text: str, format_: Format) -> str:
    if not text.strip():
        return _NO_MODEL.get(format_, "none is named")
    if format_ not in {"claude", "plain"}:
        return code(text)
    model = model_of(text)
    stands_for = meaning(model)
    asked = code(model.asked) + (f", {stands_for}" if stands_for else "")
    match model.state:
        case "":
            return asked
        case "retired":
            return f"{asked}, since {code(text)} {model.when}"
        case "spoken":
            return f"{asked}, since {code(text)} is no id"
        case _:
            return f"none that is known, since {code(text)} is no model of Claude's"

"""The settings of this layer that an editor may hold for its user, as a JSON schema.

Never those of a workspace: whoever writes its files could send code elsewhere.
"""

from typing import Any, Final

import msgspec

from persona_lsp.ai.account import Account
from persona_lsp.settings.schema import camel

DESCRIPTIONS: Final = {
    "model": "The model that is asked whatever the persona names: an id, or haiku, sonnet, opus, fable for the newest. "
    "Empty: the persona's.",
    "provider": "Who is asked. Bedrock and Vertex take the credentials of their clouds from the environment.",
    "base_url": "Another endpoint: https:// only, http:// for this machine. Empty: the provider's.",
    "region": "The region, for Bedrock and Vertex.",
    "project": "The project at Google Cloud, for Vertex.",
    "tokens_per_session": "How many tokens may be spent until the editor is closed.",
    "tokens_per_day": "How many tokens may be spent in a day, by all editors together.",
    "seconds": "How long one question may take in all, in seconds.",
    "cache": "Keep answers on this machine, so that nothing is asked twice about the same text.",
    "cache_megabytes": "How much of them is kept, in megabytes.",
}
"""The settings, in the order of a settings page, and what they do."""


def editor_properties(section: str) -> dict[str, dict[str, Any]]:
    """The properties for an editor's settings page: `personaLsp.ai.tokensPerDay` -> its JSON schema."""
    (body,) = msgspec.json.schema(Account)["$defs"].values()
    named = {field.name: body["properties"][field.encode_name] for field in msgspec.structs.fields(Account)}
    return {
        f"{section}.ai.{camel(name)}": {"description": description, **named[name]}
        for name, description in DESCRIPTIONS.items()
    }

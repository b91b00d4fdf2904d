"""Rules: what is wrong with a back end, told by facts alone. One file each, discovered; see docs/writing-rules.md."""

from persona_lsp.rules.api import endpoint_rule, file_rule, function_rule, project_rule

__all__ = ["endpoint_rule", "file_rule", "function_rule", "project_rule"]

"""The façade: findings, fixes, hovers, lenses, hints, symbols - pure functions of a snapshot."""

from persona_lsp.review.actions import fix_all, fixes, ignore_here, with_fixes
from persona_lsp.review.endpoints import endpoints, left_out_of_openapi, openapi, served
from persona_lsp.review.findings import all_findings, findings
from persona_lsp.review.hints import hints, lenses
from persona_lsp.review.hover import hover
from persona_lsp.review.pages import features, names, rule, rules
from persona_lsp.review.persona_file import covered, persona_choices, persona_hover, persona_mended, persona_symbols
from persona_lsp.review.profile import Profile, profile
from persona_lsp.review.symbols import definition, symbols, workspace_symbols
from persona_lsp.rules.run import Stopped

__all__ = [
    "Profile",
    "Stopped",
    "all_findings",
    "covered",
    "definition",
    "endpoints",
    "features",
    "findings",
    "fix_all",
    "fixes",
    "hints",
    "hover",
    "ignore_here",
    "left_out_of_openapi",
    "lenses",
    "names",
    "openapi",
    "persona_choices",
    "persona_hover",
    "persona_mended",
    "persona_symbols",
    "profile",
    "rule",
    "rules",
    "served",
    "symbols",
    "with_fixes",
    "workspace_symbols",
]

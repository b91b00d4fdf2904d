"""One file per request or notification. Each registers its handlers; `capabilities.py` announces them."""

from persona_lsp.lsp.features import (
    claude,
    code_action,
    code_lens,
    commands,
    completion,
    configuration,
    definition,
    diagnostics,
    document_symbol,
    endpoints,
    folders,
    hover,
    inlay_hint,
    lifecycle,
    personas,
    progress,
    synchronization,
    watched_files,
    workspace_symbol,
)
from persona_lsp.lsp.session import Session

_FEATURES = (
    lifecycle,
    synchronization,
    diagnostics,
    hover,
    completion,
    code_action,
    inlay_hint,
    code_lens,
    document_symbol,
    workspace_symbol,
    definition,
    commands,
    configuration,
    watched_files,
    folders,
    progress,
    endpoints,
    personas,
    claude,
)


def register(session: Session) -> None:
    """Put all features into a session's server."""
    for feature in _FEATURES:
        feature.register(session)

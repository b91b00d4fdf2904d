"""What the project's error handlers answer."""

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.workspace.names import Names, resolve


def answered(names: Names, path: str, handler: ErrorHandler) -> int | None:
    """The status that the function of an error handler in the file `path` answers, if it is always the same."""
    if not handler.handler_key:
        return None
    target = resolve(names, path, handler.handler_key)
    if target is None or target.kind != "function":
        return None
    responses = names.files[target.path].functions[target.name].responses
    statuses = {r.status for r in responses}
    return statuses.pop() if len(statuses) == 1 else None

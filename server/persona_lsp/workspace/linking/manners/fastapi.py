"""FastAPI: routers with dependencies."""

from persona_lsp.workspace.linking.manner import Manner


class FastApi(Manner):
    """The manner of FastAPI: what a router depends on takes its own part of the request."""

    slash_decides = True

    guards_declare = True

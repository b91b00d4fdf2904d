"""One file in, its facts out: picks the frameworks and libraries, runs the flow analysis over every function."""

from persona_lsp.extract.config import config
from persona_lsp.extract.file import VERSION, Extraction, extract, reopened
from persona_lsp.extract.unread import looked_into

__all__ = ["VERSION", "Extraction", "config", "extract", "looked_into", "reopened"]

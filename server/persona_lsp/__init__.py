"""persona-lsp: a language server that reviews back-end code as a persona."""

__version__ = "0.1.0"

"""How fast persona-lsp is, measured beside other servers in the same run: `python -m benchmarks`."""

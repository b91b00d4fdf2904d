"""The command `persona-lsp`, also `python -m persona_lsp`."""

import sys


def main() -> None:
    """Run the command line; without arguments, the language server on standard input and output."""
    if sys.argv[1:] in ([], ["--stdio"]):
        # Straight to the server: an editor waits for it, and the command line's own imports take time. Clients that
        # are told to use standard input and output append `--stdio` by themselves.
        from persona_lsp.cli.serve import serve

        sys.exit(serve())
    from persona_lsp.cli.commands import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

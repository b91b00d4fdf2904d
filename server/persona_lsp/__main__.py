"""The command `persona-lsp`, also `python -m persona_lsp`."""

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line; without arguments, the language server on standard input and output."""
    if sys.argv[1:] in ([], ["--stdio"]):
        # Straight to the server: an editor waits for it, and the command line's own imports take time. Clients that
        # are told to use standard input and output append `--stdio` by themselves.
        from persona_lsp.cli.serve import serve

        if not sys.argv[1:] and sys.stdin is not None and sys.stdin.isatty():
            # No editor is on the other side: a person would wait for something to happen.
            sys.stderr.write(
                "persona-lsp: this is the language server, and waits for an editor on standard input;"
                " `persona-lsp check` reviews a folder, `persona-lsp --help` lists all commands (Ctrl-C leaves)\n"
            )
            sys.stderr.flush()
        sys.exit(serve())
    from persona_lsp.cli.commands import run

    code = run(sys.argv[1:])
    # Taking apart what was known of a large project would take as long as a twentieth of the work.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()

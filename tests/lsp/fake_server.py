"""The server with the engine of the tests. The first argument is the transport."""

import sys
from pathlib import Path

from persona_lsp.lsp import serve

WORKER = [sys.executable, str(Path(__file__).parent / "fake_worker.py")]

if __name__ == "__main__":
    transport = sys.argv[1] if len(sys.argv) > 1 else "stdio"
    sys.exit(serve(transport, worker=WORKER))  # type: ignore[arg-type]  # an argument of the tests

"""The worker process with the engine of the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fake_engine import FakeEngine

from persona_lsp.host.worker import main

if __name__ == "__main__":
    sys.exit(main(engine=FakeEngine()))

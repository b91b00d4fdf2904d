"""What the tests need is installed by the scripts of `install/`, once per run."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

SCRIPTS = Path(__file__).parent / "install"
REQUIRED = "PERSONA_LSP_EDITORS_REQUIRED"
"""Set in the environment: an editor that cannot be had fails its tests instead of being left out."""

_UNAVAILABLE = (69, 124)  # what the scripts say, and what `timeout` says of one that does not end
_PATIENCE = 1200


class _Outcome(NamedTuple):
    code: int
    printed: str
    said: str


def installed(script: str, *arguments: str) -> str:
    """What a script prints last, after it has installed what it is for.

    Where that cannot be had on this machine, the test is skipped, and says so; any other failure fails it.
    """
    outcome = _run(script, arguments)
    if outcome.code == 0:
        return outcome.printed
    what = " ".join((script, *arguments))
    if outcome.code in _UNAVAILABLE and not os.environ.get(REQUIRED):
        pytest.skip(f"NOT TESTED, because this machine cannot install it: {what}: {outcome.said.splitlines()[-1]}")
    raise AssertionError(f"{what} could not install what this test needs:\n{outcome.said}")


@cache
def _run(script: str, arguments: tuple[str, ...]) -> _Outcome:
    """Run it once: what could not be had a minute ago is not asked for again by the next test."""
    # `timeout` ends what the script has started, too.
    done = subprocess.run(
        ["timeout", "--kill-after=10", str(_PATIENCE), SCRIPTS / script, *arguments],
        env=os.environ | {"PIP_PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return _Outcome(done.returncode, (done.stdout.splitlines() or [""])[-1], done.stderr.strip()[-3000:] or "(nothing)")

"""What several rules want to know of a snapshot is worked out once."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from persona_lsp.workspace.snapshot import Snapshot

T = TypeVar("T")


def per_snapshot(compute: Callable[[Snapshot], T]) -> Callable[[Snapshot], T]:
    """Remember the answer for the latest snapshot asked about.

    Snapshots are compared by identity. One is kept alive, which is the one that its owner holds anyway.
    """
    latest: list[tuple[Snapshot, T]] = []

    @wraps(compute)
    def remembered(snapshot: Snapshot) -> T:
        if latest and latest[0][0] is snapshot:
            return latest[0][1]
        answer = compute(snapshot)
        latest[:] = [(snapshot, answer)]
        return answer

    return remembered

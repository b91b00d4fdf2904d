"""What several rules want to know of a snapshot is worked out once."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from persona_lsp.workspace.snapshot import Endpoint, Snapshot

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


def per_outline(compute: Callable[[Snapshot], T]) -> Callable[[Snapshot], T]:
    """Remember the answer while nothing but the insides of functions changes.

    The answer may hold indexes of endpoints, whose order and paths stay, but no endpoint, function or place.
    """
    latest: list[tuple[object, T]] = []

    @wraps(compute)
    def remembered(snapshot: Snapshot) -> T:
        if latest and latest[0][0] is snapshot.outline and snapshot.outline is not None:
            return latest[0][1]
        answer = compute(snapshot)
        latest[:] = [(snapshot.outline, answer)]
        return answer

    return remembered


def per_endpoint(compute: Callable[[Endpoint, Snapshot], T]) -> Callable[[Endpoint, Snapshot], T]:
    """Remember the answer for each endpoint, which is exchanged for another when something that it reaches changes."""
    latest: list[tuple[object, dict[int, tuple[Endpoint, T]]]] = []

    @wraps(compute)
    def remembered(endpoint: Endpoint, snapshot: Snapshot) -> T:
        if not latest or latest[0][0] is not snapshot.outline:
            latest[:] = [(snapshot.outline, {})]
        known = latest[0][1]
        found = known.get(id(endpoint))
        if found is not None and found[0] is endpoint:
            return found[1]
        answer = compute(endpoint, snapshot)
        if len(known) > 4 * len(snapshot.endpoints):
            known.clear()
        known[id(endpoint)] = (endpoint, answer)
        return answer

    return remembered

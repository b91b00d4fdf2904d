"""What a process and its descendants cost: memory and processor time, as Linux tells. Elsewhere nobody is asked."""

import os
from pathlib import Path

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def available() -> bool:
    """Whether it can be told here."""
    return (_PROC / "self" / "smaps_rollup").exists()


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, ())
    return found


def resident(pid: int) -> float:
    """Resident memory of the tree in MB, pages that two of them share counted twice."""
    return sum(_memory(one, "Rss:") for one in tree(pid)) / 1024


def proportional(pid: int) -> float:
    """Memory of the tree in MB, shared pages counted once."""
    return sum(_memory(one, "Pss:") for one in tree(pid)) / 1024


def seconds(pid: int) -> float:
    """Processor time that the tree has used."""
    return sum(sum(map(int, fields[11:13])) for one in tree(pid) if (fields := _stat(one)) is not None) / _TICK


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat behind the name, which may hold spaces and brackets."""
    try:
        return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _memory(pid: int, name: str) -> int:
    """In kB; 0 when the process has ended."""
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)

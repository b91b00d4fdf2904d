"""Measures persona-lsp and its peers in the same run and prints the ratios: `make bench`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks import claude, keystrokes, memory, peers, projects, startup, throughput
from benchmarks.figures import Figure, as_json, show

Measure = Callable[[], Iterator[Figure]]
FULL: dict[str, tuple[Measure, ...]] = {
    "startup": (startup.initialize_answered, startup.small_check),
    "keystrokes": (keystrokes.one_key,),
    "burst": (keystrokes.burst,),
    "project": (keystrokes.in_a_project,),
    "throughput": (throughput.check, throughput.check_again, throughput.index),
    "memory": (memory.one_file, memory.growth),
    "ai": (claude.beside_a_review, claude.start),
}
QUICK: dict[str, tuple[Measure, ...]] = {
    "startup": (lambda: startup.initialize_answered(3), lambda: startup.small_check(3)),
    "keystrokes": (lambda: keystrokes.one_key(keys=20, rounds=1),),
    "burst": (lambda: keystrokes.burst(rounds=1, languages=("python", "typescript")),),
    "project": (lambda: keystrokes.in_a_project(lines=20_000, keys=20),),
    "throughput": (
        lambda: throughput.check(8_000, 1),
        lambda: throughput.check_again(30_000, 1),
        lambda: throughput.index(20_000),
    ),
    "memory": (memory.one_file, lambda: memory.growth(20_000)),
    "ai": (lambda: claude.beside_a_review(1, 20), lambda: claude.start(3)),
}


def main(arguments: list[str]) -> int:
    """Run the measurements that were asked for; 1 when one of them could not be made."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="GROUP", help=f"of {', '.join(FULL)} (all, if none is given)")
    parser.add_argument(
        "--on", action="append", default=[], type=Path, metavar="DIR", help="measure a project of yours"
    )
    parser.add_argument("--quick", action="store_true", help="fewer and shorter repetitions")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file (- for standard output)")
    options = parser.parse_args(arguments)
    unknown = set(options.only) - FULL.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    console = Console(stderr=options.json == "-", width=None if sys.stdout.isatty() else 150, highlight=False)
    machine = f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.platform()}"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    console.print(f"{machine}, load {load:.1f}.")
    console.print("Servers take turns; each figure is the best or the median of several.")
    console.print("Compare ratios: absolute figures tell as much about the machine and its other work.\n")
    for name in peers.missing():
        console.print(f"{name} is not installed and is left out: pip install -c constraints.txt -e '.[bench]'")
    figures: list[Figure] = []
    failed = False
    groups = dict(QUICK if options.quick else FULL)
    if options.on:
        groups = {name: measures for name, measures in groups.items() if name in options.only}
        groups |= {str(root): (partial(projects.measure, root),) for root in options.on}
    for group, measures in groups.items():
        if options.only and group not in options.only and not options.on:
            continue
        console.print(f"[bold]{group}[/]")
        found: list[Figure] = []
        for measure in measures:
            try:
                found += measure()
            except Exception as error:
                failed = True
                console.print(f"[red]{group} could not be measured[/]: {type(error).__name__}: {error}", markup=True)
        show(found, console)
        console.print()
        figures += found
    if options.json:
        text = json.dumps({"machine": machine, "load": load, "figures": as_json(figures)}, indent=2) + "\n"
        if options.json == "-":
            sys.stdout.write(text)
        else:
            Path(options.json).write_text(text, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

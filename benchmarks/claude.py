"""What Claude costs those who do not wait for it: hovers, keys and the start of the server, with and without."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import peers
from benchmarks.client import Client, Document, Silence, initialize
from benchmarks.figures import Figure, Promise, median
from benchmarks.keystrokes import answered, begin_a_name, place
from benchmarks.peers import Peer
from benchmarks.sources import Source, source

OFF, IDLE = "AI off", "AI on, idle"
_PACE = 0.02
"""Seconds between two keys: nobody types faster, and nobody waits for the machine to calm down."""
_LONGEST = 60.0
"""Seconds in which a review has to begin: importing the SDK takes one or two."""


@dataclass
class Times:
    """Milliseconds of hovers, and of keys until the diagnostics of what was typed are there."""

    hovers: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)

    def add(self, other: "Times") -> None:
        self.hovers += other.hovers
        self.keys += other.keys


def beside_a_review(rounds: int = 3, count: int = 40, size: int = 2_000) -> Iterator[Figure]:
    """Hovers and keys while the SDK is imported and while a review streams, beside a server without AI."""
    text = source("python", size)
    off, idle, importing, streaming = Times(), Times(), Times(), Times()
    with _streamed() as url:
        for _ in range(rounds):
            with _served(text, url, on=False) as (client, document, type_one):
                off.add(_measured(client, document, text, type_one, count))
            with _served(text, url, on=True) as (client, document, type_one):
                idle.add(_measured(client, document, text, type_one, count))
                _review(client, document, text)
                latest = time.perf_counter() + _LONGEST
                while not _has_opinion(document):
                    if time.perf_counter() > latest:
                        raise Silence(f"the review brought no finding in {_LONGEST:g} s")
                    importing.add(_measured(client, document, text, type_one, 1))
                streaming.add(_measured(client, document, text, type_one, count))
            with _served(text, url, on=False) as (client, document, type_one):
                off.add(_measured(client, document, text, type_one, count))
    for what, of in (("while the SDK is imported", importing), ("while a review streams", streaming)):
        for kind, ours, without, waiting in (
            (f"hover, {size:,} lines of Python", of.hovers, off.hovers, idle.hovers),
            ("key to diagnostics", of.keys, off.keys, idle.keys),
        ):
            beside = {OFF: median(without), IDLE: median(waiting)}
            yield Figure(f"{kind} {what}: median", "ms", median(ours), beside, Promise(1.2, OFF))
    worst = max(importing.hovers + streaming.hovers)
    yield Figure("worst hover of both", "ms", worst, {OFF: max(off.hovers), IDLE: max(idle.hovers)}, Promise(250.0))


def start(rounds: int = 9) -> Iterator[Figure]:
    """From the start of the process to the answer to `initialize`, and to the diagnostics of a file."""
    text = source("python", 100)
    early: dict[bool, list[float]] = {False: [], True: []}
    useful: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as own:
        root = Path(folder).resolve()
        path = place(root, text)
        for number in range(rounds + 1):
            for on in (False, True):
                server = _server(Path(own), "http://127.0.0.1:9", on=on)
                with Client(server.command, root, server.env) as client:
                    answer = initialize(client, root, server.options)
                    shown = Document(client, path, text.language, text.text).fresh()
                    # The first round fills the machine's caches of files.
                    if number:
                        early[on].append((answer.at - client.started) * 1000)
                        useful[on].append((shown.at - client.started) * 1000)
    for what, times in (("initialize answered", early), ("from the start to the diagnostics of a file", useful)):
        metric = f"{what}, with AI configured: median"
        yield Figure(metric, "ms", median(times[True]), {OFF: median(times[False])}, Promise(1.1, OFF))


def _server(own: Path, url: str, *, on: bool) -> Peer:
    """Our server, with consent, a key and an endpoint, or with none of them."""
    (own / "config").mkdir(exist_ok=True)
    budgets = "seconds = 600\ntokens-per-session = 100000000\ntokens-per-day = 100000000\n"
    (own / "config" / "ai.toml").write_text(f"enabled = {str(on).lower()}\n{budgets}", encoding="utf-8")
    peer = peers.ours(own / "cache")
    folders = {f"PERSONA_LSP_{name}_DIR": str(own / name.lower()) for name in ("CONFIG", "STATE")}
    account = {"ANTHROPIC_API_KEY": "sk-ant-made-up", "ANTHROPIC_BASE_URL": url} if on else {}
    return replace(peer, env={**peer.env, **folders, **account, "PERSONA_LSP_AI": "1" if on else "0"})


@contextmanager
def _streamed() -> Iterator[str]:
    """The address of a stand-in for the API that streams without end."""
    command = [sys.executable, "-m", "benchmarks.stream"]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _served(text: Source, url: str, *, on: bool) -> Iterator[tuple[Client, Document, Callable[[], float]]]:
    """A server with one document that has settled, and a way to type one more letter into it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as own:
        root = Path(folder).resolve()
        path = place(root, text)
        server = _server(Path(own), url, on=on)
        with Client(server.command, root, server.env) as client:
            initialize(client, root, server.options)
            document = Document(client, path, text.language, text.text)
            document.fresh()
            client.rest(time.perf_counter() + 0.5)
            column = begin_a_name(document, text)

            def type_one() -> float:
                nonlocal column
                column += 1
                return document.insert(text.line, column - 1, "abcdefgh"[column % 8])

            # The first analyses after the start are slower.
            _measured(client, document, text, type_one, 3)
            yield client, document, type_one


def _measured(client: Client, document: Document, text: Source, type_one: Callable[[], float], count: int) -> Times:
    times = Times()
    for _ in range(count):
        sent = type_one()
        times.keys.append((document.fresh().at - sent) * 1000)
        sent = time.perf_counter()
        times.hovers.append((answered(client, document.hover(*text.hover)).at - sent) * 1000)
        client.rest(time.perf_counter() + _PACE)
    return times


def _review(client: Client, document: Document, text: Source) -> None:
    """Ask for a review of a function far above the one in which somebody types."""
    above = re.search(r"^def \w+", text.text, re.MULTILINE)
    line = text.text.count("\n", 0, above.start()) if above is not None else 0
    here = {"line": line, "character": 4}
    data = {"uri": document.uri, "work": "review", "range": {"start": here, "end": here}}
    client.request("workspace/executeCommand", {"command": "persona-lsp.ai.run", "arguments": [data]})


def _has_opinion(document: Document) -> bool:
    """Whether the first finding has come: the SDK was imported, and the answer streams."""
    published = document.published()
    return any("(AI)" in str(one.get("source")) for one in published[-1].body["params"]["diagnostics"])

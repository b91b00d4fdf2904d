"""The worker process: owns the host, looks at the newest text of each document, answers the front.

Three threads: one reads, one works, one answers hovers from the last finished state. Rules are asked one by one;
between two of them the worker sees whether a newer text is there, and answers what is asked about other documents.
"""

import gc
import os
import sys
import threading
import time
from typing import Any

import msgspec

from persona_lsp.findings.finding import Reported
from persona_lsp.host import frames, wire
from persona_lsp.host.answers import Desk, answer
from persona_lsp.host.host import Host
from persona_lsp.host.hovers import Hovers, View
from persona_lsp.host.indexing import Indexing
from persona_lsp.host.mailbox import GRACE, Letter, Mailbox, Order, Question
from persona_lsp.host.ports import Disk, Engine, Stopped
from persona_lsp.host.roots import path_of_uri
from persona_lsp.host.troubles import persona_findings, settings_problems

HOLD_BACK = 10.0
"""Seconds for which findings wait for the first index: what other files say could still take them away."""

PAUSE = 0.4
"""Seconds without a message after which fixes that were only assumed to be there are spelled."""

QUIET = 0.03
"""Seconds without a message after which other open documents are looked at again."""


class Worker:
    """The thread that works."""

    def __init__(self, engine: Engine, disk: Disk, mailbox: Mailbox, write: Any) -> None:
        """`write` takes one message of `wire.ToFront`."""
        self.mailbox = mailbox
        self.write = write
        self.host = Host(engine, disk, lambda text: write(wire.Note(text, 2)))
        self.desk = Desk(self.host)
        self.indexing = Indexing(self.host, mailbox, write)
        self.views: dict[str, View] = {}
        self.held: dict[str, None] = {}
        """Documents whose findings wait for the first index."""
        self.recheck: dict[str, None] = {}
        """Documents whose findings may have changed because another file did."""
        self.edited: dict[str, None] = {}
        """Documents whose fixes may be others since their text changed."""
        self.sent: dict[str, wire.Result] = {}
        self.later: list[Question] = []
        """Questions about the document that is being looked at."""

    def run(self) -> None:
        """Work until the mailbox is closed."""
        self.write(wire.Ready())
        while not self.mailbox.closed:
            if not self.step():
                self.mailbox.wait(self._patience())
        self.indexing.stop()

    def step(self) -> bool:
        """Do the most urgent thing; False when there was nothing to do."""
        if (order := self.mailbox.order()) is not None:
            self._obey(order)
        elif (question := self.mailbox.question(idle=False)) is not None:
            self._answer(question)
        elif (letter := self.mailbox.document()) is not None:
            self._look_at(letter)
        elif (question := self.mailbox.question()) is not None:
            self._answer(question)
        elif self.indexing.step():
            if self.indexing.finished:
                self._indexed()
        elif self.held and not self._holding():
            self._release()
        elif self.recheck and time.monotonic() - self.mailbox.last >= QUIET:
            self._check_again()
        elif self.edited and time.monotonic() - self.mailbox.last >= PAUSE:
            self._look_at_fixes_again()
        else:
            return False
        return True

    def _patience(self) -> float | None:
        if self.held:
            return 0.05
        return QUIET if self.recheck else PAUSE if self.edited else None

    def _holding(self) -> bool:
        return self.indexing.running and time.monotonic() - self.indexing.since < HOLD_BACK

    def _obey(self, order: Order) -> None:
        match order:
            case wire.Start():
                self.host.start(order.folders, order.settings)
                self._rename()
                self._choose()
                if order.index:
                    self.indexing.start()
                    # A process that reads the folder begins now, and not behind the first document.
                    self.indexing.step()
                self.mailbox.again(list(self.mailbox.letters))
            case wire.Configure():
                before = self._reach()
                self.host.configure(order.settings)
                self._choose()
                self._index_again(before)
                self.mailbox.again(list(self.mailbox.letters))
            case wire.Close():
                self._close(order.uri)
            case wire.Touched():
                self._touched([self.host.path(location) for location in order.locations])
            case wire.Saved():
                letter = self.mailbox.letters.get(order.uri)
                if letter is not None:
                    self._reload_if_settings(self._path(letter))
            case wire.StopIndexing():
                self.indexing.cancel()
                self._indexed()

    def _reach(self) -> list[object]:
        """What decides which files are read."""
        found = [chosen.settings for chosen in self.host.all_chosen()]
        return [(one.include, one.exclude, one.languages, one.max_file_size) for one in found]

    def _index_again(self, before: list[object]) -> None:
        if self._reach() != before:
            self.indexing.start()

    def _path(self, letter: Letter) -> str:
        return self.host.path(letter.location) if letter.location else path_of_uri(letter.uri, letter.language)

    def _rename(self) -> None:
        """The roots changed, and with them the paths of open documents."""
        self.views = {}
        self.held.clear()
        self.edited.clear()
        self.desk.reported.clear()
        self.desk.persona_fixes.clear()
        self.desk.uris = {self._path(letter): uri for uri, letter in list(self.mailbox.letters.items())}

    def _choose(self) -> None:
        """Tell the front what the settings are now, and what is wrong with them."""
        first, *_ = chosen = self.host.all_chosen()
        problems = settings_problems(self.host, chosen, self.desk.name)
        settings = first.settings
        self.write(
            wire.Chosen(
                settings.run,
                settings.debounce_ms,
                settings.inlay_hints,
                settings.code_lens,
                first.persona,
                *self.host.engine.portrait(first.profile),
                first.persona_file,
                problems,
                tuple(self.host.baselines()),
            )
        )

    def _look_at(self, letter: Letter) -> None:
        path = self._path(letter)
        self.desk.uris[path] = letter.uri
        if self._is_settings(path):
            before = self.host.text(path)
            self.host.texts[path] = letter.source
            if before != letter.source:
                # Without this, two open settings files would have each other looked at for ever.
                self._reload(path)
            # What is wrong in it is told with the settings; the front waits for a word about every text.
            self._send(wire.Result(letter.uri, letter.version, ()))
            return
        if self.host.engine.is_persona(letter.location or letter.uri):
            self._look_at_persona(letter, path)
            return
        self.write(wire.Looking(letter.uri))
        self.mailbox.let_hovers_pass(GRACE)
        if self.mailbox.outdated(letter):
            return
        changed = self.host.put(path, letter.source)
        self.host.snapshot()
        if letter.uri not in self.views or self._holding():
            # Later ones wait for their findings: until then, hovers are answered from the view before.
            self._publish_view(letter, path)
        if changed:
            self.recheck.update(dict.fromkeys(self.mailbox.letters))
        self.recheck.pop(letter.uri, None)
        if self._holding():
            self.held[letter.uri] = None
            return
        self._review(letter, path)

    def _look_at_persona(self, letter: Letter, path: str) -> None:
        before = self.host.text(path)
        self.host.texts[path] = letter.source
        if before != letter.source and self.host.engine.at_work(letter.location or letter.uri):
            self._reload(path)
        self._send(wire.Result(letter.uri, letter.version, persona_findings(self.desk, path, letter)))

    def _review(self, letter: Letter, path: str) -> None:
        self.held.pop(letter.uri, None)
        try:
            found = self.host.findings(path, lambda: self._between_rules(letter))
        except Stopped:
            found = None
        if found is not None:
            self._publish_view(letter, path, found)
            self.edited[letter.uri] = None
        if found is not None and not self.mailbox.outdated(letter):
            self._send(wire.Result(letter.uri, letter.version, self.desk.show(path, found)))
        while self.later:
            # Those that the newer text has overtaken are told so.
            self._answer(self.later.pop(0))

    def _between_rules(self, letter: Letter) -> bool:
        self.mailbox.let_hovers_pass()
        if self.mailbox.outdated(letter):
            return True
        while (question := self.mailbox.question(idle=False)) is not None:
            if question.ask.uri == letter.uri:
                self.later.append(question)
            else:
                self._answer(question)
        return False

    def _send(self, result: wire.Result) -> None:
        self.sent[result.uri] = result
        self.write(result)

    def _publish_view(self, letter: Letter, path: str, found: tuple[Reported, ...] | None = None) -> None:
        extraction, chosen = self.host.open.get(path), self.host.chosen(path)
        if found is None and chosen.known is not None:
            # What the baseline knows is not told before it can be told apart.
            found = ()
        view = View(letter.source, path, extraction, self.host.snapshot(), chosen.profile, found)
        self.views = {**self.views, letter.uri: view}
        with self.mailbox.changed:
            self.mailbox.changed.notify_all()

    def _check_again(self) -> None:
        uri = next(iter(self.recheck))
        del self.recheck[uri]
        letter = self.mailbox.letters.get(uri)
        view = self.views.get(uri)
        if letter is None or view is None or view.source != letter.source:
            return
        try:
            found = self.host.findings(view.path, lambda: self.mailbox.closed or self.mailbox.busy())
        except Stopped:
            self.recheck[uri] = None
            return
        self._publish_view(letter, view.path, found)
        result = wire.Result(uri, letter.version, self.desk.show(view.path, found))
        if self.sent.get(uri) != result:
            self._send(result)

    def _look_at_fixes_again(self) -> None:
        for uri in self.edited:
            letter = self.mailbox.letters.get(uri)
            if letter is not None and self.host.look_at_fixes_again(self._path(letter)):
                self.recheck[uri] = None
        self.edited.clear()

    def _release(self) -> None:
        """The first index is there (or takes too long): show what was held back."""
        uri = next(iter(self.held))
        del self.held[uri]
        letter = self.mailbox.letters.get(uri)
        if letter is not None:
            self._review(letter, self._path(letter))

    def _indexed(self) -> None:
        self.indexing.finished = False
        self.host.snapshot()
        self.recheck.update(dict.fromkeys(uri for uri in self.mailbox.letters if uri not in self.held))
        self.write(wire.Linked())

    def _close(self, uri: str) -> None:
        path = next((path for path, known in self.desk.uris.items() if known == uri), None)
        self.sent.pop(uri, None)
        self.held.pop(uri, None)
        self.recheck.pop(uri, None)
        self.edited.pop(uri, None)
        self.views = {known: view for known, view in self.views.items() if known != uri}
        if path is None or uri in self.mailbox.letters:
            return
        del self.desk.uris[path]
        self.desk.reported.pop(path, None)
        self.desk.persona_fixes.pop(path, None)
        if self.host.close(path):
            self.recheck.update(dict.fromkeys(self.mailbox.letters))
            self.write(wire.Linked())
        self._reload_if_settings(path)

    def _touched(self, paths: list[str]) -> None:
        changed = False
        for path in paths:
            changed |= self.host.refresh(path)
        if any(self._steers(path) for path in paths):
            # However many changed: what is open decides for itself.
            self._reload()
        if changed:
            self.recheck.update(dict.fromkeys(self.mailbox.letters))
            self.write(wire.Linked())

    def _is_settings(self, path: str) -> bool:
        location = self.host.location(path)
        if path.rsplit("/", 1)[-1] in ("persona-lsp.toml", "pyproject.toml"):
            return location in set(self.host.settings_files())
        return location in set(self.host.baselines())

    def _steers(self, path: str) -> bool:
        """Whether a file decides what is reviewed: settings, a baseline, a persona."""
        return self._is_settings(path) or self.host.engine.is_persona(self.host.location(path))

    def _reload_if_settings(self, path: str) -> None:
        if self._steers(path):
            self._reload(path)

    def _reload(self, path: str = "") -> None:
        """What this file says about the review changed: settings and persona are read anew, and all is looked at again."""
        before = self._reach()
        self.host.reload()
        self._choose()
        self._index_again(before)
        self.write(wire.Linked())
        self.mailbox.again([uri for known, uri in self.desk.uris.items() if known != path])

    def _answer(self, question: Question) -> None:
        ask, letter = question.ask, question.letter
        if self.mailbox.unwanted(ask):
            return
        if ask.uri and (letter is None or self.mailbox.outdated(letter)):
            self.write(wire.Answer(ask.id, stale=True))
            return
        path = self._path(letter) if letter else ""
        try:
            body = answer(self.desk, ask, path, lambda: self.mailbox.closed or self.mailbox.busy())
            self.write(wire.Answer(ask.id, wire.encode(body)))
        except Stopped:
            self.write(wire.Answer(ask.id, stale=True))
        except Exception as error:  # noqa: BLE001  # a question that fails must not take the worker with it
            self.write(wire.Answer(ask.id, error=f"{ask.what} failed: {error!r}"))


def main(engine: Engine | None = None, disk: Disk | None = None) -> int:
    """Speak frames on standard input and output until the front goes away."""
    source, target = os.dup(0), os.dup(1)
    # Whatever prints by mistake must not end up between the frames.
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    # The thread that reads must not wait long for the one that works.
    sys.setswitchinterval(0.0005)
    mailbox = Mailbox()
    reader = threading.Thread(target=_read, args=(source, mailbox), name="read", daemon=True)
    reader.start()
    if engine is None or disk is None:
        from persona_lsp.host.engine import RealEngine
        from persona_lsp.host.filesystem import FileSystem

        disk = disk or FileSystem()
        engine = engine or RealEngine()
    lock = threading.Lock()

    def write(message: wire.ToFront) -> None:
        frame = wire.encode(message)
        with lock:
            try:
                frames.write(target, frame)
            except OSError:
                mailbox.close()

    worker = Worker(engine, disk, mailbox, write)
    # Modules, rules and grammars stay; facts cannot be part of a cycle. The collector would only cause pauses.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    hovers = Hovers(worker.host, mailbox, lambda: worker.views, write)
    threading.Thread(target=hovers.run, name="hover", daemon=True).start()
    worker.run()
    return 0


def _read(descriptor: int, mailbox: Mailbox) -> None:
    try:
        reader = frames.Reader(descriptor)
        while (frame := reader.next()) is not None:
            mailbox.deliver(wire.to_worker(frame))
    except (OSError, frames.BrokenFrameError, msgspec.DecodeError, ValueError) as error:
        print(f"persona-lsp worker: {error!r}", file=sys.stderr)  # noqa: T201  # standard error is its log
    finally:
        mailbox.close()


if __name__ == "__main__":
    sys.exit(main())

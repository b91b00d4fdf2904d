"""Claude beside the static findings: whether it may be asked, what is under way, what it said, and where that is shown."""

import asyncio
import itertools
import os
from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from persona_lsp.ai import wire as ai
from persona_lsp.ai.prompts.tasks import TASKS, Work
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.host import wire as host
from persona_lsp.lsp import capabilities
from persona_lsp.lsp.ai_link import AiLink
from persona_lsp.lsp.convert import Json, uri_of
from persona_lsp.lsp.documents import Document
from persona_lsp.lsp.looking_back import LookingBack
from persona_lsp.lsp.opinions import Area, Opinion, Opinions, diagnostic_of
from persona_lsp.lsp.places import Place, Places
from persona_lsp.lsp.rpc import ContentModifiedError, RequestFailedError
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.standing import Standing
from persona_lsp.lsp.suggestions import edit_of, suggest
from persona_lsp.text.edits import ByteEdit

KIND = "refactor.rewrite.persona-lsp.ai"
FIX_KIND = "quickfix.persona-lsp.ai"
_ALLOW, _TRUST, _NO = "Allow", "Trust this persona", "Not now"


class Assistant:
    """One session's Claude."""

    def __init__(self, session: Session) -> None:
        """Nothing is read, started or asked before somebody wants it."""
        self.session = session
        self.link = AiLink()
        self.opinions = Opinions()
        self.looking_back = LookingBack(self)
        self.standing = Standing(session.announce)
        self._jobs: dict[str, asyncio.Task[Any]] = {}
        self._places = Places(self.about)
        self._tokens = itertools.count(1)

    # -- whether

    def state(self) -> str:
        """off, no-key, on, running or unavailable, for status bars."""
        return "running" if self.link.running else self.standing.state()

    def status(self) -> Json:
        """The state, why nobody can be asked, and until when."""
        return self.standing.status(self.state())

    # -- what is offered

    async def actions(
        self, document: Document, start: int, end: int, shown: host.Shown | None, diagnostics: Sequence[Json]
    ) -> list[Json]:
        """Code actions about a place, last and never preferred. `shown` is a static finding that is meant."""
        offered = self._about_opinions(document, start, end)
        if not self.standing.on:
            return offered
        try:
            about = await self.about(document, start, end)
            if about is None and shown is not None:
                # Outside of functions, a finding is about its own lines.
                start, end = _bytes_of(document, shown)
                about = await self.about(document, start, end)
        except (ContentModifiedError, RequestFailedError):
            return offered
        if about is None:
            return offered
        subject, persona = about
        self.looking_back.about(document, subject, persona)
        works: list[Work] = ["review", "explain"]
        if shown is not None:
            works.insert(0, "fix")
        works.append("errors")
        if subject.kind == "endpoint":
            works += ["document", "tests"]
        for work in works:
            data = {
                "uri": document.uri, "serial": document.serial, "work": work, "start": start, "end": end,
                "finding": shown.id if shown is not None and work == "fix" else "",
            }  # fmt: skip
            title = TASKS[work].title.format(persona=persona.name)
            action: Json = {
                "title": title,
                "kind": FIX_KIND if work == "fix" else KIND,
                "command": {"title": title, "command": capabilities.AI_RUN, "arguments": [data]},
            }
            if work == "fix" and diagnostics:
                action["diagnostics"] = list(diagnostics)
            offered.append(self._tagged(action))
        return offered

    def _about_opinions(self, document: Document, start: int, end: int) -> list[Json]:
        offered: list[Json] = []
        for one in self.opinions.page(document.uri).opinions:
            if one.end < start or end < one.start:
                continue
            shown = [diagnostic_of(one, document, self.session.client)]
            if one.suggestion is not None and (edit := edit_of(self.session, document, one.suggestion)) is not None:
                action = {"title": f"Apply suggested fix: {one.suggestion.summary}", "kind": FIX_KIND}
                offered.append(self._tagged({**action, "diagnostics": shown, "edit": edit}))
            title = f"Dismiss this finding of {one.persona} (AI) for good"
            command = {"title": title, "command": capabilities.AI_DISMISS, "arguments": [one.finding.fingerprint]}
            offered.append({"title": title, "kind": FIX_KIND, "diagnostics": shown, "command": command})
        return offered

    def _tagged(self, action: Json) -> Json:
        return {**action, "tags": [1]} if self.session.client.tags_generated else action

    # -- what is done

    async def run(self, data: Any) -> None:
        """Do what an action or a command asks for. Comes back at once; the result is shown when it is there."""
        document, start, end = self._place(data)
        work = data.get("work", "review")
        if work not in TASKS:
            raise RequestFailedError(f"there is no `{work}`")
        place = self._places.begin(document, start, end)
        self.session.spawn(self._run(document, place, work, str(data.get("finding") or ""), bool(data.get("fresh"))))

    async def show(self, data: Any) -> None:
        """Open the very bytes that would be sent."""
        document, start, end = self._place(data)
        about = await self._about(self._places.begin(document, start, end))
        if about is None:
            return
        message = ai.Show(self.link.number(), "review", *about, document.location)
        match await self.link.ask(message):
            case ai.Wrote(text=text):
                await self._read("what-would-be-sent.json", text)
            case ai.Failed(message=why):
                self.session.message(why, 2)

    async def allow(self) -> None:
        """Ask for the user's consent, by a question that only the user can answer."""
        from persona_lsp.ai.store import Store

        words = "May persona-lsp send code to Claude when you ask it to? Secrets are taken out first; see docs/ai.md."
        if await self._asked(words, _ALLOW):
            Store().allow(True)
            kind, why = self.standing.why_off(anew=True)
            self.session.message(why if kind else "Claude can be asked from now on.")

    def forget(self) -> None:
        """Take the consent back, and end what is under way."""
        from persona_lsp.ai.store import Store

        Store().allow(False)
        for job in self._jobs.values():
            job.cancel()
        self.link.close()
        self.standing.why_off(anew=True)
        self.session.message("Nothing is sent to Claude any more.")

    def dismiss(self, fingerprint: str) -> None:
        """Never show a finding again."""
        from persona_lsp.ai.store import Store

        Store().dismiss(fingerprint)
        for uri in self.opinions.dismiss(fingerprint):
            self.changed(uri)

    def cancel(self, token: Any) -> None:
        """The user ended a question."""
        job = self._jobs.get(token) if isinstance(token, str) else None
        if job is not None:
            job.cancel()

    def edited(self, document: Document, edits: Sequence[ByteEdit]) -> None:
        """The text of a document changed."""
        self.opinions.edited(document.uri, edits)
        self._places.edited(document, edits)

    def close(self) -> None:
        """The server ends."""
        self.link.close()

    async def _run(self, document: Document, place: Place, work: Work, finding: str, fresh: bool) -> None:
        if self.standing.why_off(anew=True)[0] == "off":
            await self.allow()
        kind, why = self.standing.why_off(anew=True)
        if kind:
            self._places.end(place)
            if kind != "off":
                self.session.message(why, 2)
            return
        about = await self._about(place)
        if about is None:
            return
        subject, persona = about
        area = Area(subject.start, subject.text.encode(), subject.name, persona.name)
        source = document.source if work in ("fix", "errors", "document") else b""
        extra = self._extra(document, finding)
        for _ in range(2):
            number = self.link.number()
            message = ai.Do(number, work, subject, persona, document.location, source, extra, fresh)
            answer = await self._with_progress(document, area, message)
            if isinstance(answer, ai.Failed) and answer.kind == "untrusted" and await self._trusted(persona):
                continue
            return

    async def _with_progress(self, document: Document, area: Area, message: ai.Do) -> ai.FromAi:
        token = f"persona-lsp-ai-{next(self._tokens)}"
        title = TASKS[message.work].title.format(persona=area.persona)
        area.running, area.trouble = True, ""
        if message.work == "review":
            self.opinions.begin(document.uri, area)
            self.changed(document.uri)
        self._jobs[token] = task = asyncio.ensure_future(self._asking(document, area, message))
        begun = await self._progress(token, title)
        self.session.announce()
        said = "cancelled"
        try:
            answer = await task
            said = answer.message if isinstance(answer, ai.Failed) else "done"
            return answer
        except asyncio.CancelledError:
            return ai.Failed(0, "cancelled", said)
        finally:
            self._jobs.pop(token, None)
            if begun:
                self.session.rpc.notify(types.PROGRESS, {"token": token, "value": {"kind": "end", "message": said}})
            self.session.announce()

    async def _asking(self, document: Document, area: Area, message: ai.Do) -> ai.FromAi:
        try:
            answer = await self.link.ask(message, lambda one: self._found(document, area, one))
        finally:
            area.running = False
        if not isinstance(answer, ai.Failed):
            self.standing.worked()
        match answer:
            case ai.Reviewed(review=review):
                area.review = review
                if review is not None and review.cut:
                    self.session.message(review.cut, 2)
                self.changed(document.uri)
            case ai.Wrote(text=text, model=model):
                marked = f"*{area.persona} (AI), {model}, about {area.name}*\n\n{text}\n"
                await self._read(f"{message.work}-{area.name}.md", marked)
            case ai.Suggested(suggestion=one, model=model):
                # Claude has answered; how long the user looks at it is no progress.
                self.session.spawn(suggest(self, document, area, one, model))
            case ai.Failed(kind=kind, message=why, until=until):
                area.trouble = why
                self.standing.failed(kind, until, why)
                if left := self.standing.rest():
                    asyncio.get_running_loop().call_later(left + 0.1, self.session.announce)
                if kind != "untrusted":
                    self.session.message(why, 2)
                self.changed(document.uri)
        note = getattr(answer, "note", "")
        if note:
            self.session.message(note)
        return answer

    def _found(self, document: Document, area: Area, finding: ai.AiFinding) -> None:
        current = self.session.documents.get(document.uri)
        if current is not None and self.opinions.add(current, area, finding):
            self.changed(document.uri)

    # -- asking around

    def _place(self, data: Any) -> tuple[Document, int, int]:
        """The document and the bytes that a command means. Raises `RequestFailedError`."""
        document = self.session.documents.get(str(data.get("uri"))) if isinstance(data, dict) else None
        if document is None:
            raise RequestFailedError("the document is not open")
        if isinstance(data.get("range"), dict):
            try:
                places = [
                    self.session.offset(document, int(data["range"][at]["line"]), int(data["range"][at]["character"]))
                    for at in ("start", "end")
                ]
            except (KeyError, TypeError, ValueError) as error:
                raise RequestFailedError("`range` is no range") from error
            return document, min(places), max(places)
        if data.get("serial") != document.serial:
            raise RequestFailedError("the document changed meanwhile; choose the action again")
        return document, int(data.get("start", 0)), int(data.get("end", 0))

    async def about(self, document: Document, start: int, end: int) -> tuple[Subject, Persona] | None:
        """What a place is about, and who would speak; None where there is nothing to speak about."""
        kind: Any = tuple[Subject, Persona] | None
        found: tuple[Subject, Persona] | None = await self.session.ask("about", kind, document, start=start, end=end)
        return found

    async def _about(self, place: Place) -> tuple[Subject, Persona] | None:
        """What a chosen place is about, however often the text is edited meanwhile; None after a word to the user."""
        try:
            return await self._places.about(place)
        except RequestFailedError as error:
            self.session.message(error.message)
            return None

    def _extra(self, document: Document, finding: str) -> str:
        result = self.session.results.get(document.uri)
        shown = next((one for one in result.findings if one.id == finding), None) if result is not None else None
        return (
            f"The finding, in line {shown.spot.line + 1}: {shown.message} ({shown.rule})" if shown is not None else ""
        )

    async def _trusted(self, persona: Persona) -> bool:
        words = f"The persona {persona.name} comes from this workspace. May its words be sent to Claude, as they stand?"
        if not await self._asked(words, _TRUST):
            return False
        self.link.send(ai.Trust(persona.sha256))
        return True

    async def _asked(self, words: str, yes: str) -> bool:
        question = {"type": 3, "message": words, "actions": [{"title": yes}, {"title": _NO}]}
        try:
            answer = await self.session.rpc.ask(types.WINDOW_SHOW_MESSAGE_REQUEST, question)
        except RequestFailedError:
            return False
        return isinstance(answer, dict) and answer.get("title") == yes

    async def _progress(self, token: str, title: str) -> bool:
        if not self.session.client.progress:
            return False
        try:
            await self.session.rpc.ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, {"token": token})
        except RequestFailedError:
            return False
        value = {"kind": "begin", "title": title, "cancellable": True}
        self.session.rpc.notify(types.PROGRESS, {"token": token, "value": value})
        return True

    async def _read(self, name: str, text: str) -> None:
        """Show a text: in a file outside of the workspace where the client opens files, else as a message."""
        from persona_lsp.ai.store import state_folder, write_private

        clean = "".join(one if one.isalnum() or one in "-." else "-" for one in name)[-80:]
        location = os.path.join(state_folder(), "texts", clean)
        if self.session.client.shows_documents and write_private(location, text.encode()):
            try:
                await self.session.rpc.ask(types.WINDOW_SHOW_DOCUMENT, {"uri": uri_of(location), "external": False})
                return
            except RequestFailedError:
                pass
        self.session.message(text if len(text) < 3000 else f"{text[:3000]} …")

    def changed(self, uri: str) -> None:
        """What is known about a document changed."""
        document = self.session.documents.get(uri)
        if document is not None:
            self.session.board.beside_changed(document)


def _bytes_of(document: Document, shown: host.Shown) -> tuple[int, int]:
    spot, table = shown.spot, document.table
    return table.offset(spot.line, spot.column), table.offset(spot.end_line, spot.end_column)


def hover_of(assistant: Assistant, document: Document, offset: int) -> str:
    """The lines that are added to a hover: what Claude said, or in one line why nothing; "" where AI is off."""
    name = assistant.session.chosen.persona or "persona"
    if not assistant.standing.on:
        line = assistant.standing.line()
        return f"*{name} (AI) · {line}*" if line else ""
    said = assistant.opinions.hover(document, offset)
    if said:
        return said
    assistant.looking_back.at(document, offset)
    line = assistant.standing.line()
    return f"*{name} (AI) · {line}*" if line else f"*{name} (AI) · not asked: choose* Review with {name}"


__all__ = ["Assistant", "Opinion", "hover_of"]

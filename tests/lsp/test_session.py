"""What the front keeps of a worker's answers."""

from types import SimpleNamespace
from typing import Any

from persona_lsp.host import wire
from persona_lsp.lsp.messages import ContentChange
from persona_lsp.lsp.session import Session

URI = "untitled:a"


def test_findings_of_a_text_that_is_gone_are_nobodys() -> None:
    server: Any = SimpleNamespace(protocol=None)
    link: Any = SimpleNamespace()
    session = Session(server)
    session.connect(link)
    heard: list[wire.ToFront] = []
    session.on_worker.append(heard.append)
    document = session.documents.open(URI, "python", 1, "bad1\n")
    of_first = wire.Result(URI, document.serial, ())
    link.receive(of_first)
    assert session.current(document) is of_first
    session.documents.change(document, 2, [ContentChange(text="good\n")])
    assert session.current(document) is None, "the text is another one"
    link.receive(of_first)
    of_second = wire.Result(URI, document.serial, ())
    link.receive(of_second)
    assert heard == [of_first, of_second], "what comes late is not told"
    assert session.current(document) is of_second
    session.documents.close(URI)
    link.receive(of_second)
    assert heard == [of_first, of_second]

"""Claude's findings beside the others: they move with the text, and leave with their document."""

from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Show what Claude said as diagnostics, after those of the static analysis."""
    assistant = session.assistant
    session.board.beside = lambda document: assistant.opinions.diagnostics(document, session.client)
    session.on_edit.append(assistant.edited)
    session.on_close.append(assistant.opinions.close)
    session.on_close.append(assistant.looking_back.close)

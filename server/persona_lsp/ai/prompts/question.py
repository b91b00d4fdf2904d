"""The question about a piece of code: its facts, its findings, and the code between markers that nobody can guess."""

from __future__ import annotations

from persona_lsp.ai.prompts.tasks import Task
from persona_lsp.findings.subject import Subject


def question(task: Task, subject: Subject, code: str, nonce: str, extra: str = "") -> str:
    """The text that is sent about a subject. `code` is its text without secrets, `extra` what the task is about."""
    parts = [task.order]
    about = f"{subject.name}, in {subject.file}, {subject.language}"
    if subject.frameworks:
        about += f" ({', '.join(subject.frameworks)})"
    parts.append(f"The code: {about}.")
    if subject.facts:
        parts.append("Facts:\n" + _list(subject.facts))
    if subject.findings:
        parts.append("Findings that are reported already:\n" + _list(subject.findings))
    if extra:
        parts.append(extra)
    parts.append(f"<<<code {nonce}\n{_numbered(code, subject.line)}\n{nonce} code>>>")
    return "\n\n".join(parts)


def _list(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {' '.join(item.split())}" for item in items)


def _numbered(code: str, first: int) -> str:
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    width = len(str(first + len(lines)))
    return "\n".join(f"{number:>{width}}| {line}" for number, line in enumerate(lines, first))

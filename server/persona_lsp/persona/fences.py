"""Where the front matter of a persona file begins and ends."""

from __future__ import annotations

import msgspec

from persona_lsp.persona.model import Problem
from persona_lsp.persona.report import insertion, problem, replacement
from persona_lsp.persona.source import Source
from persona_lsp.text.patterns import lazy

_FENCE = lazy(r"-{3,}[ \t]*$")
_DOTS = lazy(r"\.\.\.[ \t]*$")
# Bounded, or a key that is followed by nothing but spaces costs the square of their number.
_KEY_LINE = lazy(r"[\"']?[A-Za-z_][\w .-]{0,80}[\"']?[ \t]{0,8}:(?:\s|$)")
_INSIDE = lazy(r"[ \t]|#|-[ \t]|$")
_PERSONA_KEY = lazy(r"(?:name|description|tools|model|color)[ \t]*:(?:\s|$)")

# How far down a front matter that isn't at the top is looked for, in lines.
_LOOK_DOWN = 30


class Fences(msgspec.Struct, frozen=True):
    """Lines from 0: the keys stand in `first` up to `end`, the body begins at `body`.

    `blocks` are the runs of key lines: more than one where a second fenced block follows at once.
    """

    opening: int
    blocks: tuple[tuple[int, int], ...]
    body: int


def find_fences(source: Source) -> tuple[Fences | None, list[Problem]]:
    """The front matter's place, or None where the file has none; and what is odd about it."""
    lines = source.lines
    opening = next((i for i, line in enumerate(lines) if line.strip()), None)
    if opening is None:
        return None, []
    if not _FENCE.match(lines[opening]):
        return None, _not_at_the_top(source, opening)

    closing = next(
        (i for i in range(opening + 1, len(lines)) if _FENCE.match(lines[i]) or _DOTS.match(lines[i])),
        None,
    )
    if closing is None:
        return _unclosed(source, opening)
    inner = lines[opening + 1 : closing]
    if any(line.strip() for line in inner) and not any(_KEY_LINE.match(line.strip()) for line in inner):
        # Two thematic breaks around prose, or YAML that holds no key: nothing of it is metadata.
        return None, []

    problems: list[Problem] = []
    if _DOTS.match(lines[closing]):
        whole = (closing, 0, closing, len(lines[closing]))
        problems.append(
            problem(
                "front-matter-dots",
                "The front matter ends with `...`; most readers expect `---`.",
                whole,
                fix=replacement(source, "Replace `...` with `---`", whole, "---"),
            )
        )
    blocks = [(opening + 1, closing)]
    body = closing + 1
    second = _second_block(lines, body)
    if second is not None:
        problems.append(
            problem(
                "second-front-matter",
                "A second fenced block of keys follows; other readers take it for the persona's text.",
                (closing, 0, closing, len(lines[closing])),
                fix=replacement(source, "Join the two blocks", (closing, 0, second[0], 0), ""),
            )
        )
        blocks.append(second)
        body = second[1] + 1
    return Fences(opening, tuple(blocks), body), problems


def _unclosed(source: Source, opening: int) -> tuple[Fences | None, list[Problem]]:
    lines = source.lines
    end = opening + 1
    while end < len(lines) and lines[end].strip() and (_KEY_LINE.match(lines[end]) or _INSIDE.match(lines[end])):
        end += 1
    if not any(_KEY_LINE.match(line) for line in lines[opening + 1 : end]):
        return None, []
    fix = (
        insertion(source, "Close the front matter with `---`", end, "---" + source.line_end)
        if end < len(lines)
        else None
    )
    unclosed = problem(
        "front-matter-unclosed",
        "The front matter has no closing `---`; its keys are read up to the first line that is none.",
        (opening, 0, opening, len(lines[opening])),
        fix=fix,
    )
    return Fences(opening, ((opening + 1, end),), end), [unclosed]


def _second_block(lines: tuple[str, ...], start: int) -> tuple[int, int] | None:
    """A block of keys that another `---` closes, right behind the first one."""
    first = next((i for i in range(start, len(lines)) if lines[i].strip()), None)
    if first is not None and _FENCE.match(lines[first]):
        # It may have an opening fence of its own.
        first = next((i for i in range(first + 1, len(lines)) if lines[i].strip()), None)
    if first is None:
        return None
    end = first
    while end < len(lines) and not _FENCE.match(lines[end]):
        end += 1
    if end in {first, len(lines)}:
        return None
    inner = [line for line in lines[first:end] if line.strip()]
    if not _PERSONA_KEY.match(inner[0]):
        return None
    if not all(_KEY_LINE.match(line) or _INSIDE.match(line) for line in inner):
        return None
    return first, end


def _not_at_the_top(source: Source, start: int) -> list[Problem]:
    """A front matter that something precedes is read by nobody: say so."""
    lines = source.lines
    for i in range(start + 1, min(len(lines), start + _LOOK_DOWN)):
        if not _FENCE.match(lines[i]) or i + 1 >= len(lines) or not _PERSONA_KEY.match(lines[i + 1]):
            continue
        if any(_FENCE.match(line) for line in lines[i + 2 : i + 2 + _LOOK_DOWN]):
            return [
                problem(
                    "front-matter-not-first",
                    "The front matter is not at the top of the file, so its keys are not read.",
                    (i, 0, i, len(lines[i])),
                )
            ]
    return []

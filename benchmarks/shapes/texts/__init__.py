"""The files of a back end beside its endpoints: templates, filled in for one resource after the other.

A template (`<language>/<folder>/*.txt`) is a path and, below a line of dashes each, a head and parts, of which each
resource takes so many (`take`) by its dice; what closes the file stands below `----end`. `«name»` is a name, a number
or a piece of code of the resource, `«one¦other»` either.

What stands in `once` is there once, `migrations` and `tests` are for every resource. Of the production code, each
third resource gets one that asks a database, another service or a queue (`business`), the others one that does not
(`plain`: constants, choices, types, texts), because that is most of what real projects have.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from benchmarks.shapes.resource import Resource, camel, pascal

T = TypeVar("T")
Words = Mapping[str, str | Callable[[], str]]
_HOLE = re.compile(r"«([^«»]*)»")


@dataclass(frozen=True, slots=True)
class Template:
    """One file, as it is for every resource."""

    path: str
    take: int
    head: str
    parts: Sequence[str]
    foot: str
    joint: str


def written(language: str, resources: Sequence[Resource], extra: Callable[[Resource], Words]) -> dict[str, str]:
    """Files by path."""
    files: dict[str, str] = {}
    for template in templates(language, "once"):
        files[template.path] = template.head
    for r in resources:
        words = {**_words(r), **extra(r)}
        kind = "business" if r.number % 3 == 2 else "plain"
        chosen = _some(r, templates(language, kind), 1)
        chosen += [*templates(language, "migrations"), *templates(language, "tests")]
        for template in chosen:
            path = _filled(template.path, words, r)
            parts = [template.head, *_some(r, template.parts, template.take)]
            files[path] = _filled(template.joint.join(parts) + template.foot, words, r)
    return files


@cache
def templates(language: str, folder: str) -> tuple[Template, ...]:
    """All of a folder, in the order of their names."""
    return tuple(_read(path) for path in sorted((Path(__file__).parent / language / folder).glob("*.txt")))


def _read(path: Path) -> Template:
    text, _, foot = path.read_text(encoding="utf-8").partition("----end\n")
    about, head, *parts = re.split(r"^----\n", text, flags=re.MULTILINE)
    known = dict(line.split(": ", 1) for line in about.splitlines())
    # Python's own style has two empty lines between functions, and one inside of a class.
    inside = parts and all(part.startswith(" ") for part in parts)
    joint = "\n" if inside or path.parent.parent.name != "python" else "\n\n"
    return Template(known["path"], int(known["take"]), head, parts, foot, joint)


def _some(r: Resource, of: Sequence[T], count: int) -> list[T]:
    """So many of them, in their order."""
    chosen = sorted(r.dice.sample(range(len(of)), min(count, len(of))))
    return [of[number] for number in chosen]


def _filled(text: str, words: Words, r: Resource) -> str:
    def value(hole: re.Match[str]) -> str:
        name = hole[1]
        if "¦" in name:
            return r.dice.choice(name.split("¦"))
        found = words[name]
        return found if isinstance(found, str) else found()

    while _HOLE.search(text):
        text = _HOLE.sub(value, text)
    return text


def _words(r: Resource) -> Words:
    text, money, day = r.of("text")[0], r.of("money", "int")[0], r.of("date")[0]
    fields = {
        "text": text,
        "money": money,
        "date": day,
        "tax": money,
        "field0": r.fields[0][0],
        "field1": r.fields[1][0],
    }
    return {
        **fields,
        **{f"{name}_c": camel(value) for name, value in fields.items()},
        **{f"{name}_p": pascal(value) for name, value in fields.items()},
        **{f"s{number}": state for number, state in enumerate(r.states)},
        **{f"S{number}": state.upper() for number, state in enumerate(r.states)},
        **{f"St{number}": state.capitalize() for number, state in enumerate(r.states)},
        "snake": r.snake,
        "snakes": r.snakes,
        "kebab": r.snake.replace("_", "-"),
        "kebabs": r.kebabs,
        "pascal": r.pascal,
        "pascals": r.pascals,
        "camel": r.camel,
        "camels": r.camels,
        "package": "".join(r.words),
        "words": " ".join(r.words),
        "first": r.words[0],
        "First": r.words[0].capitalize(),
        "thing": r.words[1],
        "FIRST": r.words[0].upper(),
        "Tax": money.capitalize(),
        "Thing": r.words[1].capitalize(),
        "UP": f"{r.words[0][0]}{r.words[1][:2]}".upper(),
        "verb": r.verb,
        "Verb": r.verb.capitalize(),
        "version": str(r.number % 3 + 1),
        "number": str(r.number),
        "hex": f"{(r.number + 1) * 2_654_435_761 % 2**48:012x}",
        "hex2": f"{(r.number + 1) * 2_654_435_761 % 2**48 + 1:012x}",
        "previous": f"{r.number * 2_654_435_761 % 2**48 + (r.number > 0):012x}",
        "stamp": str(20_240_101_000_000 + r.number * 731),
        "n": lambda: str(r.dice.randrange(11, 99)),
        "n1": lambda: str(r.dice.randrange(2, 9)),
        "big": lambda: str(r.dice.randrange(300, 9_999)),
    }

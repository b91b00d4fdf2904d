"""Reads settings from TOML and from editors. A bad value is a problem that says what to do, and the default."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

import msgspec
from msgspec import Struct

from persona_lsp.settings.model import DEFAULT, SEVERITIES, Override, Settings
from persona_lsp.text.patterns import lazy

FILE_NAMES = ("persona-lsp.toml", "pyproject.toml")
"""Where settings are looked for in a folder, the first one that has any wins."""

SECTION = "persona-lsp"
"""The name of the section in an editor's settings (`persona-lsp.codeLens`), and of the table under `[tool]`."""
_SECTIONS: Final = (SECTION, "personaLsp", "persona_lsp")
_SWITCHES: Final = ("command", "trace", "path", "args", "interpreter", "server", "env", "enable", "positionEncoding")
"""What editors keep in the section that they send for themselves: the command to start, tracing."""


class Problem(Struct, frozen=True):
    """A setting that could not be taken: what is wrong and what to do.

    `key` as it is written, "" for the whole text. `start`..`end` are byte offsets in the text, 0..0 when unknown.
    """

    message: str
    key: str = ""
    start: int = 0
    end: int = 0
    source: str = ""


class Partial(Struct, frozen=True):
    """The settings that one place gives, and its problems. `values` has field names of `Settings`, all valid."""

    values: Mapping[str, Any] = {}
    problems: tuple[Problem, ...] = ()


NOTHING = Partial()


def load(text: str, name: str = "persona-lsp.toml") -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of one TOML file over the defaults."""
    partial = read_toml(text, name)
    return merge(partial), partial.problems


def merge(*partials: Partial) -> Settings:
    """One `Settings`, later partials over earlier ones and all over the defaults: file, editor, command line.

    `ignore`, `exclude` and `overrides` add up, `severity` and `languages` merge by name, the others are replaced.
    """
    values: dict[str, Any] = {}
    for partial in partials:
        for key, value in partial.values.items():
            match values.get(key):
                case tuple() as earlier if key in ("ignore", "exclude", "overrides"):
                    values[key] = (*earlier, *(item for item in value if item not in earlier))
                case dict() as earlier:
                    values[key] = {**earlier, **value}
                case _:
                    values[key] = value
    return Settings(**values)


def read_toml(text: str, name: str = "persona-lsp.toml") -> Partial:
    """The settings in `persona-lsp.toml`, or in the table `[tool.persona-lsp]` when `name` ends in pyproject.toml."""
    try:
        table: Any = tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        start, end = _place_of_error(text, str(error))
        message = f"{name} is not valid TOML ({error}); its settings are not used."
        return Partial(problems=(Problem(message, "", start, end, name),))
    if name.endswith("pyproject.toml"):
        tool = table.get("tool")
        table = tool.get(SECTION) if isinstance(tool, dict) else None
        if table is None:
            return NOTHING
    partial = read_mapping(table, name)
    return Partial(partial.values, tuple(_placed(problem, text) for problem in partial.problems))


def read_editor(value: object, name: str = "the editor's settings") -> Partial:
    """The settings that an editor sends: the section itself, or an object that holds it under its name.

    Nulls mean "not set"; sections of other programs say nothing.
    """
    if isinstance(value, dict):
        value = next((value[section] for section in _SECTIONS if section in value), value)
    if value is None or not concerns(value):
        return NOTHING
    return read_mapping(value, name, known=_SWITCHES)


def concerns(value: object) -> bool:
    """Whether what an editor sends is about this program, and not the sections of others alone: `{"python": {...}}`."""
    if not isinstance(value, dict) or not value:
        return True
    own = {*_SWITCHES, *_SECTIONS}
    return any(
        not isinstance(said, dict) or _snake(str(key)) in _FIELDS or str(key).split(".")[0] in own
        for key, said in value.items()
    )


def read_mapping(table: object, name: str, known: Iterable[str] = ()) -> Partial:
    """The settings in a mapping whose keys are written kebab-case, snake_case or camelCase."""
    if not isinstance(table, dict):
        message = f"{name}: the settings of persona-lsp must be a table, not {_show(table)}; the defaults are used."
        return Partial(problems=(Problem(message, "", source=name),))
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    allowed = {word.lower() for word in known}
    for key, raw in table.items():
        field = _FIELDS.get(_snake(str(key)))
        if field is None:
            if str(key).split(".")[0].lower() not in allowed:
                problems.append(Problem(f"{name}: {_unknown(str(key), _FIELDS)}", str(key), source=name))
        elif raw is not None:
            value, wrong = _value(field, raw)
            problems += [Problem(f"{name}: `{key}` {sentence}", str(key), source=name) for sentence in wrong]
            if value is not msgspec.UNSET:
                values[field.name] = value
    return Partial(values, tuple(problems))


def check_names(
    settings: Settings, rules: Iterable[str], families: Iterable[str], languages: Iterable[str]
) -> tuple[Problem, ...]:
    """Problems for names of rules, families and languages that do not exist. They have no effect."""
    known = {*rules, *families}
    spoken = set(languages)
    named = [("select", settings.select), ("ignore", settings.ignore), ("severity", tuple(settings.severity))]
    for override in settings.overrides:
        named += [("select", override.select), ("ignore", override.ignore), ("severity", tuple(override.severity))]
    problems = [
        Problem(f"`{key}` names no rule or family: {_did_you_mean(name, known)}", name)
        for key, names in named
        for name in names
        if name not in known
    ]
    problems += [
        Problem(f"`languages` names no language: {_did_you_mean(name, spoken)}", name)
        for name in settings.languages
        if name not in spoken
    ]
    return tuple(dict.fromkeys(problems))


def with_known_names(
    settings: Settings, rules: Iterable[str], families: Iterable[str], languages: Iterable[str]
) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings without names that do not exist, and a problem for each of these.

    A selection of which nothing is left is no selection: nothing may pass unseen because of a slip.
    """
    rules, families, languages = tuple(rules), tuple(families), tuple(languages)
    problems = check_names(settings, rules, families, languages)
    if not problems:
        return settings, ()
    known = {*rules, *families}
    kept = msgspec.structs.replace(
        settings,
        select=tuple(name for name in settings.select if name in known),
        ignore=tuple(name for name in settings.ignore if name in known),
        severity={name: value for name, value in settings.severity.items() if name in known},
    )
    if settings.select and not kept.select:
        problems = (*problems, Problem("nothing is left of `select`: every rule of the persona is on.", "select"))
    return kept, problems


class _Field(Struct, frozen=True):
    name: str
    type: Any
    expects: str


def _fields(of: type[Struct]) -> dict[str, _Field]:
    fields = {}
    for field in msgspec.inspect.type_info(of).fields:  # type: ignore[attr-defined]  # type_info of a Struct is a StructType
        extra = field.type.extra
        fields[field.name] = _Field(field.name, of.__annotations__[field.name], extra["expects"])
    return fields


_FIELDS = _fields(Settings)
_OVERRIDE_FIELDS = _fields(Override)
_SIZE = lazy(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?)i?b?\s*", re.IGNORECASE)


def _value(field: _Field, raw: object) -> tuple[Any, list[str]]:
    """The value of a field and what is wrong with parts of it; UNSET when nothing of it can be used."""
    wrong: list[str] = []
    if field.name == "overrides":
        return _overrides(field, raw)
    if field.name == "max_file_size" and isinstance(raw, str) and (size := _SIZE.fullmatch(raw)):
        raw = int(float(size[1]) * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[size[2].lower()])
    if field.name in ("select", "ignore", "include", "exclude", "paths"):
        if isinstance(raw, str):
            raw = [raw]
        if isinstance(raw, list):
            wrong = [
                f"holds {_show(item)}, which is no text; it is left out." for item in raw if not isinstance(item, str)
            ]
            raw = [item for item in raw if isinstance(item, str)]
    if field.name == "languages" and isinstance(raw, list):
        raw = dict.fromkeys((str(name) for name in raw), True)
    if field.name == "severity" and isinstance(raw, dict):
        raw, wrong = _severities(raw)
    try:
        return msgspec.convert(raw, field.type), wrong
    except msgspec.ValidationError:
        default = getattr(DEFAULT, field.name, ())
        return msgspec.UNSET, [f"must be {field.expects}, not {_show(raw)}; using {_show(default)}."]


def _severities(raw: dict[Any, Any]) -> tuple[dict[str, str], list[str]]:
    known = {"info": "information", "warn": "warning", "none": "off", "false": "off"}
    good: dict[str, str] = {}
    wrong = []
    for rule, value in raw.items():
        word = str(value).lower()
        word = known.get(word, word)
        if word in SEVERITIES:
            good[str(rule)] = word
        else:
            wrong.append(f"of `{rule}` must be one of {', '.join(SEVERITIES)}, not {_show(value)}; it keeps its own.")
    return good, wrong


def _overrides(field: _Field, raw: object) -> tuple[Any, list[str]]:
    if not isinstance(raw, list):
        return msgspec.UNSET, [f"must be {field.expects}, not {_show(raw)}; it is not used."]
    kept: list[Override] = []
    wrong: list[str] = []
    for number, item in enumerate(raw, 1):
        values: dict[str, Any] = {}
        for key, part in (item if isinstance(item, dict) else {}).items():
            inner = _OVERRIDE_FIELDS.get(_snake(str(key)))
            if inner is None:
                wrong.append(f"number {number}: {_unknown(str(key), _OVERRIDE_FIELDS)}")
                continue
            value, sentences = _value(inner, part)
            wrong += [f"number {number}: `{key}` {sentence}" for sentence in sentences]
            if value is not msgspec.UNSET:
                values[inner.name] = value
        if values.get("paths"):
            kept.append(Override(**values))
        else:
            wrong.append(f"number {number} needs `paths`, a list of globs; it is not used.")
    return tuple(kept), wrong


def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).replace("-", "_").lower()


def _unknown(key: str, fields: Iterable[str]) -> str:
    names = {_snake(name): name.replace("_", "-") for name in fields}
    close = get_close_matches(_snake(key), names, 1, 0.6)
    hint = (
        f"did you mean `{names[close[0]]}`?"
        if close
        else f"remove it, or take one of {', '.join(sorted(names.values()))}."
    )
    return f"there is no setting `{key}`; {hint}"


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name.lower(), sorted(known), 1, 0.6)
    return f"`{name}`; did you mean `{close[0]}`?" if close else f"`{name}`; remove it or correct its spelling."


def _show(value: object) -> str:
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _placed(problem: Problem, text: str) -> Problem:
    """The problem with the place of its key, or of the quoted name inside of it."""
    names = [problem.key, *re.findall(r"`([^`]+)`", problem.message)]
    for name in names:
        if name and (found := re.search(rf"(?<![\w-])[\"']?{re.escape(name)}[\"']?(?=\s*[=.\]])", text)):
            start = len(text[: found.start()].encode())
            return msgspec.structs.replace(problem, start=start, end=start + len(found[0].encode()))
    return problem


def _place_of_error(text: str, message: str) -> tuple[int, int]:
    found = re.search(r"at line (\d+), column (\d+)", message)
    if not found:
        return 0, 0
    lines = text.split("\n")
    line = min(int(found[1]), len(lines)) - 1
    start = len("\n".join([*lines[:line], ""]).encode())
    return start, start + len(lines[line].rstrip("\r").encode())

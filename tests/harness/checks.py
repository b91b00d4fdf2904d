"""What an example has to show: said in the words Missing, Noisy and Wrong."""

from collections import Counter

from tests.harness.carets import COMMENTS, Expected, mark
from tests.harness.engine import Project, applied, first_fixes, read
from tests.harness.fences import Example

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.finding import Finding
from persona_lsp.rules.registry import Rule

_KINDS_OF_FILES = ("functions", "routes", "error_handlers", "cors", "secrets", "claims")
_KINDS_OF_FUNCTIONS = (
    "queries", "loops", "txs", "responses", "raises", "catches", "inputs", "limits", "calls", "gaps"
)  # fmt: skip


def check_flagged(rule: Rule, example: Example) -> None:
    """The rule flags exactly what the carets point at, in these words."""
    assert example.expected, "a flagged example points at something"
    project = _read(example)
    actual = [(finding.where.path, _as_expected(rule, project, finding)) for finding in project.findings(rule)]
    wanted = list(example.expected)
    problems = []
    for path, one in actual:
        if (path, one) not in wanted:
            near = next((w for p, w in wanted if p == path and _overlap(w, one)), None)
            problems.append(f"{'Wrong' if near else 'Noisy'}: {_shown(example, path, one)}")
    for path, one in wanted:
        if (path, one) not in actual and not any(p == path and _overlap(one, a) for p, a in actual):
            problems.append(f"Missing: {_shown(example, path, one)}")
    assert not problems, "\n".join(problems)


def check_fine(rule: Rule, example: Example) -> None:
    """The rule says nothing although it had something to look at, and would after each of the example's changes."""
    assert not example.expected, "a fine example has no carets"
    project = _read(example)
    assert _looked_at(rule, project), "vacuous: nothing was extracted that this rule looks at, so it proves nothing"
    actual = [(finding.where.path, _as_expected(rule, project, finding)) for finding in project.findings(rule)]
    assert not actual, "\n".join(f"Noisy: {_shown(example, path, one)}" for path, one in actual)
    for change in example.changes:
        changed = _parsed(example.changed(change))
        assert changed.findings(rule), f"something else keeps it silent too: it is not flagged after {change}"


def held(project: Project) -> frozenset[str]:
    """The kinds of facts that a project holds."""
    facts = project.facts.values()
    of_files = {kind for kind in _KINDS_OF_FILES for file in facts if getattr(file, kind)}
    of_functions = {
        kind for kind in _KINDS_OF_FUNCTIONS for file in facts for one in file.functions if getattr(one, kind)
    }
    return frozenset(of_files | of_functions | ({"endpoints"} if project.snapshot.endpoints else set()))


def check_gap(rule: Rule, example: Example) -> None:
    """What should be flagged is not flagged yet; the day it is, it moves to Flagged."""
    project = _read(example)
    assert _looked_at(rule, project), "vacuous: nothing was extracted that this rule looks at"
    assert not project.findings(rule), "this is flagged now: move it to `## Flagged`"


def check_fixes(
    rule: Rule, flagged: tuple[Example, ...], fixed: tuple[Example, ...], further: tuple[Example, ...] = ()
) -> None:
    """Every fix is shown by a Fixed example, and every Fixed example is made by a fix that does what it promises.

    Fixes of the `further` examples do what they promise too, and need not be shown.
    """
    unseen = [(example.framework, example.sources) for example in fixed]
    problems = []
    for example in (*flagged, *further):
        project = _read(example)
        fixes = first_fixes(project, rule)
        if not fixes:
            continue
        result = applied(project, fixes)
        problems += [
            f"Flagged {example.number}, {example.framework}: {what}" for what in _harm(rule, example, project, result)
        ]
        if (example.framework, result) in unseen:
            unseen.remove((example.framework, result))
            continue
        if example in further:
            continue
        shown = "\n".join(f"--- {path}\n{text.decode()}" for path, text in result.items())
        problems.append(f"Flagged {example.number}, {example.framework}: no Fixed example shows this fix:\n{shown}")
    problems += [f"no fix makes this Fixed example ({framework}): {list(sources)}" for framework, sources in unseen]
    assert not problems, "\n".join(problems)


def _harm(rule: Rule, example: Example, before: Project, result: dict[str, bytes]) -> list[str]:
    """What a fix must not do."""
    if result == example.sources:
        return ["the fix changes nothing"]
    after = read(result)
    harm = [f"{path} no longer parses" for path, facts in after.facts.items() if facts.error_count]
    known, now = Counter(before.everything()), Counter(after.everything())
    if len(after.places(rule)) > len(before.places(rule)) - len(first_fixes(before, rule)):
        harm.append("what was fixed is still flagged")
    new = {(rule_id, path) for rule_id, path, _ in now} - {(rule_id, path) for rule_id, path, _ in known}
    harm += [f"a new finding appears: {rule_id} in {path}" for rule_id, path in sorted(new)]
    again = applied(after, first_fixes(after, rule))
    if again != result:
        harm.append("a second application changes the text again")
    for style, change in (("CRLF", _crlf), ("tabs", _tabs)):
        project = read({path: change(text) for path, text in example.sources.items()})
        styled = applied(project, first_fixes(project, rule))
        if styled != {path: change(text) for path, text in result.items()}:
            shown = "\n".join(f"{text!r}" for text in styled.values())
            harm.append(f"with {style}, the fix writes in another style:\n{shown}")
    return harm


def _crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def _tabs(text: bytes) -> bytes:
    """Indentation by tabs: four blanks are one where all indents are fours, else two are."""
    lines = text.split(b"\n")
    indents = [len(line) - len(line.lstrip(b" ")) for line in lines if line.strip()]
    unit = 4 if all(indent % 4 == 0 for indent in indents) else 2
    if any(indent % unit for indent in indents):
        return text
    return b"\n".join(b"\t" * ((len(line) - len(line.lstrip(b" "))) // unit) + line.lstrip(b" ") for line in lines)


def _read(example: Example) -> Project:
    return _parsed(example.sources)


def _parsed(sources: dict[str, bytes]) -> Project:
    project = read(sources)
    broken = [path for path, facts in project.facts.items() if facts.error_count]
    assert not broken, f"does not parse: {broken}"
    return project


def _looked_at(rule: Rule, project: Project) -> bool:
    match rule.declaration.scope:
        case "endpoint" | "project":
            return bool(project.snapshot.endpoints)
        case "function":
            return any(facts.functions for facts in project.facts.values())
        case _:
            return any(_says_something(facts) for facts in project.facts.values())


def _says_something(facts: FileFacts) -> bool:
    return bool(facts.functions or facts.cors or facts.constants or facts.config or facts.routers or facts.classes)


def _as_expected(rule: Rule, project: Project, finding: Finding) -> Expected:
    """The finding as carets show it: its first line."""
    where = finding.where
    flagged = project.sources[where.path][where.start : where.end].split(b"\n")[0].rstrip()
    own = "" if finding.severity in {None, rule.declaration.severity} else finding.severity.word
    return Expected(where.start, where.start + len(flagged), flagged.decode(), finding.message, own)


def _overlap(one: Expected, other: Expected) -> bool:
    return one.start < other.end and other.start < one.end


def _shown(example: Example, path: str, one: Expected) -> str:
    file = next(file for file in example.files if file.path == path)
    text = file.text.encode()
    start = text.rfind(b"\n", 0, one.start) + 1
    line = text[start:].split(b"\n")[0].decode()
    marked = mark(file.text, one.start, one.end, one.said, COMMENTS[file.language])
    return f"{path}\n{line}\n{marked}"

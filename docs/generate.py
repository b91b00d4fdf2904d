"""Writes what is made from the code: docs/rules/, docs/settings.md, docs/frameworks.md, tables in docs/personas.md, and
in client-config/ the schemas of the settings, the files that its pages show, and in the manifest of the extension for
VS Code the server's settings and languages.

`python docs/generate.py` writes what changed and removes pages of rules that are gone; with `--check` it writes
nothing, names what is stale and answers 1.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent / "server"), str(DOCS.parent)]

from tests.bookshelf import matrix  # noqa: E402 - the same
from tests.rules import matrix as examples  # noqa: E402 - the same

from persona_lsp import __version__  # noqa: E402 - the same
from persona_lsp.ai.schema import editor_properties as ai_properties  # noqa: E402 - the same
from persona_lsp.extract.known import frameworks, libraries, receivers  # noqa: E402 - the line above makes it importable
from persona_lsp.host.roots import SUFFIXES  # noqa: E402 - the same
from persona_lsp.persona.codes import CODES  # noqa: E402 - the same
from persona_lsp.persona.schema import FIELDS, SOURCES  # noqa: E402 - the same
from persona_lsp.review.endpoints import KINDS  # noqa: E402 - the same
from persona_lsp.rules.registry import Rule, rules, topics  # noqa: E402 - the same
from persona_lsp.rules.topics import FEATURES  # noqa: E402 - the same
from persona_lsp.settings.schema import VSCODE_SECTION, editor_properties, editor_schema, json_schema  # noqa: E402 - the same
from persona_lsp.settings.schema import markdown as settings_page  # noqa: E402 - the same

MANIFEST = DOCS.parent / "client-config" / "vscode" / "package.json"
NOTE = "<!-- Made by docs/generate.py; change what it is made from. -->\n"
EDITORS = DOCS.parent / "client-config"
_SHOWN = re.compile(r"(<!-- file: (\S+) -->\n```\w+\n).*?(^```$)", re.DOTALL | re.MULTILINE)
LANGUAGES = {
    "python": "Python",
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "tsx": "TSX",
    "java": "Java",
    "csharp": "C#",
    "ruby": "Ruby",
    "go": "Go",
    "rust": "Rust",
}


def pages() -> dict[Path, str]:
    """Every generated page and its text."""
    made = {DOCS / "rules" / rule.family / f"{rule.id}.md": _rule(rule) for rule in rules()}
    made[DOCS / "rules" / "README.md"] = _index()
    made[DOCS / "settings.md"] = f"{NOTE}\n# Settings\n\n{settings_page()}"
    made[DOCS / "frameworks.md"] = _frameworks()
    made[MANIFEST] = _manifest(MANIFEST.read_text(encoding="utf-8"))
    made[DOCS / "personas.md"] = _personas()
    made[EDITORS / "persona-lsp.schema.json"] = _json(json_schema())
    for file in (EDITORS / "settings.schema.json", EDITORS / "jetbrains" / "settings.schema.json"):
        made[file] = _json(editor_schema())
    for page in EDITORS.glob("*/README.md"):
        made[page] = _with_files(page)
    return made


def stale() -> list[Path]:
    """Pages whose text is not what the code says now, and pages of rules that are gone."""
    made = pages()
    changed = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return sorted([*changed, *(path for path in (DOCS / "rules").rglob("*.md") if path not in made)])


def main(arguments: list[str]) -> int:
    """Write, or with `--check` only say what is stale."""
    made = pages()
    found = stale()
    if "--check" in arguments:
        for path in found:
            print(f"stale: {path.relative_to(DOCS.parent).as_posix()}; run: python docs/generate.py")  # noqa: T201 - a tool talks
        return 1 if found else 0
    for path in found:
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
        else:
            path.unlink()
    return 0


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _with_files(page: Path) -> str:
    """A page whose fences below `<!-- file: NAME -->` show the files beside it."""

    def shown(found: re.Match[str]) -> str:
        return found[1] + (page.parent / found[2]).read_text(encoding="utf-8") + found[3]

    return _SHOWN.sub(shown, page.read_text(encoding="utf-8"))


def _rule(rule: Rule) -> str:
    page = rule.page
    fix = "has a quick fix" if rule.fixable else "has no quick fix"
    facts = f"**{rule.declaration.severity.word}** · {rule.topic.title} · {fix} · since {rule.declaration.since}"
    sections = "".join(f"\n## {heading}\n\n{text}\n" for heading, text in page.sections.items())
    return f"{NOTE}\n# {rule.id}\n\n{page.summary}\n\n{facts}\n{sections}{_silence(rule)}"


def _silence(rule: Rule) -> str:
    return (
        "\n## Silence it\n\n"
        f"Here: a comment `persona-lsp: ignore[{rule.id}] the reason` above the line or behind it.\n"
        f'Everywhere: `ignore = ["{rule.id}"]` in `persona-lsp.toml`.\n'
    )


def _index() -> str:
    lines = [NOTE, "# Rules\n"]
    lines.append(f"{len(rules())} rules, by topic. A rule is on when the active persona commits itself to its topic.\n")
    for topic in topics():
        ruled = [rule for rule in rules() if rule.topic == topic]
        if not ruled:
            continue
        lines.append(f"## {topic.title}\n")
        lines += ["| rule | severity | fix | |", "|---|---|---|---|"]
        for rule in ruled:
            fix = "yes" if rule.fixable else ""
            link = f"[{rule.id}]({rule.family}/{rule.id}.md)"
            lines.append(f"| {link} | {rule.declaration.severity.word} | {fix} | {rule.page.summary} |")
        lines.append("")
    lines.append("## Examples by framework\n")
    lines.append(
        "Every example on the pages of the rules is a test (`tests/rules/`). *fix*: flagged there, and the quick fix is "
        "spelled there. *yes*: flagged there. *–*: nothing to say there, for the reason below the table. *gap*: not shown yet.\n"
    )
    lines += [examples.table(), ""]
    lines.append("## Topics without rules\n")
    lines += ["| topic | kept by | not yet |", "|---|---|---|"]
    for topic in topics():
        if not any(rule.topic == topic for rule in rules()):
            kept = "; ".join(FEATURES[feature] for feature in topic.features)
            lines.append(f"| {topic.title} | {kept} | {topic.not_yet} |")
    return "\n".join(lines) + "\n"


def _manifest(text: str) -> str:
    """The manifest of the extension for VS Code with the settings, languages and version of today."""
    manifest = json.loads(text)
    manifest["version"] = __version__
    others = [event for event in manifest["activationEvents"] if not event.startswith("onLanguage:")]
    languages = [f"onLanguage:{language}" for language in SUFFIXES if language != "markdown"]
    manifest["activationEvents"] = [*languages, *others]
    # A scope for each folder would promise what `persona-lsp.toml` does: the server has one set of editor's settings.
    review = {name: {"scope": "window", **body} for name, body in editor_properties(VSCODE_SECTION).items()}
    # No workspace may say who is asked: VS Code takes settings of this scope from the user alone.
    ai = {name: {"scope": "application", **body} for name, body in ai_properties(VSCODE_SECTION).items()}
    for section in manifest["contributes"]["configuration"]:
        section["properties"] = {"Review": review, "AI": ai}.get(section["title"], section["properties"])
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _frameworks() -> str:
    lines = [NOTE, "# Frameworks and libraries\n", "## Frameworks\n"]
    lines.append(
        "Their routes, inputs, guards, answers and errors are extracted, and fixes are spelled in their words.\n"
    )
    lines += ["| framework | languages | order of routes decides | known by |", "|---|---|---|---|"]
    for framework in frameworks():
        packages = ", ".join(f"`{package}`" for package in framework.packages)
        order = "yes" if framework.order_decides else "no"
        lines.append(f"| {framework.title} | {_languages(framework.languages)} | {order} | {packages} |")
    lines += ["", "## Facts by framework\n"]
    lines.append(
        "The same small API is written in each framework (`tests/bookshelf/`), and a test compares what is read out of it.\n"
        "*known*: shown there. *inferred*: known by what the framework does by default, or by names. "
        "*gap*: not read, for the reason below the table.\n"
    )
    lines.append(matrix.table())
    routes = tomllib.loads((DOCS.parent / "tests" / "frameworks" / "gaps.toml").read_text(encoding="utf-8"))
    lines += ["", "Routes that are not found, in silence:", ""]
    lines += [f"- {where}, {what}: {reason}." for where, inside in routes.items() for what, reason in inside.items()]
    lines += ["", "## Endpoints with names\n", *_named()]
    lines += ["", "## Libraries\n", "What their calls mean is known: queries, transactions, and effects outside.\n"]
    lines += ["| library | languages | relational | known by |", "|---|---|---|---|"]
    for library in libraries():
        packages = ", ".join(f"`{package}`" for package in library.packages) or "always looked for"
        relational = {True: "yes", False: "no", None: ""}[library.relational]
        lines.append(f"| {library.id} | {_languages(library.languages)} | {relational} | {packages} |")
    return "\n".join(lines) + "\n"


def _named() -> list[str]:
    """Who reads which kinds of endpoints that are no HTTP routes, and what nobody reads."""
    lines = [
        (
            "What answers something else than a request to a path is an endpoint of its own kind, with a name: a field of a "
            "GraphQL schema (`GRAPHQL Query.users`), an event of a socket (`SOCKET chat:send`), a procedure "
            "(`GRPC shop.Orders/Get`), a topic, queue or task (`MESSAGE orders.created`).\n"
            "`persona-lsp endpoints --kind all` lists them; each line below is an example in `tests/receivers/`.\n"
        ),
        f"| | languages | {' | '.join(KINDS.values())} | known by |",
        f"|---|---{'|---' * len(KINDS)}|---|",
    ]
    rows = [(f.title, f.languages, f.kinds, f.packages) for f in frameworks() if f.kinds]
    rows += [(r.title, r.languages, r.kinds, r.packages) for r in receivers()]
    for title, languages, kinds, packages in sorted(rows, key=lambda row: row[0].lower()):
        cells = " | ".join("known" if kind in kinds else "" for kind in KINDS)
        lines.append(f"| {title} | {_languages(languages)} | {cells} | {', '.join(f'`{p}`' for p in packages)} |")
    gaps = tomllib.loads((DOCS.parent / "tests" / "receivers" / "gaps.toml").read_text(encoding="utf-8"))
    lines += ["", "Named gaps:", ""]
    lines += [f"- {where}, {what}: {reason}." for where, inside in gaps.items() for what, reason in inside.items()]
    return lines


def _personas() -> str:
    """The page as it was written, with its tables of today."""
    text = (DOCS / "personas.md").read_text(encoding="utf-8")
    for name, table in (("topics", _topics()), ("fields", _fields()), ("problems", _problems())):
        text = _between(text, name, table)
    return text


def _between(text: str, name: str, table: str) -> str:
    start, end = f"<!-- {name}: made by docs/generate.py -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = text.partition(start)
    return f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}"


def _fields() -> str:
    lines = []
    for format_, fields in FIELDS.items():
        title, url = SOURCES[format_]
        lines += [f"### {title}", "", f"From [its documentation]({url}).", "", "| field | | values |", "|---|---|---|"]
        for field in fields:
            values = ", ".join(f"`{value}`" for value in field.values)
            lines.append(f"| `{field.name}`{' (needed)' if field.needed else ''} | {field.summary} | {values} |")
        lines.append("")
    return "\n".join(lines)


def _topics() -> str:
    lines = ["| topic | is named by | kept by |", "|---|---|---|"]
    for topic in topics():
        ruled = any(rule.topic == topic for rule in rules())
        kept = "[rules](rules/README.md)" if ruled else "; ".join(topic.features) or f"nothing: {topic.not_yet}"
        lines.append(f"| {topic.title} | {', '.join(f'`{phrase}`' for phrase in topic.every_phrase)} | {kept} |")
    return "\n".join(lines) + "\n"


def _problems() -> str:
    lines = ["| code | severity | fix | |", "|---|---|---|---|"]
    for name, code in CODES.items():
        fix = "yes" if code.fixable else ""
        lines.append(f"| `{name}` | {code.severity.word} | {fix} | {code.summary} |")
    return "\n".join(lines) + "\n"


def _languages(ids: tuple[str, ...]) -> str:
    return ", ".join(LANGUAGES.get(one, one) for one in ids)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

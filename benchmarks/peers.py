"""The servers that are compared, and how each is started."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
SERVER = HERE.parent / "server"
EVERY = ("python", "typescript", "java", "ruby")


@dataclass(frozen=True, slots=True)
class Peer:
    """A server. `options` are its initializationOptions."""

    name: str
    command: Sequence[str]
    languages: Sequence[str] = EVERY
    options: object = None
    env: Mapping[str, str] = field(default_factory=dict)


def ours(cache: Path, **settings: object) -> Peer:
    """persona-lsp without the pause that it keeps for people who type."""
    env = {"PYTHONPATH": os.pathsep.join((str(SERVER), str(HERE.parent))), "PERSONA_LSP_CACHE_DIR": str(cache)}
    options = {"settings": {"debounce-ms": 0, **settings}}
    return Peer("persona-lsp", [sys.executable, "-m", "persona_lsp", "serve"], options=options, env=env)


def hello() -> Peer:
    """The hello-world pygls server."""
    return Peer("hello pygls", [sys.executable, str(HERE / "hello.py")])


def ruff() -> Peer | None:
    """Ruff's server with its default rules, if it is there."""
    program = program_of("ruff")
    return Peer("ruff", [program, "server"], ("python",)) if program else None


def ast_grep() -> Peer | None:
    """ast-grep's server; the folder that it works in needs `write_rules`."""
    program = program_of("ast-grep")
    return Peer("ast-grep", [program, "lsp"]) if program else None


def all_peers() -> list[Peer]:
    """Those that are installed."""
    return [peer for peer in (hello(), ruff(), ast_grep()) if peer is not None]


def missing() -> list[str]:
    """The names of those that are not."""
    return [name for name in ("ruff", "ast-grep") if program_of(name) is None]


def program_of(name: str) -> str | None:
    """A program of this environment, else of the path."""
    return shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)


def write_rules(folder: Path) -> None:
    """Rules for ast-grep, as close to what ours look for as patterns come. There are 24, six per language."""
    rules = folder / "ast-grep-rules"
    rules.mkdir(exist_ok=True)
    (folder / "sgconfig.yml").write_text("ruleDirs:\n  - ast-grep-rules\n", encoding="utf-8")
    for language, patterns in _PATTERNS.items():
        for number, pattern in enumerate(patterns):
            name = f"{language.lower()}-{number}"
            text = f"id: {name}\nlanguage: {language}\nseverity: warning\nmessage: look here\nrule:\n{_indent(pattern)}"
            (rules / f"{name}.yml").write_text(text, encoding="utf-8")


def _indent(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.strip("\n").splitlines())


_PATTERNS = {
    "Python": (
        "pattern: $SESSION.query($MODEL).all()",
        "pattern: $SESSION.query($MODEL).$$$CHAIN.all()",
        'pattern: text(f"$$$")',
        "pattern: 'raise HTTPException(404, $$$)'",
        "pattern: $RECORD = $SESSION.get($$$)\ninside:\n  kind: for_statement\n  stopBy: end",
        "kind: except_clause\nhas:\n  pattern: str($ERROR)\n  stopBy: end",
    ),
    "TypeScript": (
        "pattern: prisma.$MODEL.findMany()",
        "pattern: $POOL.query(`$$$`, $$$)",
        "pattern: await $CALL($$$)\ninside:\n  kind: for_in_statement\n  stopBy: end",
        "pattern: $ROUTER.post($PATH, $$$)\nnot:\n  has:\n    pattern: $RES.status(201)\n    stopBy: end",
        "pattern: 'res.status($CODE).json({ error: String($ERROR) })'",
        "pattern: $MODEL.updateMany($$$)",
    ),
    "Java": (
        "pattern: $REPOSITORY.findAll()",
        "pattern: $JDBC.queryForList($SQL + $ORDER, $$$)",
        "pattern: $REPOSITORY.findById($ID).orElse(null)",
        "pattern: $REPOSITORY.findById($ID)\ninside:\n  kind: enhanced_for_statement\n  stopBy: end",
        "kind: catch_clause\nhas:\n  pattern: $ERROR.getMessage()\n  stopBy: end",
        "kind: method_declaration\nhas:\n  pattern: '@PostMapping'\n  stopBy: end",
    ),
    "Ruby": (
        "pattern: $MODEL.all",
        "pattern: params.require($NAME).permit!",
        "pattern: $MODEL.find($ID)\ninside:\n  kind: do_block\n  stopBy: end",
        "kind: rescue\nhas:\n  pattern: $ERROR.message\n  stopBy: end",
        "pattern: $RECORD.update!($$$)",
        "pattern: 'render json: $BODY'",
    ),
}

"""What the design asks of every module and no linter knows."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "server" / "persona_lsp"
MODULES = sorted(PACKAGE.rglob("*.py"))
PURE = "text facts findings settings syntax flow frameworks libraries contracts extract workspace rules persona review".split()
"""Layers that read no file, clock, environment or network."""

READS_THE_DISK = "workspace/disk.py"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def python_files() -> Iterator[Path]:
    yield from MODULES
    for folder in ("tests", "benchmarks"):
        yield from (REPOSITORY / folder).rglob("*.py")


def test_each_module_says_in_its_first_line_what_it_is() -> None:
    silent = [name(path) for path in MODULES if not (ast.get_docstring(tree_of(path)) or "").strip()]
    assert silent == []


def test_no_module_is_called_after_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
    assert [name(path) for path in MODULES if path.stem in empty or path.parent.name in empty] == []


def test_no_class_is_called_a_doer() -> None:
    doers = re.compile(r"(Manager|Helper|Utils?|Service|Processor)$")
    found = [
        f"{name(path)}: {node.name}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and doers.search(node.name)
    ]
    assert found == []


def test_patterns_wait_for_their_first_use() -> None:
    """`text/patterns.py` says why: to compile all of them took a quarter of the time of `check` on a small file."""

    def compiled(node: ast.AST) -> Iterator[int]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.Call) and ast.unparse(child.func) == "re.compile":
                yield child.lineno
            yield from compiled(child)

    assert [f"{name(path)}:{line}" for path in MODULES for line in compiled(tree_of(path))] == []


def test_no_module_keeps_what_it_does_not_use() -> None:
    def unused(path: Path) -> Iterator[str]:
        tree = tree_of(path)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        used |= {
            word
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            for word in re.findall(r"\w+", node.value)
        }
        for node in tree.body:
            match node:
                case (
                    ast.FunctionDef(name=one)
                    | ast.ClassDef(name=one)
                    | ast.AnnAssign(target=ast.Name(id=one))
                    | ast.Assign(targets=[ast.Name(id=one)])
                ) if one.startswith("_") and not one.startswith("__") and one not in used:
                    yield f"{name(path)}: {one}"

    assert [found for path in MODULES for found in unused(path)] == []


def test_each_exception_to_a_lint_rule_says_why() -> None:
    # The reason stands behind the codes: `# starts git alone` or `
    bare = re.compile(r"#\s*(noqa|type:\s*ignore)\b(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[\w\-, ]+\])?\s*$")
    found = [
        f"{path.relative_to(REPOSITORY).as_posix()}:{number}"
        for path in python_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_each_skipped_test_says_why() -> None:
    found = []
    for path in (REPOSITORY / "tests").rglob("test_*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"skip", "xfail"}:
                continue
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in {"skip", "skipif", "xfail"} and ast.unparse(node.func).startswith("pytest."):
                said = any(keyword.arg == "reason" for keyword in node.keywords) or (
                    node.func.attr == "skip" and bool(node.args)
                )
                if not said:
                    found.append(f"{path.relative_to(REPOSITORY).as_posix()}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize("layer", PURE)
def test_the_pure_layers_open_nothing(layer: str) -> None:
    found = []
    for path in sorted((PACKAGE / layer).rglob("*.py")):
        if name(path) == READS_THE_DISK:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "input"}:
                found.append(f"{name(path)}:{node.lineno} calls {node.func.id}")
            if isinstance(node, ast.ImportFrom) and node.module == "pathlib":
                found += [
                    f"{name(path)}:{node.lineno} imports pathlib.{alias.name}"
                    for alias in node.names
                    if not alias.name.startswith("Pure")
                ]
        outside = {"pathlib", "urllib.request", "http.client", "http.server"}
        found += [f"{name(path)} imports {module}" for module in whole_imports(path) if module in outside]
    assert found == []


def whole_imports(path: Path) -> Iterator[str]:
    """Modules that are imported whole, or that names are imported from (but for pathlib, whose names were looked at)."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "pathlib":
            yield node.module


def siblings(package: str) -> list[Path]:
    return sorted((PACKAGE / package).rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_rules_name_no_framework() -> None:
    """What differs between frameworks is a fact, or their manner of being linked."""
    ids = {path.parent.name for path in (PACKAGE / "frameworks").glob("*/framework.py")}
    found = [
        f"{name(path)}:{node.lineno} {node.value}"
        for path in siblings("rules")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and node.value in ids
    ]
    assert len(ids) > 10
    assert found == []


def test_rules_do_not_import_each_other() -> None:
    rules = {
        "persona_lsp." + name(path).removesuffix(".py").replace("/", "."): path
        for path in siblings("rules")
        if path.parent != PACKAGE / "rules" and path.stem != "__init__" and not path.stem.startswith("_")
    }
    found = [
        f"{name(path)} imports {module}"
        for own, path in rules.items()
        for module in imported_modules(path)
        if module in rules and module != own
    ]
    assert found == []


def test_anthropic_is_imported_inside_functions_only() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "anthropic" in ast.unparse(node)
    ]
    assert found == []

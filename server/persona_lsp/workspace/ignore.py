"""What a walk through a workspace leaves out: .gitignore files as git reads them, and folders nobody reviews."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection

    from pathspec import GitIgnoreSpec

_SKIPPED = frozenset(
    # Version control and editors.
    ".git .hg .svn .idea .vscode .vs .history "
    # What package managers fetched.
    "node_modules bower_components jspm_packages third_party third-party site-packages dist-packages "
    ".venv .bundle .yarn .pnpm-store .gradle .m2 .mvn .cargo "
    # What tools left.
    ".next .nuxt .output .svelte-kit .turbo .parcel-cache .cache htmlcov .nyc_output "
    "__pycache__ .mypy_cache .ruff_cache .pytest_cache .tox .nox .eggs .hypothesis".split()
)

_SKIPPED_BESIDE_MANIFEST = frozenset("vendor dist build target out bin obj coverage tmp log logs venv env".split())

_MANIFESTS = frozenset(
    "package.json pyproject.toml setup.py requirements.txt Pipfile Gemfile pom.xml build.gradle build.gradle.kts "
    "go.mod Cargo.toml composer.json Makefile".split()
)


def skipped(folder: str, siblings: Collection[str]) -> bool:
    """Whether a folder of that name is not entered below the path that was asked for, whatever .gitignore says.

    `build`, `vendor` or `logs` can be resources of an API as well: they are left out only beside a manifest, which is
    where builds and package managers put theirs.
    """
    if folder in _SKIPPED:
        return True
    if folder == "bin" and "package.json" in siblings and not any(name.endswith(".csproj") for name in siblings):
        return False  # what is started stands there (`bin/www`)
    return folder in _SKIPPED_BESIDE_MANIFEST and (
        not _MANIFESTS.isdisjoint(siblings) or any(name.endswith(".csproj") for name in siblings)
    )


class Rules(Struct, frozen=True):
    """The patterns of one ignore file. `base` is the folder that they are relative to, "" or ending in `/`.

    `any` finds out in one go whether any of them matches; which one wins is asked only then. None: it cannot tell.
    """

    base: str
    spec: GitIgnoreSpec
    any: re.Pattern[str] | None = None


def read_rules(base: str, text: str) -> Rules | None:
    """The rules of a .gitignore in folder `base`; None when it ignores nothing. A bad pattern costs that pattern."""
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    # Importing pathspec costs 40 ms, which a folder without a .gitignore need not pay.
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError:
        spec = GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])
    return Rules(base, spec, _any(spec))


def ignored(path: str, stack: tuple[Rules, ...], *, folder: bool) -> bool:
    """Whether git ignores the path, given the rules from the top folder down. The deepest file that speaks wins."""
    name = path + "/" if folder else path
    for rules in reversed(stack):
        if not name.startswith(rules.base):
            continue
        inside = name[len(rules.base) :]
        if rules.any is not None and rules.any.match(inside) is None:
            continue
        verdict = rules.spec.check_file(inside).include
        if verdict is not None:
            return verdict
    return False


def _any(spec: GitIgnoreSpec) -> re.Pattern[str] | None:
    expressions = [getattr(pattern, "regex", None) for pattern in spec.patterns]
    parts = [expression.pattern for expression in expressions if expression is not None]
    try:
        # Each pattern names its groups alike, which one expression may not.
        return re.compile("|".join(f"(?:{re.sub(r'[(][?]P<[^>]*>', '(?:', part)})" for part in parts))
    except (re.error, TypeError):
        return None


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True

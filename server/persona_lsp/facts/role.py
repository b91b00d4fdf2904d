"""The role of a file: whether it is production code, and if not, what else; told by its path and its first lines."""

import re

from persona_lsp.text.patterns import lazy

ROLES = ("prod", "test", "migration", "config", "script", "seed", "generated", "vendored")

HEAD = 4096
"""How many bytes of a file `role` looks at."""


def role(path: str, head: bytes = b"") -> str:
    """One of `ROLES`. `path` is relative to the workspace, with `/`; `head` is the start of the file, or all of it.

    Mocks and fixtures count as test. What only looks unusual is `prod`: a wrong role hides findings and endpoints.
    """
    folders, name = _split(path)
    inside = "/".join(folders) + "/"
    if not _VENDORED.isdisjoint(folders) or _VENDOR_FOLDERS.search(inside):
        return "vendored"
    if _GENERATED_NAME.search(name) or not _GENERATED.isdisjoint(folders) or generated(head) or minified(path, head):
        return "generated"
    if name.endswith(".java") and b"Generated(" in head and _GENERATED_TYPE.search(head[:HEAD]):
        return "generated"
    # Below these folders, names are packages and resources of the application: `controllers/tests` serves tests.
    outer = _outside_of_application(folders)
    if (
        _TEST_NAME.search(name)
        or not _TEST.isdisjoint(outer)
        or _is_ruby_spec(outer, name)
        or _is_test_project(outer, name)
    ):
        return "test"
    if (
        _FLYWAY.fullmatch(name)
        or not _MIGRATIONS.isdisjoint(folders)
        or _MIGRATION_FOLDERS.search(inside)
        or _migrates(head)
    ):
        return "migration"
    if _SEED_NAME.search(name) or not _SEEDS.isdisjoint(outer):
        return "seed"
    scripts = not _SCRIPTS.isdisjoint(outer) and _PART_NAME.search(name) is None
    if name in _SCRIPT_NAMES or name.endswith(".rake") or scripts or _COMMANDS.search(inside):
        return "script"
    return "config" if _CONFIG_NAME.search(name) else "prod"


def generated(head: bytes) -> bool:
    """Whether a comment at the start of the file says that a program wrote it."""
    head = head[:HEAD]
    if b"DO NOT " not in head and b"generated" not in head.lower():
        return False
    comment = False
    for line in head.splitlines()[:40]:
        text = line.strip()
        if not text:
            continue
        comment = comment or text.startswith(_COMMENT)
        if not comment:
            return False
        if _GENERATED_COMMENT.search(text):
            return True
        # A block comment goes on until it is closed; any other ends with its line.
        comment = text.startswith((b"/*", b"*", b"<!--", b'"""')) and not text.endswith((b"*/", b"-->"))
    return False


def _migrates(head: bytes) -> bool:
    return (b"Migration" in head or b"down_revision" in head) and _MIGRATION_CODE.search(head) is not None


def minified(path: str, head: bytes) -> bool:
    """Whether the text has the long lines of a script that was packed for the browser."""
    if not path.endswith((".js", ".mjs", ".cjs", ".ts")) or len(head) < 2000:
        return False
    start = head[:65536]
    return len(start) / (start.count(b"\n") + 1) > 300


def _split(path: str) -> tuple[list[str], str]:
    *folders, name = path.replace("\\", "/").split("/")
    return [folder.lower() for folder in folders], name


def _outside_of_application(folders: list[str]) -> list[str]:
    for index in range(len(folders) - 1):
        pair = (folders[index], folders[index + 1])
        if pair in _APPLICATION:
            return folders[:index]
    return folders


def _is_test_project(folders: list[str], name: str) -> bool:
    """`Shop.Tests`, `Shop.IntegrationTests`: each project of a solution has a folder of its own."""
    return name.endswith(".cs") and any(_TEST_PROJECT.search(folder) for folder in folders)


def _is_ruby_spec(folders: list[str], name: str) -> bool:
    # `spec` alone is also where descriptions of APIs live.
    return "spec" in folders and name.endswith((".rb", ".rake"))


_APPLICATION = frozenset(
    {("src", "main")}
    | {("app", part) for part in ("controllers", "models", "services", "jobs", "mailers", "lib", "views", "channels")}
)
_VENDORED = frozenset(
    "vendors node_modules bower_components jspm_packages third_party third-party site-packages dist-packages "
    ".venv venv .bundle .yarn .gradle .m2".split()
)
# `vendor` alone may as well be a resource of a shop.
_VENDOR_FOLDERS = lazy(
    r"(^|/)(vendor/(assets|bundle|cache|gems|plugins|github\.com|golang\.org|autoload)|(public|static|assets|wwwroot)/vendor)/"
)
_GENERATED = frozenset(
    "generated __generated__ generated-sources generated_sources openapi_client openapi-client".split()
)
_TEST = frozenset(
    "test tests __tests__ testing testdata test-data test_data fixtures __fixtures__ mocks __mocks__ e2e cypress "
    "unittests unittest unit-tests unit_tests integration-tests integration_tests functional-tests integrationtest androidtest testfixtures "
    "step_definitions".split()
)
_MIGRATIONS = frozenset(["migrations"])
_SEEDS = frozenset(["seeds", "seeders", "seeder"])
_SCRIPTS = frozenset(["scripts", "script", "bin", "benchmarks", "benchmark"])
_SCRIPT_NAMES = frozenset(["manage.py", "setup.py", "noxfile.py", "fabfile.py", "conf.py", "Rakefile", "Guardfile"])

_GENERATED_NAME = lazy(
    r"_pb2(_grpc)?\.pyi?$|_pb\.(js|ts|rb|d\.ts)$|_grpc_pb\.|\.pb\.go$|\.g(\.i)?\.cs$|\.designer\.cs$"
    r"|[.\-]generated\.\w+$|\.gen\.(ts|js|go)$|[.\-]min\.(js|mjs|css)$|\.bundle\.js$",
    re.IGNORECASE,
)
_TEST_NAME = lazy(
    r"^conftest\.py$|^tests?\.py$|^test_.*\.py$|_tests?\.(py|rb|go|ts|js|rs)$|^tests?\.rs$|^test_\w+\.rs$|_spec\.rb$"
    r"|_(fixtures?|mocks?)\.go$|^mock_\w+\.go$|_test_data\.(py|rb|go|ts|js)$"
    r"|\.(test|spec|eval|bench|e2e|e2e-spec|stories|mocks?|fixtures?)\.[cm]?[jt]sx?$|(Tests?|TestCase|ITCase|IT|Spec)\.(java|kt|groovy)$"
    r"|(Tests?|TestBase|Specs?|Fixture)\.cs$"
    r"|^(jest|vitest|karma|mocha|playwright|cypress)[.\-]?(setup|config|global)?[^/]*\.[cm]?[jt]s$"
)
_TEST_PROJECT = lazy(
    r"(?:^|[._-])(?:unit|integration|functional|acceptance|architecture|e2e|api|component|contract)?\.?(?:tests?|specs?)$|tests?\.(?:unit|integration|common|shared)$|^\w+tests$"
    r"|(?:^|[._-])(?:unit|integration|functional|acceptance|e2e)?tests?(?:toolbox|tools|utils?|utilities|helpers?|infrastructure|base|common|shared|framework|kit|support|core|engine)$"
)
_MIGRATION_FOLDERS = lazy(r"(^|/)(db/migrate|db/migration|alembic/versions|db/changelog|migration/\d)")
_FLYWAY = lazy(r"[VR]\d[\d_.]*__\w+\.java")
_MIGRATION_CODE = lazy(
    rb"^class \w+ < ActiveRecord::Migration\b|^down_revision\b|^class Migration\(migrations\.Migration\)"
    rb"|implements MigrationInterface\b",
    re.MULTILINE,
)
_COMMANDS = lazy(r"(^|/)management/commands/")
"""Where Django has what is started from a shell."""
_PART_NAME = lazy(r"\.(controller|module|service|resolver|gateway|guard)\.[cm]?[jt]s$")
"""A part of an application by its name, whatever it deals with: `benchmarks/benchmarks.controller.ts`."""
_SEED_NAME = lazy(r"^(seeds?|seeder)\.(py|rb|[cm]?[jt]s)$|^seed_\w+\.rake$")
_CONFIG_NAME = lazy(
    r"\.config\.[cm]?[jt]s$|^\.\w+rc(\.[cm]?js)?$|^Gruntfile\.js$|^gulpfile\.[jt]s$"
    r"|\.(ya?ml|toml|json|properties|ini|cfg|conf|env|xml|gradle|kts|lock)$|^\.env|^Gemfile|^requirements.*\.txt$"
)

_GENERATED_TYPE = lazy(rb"^@(?:\w+\.)*Generated\(", re.MULTILINE)
"""The annotation of Java's own that names the generator; the one that only hides code from reports has no arguments."""

_COMMENT = (
    b"#",
    b"//",
    b"/*",
    b"*",
    b"--",
    b"<!--",
    b'"""',
    b"'''",
    b"\xef\xbb\xbf#",
    b"\xef\xbb\xbf//",
    b'"use strict"',
)
_GENERATED_COMMENT = lazy(
    rb"(?-i:DO NOT (EDIT|MODIFY))|@generated\b|(auto[- ]?|automatically )generated (by|from|file|code)"
    rb"|(file|code|class|module) (is|was|has been) (auto[- ]?|automatically )generated|^\W*(code|file) generated by"
    rb"|generated (file|code)[^\w]+do not (edit|modify|change)|@Generated by",
    re.IGNORECASE,
)

"""The settings: one field each, with the sentence that documents it and the values that it takes."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

SeverityName = Literal["error", "warning", "information", "hint", "off"]
SEVERITIES: tuple[SeverityName, ...] = ("error", "warning", "information", "hint", "off")


def _doc(description: str, expects: str, example: object, **limits: Any) -> Meta:
    """`expects` ends the sentence "must be ..."; `example` is TOML-able."""
    return Meta(description=description, extra={"expects": expects, "example": example}, **limits)


class Override(Struct, frozen=True, kw_only=True):
    """What is different for some paths."""

    paths: Annotated[
        tuple[str, ...],
        _doc(
            "Globs of the files that this applies to, relative to the folder of the settings file (in an editor: the workspace).",
            "a list of globs",
            ["admin/**"],
            min_length=1,
        ),
    ]
    select: Annotated[
        tuple[str, ...],
        _doc("Rules or families that are on there, and no others.", "a list of rule or family names", []),
    ] = ()
    ignore: Annotated[
        tuple[str, ...],
        _doc("Rules or families that are off there.", "a list of rule or family names", ["unbounded-list"]),
    ] = ()
    severity: Annotated[
        dict[str, SeverityName],
        _doc(
            "Severity of rules or families there.",
            "a table of rule or family names and one of error, warning, information, hint, off",
            {"routing": "hint"},
        ),
    ] = {}


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that a user can set."""

    persona: Annotated[
        str,
        _doc(
            "The persona that reviews: its name, or the path of its Markdown file.",
            "the name of a persona or the path of its file",
            "backend-developer",
        ),
    ] = "backend-developer"
    select: Annotated[
        tuple[str, ...],
        _doc(
            "Rules or families that are on, and no others. Empty: those that the persona commits to.",
            "a list of rule or family names",
            ["routing", "sql-injection-dynamic-query"],
        ),
    ] = ()
    ignore: Annotated[
        tuple[str, ...],
        _doc(
            "Rules or families that are off, whatever else says.", "a list of rule or family names", ["unbounded-list"]
        ),
    ] = ()
    severity: Annotated[
        dict[str, SeverityName],
        _doc(
            "Severity of a rule or a family: error, warning, information, hint, or off. A rule beats its family.",
            "a table of rule or family names and one of error, warning, information, hint, off",
            {"hardcoded-secret": "error"},
        ),
    ] = {}
    include: Annotated[
        tuple[str, ...],
        _doc(
            "Globs of the files to review, relative to the folder of the settings file (in an editor: the workspace)."
            " Empty: all that are understood.",
            "a list of globs",
            ["services/**"],
        ),
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        _doc(
            "Globs of files to leave out, told as for `include`, on top of those that git ignores and of generated, vendored"
            " and test code.",
            "a list of globs",
            ["legacy/**"],
        ),
    ] = ()
    languages: Annotated[
        dict[str, bool],
        _doc("Languages to switch off (or on again).", "a table of language names and true or false", {"ruby": False}),
    ] = {}
    overrides: Annotated[
        tuple[Override, ...],
        _doc(
            "Settings that are different for some paths; a later one beats an earlier one.",
            "a list of tables with `paths` and any of `select`, `ignore`, `severity`",
            [{"paths": ["internal/**"], "ignore": ["unbounded-list"]}],
        ),
    ] = ()
    baseline: Annotated[
        str,
        _doc(
            "A file of findings that are known and not shown again, relative to the folder of the settings file"
            " (in an editor: the workspace). Empty: none.",
            "the path of a file",
            ".persona-lsp-baseline.json",
        ),
    ] = ""
    run: Annotated[
        Literal["onType", "onSave", "manual"],
        _doc(
            "When the editor's text is reviewed: onType, onSave, or manual (by the command only).",
            "one of onType, onSave, manual",
            "onType",
        ),
    ] = "onType"
    debounce_ms: Annotated[
        int,
        _doc(
            "How long to wait after a key before new findings are shown, in milliseconds.",
            "a whole number of milliseconds from 0 to 10000",
            100,
            ge=0,
            le=10_000,
        ),
    ] = 100
    inlay_hints: Annotated[
        bool, _doc("Show the full path of a route and its default status in the line.", "true or false", True)
    ] = True
    code_lens: Annotated[
        bool, _doc("Show one line above each handler: its endpoint and its findings.", "true or false", False)
    ] = False
    max_file_size: Annotated[
        int,
        _doc(
            'The size in bytes above which a file is not read, also as text ("5 MB").',
            'a number of bytes from 1000 on, or text such as "5 MB"',
            5_000_000,
            ge=1_000,
        ),
    ] = 5_000_000
    max_workers: Annotated[
        int,
        _doc(
            "How many processes may read the workspace at once. 0: one less than there are processors.",
            "a whole number from 0 to 64",
            0,
            ge=0,
            le=64,
        ),
    ] = 0


DEFAULT = Settings()

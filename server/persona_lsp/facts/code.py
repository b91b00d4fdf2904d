"""Facts of one file that are neither HTTP nor function bodies: names, classes, constants, secrets, suppressions."""

from msgspec import Struct

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import CorsPolicy, ErrorHandler, Guard, Mount, Route, Router, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.facts.views import Registry, View


class Import(Struct, frozen=True, gc=False, omit_defaults=True):
    """`local` is bound to `name` of `module`. `name` "*" is the module itself, "default" its default export.

    `module` is as written, relative ones with their dots (`..api`, `./routes/users`).
    """

    local: str
    module: str
    name: str
    where: Where


class Export(Struct, frozen=True, gc=False, omit_defaults=True):
    """What other files reach under `name` (`default`, `*` for everything of `module`): `target` in this file."""

    name: str
    target: Ref | None = None
    module: str = ""


class Constant(Struct, frozen=True, gc=False, omit_defaults=True):
    """A module-level or class-level value that is text, a number or a list of texts. `name` is dotted from the file."""

    name: str
    value: Text | None
    where: Where
    items: tuple[Text, ...] | None = None
    number: float | None = None


class Field(Struct, frozen=True, gc=False, omit_defaults=True):
    """A field of a class or schema. `column`: whether the ORM stores it."""

    name: str
    type: str
    where: Where
    maximum: float | None = None
    relation: str = ""
    unique: bool = False
    has_default: bool = False


class ClassFacts(Struct, frozen=True, gc=False, omit_defaults=True):
    """A class, interface, record or module. `kind`: entity, schema, controller, repository, service, config, exception, enum,
    alias (another name for a type, its base), other.

    `status` is the HTTP status of an exception class that declares one. `guards` are those declared on the class
    (Rails before_action, Spring @PreAuthorize).
    """

    name: str
    where: Where
    kind: str = "other"
    bases: tuple[Ref, ...] = ()
    fields: tuple[Field, ...] = ()
    methods: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    status: int | None = None
    annotations: tuple[str, ...] = ()
    abstract: bool = False
    entity: str = ""
    """For a repository: the entity it stores. For an entity: its table, if given."""
    transactional: bool = False
    handles: tuple[str, ...] = ()
    """Types whose instances a mediator hands to this class (`IRequestHandler<CreateOrder, Guid>`)."""


class SecretLiteral(Struct, frozen=True, gc=False, omit_defaults=True):
    """A literal that looks like a credential. `kind` in words (`AWS access key`, `password in a URL`).

    `name` is the variable or key that it is assigned to; `environment` the name a fix would read it from.
    """

    kind: str
    where: Where
    name: str = ""
    confidence: str = "high"
    fixable: bool = False
    mark: str = ""
    """The same for all places that hold the same value, which it does not tell."""


class Suppression(Struct, frozen=True, gc=False, omit_defaults=True):
    """`persona-lsp: ignore[rule] reason`. `start`..`end` is the code it covers; the whole file when `file` is True."""

    rules: tuple[str, ...]
    reason: str
    where: Where
    start: int
    end: int
    file: bool = False


class Claim(Struct, frozen=True, gc=False, omit_defaults=True):
    """A comment that speaks to whoever reviews: that others found the code fine, or, `is_order`, what to say of it."""

    where: Where
    is_order: bool = False


class ConfigEntry(Struct, frozen=True, gc=False, omit_defaults=True):
    """One value of a configuration file, its key path dotted. `where` is the value; `profile` from the file name."""

    key: str
    value: str
    where: Where
    profile: str = ""


class ModulePaths(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a `tsconfig.json` says about the names of modules, as written: relative to its own folder.

    `base` and `paths` are None where the file does not set them, so that what it `extends` holds (the last one wins).
    """

    extends: tuple[str, ...] = ()
    base: str | None = None
    paths: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    """Patterns with one `*` at most, and where to look for what they match, in order."""


class Problem(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the file says and its facts cannot: routes, for one, that a loop registers over what nobody can tell."""

    message: str
    where: Where


class FileFacts(Struct, frozen=True, gc=False, omit_defaults=True):
    """Everything that one file says. Same bytes, same settings, same facts.

    `role`: prod, test, migration, config, script, generated, seed, vendored.
    """

    path: str
    language: str
    role: str = "prod"
    frameworks: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    package: str = ""
    imports: tuple[Import, ...] = ()
    exports: tuple[Export, ...] = ()
    constants: tuple[Constant, ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    routers: tuple[Router, ...] = ()
    mounts: tuple[Mount, ...] = ()
    uses: tuple[Use, ...] = ()
    routes: tuple[Route, ...] = ()
    views: tuple[View, ...] = ()
    registries: tuple[tuple[str, Registry], ...] = ()
    """Symbols of routers that make the paths of views, with how they do it."""
    error_handlers: tuple[ErrorHandler, ...] = ()
    cors: tuple[CorsPolicy, ...] = ()
    functions: tuple[Function, ...] = ()
    secrets: tuple[SecretLiteral, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    claims: tuple[Claim, ...] = ()
    config: tuple[ConfigEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """Type aliases and dependency aliases: name and what stands for it, as written (`CurrentUser`, `Depends(...)`)."""
    versions: tuple[tuple[str, str], ...] = ()
    """Package and version, from a manifest or lock file."""
    module_paths: ModulePaths | None = None
    error_count: int = 0
    """1 if the syntax tree has errors anywhere, else 0."""

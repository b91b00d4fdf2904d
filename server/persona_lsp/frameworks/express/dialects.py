"""Libraries that serve methods of classes on Express, by decorators: what each calls controllers, methods and inputs."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import In

_VERBS: Final = ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")


class Dialect(Struct, frozen=True):
    """The words of one library. `places`: decorators of parameters; `whole`: those that take all inputs of a place."""

    id: str
    packages: tuple[str, ...]
    controllers: frozenset[str]
    methods: Mapping[str, str]
    places: Mapping[str, In]
    requests: frozenset[str]
    responses: frozenset[str]
    guards: frozenset[str]
    """Decorators that put middleware before a method or class."""
    prefix: str
    """The option of the application that stands before all paths."""
    whole: frozenset[str] = frozenset()
    by_position: bool = False
    """Parameters without decorators are the request, the response and what passes on."""
    braces: bool = False
    """Parameters of paths are spelled `{id}`, not `:id`."""


ROUTING_CONTROLLERS: Final = Dialect(
    "routing-controllers",
    ("routing-controllers",),
    frozenset({"Controller", "JsonController"}),
    {**{verb: verb.upper() for verb in _VERBS}, "All": "ANY"},
    {
        "Param": In.PATH, "Params": In.PATH, "QueryParam": In.QUERY, "QueryParams": In.QUERY, "HeaderParam": In.HEADER,
        "HeaderParams": In.HEADER, "CookieParam": In.COOKIE, "CookieParams": In.COOKIE, "Body": In.BODY,
        "BodyParam": In.BODY, "UploadedFile": In.FILE, "UploadedFiles": In.FILE,
    },
    frozenset({"Req"}),
    frozenset({"Res"}),
    frozenset({"UseBefore"}),
    "routePrefix",
    frozenset({"Params", "QueryParams", "HeaderParams", "CookieParams"}),
)  # fmt: skip
TSOA: Final = Dialect(
    "tsoa",
    ("tsoa", "@tsoa/runtime"),
    frozenset({"Route"}),
    {verb: verb.upper() for verb in _VERBS},
    {
        "Path": In.PATH, "Query": In.QUERY, "Queries": In.QUERY, "Header": In.HEADER, "Body": In.BODY,
        "BodyProp": In.BODY, "FormField": In.FORM, "UploadedFile": In.FILE, "UploadedFiles": In.FILE,
    },
    frozenset({"Request"}),
    frozenset(),
    frozenset({"Middlewares"}),
    "basePath",
    frozenset({"Queries"}),
    braces=True,
)  # fmt: skip
INVERSIFY: Final = Dialect(
    "inversify-express-utils",
    ("inversify-express-utils",),
    frozenset({"controller"}),
    {**{f"http{verb}": verb.upper() for verb in _VERBS}, "all": "ANY"},
    {
        "requestParam": In.PATH, "queryParam": In.QUERY, "requestHeaders": In.HEADER, "requestBody": In.BODY,
        "cookies": In.COOKIE,
    },
    frozenset({"request"}),
    frozenset({"response"}),
    frozenset({"withMiddleware"}),
    "rootPath",
    by_position=True,
)  # fmt: skip
DIALECTS: Final = (ROUTING_CONTROLLERS, TSOA, INVERSIFY)
PACKAGES: Final = tuple(package for dialect in DIALECTS for package in dialect.packages)

"""Views: classes and functions that answer requests and are told their paths elsewhere (Django, REST framework).

A class says only a part of itself: what it does not say, its bases do, which stand in other files. So nothing here is
decided; `workspace.views` puts a class together with its bases, and makes routes of a registration and a view.
"""

from msgspec import Struct

from persona_lsp.facts.class_paths import ClassPaths
from persona_lsp.facts.http import Guard
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text


class Action(Struct, frozen=True, gc=False, omit_defaults=True):
    """A method of a view class that routers serve at a path of its own (`@action`).

    `serves`: HTTP methods with the methods of the class that answer them. `detail`: below one object's path.
    """

    name: str
    where: Where
    path: Text
    serves: tuple[tuple[str, str], ...]
    detail: bool = False
    guards: tuple[Guard, ...] | None = None
    """The permissions that it asks for instead of those of its class, None where it names none."""


class View(Struct, frozen=True, gc=False, omit_defaults=True):
    """What one class, function or assignment says of itself as a view. None: it does not say.

    `kind`: class, function, made (`articles = ArticleViewSet.as_view({...})`), router (a router class of the project),
    permission (a permission class), asks (a function that lets no stranger pass) or classful (a class whose methods have
    paths).
    """

    name: str
    where: Where
    kind: str = "class"
    of: Ref | None = None
    """For what is made: the view that it is made of."""
    serves: tuple[tuple[str, str], ...] = ()
    """For what is made: HTTP methods with the methods of the class that answer them."""
    verbs: tuple[str, ...] | None = None
    """The only HTTP methods that are let in."""
    permissions: tuple[Guard, ...] | None = None
    """What it asks of callers, in place of what its bases or the settings ask."""
    chosen: tuple[tuple[str, str, tuple[Guard, ...] | None], ...] = ()
    """(action, method, permissions): what it chooses by both, `*` for all others. None: as if it chose nothing."""
    guards: tuple[Guard, ...] = ()
    """Decorators and mixins, which stand before all of that."""
    on_methods: tuple[tuple[str, tuple[Guard, ...]], ...] = ()
    """Decorators of single methods of the class."""
    actions: tuple[Action, ...] = ()
    lookup_field: Text | None = None
    lookup_argument: Text | None = None
    lookup_pattern: Text | None = None
    slash: str | None = None
    """For a router class: what ends its paths."""
    own_routes: bool = False
    """For a router class: it has a list of routes of its own, which nobody reads."""
    rest: bool = False
    """A function that REST framework runs (`@api_view`)."""
    pages: str | None = None
    """How lists are cut into pages: the name of a class, "" for not at all."""
    throttles: tuple[Guard, ...] | None = None
    """What limits how often somebody may call it, in place of what its bases or the settings say."""
    backends: tuple[str, ...] | None = None
    """The classes that filter its lists (`filter_backends`), by their last names."""
    filters: tuple[str, ...] | None = None
    """The query parameters that its lists may be filtered by (`filterset_fields`)."""
    searches: bool | None = None
    """It names fields that its lists are searched in (`search_fields`)."""
    body: Ref | None = None
    """The serializer or form that reads what is sent."""
    paths: ClassPaths | None = None
    """For the kind `classful`: what it says of the paths of its methods (Flask-Classful)."""


class Registry(Struct, frozen=True, gc=False, omit_defaults=True):
    """How a router of REST framework makes paths. `made_by` is its class.

    A nested one stands below one object of `parent`, registered there under `below`, whose key is called after `lookup`.
    """

    made_by: Ref
    slash: str | None = None
    parent: Ref | None = None
    below: Text = EMPTY
    lookup: str = ""

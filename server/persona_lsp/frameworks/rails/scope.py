"""Where a line of `routes.rb` stands: the scope that Rails keeps while it draws, and the paths that it makes."""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import Guard
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.frameworks.rails.inflection import plural, singular
from persona_lsp.syntax.ir import AnyExpr, Const

RESOURCE_ACTIONS: Final = ("index", "create", "new", "edit", "show", "update", "destroy")
SINGLETON_ACTIONS: Final = ("new", "edit", "show", "update", "destroy", "create")
_HOLE: Final = 0xE000
_MOST: Final = 8
"""Optional pieces make several paths of one; beyond this number only the longest and the shortest are kept."""


class Resource(Struct, frozen=True):
    """What `resources :name` or `resource :name` declares. `nested_param` is the id in paths below a member."""

    name: str
    path: str
    controller: str
    param: str = "id"
    nested_param: str = ""
    singleton: bool = False
    shallow: bool = False
    actions: tuple[str, ...] = ()
    uncertain: bool = False
    """Its options could not all be read."""
    explicit: bool = False
    """`only:` names its actions."""

    @property
    def member_path(self) -> str:
        """Below the collection: `/posts/:id`."""
        return self.path if self.singleton else f"{self.path}/:{self.param}"

    @property
    def nested_path(self) -> str:
        """For what belongs to a member: `/posts/:post_id`."""
        return self.path if self.singleton else f"{self.path}/:{self.nested_param}"


class Scope(Struct, frozen=True):
    """The frame around a registration. `level` as in Rails: root, resources, resource, nested, member, collection, new.

    Paths are plain text in which private-use characters stand for pieces that are not literal (`Paths`).
    """

    path: str = ""
    module: str = ""
    controller: str = ""
    action: str = ""
    to: str = ""
    level: str = "root"
    resource: Resource | None = None
    shallow: bool = False
    shallow_path: str = ""
    shallow_depth: int = 0
    only: tuple[str, ...] | None = None
    except_: tuple[str, ...] | None = None
    path_names: tuple[tuple[str, str], ...] = ()
    variants: tuple[str, ...] = ()
    conditional: bool = False
    development_only: bool = False
    via: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    options: tuple[tuple[str, AnyExpr], ...] = ()
    """What `with_options` adds to each line."""
    suffix: str = ""
    """`.:format` where the format must be given."""
    lost: bool = False
    """The module or controller could not be read: handlers are unknown."""

    def path_name(self, action: str) -> str:
        """The path piece of an action: `new`, or what `path_names:` makes of it."""
        return dict(self.path_names).get(action, action)


class Paths:
    """Paths as text, with placeholders for what is not literal."""

    def __init__(self) -> None:
        self.parts: list[Hole | Ref] = []

    def keep(self, part: Hole | Ref) -> str:
        """A placeholder for a piece that is not literal."""
        if part in self.parts:
            return chr(_HOLE + self.parts.index(part))
        self.parts.append(part)
        return chr(_HOLE + len(self.parts) - 1)

    def text(self, path: str) -> Text:
        """The path with its placeholders put back."""
        out: list[str | Hole | Ref] = []
        literal = ""
        for char in path:
            index = ord(char) - _HOLE
            if 0 <= index < len(self.parts):
                if literal:
                    out.append(literal)
                literal = ""
                out.append(self.parts[index])
            else:
                literal += char
        if literal or not out:
            out.append(literal)
        return tuple(out)


def formatted(given: AnyExpr, scope: Scope) -> Scope:
    """`format: true` makes the format part of the path; other formats only choose a representation."""
    return replace(scope, suffix=".:format" if isinstance(given, Const) and given.value is True else "")


def known(text: str) -> bool:
    """No placeholder stands in it."""
    return not any(ord(char) >= _HOLE for char in text)


def joined(parent: str, child: str) -> str:
    """`/api` and `posts/` as `/api/posts`; "" at the root."""
    path = re.sub(r"/{2,}", "/", f"{parent}/{child}").rstrip("/")
    # An optional piece brings its own slash: `/(:locale)/posts` is `(/:locale)/posts`.
    return re.sub(r"/(\(+)/?(?=[^.])", r"\1/", path)


def resource(
    name: str,
    *,
    singleton: bool,
    options: Mapping[str, str],
    actions: tuple[str, ...],
    shallow: bool,
    uncertain: bool,
    explicit: bool,
) -> Resource:
    """The resource that a name and its options make. `options`: as, controller, path, param; only those given."""
    named = options.get("as", name)
    param = options.get("param", "id")
    return Resource(
        name,
        options.get("path", name),
        options.get("controller", plural(name) if singleton else name),
        param,
        f"{singular(named)}_{param}",
        singleton,
        shallow,
        actions,
        uncertain,
        explicit,
    )


def variants(path: str) -> tuple[str, ...]:
    """The paths that one with optional pieces matches, in the syntax of the facts: `/a(/:b)` is `/a` and `/a/{b}`.

    The format that Rails lets every path end in is left out.
    """
    path = re.sub(r"\(\.:?\w+\)", "", path)
    if path.count("(") > _MOST:
        path = path.replace("(", "").replace(")", "")
    found = _expanded(path)
    if len(found) > _MOST:
        found = [max(found, key=len), min(found, key=len)]
    return tuple(dict.fromkeys(_written(p) for p in found))


def _expanded(path: str) -> list[str]:
    opened = path.find("(")
    if opened < 0:
        return [path]
    depth = 0
    closed = -1
    for index in range(opened, len(path)):
        if path[index] == "(":
            depth += 1
        elif path[index] == ")":
            depth -= 1
            if depth == 0:
                closed = index
                break
    if closed < 0:
        return [path.replace("(", "")]
    before, inner, after = path[:opened], path[opened + 1 : closed], path[closed + 1 :]
    tails = _expanded(after)[:_MOST]
    insides = _expanded(inner)[:_MOST]
    return [before + tail for tail in tails] + [before + inside + tail for inside in insides for tail in tails]


def _written(path: str) -> str:
    path = re.sub(r"/{2,}", "/", "/" + path.replace(")", "")).rstrip("/") or "/"
    path = re.sub(r"\*([A-Za-z_]\w*)", r"{*\1}", path)
    return re.sub(r":([A-Za-z_]\w*)", r"{\1}", path)

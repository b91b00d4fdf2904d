"""Path patterns of Go's routers in the project's notation: `{name:pattern}`, `{*rest}`."""

import re
from typing import Final

from persona_lsp.facts.text import Hole, Part, Ref, Text, literal
from persona_lsp.frameworks.golang.values import Env, Given, Passed, reduced
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Member, Module, Name, Str, dotted
from persona_lsp.text.patterns import lazy

ARGUMENT: Final = "argument"
"""The kind of a hole that callers fill: its text is the place among the parameters."""
_REST: Final = lazy(r"\{(\w+)\.\.\.\}")
_CONSTRAINT: Final = lazy(r":(\w+)<(\w+)[^>]*>")
_PATTERN: Final = lazy(r"^(?:(?P<method>[A-Z]+)[ \t]+)?(?P<host>[^/\s{]*)(?P<path>/.*)?$", re.DOTALL)
_BASE: Final = lazy(r"(?:base|context|sub|root)_?(?:url|uri|path)$", re.IGNORECASE)
"""Fields of settings by which an installation stands below a path of its own; by default it does not."""
_DEEP: Final = 12


def text_of(expr: AnyExpr | None, env: Env, module: Module, depth: int = 0) -> Text:
    """The text of an expression: literals, names of constants, holes."""
    expr = reduced(expr, env)
    if expr is not None and depth > _DEEP:
        return (Hole("expression", module.text(expr)[:80]),)  # a name that is made of itself
    match expr:
        case Str(parts=parts):
            return tuple(p for p in parts if isinstance(p, str))
        case Binary(op="+", left=Member(name=field) as left, right=right) if _is_field(left, env):
            rest = text_of(right, env, module, depth + 1)
            below = rest and isinstance(rest[0], str) and rest[0].startswith("/")
            # Where an installation may put something before its paths, the paths stay as they are.
            return rest if below and _BASE.search(field) else (*text_of(left, env, module, depth + 1), *rest)
        case Binary(op="+", left=left, right=right):
            return (*text_of(left, env, module, depth + 1), *text_of(right, env, module, depth + 1))
        case Name(id=name) if depth < _DEEP and isinstance(found := env.find(name), Given):
            return text_of(found.expr, env, module, depth + 1)
        case Name(id=name) if isinstance(given := env.find(name), Passed):
            return (Hole(ARGUMENT, str(given.place)),)
        case Name(id=name) if env.find(name) is None:
            return (Ref(name),)
        case Member(base=Name(id=base)) if env.find(base) is None:
            return (Ref(dotted(expr)),)
        case Call(func=func, args=args) if dotted(func) == "fmt.Sprintf" and args:
            return _formatted(expr, env, module, depth)
        case Call(func=func, args=args) if dotted(func) == "path.Join" and args:
            return _joined(expr, env, module, depth)
        case Call(args=(only,), func=Name(id="string")):
            return text_of(only, env, module, depth + 1)
        case Call(args=(Str(value=str(rest)),)) if rest.startswith("/"):
            # What a function puts before a path is not known; the path stands at the end.
            return (Hole("expression", module.text(expr.func)[:80]), rest)
        case None:
            return ()
        case _:
            return (Hole("expression", module.text(expr)[:80]),)


def _is_field(expr: Member, env: Env) -> bool:
    """A field of what the function is given or has made: no name of a package, and no constant."""
    root: AnyExpr = expr
    while isinstance(root, Member):
        root = root.base
    return isinstance(root, Name) and env.find(root.id) is not None


def _formatted(call: Call, env: Env, module: Module, depth: int) -> Text:
    """`fmt.Sprintf("/api/%s/users", version)`: the text with its arguments in place."""
    form = call.args[0].value if isinstance(call.args[0], Str) else None
    pieces = re.split(r"%[svd]", form) if form is not None else []
    if len(pieces) != len(call.args) or "%" in "".join(pieces):
        return (Hole("expression", module.text(call)[:80]),)
    found: list[Part] = [pieces[0]] if pieces[0] else []
    for piece, arg in zip(pieces[1:], call.args[1:], strict=True):
        found += text_of(arg, env, module, depth + 1)
        if piece:
            found.append(piece)
    return tuple(found)


def _joined(call: Call, env: Env, module: Module, depth: int) -> Text:
    """`path.Join(base, "/login")`: one slash between two parts, none at the end."""
    found: list[Part] = []
    for arg in call.args:
        text = text_of(arg, env, module, depth + 1)
        plain = literal(text)
        if plain is None and (found or len(text) > 1):
            # Slashes at the ends of what nobody has seen may be one too many.
            return (Hole("expression", module.text(call)[:80]),)
        if plain is None:
            found += text
        elif found:
            found.append("/" + plain.strip("/") if plain.strip("/") else "")
        else:
            found.append(plain.rstrip("/"))
    return tuple(p for p in found if p) or ("/",)


def normal(path: Text) -> Text:
    """The path with the parameters of every router spelled in one way."""
    found: list[Part] = []
    for part in path:
        if isinstance(part, str):
            part = _REST.sub(r"{*\1}", part).replace("{$}", "")
            part = _CONSTRAINT.sub(lambda m: "{" + m[1] + ":" + m[2] + "}", part)
            if part:
                found.append(part)
        else:
            found.append(part)
    return tuple(found)


def optional(path: Text) -> tuple[Text, ...]:
    """Fiber's `/users/:id?` is two paths: with the parameter, and without it."""
    last = path[-1] if path else ""
    if not isinstance(last, str) or not re.search(r"/:\w+\?$", last):
        return (path,)
    short = re.sub(r"/:\w+\?$", "", last)
    return ((*path[:-1], last[:-1]), (*path[:-1], short) if short else path[:-1])


def pattern(path: Text) -> tuple[str, str, Text]:
    """(method, host, path) of a pattern of `http.ServeMux`: `GET example.com/users/{id}`."""
    head = path[0] if path else ""
    if not isinstance(head, str):
        return "", "", path
    found = _PATTERN.match(head)
    if found is None:
        return "", "", path
    rest = found["path"] or ""
    host = found["host"]
    if not rest and host and len(path) == 1 and found["method"] is None:
        return "", "", path
    return found["method"] or "", host, ((rest, *path[1:]) if rest else path[1:])

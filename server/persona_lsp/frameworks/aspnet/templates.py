"""What a template says: constants put in place, and what depends on the class that registers itself.

`Ref("<class>")` stands for the name of that class; `Ref("<class?P+2>")` for its constant `P`, in whose place the next
two parts stand where it has none; `Ref("<made>")` for what the project's own `MapGroup(object)` makes of it. The
linker puts a class in their place (`workspace/linking/by_type.py`).
"""

from persona_lsp.facts.code import Constant
from persona_lsp.facts.text import Hole, Part, Ref, Text
from persona_lsp.frameworks.aspnet.attributes import classes, type_name, where
from persona_lsp.frameworks.aspnet.found import Env, Found
from persona_lsp.syntax.ir import AnyExpr, Assign, Binary, Call, Member, Name, Return, Str, dotted, walk

_CLASS = Ref("<class>")
_TEXTS = frozenset({"string", "String", "string?"})


def template_of(expr: AnyExpr, env: Env, found: Found) -> Text:
    """A template; local constants are put in place, and what a loop fills in is unknown."""
    expr = _held(expr, env)
    of_class = _of_class(expr, env, found)
    if of_class is not None:
        return of_class
    text = found.values.text(expr, env.cls)
    locals_ = {*env.values, *env.looped}
    made: list[Part] = []
    for part in text:
        name = part.name.rsplit(".", 1)[-1] if isinstance(part, Ref) else ""
        if name in env.looped:
            made.append(Hole("filled by a loop", name))
        elif name in locals_ and isinstance(part, Ref) and part.name.rpartition(".")[0] in {"", env.cls}:
            made += found.values.text(env.values[name], env.cls)
        else:
            made.append(part)
    return tuple(made)


def needs_class(text: Text) -> bool:
    """The text depends on the class that registers itself."""
    return any(isinstance(part, Ref) and part.name.startswith("<") for part in text)


def group_of(expr: AnyExpr, env: Env, found: Found) -> Text | None:
    """`app.MapGroup(this)`, `app.MapGroup(group)`: an extension of the project's own that is given an object."""
    if not isinstance(expr, Name) or expr.id in env.values or expr.id in env.texts:
        return None
    if expr.id == "this" and env.cls:
        return (Ref(f"<made:{env.cls.rsplit('.', 1)[-1]}>"),)
    return (Ref("<made>"),) if expr.id[:1].islower() and not _is_constant(expr.id, env, found) else None


def _is_constant(name: str, env: Env, found: Found) -> bool:
    return any(f"{scope}.{name}" in found.values.fields for scope in (env.cls, *_owners(env.cls)))


def _owners(cls: str) -> list[str]:
    parts = cls.split(".")
    return [".".join(parts[:n]) for n in range(len(parts))]


def groups_of_objects(found: Found) -> list[Constant]:
    """`RouteGroupBuilder MapGroup(this WebApplication app, Group group)`: the prefix that it gives to an object."""
    made: list[Constant] = []
    for cls, path in classes(found.module) if b" MapGroup(" in found.module.source else ():
        for method in cls.methods:
            texts = [p for p in method.params if type_name(p.type) in _TEXTS]
            if method.name != "MapGroup" or len(method.params) != 2 or texts:
                continue
            env = Env(f"{path}.MapGroup", path, looped=frozenset({method.params[1].name}))
            for statement in method.body:
                if isinstance(statement, Assign) and isinstance(statement.targets[0], Name) and statement.value:
                    env.values[statement.targets[0].id] = statement.value
                if isinstance(statement, Return) and statement.value is not None:
                    calls = [c for c in walk(statement.value) if isinstance(c, Call) and c.name == "MapGroup"]
                    text = template_of(calls[0].args[0], env, found) if len(calls) == 1 and calls[0].args else ()
                    if needs_class(text):
                        made.append(Constant(f"{path}.MapGroup()", text, where(found.module, statement)))
    return made


def _held(expr: AnyExpr, env: Env) -> AnyExpr:
    for _ in range(4):
        held = env.values.get(expr.id) if isinstance(expr, Name) and expr.id not in env.looped else None
        if held is None:
            break
        expr = held
    return expr


def _of_class(expr: AnyExpr, env: Env, found: Found, depth: int = 0) -> Text | None:
    """The text if it depends on the class of what is registered, else None."""
    expr = _held(expr, env)
    if depth > 4:
        return None
    match expr:
        case Member(name="Name", base=base) if _is_type(base, env):
            return (_CLASS,)
        case Binary(op="??", left=left, right=right):
            wanted = _property(left, env)
            rest = _of_class(right, env, found, depth + 1)
            if rest is None and wanted:
                rest = found.values.text(right, env.cls)
            return (Ref(f"<class?{wanted}+{len(rest)}>"), *rest) if wanted and rest else None
        case Str(parts=parts):
            made: list[Part] = []
            for part in parts:
                if isinstance(part, str):
                    made.append(part)
                else:
                    inner = _of_class(part, env, found, depth + 1)
                    made += inner if inner is not None else template_of(part, env, found)
            return tuple(made) if needs_class(tuple(made)) else None
        case _:
            return None


def _is_type(expr: AnyExpr, env: Env) -> bool:
    """`type` of a loop over types, `group.GetType()`."""
    expr = _held(expr, env)
    if isinstance(expr, Name):
        return expr.id in env.looped
    return isinstance(expr, Call) and expr.name == "GetType" and not expr.args


def _property(expr: AnyExpr, env: Env) -> str:
    """`P` of `type.GetProperty(nameof(Group.P))?.GetValue(null)` and of `group.P`."""
    for part in walk(expr):
        if isinstance(part, Call) and part.name == "GetProperty" and part.args:
            return named(part.args[0])
    return expr.name if isinstance(expr, Member) and isinstance(expr.base, Name) and expr.base.id in env.looped else ""


def named(expr: AnyExpr) -> str:
    """The name that `nameof(Group.Map)` or a literal says."""
    return (expr.value or "") if isinstance(expr, Str) else ""


def reflected(call: Call) -> tuple[str, tuple[AnyExpr, ...]]:
    """The method that `type.GetMethod(nameof(X.Map)).Invoke(null, [app])` calls, with what it is given."""
    given: tuple[AnyExpr, ...] = ()
    for arg in call.args:
        items = getattr(arg, "items", ())
        given += tuple(i for i in items if isinstance(i, Name))
    if call.name == "InvokeMember" and call.args:
        return named(call.args[0]), given
    if call.name == "Invoke" and call.receiver is not None:
        for part in walk(call.receiver):
            if isinstance(part, Call) and part.name == "GetMethod" and part.args:
                return named(part.args[0]), given
    return "", ()


def made_class(expr: AnyExpr | None, env: Env) -> str:
    """`T` of `new T()` and `Activator.CreateInstance<T>()`, also if a local variable holds it."""
    held = _held(expr, env) if expr is not None else None
    if isinstance(held, Call) and held.new:
        return dotted(held.func)
    if isinstance(held, Call) and held.name == "CreateInstance" and len(held.types) == 1:
        return dotted(held.types[0])
    return ""

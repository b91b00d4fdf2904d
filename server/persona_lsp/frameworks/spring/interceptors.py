"""Interceptors: which paths `addInterceptors` puts them before, and what each demands of a request.

A registration becomes a guard over path patterns that names the interceptor's class; the class, wherever it stands,
says in its own guards what it demands. The linker brings the two together.
"""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Guard, GuardKind, Level, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.spring.annotations import Values, classes, where
from persona_lsp.frameworks.spring.code import calls_of
from persona_lsp.frameworks.spring.patterns import patterns_of
from persona_lsp.frameworks.spring.security import EVERYWHERE
from persona_lsp.frameworks.spring.stance import LIKE_AUTH, METHOD, stance
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassNode,
    FunctionNode,
    Member,
    Module,
    Name,
    Return,
    dotted,
    walk,
)

INTERCEPTOR: Final = "interceptor"
_SA_TOKEN: Final = frozenset({"SaInterceptor", "SaRouteInterceptor", "SaAnnotationInterceptor"})
_EVERYWHERE: Final = "/**"


def demands(cls: ClassNode, module: Module) -> Iterator[Guard]:
    """What an interceptor's own code demands: a guard of its `preHandle`."""
    for method in cls.methods:
        if method.name == METHOD and len(method.params) == 3:  # request, response and the handler
            taken = stance(method, cls, module)
            at = Where(module.path, cls.name_start, cls.name_end)
            yield Guard(
                INTERCEPTOR, taken.kind, Level.APP, at, Ref(f"{cls.name}.{METHOD}"), conditional=taken.conditional,
                only=(METHOD,),
            )  # fmt: skip


def registered(module: Module, values: Values) -> Iterator[Use]:
    """The interceptors that the file registers, in their order; what one demands stands in its class."""
    if b"addInterceptor" not in module.source:
        return
    order = 0
    for cls, path in classes(module):
        for method in cls.methods:
            if b"addInterceptor" not in module.source[method.body_start : method.body_end]:
                continue
            for guard in _guards(method, cls, path, module, values):
                yield Use(EVERYWHERE, guard, order)
                order += 1


def _guards(method: FunctionNode, cls: ClassNode, path: str, module: Module, values: Values) -> Iterator[Guard]:
    current: Guard | None = None
    for made in calls_of(method):
        call = made.call
        if call.name == "addInterceptor" and call.args:
            if current is not None:
                yield current
            current = _registered(call.args[0], method, cls, where(module, call), conditional=made.conditional)
        elif current is not None and call.name in {"addPathPatterns", "excludePathPatterns"}:
            current = _limited(current, call, path, values, conditional=made.conditional)
    if current is not None:
        yield current


def _registered(value: AnyExpr, method: FunctionNode, cls: ClassNode, at: Where, *, conditional: bool) -> Guard:
    name = _type_of(value, method, cls)
    said = " ".join(
        dotted(part.func) if isinstance(part, Call) else part.id
        for part in walk(value)
        if isinstance(part, Call | Name)
    )
    doubtful = name in _SA_TOKEN or LIKE_AUTH.search(f"{name} {said}") is not None
    return Guard(
        INTERCEPTOR, GuardKind.UNKNOWN if doubtful else GuardKind.OTHER, Level.APP, at, Ref(name) if name else None,
        conditional=conditional, matcher=_EVERYWHERE,
    )  # fmt: skip


def _limited(guard: Guard, call: Call, path: str, values: Values, *, conditional: bool) -> Guard:
    """The guard with the patterns of one call; those that cannot be read may be any."""
    read = patterns_of(call, path, values)
    unsure = guard.conditional or conditional or read is None or bool(read.maybe)
    patterns = read.patterns if read is not None else ()
    within, outside = guard.within, guard.outside
    if call.name == "addPathPatterns":
        within += patterns if read is not None else (_EVERYWHERE,)
    else:
        outside += patterns
    return Guard(
        guard.name, guard.kind, guard.level, guard.where, guard.symbol, conditional=unsure, matcher=guard.matcher,
        within=within, outside=outside,
    )  # fmt: skip


def _type_of(value: AnyExpr, method: FunctionNode, cls: ClassNode) -> str:
    """The class of an interceptor that is made here, or held in a variable, field or parameter, or by a method."""
    match value:
        case Call(new=True):
            return dotted(value.func)
        case Call() if value.receiver is None:
            maker = next((m for m in cls.methods if m.name == value.name), None)
            made = [s.value for s in maker.body if isinstance(s, Return)] if maker is not None else []
            if len(made) == 1 and isinstance(made[0], Call) and made[0].new:
                return dotted(made[0].func)
            return dotted(maker.returns) if maker is not None else ""
        case Name(id=name) | Member(name=name):
            for statement in method.body:
                if isinstance(statement, Assign) and any(dotted(t) == name for t in statement.targets):
                    made_here = statement.value
                    if isinstance(made_here, Call) and made_here.new:
                        return dotted(made_here.func)
                    return dotted(statement.type)
            held = next((p.type for p in method.params if p.name == name), None)
            return dotted(held or next((f.type for f in cls.fields if f.name == name), None))
        case _:
            return ""

"""The class whose rows a statement of SQLAlchemy asks for: by its name, or as the class that the code stands in."""

from typing import Final

from persona_lsp.flow.vocabulary import Scope
from persona_lsp.libraries.python_values import last_name
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, dotted

_BASES: Final = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass"})
_MAPPED: Final = frozenset({"Column", "mapped_column", "relationship", "Relationship"})


def is_own_class(expr: AnyExpr) -> bool:
    """`cls`, `self.__class__`, and the `self` of `type(self)`."""
    if isinstance(expr, Member):
        return expr.name == "__class__" and dotted(expr.base) == "self"
    return isinstance(expr, Name) and expr.id in ("cls", "self")


def own_model(scope: Scope) -> str:
    """The class around, if it stands for rows itself; a base class stands for those of the classes that extend it."""
    cls = scope.cls
    if cls is None or not scope.function.params or scope.function.params[0].name not in ("cls", "self"):
        return ""
    if any(f.name == "__abstract__" for f in cls.fields) or any(last_name(b) in _BASES for b in cls.bases):
        return ""
    table = any(k.name == "table" for k in cls.base_kwargs)
    mapped = any(
        f.name == "__tablename__" or (isinstance(f.value, Call) and f.value.name in _MAPPED) for f in cls.fields
    )
    return cls.name if table or mapped else ""


def model_of(expr: AnyExpr, scope: Scope) -> str:
    """The model that an expression among the selected ones names, "" if nobody can tell."""
    if is_own_class(expr):
        return own_model(scope)
    if isinstance(expr, Member) and is_own_class(expr.base):
        # `cls.id` is a column of the class; `self.model` is whatever the instance was given.
        return "" if dotted(expr.base) == "self" else own_model(scope)
    match expr:
        case Name(id=name):
            return name
        case Member(base=Name(id=base), name=name):
            return base if base[:1].isupper() else name if name[:1].isupper() else base
        case Member(name=name, base=Member(name=owner)):
            return owner if owner[:1].isupper() else name
        case _:
            return ""

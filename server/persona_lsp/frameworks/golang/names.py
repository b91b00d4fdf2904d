"""What the names of a Go file are to other files, and which framework a router's type belongs to."""

from typing import Final

from persona_lsp.frameworks.golang.dialects import NET_HTTP, Dialect, imported
from persona_lsp.frameworks.golang.found import Found
from persona_lsp.frameworks.golang.values import Env, Given, Routes, Typed
from persona_lsp.syntax.ir import AnyExpr, Call, ClassDef, Def, Index, Member, Module, Name, Node, dotted

_DEEP: Final = 24
_VERBS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})


class Naming:
    """The state of reading one file, and the names in it."""

    def __init__(self, module: Module) -> None:
        """Prepare to read the file."""
        self.module = module
        self.dialects = imported(module)
        self.found = Found(module, {i.local: i.module for i in module.imports if i.local})
        self.functions = {
            (f"{s.function.owner}." if s.function.owner else "") + s.function.name: s.function
            for s in module.body if isinstance(s, Def)
        }  # fmt: skip
        others = [d for d in self.dialects.values() if d is not NET_HTTP]
        self.only = others[0] if len(others) == 1 else NET_HTTP if not others else None
        """What an unknown router of this file most likely is."""
        self.local = frozenset(
            s.cls.name for s in module.body
            if isinstance(s, ClassDef) and _VERBS.issubset({m.name.upper() for m in s.cls.methods})
        )  # fmt: skip
        """Interfaces of the file that are routers: generated code asks for no more than it needs."""
        self.depth = 0
        self.owner = ""
        self.label = ""
        self.returned: list[str] = []
        self.gives = ""
        """The type of what the function returns that is read just now."""
        self.entry: Node | None = None
        """The entry of a table that is registered just now."""
        self.embedding: dict[str, str] = {}
        """Types that have a router's methods because they embed one: the symbol of that router."""
        self.effect: Call | None = None
        """The call that stands as a statement of its own."""

    def dialect_of(self, kind: AnyExpr | None) -> Dialect | None:
        """The framework whose router the type is."""
        name = kind.id if isinstance(kind, Name) else ""
        package, _, last = name.partition(".")
        if name in self.local:
            return self.only
        dialect = self.dialects.get(package) if last else None
        return dialect if dialect is not None and last in dialect.types else None

    def name_of(self, expr: AnyExpr | None, env: Env) -> str:
        """The name by which other files may know a function or value: `Server.router`, `users.New().List`; "" unknown."""
        match expr:
            case Name(id=name):
                value = env.find(name)
                if value is None:
                    return name
                if isinstance(value, Typed):
                    return value.name
                if isinstance(value, Given) and isinstance(value.expr, Name | Member) and value.expr is not expr:
                    return self.name_of(value.expr, Env("")) if self.depth < _DEEP else ""
                return value.symbol if isinstance(value, Routes) else ""
            case Member(base=base, name=name):
                owner = self.name_of(base, env)
                return f"{owner}.{name}" if owner else ""
            case Call(new=True, func=func):
                return dotted(func)
            case Call(func=func):
                made = self.name_of(func, env)
                return f"{made}()" if made else ""
            case Index(base=base):
                return "" if isinstance(base, Name | Member | Call) else self.name_of(base, env)
            case _:
                return ""

    def framework(self, value: Routes) -> str:
        """The framework of a router, as far as this file tells."""
        return (value.dialect or self.only or NET_HTTP).id

    def is_package(self, value: Member) -> bool:
        return isinstance(value.base, Name) and value.base.id in self.found.packages

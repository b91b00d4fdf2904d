"""What failures of Rust are turned into: `impl From<RepoError> for AppError`, which `?` calls."""

from collections.abc import Iterator

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.facts.place import Where
from persona_lsp.flow.rust.names import RustFile, last_name
from persona_lsp.flow.rust.words import arms
from persona_lsp.syntax.ir import AnyExpr, Call, ClassDef, Index, Member, Raise, Return, Stmt, dotted


def conversions(file: RustFile) -> Iterator[ErrorHandler]:
    """Each kind of failure that the file turns into another one."""
    module = file.module
    if b"From<" not in module.source:
        return
    for statement in module.body:
        cls = statement.cls if isinstance(statement, ClassDef) and statement.cls.kind == "impl" else None
        source = next((found for base in cls.bases if (found := _source(base))), "") if cls is not None else ""
        if cls is None or not source:
            continue
        for method in cls.methods:
            if method.name != "from":
                continue
            where = Where(module.path, method.start, method.end)
            told = False
            for patterns, body in arms(method.body):
                made = _made(body[-1], cls.name) if body else ""
                for pattern in patterns if made else ():
                    variant = dotted(pattern.func if isinstance(pattern, Call) else pattern).rpartition(".")[2]
                    told = True
                    if variant and variant != "_":
                        yield ErrorHandler(f"{source}.{variant}", where, becomes=made)
            if not told and method.body and (made := _made(method.body[-1], cls.name)):
                yield ErrorHandler(f"{source}.*", where, becomes=made)


def _source(base: AnyExpr) -> str:
    """The type of which the trait makes another one."""
    if isinstance(base, Index) and last_name(base.base) == "From" and len(base.keys) == 1:
        return last_name(base.keys[0])
    return ""


def _made(value: Stmt | AnyExpr, owner: str) -> str:
    """The variant that a value is: `Self::NotFound`, `AppError::NotFound(e)`."""
    if isinstance(value, Return | Raise):
        return _made(value.value, owner) if value.value is not None else ""
    func = value.func if isinstance(value, Call) else value
    if not isinstance(func, Member):
        return ""
    kind = last_name(func.base)
    return f"{owner if kind == 'Self' else kind}.{func.name}" if kind[:1].isupper() and func.name[:1].isupper() else ""

"""gRPC in Go: methods of a type that embeds the server that was made of a `.proto` file.

The type may stand in another file of the package than its methods: which service it is, is told when files are linked.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.flow.receiving import Received, Receiver, name_of, received
from persona_lsp.syntax.ir import Def, FunctionNode, Module, dotted

_ID: Final = "grpc-go"


def _extract(module: Module) -> Iterator[Received]:
    if module.path.endswith((".pb.go", "_grpc.pb.go")):
        return
    for statement in module.body:
        function = statement.function if isinstance(statement, Def) else None
        if function is None or not function.owner or not function.name[:1].isupper() or not _is_like(function, module):
            continue
        key = f"{function.owner}.{function.name}"
        one = received("grpc", f"/{function.name}", _ID, name_of(function, module), key=key)
        yield replace(one, route=replace(one.route, needs=f"{function.owner} service"))


def _is_like(function: FunctionNode, module: Module) -> bool:
    """`(ctx context.Context, in *pb.Request) (*pb.Response, error)`, or a stream that is sent to or received from."""
    params = [p for p in function.params if p.kind != "self"]
    returns = module.text(function.returns) if function.returns is not None else ""
    if len(params) == 2 and dotted(params[0].type) == "context.Context":
        return returns.startswith("(*") and returns.endswith(", error)") and returns.count(",") == 1
    last = params[-1].type if params else None
    text = module.text(last) if last is not None else ""
    return (
        len(params) in (1, 2) and returns == "error" and (("_" in text and text.endswith("Server")) or "grpc." in text)
    )


RECEIVER: Final = Receiver(
    id=_ID,
    title="gRPC for Go",
    kinds=("grpc",),
    languages=("go",),
    signs=(b", error) {", b"Server) error"),
    extract=_extract,
    packages=("google.golang.org/grpc",),
)

"""gRPC in Python: classes that extend the servicer that was made of a `.proto` file."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.receiving import Received, Receiver, method_keys, name_of, received
from persona_lsp.syntax.ir import Module, dotted

_ID: Final = "grpc"
_BASE: Final = "Servicer"


def _extract(module: Module) -> Iterator[Received]:
    if module.path.endswith("_pb2_grpc.py"):
        return
    for cls in module.classes():
        base = next((name for b in cls.bases if (name := dotted(b)).endswith(_BASE)), "")
        service = base.rpartition(".")[2].removesuffix(_BASE)
        if not service:
            continue
        for method, key in method_keys(cls):
            # A procedure is given itself, the request or requests, and the context.
            if len(method.params) == 3 and method.name[:1].isupper() and "static" not in method.modifiers:
                yield received("grpc", f"{service}/{method.name}", _ID, name_of(method, module), key=key)


RECEIVER: Final = Receiver(
    id="grpcio",
    title="gRPC for Python",
    kinds=("grpc",),
    languages=("python",),
    signs=(b"Servicer)", b"Servicer,"),
    extract=_extract,
    packages=("grpcio",),
)

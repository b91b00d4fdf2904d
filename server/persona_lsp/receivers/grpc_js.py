"""gRPC in JavaScript: `server.addService(proto.OrdersService.service, { get: handler })`."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.names import file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, place
from persona_lsp.syntax.ir import AnyExpr, Lambda, Member, Module, Name, Object, dotted

_ID: Final = "grpc-js"


def _extract(module: Module) -> Iterator[Received]:
    names = file_names(module)
    for call, _ in calls(module, b".addService("):
        if call.name != "addService" or len(call.args) < 2:
            continue
        service, held = _service(call.args[0]), call.args[1]
        if isinstance(held, Name):
            held = names.values.get(held.id, held)
        for entry in held.entries if service and isinstance(held, Object) else ():
            if entry.name and isinstance(entry.value, Lambda | Name | Member):
                name = f"{service}/{entry.name[:1].upper()}{entry.name[1:]}"
                at = place(entry.key or entry, module)
                yield given(entry.value, "grpc", name, _ID, at, statement=place(entry, module))


def _service(expr: AnyExpr) -> str:
    """`proto.shop.Orders.service`, or `OrdersService` as code that was made of the `.proto` file calls it."""
    path = dotted(expr).split(".")
    if len(path) > 1 and path[-1] == "service":
        return path[-2]
    last = path[-1]
    return last.removesuffix("Service") if last[:1].isupper() and last.endswith("Service") else ""


RECEIVER: Final = Receiver(
    id=_ID,
    title="gRPC for Node.js",
    kinds=("grpc",),
    languages=("javascript", "typescript", "tsx"),
    signs=(b".addService(",),
    extract=_extract,
    packages=("@grpc/grpc-js",),
)

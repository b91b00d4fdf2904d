"""Linking: the facts of all files become endpoints with full paths, handlers, guards and statuses."""

from collections.abc import Mapping, Sequence

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, FileFacts
from persona_lsp.workspace import calls, classes
from persona_lsp.workspace.constants import exists
from persona_lsp.workspace.errors import answering
from persona_lsp.workspace.front_end import front_end
from persona_lsp.workspace.linking.endpoints import endpoints_of, implemented_by, inherited_by
from persona_lsp.workspace.linking.exchange import exchanged_in
from persona_lsp.workspace.linking.manners import manner_of
from persona_lsp.workspace.linking.order import positioned
from persona_lsp.workspace.linking.overridden import without_overridden
from persona_lsp.workspace.linking.reach import files_of, shown_in
from persona_lsp.workspace.linking.world import World, world_of
from persona_lsp.workspace.names import (
    names,
)
from persona_lsp.workspace.snapshot import Endpoint, Snapshot
from persona_lsp.workspace.views import api_roots


def link(files: Mapping[str, FileFacts], previous: Snapshot | None = None) -> Snapshot:
    """Link all files. `previous` is the snapshot before: what only changed inside functions is exchanged in place."""
    if previous is not None:
        quick = exchanged_in(files, previous)
        if quick is not None:
            return quick
    all_names = names(files, previous.indexes if previous is not None else None)
    world = world_of(files, all_names)
    endpoints: list[Endpoint] = []
    for path, facts in files.items():
        for route in facts.routes:
            if not route.named and (route.unless or route.needs) and not exists(all_names, path, route):
                continue
            for one in classes.served(all_names, path, route) if route.class_view else (route,):
                endpoints.extend(endpoints_of(world, path, facts, one))
        for route in api_roots(all_names, path, facts.mounts):
            endpoints.extend(endpoints_of(world, path, facts, route))
        if facts.routers:
            endpoints.extend(inherited_by(world, path, facts))
            endpoints.extend(implemented_by(world, path, facts))
    endpoints = positioned(without_overridden(world, files, endpoints))
    return _snapshot(files, endpoints, world)


def _snapshot(files: Mapping[str, FileFacts], endpoints: Sequence[Endpoint], world: World) -> Snapshot:
    by_file: dict[str, list[Endpoint]] = {}
    handlers: dict[tuple[str, str], list[Endpoint]] = {}
    reached: dict[str, list[int]] = {}
    for number, endpoint in enumerate(endpoints):
        for path in files_of(endpoint):
            reached.setdefault(path, []).append(number)
        for path in shown_in(endpoint):
            by_file.setdefault(path, []).append(endpoint)
        if endpoint.handler is not None:
            handlers.setdefault((endpoint.handler.path, endpoint.handler.key), []).append(endpoint)
    classes: dict[str, list[ClassFacts]] = {}
    functions: dict[str, list[Function]] = {}
    for facts in files.values():
        for cls in (c for c in facts.classes if c.kind != "alias"):
            classes.setdefault(cls.name.rsplit(".", 1)[-1], []).append(cls)
        for function in facts.functions:
            functions.setdefault(function.name, []).append(function)
    in_transaction = calls.transactional(world.calls)
    browsers = front_end(files)
    return Snapshot(
        files=files, endpoints=tuple(endpoints),
        by_file={k: tuple(v) for k, v in by_file.items()},
        handlers={k: tuple(v) for k, v in handlers.items()},
        versions=world.versions.known, classes={k: tuple(v) for k, v in classes.items()},
        functions={k: tuple(v) for k, v in functions.items()},
        transactional=frozenset().union(*in_transaction.values()), sole_status=world.sole_status,
        settings=world.names.properties, front_end=browsers, sessions=_sessions(files, browsers), outline=object(),
        reached={k: tuple(v) for k, v in reached.items()}, answering=answering(world.names), in_transaction=in_transaction,
        indexes=world.names.files, project=world.calls,
    )  # fmt: skip


def _sessions(files: Mapping[str, FileFacts], browsers: frozenset[str]) -> frozenset[str]:
    """How the frameworks that are in use keep callers in a session."""
    used = {
        f for path, facts in files.items() if facts.role == "prod" and path not in browsers for f in facts.frameworks
    }
    return frozenset(manner_of(framework).sessions for framework in used) - {""}

"""What linking reads of a file, without positions: as long as it is the same, functions can be exchanged."""

from collections.abc import Iterator

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import Guard, Made
from persona_lsp.workspace.linking.manners import manner_of
from persona_lsp.workspace.views import guards_of_view, outline_of_view
from persona_lsp.workspace.wrappers import guards_of, wrapped_by


def same_outside(old: FileFacts, new: FileFacts) -> bool:
    """Nothing but the inside of functions and positions changed."""
    if [f.key for f in old.functions] != [f.key for f in new.functions]:
        return False
    if len(old.routes) != len(new.routes) or len(old.classes) != len(new.classes):
        return False
    return _outline(old) == _outline(new)


def _outline(facts: FileFacts) -> object:
    """What linking reads of a file, without positions."""
    return (
        facts.role, facts.package, facts.versions, facts.config, facts.module_paths, facts.aliases,
        tuple((i.local, i.module, i.name) for i in facts.imports), facts.exports,
        tuple((c.name, c.value, c.items) for c in facts.constants),
        tuple((c.name, c.bases, c.status, c.kind, c.methods, c.annotations, tuple(_placeless(g) for g in c.guards)) for c in facts.classes),
        tuple((r.symbol, r.kind, r.prefixes, r.inherits, r.merge_params, r.conditional, r.abstract, r.inherits_prefix, r.copies, r.parameter, r.settings, r.given, tuple(_placeless(g) for g in r.guards)) for r in facts.routers),
        tuple((m.parent, m.child, m.prefix, m.order, m.conditional, m.variants, m.modules, m.argument, m.given, m.named, m.replaces_prefix, m.otherwise, tuple(_placeless(g) for g in m.guards)) for m in facts.mounts),
        tuple((u.router, u.order, u.rank, u.prefix, _placeless(u.guard)) for u in facts.uses),
        tuple((r.methods, r.path, r.router, r.handler, r.handler_key, r.order, r.dependencies, r.variants, r.class_view, _told(r.made), tuple(_placeless(g) for g in r.guards)) for r in facts.routes),
        tuple((f.key, wrapped_by(f)) for f in facts.functions if facts.language == "go"),
        tuple((e.exception, e.status, e.becomes) for e in facts.error_handlers),
        tuple(outline_of_view(v) + tuple(_placeless(g) for g in guards_of_view(v)) for v in facts.views), facts.registries,
        tuple((f.key, f.decorators, tuple((p.name, p.type, p.default) for p in f.params)) for f in facts.functions) if any(manner_of(f).functions_register for f in facts.frameworks) else (),
    )  # fmt: skip


def _placeless(guard: Guard) -> object:
    return (
        guard.name,
        guard.kind,
        guard.level,
        guard.symbol,
        guard.source,
        guard.optional,
        guard.allows_all,
        guard.only,
        guard.except_,
        guard.matcher,
        guard.methods,
        guard.within,
        guard.outside,
        guard.conditional,
        guard.skips,
        guard.handed,
    )


def _told(made: Made | None) -> object:
    """What a handler is put together of; what its guards are follows from the names."""
    if made is None or made.given is None:
        return made.name if made is not None else None
    return made.name, tuple(_told(inner) for inner in made.given)


def guards_declared(facts: FileFacts) -> Iterator[Guard]:
    """Every guard that a file declares, in the same order as long as the file keeps its outline."""
    for use in facts.uses:
        yield use.guard
    for group in (facts.classes, facts.routers, facts.mounts, facts.routes):
        for item in group:
            yield from item.guards
    for route in facts.routes:
        yield from guards_of(route.made)
    for view in facts.views:
        yield from guards_of_view(view)

"""Whether what looks like a query asks the database: `Theme.find` of a class of the project that is no model does not."""

from itertools import takewhile
from typing import Final

from persona_lsp.facts.body import Op, Query
from persona_lsp.facts.code import ClassFacts
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.workspace.snapshot import Snapshot

_RECORDS: Final = "activerecord"
_EMBEDDED: Final = "embedded"
_READS: Final = frozenset({Op.SELECT, Op.COUNT})
_HOPS: Final = 8
_COLLECTIONS: Final = frozenset(
    """Map HashMap LinkedHashMap TreeMap ConcurrentHashMap ConcurrentMap List ArrayList LinkedList Set HashSet
    LinkedHashSet CopyOnWriteArrayList Collection ConcurrentLinkedQueue Deque""".split()
)
_PLAIN_FIELDS: Final = frozenset(
    """Logger Log String int long boolean Integer Long Boolean AtomicLong AtomicInteger Lock ReentrantLock
    ReadWriteLock ReentrantReadWriteLock Object Random Clock""".split()
)
_PLAIN: Final = frozenset(
    """Object BasicObject Struct OpenStruct Data Delegator SimpleDelegator Hash Array Set String Module Comparable
    Enumerable Singleton Forwardable Kernel Observable ApplicationController ApplicationJob ApplicationMailer
    ActiveJob.Base ActionMailer.Base ActionController.Base ActionController.API""".split()
)
_PLAIN_SCOPES: Final = frozenset(
    {"ActiveModel", "ActiveSupport", "ActiveHash", "ActiveYaml", "ActiveJSON", "ActiveFile", "Dry"}
)
"""Libraries whose classes and modules hold no connection to a database."""
_ANYBODY: Final = frozenset({"find", "create", "create!", "insert", "update", "delete", "destroy"})
"""Words of ActiveRecord that classes of other libraries have as well."""
_OF_LISTS: Final = frozenset({"first", "last", "take", "count", "any?", "none?", "size", "empty?", "sum"})
"""Words that lists have: without a filter before them, nobody can tell what is asked."""
_STORED: Final = frozenset(
    """ActiveRecord ActiveStorage ActionText ActionMailbox ActsAsTaggableOn ActsAsVotable Ahoy Alchemy Audited Blazer
    Comfy Decidim Delayed Doorkeeper Flipper FriendlyId GoodJob Mailboxer Mobility Noticed PaperTrail Pay PgSearch
    Refinery Rpush Solidus SolidQueue Spree Thredded Workarea""".split()
)
"""Libraries that bring models along."""


def asks_database(query: Query, snapshot: Snapshot) -> bool:
    """False if the class that is asked is one of the project's, and known to be no model, or its rows are there already."""
    if query.store and query.store in _in_memory(snapshot):
        return False
    if query.library != _RECORDS:
        return True
    if _is_embedded(query, snapshot):
        return False
    names = list(takewhile(lambda part: part[:1].isupper(), query.api.split(".")))
    if not names:
        return True
    found = _declared(".".join(names), snapshot)
    if not found:
        return not _is_of_library(names, query)
    # A class in a module need not be the one that goes by the same name elsewhere.
    return any("." in one.name for one in found if len(names) == 1) or not all(
        _is_plain(one, snapshot, 0) for one in found
    )


@per_snapshot
def _in_memory(snapshot: Snapshot) -> frozenset[str]:
    """Types of Java called repositories whose objects hold their rows in lists and maps of their own, and nothing else."""
    found = {
        name
        for name, classes in snapshot.classes.items()
        if all(cls.where.path.endswith(".java") and not cls.abstract and _holds_rows(cls) for cls in classes)
    }
    implementing: dict[str, set[str]] = {}
    for name, classes in snapshot.classes.items():
        for cls in classes:
            for base in cls.bases:
                implementing.setdefault(base.name.rpartition(".")[2], set()).add(name)
    # An interface of the project is kept so if all that implements it is.
    plain = {name for name, others in implementing.items() if others <= found and name in snapshot.classes}
    return frozenset(found | {name for name in plain if not any(cls.bases for cls in snapshot.classes[name])})


def _holds_rows(cls: ClassFacts) -> bool:
    types = {field.type.partition("<")[0].rpartition(".")[2] for field in cls.fields}
    return bool(types & _COLLECTIONS) and types <= _COLLECTIONS | _PLAIN_FIELDS


def _declared(name: str, snapshot: Snapshot) -> list[ClassFacts]:
    """Each place of Ruby where a class of that name is opened, whatever module it stands in."""
    return [
        one
        for one in snapshot.classes.get(name.rpartition(".")[2], ())
        if one.where.path.endswith(".rb") and f".{one.name}".endswith(f".{name}")
    ]


def _is_of_library(names: list[str], query: Query) -> bool:
    """`Rouge::Lexer.find(name)`: a class in a module, both not the project's, is asked with a word of anybody's."""
    if len(names) < 2 or names[0] in _STORED:
        return False
    word = query.api.rpartition(".")[2]
    return word in _ANYBODY or (word in _OF_LISTS and not query.keys)


def _is_embedded(query: Query, snapshot: Snapshot) -> bool:
    """It reads rows that stand in a document which was read before: `order.items.find(id)` after `embeds_many :items`."""
    embedded, others = _associations(snapshot)
    if not embedded or query.op not in _READS:
        return False
    asked = [name for name in query.api.split(".")[1:-1] if name in embedded or name in others]
    return bool(asked) and asked[-1] in embedded - others


@per_snapshot
def _associations(snapshot: Snapshot) -> tuple[frozenset[str], frozenset[str]]:
    """The associations of all models of Ruby: those whose rows are embedded, and the others."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for facts in snapshot.files.values():
        for cls in facts.classes if facts.language == "ruby" else ():
            for one in cls.fields:
                if one.relation:
                    found[one.relation == _EMBEDDED].add(one.name)
    return frozenset(found[True]), frozenset(found[False])


def _is_plain(cls: ClassFacts, snapshot: Snapshot, depth: int) -> bool:
    """All that it descends from and includes is known, and none of it is a model."""
    # What stands in the class itself is a part of it.
    bases = [base.name for base in cls.bases if not base.name.startswith(f"{cls.name}.")]
    return cls.kind != "entity" and depth < _HOPS and all(_is_plain_base(name, snapshot, depth) for name in bases)


def _is_plain_base(name: str, snapshot: Snapshot, depth: int) -> bool:
    if name in _PLAIN or name.partition(".")[0] in _PLAIN_SCOPES or name.endswith(("Error", "Exception")):
        return True
    found = _declared(name, snapshot)
    return bool(found) and all(_is_plain(one, snapshot, depth + 1) for one in found)

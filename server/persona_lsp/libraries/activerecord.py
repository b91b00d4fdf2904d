"""ActiveRecord: relations and their laziness, finders, writes, transactions, SQL fragments and raw SQL; and the pg gem."""

import re
from typing import Final

from persona_lsp.facts.body import Op
from persona_lsp.flow.vocabulary import Library, Meaning, QueryMeaning, Scope, TxMeaning
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    ClassNode,
    Const,
    Do,
    FunctionNode,
    Items,
    Member,
    Name,
    Object,
    Return,
    Stmt,
    Str,
    dotted,
)
from persona_lsp.syntax.sql import assigned_columns
from persona_lsp.text.patterns import lazy

_LAZY: Final = frozenset(
    {
        "all", "where", "rewhere", "order", "reorder", "joins", "left_joins", "left_outer_joins", "includes", "preload",
        "eager_load", "references", "group", "having", "select", "distinct", "limit", "offset", "unscoped", "unscope",
        "not", "or", "and", "merge", "from", "none", "lock", "readonly", "extending", "in_order_of", "reverse_order",
        "page", "per", "paginate", "missing", "associated", "regroup", "reselect", "with", "strict_loading", "excluding",
        "without", "ransack", "result", "accessible_by", "policy_scope", "load", "load_async", "to_a", "reload", "for_update",
    }
)  # fmt: skip
"""Words after which the chain is still a collection."""
_RELATIONAL: Final = frozenset(
    {
        "where", "rewhere", "reorder", "joins", "left_joins", "left_outer_joins", "includes", "preload", "eager_load",
        "having", "unscoped", "unscope", "in_order_of", "find_by", "find_by!", "find_or_create_by",
        "find_or_create_by!", "find_or_initialize_by", "create_or_find_by", "create_or_find_by!", "find_sole_by", "pluck",
        "update_all", "delete_all", "destroy_all", "delete_by", "destroy_by", "insert_all", "insert_all!", "upsert_all",
        "find_each", "find_in_batches", "in_batches", "first!", "last!", "take!", "find_by_sql", "count_by_sql", "touch_all",
        "exists?", "order", "limit", "offset", "create!", "ids", "second!", "third!", "pick", "first_or_create",
        "first_or_create!", "first_or_initialize", "update_counters", "increment_counter", "decrement_counter",
    }
)  # fmt: skip
"""Words that hardly anything but ActiveRecord has."""
_NEEDS_ARGUMENTS: Final = frozenset({"order", "limit", "offset", "having", "includes", "joins", "preload", "reorder"})
"""Words of relations that are names of attributes as well."""
_ALSO_OF_LISTS: Final = frozenset({"pluck", "pick"})
_ONE_OR_NONE: Final = frozenset({"find_by", "first", "last", "take", "second", "third", "pick", "forty_two"})
_ONE_OR_RAISE: Final = frozenset(
    {"find", "find_by!", "first!", "last!", "take!", "sole", "find_sole_by", "second!", "third!"}
)
_ALWAYS_ONE: Final = frozenset({"find_or_initialize_by", "first_or_initialize"})
_SCOPED: Final = frozenset({"policy_scope", "authorized_scope"})
"""Functions that give what they are given, without what the caller may not see."""
_MAKES: Final = frozenset({"create", "create!", "insert", "insert!", "insert_all", "insert_all!"})
_ENSURES: Final = frozenset(
    {
        "find_or_create_by", "find_or_create_by!", "create_or_find_by", "create_or_find_by!", "upsert", "upsert_all",
        "first_or_create", "first_or_create!",
    }
)  # fmt: skip
_BULK: Final = {
    "update_all": Op.UPDATE, "delete_all": Op.DELETE, "destroy_all": Op.DELETE, "delete_by": Op.DELETE,
    "destroy_by": Op.DELETE, "touch_all": Op.UPDATE, "update_counters": Op.UPDATE, "increment_counter": Op.UPDATE,
    "decrement_counter": Op.UPDATE,
}  # fmt: skip
_AGGREGATES: Final = frozenset(
    {"count", "sum", "average", "minimum", "maximum", "exists?", "any?", "none?", "many?", "size", "empty?", "count_by_sql", "calculate"}
)  # fmt: skip
_COLLECTIONS: Final = frozenset({"pluck", "ids", "find_by_sql"})
_RECORD: Final = {
    "save": Op.UPSERT, "save!": Op.UPSERT, "update": Op.UPDATE, "update!": Op.UPDATE, "update_attributes": Op.UPDATE,
    "update_attributes!": Op.UPDATE, "update_attribute": Op.UPDATE, "update_column": Op.UPDATE,
    "update_columns": Op.UPDATE, "destroy": Op.DELETE, "destroy!": Op.DELETE, "delete": Op.DELETE, "touch": Op.UPDATE,
    "increment!": Op.UPDATE, "decrement!": Op.UPDATE, "toggle!": Op.UPDATE, "soft_delete": Op.UPDATE,
    "really_destroy!": Op.DELETE,
}  # fmt: skip
_BATCHES: Final = frozenset({"find_each", "find_in_batches", "in_batches"})
_SQL_FRAGMENTS: Final = frozenset(
    {
        "where", "rewhere", "not", "having", "order", "reorder", "group", "joins", "left_joins", "from", "select", "pluck",
        "lock", "exists?", "find_by", "find_by!", "update_all", "delete_by", "destroy_by", "calculate", "sum", "count",
        "average", "minimum", "maximum", "pick", "reselect", "left_outer_joins",
    }
)  # fmt: skip
_RAW: Final = {
    "execute": Op.UNKNOWN, "exec_query": Op.UNKNOWN, "select_all": Op.SELECT, "select_rows": Op.SELECT,
    "select_value": Op.SELECT, "select_values": Op.SELECT, "select_one": Op.SELECT, "exec_update": Op.UPDATE,
    "exec_delete": Op.DELETE, "exec_insert": Op.INSERT, "insert": Op.INSERT, "update": Op.UPDATE, "delete": Op.DELETE,
    "query": Op.UNKNOWN, "query_value": Op.SELECT, "query_values": Op.SELECT, "internal_exec_query": Op.UNKNOWN,
}  # fmt: skip
_ENUMERABLE: Final = frozenset(
    {
        "map", "each", "each_with_index", "each_with_object", "collect", "flat_map", "reject", "filter_map", "inject",
        "reduce", "group_by", "sort_by", "index_by", "index_with", "partition", "min_by", "max_by", "zip", "to_set",
        "as_json", "to_json", "inspect", "present?", "blank?", "presence", "nil?", "is_a?", "try", "then", "tap", "uniq",
        "compact", "flatten", "include?", "to_h", "each_slice", "join", "length", "reverse", "to_sql", "explain",
        "cache_key", "cache_key_with_version", "errors", "to_param", "attributes", "valid?", "persisted?", "new_record?",
        "class", "send", "public_send", "id", "dup", "freeze", "filter", "detect", "sum", "all?", "tally", "entries", "decorate",
        "new", "build", "model", "klass", "arel", "cache", "respond_to?", "in_groups_of", "each_entry", "total_pages",
        "total_count", "current_page", "next_page", "prev_page", "total_entries", "last_page?", "first_page?", "table_name",
        "arel_table", "connection", "columns", "column_names", "primary_key", "name", "human_attribute_name", "model_name",
        "lines", "split", "strip", "quoted_table_name", "reset_column_information", "transaction", "with_lock", "delay", "perform_later",
    }
)  # fmt: skip
"""What ends or leaves a chain without asking the database by itself."""
_PLAIN: Final = frozenset(
    {
        "File", "Dir", "Find", "FileUtils", "IO", "Hash", "Set", "Array", "Struct", "OpenStruct", "Time", "Date", "DateTime", "JSON",
        "YAML", "CSV", "Rails", "I18n", "ENV", "Redis", "Net", "HTTP", "HTTParty", "Faraday", "RestClient", "Stripe", "Aws",
        "AWS", "S3", "Sidekiq", "Resque", "Elasticsearch", "Kafka", "Process", "Thread", "Mutex", "Logger", "URI", "Regexp",
        "String", "Integer", "Float", "SecureRandom", "Digest", "OpenSSL", "JWT", "ActionController", "ActiveSupport",
        "ActionMailer", "ActiveJob", "Concurrent", "Google", "Twilio", "Braintree", "PayPal", "Kernel", "Object", "Class",
        "Module", "Math", "Random", "Benchmark", "Zip", "Nokogiri", "Pathname", "Tempfile", "StringIO", "Base64", "Typhoeus",
        "Excon", "Warden", "Devise", "Doorkeeper", "Pundit", "Current", "RequestStore", "Flipper", "Sentry", "Honeybadger",
        "Rollbar", "Bugsnag", "NewRelic", "StatsD", "Prometheus", "GraphQL", "Rack", "ActionDispatch", "ERB", "Mustache",
        "ObjectSpace", "GC", "Signal", "Etc", "Socket", "Timecop", "FactoryBot", "RSpec", "ActionCable", "Turbo", "Arel",
        "Gem", "Bundler", "Rake", "Thor", "Mail", "PG", "Mysql2", "SQLite3", "Octokit", "Slack", "Discordrb", "Telegram",
        "Cloudinary", "Fog", "REXML", "Ox", "LibXML", "Psych", "RGeo", "Chewy", "Searchkick", "Algolia", "Ransack", "OAuth", "OAuth2", "Oj", "MultiJson", "Zlib",
        "Money", "WillPaginate", "Kaminari", "Pagy", "Shrine", "Paperclip", "ImageProcessing", "MiniMagick", "Vips", "Prawn", "WickedPdf", "Roo", "Axlsx", "Caxlsx",
    }
)  # fmt: skip
_HELPERS: Final = lazy(
    r"(?:Service|Job|Worker|Mailer|Client|Serializer|Policy|Controller|Helper|Builder|Form|Decorator|Presenter|Error|"
    r"Exception|Validator|Factory|Adapter|Gateway|Parser|Formatter|Notifier|Processor|Handler|Api|API|Sdk|Blueprint|"
    r"Interactor|Operation|Command|Calculator|Generator|Importer|Exporter|Logger|Cache|Config|Settings|Constants|Util|Utils|"
    r"Query|Finder|Repository|Registry|Manager|Store)$"
)  # fmt: skip
_NOT_RECORDS: Final = lazy(
    r"^@{0,2}(?:params|(?:\w+_)?session|cookies|hash|opts?|options|attrs?|attributes|headers?|cache|redis|client|http|https|set|list|array|"
    r"queue|config|configuration|settings|env|flash|request|response|data|json|payload|result|results|memo|acc|store|bucket|"
    r"file|files|io|digest|hmac|sha\d*|cipher|conn|connection|api|service|logger|storage|s3|body|args|kwargs|metadata|query|"
    r"map|keys|values|counts|stack|tree|node|element|doc|document|image|pdf|workbook|sheet|form|index|search|pool|job|scope)$"
)
_MAKES_VALUE: Final = lazy(r"^(?:build|make|parse|generate|compute|calculate|format|render|to)_")
"""Beginnings of methods that make a value out of what they are given."""
_CALLBACKS: Final = frozenset(
    f"{when}_{what}"
    for when in ("before", "around", "after")
    for what in ("validation", "save", "create", "update", "destroy")
)
_SERVICES: Final = frozenset(
    """Stripe Aws AWS Braintree PayPal Twilio Octokit Google HTTParty Faraday RestClient Elasticsearch Redis Cloudinary
    Fog Algolia Telegram Discordrb""".split()
)
"""Libraries whose objects are saved and created elsewhere."""
_SAVES_WITH: Final = frozenset({"validate", "touch", "context", "validation_context"})
_HELD: Final = 3
"""Variables that hold what is made of others."""
_NAMELESS: Final = frozenset({"it", "_1"})
"""The parameter of a block that names none."""
_FINDS_BY: Final = lazy(r"find_by_(?!sql$|\w*_or_)\w+!?")
_CLASS: Final = lazy(r"(?:^|_)(?:class|klass|clazz|model)$")
"""Variables that hold a class: which one, nobody can tell."""
_CONNECTION: Final = lazy(r"(?:^|_)(?:connection|conn)$")
_FIRST_WORD: Final = lazy(r"\s*(?:/\*.*?\*/\s*)*([A-Za-z]+)")
_OPS: Final = {
    "SELECT": Op.SELECT, "WITH": Op.SELECT, "INSERT": Op.INSERT, "UPDATE": Op.UPDATE, "DELETE": Op.DELETE,
    "CREATE": Op.DDL, "ALTER": Op.DDL, "DROP": Op.DDL, "TRUNCATE": Op.DELETE,
}  # fmt: skip
_OF_LOADED: Final = frozenset({"pluck", "pick", "ids", "first", "last", "take"})
"""What an association that is loaded answers without asking."""
_PLURALS: Final = {"data": "datum", "people": "person", "children": "child", "media": "medium", "criteria": "criterion"}
"""Those that Rails knows, and that do not end in `s`."""
_NOT_FOUND: Final = (("ActiveRecord.RecordNotFound", 404),)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """What a call asks of the database."""
    name = call.name
    if name in ("transaction", "with_lock") and call.block is not None:
        return TxMeaning("block")
    raw = _raw_sql(call, scope)
    if raw is not None:
        return raw
    links, root = _chain(call)
    if not links or _is_of_service(root, scope):
        return None
    model = _model(root, scope)
    if model is None and not _associated(links, root, call):
        return _record_write(call, links, root, scope)
    return _asked(call, links, root, model or "", scope)


def _chain(call: Call) -> tuple[list[Call], AnyExpr | None]:
    """The calls of a chain, first one first, and what it begins with: a constant, a variable, or None for `self`."""
    links: list[Call] = []
    node: AnyExpr | None = call
    while isinstance(node, Call) and not node.new:
        if isinstance(node.func, Member):
            links.append(node)
            node = node.func.base
        elif isinstance(node.func, Name):
            if node.func.id in _SCOPED and len(node.args) == 1 and not node.kwargs:
                node = node.args[0]
                continue
            if node.args or node.kwargs or node.block is not None:
                links.append(node)
                node = None
            break
        else:
            break
    links.reverse()
    return links, node


def _is_of_service(root: AnyExpr | None, scope: Scope) -> bool:
    """A variable holds what a library made that is no database's: `customer = Stripe::Customer.create(email: email)`."""
    for _ in range(_HELD):
        made = scope.assigned(root.id) if isinstance(root, Name) and root.id[:1].islower() else None
        if not isinstance(made, Call):
            return False
        _, root = _chain(made)
        first = dotted(root).partition(".")[0] if isinstance(root, Name | Member) else ""
        if first[:1].isupper():
            return first in _SERVICES
    return False


def _model(root: AnyExpr | None, scope: Scope) -> str | None:
    """The class that a chain begins with, if it may be a model."""
    if root is None:
        return _own_class(scope)
    if isinstance(root, Name) and root.id == "self":
        return _own_class(scope)
    if not isinstance(root, Name | Member):
        return None
    name = dotted(root)
    first, last = name.split(".", 1)[0], name.rsplit(".", 1)[-1]
    if not last[:1].isupper() or first in _PLAIN or last.isupper() or _HELPERS.search(last):
        return None
    return name


def _own_class(scope: Scope) -> str | None:
    """In a model, a call without receiver may be a scope or finder of the model itself."""
    cls = scope.cls
    if cls is None or cls.kind != "class":
        return None
    bases = [dotted(b) for b in cls.bases]
    return cls.name if any(b.endswith(("ApplicationRecord", "ActiveRecord.Base")) for b in bases) else None


def _associated(links: list[Call], root: AnyExpr | None, call: Call) -> bool:
    """A chain on a record or relation that asks with words of ActiveRecord."""
    if root is None:
        return False
    asking = [link for n, link in enumerate(links) if link.name in _RELATIONAL and not _is_attribute(links, n)]
    if asking:
        first = asking[0]
        if first.block is not None and first.name in ("order", "limit"):
            return False
        if isinstance(root, Name) and _NOT_RECORDS.match(root.id) and len(links) == 1:
            return first.name in ("where", "find_by", "find_by!", "pluck", "update_all", "includes", "joins")
        return True
    if call.name == "find" and call.block is None and len(call.args) == 1 and not call.kwargs:
        # `current_user.orders.find(id)`; an array would be given a block.
        return len(links) > 1 or isinstance(root, Call)
    if call.args and len(links) > 1 and _FINDS_BY.fullmatch(call.name) and _is_plural(links[-2].name):
        return not links[-2].args  # `shop.orders.find_by_number(number)`
    if call.name in ("create", "insert") and len(links) > 1 and (call.args or call.kwargs):
        named = root.id if isinstance(root, Name) else root.name if isinstance(root, Call) else ""
        return _is_plural(links[-2].name) and not links[-2].args and not _NOT_RECORDS.match(named)
    return False


def _is_attribute(links: list[Call], number: int) -> bool:
    """`line_item.order`: without arguments such a word is what belongs to a record; `t.schema.pluck(..)` is a list's."""
    link = links[number]
    if link.name in _NEEDS_ARGUMENTS:
        return not (link.args or link.kwargs or link.block is not None)
    if link.name in _ALSO_OF_LISTS:
        before = links[number - 1] if number else None
        named = before.name if before is not None else ""
        return number > 0 and not named.endswith("s") and named not in _LAZY
    return False


def _asked(call: Call, links: list[Call], root: AnyExpr | None, model: str, scope: Scope) -> Meaning | None:
    name = call.name
    entity = _entity(links[:-1], root, model, scope)
    before = links[:-1]
    api = _api(links, root, model)
    if _ended(before):
        # The chain has left the database: `Article.find(1).comments`, `Article.where(..).map { }.first`.
        return _record_write(call, links, root, scope)
    keys = _keys(links)
    sql = _fragment(links)
    limit = _limit(links)
    raises = _NOT_FOUND if name in _ONE_OR_RAISE else ()
    many_in = _in(links)
    handle = _shown(root)
    relation = bool({link.name for link in before} & _LAZY) or root is not None or bool(model)
    if not _fits(call) or _in_memory(call, links, root, scope):
        return None
    if name in _BATCHES or (
        call.block is not None and name in _ENUMERABLE | {"select", "find", "count", "any?", "none?"}
    ):
        return None
    if name in _ONE_OR_NONE or (name != "find_by_sql" and re.fullmatch(r"find_by_\w+", name)):
        if name in ("first", "last", "take") and call.args:
            return QueryMeaning(
                api, Op.SELECT, entity, many=True, limited=True, keys=keys, sql=sql, fragment=True, limit=call.args[0],
                handle=handle, in_parameters=many_in,
            )  # fmt: skip
        nullable = not name.endswith("!")
        if name == "pick":
            return QueryMeaning(api, Op.SELECT, entity, limited=True, keys=keys, sql=sql, fragment=True, handle=handle)
        return QueryMeaning(
            api, Op.SELECT, entity, nullable=nullable, limited=True, keys=keys, sql=sql, fragment=True, handle=handle,
            raises=() if nullable else _NOT_FOUND,
        )  # fmt: skip
    if name in _ONE_OR_RAISE:
        several = name == "find" and bool(call.args) and isinstance(call.args[0], Items)
        if name == "find" and not call.args:
            return None
        return QueryMeaning(
            api, Op.SELECT, entity, many=several, limited=True, keys=keys, sql=sql, fragment=True, handle=handle,
            raises=raises, in_parameters=several,
        )  # fmt: skip
    if name in _ALWAYS_ONE:
        return QueryMeaning(api, Op.SELECT, entity, limited=True, keys=keys, handle=handle)
    if name in _MAKES or name in _ENSURES:
        op = Op.UPSERT if name in _ENSURES else Op.INSERT
        return QueryMeaning(
            api, op, entity, many=name.endswith(("_all", "_all!")), keys=keys if op is Op.UPSERT else (), data=_data(call),
            columns=_columns(call), handle=handle,
        )  # fmt: skip
    if name in _BULK:
        return QueryMeaning(
            api, _BULK[name], entity, many=True, keys=keys, sql=sql, fragment=True, data=_data(call), columns=_columns(call),
            handle=handle, in_parameters=many_in,
        )  # fmt: skip
    if name in ("update", "update!") and len(call.args) > 1 and root is not None and not before:
        return QueryMeaning(api, Op.UPDATE, entity, keys=(call.args[0],), data=call.args[1:], handle=handle)
    if name in ("delete", "destroy") and len(call.args) == 1 and not before and model:
        return QueryMeaning(api, Op.DELETE, entity, keys=call.args, handle=handle)
    if name in _AGGREGATES:
        return QueryMeaning(
            api, Op.COUNT, entity, limited=True, keys=keys, sql=sql, fragment=True, handle=handle, in_parameters=many_in
        )
    if name in _COLLECTIONS:
        text = call.args[0] if name == "find_by_sql" and call.args else sql
        if isinstance(text, Items) and text.items:
            text = text.items[0]
        return QueryMeaning(
            api, Op.SELECT, entity, many=True, limited=_limited(links, known=bool(model)), keys=keys, sql=text, fragment=name != "find_by_sql",
            limit=limit, handle=handle, in_parameters=many_in,
        )  # fmt: skip
    if name in _LAZY and relation:
        if name in ("reload", "load", "to_a", "lock", "result") and not {b.name for b in before} & _LAZY:
            return None
        if name == "none":
            return None
        return QueryMeaning(
            api, Op.SELECT, entity, many=True, limited=_limited(links, known=bool(model)), keys=keys, sql=sql, fragment=True, limit=limit,
            lazy=name != "to_a", handle=handle, in_parameters=many_in,
        )  # fmt: skip
    if name in _RECORD:
        return _record_write(call, links, root, scope)
    if name in _ENUMERABLE or name[:1].isupper() or name.endswith(("?", "!", "=")):
        return None
    if {link.name for link in before} & (
        _LAZY - {"not", "or", "and", "with", "none", "from", "merge", "result", "load", "reload"}
    ):
        # A scope of the project at the end of a relation: it may well limit it.
        return QueryMeaning(api, Op.SELECT, entity, many=True, limited=None, keys=keys, lazy=True, handle=handle)
    return None


def _fits(call: Call) -> bool:
    """The arguments are such as ActiveRecord takes: `XML.first(node, "path")` or `Zip.create("name")` asks something else."""
    if call.name in _ONE_OR_NONE - {"find_by", "pick"} or call.name in ("first!", "last!", "take!"):
        number = call.args[0] if call.args else None
        return len(call.args) < 2 and not call.kwargs and not isinstance(number, Str | Items | Object)
    if call.name in ("create", "create!"):
        return len(call.args) < 2 and not any(isinstance(arg, Str | Const) for arg in call.args)
    if call.name == "all":
        return not call.args and not call.kwargs
    return True


def _in_memory(call: Call, links: list[Call], root: AnyExpr | None, scope: Scope) -> bool:
    """The rows of the association were loaded with its owner (`includes(:items)`), or the owner is not saved yet."""
    if len(links) < 2 or links[0].args or not isinstance(root, Name) or not root.id[:1].islower():
        return False
    before = scope.module.source[scope.function.body_start : call.start]
    made = scope.assigned(root.id)
    if isinstance(made, Call) and made.new and _model(made.func, scope) is not None:
        return b"save" not in before
    if call.name not in _OF_LOADED or len(links) != 2:
        return False
    loads = rb"\b(?:includes|preload|eager_load)\b[^\n]*[:\s]" + re.escape(links[0].name.encode()) + rb"\b"
    return re.search(loads, before) is not None


def _ended(before: list[Call]) -> bool:
    """Some call before the last has already fetched, or is none of ActiveRecord's."""
    for link in before:
        name = link.name
        if name in _ONE_OR_RAISE and not (name == "find" and not link.args):
            return True
        if name in _ONE_OR_NONE or name in _MAKES or name in _ENSURES or name in _ALWAYS_ONE or name in _BULK:
            return True
        if (
            _MAKES_VALUE.match(name)
            or name in _ENUMERABLE
            or name in ("pluck", "ids", "find_by_sql")
            or re.fullmatch(r"find_by_\w+!?", name)
        ):
            return True
    return False


def _record_write(call: Call, links: list[Call], root: AnyExpr | None, scope: Scope) -> Meaning | None:
    """`article.save`, `@user.update(name: ...)`, `order.items.first.destroy`."""
    op = _RECORD.get(call.name)
    if op is None or call.block is not None:
        return None
    name = call.name
    if root is None or (isinstance(root, Name) and root.id == "self"):
        # In a model these are its own methods; elsewhere they are something else's.
        own = _own_class(scope)
        if own is None or (root is None and not (call.args or call.kwargs)):
            return None
        return QueryMeaning(f"{own}.{name}", op, own, data=_data(call), columns=_columns(call), handle="self")
    last = (
        links[-2].name
        if len(links) > 1
        else (root.id if isinstance(root, Name) else root.name if isinstance(root, Call) else "")
    )
    if _NOT_RECORDS.match(last) or not _writes_record(call, root, scope):
        return None
    entity = _entity(links[:-1], root, _model(root, scope) or "", scope, record=True)
    found = [link for link in links[:-1] if link.name in _ONE_OR_RAISE or link.name in _ONE_OR_NONE]
    api = _api(links, root, "")
    keys = _keys(found)
    raises = _NOT_FOUND if any(link.name in _ONE_OR_RAISE for link in found) else ()
    return QueryMeaning(
        api, op, entity, keys=keys, data=_data(call), columns=_columns(call), handle=_shown(root), raises=raises
    )


def _writes_record(call: Call, root: AnyExpr, scope: Scope) -> bool:
    name = call.name
    if isinstance(root, Name | Member) and dotted(root).rsplit(".", 1)[-1][:1].isupper() and len(_chain(call)[0]) == 1:
        return False
    if isinstance(root, Name):
        value = scope.assigned(root.id)
        if isinstance(value, Object | Items | Str | Const):
            return False
        if isinstance(value, Call) and value.new and dotted(value.func).split(".", 1)[0] in _PLAIN:
            return False
    match name:
        case "delete" | "destroy" | "destroy!" | "touch":
            return not call.args or (name == "touch" and all(isinstance(a, Str) for a in call.args))
        case "update" | "update!":
            first = call.args[0] if call.args else None
            if first is None:
                return bool(call.kwargs)
            return len(call.args) == 1 and not isinstance(first, Str | Const)
        case "save" | "save!":
            # `adapter.save(resource: page)` saves what it is given.
            own = all(kwarg.name in _SAVES_WITH for kwarg in call.kwargs)
            return not call.args and own and not _is_saved(root, call, scope)
        case _:
            return True


def _is_saved(root: AnyExpr, call: Call, scope: Scope) -> bool:
    """`create` has written the record already, and nothing was changed since."""
    shown = dotted(root).encode()
    if not isinstance(root, Name) or not shown:
        return False
    name = rb"(?<![\w.@])" + re.escape(shown)
    before = scope.module.source[scope.function.body_start : call.start]
    made = list(re.finditer(name + rb"\s*(?:\|\|)?=(?!=)[^\n]*", before))
    if not made or re.search(rb"\.create!?\b", made[-1][0]) is None:
        return False
    changed = name + rb"\.(?:[\w.]+(?:\[[^\]]*\])?\s*(?:\|\||[+-])?=(?![=~>])|\w*(?:assign|attributes|build|set|add))"
    return re.search(changed, before[made[-1].end() :]) is None


def _api(links: list[Call], root: AnyExpr | None, model: str) -> str:
    """The call as a reader would name it: `Order.find_by`, `current_user.orders.find`."""
    between = [] if model else [x.name for x in links[:-1] if not (x.args or x.kwargs or x.block or x.name in _LAZY)]
    return ".".join(p for p in (model or _shown(root), *between, links[-1].name) if p)


def _entity(
    links: list[Call], root: AnyExpr | None, model: str, scope: Scope, depth: int = 0, *, record: bool = False
) -> str:
    """The model that is asked: the class of the chain, or that of the association last named in it.

    `record`: the chain ends at a record, so that its last name may be in the singular (`Current.family`).
    """
    for link in reversed(links):
        name = link.name
        plain = not (link.args or link.kwargs or link.block or model)
        if (
            plain
            and name not in _LAZY
            and name not in _ENUMERABLE
            and (_is_plural(name) or (record and link is links[-1]))
        ):
            if name in _ONE_OR_NONE or name in _ONE_OR_RAISE:
                continue
            return _class_name(name)
    if model:
        return model
    if isinstance(root, Name) and depth < 4:
        value = scope.assigned(root.id)
        if isinstance(value, Call):
            if value.new:
                return dotted(value.func)
            inner, base = _chain(value)
            found = _entity(inner, base, _model(base, scope) or "" if base is not None else "", scope, depth + 1)
            if found:
                return found
        bare = root.id.lstrip("@")
        if _CLASS.search(bare) or bare in _NAMELESS:
            return ""
        return _class_name(bare) if bare.isidentifier() and bare != "self" and bare[:1].islower() else ""
    if isinstance(root, Call) and isinstance(root.func, Name):
        return (
            ""
            if _CLASS.search(root.func.id) or re.search(r"current_|^params$", root.func.id)
            else _class_name(root.func.id)
        )
    return ""


def _is_plural(word: str) -> bool:
    return word.endswith(("s", *_PLURALS))


def _class_name(word: str) -> str:
    """`line_items` -> `LineItem`, `course_data` -> `CourseDatum`."""
    plural = next((p for p in _PLURALS if word == p or word.endswith(f"_{p}")), "")
    if plural:
        word = word[: -len(plural)] + _PLURALS[plural]
    elif word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "xes", "ches", "shes", "uses")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return "".join(p[:1].upper() + p[1:] for p in word.split("_"))


def _shown(root: AnyExpr | None) -> str:
    if isinstance(root, Call):
        return root.name
    return dotted(root) if root is not None else ""


def _keys(links: list[Call]) -> tuple[AnyExpr, ...]:
    out: list[AnyExpr] = []
    for link in links:
        if link.name in ("find", "find_by", "find_by!", "where", "rewhere", "not", "exists?", "find_or_create_by", "find_or_create_by!", "delete_by", "destroy_by", "find_sole_by", "find_or_initialize_by") or (link.name.startswith("find_by_") and link.name != "find_by_sql"):  # fmt: skip
            args = link.args[1:] if link.args and isinstance(link.args[0], Str) and len(link.args) > 1 else link.args
            out.extend(a for a in args if not isinstance(a, Object))
            out.extend(e.value for a in args if isinstance(a, Object) for e in a.entries)
            out.extend(k.value for k in link.kwargs if k.name)
    return tuple(out)


def _in(links: list[Call]) -> bool:
    """A filter takes a list of keys."""
    for link in links:
        if link.name in ("where", "not", "rewhere"):
            for kwarg in link.kwargs:
                value = kwarg.value
                name = value.id if isinstance(value, Name) else value.name if isinstance(value, Call) else ""
                if (
                    isinstance(value, Items)
                    or name.endswith(("ids", "_list"))
                    or name in ("pluck", "map", "ids", "keys", "select")
                ):
                    return True
    return False


def _fragment(links: list[Call]) -> AnyExpr | None:
    """The SQL text among the arguments of a chain: the one with run-time parts, if there is one."""
    plain: AnyExpr | None = None
    for link in links:
        if link.name not in _SQL_FRAGMENTS or not link.args:
            continue
        for text in (
            link.args if link.name in ("order", "reorder", "select", "pluck", "joins", "group") else link.args[:1]
        ):
            found = _text(text)
            if found is None:
                continue
            if not isinstance(found, Str) or any(not isinstance(p, str) for p in found.parts):
                return found
            plain = plain or found
    return plain


def _text(expr: AnyExpr) -> AnyExpr | None:
    match expr:
        case Str(symbol=False, regex=False):
            return expr
        case Binary(op="+" | "%") if isinstance(expr.left, Str | Binary) or isinstance(expr.right, Str):
            return expr
        case Items(items=(first, *_)):
            return _text(first)
        case Call() if expr.name == "sql" and expr.args and dotted(expr.receiver) == "Arel":
            return _text(expr.args[0])
        case Call() if expr.name in ("squish", "strip", "freeze", "html_safe") and expr.receiver is not None:
            return _text(expr.receiver)
        case Call() if expr.name in ("format", "sprintf") and expr.args and isinstance(expr.args[0], Str):
            return expr
        case _:
            return None


def _limit(links: list[Call]) -> AnyExpr | None:
    for link in reversed(links):
        if link.name in ("limit", "per") and link.args:
            return link.args[0]
        if link.name == "paginate":
            found = link.option("per_page") or link.option("limit")
            if found is not None:
                return found
    return None


def _limited(links: list[Call], *, known: bool) -> bool | None:
    """The chain has a bound; None if a word in it, or what it begins with when that is not `known`, may set one."""
    names = {link.name for link in links}
    # How many different values a column has, nobody can tell; different rows are all rows.
    unknown = not known or (not names.isdisjoint(("distinct", "uniq")) and not names.isdisjoint(("pluck", "select")))
    for link in links:
        name = link.name
        if name in ("limit", "page", "paginate", "per", "pagy", "none"):
            return True
        if name not in _LAZY and name not in _COLLECTIONS and (link.args or link.kwargs):
            unknown = True
        elif name not in _LAZY and name not in _COLLECTIONS:
            unknown = unknown or name not in _ENUMERABLE
    return None if unknown else False


def _data(call: Call) -> tuple[AnyExpr, ...]:
    return (*call.args, *(k.value for k in call.kwargs if k.name or not isinstance(k.value, Const)))


_NAMES_COLUMN: Final = frozenset(
    "update_column update_attribute touch increment! decrement! toggle! increment_counter decrement_counter".split()
)


def _columns(call: Call) -> tuple[str, ...]:
    names = [
        k.name
        for k in call.kwargs
        if k.name and k.name not in ("validate", "touch", "returning", "unique_by", "on_duplicate")
    ]
    for arg in call.args:
        if isinstance(arg, Object):
            names.extend(e.name for e in arg.entries if e.name)
    first = call.args[0] if call.args else None
    if call.name in _NAMES_COLUMN and isinstance(first, Str) and first.value:
        names.append(first.value)
    if call.name == "update_all":
        first = first.items[0] if isinstance(first, Items) and first.items else first
        text = first.value if isinstance(first, Str) else None
        names.extend(assigned_columns(text) if text else ())
    return tuple(dict.fromkeys(names))


# Raw SQL


def _raw_sql(call: Call, scope: Scope) -> QueryMeaning | None:
    """`ActiveRecord::Base.connection.execute(sql)` and its relatives."""
    name = call.name
    op = _RAW.get(name)
    receiver = call.receiver
    if op is None or receiver is None or not call.args:
        return None
    last = receiver.id if isinstance(receiver, Name) else receiver.name if isinstance(receiver, Call | Member) else ""
    if not _CONNECTION.search(last.lstrip("@")):
        return None
    if name in ("query", "insert", "update", "delete") and not _looks_like_sql(call.args[0], scope):
        return None
    text = call.args[0]
    return QueryMeaning(
        f"connection.{name}",
        _op(text, scope) or op,
        many=name in ("select_all", "select_rows", "select_values"),
        sql=text,
        bound=len(call.args) > 1 and name in ("exec_query", "select_all", "exec_update", "exec_delete", "exec_insert"),
        keys=tuple(call.args[2:]),
        handle=last,
    )


def _op(expr: AnyExpr, scope: Scope) -> Op | None:
    text = _leading(expr, scope)
    found = _FIRST_WORD.match(text)
    return _OPS.get(found[1].upper()) if found is not None else None


def _looks_like_sql(expr: AnyExpr, scope: Scope) -> bool:
    return _op(expr, scope) is not None


def _leading(expr: AnyExpr | None, scope: Scope, depth: int = 0) -> str:
    """The literal text that an expression begins with."""
    match expr:
        case Str(parts=(str() as first, *_)):
            return first
        case Binary(op="+" | "%", left=left):
            return _leading(left, scope, depth + 1)
        case Call() if expr.receiver is not None and not expr.args:
            return _leading(expr.receiver, scope, depth + 1)
        case Call() if expr.name in ("format", "sprintf", "sanitize_sql", "sanitize_sql_array") and expr.args:
            return _leading(expr.args[0], scope, depth + 1)
        case Items(items=(first, *_)):
            return _leading(first, scope, depth + 1)
        case Name(id=name) if depth < 4:
            return _leading(scope.assigned(name), scope, depth + 1)
        case _:
            return ""


_PG: Final = frozenset(
    {"exec", "exec_params", "async_exec", "async_exec_params", "query", "async_query", "send_query", "sync_exec"}
)


def _pg(call: Call, scope: Scope) -> Meaning | None:
    """The pg gem: `conn.exec(sql)`, `conn.exec_params(sql, values)`, `conn.transaction do`."""
    receiver = call.receiver
    if receiver is None:
        return None
    if call.name == "transaction" and call.block is not None:
        return TxMeaning("block", next((p.name for p in call.block.function.params), ""))
    if call.name not in _PG or not call.args:
        return None
    text = call.args[0]
    op = _op(text, scope)
    typed = scope.type_of(receiver) in ("Connection", "PG.Connection")
    last = receiver.id if isinstance(receiver, Name) else receiver.name if isinstance(receiver, Call | Member) else ""
    if op is None and not typed and not re.search(r"(?:^|_)(?:conn|connection|db|pg|client)$", last.lstrip("@")):
        return None
    values = call.args[1].items if len(call.args) > 1 and isinstance(call.args[1], Items) else call.args[1:]
    return QueryMeaning(
        f"PG.{call.name}", op or Op.UNKNOWN, many=op is Op.SELECT, sql=text, keys=tuple(values), handle=last
    )


_TRIGGERS: Final = (
    ".all", "where", ".find", "find_", ".first", ".last", ".take", "create", ".insert", "insert_all", "upsert", ".update",
    "update!", "update_", ".save", "save!", ".destroy", "destroy!", "destroy_", ".delete", "delete_", ".count", ".sum", "exists?",
    "pluck", "pick", ".ids", "transaction", "with_lock", ".limit", ".order", ".reorder", ".joins", ".includes", ".preload",
    ".page", ".paginate", ".select", ".group", ".lock", ".unscoped", ".average", ".minimum", ".maximum", ".calculate",
    "connection", "increment!", "decrement!", "toggle!", ".touch", "touch_all", "_counter", ".sole", "first_or_", "eager_load",
    "&:",
)  # fmt: skip
"""With the dot where the bare word stands in too much that asks nothing."""


def _called_back(function: FunctionNode, cls: ClassNode | None) -> bool:
    """`after_create :start`: what a record does when it is saved belongs to the transaction that saves it."""
    return cls is not None and any(_names(statement, function.name) for statement in cls.body)


def _names(statement: Stmt, name: str) -> bool:
    call = statement.value if isinstance(statement, Do | Return) else None
    if not isinstance(call, Call) or not isinstance(call.func, Name):
        return False
    if call.name == "included" and call.block is not None:
        return any(_names(inner, name) for inner in call.block.function.body)
    return call.name in _CALLBACKS and any(isinstance(arg, Str) and arg.value == name for arg in call.args)


LIBRARIES: Final = (
    Library(
        "activerecord",
        ("ruby",),
        (),
        meaning,
        _TRIGGERS,
        transactional=_called_back,
    ),
    Library("ruby-pg", ("ruby",), ("pg",), _pg, (".exec", ".async_exec", ".query", "transaction")),
)

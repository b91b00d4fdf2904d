"""SQLAlchemy's methods by what they do: run a statement, fetch rows, end a chain."""

from typing import Final

RUN: Final = frozenset(
    {"execute", "scalars", "scalar", "exec", "stream", "stream_scalars", "scalar_one", "scalar_one_or_none"}
)
RESULT: Final = frozenset(
    {"scalars", "mappings", "unique", "columns", "tuples", "scalar_one", "yield_per", "partitions"}
)
MANY: Final = frozenset({"all", "fetchall", "fetchmany", "partitions", "scalars", "mappings", "tuples", "unique"})
NULLABLE: Final = frozenset({"first", "one_or_none", "scalar_one_or_none", "scalar", "fetchone", "get"})
EXACT: Final = frozenset({"one", "scalar_one", "get_one", "get_or_404", "first_or_404", "one_or_404"})
COUNTS: Final = frozenset({"count", "exists"})
ENDS: Final = MANY | NULLABLE | EXACT | COUNTS | {"delete", "update", "paginate", "insert"}

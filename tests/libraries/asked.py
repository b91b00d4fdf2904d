"""What a library reads in a function body, as short lines, for specifications."""

from persona_lsp.facts.body import Function
from persona_lsp.flow.analyse import analyse
from persona_lsp.flow.names import file_names
from persona_lsp.flow.vocabulary import Library
from persona_lsp.syntax.ir import Def
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse


def function(source: str, *libraries: Library) -> Function:
    """The facts of the last function of a Python file."""
    module = parse("app/books.py", source.encode(), LANGUAGES["python"]).module
    node = [s.function for s in module.body if isinstance(s, Def)][-1]
    return analyse(node, None, module, file_names(module), (), libraries, None, key=node.name)


def asked(source: str, *libraries: Library) -> list[str]:
    """One line per query: operation, entity, and what is known of it."""
    facts = function(source, *libraries)
    lines: list[str] = []
    for query in facts.queries:
        words = [query.op.value, query.entity or "?"]
        words += [w for w in ("many", "nullable", "unit_of_work", "in_parameters") if getattr(query, w)]
        if query.limited is False:
            words.append("unlimited")
        words += [f"keys={','.join(query.keys)}"] if query.keys else []
        words += [f"sql={query.sql.template}"] if query.sql is not None else []
        words += [f"tx={query.site.tx}"] if query.site.tx >= 0 else []
        lines.append(" ".join(words))
    return lines

"""Which rules look at what answers by name: those on its code, and none on HTTP."""

import textwrap

from tests.harness.engine import read

from persona_lsp.rules.registry import rules

RESOLVERS = """
    export const resolvers = {
      Query: {
        users: async (_, name: string) => {
          return name;
        },
        create: async (_, { id }) => prisma.user.create({ data: { id } }),
      },
      Mutation: {
        users: async (_, { ids }) => {
          const found = [];
          for (const id of ids) {
            found.push(await prisma.user.findUnique({ where: { id } }));
          }
          return found;
        },
      },
    };
"""


def found(path: str, text: str) -> list[str]:
    said = read({path: textwrap.dedent(text).encode()}).everything()
    return sorted({rule for rule, _, _ in said})


def test_rules_on_code_look_at_resolvers_and_rules_on_http_do_not() -> None:
    text = "import { PrismaClient } from '@prisma/client';\n" + textwrap.dedent(RESOLVERS)
    assert found("src/resolvers.ts", text) == ["query-in-loop"]


def test_equal_names_are_no_duplicate_routes() -> None:
    text = """
        io.on('connection', (socket) => {
          socket.on('join', () => {});
          socket.on('join', () => {});
        });
    """
    assert found("src/sockets.js", text) == []


def test_what_a_resolver_is_given_comes_from_strangers_and_what_a_task_is_given_does_not() -> None:
    head = "import sqlite3\n"
    body = '    sqlite3.connect("x").execute(f"SELECT * FROM users WHERE name = \'{name}\'")\n'
    resolver = f'{head}from ariadne import QueryType\nquery = QueryType()\n@query.field("users")\ndef users(_, info, name: str):\n{body}'
    task = f"{head}from celery import shared_task\n@shared_task\ndef users(name: str):\n{body}"
    severities = {}
    for path, text in (("resolver.py", resolver), ("task.py", task)):
        project = read({path: text.encode()})
        rule = next(r for r in rules() if r.id == "sql-injection-dynamic-query")
        severities[path] = [f.severity or rule.declaration.severity for f in project.places(rule)]
    assert [s.word for s in severities["resolver.py"]] == ["error"]
    assert [s.word for s in severities["task.py"]] == ["warning"]


SWALLOWS = """
    from celery import shared_task
    from django.db import models

    class Order(models.Model):
        pass

    @shared_task
    def charge(order_id):
        order = Order.objects.get(pk=order_id)
        try:
            order.save()
        except Exception:
            pass
"""


def test_a_message_whose_failure_is_swallowed_is_lost() -> None:
    said = read({"shop/tasks.py": textwrap.dedent(SWALLOWS).encode()}).everything()
    assert [(rule, message) for rule, _, message in said] == [
        (
            "swallowed-exception-in-handler",
            "`order.save` can fail and `MESSAGE charge` counts as handled; re-raise it, or the message is lost.",
        )
    ]
    plain = textwrap.dedent(SWALLOWS).replace("@shared_task\n", "").encode()
    assert read({"shop/tasks.py": plain}).everything() == {}
    raised = textwrap.dedent(SWALLOWS).replace("        pass\n", "        raise\n").encode()
    assert "swallowed-exception-in-handler" not in {r for r, _, _ in read({"shop/tasks.py": raised}).everything()}


def test_arguments_that_a_resolver_takes_apart_come_from_strangers() -> None:
    text = """
        import { Pool } from 'pg';
        const pool = new Pool();
        export const resolvers = {
          Query: { users: async (_, { filter: { name } }) => pool.query(`SELECT * FROM users WHERE name = '${name}'`) },
        };
    """
    assert found("src/resolvers.ts", text) == ["sql-injection-dynamic-query"]

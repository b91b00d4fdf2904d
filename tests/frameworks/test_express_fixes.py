"""Fixes of JavaScript code, beyond those that the pages of the rules show."""

import pytest

from persona_lsp import extract
from persona_lsp.facts.place import Where
from persona_lsp.findings import intent as intents
from persona_lsp.review.actions import spell
from persona_lsp.text.edits import apply


def spelled(marked: str, kind: type[intents.Intent], path: str = "src/app.js", **fields: object) -> str | None:
    """The text after a fix of what stands between `«` and `»`."""
    before, _, rest = marked.partition("«")
    inside, _, after = rest.partition("»")
    text = before + inside + after
    start, end = len(before.encode()), len((before + inside).encode())
    extraction = extract.extract(path, text.encode())
    assert extraction is not None
    edits = spell(kind(Where(path, start, end), "", **fields), extraction)  # type: ignore[arg-type]  # fields of the kind
    return apply(text.encode(), edits).decode() if edits else None


STATUS = {
    "f((req, res) => { «res.json(x)» })": "f((req, res) => { res.status(201).json(x) })",
    "f((req, res) => { «res.status(200).json(x)» })": "f((req, res) => { res.status(201).json(x) })",
    "f((req, res) => { «res.status(StatusCodes.OK).json(x)» })": "f((req, res) => { res.status(StatusCodes.CREATED).json(x) })",
    "f((req, res) => { «res.sendStatus(200)» })": "f((req, res) => { res.sendStatus(201) })",
    "f((req, res) => { throw «new HttpError(400, 'x')» })": "f((req, res) => { throw new HttpError(201, 'x') })",
}


@pytest.mark.parametrize(("source", "expected"), STATUS.items(), ids=list(STATUS))
def test_set_status(source: str, expected: str) -> None:
    assert spelled(source, intents.SetStatus, status=201) == expected


def test_forward_errors_keeps_texts_over_several_lines() -> None:
    source = """app.get('/', async (req, res) => {
  const sql = `select
  1`;
  res.json(await «db.query(sql)»);
});
"""
    assert (
        spelled(source, intents.ForwardErrors)
        == """app.get('/', async (req, res, next) => {
  try {
    const sql = `select
  1`;
    res.json(await db.query(sql));
  } catch (err) {
    next(err);
  }
});
"""
    )


def test_forward_errors_uses_the_wrapper_of_the_file() -> None:
    source = "const asyncHandler = require('express-async-handler');\napp.get('/', async (req, res) => { res.json(await «f()») });\n"
    fixed = "const asyncHandler = require('express-async-handler');\napp.get('/', asyncHandler(async (req, res) => { res.json(await f()) }));\n"
    assert spelled(source, intents.ForwardErrors) == fixed


def test_forward_errors_imports_the_type() -> None:
    source = (
        "import { Request, Response } from 'express';\n"
        "export const f = async (req: Request, res: Response) => {\n  res.json(await «g()»);\n};\n"
    )
    fixed = (
        "import { Request, NextFunction, Response } from 'express';\n"
        "export const f = async (req: Request, res: Response, next: NextFunction) => {\n"
        "  try {\n    res.json(await g());\n  } catch (err) {\n    next(err);\n  }\n};\n"
    )
    assert spelled(source, intents.ForwardErrors, "src/app.ts") == fixed


def test_rethrow_in_an_empty_catch() -> None:
    source = "async function f(req, res, next) {\n  try {\n    await g();\n  } catch {«»}\n  res.end();\n}\n"
    fixed = "async function f(req, res, next) {\n  try {\n    await g();\n  } catch (err) {\n    return next(err);\n  }\n  res.end();\n}\n"
    assert spelled(source, intents.Rethrow) == fixed


LEAKS = {
    "  res.status(500).json(«err»);": "  console.error(err);\n  res.status(500).json({ error: 'Internal server error' });",
    "  res.status(500).json({ «err» });": "  console.error(err);\n  res.status(500).json({ err: 'Internal server error' });",
    "  res.send('failed: ' + «err.message»);": "  console.error(err);\n  res.send('Internal server error');",
    "  res.send(`failed: ${«err.message»}`);": "  console.error(err);\n  res.send('Internal server error');",
    "  res.json({ e: «err.message» || 'x' });": "  console.error(err);\n  res.json({ e: 'Internal server error' });",
}


@pytest.mark.parametrize(("line", "expected"), LEAKS.items(), ids=list(LEAKS))
def test_hide_error(line: str, expected: str) -> None:
    source = "try {\n  a('');\n} catch (err) {\n" + line + "\n}\n"
    fixed = "try {\n  a('');\n} catch (err) {\n" + expected + "\n}\n"
    assert (
        spelled(f"f((req, res) => {{\n{source}}})", intents.HideError, variable="err", log=True)
        == f"f((req, res) => {{\n{fixed}}})"
    )


CAPS = {
    "f((req, res) => { take(«req.query.limit») })": "f((req, res) => { take(Math.min(Number(req.query.limit), 100)) })",
    "f((req, res) => { take(+«req.query.limit» || 20) })": "f((req, res) => { take(Math.min(+req.query.limit || 20, 100)) })",
    "f((req, res) => { take(parseInt(«req.query.limit», 10)) })": "f((req, res) => { take(Math.min(parseInt(req.query.limit, 10), 100)) })",
    "f((req, res) => { const { «limit = 20» } = req.query; Order.find().limit(limit * 1) })": (
        "f((req, res) => { const { limit = 20 } = req.query; Order.find().limit(Math.min(limit * 1, 100)) })"
    ),
}


@pytest.mark.parametrize(("source", "expected"), CAPS.items(), ids=list(CAPS))
def test_cap_limit(source: str, expected: str) -> None:
    assert spelled(source, intents.CapLimit, maximum=100, name="limit") == expected


def test_permit_fields() -> None:
    source = "f((req, res) => { create({ ...«req.body», a: 1 }) })"
    assert (
        spelled(source, intents.PermitFields, fields=("b", "c"))
        == "f((req, res) => { create({ b: req.body.b, c: req.body.c, a: 1 }) })"
    )


def test_secrets_move_to_the_environment() -> None:
    assert spelled("const a = «'x'»;", intents.ReadFromEnvironment, name="A") == "const a = process.env.A;"
    source = "const a = process.env.B || «'x'»;"
    assert spelled(source, intents.ReadFromEnvironment, name="A") == "const a = process.env.B;"


def test_guards_are_copied_to_chained_routes() -> None:
    source = "const auth = require('./auth');\nrouter.route('/a').«get»(list);"
    fixed = "const auth = require('./auth');\nrouter.route('/a').get(auth, list);"
    assert spelled(source, intents.CopyGuard, source="auth", name="auth") == fixed


BINDINGS = {
    "pool.query(«`SELECT 1 WHERE a = ${a} AND b LIKE '%${b}%'`»)": (
        "pool.query('SELECT 1 WHERE a = $1 AND b LIKE $2', [a, `%${b}%`])"
    ),
    "pool.query(«'SELECT 1 WHERE a = ' + a»)": "pool.query('SELECT 1 WHERE a = $1', [a])",
    "pool.query(«`SELECT 1 WHERE a = $1 AND b = ${b}`», [a])": "pool.query('SELECT 1 WHERE a = $1 AND b = $2', [a, b])",
    "pool.query(«`SELECT 1 FROM ${table}`»)": None,
    "pool.query(«`SELECT 1 ORDER BY ${a}`»)": None,
}


@pytest.mark.parametrize(("call", "expected"), BINDINGS.items(), ids=list(BINDINGS))
def test_bind_sql(call: str, expected: str | None) -> None:
    head = "const { Pool } = require('pg');\nasync function f(a, b, table) { await "
    fixed = spelled(f"{head}{call}; }}\n", intents.BindSql)
    assert fixed == (f"{head}{expected}; }}\n" if expected else None)


def test_bind_sql_of_prisma() -> None:
    head = "const { PrismaClient } = require('@prisma/client');\nasync function f(a) { await "
    source = f"{head}prisma.$queryRawUnsafe(«`SELECT 1 FROM x WHERE a = '${{a}}'`»); }}\n"
    assert spelled(source, intents.BindSql) == f"{head}prisma.$queryRaw`SELECT 1 FROM x WHERE a = ${{a}}`; }}\n"


LIMITS = {
    "const { PrismaClient } = require('@prisma/client'); const f = () => prisma.x.findMany({ where: { a } })«»;": (
        "const { PrismaClient } = require('@prisma/client'); const f = () => prisma.x.findMany({ where: { a }, take: 100 });"
    ),
    "const m = require('mongoose'); const f = () => Order.find({ a }).lean()«»;": (
        "const m = require('mongoose'); const f = () => Order.find({ a }).limit(100).lean();"
    ),
    "const { Op } = require('sequelize'); const f = () => Order.findAll()«»;": (
        "const { Op } = require('sequelize'); const f = () => Order.findAll({ limit: 100 });"
    ),
    "const knex = require('knex'); const f = () => knex('orders').select()«»;": (
        "const knex = require('knex'); const f = () => knex('orders').select().limit(100);"
    ),
}


@pytest.mark.parametrize(("source", "expected"), LIMITS.items(), ids=list(LIMITS))
def test_limit_query(source: str, expected: str) -> None:
    assert spelled(source, intents.LimitQuery, maximum=100) == expected


def test_line_ends_and_tabs_are_kept() -> None:
    source = "app.get('/:id', async (req, res) => {\r\n\t«const user = await find(req.params.id);»\r\n\tres.json(user);\r\n});\r\n"
    fixed = (
        "app.get('/:id', async (req, res) => {\r\n\tconst user = await find(req.params.id);\r\n"
        "\tif (!user) {\r\n\t\treturn res.status(404).json({ error: 'User not found' });\r\n\t}\r\n\tres.json(user);\r\n});\r\n"
    )
    assert spelled(source, intents.GuardNotFound, variable="user", entity="user") == fixed

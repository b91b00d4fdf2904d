"""A made-up back end in TypeScript: Express routers, zod, pg and Prisma, services, helpers."""

from collections.abc import Sequence

from benchmarks.shapes.resource import Resource, camel

LANGUAGE = "typescript"
SUFFIX = ".ts"
CARET = r"^  const (?:rows|record|found|result) = "
NAME = r"^(?:export (?:async )?function |\w+Router\.)(\w+)"
STATEMENT = "const checked = 1;"
"""Somebody makes its name longer, key by key: the file can be parsed at each of them."""
TYPED = "const total = items.filter((row) => row.visible).length;"
"""A statement that is typed from its first key to its last: at most of them, the file is in error."""

_TYPES = {"text": "string", "money": "number", "int": "number", "date": "Date", "flag": "boolean"}
_ZOD = {
    "text": "z.string().min(1).max({n})",
    "money": "z.number().nonnegative().max({n}000)",
    "int": "z.number().int().max({n})",
    "date": "z.coerce.date()",
    "flag": "z.boolean().default({b})",
}
_LIBRARIES = """\
import { Router, type NextFunction, type Request, type Response } from "express";
import { PrismaClient } from "@prisma/client";
import { Pool } from "pg";
import { z } from "zod";
"""
_LOCAL = """\
import { authenticate, requireAdmin } from "../core/auth";
import { HttpError, NotFoundError } from "../core/errors";
import { logger } from "../core/logger";
"""
_CLIENTS = """\
const prisma = new PrismaClient();
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
"""


def one_file(resources: Sequence[Resource]) -> str:
    """Everything in one file."""
    parts = [f"{_LIBRARIES}\n{_LOCAL}\n{_CLIENTS}"]
    for r in resources:
        parts += [_schema(r), _helpers(r), _service(r), _routes(r)]
    return "\n".join(parts)


def project(resources: Sequence[Resource]) -> dict[str, str]:
    """A folder per layer, a file per resource."""
    files = {"src/core/auth.ts": _AUTH, "src/core/errors.ts": _ERRORS, "src/core/logger.ts": _LOGGER}
    for r in resources:
        files[f"src/schemas/{r.camel}.ts"] = f'import {{ z }} from "zod";\n\n{_schema(r)}'
        own = f'import {{ {r.camel}Schema, type {r.pascal} }} from "../schemas/{r.camel}";\n'
        files[f"src/services/{r.camel}.ts"] = f"{_LIBRARIES}\n{_LOCAL}{own}\n{_CLIENTS}\n{_helpers(r)}\n{_service(r)}"
        used = f'import {{ {r.verb}{r.pascal}, search{r.pascals} }} from "../services/{r.camel}";\n'
        routes = _routes(r)
        files[f"src/routes/{r.camel}.ts"] = f"{_LIBRARIES}\n{_LOCAL}{own}{used}\n{_CLIENTS}\n{routes}"
    imports = "\n".join(f'import {{ {r.camel}Router }} from "./routes/{r.camel}";' for r in resources)
    uses = "\n".join(f'app.use("/api/v{r.number % 3 + 1}/{r.kebabs}", {r.camel}Router);' for r in resources)
    files["src/app.ts"] = (
        f'import express from "express";\n{imports}\n\nconst app = express();\napp.use(express.json());\n{uses}\n'
        "app.listen(Number(process.env.PORT ?? 3000));\nexport default app;\n"
    )
    return files


def _schema(r: Resource) -> str:
    def rule(kind: str) -> str:
        return _ZOD[kind].format(n=r.dice.randrange(40, 400), b="true" if r.one_in(2) else "false")

    rules = "\n".join(f"  {camel(n)}: {rule(k)}," for n, k in r.fields)
    members = "\n".join(f"  {camel(n)}: {_TYPES[k]};" for n, k in r.fields)
    return f"""export const {r.camel}Schema = z.object({{
{rules}
}});

/** A {" ".join(r.words)} as it is stored. */
export interface {r.pascal} {{
  id: number;
  ownerId: number;
  state: "{r.states[0]}" | "{r.states[1]}" | "{r.states[2]}";
{members}
}}
"""


def _helpers(r: Resource) -> str:
    money, word = camel(r.of("money", "int")[0]), camel(r.of("text")[0])
    rate = r.dice.randrange(5, 25)
    return f"""/** The sum of {money} with {rate} % tax, of those that are {r.states[1]}. */
export function {r.camel}{money.capitalize()}WithTax(items: {r.pascal}[], rate = 0.{rate:02}): number {{
  let sum = 0;
  for (const item of items) {{
    if (item.state !== "{r.states[1]}") {{
      continue;
    }}
    sum += Number(item.{money}) * (1 + rate);
  }}
  return Math.round(sum * 100) / 100;
}}

const {r.camel}Labels: Record<{r.pascal}["state"], string> = {{
  {r.states[0]}: "{r.words[1]} is {r.states[0]}",
  {r.states[1]}: "{r.words[1]} was {r.states[1]}",
  {r.states[2]}: "{r.words[0]} {r.words[1]}: {r.states[2]}",
}};

export const describe{r.pascal} = (item: {r.pascal}): string =>
  `${{{r.camel}Labels[item.state]}} (${{item.{word} ?? "no {word}"}}, #${{item.id + {r.number}}})`;
"""


def _service(r: Resource) -> str:
    first, text = r.fields[0][0], r.of("text")[0]
    if r.one_in(2):
        search = f"""export async function search{r.pascals}(ownerId: number, phrase: string, limit: number) {{
  const found = await pool.query(
    "SELECT id, {first}, state FROM {r.snakes} WHERE owner_id = $1 AND {text} ILIKE $2 ORDER BY id DESC LIMIT $3",
    [ownerId, `%${{phrase}}%`, limit],
  );
  return found.rows;
}}
"""
    elif r.one_in(3):
        search = f"""export async function search{r.pascals}(ownerId: number, phrase: string, order: string) {{
  const sql = `SELECT id, {first} FROM {r.snakes} WHERE owner_id = $1 AND {text} LIKE $2 ORDER BY ${{order}} LIMIT 50`;
  const found = await pool.query(sql, [ownerId, phrase + "%"]);
  return found.rows;
}}
"""
    else:
        search = f"""export function search{r.pascals}(ownerId: number, phrase: string, limit: number) {{
  return prisma.{r.camel}.findMany({{
    where: {{ ownerId, {camel(text)}: {{ contains: phrase }} }},
    orderBy: {{ id: "desc" }},
    take: Math.min(limit, 100),
  }});
}}
"""
    loop = ""
    if r.one_in(4):
        loop = f"""  for (const line of record.lines) {{
    const owner = await prisma.user.findUnique({{ where: {{ id: line.ownerId }} }});
    logger.info({{ owner: owner?.name }}, "{r.verb} {r.words[1]} line");
  }}
"""
    return f"""{search}
export async function {r.verb}{r.pascal}(id: number, ownerId: number): Promise<{r.pascal}> {{
  const record = await prisma.{r.camel}.findFirst({{ where: {{ id, ownerId }} }});
  if (!record) {{
    throw new NotFoundError("{" ".join(r.words)}", id);
  }}
  if (record.state === "{r.states[2]}") {{
    throw new HttpError(409, `{r.words[1]} ${{id}} is {r.states[2]}`);
  }}
{loop}  return prisma.{r.camel}.update({{ where: {{ id }}, data: {{ state: "{r.states[1]}" }} }});
}}
"""


def _routes(r: Resource) -> str:
    name = f"{r.camel}Router"
    parts = [f"export const {name} = Router();\n"]
    if r.one_in(4):
        parts.append(f"""{name}.get("/", async (_req: Request, res: Response) => {{
  const rows = await prisma.{r.camel}.findMany();
  res.json(rows.map(describe{r.pascal}));
}});
""")
    else:
        parts.append(f"""{name}.get("/", authenticate, async (req: Request, res: Response, next: NextFunction) => {{
  try {{
    const take = Math.min(Number(req.query.limit ?? {r.dice.randrange(10, 60)}), 100);
    const skip = Math.max(Number(req.query.offset ?? 0), 0);
    const rows = await prisma.{r.camel}.findMany({{ where: {{ ownerId: req.user.id }}, take, skip }});
    res.json({{ items: rows, take, skip }});
  }} catch (error) {{
    next(error);
  }}
}});
""")
    status = "" if r.one_in(4) else ".status(201)"
    parts.append(f"""{name}.post("/", authenticate, async (req: Request, res: Response, next: NextFunction) => {{
  try {{
    const body = {r.camel}Schema.parse(req.body);
    const record = await prisma.{r.camel}.create({{ data: {{ ...body, ownerId: req.user.id }} }});
    res{status}.json(record);
  }} catch (error) {{
    next(error);
  }}
}});
""")
    missing = (
        ""
        if r.one_in(4)
        else f"""  if (!record) {{
    res.status(404).json({{ error: "no {" ".join(r.words)}" }});
    return;
  }}
"""
    )
    parts.append(f"""{name}.get("/:{r.camel}Id", authenticate, async (req: Request, res: Response) => {{
  const record = await prisma.{r.camel}.findUnique({{ where: {{ id: Number(req.params.{r.camel}Id) }} }});
{missing}  res.json(record);
}});
""")
    body = "req.body" if r.one_in(4) else f"{r.camel}Schema.partial().parse(req.body)"
    parts.append(f"""{name}.patch("/:{r.camel}Id", authenticate, async (req: Request, res: Response, next: NextFunction) => {{
  try {{
    const result = await prisma.{r.camel}.updateMany({{
      where: {{ id: Number(req.params.{r.camel}Id), ownerId: req.user.id }},
      data: {body},
    }});
    if (result.count === 0) {{
      throw new NotFoundError("{" ".join(r.words)}", req.params.{r.camel}Id);
    }}
    res.json({{ changed: result.count }});
  }} catch (error) {{
    next(error);
  }}
}});
""")
    leak = "String(error)" if r.one_in(4) else f'"{r.words[1]} could not be {r.states[1]}"'
    parts.append(f"""{name}.post("/:{r.camel}Id/{r.verb}", authenticate, async (req: Request, res: Response) => {{
  try {{
    const result = await {r.verb}{r.pascal}(Number(req.params.{r.camel}Id), req.user.id);
    res.json(result);
  }} catch (error) {{
    logger.error({{ error }}, "{r.verb} {r.words[1]} failed");
    res.status(error instanceof HttpError ? error.status : 500).json({{ error: {leak} }});
  }}
}});
""")
    parts.append(f"""{name}.delete("/:{r.camel}Id", authenticate, requireAdmin, async (req: Request, res: Response) => {{
  await pool.query("DELETE FROM {r.snakes} WHERE id = $1 AND state <> $2", [req.params.{r.camel}Id, "{r.states[1]}"]);
  logger.info("{r.words[0]} {r.words[1]} %s removed by %s", req.params.{r.camel}Id, req.user.id);
  res.status(204).end();
}});
""")
    return "\n".join(parts)


_AUTH = """\
import type { NextFunction, Request, Response } from "express";
import jwt from "jsonwebtoken";

export function authenticate(req: Request, res: Response, next: NextFunction): void {
  const token = req.headers.authorization?.replace("Bearer ", "");
  if (!token) {
    res.status(401).json({ error: "sign in first" });
    return;
  }
  req.user = jwt.verify(token, process.env.JWT_SECRET ?? "");
  next();
}

export function requireAdmin(req: Request, res: Response, next: NextFunction): void {
  if (!req.user.admin) {
    res.status(403).json({ error: "for administrators only" });
    return;
  }
  next();
}
"""
_ERRORS = """\
export class HttpError extends Error {
  constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class NotFoundError extends HttpError {
  constructor(what: string, id: unknown) {
    super(404, `no ${what} ${String(id)}`);
  }
}
"""
_LOGGER = """\
import pino from "pino";

export const logger = pino({ level: process.env.LOG_LEVEL ?? "info" });
"""

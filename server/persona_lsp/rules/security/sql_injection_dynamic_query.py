"""SQL text is assembled from a run-time value.

## Why it matters
One request could read or delete the data of every customer, the most expensive kind of breach to disclose.
Values belong into parameters, which the database never reads as SQL
([OWASP, SQL injection prevention](https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html);
[CWE-89](https://cwe.mitre.org/data/definitions/89.html)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/users")
def find_users(name: str, session: Session = Depends(get_session)):
    rows = session.execute(text(f"SELECT id FROM users WHERE name = '{name}' LIMIT 20"))
#                                                                     ^^^^ SQL is built from `name`; a crafted value can change the statement. Bind it as a parameter.
    return [row.id for row in rows]
```

```js express
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

app.get('/users', async (req, res) => {
  const found = await pool.query(`SELECT id FROM users WHERE email = '${req.query.email}' LIMIT 20`);
//                                                                      ^^^^^^^^^^^^^^^ SQL is built from `req.query.email`; a crafted value can change the statement. Bind it as a parameter.
  res.json(found.rows);
});
```

```java spring
@RestController
class Users {
    private final JdbcTemplate jdbc;

    @GetMapping("/users/count")
    Long count(@RequestParam String name) {
        return jdbc.queryForObject("SELECT count(*) FROM users WHERE name = '" + name + "'", Long.class);
//                                                                               ^^^^ SQL is built from `name`; a crafted value can change the statement. Bind it as a parameter.
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("search")]
    public async Task<List<Order>> Search(string name)
    {
        return await db.Orders.FromSqlRaw($"SELECT * FROM orders WHERE name = '{name}'").Take(100).ToListAsync();
//                                                                              ^^^^ SQL is built from `name`; a crafted value can change the statement. Bind it as a parameter.
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :users, only: :index
end
```

`app/controllers/users_controller.rb`:
```rb rails
class UsersController < ApplicationController
  def index
    render json: User.where("name = '#{params[:name]}'").limit(20)
#                                      ^^^^^^^^^^^^^ SQL is built from `params[:name]`; a crafted value can change the statement. Bind it as a parameter.
  end
end
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/users")
def find_users(name: str, session: Session = Depends(get_session)):
    rows = session.execute(text("SELECT id FROM users WHERE name = :name LIMIT 20"), {"name": name})
    return [row.id for row in rows]
```

```js express
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

app.get('/users', async (req, res) => {
  const found = await pool.query('SELECT id FROM users WHERE email = $1 LIMIT 20', [req.query.email]);
  res.json(found.rows);
});
```

```java spring
@RestController
class Users {
    private final JdbcTemplate jdbc;

    @GetMapping("/users/count")
    Long count(@RequestParam String name) {
        return jdbc.queryForObject("SELECT count(*) FROM users WHERE name = ?", Long.class, name);
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("search")]
    public async Task<List<Order>> Search(string name)
    {
        return await db.Orders.FromSqlInterpolated($"SELECT * FROM orders WHERE name = {name}").Take(100).ToListAsync();
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :users, only: :index
end
```

`app/controllers/users_controller.rb`:
```rb rails
class UsersController < ApplicationController
  def index
    render json: User.where("name = ?", params[:name]).limit(20)
  end
end
```

## Fine
Values are bound; an interpolation in a tagged template is a binding.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');
const { Pool } = require('pg');

const app = express();
const prisma = new PrismaClient();
const pool = new Pool();

app.get('/users', async (req, res) => {
  res.json(await prisma.$queryRaw`SELECT id FROM users WHERE email = ${req.query.email} LIMIT 20`);
});
app.get('/teams', async (req, res) => {
  res.json((await pool.query('SELECT id FROM teams WHERE name = $1 LIMIT 20', [req.query.name])).rows);
});
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("search")]
    public async Task<List<Order>> Search(string name)
    {
        return await db.Orders.FromSqlInterpolated($"SELECT * FROM orders WHERE name = {name}").Take(100).ToListAsync();
    }
}
```

Constants, numbers, and placeholders that are counted out.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

app = FastAPI()
OPEN = "open"


@app.get("/orders")
def find_orders(customer: int, session: Session = Depends(get_session)):
    rows = session.execute(text(f"SELECT id FROM orders WHERE state = '{OPEN}' AND customer = {customer} LIMIT 20"))
    return [row.id for row in rows]
```

```js express
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

app.get('/users', async (req, res) => {
  const ids = req.query.ids.split(',');
  const marks = ids.map((_, i) => `$${i + 1}`).join(',');
  const found = await pool.query(`SELECT id FROM users WHERE id IN (${marks}) LIMIT 20`, ids);
  res.json(found.rows);
});
app.get('/pages/:id', async (req, res) => {
  const found = await pool.query(`SELECT id FROM pages WHERE id = ${Number(req.params.id)} LIMIT 1`);
  res.json(found.rows);
});
app.get('/cached', async (req, res) => {
  res.json(await cache.query(`user:${req.query.id}`));
});

function forget(name) {
  return pool.query(`DELETE FROM changes WHERE name = '${name}'`);
}

function clean() {
  pool.query('DELETE FROM sessions');
  forget('notes');
  forget('orders');
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :users, only: :index
end
```

`app/controllers/users_controller.rb`:
```rb rails
class UsersController < ApplicationController
  def index
    render json: User.where("name = ?", params[:name]).limit(20)
  end
end
```

## When to ignore it
The value is made by code that cannot be seen and is known to be harmless.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Dynamic, Function, Op, Origin, Query
from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import BindSql
from persona_lsp.rules import function_rule
from persona_lsp.rules.predicates import brief
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_TEXT = frozenset({"", "str", "string", "String", "CharSequence", "Object", "any", "unknown"})

_FRAGMENT = lazy(
    r"(clauses?|criteria|conditions?|where|filters?|sql|query|columns?|fields?|table\w*|schema\w*|order\w*|sort\w*"
    r"|suffix|prefix|placeholders?|marks|joins?|expression|expr|template|statement)$",
    re.IGNORECASE,
)
"""Names of parameters that bring SQL on purpose: whoever calls with them has to be asked, and is not known here."""

_WRITTEN = lazy(r"""'[^'$#{]*'|"[^"$#{]*"|`[^`$]*`""")
_HANDED_ON = 3


@function_rule(severity=Severity.ERROR, since="0.1")
def sql_injection_dynamic_query(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield queries whose text holds a value that is only known at run time."""
    for query in function.queries:
        if query.sql is None or query.sql.bound or not query.sql.dynamic:
            continue
        # What makes tables takes no parameters; the texts of such statements come from the house.
        found = [one for one in query.sql.dynamic if query.op is not Op.DDL or one.origin is Origin.REQUEST]
        told = [(one, severity) for one in found if (severity := _severity(one, function, snapshot))]
        if told:
            yield _finding(function, query, told, snapshot)


def _severity(value: Dynamic, function: Function, snapshot: Snapshot) -> Severity | None:
    if value.position != "value" or value.safe:
        return None
    if value.origin is Origin.REQUEST:
        return None if _is_choice(value.type, snapshot) else Severity.ERROR
    if value.origin is not Origin.PARAM or value.type not in _TEXT:
        return None
    # Messages come from the house itself, as far as anybody can tell.
    if any(endpoint.route.kind != "message" for endpoint in snapshot.endpoints_of(function)):
        return Severity.ERROR
    if not function.is_public:
        return None
    # What was made of a parameter may be the id of a record as well as a name that somebody typed.
    if _FRAGMENT.search(value.source):
        return None
    root = value.source.partition(".")[0].partition("[")[0].partition("(")[0].strip()
    direct = any(param.name == root for param in function.params)
    if direct and root == value.source and _only_constants(function, root, snapshot, 0):
        return None
    made = "(" in value.source or value.source.endswith((".id", "_id"))
    return Severity.WARNING if direct and not made else Severity.INFORMATION


def _only_constants(function: Function, name: str, snapshot: Snapshot, depth: int) -> bool:
    """Whether all that call the function give a text that is written down for the parameter, or hand on such a one."""
    place = next((i for i, p in enumerate(function.params) if p.name == name), -1)
    callers = [
        (caller, call)
        for facts in snapshot.files.values()
        for caller in facts.functions
        for call in caller.calls
        if call.name == function.name and caller is not function
    ]
    if place < 0 or not callers or depth > _HANDED_ON:
        return False
    for caller, call in callers:
        given = call.arguments[place] if place < len(call.arguments) else ""
        if _WRITTEN.fullmatch(given):
            continue
        if not any(p.name == given for p in caller.params) or not _only_constants(caller, given, snapshot, depth + 1):
            return False
    return True


def _is_choice(declared: str, snapshot: Snapshot) -> bool:
    """The framework lets nothing in but what the type lists."""
    found = snapshot.class_named(declared) if declared else None
    return declared == "Literal" or (found is not None and found.kind == "enum")


def _finding(function: Function, query: Query, told: list[tuple[Dynamic, Severity]], snapshot: Snapshot) -> Finding:
    first = told[0][0]
    severity = min(severity for _, severity in told)
    sql = query.sql
    # The text is only rewritten as a whole: one fragment that stays would leave the hole open.
    whole = sql is not None and all(one.position == "value" for one in sql.dynamic)
    title, packages = "Bind the values as parameters", tuple(sorted(snapshot.versions))
    fix = BindSql(function.at(sql.span), title, packages=packages) if sql is not None and whole else None
    return Finding(
        function.at(first.span),
        f"SQL is built from `{brief(first.source)}`; a crafted value can change the statement. Bind it as a parameter.",
        fixes=(fix,) if fix else (),
        severity=severity,
        related=tuple(Related(function.at(one.span), f"So is `{brief(one.source)}`.") for one, _ in told[1:5]),
        subject=f"{function.key} {first.source}",
    )

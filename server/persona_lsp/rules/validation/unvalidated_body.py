"""The request body is used without any schema or validation.

## Why it matters
Bad records enter the database, and every later report, invoice and migration pays for them.
Input that nobody checked is [CWE-20](https://cwe.mitre.org/data/definitions/20.html).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/users", status_code=201)
def create_user(body: dict, session: Session = Depends(get_session)):
#               ^^^^^^^^^^ `POST /users` stores `body` straight from the request; nothing checks names, types or lengths.
    session.add(User(name=body["name"], age=body["age"]))
    session.commit()
```

```js express
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

app.post('/users', async (req, res) => {
  await pool.query('INSERT INTO users (email, age) VALUES ($1, $2)', [req.body.email, req.body.age]);
//                                                                    ^^^^^^^^^^^^^^ `POST /users` stores `email`, `age` straight from the request; nothing checks types, lengths or ranges.
  res.sendStatus(201);
});
```

```java spring
@RestController
class Users {
    private final UserRepository users;

    @PostMapping("/users")
    @ResponseStatus(HttpStatus.CREATED)
    User create(@RequestBody Map<String, Object> body) {
//              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `POST /users` stores `body` straight from the request; nothing checks names, types or lengths.
        return users.save(new User((String) body.get("name")));
    }
}

interface UserRepository extends JpaRepository<User, Long> {
}
```

## Fine
A model declares what is allowed.

```py fastapi
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import Session

app = FastAPI()


class UserCreate(BaseModel):
    name: str
    age: int


@app.post("/users", status_code=201)
def create_user(body: UserCreate, session: Session = Depends(get_session)):
    session.add(User(name=body.name, age=body.age))
    session.commit()
```

A schema parses the body, a middleware checks it, or every field is tested.

```js express
const express = require('express');
const { Pool } = require('pg');
const { z } = require('zod');
const { celebrate, Joi } = require('celebrate');

const app = express();
const pool = new Pool();
const User = z.object({ email: z.string().email().max(254) });

app.post('/users', async (req, res) => {
  const user = User.parse(req.body);
  await pool.query('INSERT INTO users (email) VALUES ($1)', [user.email]);
  res.sendStatus(201);
});
app.post('/teams', celebrate({ body: Joi.object({ name: Joi.string().required() }) }), async (req, res) => {
  await pool.query('INSERT INTO teams (name) VALUES ($1)', [req.body.name]);
  res.sendStatus(201);
});
app.post('/tags', async (req, res) => {
  if (typeof req.body.tag !== 'string') {
    return res.sendStatus(400);
  }
  await pool.query('INSERT INTO tags (tag) VALUES ($1)', [req.body.tag]);
  res.sendStatus(201);
});
```

Webhooks store what they are sent; a proxy passes it on.

```js express
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

app.post('/webhooks/payments', async (req, res) => {
  await pool.query('INSERT INTO events (raw) VALUES ($1)', [req.body.raw]);
  res.sendStatus(200);
});
app.post('/proxy', async (req, res) => {
  res.json(await upstream.post('/orders', req.body));
});
```

## When to ignore it
Everything is checked in front of the application, by a gateway that knows the contract.
"""

from collections.abc import Iterator

from persona_lsp.facts.body import WRITES, InputRead
from persona_lsp.facts.http import In
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.predicates import CHANGING, answers, brief, checks_input, is_webhook_receiver, label
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_STORES = frozenset({"query-write", "sql"})
_CHECKED_BY_SCHEMA = frozenset({"mongoose"})
"""Libraries whose models check the types of what they are given."""
_SENT = frozenset({In.BODY, In.FORM})
_INVALID = frozenset({400, 422})


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def unvalidated_body(endpoint: Endpoint, _: Snapshot) -> Iterator[Finding]:
    """Yield one finding for a handler that stores what it was sent."""
    handler = endpoint.handler
    if handler is None or endpoint.method not in CHANGING or not handler.queries:
        return
    stored = [q for q in handler.queries if q.op in WRITES and q.library not in _CHECKED_BY_SCHEMA]
    if not stored or is_webhook_receiver(endpoint) or checks_input(endpoint):
        return
    body = endpoint.body
    if body is not None and body.untyped and body.validated is not True and body.local:
        if any(body.local in query.args or query.whole_body for query in stored):
            yield Finding(
                body.where,
                f"`{label(endpoint, 30)}` stores `{brief(body.local, 24)}` straight from the request;"
                " nothing checks names, types or lengths.",
                subject=endpoint.label,
            )
        return
    if any(read.validated for read in handler.inputs if not read.name and read.place in _SENT) or _is_refused(endpoint):
        return
    tested = {read.name for read in handler.inputs if read.guarded or read.sink == "compare"}
    reads = [read for read in handler.inputs if _is_stored(read) and read.name not in tested]
    fields = list(dict.fromkeys(read.name for read in reads if read.name))
    if fields:
        named = ", ".join(f"`{brief(field, 12)}`" for field in fields[:2]) + (" …" if len(fields) > 2 else "")
        yield Finding(
            handler.at(reads[0].span),
            f"`{label(endpoint, 30)}` stores {named} straight from the request; nothing checks types, lengths or ranges.",
            subject=endpoint.label,
        )


def _is_refused(endpoint: Endpoint) -> bool:
    """A function of the project's own reads the body before the handler, and refuses some."""
    return any(
        any(answer.status in _INVALID for answer in answers(one)) and any(read.place in _SENT for read in one.inputs)
        for one in endpoint.before
    )


def _is_stored(read: InputRead) -> bool:
    if read.place not in _SENT or read.validated or read.guarded or read.escapes:
        return False
    return read.sink in _STORES

"""A failure is caught and the request still reports success.

## Why it matters
The customer sees "saved", the data is not there, and it is found out at the end of the month.
A failure that is noticed and not acted on is
[CWE-390](https://cwe.mitre.org/data/definitions/390.html).

## Flagged
```py fastapi
import logging

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate, session: Session = Depends(get_session)):
    try:
        session.add(Order(item=body.item))
        session.commit()
    except Exception as error:
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ [error] `session.add` can fail and `POST /orders` still reports success; re-raise it or answer an error.
        logger.error(error)
    return {"status": "ok"}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(OrderRequest request)
    {
        try
        {
            db.Orders.Add(new Order { Item = request.Item });
            await db.SaveChangesAsync();
        }
        catch (Exception)
//      ^^^^^^^^^^^^^^^^^ [error] `db.Orders.Add` can fail and `POST /orders` still reports success; re-raise it or answer an error.
        {
        }

        return StatusCode(201);
    }
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  try {
    await prisma.order.create({ data: { item: req.body.item } });
  } catch (err) {
//  ^^^^^^^^^^^^^ [error] `prisma.order.create` can fail and `POST /orders` still reports success; re-raise it or answer an error.
    console.log(err);
  }
  res.json({ ok: true });
});
```

## Fixed
```py fastapi
import logging

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate, session: Session = Depends(get_session)):
    try:
        session.add(Order(item=body.item))
        session.commit()
    except Exception as error:
        logger.error(error)
        raise
    return {"status": "ok"}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  try {
    await prisma.order.create({ data: { item: req.body.item } });
  } catch (err) {
    console.log(err);
    throw err;
  }
  res.json({ ok: true });
});
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(OrderRequest request)
    {
        try
        {
            db.Orders.Add(new Order { Item = request.Item });
            await db.SaveChangesAsync();
        }
        catch (Exception)
        {
            throw;
        }

        return StatusCode(201);
    }
}
```

## Fine
The failure is answered or raised.

```py fastapi
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate, session: Session = Depends(get_session)):
    try:
        session.add(Order(item=body.item))
        session.commit()
    except IntegrityError:
        raise HTTPException(409, "order already exists")
    return {"status": "ok"}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(OrderRequest request)
    {
        try
        {
            db.Orders.Add(new Order { Item = request.Item });
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            return Conflict();
        }

        return StatusCode(201);
    }
}
```

It is there already, which is what was asked for.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

app = FastAPI()


@app.put("/favorites/{item_id}")
def add_favorite(item_id: int, session: Session = Depends(get_session)):
    try:
        session.add(Favorite(item_id=item_id))
        session.commit()
    except IntegrityError:
        pass
    return {"favorite": item_id}
```

Side effects that may fail: caches, metrics, audit, mails, cleaning up; retries that end in an error.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  const order = await prisma.order.create({ data: { item: req.body.item } });
  try {
    await cache.delete('orders');
  } catch (err) {
    console.warn(err);
  }
  try {
    await metrics.send('order', 1);
  } catch (err) {
    console.warn(err);
  }
  try {
    await prisma.auditLog.create({ data: { orderId: order.id } });
  } catch (err) {
    console.warn(err);
  }
  res.status(201).json(order);
});
app.post('/payments', async (req, res) => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await prisma.payment.create({ data: { amount: req.body.amount } });
      return res.sendStatus(201);
    } catch (err) {
      console.warn(err);
    }
  }
  res.sendStatus(503);
});
```

## When to ignore it
The write is a convenience that the answer does not depend on.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Catch
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import Rethrow
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.api import EVERY_KIND
from persona_lsp.rules.predicates import CHANGING, brief, is_login, is_webhook_receiver, label
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_BEST_EFFORT = lazy(
    r"metric|prometheus|gauge|histogram|audit|cache|analytic|notif|mail|sms|log|track|redis|close|rollback|cleanup|clean_up|telemetry|event"
    r"|publish|emit|broadcast|socket|sentry|statsd|stats|history|activity|activities|view|index|thumbnail|unlink|disconnect"
    r"|cookie|release|evict|invalidate|warm|prefetch|seen|(^|\.)(os|fs|fsp|shutil|path|files?|fileutils)\.\w*(remove|delete|rm)",
    re.IGNORECASE,
)
_WRITES = lazy(
    r"(^|[._])(save|create|update|delete|insert|remove|destroy|charge|pay(?!load)|persist|store|commit|transfer)",
    re.IGNORECASE,
)
_MAKES = lazy(
    r"create\w*?_?(service|client|session|connection|engine|pool|context|transport|logger|instance|factory|task|loop|channel|stub|adapter|driver|proxy)s?$",
    re.IGNORECASE,
)
"""What is made in memory: `camera.create_media_service()`."""
_ALREADY = lazy(
    r"integrity|unique|duplicate|already|exists|conflict|notfound|not_found|doesnotexist|nosuch|emptyresult|noresult",
    re.IGNORECASE,
)
_IN_MEMORY = frozenset({"ValueError", "KeyError", "IndexError", "StopIteration"})
"""What Python raises of its own lists, dictionaries and texts: `names.remove(name)`."""
_SERIOUS = frozenset({"write", "http", "payment", "tx"})
_REMOTE = frozenset({"http", "payment"})
_OF_STORES = lazy(
    r"active_?record|pg\b|mysql|sqlite|sql|mongo|record|database|\bdb\b|orm\b|models?\b|sequel|transaction|integrity|data_?access",
    re.IGNORECASE,
)
"""Libraries that write to a database, by parts of their names."""


@endpoint_rule(severity=Severity.WARNING, since="0.1", kinds=EVERY_KIND)
def swallowed_exception_in_handler(endpoint: Endpoint, _: Snapshot) -> Iterator[Finding]:
    """Yield catches around writes and remote calls after which the handler goes on to a success."""
    handler = endpoint.handler
    if handler is None or not handler.catches or is_webhook_receiver(endpoint):
        return
    for caught in handler.catches:
        if caught.outcome not in {"empty", "log"} or not caught.then_succeeds or caught.site.loop >= 0:
            continue
        if caught.explained or any(_ALREADY.search(name) for name in caught.types):
            continue
        failing = _failing(caught, endpoint)
        if failing is None:
            continue
        kind, name = failing
        fix = Rethrow(handler.at(caught.body), "Raise the failure again", safe=False, variable=caught.variable)
        yield Finding(
            handler.at(caught.span),
            _told(name, endpoint),
            fixes=(fix,),
            severity=_severity(kind, caught, endpoint),
            subject=f"{endpoint.label} {name}",
        )


def _told(name: str, endpoint: Endpoint) -> str:
    if endpoint.route.kind == "message":
        return f"`{brief(name, 19)}` can fail and `{label(endpoint)}` counts as handled; re-raise it, or the message is lost."
    return (
        f"`{brief(name, 19)}` can fail and `{label(endpoint)}` still reports success; re-raise it or answer an error."
    )


def _severity(kind: str, caught: Catch, endpoint: Endpoint) -> Severity:
    """A lost write of what the endpoint is for is worst; a failed call that is logged is heard by somebody."""
    if kind == "write" and endpoint.method in CHANGING:
        return Severity.WARNING if is_login(endpoint) else Severity.ERROR
    return Severity.INFORMATION if caught.outcome == "log" else Severity.WARNING


def _failing(caught: Catch, endpoint: Endpoint) -> tuple[str, str] | None:
    """The first serious thing that the protected code does."""
    # What a call that is only named like a write does for a reader, nobody knows.
    guessed = endpoint.method != "GET" and not (bool(caught.types) and _IN_MEMORY.issuperset(caught.types))
    library = _is_of_library(caught)
    for kind, name in caught.covers:
        if _BEST_EFFORT.search(name) or (kind == "call" and _MAKES.search(name)) or (library and kind not in _REMOTE):
            continue
        if kind in _SERIOUS or (kind == "call" and guessed and _WRITES.search(name)):
            return kind, name
    return None


def _is_of_library(caught: Catch) -> bool:
    """All that is caught is a library's by name, and that library is no database's: no write raises it."""
    return bool(caught.types) and all("." in name and not _OF_STORES.search(name) for name in caught.types)

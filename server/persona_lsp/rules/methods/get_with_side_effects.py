"""A `GET` handler changes state.

## Why it matters
A link preview, a crawler or a retrying proxy can delete data or charge a customer twice, and nothing in between stops it.
`GET` is defined as safe: the client asks for nothing but reading
([RFC 9110, section 9.2.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-9.2.1)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/{order_id}/cancel")
def cancel_order(order_id: int, session: Session = Depends(get_session)):
    order = session.get_one(Order, order_id)
    session.delete(order)
#   ^^^^^^^^^^^^^^^^^^^^^ `GET /orders/{order_id}/cancel` deletes `Order`; crawlers and retries will repeat it. Use `POST`.
    session.commit()
    return {"cancelled": order_id}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("{id}/cancel")]
    public async Task<IActionResult> Cancel(int id)
    {
        await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync();
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders/{id}/cancel` deletes `Orders`; crawlers and retries will repeat it. Use `POST`.
        return NoContent();
    }
}
```

```ts express
import express from 'express';
import { PrismaClient } from '@prisma/client';

const app = express();
const prisma = new PrismaClient();

app.get('/orders/:id/cancel', async (req, res) => {
  const order = await prisma.order.update({ where: { id: req.params.id }, data: { status: 'cancelled' } });
//                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders/{id}/cancel` changes `order`; crawlers and retries will repeat it. Use `POST`.
  res.json(order);
});
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/orders/{order_id}/cancel")
def cancel_order(order_id: int, session: Session = Depends(get_session)):
    order = session.get_one(Order, order_id)
    session.delete(order)
    session.commit()
    return {"cancelled": order_id}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost("{id}/cancel")]
    public async Task<IActionResult> Cancel(int id)
    {
        await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync();
        return NoContent();
    }
}
```

```ts express
import express from 'express';
import { PrismaClient } from '@prisma/client';

const app = express();
const prisma = new PrismaClient();

app.post('/orders/:id/cancel', async (req, res) => {
  const order = await prisma.order.update({ where: { id: req.params.id }, data: { status: 'cancelled' } });
  res.json(order);
});
```

## Fine
Reading.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)):
    return session.get_one(Order, order_id)
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost("{id}/cancel")]
    public async Task<IActionResult> Cancel(int id)
    {
        await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync();
        return NoContent();
    }
}
```

Logs of access, metrics and audit records.

```ts express
import express from 'express';
import { PrismaClient } from '@prisma/client';

const app = express();
const prisma = new PrismaClient();

app.get('/invoices/:id', async (req, res) => {
  await prisma.accessLog.create({ data: { invoiceId: req.params.id, by: req.user.id } });
  await prisma.metric.create({ data: { name: 'invoices', value: 1 } });
  await prisma.auditEntry.create({ data: { action: 'read', invoiceId: req.params.id } });
  res.json(await prisma.invoice.findUniqueOrThrow({ where: { id: req.params.id } }));
});
```

Times of access and counters of views.

```ts express
import express from 'express';
import { PrismaClient } from '@prisma/client';

const app = express();
const prisma = new PrismaClient();

app.get('/articles/:id', async (req, res) => {
  const article = await prisma.article.update({
    where: { id: req.params.id },
    data: { views: { increment: 1 } },
  });
  res.json(article);
});
app.get('/me', async (req, res) => {
  const user = await prisma.user.update({ where: { id: req.user.id }, data: { lastSeenAt: new Date() } });
  res.json(user);
});
```

A cache that is filled, and a session that is kept alive.

```ts express
import express from 'express';
import { PrismaClient } from '@prisma/client';
import { createClient } from 'redis';

const app = express();
const prisma = new PrismaClient();
const redis = createClient();

app.get('/rates/:day', async (req, res) => {
  const rates = await bank.rates(req.params.day);
  await redis.setEx(`rates:${req.params.day}`, 60, rates);
  await prisma.rateCache.create({ data: { day: req.params.day, rates } });
  await prisma.session.update({ where: { id: req.cookies.sid }, data: { expiresAt: inAnHour() } });
  res.json(rates);
});
```

A link in a mail confirms an address, an identity provider sends its user back, and a probe writes to see whether it can.

```ts express
import express from 'express';
import { PrismaClient } from '@prisma/client';

const app = express();
const prisma = new PrismaClient();

app.get('/verify/:token', async (req, res) => {
  await prisma.user.update({ where: { token: req.params.token }, data: { confirmed: true } });
  res.redirect('/welcome');
});
app.get('/oauth/callback', async (req, res) => {
  await prisma.account.create({ data: { code: req.query.code } });
  res.redirect('/');
});
app.get('/healthz', async (req, res) => {
  await prisma.heartbeat.create({ data: { at: new Date() } });
  res.json({ ok: true });
});
```

## When to ignore it
The change is invisible to clients, such as filling a table that serves as a cache.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import WRITES, Branch, Function, Op, Query
from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import ChangeMethod
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.predicates import READING, brief, handler_queries, is_health, is_login, label, words
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_BOOKKEEPING = lazy(
    r"(last_?\w*|\w*_?(seen|accessed|viewed|used|visited|clicked|login|active|activity|read|opened|notified|unread)_?(at|on|date|time)?|views?|hits?|clicks?"
    r"|visits?|access\w*|updated_?at|modified_?at|audit_?(comment|note|reason)|(api_|last_)?(client|user_?agent|ip(_?address)?)|(view|read|hit|click|visit|download|access)_?counts?)",
    re.IGNORECASE,
)
_COUNTED = frozenset(
    """access accesses click clicks download downloads hit hits impression impressions play plays
    popularity read reads scan scans usage view views visit visits""".split()
)
_COUNTING = frozenset(
    """all amount at count counter counts daily date last monthly num number of stat statistics stats this time times
    today total totals unique week weekly""".split()
)
"""Words that stand beside what is counted: `total_downloads_count`."""
_STATISTICS = frozenset("statistic statistics stat stats".split())
_COUNTS = frozenset("add bump count incr increase increment log record register save track update".split())
_RECORDS = frozenset(
    """access activity activities analytics audit audits cache cached click event events footprint footprints history
    hit impression job preview previews thumbnail thumbnails unread
    log logs metric metrics nonce probe session sessions statistic statistics stats token tokens trace track tracking
    view views visit visits""".split()
)
_TELLS_CALLER = lazy(r"current_?\w|(?:get_?)?(?:logged_in_?|authenticated_?)user", re.IGNORECASE)
_DERIVED = ("ActiveStorage.", "ActiveStorage::")
"""Files that are made of others when somebody wants to see them."""
_DOES = {Op.INSERT: "creates", Op.UPDATE: "changes", Op.DELETE: "deletes", Op.UPSERT: "changes"}
_ENSURES = lazy(r"find_?or|get_?or|first_?or|or_?(create|insert|new)|ensure|upsert", re.IGNORECASE)
_ASKS = lazy(r"(^|[._])(retrieve|list|get|find|search|fetch|read|construct\w*|verify\w*)", re.IGNORECASE)
_SIGNED = lazy(r"(?:verif|check|valid)\w*(?:signature|sign$)|signature\w*(?:verif|check|valid)", re.IGNORECASE)
"""Calls that ask whether somebody else signed the address: a payment service that sends the browser back."""
_SENT_BACK = frozenset("cancel canceled cancelled complete completed failed failure return returned success".split())
_CHALLENGE = lazy(r"hub[._]|(?:\w+_)?challenge$", re.IGNORECASE)
_OF_MAIL = lazy(r"mail\w*/\{\w*token\}/?$", re.IGNORECASE)
"""How an address ends that was sent to somebody: `/change-email/{token}`."""
_SENDS = {"email": "sends an e-mail", "payment": "moves money"}


@endpoint_rule(severity=Severity.ERROR, since="0.1")
def get_with_side_effects(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the first write of a safe method."""
    handler = endpoint.handler
    if endpoint.method not in READING or handler is None or set(endpoint.route.methods) - READING:
        return
    for query, function, call in handler_queries(endpoint, snapshot):
        if call >= 0 and _TELLS_CALLER.match(function.name):
            continue  # whoever finds out who calls may end a session
        if _is_domain_write(query, function):
            if not _is_meant(endpoint, snapshot):
                yield _finding(endpoint, handler, query, call)
            return
    for site in handler.calls:
        if (
            site.effect in _SENDS
            and site.site.catch < 0
            and not _ASKS.search(site.name)
            and not _is_meant(endpoint, snapshot)
        ):
            yield Finding(
                handler.at(site.span),
                f"`{label(endpoint)}` {_SENDS[site.effect]}; crawlers and retries will repeat it. Use `POST`.",
                fixes=(_to_post(endpoint, "POST"),),
                subject=endpoint.label,
            )
            return


def _finding(endpoint: Endpoint, handler: Function, query: Query, call: int) -> Finding:
    entity = f"`{brief(query.entity, 24)}`" if query.entity else "data"
    # A record that is made when it is missing is reading with a late start.
    lazy = query.op in {Op.INSERT, Op.UPSERT} and (
        query.op is Op.UPSERT
        or query.site.branch is Branch.NOT_FOUND
        or (call >= 0 and _ENSURES.search(handler.calls[call].name) is not None)
    )
    # So is what a function named after previews, caches or logs does.
    lazy = lazy or (call >= 0 and bool(set(words(handler.calls[call].name)) & _RECORDS))
    method = "DELETE" if query.op is Op.DELETE and endpoint.segments and endpoint.segments[-1].param else "POST"
    return Finding(
        handler.at(query.span) if call < 0 else handler.at(handler.calls[call].span),
        f"`{label(endpoint)}` {_DOES[query.op]} {entity}; crawlers and retries will repeat it. Use `{method}`.",
        fixes=(_to_post(endpoint, method),),
        severity=Severity.INFORMATION if lazy else Severity.WARNING if call >= 0 else None,
        related=(Related(endpoint.where, f"`{endpoint.label}` is registered here."),),
        subject=endpoint.label,
    )


def _is_meant(endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """A probe; a link in a mail or a redirect of an identity provider; or a handler that asks for the method itself."""
    if is_health(endpoint) or is_login(endpoint):
        return True
    # What is registered under a condition is there for developers more often than not.
    if endpoint.conditional or endpoint.route.conditional:
        return True
    if endpoint.handler and any(_CHALLENGE.match(read.name) for read in endpoint.handler.inputs):
        return True  # WebSub and its like confirm a subscription by `GET`
    if endpoint.handler and any(_SIGNED.search(call.name) for call in endpoint.handler.calls):
        return True
    if endpoint.handler and _is_return(endpoint, endpoint.handler):
        return True
    if _OF_MAIL.search(endpoint.path):
        return True  # a link in a mail can only be looked at
    served = snapshot.endpoints_of(endpoint.handler) if endpoint.handler else ()
    return any(other.method not in READING for other in served)


def _is_return(endpoint: Endpoint, handler: Function) -> bool:
    """A payment service sends the browser back with what it needs to be asked what became of the payment."""
    last = next((segment.literal for segment in reversed(endpoint.segments) if not segment.param), "")
    if not set(words(last)) & _SENT_BACK or not any(read.place == "query" for read in handler.inputs):
        return False
    return any(call.effect in ("payment", "http") for call in handler.calls)


def _to_post(endpoint: Endpoint, method: str) -> ChangeMethod:
    title = f"Register it for {method} (changes the API contract)"
    named = endpoint.handler.name_where if endpoint.handler is not None and endpoint.route.method_by_name else None
    return ChangeMethod(named or endpoint.route.where, title, safe=False, method=method)


def _is_bookkeeping(column: str) -> bool:
    """When somebody looked, or how often: `last_seen_at`, `downloads_count`, `stats.views`."""
    named = set(words(column))
    return _BOOKKEEPING.fullmatch(column) is not None or (bool(named & _COUNTED) and named <= _COUNTED | _COUNTING)


def _is_domain_write(query: Query, function: Function) -> bool:
    if query.op not in WRITES or query.site.catch >= 0 or function.is_test:
        return False
    if query.api.rsplit(".", 1)[-1] == "touch" or query.entity.startswith(_DERIVED):
        return False
    # What a function that is called so does, nobody has to look at.
    named = set(words(function.name))
    if named == {"touch"}:
        return False  # `ReadState.touch!`, as `record.touch` does
    counted = named & _COUNTED or named & _STATISTICS
    if named & _COUNTS and counted and named <= _COUNTS | _COUNTED | _COUNTING:
        return False
    if query.columns and all(_is_bookkeeping(column) for column in query.columns):
        return False
    # Of raw SQL, the tables are what is known.
    written = (query.entity,) if query.entity or query.sql is None else query.sql.tables
    return not written or not all(set(words(name)) & _RECORDS for name in written)

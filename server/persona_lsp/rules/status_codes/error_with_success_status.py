"""A failure is reported with a success status.

## Why it matters
Dashboards show full availability while customers see errors, and neither retries nor alarms ever start.
The status says how the request went; 4xx and 5xx are for what went wrong
([RFC 9110, section 15](https://www.rfc-editor.org/rfc/rfc9110.html#section-15)).

## Flagged
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.post("/charges")
def charge(order: Order):
    try:
        pay(order)
    except PaymentError:
        return {"error": "declined"}
#              ^^^^^^^^^^^^^^^^^^^^^ A failure of `POST /charges` answers 200; answer 500, so that clients and monitoring see it.
    return {"paid": True}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpPost]
    public IActionResult Create(OrderRequest request)
    {
        try
        {
            return StatusCode(201, orders.Create(request));
        }
        catch (OutOfStockException)
        {
            return Ok(new { success = false, error = "out of stock" });
//                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A failure of `POST /orders` answers 200; answer 500, so that clients and monitoring see it.
        }
    }
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/users/:id', async (req, res) => {
  const user = await prisma.user.findUnique({ where: { id: req.params.id } });
  if (!user) {
    return res.json({ success: false, message: 'no such user' });
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A failure of `GET /users/{id}` answers 200; answer 404, so that clients and monitoring see it.
  }
  res.json(user);
});
```

## Fixed
```py fastapi
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()


@app.post("/charges")
def charge(order: Order):
    try:
        pay(order)
    except PaymentError:
        return JSONResponse(status_code=500, content={"error": "declined"})
    return {"paid": True}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpPost]
    public IActionResult Create(OrderRequest request)
    {
        try
        {
            return StatusCode(201, orders.Create(request));
        }
        catch (OutOfStockException)
        {
            return StatusCode(StatusCodes.Status500InternalServerError, new { success = false, error = "out of stock" });
        }
    }
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/users/:id', async (req, res) => {
  const user = await prisma.user.findUnique({ where: { id: req.params.id } });
  if (!user) {
    return res.status(404).json({ success: false, message: 'no such user' });
  }
  res.json(user);
});
```

## Fine
The status says it, and `errors: []` is no error.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/users/:id', async (req, res) => {
  const user = await prisma.user.findUnique({ where: { id: req.params.id } });
  if (!user) {
    return res.status(404).json({ error: 'no such user' });
  }
  res.json({ user, errors: [] });
});
app.get('/teams/:id', async (req, res) => {
  const team = await prisma.team.findUnique({ where: { id: req.params.id } });
  if (!team) {
    return res.json({ team: null, errors: [] });
  }
  res.json({ team, errors: [] });
});
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpPost]
    public IActionResult Create(OrderRequest request)
    {
        try
        {
            return StatusCode(201, orders.Create(request));
        }
        catch (OutOfStockException)
        {
            return Conflict(new { success = false, error = "out of stock" });
        }
    }
}
```

Protocols that put errors into a successful answer: GraphQL, JSON-RPC, and the bots of Slack and Telegram.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.post("/graphql")
def graphql(query: Query):
    try:
        return {"result": execute(query)}
    except QueryError:
        return {"errors": ["invalid query"]}


@app.post("/calls")
def call(body: Call):
    try:
        return {"result": dispatch(body)}
    except CallError:
        return {"jsonrpc": "2.0", "error": {"code": -32600}}


@app.post("/slack/commands")
def command(body: Command):
    try:
        return run(body)
    except CommandError:
        return {"error": "not understood"}


@app.post("/telegram/updates")
def updated(update: Update):
    try:
        answer(update)
    except ChatError:
        return {"ok": False}
    return {"ok": True}
```

A batch tells how each of its parts went.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.post("/orders/batch")
def create_orders(orders: list[Order]):
    try:
        return {"created": create_all(orders)}
    except PartialFailure:
        return {"errors": ["some failed"]}
```

A probe says that it is degraded.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health():
    try:
        ping()
    except ConnectionError:
        return {"status": "degraded", "error": "no database"}
    return {"status": "ok"}
```

The sender of a webhook wants 200 for whatever was received.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.post("/webhooks/payments")
def payment_event(event: Event):
    try:
        handle(event)
    except UnknownEvent:
        logger.exception("unknown event")
        return {"error": "unknown event"}
    return {"received": True}
```

A search finds nothing.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/search', async (req, res) => {
  const best = await prisma.article.findFirst({ where: { title: req.query.q } });
  if (!best) {
    return res.json({ results: [], message: 'nothing found' });
  }
  res.json({ results: [best] });
});
```

## When to ignore it
Another system demands 200 for everything that it has delivered.
"""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.body import Branch, Function, Response
from persona_lsp.findings.finding import Finding, Habit, Severity
from persona_lsp.findings.intent import SetStatus
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import answers, is_health, is_html, is_rpc, is_webhook_receiver, label
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_TELLS = frozenset({"error", "errors", "err", "exception", "error_message", "errormessage"})
_VERDICTS = frozenset({"success=false", "ok=false", "status=error", "status=fail", "status=failed", "status=ko"})
_WORDS = frozenset({"message", "msg", "reason", "error", "errors", "detail", "code", "error_code", "errorcode"})
_NOTHING = frozenset({"null", "none", "nil", "false", "[]", "{}", "", "0", "undefined"})
_PROTOCOL = frozenset({"jsonrpc", "data"})
_ELSEWHERE = lazy(
    r"batch|bulk|multi|telegram|slack|discord|(^|/)bots?(/|$)|validate|check|verify|lnurl"
    r"|(^|/)(debug|test(?-i:(?![a-z]))\w*|try|probe|diagnos\w*)([/_-]|$)",
    re.IGNORECASE,
)
_MANY: Final = 10
_MOST: Final = 0.8
"""A habit of the project has at least ten answers, a convention four of five."""
_FAILURES = frozenset({Branch.CATCH, Branch.NOT_FOUND, Branch.VALIDATION, Branch.UNAUTHENTICATED, Branch.FORBIDDEN})


_OF_VALUES = frozenset({"ValueError", "ValidationError", "UnicodeDecodeError", "ArgumentError", "ArgumentException"})
"""What is raised for a value that is wrong, which the client may have sent."""


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def error_with_success_status(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield answers that say "error" in their body and 200 in their status."""
    handler = endpoint.handler
    if handler is None:
        return
    lies = _lies(endpoint)
    scope = _habit(snapshot) if lies else ""
    for response in lies:
        where = handler.at(response.span)
        status = _suggested(handler, response, snapshot)
        told = f"answer {status}" if status else "answer a 4xx or 5xx status"
        title = f"Answer {status} (changes the API contract)"
        yield Finding(
            where,
            f"A failure of `{label(endpoint, 45)}` answers {response.status}; {told}, so that clients and monitoring see it.",
            # One answer more or less changes nothing about a habit.
            fixes=(SetStatus(where, title, safe=False, status=status),) if status and not scope else (),
            subject=endpoint.label,
            habit=Habit(
                # One handler that tells its failures so is one thing to change.
                key="answers" if scope else f"answers of {handler.key}",
                who=f"`{label(endpoint, 36)}`",
                one="answer",
                many="answers",
                does=f"tell failures with {response.status}; clients and monitoring don't see them.",
                whole_from=1 if scope == "API" else None,
            ),
        )


def _lies(endpoint: Endpoint) -> list[Response]:
    """The answers of the handler that call themselves a failure and carry a success status."""
    responses = endpoint.handler.responses if endpoint.handler is not None else ()
    lies = [one for one in responses if one.status in {200, 201} and one.keys and _says_error(one)]
    return [] if lies and _is_protocol(endpoint) else lies


@per_snapshot
def _habit(snapshot: Snapshot) -> str:
    """Where failures are told so as a habit: "file" or "API", "" for nowhere.

    Told once per file; and once for all where nearly every failure is told so, which makes it a convention.
    """
    lies = honest = 0
    seen: set[tuple[str, str]] = set()
    for endpoint in snapshot.endpoints:
        handler = endpoint.handler
        if handler is None or endpoint.test or endpoint.route.named or (handler.path, handler.key) in seen:
            continue
        seen.add((handler.path, handler.key))
        honest += sum(answer.status is not None and answer.status >= 400 for answer in answers(handler))
        lies += len(_lies(endpoint))
    if lies < _MANY:
        return ""
    return "API" if lies >= _MOST * (lies + honest) else "file"


def _is_protocol(endpoint: Endpoint) -> bool:
    if is_rpc(endpoint) or is_health(endpoint) or is_webhook_receiver(endpoint) or is_html(endpoint):
        return True
    return _ELSEWHERE.search(endpoint.path) is not None


def _says_error(response: Response) -> bool:
    if response.site.loop >= 0:
        return False
    keys = [key.lower() for key in response.keys]
    names = {key.partition("=")[0] for key in keys}
    if names & _PROTOCOL:
        return False
    verdicts = {key for key in keys if key in _VERDICTS}
    # `status` may be a field of the thing that was asked for, unless words for the caller stand beside it.
    if any(not key.startswith("status=") for key in verdicts) or (verdicts and names & _WORDS):
        return True
    told = [key for key in keys if key.partition("=")[0] in _TELLS and not _is_nothing(key)]
    if response.site.branch in _FAILURES:
        return bool(told)
    # Elsewhere a field `error` may be a part of the data: only a written text that stands there alone is one.
    return any("=" in key for key in told) and names <= _TELLS | {"message", "detail", "details", "code", "status"}


def _is_nothing(key: str) -> bool:
    name, equals, value = key.partition("=")
    return bool(name and equals) and value.strip("'\"") in _NOTHING


def _suggested(handler: Function, response: Response, snapshot: Snapshot) -> int:
    match response.site.branch:
        case Branch.NOT_FOUND:
            return 404
        case Branch.UNAUTHENTICATED:
            return 401
        case Branch.FORBIDDEN:
            return 403
        case Branch.CATCH:
            # What a library raises by a name of its own may well be the client's failure: a card that is declined.
            return 0 if _may_be_the_clients(handler, response.site.catch) else 500
        case Branch.VALIDATION:
            return 422 if _says_422(snapshot) else 400
        case _:
            return 0


def _may_be_the_clients(handler: Function, catch: int) -> bool:
    caught = handler.catches[catch] if 0 <= catch < len(handler.catches) else None
    if caught is None or caught.broad or not caught.types:
        return False
    return all("." in name or name in _OF_VALUES for name in caught.types)


@per_snapshot
def _says_422(snapshot: Snapshot) -> bool:
    """The house answers 422 to invalid input, and never 400."""
    statuses = {status for endpoint in snapshot.endpoints for status in endpoint.statuses}
    return 422 in statuses and 400 not in statuses

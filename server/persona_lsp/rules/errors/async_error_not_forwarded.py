"""A rejected promise never reaches the error handler.

## Why it matters
One failing query leaves the client waiting until its time is up, and can end the whole process.
Before version 5, Express does not look at the promise of a handler
([Express, error handling](https://expressjs.com/en/guide/error-handling.html)).

Where more than ten handlers of a project have the gap, each file is told once, and the other handlers are listed with it.

## Flagged
`package.json`:
```json
{ "dependencies": { "express": "^4.19.2" } }
```

`app.js`:
```js express
const express = require('express');
const app = express();

app.get('/orders/:id', async (req, res) => {
  res.json(await orders.read(req.params.id));
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A failure of this await leaves `GET /orders/{id}` without an answer; pass it to `next`.
});
```

`package.json`:
```json
{ "dependencies": { "express": "^5.0.0" } }
```

`jobs.js`:
```js express
const express = require('express');
const app = express();

app.post('/imports', (req, res) => {
  run(req.body).then((result) => res.json(result));
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A failure of this promise leaves `POST /imports` without an answer; pass it to `next`.
});
```

## Fixed
`package.json`:
```json
{ "dependencies": { "express": "^4.19.2" } }
```

`app.js`:
```js express
const express = require('express');
const app = express();

app.get('/orders/:id', async (req, res, next) => {
  try {
    res.json(await orders.read(req.params.id));
  } catch (err) {
    next(err);
  }
});
```

`package.json`:
```json
{ "dependencies": { "express": "^5.0.0" } }
```

`jobs.js`:
```js express
const express = require('express');
const app = express();

app.post('/imports', (req, res, next) => {
  run(req.body).then((result) => res.json(result)).catch(next);
});
```

## Fine
Express 5 forwards rejections by itself.

`package.json`:
```json
{ "dependencies": { "express": "^5.0.0" } }
```

`app.js`:
```js express
const express = require('express');
const app = express();

app.get('/orders/:id', async (req, res) => {
  res.json(await orders.read(req.params.id));
});
```

The handler forwards them, or is wrapped by something that does.

`package.json`:
```json
{ "dependencies": { "express": "^4.19.2", "express-async-handler": "^1.2.0" } }
```

`app.js`:
```js express
const express = require('express');
const asyncHandler = require('express-async-handler');
const app = express();

app.get('/orders/:id', async (req, res, next) => {
  try {
    res.json(await orders.read(req.params.id));
  } catch (err) {
    next(err);
  }
});
app.get('/users/:id', asyncHandler(async (req, res) => {
  res.json(await users.read(req.params.id));
}));
app.post('/imports', (req, res, next) => {
  run(req.body).then((result) => res.json(result)).catch(next);
});
```

Nothing that is waited for is ever rejected, or the client has its answer already.

`package.json`:
```json
{ "dependencies": { "express": "^4.19.2" } }
```

`app.js`:
```js express
const express = require('express');
const fs = require('fs-extra');
const app = express();

async function readAvatar(id) {
  try {
    return await avatars.read(id);
  } catch (err) {
    return null;
  }
}

app.get('/avatars/:id', async (req, res) => {
  const avatar = await readAvatar(req.params.id);
  const known = await fs.pathExists('avatars');
  await views.count(req.params.id).catch(() => null);
  res.json({ avatar, known });
});
app.post('/scans', async (req, res) => {
  res.sendStatus(202);
  await scanner.run();
});
```

All handlers are patched.

`package.json`:
```json
{ "dependencies": { "express": "^4.19.2", "express-async-errors": "^3.1.1" } }
```

`app.js`:
```js express
const express = require('express');
require('express-async-errors');
const app = express();

app.get('/orders/:id', async (req, res) => {
  res.json(await orders.read(req.params.id));
});
```

Nobody knows which version it is.

```js express
const express = require('express');
const app = express();

app.get('/orders/:id', async (req, res) => {
  res.json(await orders.read(req.params.id));
});
```

Other frameworks forward what is raised.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
async def read_order(order_id: int):
    return await orders.read(order_id)
```

## When to ignore it
The promise is known never to be rejected.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from persona_lsp.facts.body import AsyncGap, Function
from persona_lsp.findings.finding import Finding, Habit, Related, Severity
from persona_lsp.findings.intent import ForwardErrors
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import brief, label
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_MANY: Final = 10
"""Where more handlers than this have the same gap, the project has a habit: it is told once per file."""
_HOPS: Final = 4
_ANYBODYS: Final = frozenset(
    {"get", "set", "save", "find", "findOne", "create", "update", "delete", "destroy", "remove", "all", "query", "exec",
     "run", "send", "fetch", "load", "insert", "count", "close", "open", "init", "call", "then", "post", "put"}
)  # fmt: skip
"""Names that say nothing about whose function is meant."""

_ASKS: Final = lazy(r"(?:db|database|knex|conn|connection|pool|client|repo|repository|model)$", re.IGNORECASE)
"""Receivers of calls that fail when the database does, whether they are awaited or not."""


@endpoint_rule(severity=Severity.ERROR, since="0.1")
def async_error_not_forwarded(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the first await or promise of a handler whose failure nobody hears."""
    handler = endpoint.handler
    gaps = _gaps(endpoint, snapshot)
    if handler is None or not gaps:
        return
    first = gaps[0].kind
    what = "await" if first == "await" else "promise"
    if first == "void":
        message = f"Nobody waits for an `async void`: a failure of `{label(endpoint)}` ends the process; return `Task`."
    elif endpoint.unheard == "answers":
        message = f"A failure of this promise leaves `{label(endpoint)}` without an answer; return the promise."
    else:
        message = f"A failure of this {what} leaves `{label(endpoint)}` without an answer; pass it to `next`."
    related = [Related(handler.at(gap.span), "So does a failure here.") for gap in gaps[1:4]]
    title = "Pass failures to `next`" if endpoint.unheard in ("awaits", "promises") else "Let the framework wait for it"
    fixes: tuple[ForwardErrors, ...] = (ForwardErrors(handler.at(gaps[0].span), title),)
    yield Finding(
        handler.at(gaps[0].span),
        message,
        fixes=fixes,
        related=tuple(related),
        subject=endpoint.label,
        habit=_habit(endpoint) if what == "await" and _has_habit(snapshot) else None,
    )


def _habit(endpoint: Endpoint) -> Habit:
    return Habit(
        key="awaits",
        who=f"`{brief(endpoint.label, 36)}`",
        one="handler",
        many="handlers",
        does="leave failed awaits unanswered; wrap them all, or take Express 5.",
    )


@per_snapshot
def _has_habit(snapshot: Snapshot) -> bool:
    """Many handlers of the project have an await that nobody hears."""
    seen: set[tuple[str, str]] = set()
    for endpoint in snapshot.endpoints:
        handler = endpoint.handler
        facts = snapshot.files.get(endpoint.where.path)
        if handler is None or not handler.gaps or endpoint.test or endpoint.route.kind != "http":
            continue
        if (handler.path, handler.key) in seen or (facts is not None and facts.role == "test"):
            continue
        gaps = _gaps(endpoint, snapshot)
        if gaps and gaps[0].kind == "await":
            seen.add((handler.path, handler.key))
            if len(seen) > _MANY:
                return True
    return False


def _gaps(endpoint: Endpoint, snapshot: Snapshot) -> Sequence[AsyncGap]:
    """What of the handler may fail unheard, first things first."""
    handler = endpoint.handler
    if handler is None or not handler.gaps:
        return ()
    heard = endpoint.wrapped or handler.forwards_errors or endpoint.unheard != "awaits"
    return [
        gap
        for gap in handler.gaps
        if gap.kind == "void"
        or (
            endpoint.unheard
            and (gap.answers or endpoint.unheard != "answers")
            and not (gap.kind == "await" and heard)
            and not _is_settled(gap, handler, endpoint, snapshot)
        )
    ]


def _is_settled(gap: AsyncGap, handler: Function, endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """Whether the awaited call is one of the project's own functions, which hears every failure itself."""
    for number, call in enumerate(handler.calls):
        if gap.kind == "then":
            # `read(id).then(...)`: the first call of the chain makes the promise.
            if call.span.start != gap.span.start or call.span.end >= gap.span.end or call.receiver:
                continue
        elif call.span.end != gap.span.end or call.span.start < gap.span.start or not call.awaited:
            continue
        known = [function for at, function in endpoint.first_level if at == number]
        if known:
            return all(_never_rejects(function, snapshot, quiet=gap.quiet) for function in known)
        return call.name not in _ANYBODYS and _all_settle(call.name, snapshot, 0)
    return False


def _never_rejects(function: Function, snapshot: Snapshot, depth: int = 0, *, quiet: bool = False) -> bool:
    """`quiet`: the functions that it is given are known never to be rejected."""
    names = function.rejects_with
    if quiet and names is not None:
        given = {param.name for param in function.params}
        names = tuple(name for name in names if name not in given)
    if any(not query.site.tries and query.site.catch < 0 for query in function.queries):
        return False
    if any(not c.site.tries and c.site.catch < 0 and _ASKS.search(c.receiver) for c in function.calls):
        return False
    return names is not None and depth < _HOPS and all(_all_settle(name, snapshot, depth + 1) for name in names)


def _all_settle(name: str, snapshot: Snapshot, depth: int) -> bool:
    """Whether every function of that name hears its failures: whichever is meant, nothing is rejected."""
    functions = snapshot.functions.get(name, ())
    return bool(functions) and all(_never_rejects(function, snapshot, depth) for function in functions)

"""A rejected promise never reaches the error handler.

## Why it matters
One failing query leaves the client waiting until its time is up, and can end the whole process.
Before version 5, Express does not look at the promise of a handler
([Express, error handling](https://expressjs.com/en/guide/error-handling.html)).

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
from collections.abc import Iterator

from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import ForwardErrors
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.predicates import label
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_FORWARDS_SINCE = {"express": 5}
"""Frameworks that did not always look at the promise of a handler: the first major version that does."""
_PATCHES = ("express-async-errors", "express-promise-router")


@endpoint_rule(severity=Severity.ERROR, since="0.1")
def async_error_not_forwarded(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the first await or promise of a handler whose failure nobody hears."""
    handler = endpoint.handler
    if handler is None or not handler.gaps or endpoint.framework not in _FORWARDS_SINCE:
        return
    forwarded = endpoint.wrapped or handler.forwards_errors or not _is_old(endpoint.framework, snapshot)
    gaps = [gap for gap in handler.gaps if gap.kind != "await" or not forwarded]
    if not gaps:
        return
    what = "await" if gaps[0].kind == "await" else "promise"
    fix = ForwardErrors(handler.at(gaps[0].span), "Pass failures to `next`")
    yield Finding(
        handler.at(gaps[0].span),
        f"A failure of this {what} leaves `{label(endpoint)}` without an answer; pass it to `next`.",
        fixes=(fix,),
        related=tuple(Related(handler.at(gap.span), "So does a failure here.") for gap in gaps[1:4]),
        subject=endpoint.label,
    )


def _is_old(framework: str, snapshot: Snapshot) -> bool:
    """The version is known, and is one that drops rejections; and nothing patches it."""
    version = re.search(r"\d+", snapshot.versions.get(framework, ""))
    if version is None or any(patch in snapshot.versions for patch in _PATCHES):
        return False
    return int(version.group()) < _FORWARDS_SINCE[framework]

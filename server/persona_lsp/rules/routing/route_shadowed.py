"""An earlier route with a parameter swallows this literal one.

## Why it matters
The feature works in the unit test of its handler and answers 404, or the wrong record, in production.
These routers try their routes in the order of registration
([FastAPI, order matters](https://fastapi.tiangolo.com/tutorial/path-params/#order-matters);
[Rails guide, routing](https://guides.rubyonrails.org/routing.html)).

## Flagged
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/reports/{report_id}")
def read_report(report_id: str):
    return load(report_id)


@app.get("/reports/latest")
#    ^^^^^^^^^^^^^^^^^^^^^ `GET /reports/latest` is never reached: `/reports/{report_id}` is registered first and matches it.
def latest_report():
    return load_latest()
```

```js express
const express = require('express');
const router = express.Router();

router.get('/:slug', (req, res) => {
  res.json(articles.bySlug(req.params.slug));
});
router.get('/feed', (req, res) => {
//     ^^^^^^^^^^^ `GET /articles/feed` is never reached: `/articles/{slug}` is registered first and matches it.
  res.json(articles.feed());
});

const app = express();
app.use('/articles', router);
```

## Fixed
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/reports/latest")
def latest_report():
    return load_latest()


@app.get("/reports/{report_id}")
def read_report(report_id: str):
    return load(report_id)
```

```js express
const express = require('express');
const router = express.Router();

router.get('/feed', (req, res) => {
  res.json(articles.feed());
});
router.get('/:slug', (req, res) => {
  res.json(articles.bySlug(req.params.slug));
});

const app = express();
app.use('/articles', router);
```

## Fine
The literal route comes first.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  get "/reports/latest", to: "reports#latest"
  get "/reports/:id", to: "reports#show"
end
```

`app/controllers/reports_controller.rb`:
```rb rails
class ReportsController < ApplicationController
  def latest
    render json: Report.newest
  end

  def show
    render json: Report.find(params[:id])
  end
end
```

The converter of the parameter does not match the literal.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/reports/{report_id:int}")
def read_report(report_id: int):
    return load(report_id)


@app.get("/reports/latest")
def latest_report():
    return load_latest()
```

Nor does its pattern.

```js express
const express = require('express');
const app = express();

app.get('/reports/:id(\\\\d+)', (req, res) => {
  res.json(reports.read(req.params.id));
});
app.get('/reports/latest', (req, res) => {
  res.json(reports.latest());
});
```

The first handler serves the literal itself, or hands the request on.

```js express
const express = require('express');
const app = express();

app.get('/articles/:slug', (req, res) => {
  if (req.params.slug === 'feed') return res.json(articles.feed());
  res.json(articles.bySlug(req.params.slug));
});
app.get('/articles/feed', (req, res) => {
  res.json(articles.feed());
});
app.get('/users/:id', (req, res, next) => {
  if (!isNumber(req.params.id)) return next('route');
  res.json(users.byId(req.params.id));
});
app.get('/users/me', (req, res) => {
  res.json(users.me());
});
```

Middleware of the first route hands the request past it.

```js express
const express = require('express');
const app = express();

function onlyNumbers(req, res, next) {
  if (!isNumber(req.params.id)) return next('route');
  next();
}

app.get('/users/:id', onlyNumbers, (req, res) => {
  res.json(users.byId(req.params.id));
});
app.get('/users/me', (req, res) => {
  res.json(users.me());
});
```

The order is that of a loop, and nobody knows it.

```py fastapi
from fastapi import APIRouter, FastAPI

by_id = APIRouter()
fixed = APIRouter()


@by_id.get("/reports/{report_id}")
def read_report(report_id: str):
    return load(report_id)


@fixed.get("/reports/latest")
def latest_report():
    return load_latest()


app = FastAPI()
for router in sorted([by_id, fixed], key=weight):
    app.include_router(router)
```

This router prefers literals whatever the order.

```java spring
@RestController
class Reports {
    @GetMapping("/reports/{id}")
    ReportDto read(@PathVariable String id) {
        return reports.load(id);
    }

    @GetMapping("/reports/latest")
    ReportDto latest() {
        return reports.latest();
    }
}
```

## When to ignore it
The earlier handler deals with the literal in a way that cannot be seen from its code.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import MoveBefore
from persona_lsp.rules import project_rule
from persona_lsp.rules.memo import per_outline
from persona_lsp.rules.predicates import is_made_for_tests, is_missing_action, label, may_leave_route, short_path
from persona_lsp.workspace.snapshot import Endpoint, Segment, Snapshot

_TYPES = {"int": r"\d+", "integer": r"\d+", "float": r"\d+(\.\d+)?", "uuid": r"[0-9a-fA-F-]{36}", "path": ".*"}
_LONGEST = 80
"""A pattern that is longer than this is not tried: no route is worth a slow regular expression."""


@project_rule(severity=Severity.ERROR, since="0.1")
def route_shadowed(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield literal routes behind a more general one of the same router."""
    endpoints = snapshot.endpoints
    for later, candidates in _overlaps(snapshot):
        endpoint = endpoints[later]
        for earlier in candidates:
            if _shadows(endpoints[earlier], endpoint):
                yield _finding(endpoint, endpoints[earlier])
                break


@per_outline
def _overlaps(snapshot: Snapshot) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """(index of a literal route, indexes of earlier routes that match all of its path), for certain routes."""
    general: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    literal: list[int] = []
    first: dict[tuple[str, str, str], int] = {}
    for index, endpoint in enumerate(snapshot.endpoints):
        if endpoint.position is None or not _is_certain(endpoint) or is_made_for_tests(endpoint, snapshot):
            continue
        if any(segment.param for segment in endpoint.segments):
            general.setdefault((endpoint.app, endpoint.method, _beginning(endpoint)), []).append(index)
        if any(not segment.param for segment in endpoint.segments):
            literal.append(index)
            place = (endpoint.app, endpoint.method, endpoint.shape)
            first[place] = min(first.get(place, endpoint.position), endpoint.position)
    found: list[tuple[int, tuple[int, ...]]] = []
    for index in literal:
        endpoint = snapshot.endpoints[index]
        beginning = _beginning(endpoint)
        # What matches it begins with the same literals, as far as it has any.
        begun = (beginning[:length] for length in range(len(beginning) + 1))
        candidates = sorted(
            other for literals in begun for other in general.get((endpoint.app, endpoint.method, literals), ())
        )
        # The same path is registered before that: it is reached there, and `duplicate-route` tells of the second one.
        reached = first[endpoint.app, endpoint.method, endpoint.shape]
        overlapping = tuple(
            other for other in candidates if _precedes(snapshot.endpoints[other], endpoint, before=reached)
        )
        if overlapping:
            found.append((index, overlapping))
    return tuple(found)


def _beginning(endpoint: Endpoint) -> tuple[str, ...]:
    """The literals before the first parameter."""
    return tuple(segment.literal for segment in takewhile(lambda segment: not segment.param, endpoint.segments))


def _precedes(earlier: Endpoint, later: Endpoint, *, before: int) -> bool:
    if earlier.position is None or earlier.position >= before:
        return False
    return not _differ_by_slash(earlier, later) and bool(_swallowed(earlier.segments, later.segments))


def _differ_by_slash(earlier: Endpoint, later: Endpoint) -> bool:
    """A parameter matches no slash: `/{id}` leaves `/statuses/` to the one behind it."""
    rest = bool(earlier.segments) and earlier.segments[-1].rest
    return later.slash_decides and not rest and earlier.path.endswith("/") != later.path.endswith("/")


def _finding(endpoint: Endpoint, earlier: Endpoint) -> Finding:
    mine, other = endpoint.route.statement, earlier.route.statement
    movable = mine.path == other.path and mine != other and endpoint.route.router == earlier.route.router
    return Finding(
        endpoint.where,
        f"`{label(endpoint, 45)}` is never reached: `{short_path(earlier)}` is registered first and matches it.",
        fixes=(MoveBefore(mine, f"Move this route above `{earlier.path}`", target=other),) if movable else (),
        related=(Related(earlier.where, f"`{earlier.label}` is registered here and matches it."),),
        subject=endpoint.label,
    )


def _is_certain(endpoint: Endpoint) -> bool:
    route = endpoint.route
    if endpoint.conditional or route.conditional or route.derived or route.variants:
        return False
    if is_missing_action(endpoint):
        return False
    return endpoint.path_known and route.kind == "http" and not endpoint.overrides


def _shadows(earlier: Endpoint, later: Endpoint) -> bool:
    swallowed = _swallowed(earlier.segments, later.segments)
    # A handler that was not found may hand the request on, or serve the literal itself.
    handler = earlier.handler
    return handler is not None and not may_leave_route(earlier) and not set(swallowed) & set(handler.compares)


def _swallowed(general: tuple[Segment, ...], special: tuple[Segment, ...]) -> list[str]:
    """The literals of `special` that parameters of `general` match; empty if it does not match all of it."""
    # What comes after a parameter that takes any number of segments has to match from the end.
    if any(segment.rest for segment in general[:-1]):
        return []
    rest = bool(general) and general[-1].rest
    if len(special) != len(general) and not (rest and len(special) >= len(general)):
        return []
    swallowed: list[str] = []
    for mine, other in zip(general, special, strict=False):
        if mine.rest:
            return [*swallowed, *(s.literal for s in special[len(general) - 1 :] if not s.param)]
        if not mine.param:
            if other.param or mine.literal != other.literal:
                return []
        elif mine.literal:
            return []  # `{id}.json` matches a part of a segment; no fact says which
        elif other.param:
            if mine.pattern not in {"", other.pattern} or other.rest:
                return []
        elif not _matches(mine.pattern, other.literal):
            return []
        else:
            swallowed.append(other.literal)
    return swallowed


def _matches(pattern: str, literal: str) -> bool:
    if not pattern or pattern in {"str", "string", "slug"}:
        return True
    try:
        expression = _TYPES.get(pattern, pattern)
        return len(expression) <= _LONGEST and re.fullmatch(expression, literal) is not None
    except re.error:
        return False

"""The handler reads a parameter that its route does not define.

## Why it matters
Every call of the endpoint fails, or worse, runs with an empty id.
Each name in a path template stands for a parameter, and only for that
([OpenAPI 3.1, path templating](https://spec.openapis.org/oas/v3.1.1.html#path-templating)).

## Flagged
```js express
const express = require('express');
const app = express();

app.get('/users/:userID', (req, res) => {
  res.json(users.byId(req.params.userId));
//                               ^^^^^^ `userId` is not in `GET /users/{userID}`, so it is always empty; did you mean `userID`?
});
```

The parameter belongs to the parent router, and this one does not take over its parent's.

`tasks.js`:
```js express
const express = require('express');
const tasks = express.Router();

tasks.get('/', (req, res) => {
  res.json(list(req.params.projectId));
//                         ^^^^^^^^^ `projectId` belongs to the parent of this router and is empty here; set `mergeParams: true`.
});

module.exports = tasks;
```

`app.js`:
```js express
const express = require('express');
const tasks = require('./tasks');
const app = express();

app.use('/projects/:projectId/tasks', tasks);
```

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id}")
def read_item(itemId: int):
#             ^^^^^^^^^^^ `itemId` is not in `GET /items/{item_id}`, so it comes from the query; did you mean `item_id`?
    return load(itemId)
```

```java spring
@RestController
class Users {
    @GetMapping("/users/{userId}")
    UserDto read(@PathVariable("userID") long id) {
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `userID` is not in `GET /users/{userId}`, so no request can set it; did you mean `userId`?
        return users.read(id);
    }
}
```

## Fixed
```js express
const express = require('express');
const app = express();

app.get('/users/:userID', (req, res) => {
  res.json(users.byId(req.params.userID));
});
```

The router takes over the parameters of its parent.

`tasks.js`:
```js express
const express = require('express');
const tasks = express.Router({ mergeParams: true });

tasks.get('/', (req, res) => {
  res.json(list(req.params.projectId));
});

module.exports = tasks;
```

`app.js`:
```js express
const express = require('express');
const tasks = require('./tasks');
const app = express();

app.use('/projects/:projectId/tasks', tasks);
```

```java spring
@RestController
class Users {
    @GetMapping("/users/{userId}")
    UserDto read(@PathVariable("userId") long id) {
        return users.read(id);
    }
}
```

## Fine
Several routes share the handler, one of them defines the parameter, and the handler asks whether it is there.

```js express
const express = require('express');
const app = express();

function show(req, res) {
  res.json(req.params.id ? one(req.params.id) : all());
}

app.get('/users', show);
app.get('/users/:id', show);
```

The handler is registered at two paths, of which one has the parameter.

```ts nestjs
import { Controller, Get, Param } from '@nestjs/common';

@Controller('share')
export class ShareController {
  @Get([':shareId/p/:page', 'p/:page'])
  read(@Param('shareId') shareId: string, @Param('page') page: string) {
    return shareId ? pages.shared(shareId, page) : pages.open(page);
  }
}
```

`params` also holds the query and the body: only a name that ends in `id`, and is nearly that of a parameter, is a slip.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  get "/users/:id", to: "users#show"
  get "/teams/:name", to: "users#of_team"
  get "/roles/:roles", to: "users#of_role"
end
```

`app/controllers/users_controller.rb`:
```rb rails
class UsersController < ApplicationController
  def show
    render json: User.find(params[:id]).as_json(only: params[:fields])
  end

  def of_team
    render json: User.where(team: params[:team_id]).limit(20)
  end

  def of_role
    render json: User.where(role: params[:role]).limit(20)
  end
end
```

The router takes over the parameters of its parent.

`tasks.js`:
```js express
const express = require('express');
const tasks = express.Router({ mergeParams: true });

tasks.get('/', (req, res) => {
  res.json(list(req.params.projectId));
});

module.exports = tasks;
```

`app.js`:
```js express
const express = require('express');
const tasks = require('./tasks');
const app = express();

app.use('/projects/:projectId/tasks', tasks);
```

Something in front of the handler puts the parameter there.

```js express
const express = require('express');
const app = express();

function byDefault(req, res, next) {
  req.params.unit = req.params.unit || 'mmol';
  next();
}

app.get('/readings/current', (req, res, next) => { req.params.model = 'sgv'; next(); }, (req, res) => {
  res.json(readings.latest(req.params.model));
});
app.get('/readings', byDefault, (req, res) => {
  res.json(readings.all(req.params.unit));
});
```

The parameter is optional.

```java spring
@RestController
class Users {
    @GetMapping("/users/{id}")
    UserDto read(@PathVariable long id, @PathVariable(name = "tenant", required = false) String tenant) {
        return users.read(tenant, id);
    }

    @GetMapping({"/teams", "/teams/{team}"})
    List<UserDto> ofTeam(@PathVariable Optional<String> team) {
        return users.of(team);
    }
}
```

## When to ignore it
What puts the parameter there stands outside of the project.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.http import In
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import Intent, MergeParams, RenameText
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import brief, label
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_NAME = lazy(r"\{([\w.-]+)\}")
_PLACES = frozenset({In.PATH, "any"})
_NEAR = 2
"""Names that differ by more edits than this are not taken for one another."""


@endpoint_rule(severity=Severity.ERROR, since="0.1")
def path_param_mismatch(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield reads of path parameters that no route of the handler has."""
    handler = endpoint.handler
    if not endpoint.path_known or (endpoint.route.unknown_params and (handler is None or handler.params)):
        return
    yield from _undefined_reads(endpoint, snapshot)
    yield from _undefined_params(endpoint, snapshot)


def _undefined_params(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    declared = endpoint.route.params
    if not declared:
        return
    # A class may be registered at two paths, of which one has the parameter (Django).
    served = snapshot.endpoints_of(endpoint.handler) if endpoint.handler is not None else ()
    elsewhere = [other for other in served if other.route.statement != endpoint.route.statement]
    given = {name for other in elsewhere for name in _NAME.findall(other.path)}
    bound = {param.name for param in declared}
    free = tuple(name for name in endpoint.path_params if name not in bound)
    for param in declared:
        if not param.required or param.via or param.name in _NAME.findall(endpoint.path):
            continue
        if param.place == In.PATH and param.name in given:
            continue
        if param.place != In.PATH and not free:
            continue
        near = _nearest(param.name, free)
        if param.place == In.PATH:
            told = "so no request can set it;" + (
                f" did you mean `{brief(near, 16)}`?" if near else " add it to the path or drop it."
            )
        elif param.place == In.QUERY and near:
            told = f"so it comes from the query; did you mean `{brief(near, 16)}`?"
        else:
            continue
        # Where the parameter has no name but that of the variable, its uses would have to be renamed too.
        fix = RenameText(param.where, f"Read `{near}`", new=near, old=param.name)
        yield Finding(
            param.where,
            f"`{brief(param.name, 16)}` is not in `{label(endpoint)}`, {told}",
            fixes=(fix,) if near else (),
            subject=f"{endpoint.label} {param.name}",
        )


def _undefined_reads(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    handler = endpoint.handler
    if handler is None or not any(read.name and read.place in _PLACES for read in handler.inputs):
        return
    served = snapshot.endpoints_of(handler) or (endpoint,)
    if not all(other.path_known for other in served):
        return
    defined = {name for other in served for name in _NAME.findall(other.path) if name not in other.hidden_params}
    hidden = {name for other in served for name in other.hidden_params}
    given = _given(snapshot)
    for read in handler.inputs:
        if read.name in given or "*" in given or _gives(endpoint, read.name):
            continue
        if not read.name or read.name in defined or read.place not in _PLACES:
            continue
        # What a `*` without a name takes is counted from 0, or called like it.
        if (read.name.isdigit() or read.name == "*") and any(
            segment.rest for other in served for segment in other.segments
        ):
            continue
        # `(req, res, next) => { req.params.model = "sgv"; next(); }` in front of it may give it a value.
        if any(f"params.{read.name}" in guard.source for other in served for guard in other.guards):
            continue
        near = _nearest(read.name, tuple(sorted(defined)))
        # Where one accessor reads path, query and body, only a near miss of an id is a mistake for certain.
        if read.place == "any" and not (near and read.name.lower().endswith("id")):
            continue
        where = handler.at(read.key_span or read.span)
        fixes: tuple[Intent, ...] = ()
        if read.name in hidden:
            told = f"`{brief(read.name, 16)}` belongs to the parent of this router and is empty here; set `mergeParams: true`."
            router = _router(endpoint, snapshot)
            fixes = (MergeParams(router, "Let this router read the parameters of its parent"),) if router else ()
        elif near:
            told = f"`{brief(read.name, 16)}` is not in `{label(endpoint)}`, so it is always empty; did you mean `{brief(near, 16)}`?"
            if read.key_span:
                fixes = (RenameText(where, f"Read `{near}`", new=near, old=read.name),)
        else:
            told = f"`{brief(read.name, 16)}` is not in `{label(endpoint)}`, so it is always empty; add it to the path."
        yield Finding(where, told, fixes=fixes, subject=f"{endpoint.label} {read.name}")


@per_snapshot
def _given(snapshot: Snapshot) -> frozenset[str]:
    """Parameters that some function of the project puts where a handler reads them."""
    return frozenset(name for facts in snapshot.files.values() for f in facts.functions for name in f.provides)


def _gives(endpoint: Endpoint, name: str) -> bool:
    """Whether middleware that is written in place puts the parameter there."""
    written = re.compile(r"\bparams(?:\." + re.escape(name) + r"|\[['\"]" + re.escape(name) + r"['\"]\])?\s*=[^=]")
    return any(written.search(guard.source) for guard in endpoint.guards if "params" in guard.source)


def _router(endpoint: Endpoint, snapshot: Snapshot) -> Where | None:
    facts = snapshot.files.get(endpoint.route.where.path)
    name = endpoint.route.router.name if endpoint.route.router else ""
    found = [router.where for router in facts.routers if router.symbol == name] if facts else []
    return found[0] if len(found) == 1 else None


def _nearest(name: str, known: tuple[str, ...]) -> str:
    """The one known name that this one was probably meant to be, "" if there is none or several."""
    same = [other for other in known if other.lower().replace("_", "") == name.lower().replace("_", "")]
    if not same:
        same = [
            other for other in known if _distance(name.lower(), other.lower()) <= _NEAR < min(len(name), len(other))
        ]
    return same[0] if len(same) == 1 else ""


def _distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]

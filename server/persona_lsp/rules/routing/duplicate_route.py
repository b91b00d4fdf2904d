"""Two handlers are registered for the same method and path.

## Why it matters
The team believes that a fix is live while customers still reach the old code.
A path template identifies one resource: equal templates with other parameter names are the same path
([OpenAPI 3.1, Paths Object](https://spec.openapis.org/oas/v3.1.1.html#paths-object)).

## Flagged
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{id}")
def get_order(id: int):
    return {"id": id}


@app.get("/orders/{order_id}")
#    ^^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders/{order_id}` is already handled by `get_order`; this registration can never run.
def order_details(order_id: int):
    return {"order": order_id}
```

```js express
const express = require('express');
const app = express();

app.get('/users/:id', (req, res) => {
  res.json({ id: req.params.id });
});
app.get('/users/:userId', (req, res) => {
//  ^^^^^^^^^^^^^^^^^^^^ `GET /users/{userId}` is already handled above; this registration can never run.
  res.json({ user: req.params.userId });
});
```

## Fixed
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{id}")
def get_order(id: int):
    return {"id": id}
```

```js express
const express = require('express');
const app = express();

app.get('/users/:id', (req, res) => {
  res.json({ id: req.params.id });
});
```

## Fine
Another method or another path is another endpoint.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
def get_order(order_id: int):
    return {"id": order_id}


@app.get("/orders/{order_id}/details")
def order_details(order_id: int):
    return {"order": order_id}


@app.delete("/orders/{order_id}", status_code=204)
def delete_order(order_id: int):
    forget(order_id)
```

A first handler that hands the request on is the start of a chain.

```js express
const express = require('express');
const app = express();

app.get('/users/:id', (req, res, next) => {
  if (!req.headers.authorization) return res.sendStatus(401);
  next();
});
app.get('/users/:id', (req, res) => {
  res.json({ id: req.params.id });
});
```

What the request says beside its path may tell the handlers apart.

```java spring
@RestController
class Orders {
    @GetMapping(path = "/orders/{id}", produces = "application/json")
    OrderDto json(@PathVariable long id) {
        return orders.read(id);
    }

    @GetMapping(path = "/orders/{id}", produces = "application/pdf")
    byte[] pdf(@PathVariable long id) {
        return printer.print(id);
    }
}
```

Parameters that match different texts are different paths.

```rb rails
Rails.application.routes.draw do
  get "/orders/:id", to: "orders#show", constraints: { id: /\\d+/ }
  get "/orders/:id", to: "orders#by_name", constraints: { id: /[a-z]+/ }
end
```

A registration that depends on the environment is an alternative.

```py fastapi
from fastapi import FastAPI

app = FastAPI()

if DEBUG:

    @app.get("/orders/{order_id}")
    def fake_order(order_id: int):
        return {"id": order_id}


@app.get("/orders/{order_id}")
def get_order(order_id: int):
    return {"id": order_id}
```

## When to ignore it
The first registration is removed at run time, or a plug-in decides which of the two is used.
"""

from collections.abc import Iterator

from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import DeleteStatement
from persona_lsp.rules import project_rule
from persona_lsp.rules.memo import per_outline
from persona_lsp.rules.predicates import brief, is_made_for_tests, is_missing_action, label
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_SLASH_DECIDES = frozenset({"fastapi"})
"""Frameworks for which `/orders` and `/orders/` are two paths."""


@project_rule(severity=Severity.ERROR, since="0.1")
def duplicate_route(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield every registration after the first of its kind."""
    for group in _groups(snapshot):
        first = snapshot.endpoints[group[0]]
        for index in group[1:]:
            endpoint = snapshot.endpoints[index]
            if endpoint.where != first.where and not _is_chain(first) and not _is_alternative(endpoint, snapshot):
                yield _finding(endpoint, first, alone=_is_alone(endpoint, snapshot))


@per_outline
def _groups(snapshot: Snapshot) -> tuple[tuple[int, ...], ...]:
    """Indexes of endpoints that are registered alike, in the order in which the router tries them."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, endpoint in enumerate(snapshot.endpoints):
        if _is_certain(endpoint) and not is_made_for_tests(endpoint, snapshot):
            slash = "/" if endpoint.framework in _SLASH_DECIDES and endpoint.path.endswith("/") else ""
            key = (endpoint.app, endpoint.method, endpoint.shape, slash, *endpoint.route.variants)
            groups.setdefault(key, []).append(index)
    return tuple(
        tuple(
            sorted(group, key=lambda i: (snapshot.endpoints[i].position is None, snapshot.endpoints[i].position or 0))
        )
        for group in groups.values()
        if len(group) > 1
    )


def _is_alone(endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """Nothing else is registered by the same statement."""
    statement = endpoint.route.statement
    return sum(other.route.statement == statement for other in snapshot.by_file.get(statement.path, ())) == 1


def _is_alternative(endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """The same registration has another path, by which its handler is reached: `get(["/", "/:id"], read)`."""
    statement = endpoint.route.statement
    return any(
        other.route.statement == statement
        and other.method == endpoint.method
        and other.handler_name == endpoint.handler_name
        and other.app == endpoint.app
        and other.shape != endpoint.shape
        for other in snapshot.by_file.get(statement.path, ())
    )


def _finding(endpoint: Endpoint, first: Endpoint, *, alone: bool) -> Finding:
    statement = endpoint.route.statement
    same = first.handler is not None and first.handler == endpoint.handler
    # A handler without a name is called after its route, which says nothing here.
    named = first.handler_name and " " not in first.handler_name
    handler = f"by `{brief(first.handler_name, 24)}`" if named else "above"
    if same:
        message = f"`{label(endpoint)}` is registered twice for `{brief(first.handler_name)}`; delete one registration."
    elif endpoint.position is None:
        message = f"`{label(endpoint)}` is already handled {handler}; the router can't tell the two apart."
    else:
        message = f"`{label(endpoint)}` is already handled {handler}; this registration can never run."
    return Finding(
        endpoint.where,
        message,
        fixes=(DeleteStatement(statement, "Delete this registration", safe=False),) if alone else (),
        severity=Severity.WARNING if same else None,
        related=(Related(first.where, f"`{first.label}` is registered here first."),),
        subject=endpoint.label,
    )


def _is_certain(endpoint: Endpoint) -> bool:
    route = endpoint.route
    if endpoint.conditional or route.conditional or route.derived or endpoint.overrides:
        return False
    if is_missing_action(endpoint):
        return False
    return endpoint.path_known and endpoint.method != "ANY" and route.kind == "http"


def _is_chain(first: Endpoint) -> bool:
    """The first handler may hand the request on; one that was not found might as well."""
    return first.handler is None or first.handler.passes_on

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

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet("{id:int}")]
    public Order Show(int id) => orders.Find(id);

    [HttpGet("{number:int}")]
//   ^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders/{number}` is already handled by `OrdersController.Show`; the router can't tell the two apart.
    public Order ShowByNumber(int number) => orders.FindByNumber(number);
}
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

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet("{id:int}")]
    public Order Show(int id) => orders.Find(id);
}
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

The first handler hands the request on, always or sometimes: it is the start of a chain.

```js express
const express = require('express');
const app = express();

app.get('/orders/:id', (req, res, next) => {
  req.startedAt = Date.now();
  next();
});
app.get('/orders/:id', (req, res) => {
  res.json({ id: req.params.id, startedAt: req.startedAt });
});
app.get('/users/:id', (req, res, next) => {
  if (!req.headers.authorization) return res.sendStatus(401);
  next();
});
app.get('/users/:id', (req, res) => {
  res.json({ id: req.params.id });
});
```

Middleware of the first route hands the request past it.

```js express
const express = require('express');
const app = express();

function onlyForTesters(req, res, next) {
  if (!req.user.isTester) return next('route');
  next();
}

app.post('/checkout', onlyForTesters, (req, res) => {
  res.json(checkout.inSteps(req.user));
});
app.post('/checkout', (req, res) => {
  res.json(checkout.atOnce(req.user));
});
```

Another `consumes`, `produces`, `params`, `headers` or `version` tells the handlers apart.

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

    @PostMapping(path = "/orders", consumes = "application/json")
    OrderDto create(@RequestBody OrderForm form) {
        return orders.create(form);
    }

    @PostMapping(path = "/orders", consumes = "text/csv")
    OrderDto parse(@RequestBody String rows) {
        return orders.parse(rows);
    }

    @GetMapping("/orders")
    List<OrderDto> page() {
        return orders.page();
    }

    @GetMapping(path = "/orders", params = "customer")
    List<OrderDto> ofCustomer(@RequestParam long customer) {
        return orders.of(customer);
    }

    @GetMapping(path = "/orders", headers = "X-View=archive")
    List<OrderDto> archive() {
        return orders.archive();
    }

    @GetMapping(path = "/orders", version = "2+")
    List<OrderDto> newest() {
        return orders.newest();
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet("{id:int}")]
    public Order Show(int id) => orders.Find(id);

    [HttpGet("{name:alpha}")]
    public Order ShowByName(string name) => orders.FindByName(name);
}
```

Another host or subdomain is another site.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  get "/orders/:id", to: "orders#of_partner", constraints: { subdomain: "partners" }
  constraints host: "archive.example.com" do
    get "/orders/:id", to: "orders#archived"
  end
  get "/orders/:id", to: "orders#show"
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def show
    render json: Order.find(params[:id])
  end

  def of_partner
    render json: Order.shared.find(params[:id])
  end

  def archived
    render json: Order.archived.find(params[:id])
  end
end
```

A route for every method takes what the others leave.

```js express
const express = require('express');
const app = express();

app.get('/orders/:id', (req, res) => {
  res.json(orders.read(req.params.id));
});
app.all('/orders/:id', (req, res) => {
  res.sendStatus(405);
});
```

Parameters that match different texts are different paths.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id:int}")
def get_order(order_id: int):
    return {"id": order_id}


@app.get("/orders/{code:uuid}")
def get_order_by_code(code: str):
    return {"code": code}
```

A registration under a condition is an alternative.

```py fastapi
from fastapi import FastAPI

app = FastAPI()

if settings.DEBUG:

    @app.get("/orders/{order_id}")
    def fake_order(order_id: int):
        return {"id": order_id}


@app.get("/orders/{order_id}")
def get_order(order_id: int):
    return {"id": order_id}
```

Both answer `OPTIONS` beside a method of their own.

```py flask
from flask import Flask

app = Flask(__name__)


@app.route("/orders/<int:id>", methods=["OPTIONS", "GET"])
def get_order(id):
    return read(id)


@app.route("/orders/<int:id>", methods=["OPTIONS", "DELETE"])
def delete_order(id):
    forget(id)
    return "", 204
```

A feature flag decides which of the two is registered.

```js express
const express = require('express');
const app = express();

if (flags.stepwiseCheckout) {
  app.post('/checkout', (req, res) => {
    res.json(checkout.inSteps(req.user));
  });
} else {
  app.post('/checkout', (req, res) => {
    res.json(checkout.atOnce(req.user));
  });
}
```

The application is put together by a test.

`shop/checkout.py`:
```py fastapi
from fastapi import APIRouter

at_once = APIRouter()
in_steps = APIRouter()


@at_once.post("/checkout")
def check_out(cart: Cart):
    return pay(cart)


@in_steps.post("/checkout")
def check_out_in_steps(cart: Cart):
    return pay_in_steps(cart)
```

`tests/test_checkout.py`:
```py fastapi
from fastapi import FastAPI
from shop.checkout import at_once, in_steps

app = FastAPI()
app.include_router(at_once)
app.include_router(in_steps)
```

## When to ignore it
The first registration is removed at run time, or a plug-in decides which of the two is used.
"""

from collections.abc import Iterator

from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import DeleteStatement
from persona_lsp.rules import project_rule
from persona_lsp.rules.memo import per_outline
from persona_lsp.rules.predicates import brief, is_made_for_tests, is_missing_action, label, may_leave_route
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_ASKING = frozenset({"OPTIONS", "HEAD"})


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
            slash = "/" if endpoint.slash_decides and endpoint.path.endswith("/") else ""
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
    # Which function answers what is asked about a path, and not of it, is of no matter to anybody.
    if endpoint.method in _ASKING and route.methods != (endpoint.method,):
        return False
    return endpoint.path_known and endpoint.method != "ANY" and route.kind == "http"


def _is_chain(first: Endpoint) -> bool:
    """The first route may hand the request on; one whose handler was not found might as well."""
    return first.handler is None or may_leave_route(first)

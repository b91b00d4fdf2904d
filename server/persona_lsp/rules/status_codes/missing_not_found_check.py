"""A looked-up record is used or returned without a check that it exists.

## Why it matters
A mistyped id becomes a server error: false alarms at night, and a message that misleads the customer.
What does not exist is answered with 404
([RFC 9110, section 15.5.5](https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)):
    order = session.get(Order, order_id)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `session.get` may find nothing; `GET /orders/{order_id}` then answers 500 instead of 404.
    return {"total": order.total}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("{id}")]
    public async Task<ActionResult<OrderView>> Show(int id)
    {
        var order = await db.Orders.FindAsync(id);
//                        ^^^^^^^^^^^^^^^^^^^^^^^ `db.Orders.FindAsync` may find nothing; `GET /orders/{id}` then answers 500 instead of 404.
        return new OrderView(order.Id, order.Total);
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
//                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `prisma.user.findUnique` may find nothing; `GET /users/{id}` then answers 200 with null instead of 404.
  res.json(user);
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  get "/articles/:slug", to: "articles#show"
end
```

`app/controllers/articles_controller.rb`:
```rb rails
class ArticlesController < ApplicationController
  def show
    article = Article.find_by(slug: params[:slug])
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `Article.find_by` may find nothing; `GET /articles/{slug}` then answers 500 instead of 404.
    render json: { title: article.title }
  end
end
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)):
    order = session.get(Order, order_id)
    if order is None:
        raise HTTPException(status_code=404, detail="Order not found")
    return {"total": order.total}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("{id}")]
    public async Task<ActionResult<OrderView>> Show(int id)
    {
        var order = await db.Orders.FindAsync(id);
        if (order is null)
        {
            return NotFound();
        }
        return new OrderView(order.Id, order.Total);
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
    return res.status(404).json({ error: 'User not found' });
  }
  res.json(user);
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  get "/articles/:slug", to: "articles#show"
end
```

`app/controllers/articles_controller.rb`:
```rb rails
class ArticlesController < ApplicationController
  def show
    article = Article.find_by(slug: params[:slug])
    return head :not_found unless article
    render json: { title: article.title }
  end
end
```

## Fine
It is checked.

```py fastapi
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)):
    order = session.get(Order, order_id)
    if not order:
        raise HTTPException(status_code=404)
    return {"total": order.total}
```

The lookup raises by itself.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)):
    order = session.scalars(select(Order).where(Order.id == order_id)).one()
    return {"total": order.total}
```

```java spring
@RestController
class Orders {
    private final OrderRepository orders;

    @GetMapping("/orders/{id}")
    Order read(@PathVariable Long id) {
        return orders.findById(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    @GetMapping("/orders/{id}/total")
    long total(@PathVariable Long id) {
        return orders.getReferenceById(id).total();
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet("{id}")]
    public async Task<ActionResult<OrderView>> Show(int id)
    {
        var order = await db.Orders.FirstOrDefaultAsync(o => o.Id == id);
        if (order is null || order.Hidden)
        {
            return NotFound();
        }

        return new OrderView(order.Id, order.Total);
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :articles, only: :show
end
```

`app/controllers/articles_controller.rb`:
```rb rails
class ArticlesController < ApplicationController
  def show
    article = Article.find(params[:id])
    render json: { title: article.title }
  end
end
```

What absence raises is answered with 404.

```java spring
@RestController
class Orders {
    private final OrderRepository orders;

    @GetMapping("/orders/{id}/total")
    long total(@PathVariable Long id) {
        return orders.findById(id).get().total();
    }
}

@RestControllerAdvice
class Errors {
    @ExceptionHandler(NoSuchElementException.class)
    @ResponseStatus(HttpStatus.NOT_FOUND)
    void missing() {
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}
```

The framework makes 404 of an absent value.

```java spring
@RestController
class Orders {
    private final OrderRepository orders;

    @GetMapping("/orders/{id}")
    ResponseEntity<Order> read(@PathVariable Long id) {
        return ResponseEntity.of(orders.findById(id));
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}
```

Absence is dealt with at every use, or by another function; there is a list and not a record; or the lookup raises.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/users/:id/name', async (req, res) => {
  const user = await prisma.user.findUnique({ where: { id: req.params.id } });
  res.json({ name: user?.name ?? 'unknown' });
});
app.get('/users/:id', async (req, res) => {
  const user = await prisma.user.findUnique({ where: { id: req.params.id } });
  assertFound(user);
  res.json(user);
});
app.get('/users', async (req, res) => {
  const found = await prisma.user.findMany({ where: { name: req.query.name } });
  res.json(found);
});
app.get('/invoices/:id', async (req, res) => {
  const invoice = await prisma.invoice.findUniqueOrThrow({ where: { id: req.params.id } });
  res.json(invoice);
});
```

To delete what is gone already is no mistake.

```py fastapi
from fastapi import Depends, FastAPI, Response
from sqlalchemy import delete
from sqlalchemy.orm import Session

app = FastAPI()


@app.delete("/orders/{order_id}", status_code=204)
def delete_order(order_id: int, session: Session = Depends(get_session)):
    session.execute(delete(Order).where(Order.id == order_id))
    session.commit()
    return Response(status_code=204)
```

## When to ignore it
The record is known to exist, or `null` is the documented answer.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Function, Op, Origin, Query
from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import GuardNotFound
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.predicates import EVERY_FAILURE, answers, brief, excluded, handler_queries, label
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_CALLER = lazy(
    r"\breq\.user|request\.user|current_?user|logged|principal|session|claims|jwt|\bauth(?!or(?!iz))", re.IGNORECASE
)

_RAISED_BY_ABSENCE = ("NoSuchElementException", "NullPointerException", "AttributeError", "NoMethodError", "TypeError")
"""What the use of a record that is not there raises; an error handler may answer 404 to it."""
_FIRST_ERROR = 400
_EXISTS = lazy(r"(?:exist|any)(?:s|by|async|\?|$)", re.IGNORECASE)
"""Queries that tell whether there is something."""
_KEY = lazy(r"\bparams(?:\[:|\[[\"']|\.)(\w+)")
"""A parameter of the request, as keys name it."""
_RAISES = lazy(
    r"not_?found|or_?(throw|fail|raise|die|404|create|new|init)|(?<!first)(?<!single)(?<!last)or_?default|required|must|!$",
    re.IGNORECASE,
)


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def missing_not_found_check(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield lookups by a key of the request whose result is used as if it were always there."""
    # What is registered under a condition is there for developers more often than not.
    if endpoint.conditional or endpoint.route.conditional:
        return
    mapped = any(snapshot.sole_status.get(name) == 404 for name in _RAISED_BY_ABSENCE)
    for query, function, call in handler_queries(endpoint, snapshot):
        if not _is_unchecked(query) or (query.use_kind == "deref" and _is_dealt_with(function, query)):
            continue
        if _was_asked_for(function, query) or _is_written_here(function, query, snapshot):
            continue
        if _is_looked_up_above(function, query):
            continue
        if call < 0:
            keyed = query.keyed_by is Origin.REQUEST
        else:
            # In a function that the handler calls, only what breaks there is certain; the answer is the handler's.
            keyed = query.use_kind == "deref" and _is_passed_key(endpoint, function, query, call)
        if query.use_kind != "deref" and not endpoint.route.sends_null:
            continue
        if keyed and not (query.use_kind == "deref" and (mapped or _answers_404(function, query))):
            if call < 0 and (_is_of_another_path(endpoint, query, snapshot) or _is_looked_up_before(endpoint, query)):
                continue
            yield _finding(endpoint, function, query, snapshot)


def _finding(endpoint: Endpoint, function: Function, query: Query, snapshot: Snapshot) -> Finding:
    outcome = "answers 500 instead of 404" if query.use_kind == "deref" else "answers 200 with null instead of 404"
    outcome = "answers 200 with an empty record instead of 404" if query.into_variable else outcome
    names = (*_RAISED_BY_ABSENCE, *EVERY_FAILURE)
    told = next((snapshot.sole_status[name] for name in names if name in snapshot.sole_status), None)
    if query.use_kind == "deref" and told is not None and told < _FIRST_ERROR:
        # An error handler answers for everything that breaks, as if it were a success.
        outcome = f"breaks and answers {told}; check it first"
    use = function.at(query.unchecked_use) if query.unchecked_use else function.at(query.span)
    fix = GuardNotFound(
        function.at(query.statement), "Answer 404 when nothing is found", variable=query.variable, entity=query.entity
    )
    return Finding(
        function.at(query.span),
        f"`{brief(query.api, 28)}` may find nothing; `{label(endpoint)}` then {outcome}.",
        fixes=(fix,) if query.variable else (),
        related=(Related(use, "It is used here as if it were always there."),),
        subject=f"{endpoint.label} {query.api}",
    )


def _is_passed_key(endpoint: Endpoint, function: Function, query: Query, call: int) -> bool:
    """The handler passes an input of the request for the parameter that selects the record, and catches nothing."""
    handler = endpoint.handler
    if handler is None or handler.calls[call].site.tries or 404 in endpoint.statuses:
        return False
    inputs = {param.local for param in endpoint.params} | {read.variable for read in handler.inputs}
    names = [param.name for param in function.params if param.name not in {"self", "cls"}]
    passed = dict(zip(names, handler.calls[call].arguments, strict=False))
    return any(passed.get(key) in inputs - {""} for key in query.keys)


def _is_unchecked(query: Query) -> bool:
    if query.op is not Op.SELECT or not query.nullable or query.many:
        return False
    if query.checked or query.unchecked_use is None or _RAISES.search(query.api):
        return False
    # The record of the caller himself is there: he logged in with it.
    return not any(_CALLER.search(key) for key in query.keys)


def _is_written_here(function: Function, query: Query, snapshot: Snapshot) -> bool:
    """A class of the project answers, whose method may throw where nothing is found."""
    if not query.store:
        return False
    declared = [cls.where.path for cls in snapshot.classes.get(query.store, ())]
    # Several programs in one repository may call theirs alike.
    held = {path for path in declared if _root(path) == _root(function.path)} or {*declared}
    return any(
        one.class_name == query.store and one.path in held and one.body_end > one.body_start
        for one in snapshot.functions.get(query.api.rpartition(".")[2], ())
    )


def _root(path: str) -> str:
    return path.partition("/src/")[0]


def _was_asked_for(function: Function, query: Query) -> bool:
    """The same keys were looked for before, to see whether anything has them: `if (!orders.existsById(id)) throw …`."""
    return any(
        (before.op is Op.COUNT or _EXISTS.match(before.api.rsplit(".", 1)[-1]) is not None)
        and before.keys == query.keys
        and before.handle == query.handle
        and before.span.start < query.span.start
        for before in function.queries
        if query.keys
    )


def _is_of_another_path(endpoint: Endpoint, query: Query, snapshot: Snapshot) -> bool:
    """The handler serves several paths, and the key is a part of another one: the finding belongs there."""
    names = _named(query)
    if endpoint.handler is None or not names or names & _of_path(endpoint):
        return False
    others = snapshot.endpoints_of(endpoint.handler)
    if any(names & _of_path(other) for other in others):
        return True
    # What no path has comes in the query: the shortest path tells it.
    return any((len(_of_path(other)), other.path) < (len(_of_path(endpoint)), endpoint.path) for other in others)


def _is_looked_up_above(function: Function, query: Query) -> bool:
    """The same record was looked for by the same key further up: there it was asked for, or that lookup is the one to tell."""
    return bool(query.keys) and any(
        other.op is Op.SELECT
        and not other.many
        and other.entity == query.entity != ""
        and other.keys == query.keys
        and other.site.step < query.site.step
        and not excluded(other.site, query.site)
        for other in function.queries
    )


def _is_looked_up_before(endpoint: Endpoint, query: Query) -> bool:
    """What runs before the handler looks for the same record, and goes no further where there is none."""
    names = _named(query)
    return bool(names) and any(
        other.op is Op.SELECT
        and not other.many
        and other.entity == query.entity != ""
        and (other.checked or not other.nullable)
        and names & (_named(other) | set(other.keys))
        for function in endpoint.before
        for other in function.queries
    )


def _named(query: Query) -> set[str]:
    """The inputs of the request that the keys of a lookup name."""
    return {name for key in query.keys for name in _KEY.findall(key)}


def _of_path(endpoint: Endpoint) -> set[str]:
    return {name for segment in endpoint.segments for name in segment.names}


def _is_dealt_with(function: Function, query: Query) -> bool:
    """A catch of everything around the lookup hands what failed to code that may answer anything."""
    around = (function.catches[index] for index in query.site.tries if index < len(function.catches))
    return any(catch.broad and catch.outcome == "handled" for catch in around)


def _answers_404(function: Function, query: Query) -> bool:
    """A catch around the lookup answers 404, whatever it catches."""
    return any(answer.status == 404 and answer.site.catch in query.site.tries for answer in answers(function))

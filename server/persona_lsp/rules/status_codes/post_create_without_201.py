"""A creating `POST` answers 200.

## Why it matters
Clients and gateways cannot tell "created" from "already there", so retries and duplicates need code of their own at every customer.
A `POST` that creates a resource answers `201 Created` with its place in `Location`
([RFC 9110, section 9.3.3](https://www.rfc-editor.org/rfc/rfc9110.html#section-9.3.3)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/items")
#    ^^^^^^^^^^^^^ `POST /items` creates `Item` but answers 200; answer 201 with its place in `Location`.
def create_item(body: ItemCreate, session: Session = Depends(get_session)):
    item = Item(name=body.name)
    session.add(item)
    session.commit()
    return item
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/items', async (req, res) => {
  const item = await prisma.item.create({ data: { name: req.body.name } });
  res.json(item);
//^^^^^^^^^^^^^^ `POST /items` creates `item` but answers 200; answer 201 with its place in `Location`.
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :articles, only: :create
end
```

`app/controllers/articles_controller.rb`:
```rb rails
class ArticlesController < ApplicationController
  def create
    article = Article.create!(article_params)
    render json: article
#   ^^^^^^^^^^^^^^^^^^^^ `POST /articles` creates `Article` but answers 200; answer 201 with its place in `Location`.
  end

  private

  def article_params
    params.require(:article).permit(:title)
  end
end
```

```java spring
@RestController
class Items {
    private final ItemRepository items;

    @PostMapping("/items")
//  ^^^^^^^^^^^^^^^^^^^^^^ `POST /items` creates `Item` but answers 200; answer 201 with its place in `Location`.
    Item create(@RequestBody @Valid ItemForm form) {
        return items.save(new Item(form.name()));
    }
}

interface ItemRepository extends JpaRepository<Item, Long> {
}
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
        var order = new Order { Item = request.Item };
        db.Orders.Add(order);
        await db.SaveChangesAsync();
        return Ok(order);
//             ^^^^^^^^^ `POST /orders` creates `Order` but answers 200; answer 201 with its place in `Location`.
    }
}
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/items", status_code=201)
def create_item(body: ItemCreate, session: Session = Depends(get_session)):
    item = Item(name=body.name)
    session.add(item)
    session.commit()
    return item
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/items', async (req, res) => {
  const item = await prisma.item.create({ data: { name: req.body.name } });
  res.status(201).json(item);
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :articles, only: :create
end
```

`app/controllers/articles_controller.rb`:
```rb rails
class ArticlesController < ApplicationController
  def create
    article = Article.create!(article_params)
    render json: article, status: :created
  end

  private

  def article_params
    params.require(:article).permit(:title)
  end
end
```

```java spring
@RestController
class Items {
    private final ItemRepository items;

    @PostMapping("/items")
    @ResponseStatus(HttpStatus.CREATED)
    Item create(@RequestBody @Valid ItemForm form) {
        return items.save(new Item(form.name()));
    }
}

interface ItemRepository extends JpaRepository<Item, Long> {
}
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
        var order = new Order { Item = request.Item };
        db.Orders.Add(order);
        await db.SaveChangesAsync();
        return StatusCode(StatusCodes.Status201Created, order);
    }
}
```

## Fine
It says 201, 202 for work that is done later, or 207 for several results in one answer.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/items", status_code=201)
def create_item(body: ItemCreate, session: Session = Depends(get_session)):
    item = Item(name=body.name)
    session.add(item)
    session.commit()
    return item


@app.post("/imports", status_code=202)
def start_import(body: ImportCreate, session: Session = Depends(get_session)):
    session.add(Import(url=body.url))
    session.commit()


@app.post("/orders", status_code=207)
def create_orders(body: Orders, session: Session = Depends(get_session)):
    session.add(Order(rows=body.rows))
    session.commit()
    return {"results": [{"status": 201}]}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost]
    public async Task<ActionResult<Order>> Create(OrderRequest request)
    {
        var order = new Order { Item = request.Item };
        db.Orders.Add(order);
        await db.SaveChangesAsync();
        return CreatedAtAction(nameof(Create), new { id = order.Id }, order);
    }
}
```

Actions create nothing that their path names.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/sessions', async (req, res) => {
  res.json(await prisma.session.create({ data: { user: req.body.user } }));
});
app.post('/articles/:id/favorite', async (req, res) => {
  await prisma.favorite.create({ data: { articleId: req.params.id } });
  res.json({ favorited: true });
});
app.post('/users/:id/follow', async (req, res) => {
  await prisma.follow.create({ data: { followed: req.params.id, by: req.user.id } });
  res.json({ following: true });
});
app.post('/searches:run', async (req, res) => {
  await prisma.search.create({ data: { text: req.body.text } });
  res.json({ found: await index.find(req.body.text) });
});
app.get('/searches/:id', async (req, res) => {
  res.json(await prisma.search.findUniqueOrThrow({ where: { id: req.params.id } }));
});
```

An upsert says 200 for what was there, and 201 elsewhere.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/items', async (req, res) => {
  const known = await prisma.item.findFirst({ where: { name: req.body.name } });
  if (known) return res.json(known);
  const item = await prisma.item.create({ data: { name: req.body.name } });
  res.status(201).json(item);
});
```

Several at once, and names that are put on what is there.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  await prisma.order.createMany({ data: req.body.orders });
  res.json({ ok: true });
});
app.post('/issues/:id/labels', async (req, res) => {
  for (const name of req.body.names) {
    await prisma.label.create({ data: { issueId: req.params.id, name } });
  }
  res.json({ labels: req.body.names });
});
```

One path for many calls: RPC and GraphQL.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/rpc', async (req, res) => {
  await prisma.call.create({ data: { name: req.body.name } });
  res.json({ result: await run(req.body.name) });
});
app.get('/rpc/:id', async (req, res) => {
  res.json(await prisma.call.findUniqueOrThrow({ where: { id: req.params.id } }));
});
app.post('/graphql', async (req, res) => {
  await prisma.operation.create({ data: { text: req.body.query } });
  res.json(await execute(req.body.query));
});
app.get('/graphql/:id', async (req, res) => {
  res.json(await prisma.operation.findUniqueOrThrow({ where: { id: req.params.id } }));
});
```

A receiver of webhooks, and a form that redirects.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/webhooks/payments', async (req, res) => {
  await prisma.payment.create({ data: { raw: req.body.raw } });
  res.json({ received: true });
});
app.post('/posts', async (req, res) => {
  await prisma.post.create({ data: { title: req.body.title } });
  res.redirect('/posts');
});
```

## When to ignore it
An old client depends on `200`, or the whole API follows another convention.
"""

from collections.abc import Iterator

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Habit, Severity
from persona_lsp.findings.intent import SetStatus
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import (
    EVERY_FAILURE,
    brief,
    created_entity,
    is_html,
    is_rpc,
    is_webhook_receiver,
    label,
    success_responses,
)
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_HABIT = 5
_MAJORITY = 10
"""An API with five creations, none of which answers 201, has made up its mind, and so has one with ten and more of
which four of five don't: one word is enough."""


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def post_create_without_201(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield a creating POST whose only success status is 200."""
    if endpoint.method != "POST" or endpoint.success != (200,):
        return
    # Where failures are told with 200 as well, statuses say nothing to anybody, and the body all.
    if any(snapshot.sole_status.get(name) == 200 for name in EVERY_FAILURE):
        return
    entity = created_entity(endpoint, snapshot)
    if not entity or is_html(endpoint) or is_webhook_receiver(endpoint) or is_rpc(endpoint):
        return
    responses = list(success_responses(endpoint.handler)) if endpoint.handler else []
    if any(response.body_kind == "redirect" for response in responses) or _is_told_elsewhere(endpoint):
        return
    scope = _habit_of(endpoint, snapshot)
    where, fixable = _place(endpoint)
    title = "Answer 201 Created (changes the API contract)"
    yield Finding(
        where,
        f"`{label(endpoint)}` creates `{brief(entity, 18)}` but answers 200; answer 201 with its place in `Location`.",
        fixes=(SetStatus(where, title, safe=False, status=201),) if fixable and scope is None else (),
        severity=Severity.INFORMATION if scope is not None else None,
        subject=endpoint.label,
        habit=Habit(
            key=f"creations {scope}",
            who=f"`{label(endpoint)}`",
            one="creation",
            many="creations",
            does="answer 200; answer 201 where a resource is created.",
            whole_from=1,
        )
        if scope is not None
        else None,
    )


def _is_told_elsewhere(endpoint: Endpoint) -> bool:
    """What the handler calls answers for it: with a page, or with a status that nobody can tell."""
    answers = (response for function in endpoint.callees if function.handling for response in function.responses)
    return any(answer.body_kind == "html" or answer.status is None for answer in answers)


def _habit_of(endpoint: Endpoint, snapshot: Snapshot) -> str | None:
    """What has made up its mind: the project (""), the application that the endpoint is of, or nothing."""
    habits = _habits(snapshot)
    for scope in ("", endpoint.app):
        habit = habits.get(scope)
        if habit is not None and habit.creations >= _HABIT and habit.answers_201 <= _outliers(habit.creations):
            return scope
    return None


def _place(endpoint: Endpoint) -> tuple[Where, bool]:
    """Where the 200 comes from: the one answer, or the route that stands for its framework's default."""
    handler = endpoint.handler
    if handler is None:
        return endpoint.where, False
    responses = list(success_responses(handler))
    if any(declared.is_default for declared in endpoint.declared) and not any(r.explicit for r in responses):
        return endpoint.where, True
    if len(responses) == 1:
        return handler.at(responses[0].span), True
    return (handler.at(responses[0].span) if responses else endpoint.where), False


def _outliers(creations: int) -> int:
    """How many may do otherwise without there being another house style."""
    return creations // 5 if creations >= _MAJORITY else 0


class _Habit(Struct):
    creations: int = 0
    answers_201: int = 0


@per_snapshot
def _habits(snapshot: Snapshot) -> dict[str, _Habit]:
    """By application, and that of the whole project under the empty name."""
    habits: dict[str, _Habit] = {}
    for endpoint in snapshot.endpoints:
        if endpoint.test or endpoint.route.named or not endpoint.success or not created_entity(endpoint, snapshot):
            continue
        for name in ("", endpoint.app):
            habit = habits.setdefault(name, _Habit())
            habit.creations += 1
            habit.answers_201 += 201 in endpoint.success
    return habits

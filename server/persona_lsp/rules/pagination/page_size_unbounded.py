"""The client chooses the page size without a maximum.

## Why it matters
One curious client can take the service down for everybody, and one line prevents it.
The number of records that a caller may ask for needs a limit
([OWASP API4:2023](https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/);
[AIP-158](https://google.aip.dev/158)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(limit: int = 50, session: Session = Depends(get_session)):
#               ^^^^^^^^^^^^^^^ `limit` has no maximum: `?limit=1000000` loads the whole table; cap it, at 100 for example.
    return session.scalars(select(Order).limit(limit)).all()
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet]
    public async Task<List<Order>> List(int limit = 20) => await db.Orders.OrderBy(o => o.Id).Take(limit).ToListAsync();
//                                      ^^^^^^^^^^^^^^ `limit` has no maximum: `?limit=1000000` loads the whole table; cap it, at 100 for example.
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/orders', async (req, res) => {
  const take = Number(req.query.limit) || 20;
//                    ^^^^^^^^^^^^^^^ `limit` has no maximum: `?limit=1000000` loads the whole table; cap it, at 100 for example.
  res.json(await prisma.order.findMany({ take }));
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :index
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def index
    render json: Order.limit(params[:limit])
#                            ^^^^^^^^^^^^^^ `limit` has no maximum: `?limit=1000000` loads the whole table; cap it, at 100 for example.
  end
end
```

## Fixed
```py fastapi
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(limit: Annotated[int, Query(ge=1, le=100)] = 50, session: Session = Depends(get_session)):
    return session.scalars(select(Order).limit(limit)).all()
```

```cs aspnet
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet]
    public async Task<List<Order>> List([Range(1, 100)] int limit = 20) => await db.Orders.OrderBy(o => o.Id).Take(limit).ToListAsync();
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/orders', async (req, res) => {
  const take = Math.min(Number(req.query.limit) || 20, 100);
  res.json(await prisma.order.findMany({ take }));
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :index
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def index
    render json: Order.limit([(params[:limit] || 100).to_i, 100].min)
  end
end
```

## Fine
There is a maximum.

```py fastapi
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(limit: Annotated[int, Query(ge=1, le=100)] = 50, session: Session = Depends(get_session)):
    return session.scalars(select(Order).limit(limit)).all()


@app.get("/items")
def list_items(limit: int = 50, session: Session = Depends(get_session)):
    return session.scalars(select(Item).limit(min(limit, 100))).all()
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet]
    public async Task<List<Order>> List(int limit = 20)
    {
        return await db.Orders.OrderBy(o => o.Id).Take(Math.Min(limit, 100)).ToListAsync();
    }
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/orders', async (req, res) => {
  const take = Math.min(Number(req.query.limit) || 20, 100);
  res.json(await prisma.order.findMany({ take }));
});
app.get('/items', async (req, res) => {
  res.json({ limit: req.query.limit, items: await prisma.item.findMany({ take: 20 }) });
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :index
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def index
    render json: Order.limit([params[:limit].to_i, 100].min)
  end
end
```

Something in front of the handler checks it.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');
const { celebrate, Joi } = require('celebrate');

const app = express();
const prisma = new PrismaClient();

app.get('/orders', celebrate({ query: Joi.object({ limit: Joi.number().max(100) }) }), async (req, res) => {
  res.json(await prisma.order.findMany({ take: Number(req.query.limit) }));
});
```

## When to ignore it
The callers are internal jobs that need everything.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Function, LimitUse, Origin
from persona_lsp.facts.http import In, Param
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import CapLimit
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.memo import per_snapshot
from persona_lsp.rules.predicates import brief, checks_input
from persona_lsp.rules.serving import is_for_admins
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_MAXIMUM = 100
_PLACE = lazy(
    r"page|page_?(no|num|number|index)|p|offset|skip|cursor|start|from|after|before|name|q|query|id", re.IGNORECASE
)
_PLAIN = frozenset(
    """int float str Integer Long Short Float String long short number string Optional Union None null undefined typing
    PositiveInt NonNegativeInt i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize Option""".split()
)
"""Words of types that have no maximum of their own."""
_MOST = "Kaminari.max_per_page"
_PER = lazy(r"per", re.IGNORECASE)
_SIZE = lazy(r"size|limit|per_?page|count|take|first|max|top|rows|results|amount|num|length|^n$", re.IGNORECASE)


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def page_size_unbounded(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield inputs that decide how many rows are fetched, without a maximum."""
    handler = endpoint.handler
    if handler is None or not (handler.limits or endpoint.first_level):
        return
    seen: set[str] = set()
    for name, where, default in _inputs(endpoint, handler):
        if _PLACE.fullmatch(name) or name in seen or checks_input(endpoint):
            continue
        if _PER.search(name) and _has_most(snapshot):
            continue
        seen.add(name)
        maximum = max(_MAXIMUM, default)
        yield Finding(
            where,
            f"`{brief(name, 24)}` has no maximum: `?{brief(name, 24)}=1000000` loads the whole table;"
            f" cap it, at {maximum} for example.",
            fixes=(CapLimit(where, f"Cap {brief(name, 24)} at {maximum}", safe=False, maximum=maximum, name=name),),
            severity=Severity.INFORMATION if is_for_admins(endpoint) else None,
            subject=f"{endpoint.label} {name}",
        )


@per_snapshot
def _has_most(snapshot: Snapshot) -> bool:
    """The library of pages is told how many rows one has at most."""
    return any(entry.key == _MOST for facts in snapshot.files.values() for entry in facts.config)


def _inputs(endpoint: Endpoint, handler: Function) -> Iterator[tuple[str, Where, int]]:
    """(wire name, place, default) of every input that is used as a number of rows and has no maximum."""
    for limit in handler.limits:
        if limit.clamped or limit.origin is not Origin.REQUEST or _is_told_of(handler, limit):
            continue
        param = _declared(endpoint, limit.source, limit.name)
        if param is not None:
            if _is_unbounded(param):
                # Read several times, it is told where it is used.
                where = handler.at(limit.input_span) if limit.input_span and not param.via else param.where
                yield param.name, where, _number(param.default)
        elif _SIZE.search(limit.name) and limit.input_span and not _is_bounded_read(handler, limit):
            yield limit.name, handler.at(limit.input_span), 0
    for call, function in endpoint.first_level:
        for limit in function.limits:
            if limit.clamped or limit.origin is not Origin.PARAM:
                continue
            passed = _argument(handler, call, function, limit.source)
            param = _declared(endpoint, passed, "") if passed else None
            if param is not None and _is_unbounded(param):
                yield param.name, param.where, _number(param.default)


def _declared(endpoint: Endpoint, source: str, name: str) -> Param | None:
    """The query parameter that the value comes from; of an object that carries several, the one that is a size."""
    found = [
        param
        for param in endpoint.params
        if param.place == In.QUERY and (source in {param.local, param.name} or (name and param.name == name))
    ]
    if len(found) > 1:
        found = [param for param in found if _SIZE.search(param.name)]
    return found[0] if len(found) == 1 else None


def _is_unbounded(param: Param) -> bool:
    # A type of the project's own may have a maximum, wherever it is written.
    if not set(re.findall(r"\w+", param.type)) <= _PLAIN:
        return False
    constraint = param.constraint
    return constraint is None or (constraint.maximum is None and not constraint.choices)


def _is_bounded_read(handler: Function, limit: LimitUse) -> bool:
    return any(read.name == limit.name and (read.bounded or read.validated) for read in handler.inputs)


def _is_told_of(handler: Function, limit: LimitUse) -> bool:
    """`optional! :limit, default: 20, values: 1..100`: a function of the project is told what the input may be."""
    return any(
        not call.receiver and len(call.arguments) > 1 and call.arguments[0].strip(":\"'") == limit.name
        for call in handler.calls
        if call.site.step < _step(handler, limit)
    )


def _step(handler: Function, limit: LimitUse) -> int:
    return max((read.site.step for read in handler.inputs if read.name == limit.name), default=0)


def _argument(handler: Function, call: int, function: Function, name: str) -> str:
    """What the handler passes for the parameter of that name, as a name; "" if it is anything else."""
    names = [param.name for param in function.params if param.name not in {"self", "cls"}]
    for index, argument in enumerate(handler.calls[call].arguments):
        keyword, equals, value = argument.partition("=")
        if equals and keyword.strip() == name:
            return value.strip()
        if not equals and index < len(names) and names[index] == name:
            return argument.strip()
    return ""


def _number(default: str | None) -> int:
    return int(default) if default and re.fullmatch(r"\d{1,6}", default) else 0

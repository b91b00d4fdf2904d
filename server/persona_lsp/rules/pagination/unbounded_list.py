"""A collection endpoint returns everything.

## Why it matters
It works in the demo; with 100,000 rows, one call slows the database down for all customers.
Paging that is added later breaks clients, so it is cheapest today
([AIP-158](https://google.aip.dev/158);
[OWASP API4:2023](https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(session: Session = Depends(get_session)):
    return session.scalars(select(Order)).all()
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders` returns every `Order`; add a page or cursor with a maximum.
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/orders', async (req, res) => {
  const orders = await prisma.order.findMany();
//                     ^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders` returns every `order`; add a page or cursor with a maximum.
  res.json(orders);
});
```

```java spring
@RestController
class Orders {
    private final OrderRepository orders;

    @GetMapping("/orders")
    List<Order> all() {
        return orders.findAll();
//             ^^^^^^^^^^^^^^^^ `GET /orders` returns every `Order`; add a page or cursor with a maximum.
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
    [HttpGet]
    public async Task<List<Order>> List() => await db.Orders.OrderBy(o => o.Id).ToListAsync();
//                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders` returns every `Orders`; add a page or cursor with a maximum.
}
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
    render json: Order.where(open: true)
#                ^^^^^^^^^^^^^^^^^^^^^^^ `GET /orders` returns every `Order`; add a page or cursor with a maximum.
  end
end
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(session: Session = Depends(get_session)):
    return session.scalars(select(Order).limit(100)).all()
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpGet]
    public async Task<List<Order>> List() => await db.Orders.OrderBy(o => o.Id).Take(100).ToListAsync();
}
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/orders', async (req, res) => {
  const orders = await prisma.order.findMany({ take: 100 });
  res.json(orders);
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
    render json: Order.where(open: true).limit(100)
  end
end
```

## Fine
There is a limit, or a page.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(session: Session = Depends(get_session)):
    return session.scalars(select(Order).limit(50)).all()
```

```java spring
@RestController
class Orders {
    private final OrderRepository orders;

    @GetMapping("/orders")
    Page<Order> all(Pageable page) {
        return orders.findAll(page);
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
    [HttpGet]
    public async Task<List<Order>> List(int skip = 0) => await db.Orders.OrderBy(o => o.Id).Skip(skip).Take(100).ToListAsync();
}
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
    render json: Order.page(params[:page]).per(20)
  end
end
```

Sets that are small by nature, the parts of one thing, the caller's own, a set of ids, exports.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/countries', async (req, res) => {
  res.json(await prisma.country.findMany());
});
app.get('/orders/:id/items', async (req, res) => {
  res.json(await prisma.item.findMany({ where: { orderId: req.params.id } }));
});
app.get('/me/addresses', async (req, res) => {
  res.json(await prisma.address.findMany({ where: { userId: req.user.id } }));
});
app.get('/products', async (req, res) => {
  res.json(await prisma.product.findMany({ where: { id: { in: req.query.ids } } }));
});
app.get('/orders/export', async (req, res) => {
  res.json(await prisma.order.findMany());
});
```

The rows are counted and not returned.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def summary(session: Session = Depends(get_session)):
    orders = session.scalars(select(Order)).all()
    return {"count": len(orders)}
```

## When to ignore it
The table cannot grow: its rows come with the application.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Branch, Function, Op, Origin, Query
from persona_lsp.facts.http import In
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import LimitQuery
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.models import asks_database
from persona_lsp.rules.predicates import brief, is_action, is_health, is_html, label, singular, words
from persona_lsp.rules.serving import is_for_admins
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_SMALL = frozenset(
    """badge brand category channel city configuration country county currency department district enum environment
    credential facet feature flag format genre gender group icon integration key kind label language level locale menu method module namespace
    nationality option permission plan platform policy preference privilege provider province rank region role scope section
    setting size skill state status tag team template tenant theme tier timezone title type unit version webhook zone""".split()
)
_PAGES = lazy(
    r"limit|per_?page|page(_?(size|number|able|token|no))?|size|cursor|offset|after|before|first|last|top|skip|take|count"
    r"|max_?results?|since|until|from|to|start|end",
    re.IGNORECASE,
)
_PAGING = lazy(r"pagin|pagy|(^|_)page|cursor|slice|limit", re.IGNORECASE)
_CUTS = lazy(r"pagin|page|limit|slice|cursor|list|filter", re.IGNORECASE)
"""How decorators are called that may cut what a function returns."""
_NO_LISTS = frozenset({"file", "stream", "html"})
_CACHES = lazy(r"(?:cache|cached|cacheable|cache_?result|memoized?)$", re.IGNORECASE)
"""How decorators and objects that keep results are called."""
_ELSEWHERE = lazy(r"(^|/)(me|my|mine|self|current|export|exports|download|downloads|csv|dump|feed|sitemap|rss)(/|\.|$)")


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def unbounded_list(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield queries without a limit whose rows are the answer."""
    handler = endpoint.handler
    if endpoint.method != "GET" or handler is None or not _is_open_collection(endpoint, handler):
        return
    for query, where, fix in _answered(endpoint, handler):
        if not asks_database(query, snapshot):
            continue
        entity = f"every `{brief(query.entity)}`" if query.entity else "every row"
        yield Finding(
            where,
            f"`{label(endpoint)}` returns {entity}; add a page or cursor with a maximum.",
            fixes=(fix,) if fix else (),
            severity=Severity.INFORMATION if is_for_admins(endpoint) else None,
            subject=f"{endpoint.label} {query.api}",
        )
        return


def _is_open_collection(endpoint: Endpoint, handler: Function) -> bool:
    """It is a list at the top of the API that grows with its use, and nothing in it knows of pages."""
    segments = endpoint.segments
    if not segments or any(segment.param for segment in segments if not _is_tenant(segment.param)):
        return False
    parts = words(segments[-1].literal)
    if is_action(endpoint) or is_health(endpoint) or is_html(endpoint) or _ELSEWHERE.search(endpoint.path.lower()):
        return False
    if parts and singular(parts[-1]) in _SMALL:
        return False
    inputs = [param.name for param in endpoint.params if param.place == In.QUERY]
    inputs += [read.name for read in handler.inputs if read.place in {In.QUERY, "any"}]
    if handler.limits or any(_PAGES.fullmatch(name) for name in inputs):
        return False
    if any(_CUTS.search(decorator) for decorator in handler.decorators):
        return False
    return not any(_PAGING.search(call.name) for call in handler.calls)


def _is_tenant(param: str) -> bool:
    return param.lower() in {"tenant", "tenant_id", "tenantid", "version", "lang", "locale"}


def _answered(endpoint: Endpoint, handler: Function) -> Iterator[tuple[Query, Where, LimitQuery | None]]:
    listed = [response for response in handler.responses if response.body_kind not in _NO_LISTS]
    shown = {index for response in listed for index in response.queries}
    if handler.returns_query >= 0 and len(listed) == len(handler.responses):
        shown.add(handler.returns_query)
    for index in sorted(shown):
        if index < len(handler.queries) and _is_unbounded(handler.queries[index], handler):
            query = handler.queries[index]
            fix = LimitQuery(
                handler.at(query.limit_span or query.span), "Return 100 at most (changes the API contract)", safe=False
            )
            yield query, handler.at(query.span), fix if query.limit_span else None
    called = {index for response in listed for index in response.calls}
    for call, function in endpoint.first_level:
        if call in called and 0 <= function.returns_query < len(function.queries):
            query = function.queries[function.returns_query]
            if _is_unbounded(query, function) and not function.limits:
                yield query, handler.at(handler.calls[call].span), None


def _is_cached(query: Query, function: Function) -> bool:
    """The rows are kept: the function is (`@lru_cache`, `@Cacheable`), or what asks for them is given to a cache."""
    if any(_CACHES.search(decorator) for decorator in function.decorators):
        return True
    return any(
        call.span.start <= query.span.start and query.span.end <= call.span.end and _CACHES.search(call.receiver)
        for call in function.calls
    )


def _is_unbounded(query: Query, function: Function) -> bool:
    if not query.many or query.limited is not False or query.op is not Op.SELECT or query.in_parameters:
        return False
    # What was asked for by name is no longer everything, and the caller's own is what one person does.
    if query.keys and (query.keyed_by is not Origin.CONST or function.reads_principal):
        return False
    if _is_cached(query, function):
        return False
    parts = words(query.entity)
    if parts and singular(parts[-1]) in _SMALL:
        return False
    return query.site.branch in {Branch.MAIN, Branch.OTHER} and query.site.loop < 0

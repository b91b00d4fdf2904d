"""One query runs per element of a list (N+1).

## Why it matters
With 1,000 rows the endpoint makes 1,001 round trips; its time and the cost of the database grow with every customer.
Many small accesses where one would do are [CWE-1049](https://cwe.mitre.org/data/definitions/1049.html).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(session: Session = Depends(get_session)):
    orders = session.scalars(select(Order).limit(50)).all()
    for order in orders:
        order.items = session.scalars(select(Item).where(Item.order_id == order.id)).all()
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `session.scalars.all` runs once per element of `orders` (N+1); load all rows with one query before the loop.
    return orders
```

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/users', async (req, res) => {
  const users = await prisma.user.findMany({ take: 50 });
  for (const user of users) {
    user.posts = await prisma.post.findMany({ where: { authorId: user.id } });
//                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `prisma.post.findMany` runs once per element of `users` (N+1); load all rows with one query before the loop.
  }
  res.json(users);
});
app.get('/teams', async (req, res) => {
  const teams = await prisma.team.findMany({ take: 50 });
  const counts = await Promise.all(teams.map((team) => prisma.member.count({ where: { teamId: team.id } })));
//                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `prisma.member.count` runs once per element of `teams` (N+1), all at once; load all rows with one query before.
  res.json(counts);
});
```

```java spring
@RestController
class Orders {
    private final OrderRepository orders;
    private final ItemRepository items;

    @GetMapping("/orders")
    List<OrderDto> page(Pageable page) {
        List<OrderDto> found = new ArrayList<>();
        for (Order order : orders.findAll(page)) {
            found.add(new OrderDto(order, items.findByOrderId(order.getId())));
//                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `items.findByOrderId` runs once per element of `orders.findAll(page)` (N+1); load all rows with one query before the loop.
        }
        return found;
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}

interface ItemRepository extends JpaRepository<Item, Long> {
    List<Item> findByOrderId(Long id);
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost("totals")]
    public async Task<List<decimal>> Totals(List<int> ids)
    {
        var totals = new List<decimal>();
        foreach (var id in ids)
        {
            var order = await db.Orders.SingleAsync(o => o.Id == id);
//                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `db.Orders.SingleAsync` runs once per element of `ids` (N+1); load all rows with one query before the loop.
            totals.Add(order.Total);
        }

        return totals;
    }
}
```

Where no endpoint is known to call it, and where the loop creates what it does not find, it is information.

`app/services/report.rb`:
```rb rails
class Report
  def rows(orders)
    orders.map do |order|
      { order: order, payment: Payment.find_by(order_id: order.id) }
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ [information] `Payment.find_by` runs once per element of `orders` (N+1); load all rows with one query before the loop.
    end
  end
end
```

## Fine
One query for all.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(session: Session = Depends(get_session)):
    orders = session.scalars(select(Order).limit(50)).all()
    return session.scalars(select(Item).where(Item.order_id.in_([order.id for order in orders]))).all()
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(ShopContext db) : ControllerBase
{
    [HttpPost("totals")]
    public async Task<List<decimal>> Totals(List<int> ids)
    {
        var totals = new List<decimal>();
        foreach (var order in await db.Orders.Where(o => ids.Contains(o.Id)).ToListAsync())
        {
            totals.Add(order.Total);
        }
        return totals;
    }
}
```

Batches, pages, a few known elements, retries, queries that don't depend on the element.

```js express
const express = require('express');
const _ = require('lodash');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.get('/report', async (req, res) => {
  const rows = [];
  for (const batch of _.chunk(req.query.ids, 100)) {
    rows.push(...(await prisma.order.findMany({ where: { id: { in: batch } } })));
  }
  for (const kind of ['new', 'open', 'closed']) {
    rows.push(await prisma.order.count({ where: { kind } }));
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    rows.push(await prisma.rate.findFirst({ where: { attempt } }));
  }
  for (const row of rows) {
    row.settings = await prisma.setting.findMany({ where: { active: true } });
  }
  res.json(rows);
});
app.get('/authors', async (req, res) => {
  const posts = await prisma.post.findMany({ take: 50 });
  res.json(await Promise.all(posts.map((post) => prisma.user.findUnique({ where: { id: post.authorId } }))));
});
```

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders/all")
def all_orders(session: Session = Depends(get_session)):
    last, found = 0, []
    while page := session.scalars(select(Order).where(Order.id > last).limit(500)).all():
        found += page
        last = page[-1].id
    return len(found)
```

Each element is a connection.

```py fastapi
from sqlalchemy import text


def warm_up(engine, size):
    connections = [engine.connect() for _ in range(size)]
    for connection in connections:
        connection.execute(text("SELECT 1"))
```

## When to ignore it
The list has a handful of elements and always will.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Function, Loop, Op, Origin, Query
from persona_lsp.findings.finding import Finding, Habit, Related, Severity
from persona_lsp.rules import function_rule
from persona_lsp.rules.models import asks_database
from persona_lsp.rules.predicates import brief, same_thing, words
from persona_lsp.rules.serving import is_serving
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_READS = frozenset({Op.SELECT, Op.COUNT})
_FEW = 5
_JOINED = frozenset({"findUnique", "findUniqueOrThrow"})
"""Calls of Prisma that it joins into one query when several are made in the same tick."""

_STATEMENTS = frozenset({"execute", "query"})
"""Methods of a connection that take a statement."""

_OF_CLASSES = frozenset(
    {
        "all",
        "count",
        "exists?",
        "find",
        "find_by",
        "find_each",
        "find_in_batches",
        "first",
        "last",
        "pluck",
        "take",
        "where",
    }
)
_CONSTANT = lazy(r"(?:\w+(?:::|\.))*[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{2,}[A-Z0-9]*")
"""A list that is written out in the code: nobody adds to it while the program runs."""
_WRITTEN_OUT = ("[", "(", "{", "%w", "%i", "&[", "vec![", "new[]", "List.of(")
"""How a list begins whose elements stand in the code."""
_OF_TABLES = lazy(r"\b(?:from|join|into|update|table)\s+[\"`\[]?(?:%s|%\(\w+\)s|\?|:\w+|\$\d)", re.IGNORECASE)
"""Each element names a table of its own."""
_BATCHES = lazy(r"partition|chunk|batch|slice", re.IGNORECASE)
_PART = lazy(r"chunk|partition", re.IGNORECASE)
"""What a variable is called that holds a part of a list, wherever that was taken apart."""
_OPTIONAL = lazy(r"(?:\w+(?:::|\.))*(?:Maybe|Optional|Option|Some|Just)\b\s*[.(\[]")
"""What holds one value or none."""


@function_rule(severity=Severity.WARNING, since="0.1")
def query_in_loop(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield reads that run once for each element of a list and depend on it."""
    if not function.loops or {"loader", "batch", "dataloader"} & set(words(function.name)):
        return
    for query in function.queries:
        if query.op not in _READS or not 0 <= query.site.loop < len(function.loops):
            continue
        loop = function.loops[query.site.loop]
        # A relation runs where, and if, somebody looks at its rows.
        if query.lazy:
            continue
        if _is_on_element(query, loop):
            continue
        if not asks_database(query, snapshot):
            continue
        if _is_many(loop) and _depends(query, loop) and not _is_joined(query, loop):
            yield _finding(function, query, loop, snapshot)


def _finding(function: Function, query: Query, loop: Loop, snapshot: Snapshot) -> Finding:
    over = f"`{brief(loop.iterable, 27)}`" if loop.iterable else "the list"
    within = f"`{brief(loop.iterable, 24)}`" if loop.iterable else "the list"
    once = loop.concurrent or query.concurrent
    told = (
        ", all at once; load all rows with one query before."
        if once
        else "; load all rows with one query before the loop."
    )
    return Finding(
        function.at(query.span),
        f"`{brief(query.api, 27)}` runs once per element of {over} (N+1){told}",
        related=(Related(function.at(loop.iterable_span or loop.span), "This is what it runs for."),),
        # In a request somebody waits for each of them; a job, a script or a start has the time.
        severity=None
        if is_serving(function, snapshot) and not _is_made_if_missing(function, query)
        else Severity.INFORMATION,
        subject=f"{function.key} {query.api}",
        habit=Habit(
            key=f"{function.key} {loop.iterable} {query.site.loop}",
            who=f"`{brief(query.api, 24)}`",
            one="query",
            many="queries",
            does=f"run once per element of {within} (N+1); load all before it.",
        ),
    )


def _is_made_if_missing(function: Function, query: Query) -> bool:
    """The loop finds or creates: one query before it would leave the rows that are still to be made."""
    return any(
        other.op in {Op.INSERT, Op.UPSERT}
        and other.site.loop == query.site.loop
        and same_thing(other.entity, query.entity)
        for other in function.queries
    )


def _is_many(loop: Loop) -> bool:
    if (
        _CONSTANT.fullmatch(loop.iterable)
        or _BATCHES.search(loop.iterable)
        or any(_PART.search(name) for name in loop.variables)
        or _OPTIONAL.match(loop.iterable)
        or (loop.bound is not None and loop.iterable.startswith(_WRITTEN_OUT))
        or loop.batched
        or loop.retry
        or loop.origin is Origin.CONST
        or not loop.variables
    ):
        return False
    return loop.bound is None or loop.bound > _FEW


def _depends(query: Query, loop: Loop) -> bool:
    if query.in_parameters or (query.sql is not None and _OF_TABLES.search(query.sql.template)):
        return False
    return any(name == variable for variable in loop.variables for name in query.args)


def _is_on_element(query: Query, loop: Loop) -> bool:
    """The loop goes over connections: no other query does what this one does."""
    receiver, _, method = query.api.partition(".")
    if receiver not in loop.variables:
        return False
    if method.startswith(("constantize", "safe_constantize")):
        return True
    if method.startswith("objects."):
        return True  # records of Django have no manager: these are classes
    # No record answers to `find_each`: it goes over classes, each with a table of its own.
    return method in _STATEMENTS or method.partition(".")[0] in _OF_CLASSES


def _is_joined(query: Query, loop: Loop) -> bool:
    return (
        (loop.concurrent or query.concurrent) and query.library == "prisma" and query.api.rsplit(".", 1)[-1] in _JOINED
    )

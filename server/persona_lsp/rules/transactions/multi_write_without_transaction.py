"""Writes that belong together are not in one transaction.

## Why it matters
A failure in between leaves orders without payments, and support repairs data by hand.
A transaction makes both happen, or neither
([PostgreSQL, transactions](https://www.postgresql.org/docs/current/tutorial-transactions.html)).

## Flagged
```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  const order = await prisma.order.create({ data: { item: String(req.body.item) } });
  await prisma.payment.create({ data: { orderId: order.id } });
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `prisma.order.create` and this write belong together; if this one fails, the first stays. Use a transaction.
  res.status(201).json(order);
});
```

```java spring
@Service
class Checkout {
    private final OrderRepository orders;
    private final PaymentRepository payments;

    Order place(String item) {
        Order order = orders.save(new Order(item));
        payments.save(new Payment(order.getId()));
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `orders.save` and this write belong together; if this one fails, the first stays. Use a transaction.
        return order;
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}

interface PaymentRepository extends JpaRepository<Payment, Long> {
}
```

`app/services/checkout.rb`:
```rb rails
class Checkout
  def place(item)
    order = Order.create!(item: item)
    Payment.create!(order_id: order.id)
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `Order.create!` and this write belong together; if this one fails, the first stays. Use a transaction.
    order
  end
end
```

## Fixed
```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  const order = await prisma.$transaction(async (tx) => {
    const order = await tx.order.create({ data: { item: String(req.body.item) } });
    await tx.payment.create({ data: { orderId: order.id } });
    return order;
  });
  res.status(201).json(order);
});
```

`app/services/checkout.rb`:
```rb rails
class Checkout
  def place(item)
    ActiveRecord::Base.transaction do
      order = Order.create!(item: item)
      Payment.create!(order_id: order.id)
      order
    end
  end
end
```

```java spring
@Service
class Checkout {
    private final OrderRepository orders;
    private final PaymentRepository payments;

    @Transactional
    Order place(String item) {
        Order order = orders.save(new Order(item));
        payments.save(new Payment(order.getId()));
        return order;
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}

interface PaymentRepository extends JpaRepository<Payment, Long> {
}
```

## Fine
They are in one transaction.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/orders', async (req, res) => {
  const order = await prisma.$transaction(async (tx) => {
    const placed = await tx.order.create({ data: { item: String(req.body.item) } });
    await tx.payment.create({ data: { orderId: placed.id } });
    return placed;
  });
  res.status(201).json(order);
});
```

```java spring
@Service
@Transactional
class Checkout {
    private final OrderRepository orders;
    private final PaymentRepository payments;

    Order place(String item) {
        Order order = orders.save(new Order(item));
        payments.save(new Payment(order.getId()));
        return order;
    }
}

interface OrderRepository extends JpaRepository<Order, Long> {
}

interface PaymentRepository extends JpaRepository<Payment, Long> {
}
```

One session is one unit of work.

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.post("/orders", status_code=201)
def place(body: OrderCreate, session: Session = Depends(get_session)):
    order = Order(item=body.item)
    session.add(order)
    session.add(Payment(order=order))
    session.commit()
```

The caller brings the transaction, the writes have nothing to do with each other, or exclude each other; a nested write is one.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

async function place(tx, item) {
  const order = await tx.order.create({ data: { item } });
  await tx.payment.create({ data: { orderId: order.id } });
}

app.post('/settings', async (req, res) => {
  await prisma.theme.upsert({ where: { id: 1 }, update: { dark: true }, create: { dark: true } });
  await prisma.locale.upsert({ where: { id: 1 }, update: { code: 'en' }, create: { code: 'en' } });
  res.sendStatus(204);
});
app.put('/likes/:id', async (req, res) => {
  if (req.query.on) {
    await prisma.like.create({ data: { postId: req.params.id } });
  } else {
    await prisma.like.deleteMany({ where: { postId: req.params.id } });
  }
  res.sendStatus(204);
});
app.post('/orders', async (req, res) => {
  const order = await prisma.order.create({ data: { item: 'book', payments: { create: { amount: 1 } } } });
  await prisma.auditLog.create({ data: { orderId: order.id } });
  res.status(201).json(order);
});
```

## When to ignore it
The second write is repeated until it succeeds, by a job or by hand.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import WRITES, Function, Op, Query
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import WrapInTransaction
from persona_lsp.rules import function_rule
from persona_lsp.rules.models import asks_database
from persona_lsp.rules.predicates import brief, excluded, words
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_HANDLES = frozenset(
    """tx trx txn t transaction session manager conn connection client query_runner queryrunner em entity_manager
    entitymanager unit_of_work uow""".split()
)
_RECORDS = frozenset("audit log logs outbox event events history activity metric metrics notification".split())
_MADE_UP = lazy(r"(^|/)(demos?|sample_?data|samples?|seeds?)/", re.IGNORECASE)
"""Folders of code that fills a database for a show."""
_OPENS = frozenset({"transaction", "with_lock"})
_PROGRESS = frozenset({"status", "state", "phase", "progress", "finished_at", "started_at"})
"""Columns that tell how far some work is."""
_BEGUN = frozenset({"started_at", "progress", "phase"})
"""The same of what runs already."""
_AMOUNTS = lazy(r"balance|stock|quantity|qty|amount|credits?|points?", re.IGNORECASE)


@function_rule(severity=Severity.WARNING, since="0.1")
def multi_write_without_transaction(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the first write that depends on an earlier one and is not in its transaction."""
    if len(function.queries) < 2 or function.transactional or _MADE_UP.search(function.path):
        return
    writes = [
        (index, query)
        for index, query in enumerate(function.queries)
        if _is_bare_write(query) and asks_database(query, snapshot) and not _is_wrapped(function, query, snapshot)
    ]
    if len(writes) < 2 or (function.path, function.key) in snapshot.transactional or _brings_transaction(function):
        return
    for later, (_, second) in enumerate(writes):
        for index, first in writes[:later]:
            if _is_repeatable(function, first):
                continue
            if not excluded(first.site, second.site) and _belong_together(index, first, second):
                yield _finding(function, first, second)
                return


def _finding(function: Function, first: Query, second: Query) -> Finding:
    where = Where(function.path, function.start + first.statement.start, function.start + second.statement.end)
    fix = WrapInTransaction(where, "Use one transaction", handle=first.handle, library=first.library)
    return Finding(
        function.at(second.span),
        f"`{brief(first.api)}` and this write belong together; if this one fails, the first stays. Use a transaction.",
        fixes=(fix,) if first.library == second.library else (),
        related=(Related(function.at(first.span), "This write stays."),),
        subject=f"{function.key} {first.api} {second.api}",
    )


def _is_bare_write(query: Query) -> bool:
    if query.op not in WRITES or query.relational is not True or query.unit_of_work or query.site.tx >= 0:
        return False
    return query.site.catch < 0 and not set(words(query.entity)) & _RECORDS


def _is_wrapped(function: Function, query: Query, snapshot: Snapshot) -> bool:
    """It stands in a block that a method beside it runs in its transaction: `publishing do ... end`."""
    around = {
        call.name
        for call in function.calls
        if not call.receiver and call.span.start <= query.span.start and query.span.end <= call.span.end
    }
    return bool(around) and any(
        other.name in around
        and other.class_name == function.class_name
        and (other.txs or any(call.name in _OPENS for call in other.calls))
        for other in snapshot.files[function.path].functions
    )


def _is_repeatable(function: Function, query: Query) -> bool:
    """`find_or_create_by`: what stays of a failed request is what the next attempt finds."""
    if query.op is Op.UPSERT and "save" not in query.api.rsplit(".", 1)[-1].lower():
        return True
    # So it is with what is looked for under the same name before it is made: `page = find(..)`, `page ||= create(..)`.
    return query.op is Op.INSERT and any(
        other.op is Op.SELECT
        and other.nullable
        and other.variable == query.variable != ""
        and other.entity == query.entity
        and other.site.step < query.site.step
        for other in function.queries
    )


def _brings_transaction(function: Function) -> bool:
    return any(param.name.lower() in _HANDLES for param in function.params)


def _belong_together(index: int, first: Query, second: Query) -> bool:
    # Who writes how far the work is wants it to be seen while the work goes on.
    if _PROGRESS & set(first.columns) and second.columns and set(second.columns) <= _PROGRESS:
        return False
    # So it is with the record of a job that has begun, whatever is written there later.
    if _BEGUN & set(first.columns) and second.op is Op.UPDATE and first.entity == second.entity != "":
        return False
    if index in second.depends_on or (first.variable and first.variable in second.args):
        return True
    if first.op is second.op is Op.INSERT:
        return False
    amounts = [any(_AMOUNTS.search(column) for column in query.columns) for query in (first, second)]
    return all(amounts)

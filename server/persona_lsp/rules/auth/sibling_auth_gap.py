"""One endpoint of a resource lost the guard that its siblings have.

## Why it matters
It is the classic slip of copying: one forgotten line lets anybody delete orders.
Access is refused unless it is granted, for every method of a resource
([OWASP API5:2023](https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/)).

What strangers can change is an error.
What they can only read may be meant for them, so it is a warning, and only where the list that it belongs to is guarded.

## Flagged
```py fastapi
from fastapi import APIRouter, Depends, FastAPI

app = FastAPI()
router = APIRouter(prefix="/orders")


@router.post("", status_code=201, dependencies=[Depends(get_current_user)])
def create_order(body: OrderCreate):
    return orders.create(body)


@router.put("/{order_id}", dependencies=[Depends(get_current_user)])
def replace_order(order_id: int, body: OrderCreate):
    return orders.replace(order_id, body)


@router.delete("/{order_id}", status_code=204)
#       ^^^^^^^^^^^^^^^^^^^^ `DELETE /orders/{order_id}` has no `get_current_user`, which 2 of its siblings have; add it.
def delete_order(order_id: int):
    orders.delete(order_id)


app.include_router(router)
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpPost]
    [Authorize]
    public IActionResult Create(OrderRequest request) => StatusCode(201, orders.Create(request));

    [HttpPut("{id}")]
    [Authorize]
    public IActionResult Replace(int id, OrderRequest request) => Ok(orders.Replace(id, request));

    [HttpDelete("{id}")]
//   ^^^^^^^^^^^^^^^^^^ `DELETE /orders/{id}` has no `Authorize`, which 2 of its siblings have; add it.
    public IActionResult Delete(int id) => Ok(orders.Delete(id));
}
```

```js express
const express = require('express');
const { requireAuth } = require('./auth');

const app = express();

app.post('/orders', requireAuth, (req, res) => {
  res.status(201).json(orders.create(req.body.item));
});
app.put('/orders/:id', requireAuth, (req, res) => {
  res.json(orders.replace(req.params.id, req.body.item));
});
app.delete('/orders/:id', (req, res) => {
//  ^^^^^^^^^^^^^^^^^^^^ `DELETE /orders/{id}` has no `requireAuth`, which 2 of its siblings have; add it.
  orders.remove(req.params.id);
  res.sendStatus(204);
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: [:create, :update, :destroy]
# ^^^^^^^^^^^^^^^^^ `DELETE /orders/{id}` has no `authenticate_user!`, which 3 of its siblings have; add it.
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  before_action :authenticate_user!, except: [:destroy]

  def create
    render json: Order.create!(item: params[:item]), status: :created
  end

  def update
    render json: Order.find(params[:id]).tap { |order| order.update!(item: params[:item]) }
  end

  def destroy
    Order.find(params[:id]).destroy!
    head :no_content
  end
end
```

## Fixed
```py fastapi
from fastapi import APIRouter, Depends, FastAPI

app = FastAPI()
router = APIRouter(prefix="/orders")


@router.post("", status_code=201, dependencies=[Depends(get_current_user)])
def create_order(body: OrderCreate):
    return orders.create(body)


@router.put("/{order_id}", dependencies=[Depends(get_current_user)])
def replace_order(order_id: int, body: OrderCreate):
    return orders.replace(order_id, body)


@router.delete("/{order_id}", status_code=204, dependencies=[Depends(get_current_user)])
def delete_order(order_id: int):
    orders.delete(order_id)


app.include_router(router)
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpPost]
    [Authorize]
    public IActionResult Create(OrderRequest request) => StatusCode(201, orders.Create(request));

    [HttpPut("{id}")]
    [Authorize]
    public IActionResult Replace(int id, OrderRequest request) => Ok(orders.Replace(id, request));

    [HttpDelete("{id}")]
    [Authorize]
    public IActionResult Delete(int id) => Ok(orders.Delete(id));
}
```

```js express
const express = require('express');
const { requireAuth } = require('./auth');

const app = express();

app.post('/orders', requireAuth, (req, res) => {
  res.status(201).json(orders.create(req.body.item));
});
app.put('/orders/:id', requireAuth, (req, res) => {
  res.json(orders.replace(req.params.id, req.body.item));
});
app.delete('/orders/:id', requireAuth, (req, res) => {
  orders.remove(req.params.id);
  res.sendStatus(204);
});
```

## Fine
Reading is public and writing is private: all may read, and only some may write.

```py fastapi
from fastapi import Depends, FastAPI

app = FastAPI()


@app.get("/orders")
def list_orders():
    return orders.page()


@app.get("/orders/{order_id}")
def read_order(order_id: int):
    return orders.read(order_id)


@app.post("/orders", status_code=201, dependencies=[Depends(get_current_user)])
def create_order(body: OrderCreate):
    return orders.create(body)


@app.put("/orders/{order_id}", dependencies=[Depends(get_current_user)])
def replace_order(order_id: int, body: OrderCreate):
    return orders.replace(order_id, body)


@app.delete("/orders/{order_id}", status_code=204, dependencies=[Depends(get_current_user)])
def delete_order(order_id: int):
    orders.delete(order_id)
```

Log-in and registration are for everybody; an endpoint may say that it is (`@PermitAll`), or ask by itself.

```js express
const express = require('express');
const { requireAuth } = require('./auth');

const app = express();

app.post('/users/login', (req, res) => {
  res.json(issueToken(req.body.name, req.body.password));
});
app.post('/users/register', (req, res) => {
  res.status(201).json(users.create(req.body.name));
});
app.put('/users/:id', requireAuth, (req, res) => {
  res.json(users.replace(req.params.id, req.body.name));
});
app.patch('/users/:id', requireAuth, (req, res) => {
  res.json(users.change(req.params.id, req.body.name));
});
app.delete('/users/:id', (req, res) => {
  if (!req.user) return res.sendStatus(401);
  users.remove(req.params.id);
  res.sendStatus(204);
});
```

```java spring
@RestController
@RequestMapping("/orders")
class Orders {
    @PostMapping
    @PreAuthorize("isAuthenticated()")
    OrderDto create(@RequestBody @Valid OrderForm form) {
        return orders.create(form);
    }

    @PutMapping("/{id}")
    @PreAuthorize("isAuthenticated()")
    OrderDto replace(@PathVariable long id, @RequestBody @Valid OrderForm form) {
        return orders.replace(id, form);
    }

    @DeleteMapping("/{id}")
    @PermitAll
    void delete(@PathVariable long id) {
        orders.delete(id);
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
[Authorize]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet]
    [AllowAnonymous]
    public IActionResult List() => Ok(orders.All());

    [HttpPost]
    public IActionResult Create(OrderRequest request) => StatusCode(201, orders.Create(request));

    [HttpDelete("{id}")]
    public IActionResult Delete(int id) => Ok(orders.Delete(id));
}
```

## When to ignore it
Anonymous callers are meant to use this one; say so with the framework's own marker if it has one.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.body import WRITES
from persona_lsp.facts.http import Guard, GuardKind, Level
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import CopyGuard
from persona_lsp.rules import project_rule
from persona_lsp.rules.callers import asks_itself, given, reached
from persona_lsp.rules.predicates import (
    CHANGING,
    brief,
    is_auth_guard,
    is_html,
    is_item,
    is_public_by_intent,
    label,
    last_segment,
    singular,
)
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot

_SHARE: Final = 0.6
"""Guarded siblings are a majority from this share on; there have to be two at least."""
_NEWCOMERS: Final = frozenset({"user", "customer", "account", "member", "subscriber", "registration", "subscription"})
"""What people who are not known yet create: themselves."""
_SECRETS: Final = frozenset({"token", "signature", "sig", "hmac", "secret", "otp", "nonce"})
"""Words of inputs that let in whoever knows them."""
_HANDED_ON: Final = _SECRETS | {"code", "hash", "key", "guid", "link", "share", "slug", "uuid"}
"""Words of what an address holds that was handed on to be read."""


@project_rule(severity=Severity.ERROR, since="0.1")
def sibling_auth_gap(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield unguarded endpoints of groups in which the others are guarded."""
    groups: dict[tuple[str, str], list[Endpoint]] = {}
    for endpoint in snapshot.endpoints:
        route = endpoint.route
        served = route.kind == "http" and not route.derived and not route.development_only
        if endpoint.group and served and not endpoint.test:
            groups.setdefault((endpoint.app, endpoint.group), []).append(endpoint)
    for group in groups.values():
        if len(group) < 3:
            continue
        changing = [endpoint for endpoint in group if endpoint.method in CHANGING]
        reading = [endpoint for endpoint in group if endpoint.method == "GET"]
        # Reading in public and writing in private is a design; a gap is where most reading is private too.
        for endpoint, holder, guard, count in (*_gaps(changing), *_gaps(reading)):
            if not _is_twin(endpoint, snapshot):
                yield _finding(endpoint, holder, guard, count)


def _gaps(members: list[Endpoint]) -> Iterator[tuple[Endpoint, Endpoint, Guard, int]]:
    """Unguarded members of a guarded majority: each with one that has the guard, the guard, and how many have it."""
    guarded = [endpoint for endpoint in members if endpoint.auth is Auth.REQUIRED]
    if len(guarded) < 2 or len(guarded) == len(members) or len(guarded) < _SHARE * len(members):
        return
    common = Counter(guard.name for endpoint in guarded for guard in {g.name: g for g in _guards(endpoint)}.values())
    if not common:
        return
    name, count = common.most_common(1)[0]
    if count < 2 or count < _SHARE * len(members):
        return
    holders = [endpoint for endpoint in guarded if any(guard.name == name for guard in _guards(endpoint))]
    guard = next(guard for guard in _guards(holders[0]) if guard.name == name)
    if _was_chosen(guard, members[0].method):
        return
    for endpoint in members:
        if (
            endpoint.auth is Auth.NONE
            and _is_alike(endpoint, guard, holders)
            and not is_public_by_intent(endpoint)
            and not asks_itself(endpoint)
        ):
            yield endpoint, holders[0], guard, count


def _was_chosen(guard: Guard, method: str) -> bool:
    """Where the guard stands tells that somebody thought of those that go without it."""
    if guard.only or guard.except_:
        # A list of the actions that a guard is for was written with each of them in mind, as far as reading goes.
        return method == "GET"
    # A guard of a router holds for all that comes behind it: the others were put before it.
    return guard.level is Level.ROUTER and not guard.matcher


def _is_alike(endpoint: Endpoint, guard: Guard, holders: list[Endpoint]) -> bool:
    """What the siblings demand is to be expected of this one too."""
    if endpoint.method not in {"GET", "POST"}:
        return not given(endpoint) & _SECRETS
    # Whoever writes rules on paths chose the path of what visitors do.
    if guard.matcher:
        return False
    same = any(_resource(other) == _resource(endpoint) for other in holders)
    if endpoint.method == "GET":
        # Look-ups for forms and public lists stand beside what is not public; one row of a guarded list is a gap.
        return same and is_item(endpoint) and not _is_shown(endpoint) and not given(endpoint) & _HANDED_ON
    # Visitors send forms, carts and comments which others then look after; a POST may also ask a long question.
    creates = same or any(query.op in WRITES for one in reached(endpoint) for query in one.queries)
    stranger = singular(last_segment(endpoint).lower()) in _NEWCOMERS or given(endpoint) & _SECRETS
    # What only administrators do tells nothing of what visitors send elsewhere.
    alike = [other for other in holders if guard.kind is not GuardKind.ROLE or _resource(other) == _resource(endpoint)]
    return creates and not stranger and any(other.method == "POST" for other in alike)


def _resource(endpoint: Endpoint) -> list[str]:
    """The path without the parameters that it ends with: the same for a collection and its items."""
    pieces = _pieces(endpoint)
    while pieces and pieces[-1] == "{}":
        pieces.pop()
    return pieces


def _is_shown(endpoint: Endpoint) -> bool:
    """Pages, pictures and files are fetched by the browser itself, which sends no headers of the application's."""
    answered = {answer.body_kind for one in reached(endpoint) for answer in one.responses}
    return is_html(endpoint) or bool(answered & {"file", "stream"})


def _is_twin(endpoint: Endpoint, snapshot: Snapshot) -> bool:
    """The same thing is guarded under another path, or in another application that serves it.

    `/auth/cart/{code}` beside `/cart/{code}`; one that a script puts together to describe the API guards nothing.
    """
    return any(
        other is not endpoint
        and other.method == endpoint.method
        and other.auth is not Auth.NONE
        and (
            other.route.statement == endpoint.route.statement
            or (other.app == endpoint.app and _adds_words(_pieces(other), _pieces(endpoint)))
        )
        for other in snapshot.endpoints
    )


def _pieces(endpoint: Endpoint) -> list[str]:
    return ["{}" if segment.param else segment.literal for segment in endpoint.segments]


def _adds_words(longer: list[str], shorter: list[str]) -> bool:
    """The longer path is the shorter one with words between its pieces, and ends alike."""
    if len(longer) <= len(shorter) or not shorter or longer[-1] != shorter[-1]:
        return False
    index = 0
    for piece in longer:
        if index < len(shorter) and piece == shorter[index]:
            index += 1
        elif piece == "{}":
            return False
    return index == len(shorter)


def _finding(endpoint: Endpoint, holder: Endpoint, guard: Guard, count: int) -> Finding:
    named = endpoint.handler.name_where if endpoint.handler is not None else Where("", 0, 0)
    # Where routes are registered in one file and guarded in another, the guard stands where the handler does.
    here = endpoint.route.where if guard.where.path == endpoint.route.where.path else named
    copies = guard.level is Level.ROUTE and guard.source and guard.where.path == here.path
    fix = CopyGuard(
        here,
        f"Guard it with {brief(guard.name)}, like its siblings (changes the API contract)",
        safe=False,
        source=guard.source,
        name=guard.name,
        target=guard.where,
        handler=named,
    )
    return Finding(
        endpoint.where,
        f"`{label(endpoint)}` has no `{brief(guard.name)}`, which {count} of its siblings have; add it.",
        fixes=(fix,) if copies else (),
        # A change by strangers is a hole; what strangers read may have been meant for them after all.
        severity=Severity.WARNING if endpoint.method == "GET" else None,
        related=(Related(holder.where, f"`{label(holder)}` has it."),),
        subject=endpoint.label,
    )


def _guards(endpoint: Endpoint) -> list[Guard]:
    return [
        guard
        for guard in endpoint.guards
        # What stands in front of the whole application was put there for all that comes behind it.
        # A handler that wants to know who calls is handed his token; one beside it need not want to.
        if is_auth_guard(guard)
        and not (guard.optional or guard.handed)
        and (guard.level is not Level.APP or guard.matcher)
    ]

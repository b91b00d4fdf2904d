"""The handler goes on after it has answered.

## Why it matters
Refused requests are carried out all the same: the customer gets an error *and* the order is placed.
A second answer to one request fails at run time
([Rails guide, avoiding double render errors](https://guides.rubyonrails.org/layouts_and_rendering.html#avoiding-double-render-errors)).

## Flagged
```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.delete('/users/:id', async (req, res) => {
  if (!req.user.isAdmin) {
    res.status(403).json({ error: 'forbidden' });
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ The handler goes on after this answer and still writes to the database below; add `return`.
  }
  await prisma.user.delete({ where: { id: req.params.id } });
  res.sendStatus(204);
});
app.get('/users/:id', (req, res) => {
  if (!known(req.params.id)) {
    res.status(404).json({ error: 'not found' });
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ The handler goes on after this answer and answers again below; add `return`.
  }
  res.json(users.byId(req.params.id));
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :show
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def show
    order = Order.find(params[:id])
    if order.secret?
      render json: { error: "forbidden" }, status: :forbidden
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ The handler goes on after this answer and answers again below; add `return`.
    end
    render json: order
  end
end
```

## Fixed
```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.delete('/users/:id', async (req, res) => {
  if (!req.user.isAdmin) {
    return res.status(403).json({ error: 'forbidden' });
  }
  await prisma.user.delete({ where: { id: req.params.id } });
  res.sendStatus(204);
});
app.get('/users/:id', (req, res) => {
  if (!known(req.params.id)) {
    return res.status(404).json({ error: 'not found' });
  }
  res.json(users.byId(req.params.id));
});
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :show
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def show
    order = Order.find(params[:id])
    if order.secret?
      return render json: { error: "forbidden" }, status: :forbidden
    end
    render json: order
  end
end
```

## Fine
The other branch answers, or nothing follows.

```js express
const express = require('express');
const app = express();

app.get('/users/:id', (req, res) => {
  if (!known(req.params.id)) {
    res.status(404).json({ error: 'not found' });
  } else {
    res.json(users.byId(req.params.id));
  }
});
app.get('/teams/:id', (req, res) => {
  if (!known(req.params.id)) {
    res.status(404).json({ error: 'not found' });
    return;
  }
  res.json(teams.byId(req.params.id));
});
```

Streams are written in pieces.

```js express
const express = require('express');
const app = express();

app.get('/events/:name', (req, res) => {
  res.write(`event: ${req.params.name}\\n`);
  res.write('data: two\\n\\n');
  res.end('data: three\\n\\n');
});
```

The answer says that the work goes on.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.post('/imports', async (req, res) => {
  res.status(202).json({ accepted: true });
  await prisma.import.create({ data: { url: req.body.url } });
});
```

`and return` ends the action.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :show
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def show
    order = Order.find(params[:id])
    render json: { error: "forbidden" }, status: :forbidden and return if order.secret?
    render json: order
  end
end
```

What follows asks first whether there was an answer.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: [:show, :index]
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def show
    order = Order.find(params[:id])
    refuse if order.secret?
    render json: { error: "gone" }, status: :gone if order.archived?
    return if performed?

    render json: order
  end

  def index
    render json: { error: "no page" }, status: :bad_request if params[:page].blank?
    render json: Order.page(params[:page]) unless performed?
  end
end
```

```js express
const express = require('express');
const app = express();

app.get('/users/:id', (req, res) => {
  if (!known(req.params.id)) {
    res.status(404).json({ error: 'not found' });
  }
  if (!res.headersSent) {
    res.json(users.byId(req.params.id));
  }
});
```

## When to ignore it
A function called in between ends the request in a way that cannot be seen.
"""

from collections.abc import Iterator

from persona_lsp.facts.body import Branch, Function, Response
from persona_lsp.findings.finding import Finding, Related, Severity
from persona_lsp.findings.intent import AddReturn
from persona_lsp.rules import function_rule
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_EMPTY = lazy(r"([@$\w.]+?)\.(?:(?:blank|empty|none)\?|isEmpty\(\)|(?:length|size|count)(?:\(\))?\s*={2,3}\s*0)")


@function_rule(severity=Severity.ERROR, since="0.1")
def missing_return_after_response(function: Function, _: Snapshot) -> Iterator[Finding]:
    """Yield answers after which the code goes on to answer again, or to write what it refused."""
    for response in function.responses:
        if response.continues_to is None or response.returned or response.body_kind == "stream":
            continue
        if response.continues_kind == "write" and not _refuses(response):
            continue
        others = [other for other in function.responses if other.span == response.continues_to]
        if any(_is_bare_return(other) or _is_ignored(response, other, function) for other in others):
            continue
        if any(_may_exclude(response, other, function) for other in others):
            continue
        told = "still writes to the database" if response.continues_kind == "write" else "answers again"
        where = function.at(response.span)
        yield Finding(
            where,
            f"The handler goes on after this answer and {told} below; add `return`.",
            fixes=(AddReturn(function.at(response.statement), "Return after the answer"),),
            related=(Related(function.at(response.continues_to), "It goes on to here."),),
            subject=f"{function.key} {response.status} {response.condition}",
        )


def _may_exclude(response: Response, other: Response, function: Function) -> bool:
    """The first answers where a list is empty, the second where it holds something, and nothing comes after."""
    empty = _EMPTY.fullmatch(response.condition)
    if empty is None or f"{empty[1]}." not in other.condition or _EMPTY.fullmatch(other.condition):
        return False
    return not any(later.span.start > other.span.start for later in function.responses)


def _is_bare_return(response: Response) -> bool:
    """`return null` where what is returned would be the answer: it adds nothing to the one that was written."""
    if response.source.strip().endswith(".end()"):
        return True
    return response.returned and not response.explicit and response.source.strip() in {"", "null", "None", "nil"}


def _is_ignored(response: Response, other: Response, function: Function) -> bool:
    """`sendError` commits the answer, and the container drops what is returned; what is done before that counts."""
    if "sendError(" not in response.source or not other.returned or other.explicit:
        return False
    return not any(response.span.end <= call.span.start < other.span.start for call in function.calls)


def _refuses(response: Response) -> bool:
    """The answer says no; after any other, work in the background is a way to write."""
    if response.status is not None:
        return response.status >= 400
    return response.site.branch not in {Branch.MAIN, Branch.OTHER}

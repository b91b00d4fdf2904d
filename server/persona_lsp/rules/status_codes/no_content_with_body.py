"""An answer without content is given a body.

## Why it matters
The message that was written for the user is thrown away on the way to him, and no error tells.
An answer with status 204 ends after its headers
([RFC 9110, section 15.3.5](https://www.rfc-editor.org/rfc/rfc9110.html#section-15.3.5)).

## Flagged
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int):
    forget(item_id)
    return {"deleted": item_id}
#          ^^^^^^^^^^^^^^^^^^^^ 204 cannot carry a body: the client receives nothing; drop the body or answer 200.
```

```js express
const express = require('express');
const app = express();

app.delete('/items/:id', (req, res) => {
  forget(req.params.id);
  res.status(204).json({ deleted: true });
//                     ^^^^^^^^^^^^^^^^^ 204 cannot carry a body: the client receives nothing; drop the body or answer 200.
});
```

```java spring
@RestController
class Items {
    @DeleteMapping("/items/{id}")
    ResponseEntity<String> delete(@PathVariable long id) {
        items.forget(id);
        return ResponseEntity.status(HttpStatus.NO_CONTENT).body("deleted");
//                                                               ^^^^^^^^^ 204 cannot carry a body: the client receives nothing; drop the body or answer 200.
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpDelete("{id}")]
    public IActionResult Delete(int id)
    {
        var order = orders.Drop(id);
        return StatusCode(204, order);
//                             ^^^^^ 204 cannot carry a body: the client receives nothing; drop the body or answer 200.
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :items, only: :destroy
end
```

`app/controllers/items_controller.rb`:
```rb rails
class ItemsController < ApplicationController
  def destroy
    Item.find(params[:id]).destroy!
    render json: { deleted: true }, status: :no_content
#                ^^^^^^^^^^^^^^^^^ 204 cannot carry a body: the client receives nothing; drop the body or answer 200.
  end
end
```

## Fixed
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int):
    forget(item_id)
    return
```

```js express
const express = require('express');
const app = express();

app.delete('/items/:id', (req, res) => {
  forget(req.params.id);
  res.status(204).end();
});
```

```java spring
@RestController
class Items {
    @DeleteMapping("/items/{id}")
    ResponseEntity<String> delete(@PathVariable long id) {
        items.forget(id);
        return ResponseEntity.status(HttpStatus.NO_CONTENT).build();
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpDelete("{id}")]
    public IActionResult Delete(int id)
    {
        var order = orders.Drop(id);
        return StatusCode(204);
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :items, only: :destroy
end
```

`app/controllers/items_controller.rb`:
```rb rails
class ItemsController < ApplicationController
  def destroy
    Item.find(params[:id]).destroy!
    head :no_content
  end
end
```

## Fine
What is sent is nothing: `None`, `null`, an empty text, an empty object.

```py fastapi
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

app = FastAPI()


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int):
    forget(item_id)
    return None


@app.delete("/notes/{note_id}", status_code=204)
def delete_note(note_id: int):
    forget(note_id)
    return ""


@app.delete("/drafts/{draft_id}")
def delete_draft(draft_id: int):
    forget(draft_id)
    return JSONResponse(None, status_code=204)
```

What another function gives back is nothing, or may be.

```py fastapi
from fastapi import FastAPI
from stock import recount

app = FastAPI()


def forget(item_id: int):
    items.pop(item_id)


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int) -> int:
    return forget(item_id)


@app.post("/items/recount", status_code=204)
def recount_items():
    return recount()
```

```js express
const express = require('express');
const app = express();

app.delete('/items/:id', (req, res) => {
  forget(req.params.id);
  res.sendStatus(204);
});
app.delete('/notes/:id', (req, res) => {
  forget(req.params.id);
  res.status(204).json(null);
});
app.delete('/drafts/:id', (req, res) => {
  forget(req.params.id);
  res.status(204).send('');
});
app.delete('/tags/:id', (req, res) => {
  forget(req.params.id);
  res.status(204).json({});
});
```

```py flask
from flask import Flask, jsonify

app = Flask(__name__)


@app.delete("/items/<int:item_id>")
def delete_item(item_id):
    forget(item_id)
    return jsonify(), 204


@app.delete("/notes/<int:note_id>")
def delete_note(note_id):
    forget(note_id)
    return {}, 204
```

```java spring
@RestController
class Items {
    @DeleteMapping("/items/{id}")
    ResponseEntity<Void> delete(@PathVariable long id) {
        items.forget(id);
        return ResponseEntity.noContent().build();
    }

    @DeleteMapping("/notes/{id}")
    ResponseEntity<String> deleteNote(@PathVariable long id) {
        notes.forget(id);
        return ResponseEntity.status(HttpStatus.NO_CONTENT).body(null);
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpDelete("{id}")]
    public IActionResult Delete(int id)
    {
        orders.Drop(id);
        return NoContent();
    }
}
```

What a responder sends along is its own matter.

`app/controllers/stores_controller.rb`:
```rb rails
class StoresController < ApplicationController
  def destroy
    @store = Store.find(params[:id])
    @store.destroy!
    respond_with(@store, status: 204)
  end
end
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :stores, only: [:destroy]
end
```

What is answered with 204 is nothing: it is absent, or sent along only where there is something.

```java spring
@RestController
class Carts {
    @GetMapping("/carts/{id}")
    ResponseEntity<Cart> read(@PathVariable long id) {
        Cart cart = carts.read(id);
        if (cart == null) {
            return new ResponseEntity<>(cart, HttpStatus.NO_CONTENT);
        }
        return new ResponseEntity<>(cart, HttpStatus.OK);
    }

    @DeleteMapping("/carts/{id}/items/{item}")
    ResponseEntity<Cart> remove(@PathVariable long id, @PathVariable long item, @RequestParam boolean body) {
        Cart rest = carts.remove(id, item, body);
        if (body) {
            return new ResponseEntity<>(rest, HttpStatus.OK);
        }
        return new ResponseEntity<>(rest, HttpStatus.NO_CONTENT);
    }
}
```

Nobody knows whether another function gives something back.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int):
    return forget(item_id)
```

## When to ignore it
Never: the body does not arrive.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import WRITES, Branch, Function, Response
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import DropBody, Intent, SetStatus
from persona_lsp.rules import endpoint_rule
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_EMPTY = frozenset({204, 205})
_OPEN_TYPES = frozenset({"", "None", "NoReturn", "Any", "object", "void", "Void"})
"""Declared types of functions that may give nothing back."""
_NOTHING = frozenset({"{}", "[]"})
_BODIES = frozenset({"literal", "value", "string", "html", "file", "stream"})


@endpoint_rule(severity=Severity.ERROR, since="0.1")
def no_content_with_body(endpoint: Endpoint, _: Snapshot) -> Iterator[Finding]:
    """Yield every answer whose status forbids the body that it is given."""
    handler = endpoint.handler
    if handler is None:
        return
    for response in handler.responses:
        status = response.status
        if status is None and response.returned and not response.explicit:
            status = endpoint.default_status
        if status not in _EMPTY or response.body_kind not in _BODIES:
            continue
        if _is_nothing(response, handler) or _may_be_nothing(response, endpoint, handler):
            continue
        where = handler.at(response.span)
        fixes: tuple[Intent, ...] = (
            DropBody(where, "Answer without a body"),
            SetStatus(where, "Answer 200 with the body (changes the API contract)", safe=False, status=200),
        )
        if response.site.branch is Branch.NOT_FOUND:
            fixes = (SetStatus(where, "Answer 404 (changes the API contract)", safe=False, status=404), *fixes)
        yield Finding(
            handler.at(response.body_span or response.span),
            f"{status} cannot carry a body: the client receives nothing; drop the body or answer 200.",
            fixes=fixes,
            subject=endpoint.label,
        )


def _is_nothing(response: Response, handler: Function) -> bool:
    """What is sent has nothing in it, or is a variable that is absent here, or that another answer sends where there is something to send."""
    if "".join(_body(response).split()) in _NOTHING:
        return True
    name = _variable(response)
    if not name:
        return False
    if response.site.branch is Branch.NOT_FOUND and re.search(rf"\b{name}\b", response.condition):
        return True
    return any(
        other.status is not None
        and 200 <= other.status < 300
        and other.status not in _EMPTY
        and _variable(other) == name
        for other in handler.responses
    )


def _may_be_nothing(response: Response, endpoint: Endpoint, handler: Function) -> bool:
    """What another function gave back is passed on, and nothing says that it gave something."""
    if response.explicit or not response.returned or response.body_span is None:
        return False
    if any(query.span == response.body_span and query.op in WRITES for query in handler.queries):
        return not _gives(handler.returns)
    callees = dict(endpoint.first_level)
    for index in response.calls:
        call = handler.calls[index]
        awaited = response.body_span.start < call.span.start and call.awaited
        if call.span.end == response.body_span.end and (awaited or call.span.start == response.body_span.start):
            callee = callees.get(index)
            if callee is not None and not callee.gives:
                return True
            # A class makes something, wherever it stands.
            made = call.name[:1].isupper() or (callee is not None and _gives(callee.returns))
            return not made and not _gives(handler.returns)
    return False


def _gives(declared: str) -> bool:
    """The declared type of what a function returns is that of a body."""
    return declared.rsplit(".", 1)[-1] not in _OPEN_TYPES and not declared.endswith("Response")


def _variable(response: Response) -> str:
    """The name of the variable that is the body, "" if it is anything else."""
    text = _body(response)
    return text if text.isidentifier() else ""


def _body(response: Response) -> str:
    """The expression of the body as it is written."""
    if response.body_span is None:
        return ""
    start = response.body_span.start - response.span.start
    return response.source[start : start + response.body_span.end - response.body_span.start]

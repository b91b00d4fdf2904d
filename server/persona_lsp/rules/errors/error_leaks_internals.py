"""Exception text or a stack trace is sent to the client.

## Why it matters
Attackers read the schema, paths and versions of libraries from error pages, and auditors write them up.
Error messages with stack traces are named in
[OWASP API8:2023](https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/)
and in [CWE-209](https://cwe.mitre.org/data/definitions/209.html).

## Flagged
```py fastapi
import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate):
    try:
        return orders.create(body)
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error))
#                                                   ^^^^^^^^^^ [warning] `str(error)` goes to the client and can reveal SQL, paths or secrets; log it and answer a plain text.
```

```js express
const express = require('express');
const app = express();

app.get('/orders', async (req, res) => {
  try {
    res.json(await orders.list());
  } catch (err) {
    res.status(500).json({ error: err.stack });
//                                ^^^^^^^^^ `err.stack` goes to the client and can reveal SQL, paths or secrets; log it and answer a plain text.
  }
});
```

```java spring
@RestControllerAdvice
class Errors {
    @ExceptionHandler(Exception.class)
    ResponseEntity<String> any(Exception failure) {
        return ResponseEntity.status(500).body(failure.getMessage());
//                                             ^^^^^^^^^^^^^^^^^^^^ [warning] `failure.getMessage()` goes to the client and can reveal SQL, paths or secrets; log it and answer a plain text.
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders, ILogger<OrdersController> logger) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(OrderRequest request)
    {
        try
        {
            return StatusCode(201, await orders.Create(request));
        }
        catch (Exception error)
        {
            return StatusCode(500, error.Message);
//                                 ^^^^^^^^^^^^^ [warning] `error.Message` goes to the client and can reveal SQL, paths or secrets; log it and answer a plain text.
        }
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :create
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def create
    render json: Order.place!(current_user), status: :created
  rescue StandardError => e
    render json: { error: e.message }, status: :internal_server_error
#                         ^^^^^^^^^ [warning] `e.message` goes to the client and can reveal SQL, paths or secrets; log it and answer a plain text.
  end
end
```

## Fixed
```py fastapi
import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate):
    try:
        return orders.create(body)
    except Exception as error:
        logger.exception("create_order failed")
        raise HTTPException(status_code=500, detail="Internal server error")
```

```js express
const express = require('express');
const app = express();

app.get('/orders', async (req, res) => {
  try {
    res.json(await orders.list());
  } catch (err) {
    console.error(err);
    res.status(500).json({ error: 'Internal server error' });
  }
});
```

```java spring
@RestControllerAdvice
class Errors {
    @ExceptionHandler(Exception.class)
    ResponseEntity<String> any(Exception failure) {
        LoggerFactory.getLogger(Errors.class).error("Request failed", failure);
        return ResponseEntity.status(500).body("Internal server error");
    }
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders, ILogger<OrdersController> logger) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(OrderRequest request)
    {
        try
        {
            return StatusCode(201, await orders.Create(request));
        }
        catch (Exception error)
        {
            logger.LogError(error, "Request failed");
            return StatusCode(500, "Internal server error");
        }
    }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :orders, only: :create
end
```

`app/controllers/orders_controller.rb`:
```rb rails
class OrdersController < ApplicationController
  def create
    render json: Order.place!(current_user), status: :created
  rescue StandardError => e
    Rails.logger.error(e.full_message)
    render json: { error: "Internal server error" }, status: :internal_server_error
  end
end
```

## Fine
What went wrong is logged, and the client gets a text that was written for it.

```py fastapi
import logging
import traceback

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate):
    try:
        return orders.create(body)
    except Exception:
        logger.error("order could not be created: %s", traceback.format_exc())
        raise HTTPException(status_code=500, detail="The order could not be created")
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders, ILogger<OrdersController> logger) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(OrderRequest request)
    {
        try
        {
            return StatusCode(201, await orders.Create(request));
        }
        catch (Exception error)
        {
            logger.LogError(error, "No order was made");
            return Problem("No order was made.");
        }
    }
}
```

Failures that the project itself raises for the client, whatever their status.

```py fastapi
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

app = FastAPI()


class OutOfStock(Exception):
    def __init__(self):
        super().__init__("This book is sold out.")


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate):
    try:
        return orders.create(body)
    except OutOfStock as error:
        raise HTTPException(status_code=503, detail=str(error))


@app.exception_handler(OutOfStock)
def sold_out(request: Request, error: OutOfStock):
    return JSONResponse({"error": str(error)}, status_code=503)
```

What is wrong with the input.

```py fastapi
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(RequestValidationError)
def invalid(request: Request, error: RequestValidationError):
    return JSONResponse({"error": str(error)}, status_code=422)


@app.post("/orders", status_code=201)
def create_order(body: OrderCreate):
    try:
        return orders.create(body)
    except ValueError as error:
        raise HTTPException(status_code=422, detail=str(error))
```

A failure of a kind that was picked out is answered with 4xx.

```js express
const express = require('express');
const app = express();

app.post('/orders', async (req, res) => {
  try {
    res.status(201).json(await orders.create(req.body.item));
  } catch (err) {
    if (err instanceof OutOfStock) {
      return res.status(409).json({ error: err.message });
    }
    if (err.name === 'ValidationError') {
      return res.status(422).json({ error: err.message });
    }
    res.status(500).json({ error: 'Internal server error' });
  }
});
```

Only developers see it.

```js express
const express = require('express');
const app = express();

app.get('/orders', async (req, res) => {
  try {
    res.json(await orders.list());
  } catch (err) {
    console.error(err.stack);
    if (process.env.NODE_ENV === 'development') {
      return res.status(500).json({ error: err.stack });
    }
    res.status(500).json({ error: 'Internal server error' });
  }
});
app.use((err, req, res, next) => {
  if (process.env.NODE_ENV === 'production') {
    return res.status(500).json({ error: 'Internal server error' });
  }
  res.status(500).json({ error: err.stack });
});
```

A test serves it.

`tests/server.py`:
```py fastapi
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/orders")
def list_orders():
    try:
        return orders.page()
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error))
```

## When to ignore it
The endpoint is for operators only and the message is what they need.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Function, Raise, Response
from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.finding import Finding, Habit, Severity
from persona_lsp.findings.intent import HideError
from persona_lsp.rules import file_rule
from persona_lsp.rules.predicates import answers, brief
from persona_lsp.rules.serving import is_serving, serves_admins_only
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_TRACES = frozenset({"trace", "debug"})
"""What attackers look for; a bare message is told once per file."""
_MANY = 10
"""So many bare messages are a habit of the whole API, told once."""
_DEVELOPERS = frozenset({"dev", "development", "local", "debug", "test"})
_EVERYTHING = frozenset({"", "Exception", "Throwable", "BaseException", "StandardError", "Error", "RuntimeException"})
_NARROWS = lazy(
    r"\binstanceof\b|\bisinstance\(|\.(is_a|kind_of)\?|\.(name|code|type|status_?code|status|isOperational|expose)\b"
    r"|\.message\??\.(match|includes|startsWith|endsWith|search)\(|\.message\s*===?\s*['\"`]|\.test\([\w.]*\.message\)",
    re.IGNORECASE,
)
"""Conditions that ask which failure it is, by its type or its words: what follows is for those alone."""
_DATABASE = lazy(
    r"sql|database|\bdb|dberror|persistence|data_?access|jdbc|orm|mongo|redis|prisma|sequelize|record|pg::|psycopg",
    re.IGNORECASE,
)
_INPUT = lazy(r"(?<!statement)(?<!statement_)invalid|validation|not_?(?:saved|destroyed)$", re.IGNORECASE)
"""What is wrong with the input, in the words that the project wrote for it."""
_CHECKS = lazy(
    r"(?:^|[._])(?:(?:safe|assert|ensure)_?)?(?:validate|verify|parse)|(?:^|\.)from_?(?:dict|json|str|string|iso\w*)$",
    re.IGNORECASE,
)
"""Calls that fail only because of what they are given, and say what is wrong with it."""
_DUMPS = (".model_dump", ".dict", ".copy", ".strip", ".lower", ".get", ".items")
_MODELS = frozenset({"schema", "enum"})
_MACHINE = lazy(
    r"^(io|os|environment|system|memory|recursion|key|index|type|attribute|name|assertion|nullpointer|zerodivision)"
    r"(error|exception)$",
    re.IGNORECASE,
)
_REVEALING = {
    "server.error.include-stacktrace": frozenset({"always", "on_param", "on-param"}),
    "server.error.include-message": frozenset({"always"}),
}


@file_rule(severity=Severity.ERROR, since="0.1")
def error_leaks_internals(facts: FileFacts, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield answers made of caught failures that nobody wrote for clients, and settings that make them."""
    for function in facts.functions:
        for answer in answers(function):
            if answer.leaks and answer.leak_span is not None and _is_internal(answer, function, facts, snapshot):
                yield _finding(answer, function, snapshot)
    for entry in facts.config:
        if (
            entry.value.lower() in _REVEALING.get(entry.key, ())
            and entry.profile not in _DEVELOPERS
            and _is_of_code(facts.path, snapshot)
        ):
            yield Finding(
                entry.where,
                f"`{entry.key}` sends what went wrong inside to every client; set it to `never` and read it in the log.",
                severity=None if entry.key.endswith("stacktrace") else Severity.WARNING,
                subject=entry.key,
            )


def _is_of_code(path: str, snapshot: Snapshot) -> bool:
    """The settings belong to code that is here, and not to a server of others that is only started with them."""
    folder = path.rpartition("/")[0]
    if "resources" in folder.split("/"):
        return True
    above, _, last = folder.rpartition("/")
    own = above if last in ("config", "conf") else folder
    return any(other.startswith(f"{own}/" if own else "") and other.endswith(".java") for other in snapshot.files)


def _is_internal(answer: Response | Raise, function: Function, facts: FileFacts, snapshot: Snapshot) -> bool:
    # A failure that is wrapped into another one reaches a client only if that one is an answer.
    if isinstance(answer, Raise) and (answer.status is None or _is_held_back(answer, function)):
        return False
    caught = function.catches[answer.site.catch] if 0 <= answer.site.catch < len(function.catches) else None
    if caught is not None:
        everything = any(_is_everything(name, snapshot) for name in caught.types) if caught.types else caught.broad
        # The words of a failure that the project wrote itself are meant for somebody.
        own = (
            bool(caught.types) and not everything and all(snapshot.classes.get(_simple(name)) for name in caught.types)
        )
        # What a call reports as a value and the client is blamed for is written for him, unless the database says it.
        blamed = caught.is_value and answer.status is not None and answer.status < 500
        if blamed and not any(kind in {"query", "write"} for kind, _ in caught.covers):
            return False
        refused = answer.status is not None and 400 <= answer.status < 500
        if refused and caught.covers and all(k == "call" and _checks(name, snapshot) for k, name in caught.covers):
            return False
        if own or (_NARROWS.search(answer.condition) and not answer.condition.startswith("not ")):
            return False
    else:
        handled = [one.exception for one in facts.error_handlers if one.handler_key == function.key]
        everything = any(_is_everything(name, snapshot) for name in handled)
        if handled and not everything and all(snapshot.classes.get(_simple(name)) for name in handled):
            return False
        # Where the failure itself was asked what it is, it is one that was made for clients.
        everything = everything and not (answer.status is None and answer.condition)
    # The words of a narrow type are meant for somebody, unless it is one of the database's or the machine's.
    return everything or (caught is not None and any(_is_inside(name, answer.status) for name in caught.types))


def _checks(name: str, snapshot: Snapshot) -> bool:
    """It looks at what it is given and no further: a check, a model that is made of it, what puts it into another form."""
    if _CHECKS.search(name) or name.endswith(_DUMPS):
        return True
    cls = snapshot.class_named(name)
    return cls is not None and cls.kind in _MODELS


def _is_held_back(answer: Raise, function: Function) -> bool:
    """Another catch stands around it, which catches everything and does not pass it on."""
    around = (function.catches[index] for index in answer.site.tries if index != answer.site.catch)
    return any(catch.broad and catch.outcome not in ("raise", "answer-error") for catch in around)


def _is_inside(name: str, status: int | None) -> bool:
    """A failure of the database; or one of the machine or the program, that is not told as a mistake of the client."""
    if _DATABASE.search(name):
        return _INPUT.search(name) is None
    return _MACHINE.search(name) is not None and not (status is not None and 400 <= status < 500)


def _is_everything(name: str, snapshot: Snapshot) -> bool:
    """A type that every failure has; `WebAuthn::Error` is one of a library's own, and `BaseException` may be one's own."""
    scope = name.removesuffix(_simple(name)).strip(".:")
    return (
        _simple(name) in _EVERYTHING
        and scope in {"", "java.lang", "builtins"}
        and not snapshot.classes.get(_simple(name))
    )


def _simple(name: str) -> str:
    return name.rsplit(".", 1)[-1].rsplit("::", 1)[-1]


def _finding(answer: Response | Raise, function: Function, snapshot: Snapshot) -> Finding:
    where = function.at(answer.leak_span or answer.span)
    caught = function.catches[answer.site.catch] if 0 <= answer.site.catch < len(function.catches) else None
    # An error handler catches nothing itself; what it logs it was handed.
    logged = caught.logs if caught is not None else any(c.effect == "log" and c.passes_caught for c in function.calls)
    variable = caught.variable if caught else answer.leaks.partition(".")[0]
    return Finding(
        where,
        f"`{brief(answer.leaks)}` goes to the client and can reveal SQL, paths or secrets; log it and answer a plain text.",
        fixes=(HideError(where, "Hide the text of the failure", variable=variable, log=not logged),),
        severity=_severity(answer, function, snapshot),
        subject=f"{function.key} {answer.leaks}",
        habit=None if answer.leak_kind in _TRACES else _habit(answer),
    )


def _habit(answer: Response | Raise) -> Habit:
    return Habit(
        key="messages",
        who=f"`{brief(answer.leaks, 36)}`",
        one="answer",
        many="answers",
        does="send the texts of failures to clients; log them and answer plain texts.",
        whole_from=_MANY,
    )


def _severity(answer: Response | Raise, function: Function, snapshot: Snapshot) -> Severity | None:
    """None for what attackers look for; less where only administrators read it, or nobody knows who does."""
    if serves_admins_only(function, snapshot):
        return Severity.INFORMATION
    if answer.leak_kind in _TRACES:
        return None
    unread = isinstance(answer, Raise) and not is_serving(function, snapshot)
    return Severity.INFORMATION if unread else Severity.WARNING

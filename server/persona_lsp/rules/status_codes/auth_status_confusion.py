"""401 and 403 are swapped.

## Why it matters
Apps react to 401 by ending the session: users are thrown out of the product when they merely lack a right.
401 says "I don't know you", 403 says "I know you, and you may not"
([RFC 9110, sections 15.5.2](https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.2) and
[15.5.4](https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.4)).

## Flagged
```py fastapi
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


@app.delete("/orders/{order_id}", status_code=204)
def delete_order(order_id: int, user=Depends(get_current_user)):
    order = orders.read(order_id)
    if order.owner_id != user.id:
        raise HTTPException(status_code=401)
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A known user lacks a right here: answer 403; 401 makes clients log the user out.
    orders.delete(order)
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet]
    public IActionResult List()
    {
        if (User == null)
        {
            return Forbid();
//                 ^^^^^^^^ The caller is unknown here: answer 401; 403 tells clients that logging in won't help.
        }

        return Ok(orders.Of(User));
    }
}
```

```js express
const express = require('express');
const app = express();

app.get('/orders', (req, res) => {
  if (!req.headers.authorization) {
    return res.status(403).json({ error: 'token missing' });
//         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ The caller is unknown here: answer 401; 403 tells clients that logging in won't help.
  }
  res.json(orders.of(req.user));
});
app.delete('/orders/:id', (req, res) => {
  if (!req.user.isAdmin) {
    return res.sendStatus(401);
//         ^^^^^^^^^^^^^^^^^^^ A known user lacks a right here: answer 403; 401 makes clients log the user out.
  }
  orders.delete(req.params.id);
  res.sendStatus(204);
});
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


@app.delete("/orders/{order_id}", status_code=204)
def delete_order(order_id: int, user=Depends(get_current_user)):
    order = orders.read(order_id)
    if order.owner_id != user.id:
        raise HTTPException(status_code=403)
    orders.delete(order)
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet]
    public IActionResult List()
    {
        if (User == null)
        {
            return Unauthorized();
        }

        return Ok(orders.Of(User));
    }
}
```

```js express
const express = require('express');
const app = express();

app.get('/orders', (req, res) => {
  if (!req.headers.authorization) {
    return res.status(401).json({ error: 'token missing' });
  }
  res.json(orders.of(req.user));
});
app.delete('/orders/:id', (req, res) => {
  if (!req.user.isAdmin) {
    return res.sendStatus(403);
  }
  orders.delete(req.params.id);
  res.sendStatus(204);
});
```

## Fine
404 hides what others own.

```py fastapi
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, user=Depends(get_current_user)):
    order = orders.read(order_id)
    if order.owner_id != user.id:
        raise HTTPException(status_code=404)
    return order
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("orders")]
public class OrdersController(OrderService orders) : ControllerBase
{
    [HttpGet]
    public IActionResult List()
    {
        if (User == null)
        {
            return Unauthorized();
        }

        return Ok(orders.Of(User));
    }
}
```

Nobody may be logged in where the right is asked for.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :reports, only: :index
end
```

`app/controllers/reports_controller.rb`:
```rb rails
class ReportsController < ApplicationController
  before_action :administrators_only

  def index
    render json: reports
  end

  private

  def administrators_only
    render plain: "Who are you?", status: :unauthorized unless current_user&.administrator?
  end
end
```

The framework chose the status: older versions of `HTTPBearer` answer 403 where there is no token.

```py fastapi
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()
bearer = HTTPBearer()


@app.get("/orders")
def list_orders(credentials=Depends(bearer)):
    return orders.of(credentials)
```

403 is right for a failed CSRF check, whatever the code calls the value.

```js express
const express = require('express');
const app = express();

app.post('/orders', (req, res) => {
  if (!req.headers['x-csrf-token']) {
    return res.sendStatus(403);
  }
  if (!req.user) {
    return res.sendStatus(401);
  }
  res.status(201).json(orders.create(req.user));
});
app.put('/orders/:id', (req, res) => {
  const token = req.get('x-xsrf-token');
  if (!token) {
    return res.sendStatus(403);
  }
  res.json(orders.replace(req.params.id, req.user));
});
```

A wrong password is compared, and 401 is right for it; 403 is right for a locked account.

```py fastapi
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


@app.put("/me/password", status_code=204)
def change_password(form: Passwords, user=Depends(get_current_user)):
    if user.password_hash != digest(form.old):
        raise HTTPException(status_code=401)
    accounts.change(user, form.new)


@app.post("/login")
def login(form: Login):
    account = accounts.by_password(form.name, form.password)
    if account.password_locked:
        raise HTTPException(status_code=403)
    return issue_token(account)
```

## When to ignore it
A client that cannot be changed expects the other status.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from persona_lsp.facts.body import Branch, Function, Raise, Response
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import SetStatus
from persona_lsp.rules import function_rule
from persona_lsp.rules.predicates import answers, words
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_CREDENTIALS = lazy(
    r"passw|secret|credential|signature|hmac|otp|nonce|hash|digest|api_?key|token|jwt|compare|verify|expire|revoked",
    re.IGNORECASE,
)
_NOT_IDENTITY = lazy(
    r"csrf|xsrf|authenticity|origin|referer|\bip\b|locked|banned|blocked|disabled|enabled|verified|active|invit|reset|recover|confirm|setting|feature|plan|legacy|read_?only|public|private|own|deleted|has_(password|credential)"
    r"|must_?\w*change|change_?(?:your_?)?password|password_?(?:change|reset|expir|age)|needs?_?(?:new_?)?password",
    re.IGNORECASE,
)
_IDENTITY = lazy(
    r"user|account|auth|credential|login|logged|member|principal|session|token|viewer|anonym|bearer", re.IGNORECASE
)
_CALLERS = frozenset({"actor", "authenticated", "current", "principal", "session", "viewer"})
"""Words of names that stand for the caller."""
_NAME = lazy(r"[A-Za-z_]\w*")
_FORGED = lazy(r"csrf|xsrf|authenticity", re.IGNORECASE)
_ABSENT = lazy(
    r"\bis none\b|\bis not (?!none\b|null\b)[a-z{]|={2,3}\s*(none|null|nil|undefined)\b|\.(nil|blank)\?|isNull"
    r"|(?:\bnot|!)\s*\([\w.()]+\s+instanceof\b"
    r"|!\s*[\w.?]+\.length\b|\.length\s*(={2,3}\s*0|<\s*1)\b|\bempty\?|\bisEmpty\("
    r"|\w(?:\?|&)\.\w",
    re.IGNORECASE,
)
"""Nobody is there who could have a role, or nobody may be: `user?.admin`."""
_NOBODY = lazy(
    r"(?:\bnot\s+|!\s*)(?:\w+[.?]+)*(?:current_?)?(?:user(?:_?name|_?id)?|account|member|principal|identity|e?mail)\s*(?:$|\)|\bor\b|\|\|)",
    re.IGNORECASE,
)
"""Nobody is there: `not username or not role`."""
_MISSING = lazy(r"(?:\bnot\s+|!\s*)(\w+)\s*(?:$|\)|\bor\b|\|\|)")
_WORTHLESS = lazy(
    r"(?:invalid|malformed|bad|wrong|expired|revoked|missing)\s+(?:\w+\s+){0,2}(?:token|credential|signature|session|jwt|key)"
    r"|(?:token|credentials?|signature|session|jwt|key)\s+(?:is\s+|has\s+|are\s+)?(?:invalid|malformed|expired|revoked|missing|not valid)",
    re.IGNORECASE,
)
"""What is said of a token that is as good as none."""
_PRESENT = lazy(
    r"\W*(?:!|not\s)\s*[\w.]*\b(?:is_?null\w*|is_?nil|is_?empty|empty\??|blank\??|nil\??|is_none)\W*[\w.?]*\W*"
    r"|\W*!\s*[\w.?]+\.(?:is_none|isEmpty|isBlank|nil\?|blank\?|empty\?)\W*"
    r"|\W*[\w.?]+\s*(?:!==?|is not)\s*(?:null|none|nil|undefined)\W*"
    r"|(?!not\b|!)(?:(?!\|\||&&).)*\.\s*(?:is_some|isPresent|present\?|exists\?)\W*",
    re.IGNORECASE | re.DOTALL,
)
"""Something is there, and that is why the caller is refused: `!string.IsNullOrEmpty(user.Password)`."""
_STATE = lazy(r"locked|banned|blocked|disabled|suspended|inactive|deactivated|unconfirmed|unverified", re.IGNORECASE)
"""What an account may be: who cannot log in for it is told 401 as well as 403."""
_RIGHTS = lazy(
    r"admin|restricted|(?<![a-z])rights?(?![a-z])|AccessRights|roles?\b|permission|scopes?\b|privilege", re.IGNORECASE
)
_ALLOWED = lazy(r"allow|permit|access(?![_-]?token)|tenant", re.IGNORECASE)
"""What somebody may do, or where: `!isKeyAllowedHere(request)`."""
_MEMBER = lazy(
    r"([\w.]+)\s+(?:not\s+)?in\s+[A-Za-z_]|\.(?:includes|contains|include\?)\(\s*([\w.]+)\s*\)", re.IGNORECASE
)
"""One of several is meant: `api_key.company_id not in companies`."""
_CLAIMS = lazy(r"\b(?:payload|claims?|decoded)\b", re.IGNORECASE)
"""What a token says: one of another kind is refused as a bad one is."""
_HOLDS = lazy(
    r"(?!.*(?:anonym|guest|missing|expired|invalid|revoked|null|none|empty|nil|blank))[\w.]*\bis\w+\(\s*[\w.]*(?:user|principal)\s*\)",
    re.IGNORECASE,
)
"""Somebody is refused for what he is, and so he is known: `isApiKey(req.user)`."""
_IS_KNOWN = lazy(
    r"(?:\w+\.)*(?:is_?)?(?:authenticated|logged_?in|signed_?in)\w*\??(?:\(\))?\s*(?:&&|and\b|$)", re.IGNORECASE
)
"""The condition asks whether the caller is known, alone or before something else."""
_ENTERS = frozenset({"login", "signin", "logon", "authenticate", "authentication"})
"""Words of functions that somebody logs in with: who cannot is told 401."""
_COMPARES = lazy(
    r"\.equals\(\s*[a-z]\w*\s*[.()]|[!=]==?\s*(?!none\b|null\b|nil\b|undefined\b|false\b|true\b|[\"']{2}|0\b)[\w@(\[]",
    re.IGNORECASE,
)
"""Compared with another value, not with nothing."""


@function_rule(severity=Severity.WARNING, since="0.1")
def auth_status_confusion(function: Function, _: Snapshot) -> Iterator[Finding]:
    """Yield 401 where a known caller is refused, and 403 where the caller is unknown."""
    for answer in answers(function):
        branch = answer.site.branch
        # A wrong password or signature is compared too, and 401 is right for it.
        known = not any(about.search(answer.condition) for about in (_CREDENTIALS, _ABSENT, _STATE))
        known = known and (_CLAIMS.search(answer.condition) is None or _RIGHTS.search(answer.condition) is not None)
        if answer.status == 401 and branch is Branch.FORBIDDEN and known and not _is_unknown(answer, function):
            told = "A known user lacks a right here: answer 403; 401 makes clients log the user out."
            yield _finding(function, answer, 403, told)
        if answer.status == 403 and branch is Branch.UNAUTHENTICATED and not _is_about_right(answer, function):
            told = "The caller is unknown here: answer 401; 403 tells clients that logging in won't help."
            yield _finding(function, answer, 401, told)


def _is_unknown(answer: Response | Raise, function: Function) -> bool:
    """Somebody logs in, says nothing of who they are, or is told that what they showed is worth nothing."""
    if _lets_in(function) or _NOBODY.search(answer.condition):
        return True
    if isinstance(answer, Raise) and _WORTHLESS.search(f"{answer.message} {answer.message_name.replace('_', ' ')}"):
        return True
    read = {one.variable for one in function.inputs if one.place in ("header", "cookie") and one.variable}
    return any(name in read for name in _MISSING.findall(answer.condition))


def _is_about_right(answer: Response | Raise, function: Function) -> bool:
    """It asks something else of a caller who is known, compares two things, or looks for forged requests."""
    if _FORGED.search(f"{function.key} {function.class_name}") or _COMPARES.search(answer.condition):
        return True
    if _ALLOWED.search(answer.condition) or _HOLDS.fullmatch(answer.condition.strip()):
        return True
    member = _MEMBER.search(answer.condition)
    if member is not None and not _CREDENTIALS.search((member[1] or member[2]).rpartition(".")[2]):
        return True
    if any(_NOT_IDENTITY.search(text) for text in (answer.condition, *_named_on_the_wire(answer, function))):
        return True
    if _PRESENT.fullmatch(answer.condition) or _IS_KNOWN.match(answer.condition) or _RIGHTS.search(answer.condition):
        return True
    return _knows_caller(function, answer) and _IDENTITY.search(answer.condition) is None


def _lets_in(function: Function) -> bool:
    """Somebody logs in here, and the name says so: `login`, `signIn`, `log_in`."""
    named = words(function.name)
    return bool(_ENTERS & set(named)) or any((one + two) in _ENTERS for one, two in pairwise(named))


def _named_on_the_wire(answer: Response | Raise, function: Function) -> Iterator[str]:
    """What the request calls the values that the condition asks about: `x-csrf-token` for `token`."""
    asked = set(_NAME.findall(answer.condition))
    yield from (read.name for read in function.inputs if read.variable in asked)
    yield from (f"{param.type} {param.default or ''}" for param in function.params if param.name in asked)


def _knows_caller(function: Function, answer: Response | Raise) -> bool:
    """Who calls was found out before, or somebody else told."""
    if function.reads_principal or any(_CALLERS & set(words(param.name)) for param in function.params):
        return True
    before = (words(call.name) for call in function.calls if call.span.end <= answer.span.start)
    return any("user" in name and _CALLERS & set(name) for name in before)


def _finding(function: Function, answer: Response | Raise, status: int, message: str) -> Finding:
    where = function.at(answer.span)
    title = f"Answer {status} (changes the API contract)"
    return Finding(
        where,
        message,
        fixes=(SetStatus(where, title, safe=False, status=status),),
        subject=f"{function.key} {answer.status} {answer.condition}",
    )

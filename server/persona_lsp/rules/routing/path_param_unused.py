"""The URL carries an id that the handler never reads.

## Why it matters
A customer can reach the data of another one by editing the URL, which is the most exploited flaw of APIs.
Every endpoint that takes the id of an object has to check it
([OWASP API1:2023](https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/)).

## Flagged
```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.delete("/articles/{slug}/comments/{comment_id}", status_code=204)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ [error] `slug` is ignored: what belongs to another parent can be changed through `DELETE /articles/{slug}/comments/{comment_id}`.
def delete_comment(slug: str, comment_id: int):
    comments.delete(comment_id)
```

```js express
const express = require('express');
const app = express();

app.get('/shops/:shopId/hours', (req, res) => {
//      ^^^^^^^^^^^^^^^^^^^^^^ `shopId` is in `GET /shops/{shopId}/hours` but never read, so any value is accepted; use it or drop it.
  res.json({ open: '09:00' });
});
```

## Fine
Every parameter is read.

```py fastapi
from fastapi import FastAPI

app = FastAPI()


@app.delete("/articles/{slug}/comments/{comment_id}", status_code=204)
def delete_comment(slug: str, comment_id: int):
    comments.delete(article=slug, id=comment_id)
```

A dependency reads it.

```py fastapi
from fastapi import Depends, FastAPI

app = FastAPI()


def article_of(slug: str):
    return articles.by_slug(slug)


@app.get("/articles/{slug}/comments")
def list_comments(article=Depends(article_of)):
    return article.comments
```

The parameter has another name in the code.

```java spring
@RestController
class Videos {
    @GetMapping("/videos/{video_id}")
    VideoDto read(@PathVariable("video_id") long id) {
        return videos.read(id);
    }
}
```

A filter of the controller reads it.

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  get "/articles/:slug/comments", to: "comments#index"
end
```

`app/controllers/comments_controller.rb`:
```rb rails
class CommentsController < ApplicationController
  before_action :find_article

  def index
    render json: @article.comments
  end

  private

  def find_article
    @article = Article.find_by!(slug: params[:slug])
  end
end
```

The whole request goes to code that may read it; language, tenant and version are read in front of the handler.

```js express
const express = require('express');
const app = express();

app.get('/shops/:shopId/orders', (req, res) => {
  listOrders(req).then((orders) => res.json(orders));
});
app.get('/:lang/terms', (req, res) => {
  res.json({ terms: [] });
});
app.get('/files/*path', (req, res) => {
  res.json({ files: [] });
});
app.get('/shops/:_shopId/opening', (req, res) => {
  res.json({ open: '09:00' });
});
```

## When to ignore it
The parameter is there for people and search engines to read, as in `/questions/{id}/{title}`.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, GuardKind, In
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.predicates import CHANGING, answers, brief, is_html, label
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_MIDDLEWARE = frozenset(
    """tenant tenant_id tenantid lang language locale version api_version apiversion format country region env
    title slug_title any path splat wildcard""".split()
)

_DECORATION = re.compile(
    r"cache|bust|fingerprint|digest|timestamp|filename|file_?name$|slug|seo|pretty|extension|^ext$", re.IGNORECASE
)
"""Parameters that make an address readable or unique, which no code has to look at."""
_HARMLESS = frozenset(
    """render head redirect_to respond_to respond_with authorize authorize! policy_scope current_user current_account
    raise params request response session cookies flash logger t l url_for puts require json xml html format
    expires_in fresh_when stale? skip_authorization serialize pagy paginate""".split()
)
"""Methods of a controller that read no path parameters."""


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def path_param_unused(endpoint: Endpoint, _: Snapshot) -> Iterator[Finding]:
    """Yield one finding for each parameter of the path that nothing reads."""
    names = [name for segment in endpoint.segments if not segment.rest for name in segment.names]
    if not names or not _is_certain(endpoint):
        return
    read = _read(endpoint)
    # A name that the path does not have is the mistake, and `path-param-mismatch` tells it.
    if "" in read or not _declared(endpoint) <= set(names):
        return
    changing = endpoint.method in CHANGING and len(names) > 1
    for index, name in enumerate(names):
        if name in read or name.lower() in _MIDDLEWARE:
            continue
        parent = changing and index < len(names) - 1
        if (name.startswith("_") or _DECORATION.search(name)) and not parent:
            continue
        yield Finding(
            endpoint.route.path_where or endpoint.where,
            f"`{brief(name, 17)}` is ignored: what belongs to another parent can be changed through `{label(endpoint)}`."
            if parent
            else f"`{brief(name, 17)}` is in `{label(endpoint)}` but never read, so any value is accepted; use it or drop it.",
            severity=Severity.ERROR if parent else None,
            subject=f"{endpoint.label} {name}",
        )
        return


def _is_certain(endpoint: Endpoint) -> bool:
    handler = endpoint.handler
    if handler is None or not handler.complete or endpoint.overrides or _is_stub(handler):
        return False
    # A handler without parameters takes its input in its body and in what it calls, all of which can be looked at.
    if endpoint.route.unknown_params and (handler.params or not _is_seen_through(endpoint, handler)):
        return False
    # Pages are made of templates, which read parameters where no fact tells; so are answers that nobody wrote.
    if is_html(endpoint) or not (handler.responses or handler.raises or endpoint.declared):
        return False
    return endpoint.path_known and not any(_may_read(guard, endpoint) for guard in endpoint.guards)


def _is_stub(handler: Function) -> bool:
    """Nothing is done yet."""
    return any(r.exception.startswith("NotImplemented") for r in handler.raises) or any(
        answer.status == 501 for answer in answers(handler)
    )


def _is_seen_through(endpoint: Endpoint, handler: Function) -> bool:
    """Each method that the action calls on itself was found, or is one that never looks at parameters."""
    found = {function.name for function in (*endpoint.callees, *endpoint.before)}
    functions = (handler, *endpoint.before, *endpoint.callees)
    own = {call.name for function in functions for call in function.calls if not call.receiver}
    return own <= found | _HARMLESS


def _may_read(guard: Guard, endpoint: Endpoint) -> bool:
    """A guard whose code was not found, and which is not known to look at the caller alone."""
    name = guard.symbol.name.rsplit(".", 1)[-1] if guard.symbol else guard.name
    found = any(function.name == name for function in endpoint.before)
    return not found and guard.kind in {GuardKind.UNKNOWN, GuardKind.AUTHZ, GuardKind.VALIDATION, GuardKind.ROLE}


def _declared(endpoint: Endpoint) -> set[str]:
    """The names under which the code looks for path parameters."""
    declared = {param.name for param in endpoint.route.params if param.place == In.PATH and not param.via}
    if endpoint.handler is not None:
        declared |= {read.name for read in endpoint.handler.inputs if read.place == In.PATH}
    return declared - {""}


def _read(endpoint: Endpoint) -> set[str]:
    """The wire names of the inputs that some code reads; "" among them when the whole request goes somewhere."""
    mentioned = endpoint.handler.names_read if endpoint.handler else ()
    read = {
        param.name
        for param in endpoint.params
        if param.place == In.PATH and param.used and (param.via or param.local in mentioned)
    }
    functions = (endpoint.handler, *endpoint.before, *endpoint.callees)
    resolved = {function.name for function in endpoint.callees}
    for function in functions:
        if function is None:
            continue
        for one in function.inputs:
            if one.place in {In.PATH, "any"}:
                read.add(one.name)
        for call in function.calls:
            if call.passes_request and call.name.rsplit(".", 1)[-1] not in resolved:
                read.add("")
    return read

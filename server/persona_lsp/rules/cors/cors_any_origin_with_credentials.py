"""Every website may call the API with the user's cookies.

## Why it matters
A malicious page that a customer visits can read and change his data.
Browsers refuse `*` together with credentials, and middleware that mirrors the origin goes round that
([Fetch, CORS protocol and credentials](https://fetch.spec.whatwg.org/#cors-protocol-and-credentials);
[CWE-942](https://cwe.mitre.org/data/definitions/942.html)).

Where callers bring a token and nothing keeps them in a cookie or session, credentials are only allowed without need,
which is a warning; on a developer's own machine it is a hint.

## Flagged
```py fastapi
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
#                                                ^^^^^ Any website can read this API as the logged-in user: every origin is allowed, with credentials; list yours.
```

```js express
const express = require('express');
const cors = require('cors');

const app = express();
app.use(cors({ origin: true, credentials: true }));
//                     ^^^^ Any website can read this API as the logged-in user: every origin is allowed, with credentials; list yours.
```

```java spring
@RestController
@CrossOrigin(originPatterns = "*", allowCredentials = "true")
//                            ^^^ Any website can read this API as the logged-in user: every origin is allowed, with credentials; list yours.
class Orders {
    @GetMapping("/orders")
    @PreAuthorize("isAuthenticated()")
    List<OrderDto> page() {
        return orders.page();
    }
}
```

```cs aspnet
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCors(options => options.AddDefaultPolicy(policy => policy
    .SetIsOriginAllowed(_ => true)
//   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ [information] Any website can read this API as the logged-in user: every origin is allowed, with credentials; list yours.
    .AllowCredentials()));

var app = builder.Build();
app.UseCors();
app.MapGet("/orders", (OrderService orders) => orders.All());
app.Run();
```

`config/initializers/cors.rb`:
```rb rails
Rails.application.config.middleware.insert_before 0, Rack::Cors do
  allow do
    origins "*"
#           ^^^ Every origin is allowed, with credentials, which fails at run time; list your origins.
    resource "*", headers: :any, credentials: true
  end
end
```

## Fixed
```py fastapi
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=os.environ["CORS_ORIGINS"].split(","), allow_credentials=True)
```

```js express
const express = require('express');
const cors = require('cors');

const app = express();
app.use(cors({ origin: (process.env.CORS_ORIGINS ?? '').split(','), credentials: true }));
```

`config/initializers/cors.rb`:
```rb rails
Rails.application.config.middleware.insert_before 0, Rack::Cors do
  allow do
    origins *ENV.fetch("CORS_ORIGINS").split(",")
    resource "*", headers: :any, credentials: true
  end
end
```

```java spring
@RestController
@CrossOrigin(originPatterns = "${app.cors.allowed-origins}", allowCredentials = "true")
class Orders {
    @GetMapping("/orders")
    @PreAuthorize("isAuthenticated()")
    List<OrderDto> page() {
        return orders.page();
    }
}
```

```cs aspnet
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCors(options => options.AddDefaultPolicy(policy => policy
    .SetIsOriginAllowed(_ => true)
    .DisallowCredentials()));

var app = builder.Build();
app.UseCors();
app.MapGet("/orders", (OrderService orders) => orders.All());
app.Run();
```

## Fine
The origins are listed, or no credentials are sent.

```py fastapi
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True)
public = FastAPI()
public.add_middleware(CORSMiddleware, allow_origins=["*"])
```

```js express
const express = require('express');
const cors = require('cors');

const app = express();
const ALLOWED = new Set(['https://app.example.com']);
app.use(cors({ origin: ['https://app.example.com'], credentials: true }));
app.use('/public', cors());
app.use('/partners', cors({ origin: (origin, done) => done(null, ALLOWED.has(origin)), credentials: true }));
```

```java spring
@RestController
@CrossOrigin(origins = "https://app.example.com", allowCredentials = "true")
class Orders {
    @GetMapping("/orders")
    @PreAuthorize("isAuthenticated()")
    List<OrderDto> page() {
        return orders.page();
    }
}
```

```cs aspnet
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddCors(options => options.AddDefaultPolicy(policy => policy
    .WithOrigins("https://shop.example.com")
    .AllowCredentials()));

var app = builder.Build();
app.UseCors();
app.MapGet("/orders", (OrderService orders) => orders.All());
app.Run();
```

## When to ignore it
The service is reachable from inside only.
"""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import CorsPolicy
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import DenyCredentials, Intent, RestrictOrigins
from persona_lsp.rules import file_rule
from persona_lsp.rules.callers import brings_tokens_only
from persona_lsp.rules.predicates import is_login
from persona_lsp.workspace.snapshot import Auth, Snapshot

_SPRING: Final = frozenset({"@CrossOrigin", "CorsRegistry", "CorsConfiguration"})
_REFUSES_SINCE: Final = (2, 4)


@file_rule(severity=Severity.ERROR, since="0.1")
def cors_any_origin_with_credentials(facts: FileFacts, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield policies that allow every origin together with credentials."""
    for policy in facts.cors:
        if policy.origins_any is not True or policy.credentials is not True:
            continue
        fixes: list[Intent] = []
        if policy.origins_where:
            fixes.append(RestrictOrigins(policy.origins_where, "Take the origins from the environment", safe=False))
        if policy.credentials_where:
            fixes.append(DenyCredentials(policy.credentials_where, "Allow no credentials", safe=False))
        told = "Any website can read this API as the logged-in user: every origin is allowed, with credentials; list yours."
        fails = policy.effect == "fails" and not _reflects(policy.library, snapshot)
        if fails:
            told = "Every origin is allowed, with credentials, which fails at run time; list your origins."
        elif brings_tokens_only(snapshot):
            told = "Any website can call this API: every origin is allowed, and credentials without need; list your origins."
        yield Finding(
            policy.origins_where or policy.where,
            told,
            fixes=tuple(fixes),
            severity=_severity(policy, facts.path, snapshot, fails=fails),
            subject=policy.library,
        )


def _severity(policy: CorsPolicy, path: str, snapshot: Snapshot, *, fails: bool) -> Severity | None:
    """None where somebody's data can be read: less where nobody logs in, or nothing but a token tells who calls."""
    if policy.development_only:
        return Severity.HINT
    folder = path.rpartition("/")[0]
    beside = [
        one
        for one in snapshot.endpoints
        if not one.route.named and (not folder or one.where.path.startswith(folder + "/"))
    ]
    if beside and not any(is_login(one) or one.auth in {Auth.REQUIRED, Auth.OPTIONAL} for one in beside):
        unknown = any(one.auth is Auth.UNKNOWN for one in beside)
        return Severity.WARNING if unknown else Severity.INFORMATION
    return Severity.WARNING if not fails and brings_tokens_only(snapshot) else None


def _reflects(library: str, snapshot: Snapshot) -> bool:
    """Spring before 5.3, which Spring Boot 2.4 brought, answers with the origin that asked instead of failing."""
    if library not in _SPRING:
        return False
    known = (snapshot.versions.get(f"spring-boot-{name}", "") for name in ("starter-parent", "dependencies"))
    version = re.match(r"(\d+)\.(\d+)", next(filter(None, known), ""))
    return version is not None and (int(version[1]), int(version[2])) < _REFUSES_SINCE

"""The client can set any column.

## Why it matters
A normal user can add `"role": "admin"` or `"balance": 9999` to a request, and it is stored.
Only the fields that the caller may change belong in the write
([OWASP API3:2023](https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/);
[CWE-915](https://cwe.mitre.org/data/definitions/915.html)).

## Flagged
```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');

const app = express();
const prisma = new PrismaClient();

app.put('/users/:id', async (req, res) => {
  const user = await prisma.user.update({ where: { id: req.params.id }, data: req.body });
//                                                                            ^^^^^^^^ [warning] `PUT /users/{id}` lets callers write any column of `user`; name the allowed fields.
  res.json(user);
});
```

```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_admin: Mapped[bool]


@app.post("/users", status_code=201)
def create_user(body: dict, session: Session = Depends(get_session)):
    session.add(User(**body))
#               ^^^^^^^^^^^^ `POST /users` lets callers write any column of `User`, even `is_admin`; name the allowed fields.
    session.commit()
```

```java spring
@RestController
class Users {
    private final UserRepository users;

    @PutMapping("/users/{id}")
    User update(@PathVariable Long id, @RequestBody User user) {
        return users.save(user);
//                        ^^^^ `PUT /users/{id}` lets callers write any column of `User`, even `role`; name the allowed fields.
    }
}

interface UserRepository extends JpaRepository<User, Long> {
}

@Entity
class User {
    @Id
    private Long id;
    private String name;
    private String role;
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("accounts")]
public class AccountsController(ShopContext db) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(Account account)
    {
        db.Accounts.Add(account);
//      ^^^^^^^^^^^^^^^^^^^^^^^^ `POST /accounts` lets callers write any column of `Account`, even `IsAdmin`; name the allowed fields.
        await db.SaveChangesAsync();
        return CreatedAtAction(nameof(Create), account);
    }
}

public class Account
{
    [Key]
    public int Id { get; set; }

    public string Name { get; set; }

    public bool IsAdmin { get; set; }
}
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :users, only: :create
end
```

`app/controllers/users_controller.rb`:
```rb rails
class UsersController < ApplicationController
  def create
    user = User.create!(params[:user].permit!)
#                       ^^^^^^^^^^^^^^^^^^^^^ [warning] `POST /users` lets callers write any column of `User`; name the allowed fields.
    render json: user, status: :created
  end
end
```

## Fixed
```py fastapi
from fastapi import Depends, FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_admin: Mapped[bool]


@app.post("/users", status_code=201)
def create_user(body: dict, session: Session = Depends(get_session)):
    session.add(User(name=body["name"]))
    session.commit()
```

## Fine
The fields are named, or a schema names them.

```js express
const express = require('express');
const { PrismaClient } = require('@prisma/client');
const { z } = require('zod');

const app = express();
const prisma = new PrismaClient();
const UserUpdate = z.object({ name: z.string(), email: z.string().email() });

app.put('/users/:id', async (req, res) => {
  const { name, email } = req.body;
  res.json(await prisma.user.update({ where: { id: req.params.id }, data: { name, email } }));
});
app.patch('/users/:id', async (req, res) => {
  const data = UserUpdate.parse(req.body);
  res.json(await prisma.user.update({ where: { id: req.params.id }, data }));
});
app.post('/users', async (req, res) => {
  const data = pick(req.body, ['name', 'email']);
  res.status(201).json(await prisma.user.create({ data }));
});
```

```py fastapi
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import Session

app = FastAPI()


class UserCreate(BaseModel):
    name: str


@app.post("/users", status_code=201)
def create_user(body: UserCreate, session: Session = Depends(get_session)):
    session.add(User(**body.model_dump()))
    session.commit()
```

```java spring
@RestController
class Users {
    private final UserRepository users;

    @PostMapping("/users")
    @ResponseStatus(HttpStatus.CREATED)
    User create(@RequestBody @Valid UserForm form) {
        return users.save(new User(form.name()));
    }
}

record UserForm(@NotBlank String name) {
}

interface UserRepository extends JpaRepository<User, Long> {
}
```

```cs aspnet
using Microsoft.AspNetCore.Mvc;

[ApiController]
[Route("accounts")]
public class AccountsController(ShopContext db) : ControllerBase
{
    [HttpPost]
    public async Task<IActionResult> Create(AccountRequest request)
    {
        var account = new Account { Name = request.Name };
        db.Accounts.Add(account);
        await db.SaveChangesAsync();
        return CreatedAtAction(nameof(Create), account);
    }
}

public record AccountRequest([Required] string Name);
```

`config/routes.rb`:
```rb rails
Rails.application.routes.draw do
  resources :users, only: :create
end
```

`app/controllers/users_controller.rb`:
```rb rails
class UsersController < ApplicationController
  def create
    user = User.create!(params.require(:user).permit(:name, :email))
    render json: user, status: :created
  end
end
```

## When to ignore it
The endpoint is for administrators only, who may set everything.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.body import WRITES, Function, Query
from persona_lsp.facts.code import ClassFacts
from persona_lsp.facts.http import GuardKind
from persona_lsp.facts.place import Where
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import PermitFields
from persona_lsp.rules import endpoint_rule
from persona_lsp.rules.models import asks_database
from persona_lsp.rules.predicates import brief, checks_input, is_internal, is_webhook_receiver, label
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_SENSITIVE = lazy(
    r"(is_?)?(role|roles|admin|is_?admin|is_?staff|is_?superuser|superuser|permissions?|balance|credits?|price|owner_?id"
    r"|user_?id|account_?id|tenant_?id|verified|is_?verified|status|password_?hash|password_?digest|encrypted_?password"
    r"|created_?at|deleted_?at)",
    re.IGNORECASE,
)
_SERVER_SET = lazy(r"id|uuid|created_?at|updated_?at|deleted_?at", re.IGNORECASE)


@endpoint_rule(severity=Severity.ERROR, since="0.1")
def mass_assignment(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield writes of the whole request body."""
    handler = endpoint.handler
    if handler is None or not handler.queries:
        return
    for query in handler.queries:
        if query.op not in WRITES or not asks_database(query, snapshot):
            continue
        where = _whole_body(endpoint, handler, query, snapshot)
        if where is None:
            continue
        if is_webhook_receiver(endpoint) or is_internal(endpoint) or checks_input(endpoint):
            return
        yield _finding(endpoint, query, where, snapshot)


def _finding(endpoint: Endpoint, query: Query, where: Where, snapshot: Snapshot) -> Finding:
    entity = snapshot.class_named(query.entity) if query.entity else None
    fields = tuple(one.name for one in entity.fields if not one.relation and one.name[:1] != "_") if entity else ()
    sensitive = next((name for name in fields if _SENSITIVE.fullmatch(name)), "")
    allowed = tuple(name for name in fields if not _SENSITIVE.fullmatch(name) and not _SERVER_SET.fullmatch(name))
    severity = None if sensitive else Severity.WARNING
    if any(guard.kind is GuardKind.ROLE for guard in endpoint.guards):
        severity = Severity.INFORMATION
    told = f", even `{sensitive}`" if sensitive else ""
    column = f"any column of `{brief(query.entity, 14)}`" if query.entity else "any column"
    fix = PermitFields(where, "Take only the allowed fields", safe=False, fields=allowed, entity=query.entity)
    return Finding(
        where,
        f"`{label(endpoint, 36)}` lets callers write {column}{told}; name the allowed fields.",
        fixes=(fix,) if allowed else (),
        severity=severity,
        subject=f"{endpoint.label} {query.entity}",
    )


def _whole_body(endpoint: Endpoint, handler: Function, query: Query, snapshot: Snapshot) -> Where | None:
    """Where the whole body goes into the write, None if it does not or a type of its own stands in between."""
    body = endpoint.body
    if body is not None and not body.untyped and body.type:
        entity = snapshot.class_named(body.type_ref.name if body.type_ref else body.type)
        if not _is_entity(entity) or body.local not in query.args:
            return None
        return handler.at(query.body_span or query.span)
    if not query.whole_body or any(read.validated for read in handler.inputs if not read.name):
        return None
    return handler.at(query.body_span or query.span)


def _is_entity(found: ClassFacts | None) -> bool:
    return found is not None and found.kind == "entity"

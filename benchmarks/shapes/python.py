"""A made-up back end in Python: FastAPI routers, Pydantic models, SQLAlchemy and psycopg, helpers."""

from collections.abc import Sequence

from benchmarks.shapes.resource import Resource

LANGUAGE = "python"
SUFFIX = ".py"
CARET = r"^    (?:items|statement|record|values) = "
"""Before a line like this, inside a function, somebody types."""
NAME = r"^def (\w+)"
STATEMENT = "checked = 1"
"""Somebody makes its name longer, key by key: the file can be parsed at each of them."""
TYPED = "total = sum(row.amount for row in items if row.visible)"
"""A statement that is typed from its first key to its last: at most of them, the file is in error."""

_TYPES = {"text": "str", "money": "Decimal", "int": "int", "date": "date", "flag": "bool"}
_COLUMNS = {
    "text": "String(120)",
    "money": "Numeric(12, 2)",
    "int": "Integer",
    "date": "Date",
    "flag": "Boolean",
}
_IMPORTS = """\
import logging
from datetime import date, timedelta
from decimal import Decimal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, status
from pydantic import BaseModel, Field
from sqlalchemy import Boolean, Date, ForeignKey, Integer, Numeric, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.core.database import Base, get_connection, get_session
from app.core.security import User, current_user, require_admin

log = logging.getLogger(__name__)
"""


def one_file(resources: Sequence[Resource]) -> str:
    """Everything in one file, as nobody should write it and many do."""
    parts = [_IMPORTS]
    for resource in resources:
        parts += [_model(resource), _schemas(resource), _helpers(resource), _service(resource), _routes(resource)]
    return "\n\n".join(parts)


def project(resources: Sequence[Resource]) -> dict[str, str]:
    """A folder per layer, a file per resource."""
    files = {"app/core/database.py": _DATABASE, "app/core/security.py": _SECURITY}
    mounts = []
    for r in resources:
        lines = _IMPORTS.split("\n\n")
        head = "\n\n".join((lines[0], lines[1]))
        own = f"{lines[2]}\nfrom app.models.{r.snake} import {r.pascal}\nfrom app.schemas.{r.snake} import *  # noqa: F403 - all of one resource\n"
        models = f"{_IMPORTS}\n\n{_model(r)}"
        files[f"app/models/{r.snake}.py"] = models
        files[f"app/schemas/{r.snake}.py"] = f"{head}\n\n\n{_schemas(r)}"
        files[f"app/services/{r.snake}.py"] = f"{head}\n\n{own}\nlog = logging.getLogger(__name__)\n\n\n" + "\n\n".join(
            (_helpers(r), _service(r))
        )
        files[f"app/routers/{r.snake}.py"] = (
            f"{head}\n\n{own}from app.services.{r.snake} import *  # noqa: F403 - all of one resource\n\nlog = logging.getLogger(__name__)\n\n\n"
            + _routes(r)
        )
        mounts.append(r)
    imports = "\n".join(f"from app.routers.{r.snake} import {r.snake}_router" for r in mounts)
    includes = "\n".join(f'app.include_router({r.snake}_router, prefix="/api/v{r.number % 3 + 1}")' for r in mounts)
    files["app/main.py"] = f"from fastapi import FastAPI\n\n{imports}\n\napp = FastAPI()\n{includes}\n"
    return files


def _model(r: Resource) -> str:
    columns = "\n".join(f"    {n}: Mapped[{_TYPES[k]}] = mapped_column({_COLUMNS[k]})" for n, k in r.fields)
    related = ""
    if r.one_in(2):
        related = f'    lines: Mapped[list["{r.pascal}Line"]] = relationship(back_populates="{r.snake}")\n'
    return f'''class {r.pascal}(Base):
    """A {" ".join(r.words)} as it is stored."""

    __tablename__ = "{r.snakes}"

    id: Mapped[int] = mapped_column(primary_key=True)
{columns}
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="{r.states[0]}")
{related}
    def is_{r.states[1]}(self) -> bool:
        return self.state == "{r.states[1]}" and self.owner_id is not None
'''


def _schemas(r: Resource) -> str:
    fields = "\n".join(
        f"    {n}: {_TYPES[k]}" + (f" = Field(min_length=1, max_length={r.dice.randrange(40, 200)})" * (k == "text"))
        for n, k in r.fields
    )
    optional = "\n".join(f"    {n}: {_TYPES[k]} | None = None" for n, k in r.fields)
    return f'''class {r.pascal}In(BaseModel):
    """What a client sends to create a {" ".join(r.words)}."""

{fields}


class {r.pascal}Patch(BaseModel):
    """What may be changed afterwards."""

{optional}


class {r.pascal}Out({r.pascal}In):
    """What a client gets."""

    id: int
    state: str
'''


def _helpers(r: Resource) -> str:
    money, word = r.of("money", "int")[0], r.of("text")[0]
    rate = r.dice.randrange(5, 25)
    return f'''def {r.snake}_{money}_with_tax(values: list[{r.pascal}], rate: Decimal = Decimal("0.{rate:02}")) -> Decimal:
    """The sum of {money}, tax included, of what is neither {r.states[0]} nor {r.states[2]}."""
    result = Decimal(0)
    for value in values:
        if value.state in ("{r.states[0]}", "{r.states[2]}"):
            continue
        result += Decimal(value.{money}) * (1 + rate)
    return result.quantize(Decimal("0.01"))


def normalize_{r.snake}_{word}(raw: str) -> str:
    """`raw` in lower case, with single dashes where anything else stood."""
    cleaned = "".join(c if c.isalnum() else "-" for c in raw.strip().lower())
    while "--" in cleaned:
        cleaned = cleaned.replace("--", "-")
    if len(cleaned) > {rate * 4}:
        cleaned = cleaned[:{rate * 4}].rstrip("-")
    return cleaned or "{r.snake}-{r.number}"
'''


def _service(r: Resource) -> str:
    first, text = r.fields[0][0], r.of("text")[0]
    if r.one_in(2):
        search = f'''def search_{r.snakes}(owner_id: int, phrase: str, limit: int) -> list[dict[str, object]]:
    """Those whose {text} contains a phrase, newest first."""
    statement = (
        "SELECT id, {first}, state FROM {r.snakes} "
        "WHERE owner_id = %s AND {text} ILIKE %s ORDER BY id DESC LIMIT %s"
    )
    with get_connection() as connection, connection.cursor() as cursor:
        cursor.execute(statement, (owner_id, f"%{{phrase}}%", limit))
        return [dict(row) for row in cursor.fetchall()]
'''
    elif r.one_in(3):
        search = f'''def search_{r.snakes}(session: Session, phrase: str, order: str) -> list[dict[str, object]]:
    """Those whose {text} begins with a phrase, in the order that was asked for."""
    statement = text(f"SELECT id, {first} FROM {r.snakes} WHERE {text} LIKE :phrase ORDER BY {{order}} LIMIT 50")
    rows = session.execute(statement, {{"phrase": phrase + "%"}}).mappings()
    return [dict(row) for row in rows]
'''
    else:
        search = f'''def search_{r.snakes}(session: Session, phrase: str, limit: int) -> list[{r.pascal}]:
    """Those whose {text} is a phrase."""
    statement = select({r.pascal}).where({r.pascal}.{text} == phrase).order_by({r.pascal}.id).limit(limit)
    return list(session.scalars(statement))
'''
    if r.one_in(3):
        change = f'''def {r.verb}_{r.snake}(session: Session, record_id: int, user: User) -> {r.pascal}:
    """Marks it {r.states[1]} and tells the owner. Raises LookupError when there is none."""
    record = session.get({r.pascal}, record_id)
    if record is None:
        raise LookupError(f"no {r.snake} {{record_id}}")
    if record.owner_id != user.id:
        raise PermissionError("{r.snake} belongs to somebody else")
    for line in record.lines:
        owner = session.get(User, line.owner_id)
        log.info("{r.verb} {r.snake} line %s of %s", line.id, owner.name)
    record.state = "{r.states[1]}"
    session.commit()
    return record
'''
    else:
        change = f'''def {r.verb}_{r.snake}(session: Session, record_id: int, user: User) -> {r.pascal}:
    """Marks it {r.states[1]}. Raises LookupError when there is none."""
    record = session.get({r.pascal}, record_id)
    if record is None or record.owner_id != user.id:
        raise LookupError(f"no {r.snake} {{record_id}}")
    if record.state not in ("{r.states[0]}", "{r.states[2]}"):
        raise ValueError(f"{r.snake} is {{record.state}}")
    record.state = "{r.states[1]}"
    session.add(record)
    session.commit()
    session.refresh(record)
    return record
'''
    return f"{search}\n\n{change}"


def _routes(r: Resource) -> str:
    prefix = f"{r.snake}_router"
    parts = [f'{prefix} = APIRouter(prefix="/{r.kebabs}", tags=["{r.kebabs}"])\n']
    if r.one_in(4):
        parts.append(f'''@{prefix}.get("", response_model=list[{r.pascal}Out])
def list_{r.snakes}(session: Session = Depends(get_session)) -> list[{r.pascal}]:
    """All {" ".join(r.words)} records."""
    items = session.query({r.pascal}).order_by({r.pascal}.id).all()
    return items
''')
    else:
        parts.append(f'''@{prefix}.get("", response_model=list[{r.pascal}Out])
def list_{r.snakes}(
    limit: int = Query({r.dice.randrange(10, 60)}, ge=1, le=100),
    offset: int = Query(0, ge=0),
    state: str | None = None,
    user: User = Depends(current_user),
    session: Session = Depends(get_session),
) -> list[{r.pascal}]:
    """One page of the caller's {" ".join(r.words)} records."""
    statement = select({r.pascal}).where({r.pascal}.owner_id == user.id)
    if state is not None:
        statement = statement.where({r.pascal}.state == state)
    return list(session.scalars(statement.order_by({r.pascal}.id).offset(offset).limit(limit)))
''')
    status = "" if r.one_in(4) else ", status_code=status.HTTP_201_CREATED"
    parts.append(f"""@{prefix}.post("", response_model={r.pascal}Out{status})
def create_{r.snake}(
    body: {r.pascal}In, user: User = Depends(current_user), session: Session = Depends(get_session)
) -> {r.pascal}:
    record = {r.pascal}(**body.model_dump(), owner_id=user.id)
    session.add(record)
    session.commit()
    session.refresh(record)
    return record
""")
    if r.one_in(4):
        parts.append(f"""@{prefix}.get("/{{{r.snake}_id}}", response_model={r.pascal}Out)
def read_{r.snake}({r.snake}_id: int, session: Session = Depends(get_session)) -> {r.pascal}:
    record = session.get({r.pascal}, {r.snake}_id)
    return record
""")
    else:
        parts.append(f'''@{prefix}.get("/{{{r.snake}_id}}", response_model={r.pascal}Out)
def read_{r.snake}(
    {r.snake}_id: int, user: User = Depends(current_user), session: Session = Depends(get_session)
) -> {r.pascal}:
    record = session.get({r.pascal}, {r.snake}_id)
    if record is None or record.owner_id != user.id:
        raise HTTPException(status_code=404, detail="{" ".join(r.words)} not found")
    return record
''')
    parts.append(f"""@{prefix}.patch("/{{{r.snake}_id}}", response_model={r.pascal}Out)
def change_{r.snake}(
    {r.snake}_id: int,
    body: {r.pascal}Patch,
    user: User = Depends(current_user),
    session: Session = Depends(get_session),
) -> {r.pascal}:
    record = session.get({r.pascal}, {r.snake}_id)
    if record is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no {r.snake}")
    values = body.model_dump(exclude_unset=True)
    for name, value in values.items():
        setattr(record, name, value)
    session.commit()
    return record
""")
    if r.one_in(3):
        parts.append(f'''@{prefix}.post("/{{{r.snake}_id}}/{r.verb}", dependencies=[Depends(require_admin)])
def post_{r.verb}_{r.snake}({r.snake}_id: int, session: Session = Depends(get_session)) -> dict[str, str]:
    try:
        record = {r.verb}_{r.snake}(session, {r.snake}_id, None)
    except Exception as error:
        log.warning("{r.verb} failed")
        return {{"error": str(error)}}
    return {{"state": record.state}}
''')
    else:
        parts.append(f'''@{prefix}.post("/{{{r.snake}_id}}/{r.verb}", response_model={r.pascal}Out)
def post_{r.verb}_{r.snake}(
    {r.snake}_id: int, user: User = Depends(current_user), session: Session = Depends(get_session)
) -> {r.pascal}:
    try:
        return {r.verb}_{r.snake}(session, {r.snake}_id, user)
    except LookupError as error:
        raise HTTPException(404, "{r.snake} not found") from error
    except ValueError as error:
        raise HTTPException(409, "{r.snake} cannot be {r.states[1]} now") from error
''')
    parts.append(f"""@{prefix}.delete("/{{{r.snake}_id}}", status_code=status.HTTP_204_NO_CONTENT)
def remove_{r.snake}(
    {r.snake}_id: int, user: User = Depends(require_admin), session: Session = Depends(get_session)
) -> None:
    record = session.get({r.pascal}, {r.snake}_id)
    if record is None:
        raise HTTPException(status_code=404, detail="no {" ".join(r.words)} {r.number}")
    session.delete(record)
    session.commit()
""")
    return "\n\n".join(parts)


_DATABASE = '''"""Sessions and connections."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session


@contextmanager
def get_connection() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        yield connection
'''
_SECURITY = '''"""Who is calling."""

from dataclasses import dataclass

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

oauth2 = OAuth2PasswordBearer(tokenUrl="/token")


@dataclass
class User:
    id: int
    name: str
    admin: bool = False


def current_user(token: str = Depends(oauth2)) -> User:
    if not token:
        raise HTTPException(status_code=401, detail="sign in first")
    return User(id=1, name=token)


def require_admin(user: User = Depends(current_user)) -> User:
    if not user.admin:
        raise HTTPException(status_code=403, detail="for administrators only")
    return user
'''

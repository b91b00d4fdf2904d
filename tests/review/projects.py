"""Small projects that the façade is asked about, in the words of each framework."""

from dataclasses import dataclass
from functools import cache

from persona_lsp import extract, review
from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.finding import Reported
from persona_lsp.persona.compile import CompiledPersona, compile_persona
from persona_lsp.persona.load import load
from persona_lsp.review.views import EndpointRow, Hover
from persona_lsp.rules.registry import topics
from persona_lsp.settings import Settings
from persona_lsp.text.edits import apply
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Snapshot

EVERYTHING = review.profile(None, Settings())


@dataclass(frozen=True)
class Project:
    """Sources by path, read and linked."""

    sources: dict[str, bytes]
    extractions: dict[str, extract.Extraction]
    facts: dict[str, FileFacts]
    snapshot: Snapshot

    def at(self, path: str, needle: str) -> int:
        """Where a text begins in a file."""
        return self.sources[path].index(needle.encode())

    def findings(self, path: str, profile: review.Profile = EVERYTHING) -> tuple[Reported, ...]:
        """The findings of a file, with the fixes that can be spelled."""
        found = review.findings(self.snapshot, path, profile)
        return review.with_fixes(self.snapshot, found, self.extractions.get)

    def rules(self, path: str, profile: review.Profile = EVERYTHING) -> list[str]:
        """The rules that find something in a file."""
        return [one.rule for one in self.findings(path, profile)]

    def finding(self, rule: str) -> Reported:
        """The only finding of a rule."""
        (one,) = [one for path in self.facts for one in self.findings(path) if one.rule == rule]
        return one

    def hover(self, path: str, needle: str, profile: review.Profile = EVERYTHING) -> Hover | None:
        """What is said about the place where a text begins."""
        return review.hover(self.snapshot, self.extractions[path], self.at(path, needle) + 1, profile)

    def rows(self) -> tuple[EndpointRow, ...]:
        """The API."""
        return review.endpoints(self.snapshot, lambda path: LineTable(self.sources[path]))

    def edited(self, edits: tuple[Edit, ...]) -> "Project":
        """The project after some edits."""
        changed = dict(self.sources)
        for path in {edit.path for edit in edits}:
            changed[path] = apply(changed[path], [edit for edit in edits if edit.path == path])
        return read(changed)


def read(sources: dict[str, str] | dict[str, bytes]) -> Project:
    """Read a project."""
    texts = {path: text.encode() if isinstance(text, str) else text for path, text in sources.items()}
    read_ones = {path: extract.extract(path, text) for path, text in texts.items()}
    extractions = {path: one for path, one in read_ones.items() if one is not None}
    facts = {path: one.facts for path, one in extractions.items()}
    facts |= {p: c for p, t in texts.items() if p not in facts and (c := extract.config(p, t)) is not None}
    return Project(texts, extractions, facts, link(facts))


@cache
def persona(body: str, languages: str = "") -> CompiledPersona:
    """A persona with that body."""
    loaded = load(f"---\nname: strict\ndescription: A reviewer\n---\n\n{body}\n{languages}\n".encode(), "strict.md")
    assert loaded.persona is not None
    return compile_persona(loaded.persona, topics())


FASTAPI = {
    "app/main.py": """\
from fastapi import FastAPI

from app.orders import router

app = FastAPI()
app.include_router(router, prefix="/api/v1")


@app.get("/health")
def health():
    return {"ok": True}
""",
    "app/orders.py": '''\
from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.models import Order, get_session

router = APIRouter()
bearer = HTTPBearer()


class OrderIn(BaseModel):
    name: str


@router.get("/orders/{order_id}")
def read_order(order_id: int, verbose: bool = Query(False), session: Session = Depends(get_session), token=Depends(bearer)):
    """Read an order.

    More about it.
    """
    order = session.get(Order, order_id)
    if order is None:
        raise HTTPException(status_code=404, detail="no | such `order`")
    return order


@router.post("/orders")
def create_order(body: OrderIn, session: Session = Depends(get_session), token=Depends(bearer)):
    order = Order(name=body.name)
    session.add(order)
    session.commit()
    return order


def cancel(order: Order, session: Session):
    if order.done:
        raise ValueError("done")
    session.delete(order)
''',
    "app/models.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def get_session():
    with Session(create_engine("postgresql://")) as session:
        yield session
""",
}

EXPRESS = {
    "app.js": """\
const express = require('express');
const orders = require('./routes/orders');

const app = express();
app.use('/api', orders);
app.listen(3000);
""",
    "routes/orders.js": """\
const express = require('express');
const controller = require('../controllers/orders');

const router = express.Router();
router.get('/orders/:id/cancel', controller.cancel);
module.exports = router;
""",
    "controllers/orders.js": """\
const { Order } = require('../models');

exports.cancel = async (req, res, next) => {
  try {
    await Order.destroy({ where: { id: req.params.id } });
    res.json({ ok: true });
  } catch (error) {
    next(error);
  }
};
""",
    "models.js": """\
const { Sequelize, DataTypes } = require('sequelize');

const sequelize = new Sequelize(process.env.DB);
const Order = sequelize.define('Order', { name: DataTypes.STRING });
module.exports = { Order };
""",
}

SPRING = {
    "src/main/java/shop/OrderController.java": """\
package shop;

import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/orders")
class OrderController {
    private final OrderRepository orders;

    OrderController(OrderRepository orders) {
        this.orders = orders;
    }

    @PostMapping
    public Order create(@RequestBody Order order) {
        return orders.save(order);
    }
}
"""
}

RAILS = {
    "config/routes.rb": "Rails.application.routes.draw do\n  resources :orders, only: [:create]\nend\n",
    "app/controllers/orders_controller.rb": """\
class OrdersController < ApplicationController
  def create
    order = Order.create!(params.require(:order).permit(:name))
    render json: order
  end
end
""",
}

"""How Rails spells fixes."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.place import Where
from persona_lsp.findings import intent as intents
from persona_lsp.frameworks.rails.fixes import spell
from persona_lsp.text.edits import apply

PATH = "app/controllers/orders_controller.rb"


def fixed(source: str, kind: type, path: str = PATH, **more: object) -> str | None:
    """The source after the fix; `«` and `»` mark the place, `‹` and `›` the target."""
    marks = {m: source.find(m) for m in "«»‹›"}
    plain = source
    for mark in "«»‹›":
        plain = plain.replace(mark, "")

    def at(mark: str) -> int:
        before = source[: marks[mark]]
        for other in "«»‹›":
            before = before.replace(other, "")
        return len(before.encode())

    if marks["‹"] >= 0:
        more["target"] = Where(path, at("‹"), at("›"))
    made = kind(Where(path, at("«"), at("»")), "Fix it", **more)
    extraction = extract(path, plain.encode())
    assert extraction is not None
    edits = spell(made, extraction.parsed.module, extraction.facts)
    return None if edits is None else apply(plain.encode(), edits).decode()


def action(body: str) -> str:
    """A controller with that action."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.split("\n"))
    return f"class OrdersController < ApplicationController\n  def act\n{lines}  end\nend\n"


@pytest.mark.parametrize(
    ("kind", "more", "before", "after"),
    [
        (intents.SetStatus, {"status": 201}, "«render json: order»", "render json: order, status: :created"),
        (intents.SetStatus, {"status": 201}, "«render(json: order)»", "render(json: order, status: :created)"),
        (intents.SetStatus, {"status": 404}, "«render json: {}, status: 200»", "render json: {}, status: 404"),
        (intents.SetStatus, {"status": 403}, "head «:unauthorized»", "head :forbidden"),
        (intents.AddReturn, {}, "if a\n  «render json: a»\nend\nb", "if a\n  return render json: a\nend\nb"),
        (intents.AddReturn, {}, "return «render json: a»", None),
        (
            intents.GuardNotFound,
            {"variable": "order"},
            "«order = Order.find_by(id: 1)»\nrender json: order",
            "order = Order.find_by(id: 1)\nreturn head :not_found unless order\nrender json: order",
        ),
        (intents.DropBody, {}, "«render json: { a: 1 }, status: :no_content»", "head :no_content"),
        (intents.DropBody, {}, "render json: «{ a: 1 }», status: 204", "head 204"),
        (
            intents.HideError,
            {"variable": "e"},
            "begin\n  a\nrescue => e\n  render json: { error: «e.message» }\nend",
            'begin\n  a\nrescue => e\n  Rails.logger.error(e.full_message)\n  render json: { error: "Internal server error" }\nend',
        ),
        (
            intents.HideError,
            {"variable": "e", "log": False},
            'begin\n  a\nrescue => e\n  render plain: "failed: #{«e.message»}"\nend',
            'begin\n  a\nrescue => e\n  render plain: "failed: internal server error"\nend',
        ),
        (
            intents.Rethrow,
            {"variable": "e"},
            "begin\n  a\nrescue => e\n  «log(e)»\nend",
            "begin\n  a\nrescue => e\n  log(e)\n  raise\nend",
        ),
        (intents.CapLimit, {}, "Order.limit(«params[:limit]»)", "Order.limit([(params[:limit] || 100).to_i, 100].min)"),
        (
            intents.CapLimit,
            {},
            "Order.limit(«params[:limit]».to_i)",
            "Order.limit([(params[:limit] || 100).to_i, 100].min)",
        ),
        (
            intents.CapLimit,
            {},
            "Order.limit(«params[:limit]» || 20)",
            "Order.limit([(params[:limit] || 20).to_i, 100].min)",
        ),
        (
            intents.CapLimit,
            {},
            "Order.limit(«params.fetch(:limit, 20)»)",
            "Order.limit([params.fetch(:limit, 20).to_i, 100].min)",
        ),
        (
            intents.LimitQuery,
            {},
            "render json: Order.where(open: true)«»",
            "render json: Order.where(open: true).limit(100)",
        ),
        (
            intents.LimitQuery,
            {},
            "render json: Order.order(:id).to_a«»",
            "render json: Order.order(:id).limit(100).to_a",
        ),
        (intents.LimitQuery, {}, "render json: Order.all«»", "render json: Order.all.limit(100)"),
        (intents.LimitQuery, {}, "list = Order.where open: true«»", None),
        (
            intents.BindSql,
            {},
            "Order.where(«\"name = '#{params[:n]}' and a > #{b}\"»)",
            'Order.where("name = ? and a > ?", params[:n], b)',
        ),
        (intents.BindSql, {}, "Order.where(«\"name like '%#{q}%'\"»)", 'Order.where("name like ?", "%#{q}%")'),
        (intents.BindSql, {}, 'Order.where(«"id in (#{ids.join(",")})"»)', 'Order.where("id in (?)", ids)'),
        (
            intents.BindSql,
            {},
            'Order.find_by_sql(«"select * from orders where id = #{id}"»)',
            'Order.find_by_sql(["select * from orders where id = ?", id])',
        ),
        (
            intents.BindSql,
            {},
            'connection.execute(«"delete from orders where id = #{id}"»)',
            'connection.execute(ActiveRecord::Base.sanitize_sql_array(["delete from orders where id = ?", id]))',
        ),
        (
            intents.BindSql,
            {},
            "conn.exec(«\"select 1 where a = '#{a}'\"»)",
            'conn.exec_params("select 1 where a = $1", [a])',
        ),
        (intents.BindSql, {}, 'Order.where(«"#{column} = 1"»)', None),
        (intents.BindSql, {}, 'Order.order(«"#{column} desc"»)', None),
        (
            intents.WrapInTransaction,
            {},
            "«a = A.create!(x: 1)\nB.create!(a: a)»\nrender json: a",
            "ActiveRecord::Base.transaction do\n  a = A.create!(x: 1)\n  B.create!(a: a)\n  render json: a\nend",
        ),
        (
            intents.WrapInTransaction,
            {},
            "«A.create!(x: 1)\nB.create!(y: 1)»\nhead :ok",
            "ActiveRecord::Base.transaction do\n  A.create!(x: 1)\n  B.create!(y: 1)\nend\nhead :ok",
        ),
        (intents.WrapInTransaction, {}, "«A.create!(x: 1)\nreturn if b\nB.create!(y: 1)»", None),
        (
            intents.PermitFields,
            {"fields": ("name", "email")},
            "User.create!(«params[:user].permit!»)",
            "User.create!(params.require(:user).permit(:name, :email))",
        ),
        (intents.ReadFromEnvironment, {"name": "API_KEY"}, 'key = «"abc"»', 'key = ENV.fetch("API_KEY")'),
    ],
)
def test_actions(kind: type, more: dict[str, object], before: str, after: str | None) -> None:
    assert fixed(action(before), kind, **more) == (action(after) if after is not None else None)


def test_routes_move_with_their_comments() -> None:
    before = (
        "Rails.application.routes.draw do\n  # One.\n  ‹get 'a/:id', to: 'a#b'›\n  get 'x', to: 'a#x'\n"
        "  # New ones.\n  «get 'a/new', to: 'a#c'»\nend\n"
    )
    after = (
        "Rails.application.routes.draw do\n  # New ones.\n  get 'a/new', to: 'a#c'\n  # One.\n  get 'a/:id', to: 'a#b'\n"
        "  get 'x', to: 'a#x'\nend\n"
    )
    assert fixed(before, intents.MoveBefore, "config/routes.rb") == after


def test_routes_stay_in_their_block() -> None:
    before = (
        "Rails.application.routes.draw do\n  namespace :a do\n    ‹get ':id', to: 'a#b'›\n  end\n"
        "  namespace :b do\n    «get 'new', to: 'a#c'»\n  end\nend\n"
    )
    assert fixed(before, intents.MoveBefore, "config/routes.rb") is None


def test_a_route_changes_its_verb() -> None:
    before = "Rails.application.routes.draw do\n  «get 'a'», to: 'a#b'\nend\n"
    assert fixed(before, intents.ChangeMethod, "config/routes.rb", method="POST") == before.replace(
        "«get 'a'»", "post 'a'"
    )


def test_a_registration_is_deleted_with_its_line() -> None:
    before = "Rails.application.routes.draw do\n  get 'a', to: 'a#b'\n  «get 'a', to: 'a#b'»\nend\n"
    after = "Rails.application.routes.draw do\n  get 'a', to: 'a#b'\nend\n"
    assert fixed(before, intents.DeleteStatement, "config/routes.rb") == after

"""What ActiveRecord's and pg's calls mean."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.body import Function


def function(body: str, path: str = "app/controllers/orders_controller.rb", head: str = "") -> Function:
    """The facts of an action with that body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"{head}class OrdersController < ApplicationController\n  def act\n{lines}  end\nend\n"
    found = extract(path, source.encode())
    assert found is not None
    return found.facts.functions[0]


def asked(body: str, head: str = "") -> list[str]:
    """One line per query: operation, entity, and what is known of it."""
    lines: list[str] = []
    for query in function(body, head=head).queries:
        words = [query.op.value, query.entity or "?"]
        words += [w for w in ("many", "nullable", "in_parameters") if getattr(query, w)]
        words += {False: ["unlimited"], None: ["limit-unknown"], True: []}[query.limited]
        words += [f"keys={','.join(query.keys)}"] if query.keys else []
        words += [f"sql={query.sql.template}"] if query.sql is not None else []
        words += [f"columns={','.join(query.columns)}"] if query.columns else []
        words += [f"tx={query.site.tx}"] if query.site.tx >= 0 else []
        words += [f"loop={query.site.loop}"] if query.site.loop >= 0 else []
        lines.append(" ".join(words))
    return lines


ASKED = {
    # what takes other arguments than ActiveRecord does is not ActiveRecord's
    "Feed::Path.first(node, './/name')": [],
    "Feed::Path.first('.//name')": [],
    "Feed.first": ["select Feed nullable"],
    # a class that a variable holds, and what an association finds by a column
    "order_class.create!(note: 1)": ["insert ? limit-unknown columns=note"],
    "shop.orders.find_by_number(number)": ["select Order nullable keys=number"],
    "shop.orders.find_by_number_or_name(number)": [],
    # what a library made that keeps no rows, and the parameter that a block does not name
    "customer = Stripe::Customer.retrieve(1)\ncard = customer.sources.create(card: 2)\ncard.save": [],
    "customer = Customer.find(1)\ncustomer.sources.create(card: 2)": [
        "select Customer keys=1",
        "insert Source limit-unknown columns=card",
    ],
    "persister.save(resource: order)": [],
    "order.save(validate: false)": ["upsert Order limit-unknown"],
    # plurals without an s
    "user.course_user_data.find_by(course: 1)": ["select CourseUserDatum nullable keys=1"],
    "@shop.people.create(name: 'x')": ["insert Person limit-unknown columns=name"],
    "Feed.last(3)": ["select Feed many"],
    "Archive::File.create('books.zip')": [],
    "Feed.create(attributes)": ["insert Feed limit-unknown"],
    "REXML::XPath.first(node)": [],
    # one record
    "Order.find(params[:id])": ["select Order keys=params[:id]"],
    "Order.find_by(number: n)": ["select Order nullable keys=n"],
    "Order.find_by!(number: n)": ["select Order keys=n"],
    "Order.find_by_number(n)": ["select Order nullable keys=n"],
    "Order.where(number: n).first": ["select Order nullable keys=n"],
    "Order.where(number: n).first!": ["select Order keys=n"],
    "Order.includes(:lines).find(params[:id])": ["select Order keys=params[:id]"],
    "current_user.orders.find(params[:id])": ["select Order keys=params[:id]"],
    "@user.orders.find_by(number: n)": ["select Order nullable keys=n"],
    "Shop::Order.find(1)": ["select Shop.Order keys=1"],
    "Order.find_or_create_by!(number: n)": ["upsert Order limit-unknown keys=n columns=number"],
    # many
    "Order.all": ["select Order many unlimited"],
    "Order.where(open: true).order(:id)": ["select Order many unlimited keys=true"],
    "Order.limit(10)": ["select Order many"],
    "Order.order(:id).first(5)": ["select Order many"],
    "Order.page(params[:page]).per(20)": ["select Order many"],
    "Order.where(id: ids)": ["select Order many in_parameters unlimited keys=ids"],
    "Order.recent.where(open: true)": ["select Order many limit-unknown keys=true"],
    "Order.where(open: true).recent": ["select Order many limit-unknown keys=true"],
    "Order.pluck(:id)": ["select Order many unlimited"],
    "@user.orders.where(open: true)": ["select Order many limit-unknown keys=true"],
    "Order.find([1, 2])": ["select Order many in_parameters keys=[1, 2]"],
    # counts
    "Order.count": ["count Order"],
    "Order.where(open: true).exists?": ["count Order keys=true"],
    "Order.sum(:total)": ["count Order"],
    # writes
    "Order.create!(number: n)": ["insert Order limit-unknown columns=number"],
    "@user.orders.create!(number: n)": ["insert Order limit-unknown columns=number"],
    "order = Order.new(number: n)\norder.save": ["upsert Order limit-unknown"],
    "order = Order.find(1)\norder.update!(total: 1)": [
        "select Order keys=1",
        "update Order limit-unknown columns=total",
    ],
    "order = Order.create(number: n)\nif order.save\n  x\nend": ["insert Order limit-unknown columns=number"],
    "order = Order.create(number: n)\norder.number = 2\norder.save": [
        "insert Order limit-unknown columns=number",
        "upsert Order limit-unknown columns=number",
    ],
    "@order.destroy": ["delete Order limit-unknown"],
    "@order.update(order_params)": ["update Order limit-unknown"],
    "Order.find(params[:id]).destroy": ["delete Order limit-unknown keys=params[:id]"],
    "Order.where(open: true).update_all(total: 0)": ["update Order many limit-unknown keys=true columns=total"],
    'Order.update_all("views = views + 1")': ["update Order many limit-unknown sql=views = views + 1 columns=views"],
    "Order.increment_counter(:views, id)": ["update Order many limit-unknown columns=views"],
    "Order.delete_all": ["delete Order many limit-unknown"],
    "Order.where(old: true).destroy_all": ["delete Order many limit-unknown keys=true"],
    "Order.insert_all(rows)": ["insert Order many limit-unknown"],
    # SQL
    'Order.where("total > #{params[:min]}")': [
        'select Order many unlimited keys="total > #{params[:min]}" sql=total > {}'
    ],
    "Order.where('total > ?', min)": ["select Order many unlimited keys=min sql=total > ?"],
    'Order.order("#{params[:sort]} desc")': ["select Order many unlimited sql={} desc"],
    "Order.order(Arel.sql('random()'))": ["select Order many unlimited"],
    'Order.find_by_sql("select * from orders where id = #{id}")': [
        "select Order many unlimited sql=select * from orders where id = {}"
    ],
    'ActiveRecord::Base.connection.execute("delete from orders where id = #{id}")': [
        "delete ? limit-unknown sql=delete from orders where id = {}"
    ],
    "ApplicationRecord.connection.select_all(<<~SQL)\n  select 1\nSQL": [
        "select ? many limit-unknown sql=      select 1\\n    "
    ],
    # transactions and loops
    "Order.transaction do\n  @order.save!\nend": ["upsert Order limit-unknown tx=0"],
    "ActiveRecord::Base.transaction { @order.destroy! }": ["delete Order limit-unknown tx=0"],
    "@order.with_lock { @order.update!(total: 1) }": ["update Order limit-unknown columns=total tx=0"],
    "ids.each { |id| Order.find(id) }": ["select Order keys=id loop=0"],
    "orders.each(&:save!)": ["upsert ? limit-unknown loop=0"],
    "Order.all.each { |o| o.touch }": ["select Order many unlimited", "update O limit-unknown loop=0"],
    # no database
    "File.delete(path)": [],
    "params.delete(:x)": [],
    "session.delete(:user)": [],
    "hash.update(a: 1)": [],
    "list.first": [],
    "items.select { |i| i }": [],
    "items.find { |i| i }": [],
    "Rails.cache.fetch('x')": [],
    "Rails.cache.delete('x')": [],
    "Stripe::Customer.create(email: e)": [],
    "OrderService.create(order)": [],
    "Time.zone.now.all_day": [],
    "JSON.parse(x).first": [],
    "HTTParty.get(url).first": [],
    "Order.new": [],
    "@order.lines.map { |l| l }": [],
    "Digest::SHA256.new.update('x')": [],
    "Order.table_name": [],
    "User.current": [],
}


@pytest.mark.parametrize("body", ASKED)
def test_calls(body: str) -> None:
    expected = [line.replace("\\n", "\n") for line in ASKED[body]]
    assert asked(body) == expected


def test_finders_that_raise_tell_the_status() -> None:
    assert [(r.exception, r.status) for r in function("Order.find(1)").raises] == [("ActiveRecord.RecordNotFound", 404)]
    assert function("Order.find_by(id: 1)").raises == ()
    rescued = function("begin\n  Order.find(1)\nrescue ActiveRecord::RecordNotFound\n  nil\nend")
    assert rescued.raises == ()


def test_a_model_asks_itself() -> None:
    source = "class Order < ApplicationRecord\n  def self.open = where(open: true)\n  def close = update!(open: false)\nend\n"
    found = extract("app/models/order.rb", source.encode())
    assert found is not None
    assert [(q.op.value, q.entity) for f in found.facts.functions for q in f.queries] == [
        ("select", "Order"),
        ("update", "Order"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'conn.exec("select * from a where id = #{id}")',
            ["select ? many limit-unknown sql=select * from a where id = {}"],
        ),
        (
            "conn.exec_params('select 1 where a = $1', [id])",
            ["select ? many limit-unknown keys=id sql=select 1 where a = $1"],
        ),
        ("client.query('x')", ["unknown ? limit-unknown"]),
        ("shell.exec('ls')", []),
    ],
)
def test_pg(body: str, expected: list[str]) -> None:
    assert asked(body, head="require 'pg'\n") == expected

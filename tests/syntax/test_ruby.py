"""How Ruby becomes the code tree."""

import pytest
from tests.syntax.dump import dump

from persona_lsp.syntax import ir
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse

RUBY = LANGUAGES["ruby"]


def module(text: str) -> ir.Module:
    return parse("app/models/thing.rb", text.encode(), RUBY).module


def code(text: str) -> str:
    return dump(module(text).body)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        # calls
        ("foo", "foo()"),
        ("foo.bar", "foo().bar()"),
        ("a = 1\na", "(= a 1) a"),
        ("foo&.bar(1, *rest)", "foo()?.bar(1, *rest())"),
        ("Article.find params[:id]", "Article.find(params()[:id])"),
        ("Article.new(title: 1)", "new Article(title=1)"),
        ("articles.new(title: 1)", "articles().new(title=1)"),
        ("Api::V1::Thing.find_by!(slug: x)", "Api.V1.Thing.find_by!(slug=x())"),
        ("get 'a' => 'b#c', as: :x", 'get({a: "b#c"}, as=:x)'),
        ("mount Engine => '/x'", 'mount({Engine: "/x"})'),
        ("f(a:, 'b': 2, **c)", "f(a=a(), b=2, **=c())"),
        ("x.each { |a, (b, c)| a }", "x().each() {|a, (b, c)| (=> a)}"),
        ("x.map(&:name)", "x().map() {|it| (=> it.name())}"),
        ("x.each do |a|\n  next if a\n  p a\nend", "x().each() {|a| (if a [(continue)]) (=> p(a))}"),
        ("list << item", "(<< list() item())"),
        ("x.()", "x().call()"),
        ("yield 1", "yield(1)"),
        ("super", "super()"),
        # text
        ("'a' \"b#{c}\"", '"ab#{c()}"'),
        ("%w[a b]", '["a", "b"]'),
        ("%i[a b]", "[:a, :b]"),
        (':"a-b"', ":a-b"),
        ("/a\\d/", "/a\\d/"),
        ('"a\\nb"', '"a\\nb"'),
        ("f(<<~A, <<~B)\n  one #{x}\nA\n  two\nB\n", 'f("  one #{x()}\\n", "  two\\n")'),
        ("<<~SQL.squish\n  select 1\nSQL\n", '"  select 1\\n".squish()'),
        # values
        ("1_000", "1000"),
        ("0x1f", "31"),
        ("-1.5", "-1.5"),
        ("nil", "nil"),
        ("{ a: 1, 'b' => 2, **c }", "{a: 1, b: 2, ...: c()}"),
        ("1..10", "(.. 1 10)"),
        ("a && !b || c", "(or (and a() (not b())) c())"),
        ("a !~ /x/", "(not (=~ a() /x/))"),
        ("x ? 1 : 2", "(? x() 1 2)"),
        ("y = if x then 1 else 2 end", "(= y (? x() 1 2))"),
        ("y = case x when 1 then 2 else 3 end", "(= y (switch x() [1 -> 2] [ -> 3]))"),
        ("->(x) { x }", "{|x| (=> x)}"),
        ("lambda { 1 }", "{|| (=> 1)}"),
        # assignments
        ("@a ||= 1", "(or= @a 1)"),
        ("a, *b = c", "(= (a, *b) c())"),
        ("a = b = 1", "(= a b 1)"),
        ("x.y = 1", "(= x().y 1)"),
        ("x[:y] += 1", "(+= x()[:y] 1)"),
        ("if (u = find)\n u\nend", "(if (let u find()) [u])"),
        # control
        ("a unless b", "(if (not b()) [a()])"),
        ("if a\n1\nelsif b\n2\nelse\n3\nend", "(if a() [1] [(if b() [2] [3])])"),
        ("case a\nwhen 1, 2 then b\nelse c\nend", "(switch a() [1 2 -> b()] [ -> c()])"),
        ("until a do b end", "(while (not a()) [b()])"),
        ("for a in b do a end", "(each a b() [a])"),
        ("loop do\n  break if a\nend", "(forever  [(if a() [(break)])])"),
        (
            "begin\n a\nrescue A::B, C => e\n e\nelse\n d\nensure\n f\nend",
            "(try [a()] (catch A.B|C e [e]) else [d()] finally [f()])",
        ),
        ("a rescue nil", "(try [a()] (catch * [nil]))"),
        ("raise Foo, 'x' if a", '(if a() [(raise new Foo("x"))])'),
        ("raise", "(raise)"),
        ("raise 'x'", '(raise new RuntimeError("x"))'),
        ("raise Foo.new(1)", "(raise new Foo(1))"),
        ("a or raise Foo", "(if (not a()) [(raise Foo)])"),
        ("x = a || raise(Foo)", "(= x (or a() (do (raise Foo))))"),
        ("head :ok and return", "head(:ok) (return)"),
        ("check(1) and return", "(if check(1) [(return)])"),
        # what is missing or unknown
        ("foo(", "foo()"),
    ],
)
def test_expressions_and_statements(source: str, tree: str) -> None:
    assert code(source) == tree


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("def a(b, c = 1, *d, e:, f: 2, **g, &h) = b", "(def a(b, c = 1, *d, ~e, ~f = 2, **g, &h) (=> b))"),
        ("def a\n  if b\n    1\n  else\n    2\n  end\nend", "(def a() (if b() [(=> 1)] [(=> 2)]))"),
        ("def a\n  @x = 1\nend", "(def a() (= @x 1))"),
        ("def a\n  x\nrescue E => e\n  y\nend", "(def a() (try [(=> x())] (catch E e [(=> y())])))"),
        ("def a\n  return 1 if b\n  c\nend", "(def a() (if b() [(return 1)]) (=> c()))"),
        ("def self.a; end", "(static def a() )"),
    ],
)
def test_methods_return_their_last_value(source: str, tree: str) -> None:
    assert code(source) == tree


def test_a_class_collects_its_members() -> None:
    text = """\
module Api
  # Serves articles.
  class ArticlesController < ApplicationController
    LIMIT = 10
    Missing = Class.new(StandardError)
    before_action :find, only: %i[show]

    # Lists them.
    def index; end

    class << self
      def build; end
    end

    helper_method def shown; end

    private

    def find; end
    public def again; end

    def one; end
    private :index
  end
end
"""
    api = next(module(text).classes())
    assert (api.kind, api.name, api.owner) == ("module", "Api", "")
    (controller,) = api.classes
    assert (controller.name, controller.owner, controller.doc) == ("ArticlesController", "Api", "Serves articles.")
    assert dump(controller.bases) == "ApplicationController"
    assert [(m.name, m.modifiers) for m in controller.methods] == [
        ("index", ("private",)),
        ("build", ("static",)),
        ("shown", ()),
        ("find", ("private",)),
        ("again", ()),
        ("one", ("private",)),
    ]
    assert controller.methods[0].doc == "Lists them."
    assert {m.owner for m in controller.methods} == {"Api.ArticlesController"}
    assert [f.name for f in controller.fields] == ["LIMIT"]
    assert [(c.name, dump(c.bases)) for c in controller.classes] == [("Missing", "StandardError")]
    assert dump(
        controller.body
    ) == "before_action(:find, only=[:show]) helper_method(:shown) private() public(:again) private(:index)".replace(
        " private()", ""
    )


def test_positions_are_those_of_the_source() -> None:
    text = "def show\n  render(json: @a, status: :ok)\nend\n"
    tree = module(text)
    (definition,) = tree.body
    assert isinstance(definition, ir.Def)
    function = definition.function
    assert text[function.name_start : function.name_end] == "show"
    assert text[function.body_start : function.body_end].strip() == "render(json: @a, status: :ok)"
    (answer,) = function.body
    assert isinstance(answer, ir.Return)
    call = answer.value
    assert isinstance(call, ir.Call)
    assert text[call.args_start : call.args_end] == "json: @a, status: :ok"


def test_required_files_are_imports() -> None:
    found = [(i.local, i.module) for i in module("require 'pg'\nrequire_relative 'lib/x'\n").imports]
    assert found == [("pg", "pg"), ("lib/x", "./lib/x")]


def test_errors_are_counted_and_do_not_hide_the_rest() -> None:
    tree = module("class A\n  def a\n    foo(\n  end\n\n  def b\n    1\n  end\nend\n")
    assert tree.error_count > 0
    names = [m.name for c in tree.classes() for m in c.methods]
    assert names == ["b"]
    tree = module("class A < B\n  def a\n    foo.\n  end\n\n  def b\n    1\n  end\nend\n")
    assert [(c.name, dump(c.bases), [m.name for m in c.methods]) for c in tree.classes()] == [("A", "B", ["a", "b"])]


def test_deep_nesting_does_not_raise() -> None:
    for text in ("a" + " + a" * 5000, "a" + ".b" * 5000, "(" * 3000 + ")" * 3000, "x = " * 3000 + "1", "if a\n" * 3000):
        _everything(module(text))
    elsif = "if a\n1\n" + "elsif b\n2\n" * 2000 + "end"
    _everything(module(elsif))


FIXTURE = """\
module Shop
  class OrdersController < ApplicationController
    before_action :authenticate!, except: %i[index]
    rescue_from ActiveRecord::RecordNotFound, with: :missing

    def index
      @orders = Order.where("total > #{params[:min]}").order(created_at: :desc).limit(10)
      render json: @orders.map { |o| { id: o.id, "total" => o.total } }, status: :ok
    rescue Timeout::Error, IOError => e
      logger.error(<<~TEXT)
        failed #{e.message}
      TEXT
      head :bad_gateway and return unless e
    else
      case params[:x]
      when 1..2, /a/ then next_one
      in {a: Integer => b} then b
      end
    ensure
      x ||= ->(y, *z, k: 1, **o, &b) { y&.w(*z, **o) }
    end

    private

    def order_params = params.require(:order).permit(:total, lines: [])
  end
end
"""


def test_every_prefix_lowers() -> None:
    data = FIXTURE.encode()
    for end in range(len(data) + 1):
        _everything(parse("a.rb", data[:end], RUBY).module)


def test_line_ends_do_not_matter() -> None:
    assert code(FIXTURE.replace("\n", "\r\n")).replace("\\r", "") == code(FIXTURE).replace("\\r", "")


def _everything(tree: ir.Module) -> None:
    """Lower all bodies, without recursion so that only the lowering can overflow the stack."""
    functions = [m for c in tree.classes() for m in c.methods]
    functions += [s.function for s in tree.body if isinstance(s, ir.Def)]
    for function in functions:
        assert isinstance(function.body, tuple)

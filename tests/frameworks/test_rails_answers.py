"""Rails: what actions answer through their helpers, and when they say nothing."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth, Endpoint

ROUTES = "Rails.application.routes.draw do\n  resources :orders\n  devise_for :users\nend\n"
API = "class ApplicationController < ActionController::API\n  def fail_with(x)\n    render json: x, status: :conflict\n  end\nend\n"
ORDERS = """
class OrdersController < ApplicationController
  def index
    @orders = Order.all
    render_orders
  end

  def create
    @order = Order.new
    render json: {}, status: :unprocessable_entity unless @order.save
  end

  def update
    @order = Order.find(params[:id])
    if @order.update(title: 'x')
      render_order :accepted
    else
      fail_with @order
    end
  end

  def destroy
    Order.find(params[:id]).destroy
  end

  private

  def render_orders
    render json: @orders
  end

  def render_order(_)
    render json: @order, status: :accepted
  end
end
"""


def served(controller: str = ORDERS, base: str = API, gems: str = "") -> dict[str, Endpoint]:
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": base,
        "app/controllers/orders_controller.rb": controller,
        "Gemfile.lock": f"GEM\n  remote: https://rubygems.org/\n  specs:\n    rails (7.1.0)\n{gems}\n",
    }
    return {e.label: e for e in read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints}


def test_a_helper_of_the_controller_or_of_its_base_answers() -> None:
    found = served()
    assert found["GET /orders"].statuses == (200,)
    assert found["PATCH /orders/{id}"].statuses == (202, 404, 409)


def test_an_action_of_an_api_that_says_nothing_answers_nothing() -> None:
    found = served()
    assert found["DELETE /orders/{id}"].statuses == (204, 404)
    assert found["POST /orders"].statuses == (204, 422)


def test_with_templates_it_draws_one_unless_it_deletes() -> None:
    found = served(gems="    jbuilder (2.11.5)")
    assert found["POST /orders"].statuses == (200, 422)
    assert found["DELETE /orders/{id}"].statuses == (204, 404)


def test_an_application_with_pages_may_do_either() -> None:
    found = served(base=API.replace("API", "Base"))
    assert found["DELETE /orders/{id}"].success == ()
    assert found["POST /orders"].success == ()


def test_an_action_that_always_refuses_draws_nothing() -> None:
    code = (
        "class OrdersController < ApplicationController\n  def create\n    render json: {}, status: :gone\n  end\nend\n"
    )
    assert served(code, gems="    jbuilder (2.11.5)")["POST /orders"].statuses == (410,)


def test_what_calls_something_unread_that_may_answer_is_unknown() -> None:
    code = "class OrdersController < ApplicationController\n  def create\n    respond_well\n  end\nend\n"
    assert served(code)["POST /orders"].statuses == ()


def test_controllers_of_devise_let_in_those_who_come_to_sign_in() -> None:
    found = served()
    assert found["POST /users/sign_in"].auth is Auth.NONE
    assert found["DELETE /users"].auth is Auth.REQUIRED


def test_a_responder_is_told_its_status_or_draws_a_template_or_shows_what_is_asked_for() -> None:
    code = """
class OrdersController < ApplicationController
  respond_to :json

  def show
    respond_with Order.find(params[:id])
  end

  def create
    @order = Order.new
    respond_with @order, status: 201, default_template: :show
  end

  def update
    respond_with @order, default_template: :show
  end

  def destroy
    respond_with @order
  end

  def index
    respond_with @orders, status: 204
  end
end
"""
    found = served(code)
    emptied = found["GET /orders"].handler
    assert emptied is not None
    assert emptied.responses[0].body_kind == "none"
    assert found["GET /orders/{id}"].statuses == (200, 404)
    assert found["POST /orders"].statuses == (201,)
    assert found["PATCH /orders/{id}"].statuses == (200,)
    assert found["DELETE /orders/{id}"].statuses == ()


CONCERN = """
module Archivable
  extend ActiveSupport::Concern
  included do
    before_action :load_it, only: :destroy
    skip_before_action :authenticate_user!, only: :index
  end

  def index
    render json: []
  end

  def destroy
    head :no_content
  end
end
"""
GUARDED = "class ApplicationController < ActionController::API\n  before_action :authenticate_user!\nend\n"


def with_concern(controller: str, base: str = GUARDED) -> dict[str, Endpoint]:
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": base,
        "app/controllers/concerns/archivable.rb": CONCERN,
        "app/controllers/orders_controller.rb": controller,
    }
    return {e.label: e for e in read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints}


def test_a_concern_adds_actions_and_filters_after_those_of_the_base() -> None:
    found = with_concern("class OrdersController < ApplicationController\n  include Archivable\nend\n")
    assert found["GET /orders"].auth is Auth.NONE
    assert (found["DELETE /orders/{id}"].auth, found["DELETE /orders/{id}"].success) == (Auth.REQUIRED, (204,))
    assert [g.name for g in found["DELETE /orders/{id}"].guards] == ["authenticate_user!", "load_it"]


def test_rights_are_asked_for_in_actions() -> None:
    actions = """
class OrdersController < ApplicationController
  def show
    @order = Order.find(params.expect(:id))
    authorize @order
    render json: @order
  end

  def update
    order = policy_scope(Order).find(params[:id])
    order.update!(params.expect(order: [:title]))
    render json: order
  end

  def destroy
    authorize! :destroy, Order
    head :no_content
  end
end
"""
    base = GUARDED.replace("\nend\n", "\n  rescue_from CanCan::AccessDenied do\n    head :forbidden\n  end\nend\n")
    found = with_concern(actions, base)
    assert found["GET /orders/{id}"].statuses == (200, 403, 404)
    assert set(found["PATCH /orders/{id}"].statuses) >= {200, 404}
    assert found["DELETE /orders/{id}"].statuses == (204, 403)


def test_what_other_libraries_serve_is_silent() -> None:
    sources = {
        "config/routes.rb": "Rails.application.routes.draw do\n  mount Shop::API => '/shop'\n  mount Blog::App, at: '/blog'\n"
        "  resources :carts, only: :index\n  direct(:home) { 'x' }\n  resolve('Basket') { [:basket] }\nend\n",
        "app/api/shop/api.rb": "module Shop\n  class API < Grape::API\n    get :books do\n      Book.all\n    end\n  end\nend\n",
        "lib/blog/app.rb": "module Blog\n  class App < Sinatra::Base\n    get '/posts' do\n      'x'\n    end\n  end\nend\n",
        "app/controllers/carts_controller.rb": "class CartsController < InheritedResources::Base\nend\n",
    }
    (only,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    assert (only.label, only.auth, only.success) == ("GET /carts", Auth.UNKNOWN, ())


PAGES = "class PagesController < {base}\n  def a\n    render json: 1\n  end\nend\n"


def reached(routes: str, base: str = "ActionController::API", **more: str) -> Auth:
    """Whom `GET /x`, drawn so, lets in."""
    sources = {
        "config/routes.rb": f"Rails.application.routes.draw do\n{routes}\nend\n",
        "app/controllers/pages_controller.rb": PAGES.format(base=base),
        **{f"app/controllers/{name}.rb": text for name, text in more.items()},
    }
    found = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    return next(e.auth for e in found if e.path == "/x")


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("authenticated :user do\n  get 'x', to: 'pages#a'\nend", Auth.REQUIRED),
        ("unauthenticated do\n  get 'x', to: 'pages#a'\nend", Auth.NONE),
        ("constraints(->(r) { r.env['warden'].user.admin? }) do\n  get 'x', to: 'pages#a'\nend", Auth.UNKNOWN),
        ("constraints AdminConstraint.new do\n  get 'x', to: 'pages#a'\nend", Auth.UNKNOWN),
        ("get 'x', to: 'pages#a', constraints: ->(r) { r.cookies[:token].present? }", Auth.UNKNOWN),
        ("get 'x', to: 'pages#a', constraints: ->(r) { r.format == :json }", Auth.NONE),
        ("constraints subdomain: 'admin' do\n  get 'x', to: 'pages#a'\nend", Auth.NONE),
    ],
)
def test_constraints_on_callers_leave_it_open_who_comes_in(routes: str, expected: Auth) -> None:
    assert reached(routes) is expected


ASKS = "class ApplicationController < ActionController::Base\n  before_action :authenticate_user!\nend\n"


@pytest.mark.parametrize(
    ("base", "more", "expected"),
    [
        # What a controller of a gem demands stands there, unless it is known to derive from one of the application's.
        ("Shop::BaseController", {}, Auth.UNKNOWN),
        ("Shop::BaseController", {"shop": ASKS.replace("ApplicationController", "Shop::BaseController", 1)}, Auth.REQUIRED),
        ("InheritedResources::Base", {"application_controller": ASKS}, Auth.REQUIRED),
        ("ActionController::Base", {}, Auth.NONE),
    ],
)  # fmt: skip
def test_controllers_of_gems_may_demand_something(base: str, more: dict[str, str], expected: Auth) -> None:
    assert reached("get 'x', to: 'pages#a'", base, **more) is expected


TOKENS = (
    "class ApplicationController < ActionController::Base\n  acts_as_token_authentication_handler_for User{}\nend\n"
)


@pytest.mark.parametrize(
    ("fallback", "expected"),
    [("", Auth.REQUIRED), (", fallback: :exception", Auth.REQUIRED), (", fallback: :none", Auth.OPTIONAL)],
)
def test_a_token_may_be_missing_where_nothing_falls_back(fallback: str, expected: Auth) -> None:
    base = TOKENS.format(fallback)
    assert reached("get 'x', to: 'pages#a'", "ApplicationController", application_controller=base) is expected


CHECKS = (
    "class ApplicationController < ActionController::Base\n  before_action :check_user\n\n  private\n\n"
    "  def check_user\n    %s\n  end\nend\n"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if current_admin\n      redirect_to '/a'\n    elsif current_user && late?\n      redirect_to '/u'\n    end", Auth.NONE),
        ("redirect_to '/u' if user_signed_in?", Auth.NONE),
        ("redirect_to '/login' unless current_user", Auth.REQUIRED),
        ("if current_user\n      redirect_to '/u'\n    else\n      redirect_to '/login'\n    end", Auth.REQUIRED),
    ],
)  # fmt: skip
def test_a_filter_that_stops_those_who_are_signed_in_lets_strangers_pass(body: str, expected: Auth) -> None:
    base = CHECKS % body
    assert reached("get 'x', to: 'pages#a'", "ApplicationController", application_controller=base) is expected


def test_what_a_policy_decides_is_unknown() -> None:
    pages = PAGES.format(base="ActionController::API").replace("render", "authorize Page\n    render")
    sources = {
        "config/routes.rb": "Rails.application.routes.draw do\n  get 'x', to: 'pages#a'\nend\n",
        "app/controllers/pages_controller.rb": pages,
    }
    (only,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    assert only.auth is Auth.UNKNOWN


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("options", ()),
        ("options.merge(template: 'orders/x')", ()),
        ("options.merge(json: @order, status: :created)", (201,)),
        ("'orders/x'", (200,)),
        ("page", (200,)),
    ],
)
def test_a_status_may_be_among_options_that_are_handed_on(given: str, expected: tuple[int, ...]) -> None:
    body = f"  def create\n    answer({{}}, 'x')\n  end\n\n  private\n\n  def answer(options, page)\n    render {given}\n  end\n"
    controller = f"class OrdersController < ApplicationController\n{body}end\n"
    assert served(controller)["POST /orders"].statuses == expected

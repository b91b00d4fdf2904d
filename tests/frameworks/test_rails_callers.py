"""Rails: filters that are written in place, and actions that ask a policy who may call."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

ROUTES = "Rails.application.routes.draw do\n  resources :books, only: :index\nend\n"
BASE = """
class ApplicationController < ActionController::Base
  include Sessions
  %s

  private

  def stamp
    @stamped = Stamp.create(host: request.host)
  end

  def only_readers
    redirect_to "/login" unless reader
  end
end
"""
SESSIONS = """
module Sessions
  def find_reader
    Reader.find_by(id: cookies[:reader])
  end

  def guard_shelf
    raise Forbidden, "no" unless find_reader
  end

  def login_or_leave
    redirect_to "/login" if find_reader.nil?
  end
end
"""
BOOKS = """
class BooksController < ApplicationController
  %s

  def index
    %s
    render json: []
  end
end
"""


def auth(base: str = "", filters: str = "", body: str = "") -> Auth:
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": BASE % base,
        "app/controllers/concerns/sessions.rb": SESSIONS,
        "app/controllers/books_controller.rb": BOOKS % (filters, body),
    }
    (found,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    return found.auth


@pytest.mark.parametrize(
    "block",
    [
        'before_action { response.set_header("Cache-Control", "no-store") }',
        "before_action do; @x = 1; end",
        "before_action { @hidden = true unless signed_in? }",
        "before_action { Current.reader = find_reader }",
        "before_action { stamp }",
        "before_action -> { find_book(build: true) }, only: %i[index]",
        "before_action do\n    if Rails.env.production?\n      redirect_to(HOST) unless request.host == HOST\n    end\n  end",
        "included do\n    before_action { request.format = :json }\n  end",
    ],
)
def test_a_block_that_turns_nobody_away_is_no_guard(block: str) -> None:
    assert auth(base=block) is Auth.NONE
    assert auth(filters=block) is Auth.NONE


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("before_action { authenticate_reader! }", Auth.REQUIRED),
        ("before_action -> { doorkeeper_authorize! :read }", Auth.REQUIRED),
        ("before_action { redirect_to '/login' unless current_reader }", Auth.UNKNOWN),
        ("before_action { head :not_found }", Auth.UNKNOWN),
        (
            "before_action do\n    if session[:reader].nil?\n      head :gone if request.get?\n    end\n  end",
            Auth.UNKNOWN,
        ),
        ("before_action do\n    next if session[:reader]\n    raise 'no'\n  end", Auth.UNKNOWN),
        ("before_action { warden.authenticate!(scope: :reader) }", Auth.UNKNOWN),
        ("before_action { guard_shelf }", Auth.UNKNOWN),
        ("before_action { login_or_leave }", Auth.UNKNOWN),
        ("before_action { ask_for_login }", Auth.UNKNOWN),
    ],
)
def test_a_block_that_may_turn_strangers_away(block: str, expected: Auth) -> None:
    assert auth(base=block) is expected


@pytest.mark.parametrize(
    "body", ["authorize @book", "authorize! :index, Book", "@book = Book.first\n    authorize @book, :show?"]
)
def test_an_action_that_asks_a_policy_is_not_open(body: str) -> None:
    """Whoever skips the login may mean that some policy lets strangers pass."""
    opened = "skip_before_action :authenticate_user!"
    assert auth("before_action :authenticate_user!", opened) is Auth.NONE
    assert auth("before_action :authenticate_user!", opened, body) is Auth.UNKNOWN
    assert auth("before_action :authenticate_user!", "", body) is Auth.REQUIRED


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("redirect_to '/' and return unless allowed?(current_user)", Auth.UNKNOWN),
        ("return if @book.shown_to?(current_user)\n    redirect_to '/'", Auth.UNKNOWN),
        ("login_or_leave if params[:id]", Auth.UNKNOWN),
        ("pass(current_user) if params[:id]", Auth.UNKNOWN),
        ("@book = Book.find(params[:id])", Auth.NONE),
        ("redirect_to '/finished' if @book.finished?", Auth.NONE),
        ("return if params[:page].to_i <= 100\n    render json: [], status: :forbidden", Auth.NONE),
        ("return if params[:token] == TOKEN\n    render json: [], status: :forbidden", Auth.REQUIRED),
        ("return if params[:page] == reader.page\n    render json: [], status: :forbidden", Auth.REQUIRED),
        ("@hidden = current_user.nil?", Auth.NONE),
    ],
)
def test_a_filter_whose_name_tells_nothing(method: str, expected: Auth) -> None:
    helper = "def pass(reader)\n    redirect_to '/' if reader.late?\n  end"
    assert auth(base=f"before_action :go\n  def go\n    {method}\n  end\n  {helper}") is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return render(json: {}, status: :unauthorized) if current_user.blank?", Auth.UNKNOWN),
        ("return redirect_to('/login') unless current_user", Auth.REQUIRED),
        ("return redirect_to('/mine') if current_user", Auth.OPTIONAL),
        ("@mine = Book.where(reader: current_user)", Auth.OPTIONAL),
        ("if current_reader_is_admin?\n      @a = 1\n    else\n      return redirect_to('/')\n    end", Auth.REQUIRED),
        ("return redirect_to('/') if current_reader_is_admin?", Auth.NONE),
    ],
)
def test_an_action_that_looks_who_calls(body: str, expected: Auth) -> None:
    assert auth(body=body) is expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("head :unauthorized unless Shop.signed?(request)", Auth.REQUIRED),
        ("redirect_to '/' unless known?(current_user)", Auth.UNKNOWN),
        ("@book = Book.first", Auth.NONE),
    ],
)
def test_another_filter_in_place_of_the_one_that_is_skipped(method: str, expected: Auth) -> None:
    filters = "skip_before_action :authenticate_user!\n  before_action :go"
    assert auth("before_action :authenticate_user!", f"{filters}\n  def go\n    {method}\n  end") is expected


@pytest.mark.parametrize(
    ("named", "method", "expected"),
    [
        ("go", "return if user_signed_in?\n    away", Auth.UNKNOWN),
        ("if_not_signed_in", "return if user_signed_in?\n    away", Auth.REQUIRED),
        ("redirect_unless_logged_in", "away unless logged_in?", Auth.REQUIRED),
        ("go", "return if open?\n    away", Auth.NONE),
    ],
)
def test_a_filter_that_sends_strangers_away_by_a_helper(named: str, method: str, expected: Auth) -> None:
    helper = "def away\n    respond_to { |format| format.html { redirect_to '/' } }\n  end"
    assert auth(base=f"before_action :{named}\n  def {named}\n    {method}\n  end\n  {helper}") is expected
    only_others = f"before_action :{named}, unless: :devise_controller?"
    assert auth(base=f"{only_others}\n  def {named}\n    {method}\n  end\n  {helper}") is expected


def test_a_filter_that_asks_a_policy() -> None:
    filters = "skip_before_action :authenticate_user!\n  before_action :set_book"
    method = "def set_book\n    @book = Book.first\n    authorize @book\n  end"
    assert auth("before_action :authenticate_user!", f"{filters}\n  {method}") is Auth.UNKNOWN


ABILITY = """
class Ability
  include CanCan::Ability

  def initialize(user)
    %s
  end
end
"""


@pytest.mark.parametrize(
    ("filters", "abilities", "expected"),
    [
        ("load_and_authorize_resource", "can :read, Book", Auth.UNKNOWN),
        ("load_and_authorize_resource", "user ||= User.new\n    can :read, Book", Auth.UNKNOWN),
        ("load_and_authorize_resource", "can :read, Book\n    return unless user\n    can :manage, Book", Auth.UNKNOWN),
        ("load_and_authorize_resource", "return unless user\n    can :read, Book", Auth.REQUIRED),
        ("authorize_resource", "return if user.nil?\n    can :read, Book", Auth.REQUIRED),
        ("authorize_resource", "if user\n      can :read, Book\n    end", Auth.REQUIRED),
        ("authorize_resource", "if user\n      can :read, Book\n    else\n      can :read, Tag\n    end", Auth.UNKNOWN),
        ("authorize_resource if: :asked?", "return unless user\n    can :read, Book", Auth.UNKNOWN),
        ("load_resource", "return unless user", Auth.NONE),
        ("before_action :authenticate_user!\n  load_and_authorize_resource", "can :read, Book", Auth.REQUIRED),
    ],
)
def test_abilities_say_whether_strangers_may_do_something(filters: str, abilities: str, expected: Auth) -> None:
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": "class ApplicationController < ActionController::Base\nend\n",
        "app/controllers/books_controller.rb": BOOKS % (filters, ""),
        "app/models/ability.rb": ABILITY % abilities,
    }
    (found,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    assert found.auth is expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("Devise::SessionsController", Auth.NONE),
        ("DeviseTokenAuth::SessionsController", Auth.NONE),
        ("Unknown::SessionsController", Auth.UNKNOWN),
    ],
)
def test_whoever_comes_to_sign_in_finds_what_the_class_inherits(base: str, expected: Auth) -> None:
    macro = "mount_devise_token_auth_for 'User', at: 'users'" if "Token" in base else "devise_for :users"
    sources = {
        "config/routes.rb": f"Rails.application.routes.draw do\n  {macro}, controllers: {{ sessions: 'doors' }}\nend\n",
        "app/controllers/doors_controller.rb": f"class DoorsController < {base}\n  def new\n    render json: []\n  end\nend\n",
    }
    found = {e.label: e.auth for e in read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints}
    assert found["POST /users/sign_in"] is expected
    assert found["DELETE /users/sign_out"] is (Auth.REQUIRED if "Token" in base else expected)


def test_what_devise_token_auth_serves_itself() -> None:
    routes = "Rails.application.routes.draw do\n  mount_devise_token_auth_for 'User', at: 'auth'\nend\n"
    found = {e.label: e.auth for e in read({"config/routes.rb": routes.encode()}).snapshot.endpoints}
    asked = [label for label, one in found.items() if one is Auth.REQUIRED]
    assert asked == ["DELETE /auth/sign_out", "PATCH /auth", "PUT /auth", "DELETE /auth", "GET /auth/validate_token"]
    assert found["POST /auth/sign_in"] is Auth.NONE


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("skip_before_action :verify_authenticity_token if Rails.env.development?", Auth.NONE),
        ("skip_before_action :ask_reader if Rails.env.development?", Auth.UNKNOWN),
    ],
)
def test_whether_forms_are_checked_says_nothing_of_callers(filters: str, expected: Auth) -> None:
    assert auth(filters=filters) is expected


@pytest.mark.parametrize(
    ("lookup", "expected"),
    [
        ("Reader.find_by(id: doorkeeper_token.reader_id)", Auth.NONE),
        ("head(:unauthorized) if doorkeeper_token.nil?", Auth.UNKNOWN),
    ],
)
def test_a_block_of_a_concern_inside_the_class_only_looks_up_who_calls(lookup: str, expected: Auth) -> None:
    concern = f"""
class ApplicationController
  module Remembering
    included do
      before_action do
        Current.reader = current_reader
      end
    end

    def current_reader
      {lookup}
    end
  end
end
"""
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": BASE % "include Remembering",
        "app/controllers/application_controller/remembering.rb": concern,
        "app/models/remembering.rb": "module Reader\n  module Remembering\n    included do\n      devise :lockable\n    end\n  end\nend\n",
        "app/controllers/concerns/sessions.rb": SESSIONS,
        "app/controllers/books_controller.rb": BOOKS % ("", ""),
    }
    (found,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    assert found.auth is expected


def test_what_a_concern_defines_in_its_block_is_a_method_of_its_classes() -> None:
    concern = "module Sessions\n  included do\n    private\n\n    def sort_out\n      head :unauthorized unless current_user\n    end\n  end\nend\n"
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": BASE % "before_action :sort_out",
        "app/controllers/concerns/sessions.rb": concern,
        "app/controllers/books_controller.rb": BOOKS % ("", ""),
    }
    (found,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    assert found.statuses == (200, 401)
    assert "sort_out" in {f.name for f in found.before}


def test_what_unless_asks_is_not_so() -> None:
    sources = {
        "config/routes.rb": ROUTES,
        "app/controllers/application_controller.rb": BASE % "",
        "app/controllers/books_controller.rb": BOOKS % ("", "return head(:gone) unless open?"),
    }
    (found,) = read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints
    assert found.handler is not None
    assert [r.condition for r in found.handler.responses] == ["not open?", ""]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return head(:forbidden) unless admin?", Auth.REQUIRED),
        ("return redirect_to('/login') unless signed_in?", Auth.REQUIRED),
        ("return redirect_to('/shelf') if signed_in?", Auth.NONE),
        ("if params[:mine]\n      return redirect_to('/login') unless signed_in?\n    end", Auth.NONE),
        ("respond_to do |format|\n      format.html { return head(:forbidden) unless admin? }\n    end", Auth.NONE),
    ],
)
def test_an_action_sends_strangers_away_wherever_it_asks_all_of_them(body: str, expected: Auth) -> None:
    assert auth(body=body) is expected

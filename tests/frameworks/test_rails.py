"""What Rails code says: routes.rb word by word, controllers with their filters, and both linked."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.code import ClassFacts, FileFacts
from persona_lsp.facts.http import GuardKind, Route
from persona_lsp.facts.text import Hole, Ref, Text
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.rails.framework import FRAMEWORK
from persona_lsp.frameworks.rails.inflection import plural, singular
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Auth, Endpoint


def read(source: str, path: str = "config/routes.rb") -> Extracted:
    """One file."""
    return FRAMEWORK.extract(parse(path, source.encode(), LANGUAGES["ruby"]).module)


def draw(body: str) -> tuple[Route, ...]:
    """The routes of a routes.rb with that body."""
    return read(f"Rails.application.routes.draw do\n{body}\nend\n").routes


def text(value: Text) -> str:
    """A path with what is unknown in it."""
    return "".join(
        part if isinstance(part, str) else f"<{part.name if isinstance(part, Ref) else part.source}>" for part in value
    )


def table(body: str) -> list[str]:
    """`GET /x a#b` of every route, in order."""
    return [f"{'|'.join(r.methods)} {text(r.path)} {r.handler_name}".rstrip() for r in draw(body)]


def serve(files: dict[str, str]) -> tuple[Endpoint, ...]:
    """The endpoints of a project."""
    facts: dict[str, FileFacts] = {}
    for path, source in files.items():
        extraction = extract(path, source.encode())
        assert extraction is not None
        facts[path] = extraction.facts
    return link(facts).endpoints


SHOP = [
    "GET /posts posts#index",
    "POST /posts posts#create",
    "GET /posts/new posts#new",
    "GET /posts/{id}/edit posts#edit",
    "GET /posts/{id} posts#show",
    "PATCH|PUT /posts/{id} posts#update",
    "DELETE /posts/{id} posts#destroy",
]

WORDS: dict[str, list[str]] = {
    "resources :posts": SHOP,
    "resources :posts, only: %i[index show]": [SHOP[0], SHOP[4]],
    "resources :posts, only: :index": [SHOP[0]],
    "resources :posts, except: [:new, :edit, :destroy, :update]": [SHOP[0], SHOP[1], SHOP[4]],
    "resources :posts, only: []": [],
    "resources :posts, :tags, only: :index": ["GET /posts posts#index", "GET /tags tags#index"],
    "resources :posts, only: :show, param: :slug": ["GET /posts/{slug} posts#show"],
    "resources :posts, only: :show, path: 'articles', controller: 'blog/articles'": [
        "GET /articles/{id} blog/articles#show"
    ],
    "resources :posts, only: :index, module: :blog": ["GET /posts blog/posts#index"],
    "resources :posts, only: [:new, :edit], path_names: { new: 'make', edit: 'change' }": [
        "GET /posts/make posts#new",
        "GET /posts/{id}/change posts#edit",
    ],
    "resource :profile": [
        "GET /profile/new profiles#new",
        "GET /profile/edit profiles#edit",
        "GET /profile profiles#show",
        "PATCH|PUT /profile profiles#update",
        "DELETE /profile profiles#destroy",
        "POST /profile profiles#create",
    ],
    # the block comes before the resource's own routes
    "resources :posts, only: :show do\n get :feed, on: :collection\n post :like, on: :member\nend": [
        "GET /posts/feed posts#feed",
        "POST /posts/{id}/like posts#like",
        "GET /posts/{id} posts#show",
    ],
    "resources :posts, only: [] do\n member do\n  put :publish\n  patch :update\n  get 'a/b', to: 'x#y'\n end\n"
    " collection do\n  get :search\n  delete :destroy\n end\nend": [
        "PUT /posts/{id}/publish posts#publish",
        "PATCH /posts/{id} posts#update",
        "GET /posts/{id}/a/b x#y",
        "GET /posts/search posts#search",
        "DELETE /posts posts#destroy",
    ],
    "resources :posts, only: [] do\n get :preview\n get 'stats'\nend": [
        "GET /posts/{post_id}/preview posts#preview",
        "GET /posts/{post_id}/stats posts#stats",
    ],
    "resource :cart, only: [] do\n post :pay\nend": ["POST /cart/pay carts#pay"],
    "resources :posts, only: [], param: :slug do\n resources :comments, only: :show\nend": [
        "GET /posts/{post_slug}/comments/{id} comments#show"
    ],
    "resources :categories, only: [] do\n resource :cover, only: :show\nend": [
        "GET /categories/{category_id}/cover covers#show"
    ],
    "resources :posts, only: [], shallow: true do\n resources :comments, only: %i[index show]\nend": [
        "GET /posts/{post_id}/comments comments#index",
        "GET /comments/{id} comments#show",
    ],
    "namespace :api do\n shallow do\n  resources :a, only: [] do\n   resources :b, only: [] do\n"
    "    resources :c, only: %i[index show]\n   end\n  end\n end\nend": [
        "GET /api/b/{b_id}/c api/c#index",
        "GET /api/c/{id} api/c#show",
    ],
    "resources :a, only: [] do\n resources :b, only: %i[index show], shallow: true\nend": [
        "GET /a/{a_id}/b b#index",
        "GET /b/{id} b#show",
    ],
    # single routes
    "get 'x', to: 'a#b'": ["GET /x a#b"],
    "get '/x/:id' => 'a#b', as: :x": ["GET /x/{id} a#b"],
    "get 'a/b'": ["GET /a/b a#b"],
    "get 'admin/posts/list-all'": ["GET /admin/posts/list-all admin/posts#list_all"],
    "post 'x', controller: 'a', action: 'b'": ["POST /x a#b"],
    "post 'x', controller: 'a', action: :b": ["POST /x a#b"],
    "match 'x', to: 'a#b', via: %i[get post]": ["GET|POST /x a#b"],
    "match 'x', to: 'a#b', via: :all": ["ANY /x a#b"],
    "root 'a#b'": ["GET / a#b"],
    "root to: 'a#b'": ["GET / a#b"],
    "get 'x', to: redirect('/y')": ["GET /x"],
    "get 'up', to: ->(env) { [200, {}, ['ok']] }": ["GET /up"],
    "get 'x', to: Rack::App": ["GET /x"],
    "get 'x', to: Blog::PostsController.action(:feed)": ["GET /x blog/posts#feed"],
    "get ':x.json', to: 'a#b'": ["GET /{x}.json a#b"],
    "get 'a(/:b(/:c))', to: 'a#b'": ["GET /a a#b", "GET /a/{b} a#b", "GET /a/{b}/{c} a#b"],
    "get 'a(.:format)', to: 'a#b'": ["GET /a a#b"],
    "get '*path', to: 'a#b'": ["GET /{*path} a#b"],
    # scopes
    "namespace :api do\n namespace :v1 do\n  resources :posts, only: :index\n end\nend": [
        "GET /api/v1/posts api/v1/posts#index"
    ],
    "namespace :api, path: 'rest', module: 'web' do\n get 'x', to: 'a#b'\nend": ["GET /rest/x web/a#b"],
    "scope '/api' do\n get 'x', to: 'a#b'\nend": ["GET /api/x a#b"],
    "scope :api, module: :web, as: :q do\n get 'x', to: 'a#b'\nend": ["GET /api/x web/a#b"],
    "scope path: 'api', controller: :a do\n get 'x', action: :b\n get :c\nend": ["GET /api/x a#b", "GET /api/c a#c"],
    "scope 'a', 'b' do\n get 'x', to: 'a#b'\nend": ["GET /a/b/x a#b"],
    "scope '(:locale)', locale: /en|de/ do\n resources :posts, only: :index\nend": [
        "GET /posts posts#index",
        "GET /{locale}/posts posts#index",
    ],
    "scope only: :index do\n resources :posts\nend": ["GET /posts posts#index"],
    "controller :a do\n get 'x', action: :b\nend": ["GET /x a#b"],
    "controller 'a' do\n get 'x' => :b\nend": ["GET /x a#b"],
    "defaults format: :json do\n get 'x', to: 'a#b'\nend": ["GET /x a#b"],
    "with_options only: :index do |r|\n r.resources :posts\nend": ["GET /posts posts#index"],
    "with_options only: :index do\n resources :posts\nend": ["GET /posts posts#index"],
    "namespace :site do\n get 'settings'\nend": ["GET /site/settings site#settings"],
    "namespace :api do\n get 'x', controller: '/outer', action: :b\nend": ["GET /api/x outer#b"],
    "resources :posts, only: [] do\n scope module: :posts do\n  resources :likes, only: :index\n end\nend": [
        "GET /posts/{post_id}/likes posts/likes#index"
    ],
    "resources :posts, only: [] do\n namespace :admin do\n  resources :likes, only: :index\n end\nend": [
        "GET /posts/{post_id}/admin/likes admin/likes#index"
    ],
    "namespace :api do\n resources :a, only: :show, format: true\nend": ["GET /api/a/{id}.{format} api/a#show"],
    "resource :cart, only: [] do\n root to: 'a#b'\nend": ["GET /cart a#b"],
    "resources :posts, only: [], shallow: true do\n namespace :admin do\n"
    "  resources :likes, only: :show, shallow_path: 'x'\n end\nend": ["GET /admin/x/likes/{id} admin/likes#show"],
    "api_version(module: 'Api::V1', path: { value: 'api/v1' }) do\n resources :a, only: :index\nend": [
        "GET /api/v1/a api/v1/a#index"
    ],
    # concerns
    "concern :likable do\n post :like\nend\nresources :posts, only: :show, concerns: :likable": [
        "POST /posts/{post_id}/like posts#like",
        "GET /posts/{id} posts#show",
    ],
    "concern :a do |o|\n resources :likes, o\nend\nresources :posts, only: [] do\n concerns :a, only: :index\nend": [
        "GET /posts/{post_id}/likes likes#index"
    ],
    "concern :a do |o|\n resources :likes, { only: [:create] }.merge(o)\nend\nresources :posts, only: [] do\n concerns :a\nend": [
        "POST /posts/{post_id}/likes likes#create"
    ],
    "concern :a do |o|\n resources :likes, { only: [:create] }.merge(o)\nend\nresources :posts, only: [] do\n"
    " concerns :a, only: :show, kind: 'Post'\nend": ["GET /posts/{post_id}/likes/{id} likes#show"],
    "resources :posts, { only: :show }.reverse_merge(only: :index, path: 'p')": ["GET /p/{id} posts#show"],
    "resources :posts, **{ path: 'p' }.merge(only: :index)": ["GET /p posts#index"],
    "resources :posts, { only: :show }.merge(settings)": ["GET /posts/{id} posts#show"],
    # loops and conditions
    '%w[a b].each { |x| get x, to: "pages##{x}" }': ["GET /a pages#a", "GET /b pages#b"],
    "[:a, :b].each do |x|\n resources x, only: :index\nend": ["GET /a a#index", "GET /b b#index"],
    "%w[u users].each_with_index do |p, i|\n get \"#{p}/:id\" => 'users#show'\nend": [
        "GET /u/{id} users#show",
        "GET /users/{id} users#show",
    ],
    "{ a: 'x#y', b: 'z#w' }.each do |p, t|\n get p, to: t\nend": ["GET /a x#y", "GET /b z#w"],
    "Thing.all.each { |t| get t.path, to: 'a#b' }": [],
    "path = 'x'\nget path, to: 'a#b'": ["GET /x a#b"],
    "if Rails.env.test?\n get 'x', to: 'a#b'\nelse\n get 'y', to: 'a#b'\nend": ["GET /x a#b", "GET /y a#b"],
    "def crud(name)\n resources name, only: :index\nend\ncrud :posts": ["GET /posts posts#index"],
    # what only looks like a route, or cannot be read
    "Thing.get('x')": [],
    "direct(:home) { 'https://example.org' }": [],
    "get Settings.path, to: 'a#b'": ["GET /<${Settings.path}> a#b"],
    "resources :posts, only: actions": [*SHOP],
}


@pytest.mark.parametrize("body", WORDS)
def test_routes(body: str) -> None:
    assert table(body) == WORDS[body]


def test_a_route_of_several_lines_points_at_its_word() -> None:
    source = "Rails.application.routes.draw do\n  resources :posts, only: :index do\n    get :feed\n  end\nend\n"
    found = read(source).routes
    assert [source[r.where.start : r.where.end] for r in found] == ["get :feed", "resources :posts"]
    assert source[found[0].statement.start : found[0].statement.end] == "get :feed"


def test_constraints_tell_routes_apart() -> None:
    (pattern, plain) = draw("get 't/:id', to: 'a#b', constraints: { id: /[0-9]+/ }\nget 't/:id', to: 'a#c'")
    assert pattern.variants == ("id=/[0-9]+/",)
    assert plain.variants == ()
    (host, decided) = draw(
        "constraints subdomain: 'api' do\n get 'x', to: 'a#b'\nend\n"
        "constraints ->(r) { r.ssl? } do\n get 'x', to: 'a#b'\nend"
    )
    assert host.variants == ("subdomain='api'",)
    assert not host.conditional
    assert decided.conditional


def test_what_may_not_be_there_is_conditional() -> None:
    assert [r.conditional for r in draw("get 'x', to: 'a#b' if Rails.env.test?\nget 'y', to: 'a#b'")] == [True, False]
    assert all(r.conditional for r in draw("resources :posts, only: actions"))


def test_a_redirect_declares_its_status() -> None:
    (moved, found) = draw("get 'x', to: redirect('/y')\nget 'z', to: redirect('/y', status: 302)")
    assert [d.status for d in moved.declared] == [301]
    assert [d.status for d in found.declared] == [302]


def test_devise_routes_are_derived() -> None:
    found = draw(
        "scope :api do\n devise_for :users, path_names: { sign_in: :login }, controllers: { sessions: :sessions }\nend"
    )
    assert all(r.derived for r in found)
    paths = {f"{'|'.join(r.methods)} {text(r.path)} {r.handler_name}" for r in found}
    assert "POST /api/users/login sessions#create" in paths
    assert "POST /api/users devise/registrations#create" in paths


def test_a_guarded_block_of_devise_guards_its_routes() -> None:
    (route,) = draw("authenticate :user do\n get 'x', to: 'a#b'\nend")
    assert [g.kind for g in route.guards] == [GuardKind.AUTHN]


def test_an_unknown_word_hides_the_path_of_its_block() -> None:
    (route,) = draw("localized 'de' do\n get 'x', to: 'a#b'\nend")
    assert any(isinstance(part, Hole) for part in route.path)
    (found,) = serve(
        {"config/routes.rb": "Rails.application.routes.draw do\n  localized do\n get 'x', to: 'a#b'\nend\nend"}
    )
    assert not found.path_known


OWN_WORD = "module Words\n  def localized(&block)\n    %s\n  end\nend\n"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("scope('(:locale)', locale: /de|en/, &block)", "/x"),
        ("if languages.many?\n      scope '(:locale)', &block\n    else\n      yield\n    end", "/x"),
        ("scope('/v1', &block)", "/v1/x"),
        ("scope(path: 'v1') { constraints(subdomain: 'api') { instance_exec(&block) } }", "/v1/x"),
        ("scope('/v1', module: 'v1', &block)", ""),
        ("scope(PREFIX, &block)", ""),
        ("if old?\n      scope('/v1', &block)\n    else\n      scope('/v2', &block)\n    end", ""),
        ("localize(&block)", ""),
    ],
)
def test_a_word_of_the_project_says_what_stands_before_the_paths_of_its_block(body: str, path: str) -> None:
    routes = "Rails.application.routes.draw do\n  extend Words\n  localized do\n    get 'x', to: 'a#b'\n  end\nend\n"
    (found,) = serve({"config/routes.rb": routes, "app/utils/words.rb": OWN_WORD % body})
    assert (found.path if found.path_known else "") == path


def test_mounts_and_drawn_files() -> None:
    found = read(
        "Rails.application.routes.draw do\n  mount Blog::Engine, at: '/blog'\n  mount Ui => '/ui'\n  draw(:admin)\nend\n"
    )
    assert [(m.child.name, text(m.prefix)) for m in found.mounts] == [
        ("Blog.Engine.routes", "/blog"),
        ("Ui.routes", "/ui"),
        ("config/routes/admin", ""),
    ]
    drawn = read("resources :users, only: :index\n", "config/routes/admin.rb")
    assert [r.symbol for r in drawn.routers] == ["config/routes/admin"]
    assert [text(r.path) for r in drawn.routes] == ["/users"]


@pytest.mark.parametrize(
    ("call", "router"),
    [
        ("Rails.application.routes.draw", "Rails.application.routes"),
        ("Shop::Application.routes.draw", "Rails.application.routes"),
        ("Spree::Core::Engine.routes.draw", "Spree.Core.Engine.routes"),
        ("Spree::Core::Engine.routes.prepend", "Spree.Core.Engine.routes"),
        ("Spree::Core::Engine.add_routes", "Spree.Core.Engine.routes"),
    ],
)
def test_what_is_drawn_into(call: str, router: str) -> None:
    found = read(f"{call} do\n  get 'x', to: 'a#b'\nend\n")
    assert [r.router for r in found.routes] == [Ref(router)]


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("posts", "post"), ("categories", "category"), ("statuses", "status"), ("people", "person"), ("boxes", "box"),
        ("line_items", "line_item"), ("addresses", "address"), ("series", "series"), ("movies", "movie"),
        ("child_nodes", "child_node"), ("order_children", "order_child"), ("indices", "index"), ("news", "news"),
    ],
)  # fmt: skip
def test_plurals(many: str, one: str) -> None:
    assert singular(many) == one
    assert plural(one) == many


CONTROLLER = """\
class Api::ArticlesController < Api::BaseController
  include Paging

  before_action :authenticate_user!, except: %i[index show]
  before_action :set_article, only: :show
  skip_before_action :check_quota, only: :index
  before_action -> { doorkeeper_authorize! :write }, if: :strict?
  rescue_from ActiveRecord::RecordNotFound, with: :missing
  rescue_from(Quota::Exceeded) { |e| render json: { error: "slow down" }, status: :too_many_requests }

  def index; end
  def show; end

  private

  def missing
    head :not_found
  end
end
"""


def controller(source: str) -> ClassFacts:
    """The only class of a controller file."""
    (found,) = read(source, "app/controllers/api/articles_controller.rb").classes
    return found


def test_a_controller_has_actions_bases_and_filters() -> None:
    found = controller(CONTROLLER)
    assert (found.name, found.kind) == ("Api.ArticlesController", "controller")
    assert [b.name for b in found.bases] == ["Api.BaseController", "Paging"]
    assert found.methods == ("index", "show")
    assert [(g.name, g.kind, g.only, g.except_, g.skips, g.conditional) for g in found.guards] == [
        ("authenticate_user!", GuardKind.AUTHN, (), ("index", "show"), "", False),
        ("set_article", GuardKind.OTHER, ("show",), (), "", False),
        ("skip_before_action check_quota", GuardKind.OTHER, ("index",), (), "check_quota", False),
        ("doorkeeper_authorize!", GuardKind.AUTHN, (), (), "", True),
    ]


def test_errors_are_mapped() -> None:
    found = read(CONTROLLER, "app/controllers/api/articles_controller.rb")
    assert [(h.exception, h.status) for h in found.error_handlers] == [
        ("ActiveRecord.RecordNotFound", 404),
        ("Quota.Exceeded", 429),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("authenticate_user!", GuardKind.AUTHN),
        ("require_login", GuardKind.AUTHN),
        ("doorkeeper_authorize!", GuardKind.AUTHN),
        ("require_authentication", GuardKind.AUTHN),
        ("ensure_logged_in", GuardKind.AUTHN),
        ("require_admin", GuardKind.ROLE),
        ("authorize_article", GuardKind.AUTHZ),
        ("check_permissions", GuardKind.AUTHZ),
        ("set_article", GuardKind.OTHER),
        ("load_user", GuardKind.OTHER),
        ("verify_authenticity_token", GuardKind.OTHER),
        ("whatever", GuardKind.UNKNOWN),
    ],
)
def test_filters_by_name(name: str, kind: GuardKind) -> None:
    (guard,) = controller(f"class ArticlesController < ApplicationController\n  before_action :{name}\nend\n").guards
    assert guard.kind is kind


def test_models_show_associations_and_validations() -> None:
    source = (
        "class Article < ApplicationRecord\n  belongs_to :author, class_name: 'User'\n  has_many :line_items\n"
        "  validates :slug, uniqueness: true\n  devise :registerable\nend\n"
    )
    (found,) = read(source, "app/models/article.rb").classes
    assert found.kind == "entity"
    assert [(f.name, f.type, f.relation, f.unique) for f in found.fields] == [
        ("author", "User", "one", False),
        ("line_items", "LineItem", "many", False),
        ("slug", "", "", True),
    ]
    assert found.annotations == ("devise:registerable",)


CORS = "Rails.application.config.middleware.insert_before 0, Rack::Cors do\n  allow do\n    origins {}\n    resource '*'{}\n  end\nend\n"


@pytest.mark.parametrize(
    ("origins", "options", "expected"),
    [
        ("'*'", "", (True, False, "fails")),
        ("'*'", ", credentials: true", (True, True, "fails")),
        ("/.*/", ", credentials: true", (True, True, "reflects")),
        ("'https://a.example'", ", credentials: true", (False, True, "reflects")),
        ("ENV['ORIGINS']", ", credentials: true", (None, True, "reflects")),
        ("{ true }", ", credentials: true", (True, True, "reflects")),
    ],
)
def test_cors(origins: str, options: str, expected: tuple[bool | None, bool | None, str]) -> None:
    (policy,) = read(CORS.format(origins, options), "config/initializers/cors.rb").cors
    assert (policy.origins_any, policy.credentials, policy.effect) == expected


PROJECT = {
    "config/routes.rb": (
        "Rails.application.routes.draw do\n  namespace :api do\n    resources :articles, only: %i[index show create]\n  end\n"
        "  resources :pages\nend\n"
    ),
    "config/application.rb": "module App\n  class Application < Rails::Application\n    config.api_only = true\n  end\nend\n",
    "app/controllers/application_controller.rb": (
        "class ApplicationController < ActionController::API\n  before_action :require_user\n"
        "  rescue_from Conflict, with: :conflict\n\n  private\n\n"
        "  def require_user\n    head :unauthorized unless current_user\n  end\n\n"
        "  def conflict\n    render json: { error: 'taken' }, status: :conflict\n  end\nend\n"
    ),
    "app/controllers/api/application_controller.rb": (
        "class Api::ApplicationController < ApplicationController\n  skip_before_action :require_user, only: :index\nend\n"
    ),
    "app/controllers/api/articles_controller.rb": (
        "module Api\n  class ArticlesController < ApplicationController\n"
        "    def index\n      render json: Article.limit([params[:limit].to_i, 50].min)\n    end\n\n"
        "    def show\n      render json: Article.find(params[:id])\n    end\n\n"
        "    def create\n      raise Conflict if taken?\n      render json: Article.create!(title: params[:title]), status: :created\n    end\n"
        "  end\nend\n"
    ),
}


def test_what_rescues_may_stand_in_a_concern_or_above() -> None:
    concern = "module Rescues\n  def conflict\n    render json: { error: 'taken' }, status: :conflict\n  end\nend\n"
    base = PROJECT["app/controllers/application_controller.rb"].replace("  def conflict\n", "  def other\n")
    assert {e.label: e for e in serve({**PROJECT, "app/controllers/application_controller.rb": base})}[
        "POST /api/articles"
    ].statuses == (201, 401)
    base = base.replace("  before_action", "  include Rescues\n  before_action", 1)
    found = serve(
        {
            **PROJECT,
            "app/controllers/application_controller.rb": base,
            "app/controllers/concerns/rescues.rb": concern,
        }
    )
    assert {e.label: e for e in found}["POST /api/articles"].statuses == (201, 401, 409)


def linked() -> dict[str, Endpoint]:
    """The endpoints of the project by label."""
    return {e.label: e for e in serve(PROJECT)}


def test_an_api_has_no_pages_for_forms() -> None:
    assert [e.path for e in serve(PROJECT) if e.path.endswith(("new", "edit"))] == []


def test_filters_are_inherited_and_skipped() -> None:
    found = linked()
    assert found["GET /api/articles"].auth is Auth.NONE
    assert found["POST /api/articles"].auth is Auth.REQUIRED


def test_statuses_come_from_answers_finders_and_rescues() -> None:
    found = linked()
    assert found["GET /api/articles/{id}"].statuses == (200, 401, 404)
    assert found["POST /api/articles"].statuses == (201, 401, 409)


def test_inputs_are_what_actions_read() -> None:
    assert [(p.name, p.place) for p in linked()["GET /api/articles"].params] == [("limit", "query")]


def test_a_handler_that_nobody_finds_lets_nobody_say_who_comes_in() -> None:
    assert linked()["GET /pages"].auth is Auth.UNKNOWN


def test_engines_drawn_in_several_files_are_served_where_they_are_mounted() -> None:
    files = {
        "config/routes.rb": "Rails.application.routes.draw do\n  mount Blog::Engine, at: '/blog'\nend\n",
        "engines/blog/config/routes.rb": "Blog::Engine.routes.draw do\n  resources :posts, only: :index\nend\n",
        "engines/more/config/routes.rb": "Blog::Engine.routes.draw do\n  get 'x', to: 'posts#x'\nend\n",
        "engines/blog/app/controllers/blog/posts_controller.rb": (
            "module Blog\n  class PostsController < ApplicationController\n    def index = render(json: [])\n  end\nend\n"
        ),
    }
    found = {e.label: e for e in serve(files)}
    assert set(found) == {"GET /blog/posts", "GET /blog/x"}
    handler = found["GET /blog/posts"].handler
    assert handler is not None
    assert handler.name == "index"


def test_what_is_drawn_in_a_module_belongs_to_it() -> None:
    files = {
        "config/routes.rb": (
            "Rails.application.routes.draw do\n  namespace :v1 do\n    draw :staff\n  end\n"
            "  scope module: :web do\n    draw :staff\n  end\nend\n"
        ),
        "config/routes/staff.rb": "namespace :staff do\n  draw :orders\nend\ndevise_for :users\n",
        "config/routes/orders.rb": "resources :orders, only: :index\n",
        "app/controllers/v1/staff/orders_controller.rb": (
            "module V1\n  module Staff\n    class OrdersController < ActionController::API\n"
            "      def index = render(json: [])\n    end\n  end\nend\n"
        ),
    }
    found = {e.label: e for e in serve(files)}
    assert found["GET /v1/staff/orders"].handler_name == "v1/staff/orders#index"
    assert found["GET /v1/staff/orders"].handler is not None
    assert found["GET /staff/orders"].handler_name == "web/staff/orders#index"
    assert found["GET /v1/users/sign_in"].handler_name == "devise/sessions#new"


MOUNTED = "Shop::Engine.routes.draw do\n  scope Shop.admin_path do\n    get 'x', to: 'a#x'\n  end\nend\n"


@pytest.mark.parametrize(
    ("files", "path", "known"),
    [
        (
            {"lib/shop.rb": "module Shop\n  mattr_accessor :admin_path, :b\n  @@admin_path = 'staff'\nend"},
            "/staff/x",
            True,
        ),
        ({"lib/shop.rb": "module Shop\n  mattr_accessor :admin_path, default: 'staff'\nend"}, "/staff/x", True),
        (
            {"lib/shop.rb": "module Shop\n  cattr_accessor :admin_path\n  self.admin_path = 'staff'\nend"},
            "/staff/x",
            True,
        ),
        (
            {
                "config/initializers/shop.rb": "Shop.admin_path = 'office'",
                "lib/shop.rb": "module Shop\n  mattr_accessor :admin_path, default: 'staff'\nend",
            },
            "/office/x",
            True,
        ),
        ({"app/shop.rb": "class Shop < Base\n  self.admin_path = 'staff'\nend"}, "/staff/x", True),
        ({"lib/shop.rb": "module Shop\n  mattr_accessor :admin_path, default: ENV['PATH']\nend"}, "/x", False),
        ({"lib/shop.rb": "module Shop\n  mattr_accessor :b, default: 'staff'\n  @@admin_path = 'x'\nend"}, "/x", False),
        ({"spec/shop_spec.rb": "module Shop\n  mattr_accessor :admin_path, default: 'staff'\nend"}, "/x", False),
    ],
)
def test_a_module_keeps_what_stands_before_paths(files: dict[str, str], path: str, known: bool) -> None:
    (found,) = serve({"config/routes.rb": MOUNTED, **files})
    assert (found.path, found.path_known) == (path, known)


def test_what_options_nobody_can_read_is_not_certain() -> None:
    certain = draw("resources :posts, { only: :show }.merge(path: 'p')")
    unsure = draw("resources :posts, { only: :show }.merge(settings)")
    assert ([r.conditional for r in certain], [r.conditional for r in unsure]) == ([False], [True])


ACCOUNTS = {
    "config/routes.rb": "Rails.application.routes.draw do\n  devise_for :users%s\nend\n",
    "app/controllers/accounts_controller.rb": "class AccountsController < Devise::RegistrationsController\n%send\n",
}


@pytest.mark.parametrize(
    ("options", "body", "expected"),
    [
        ("", "", Auth.REQUIRED),
        (", controllers: { registrations: 'accounts' }", "", Auth.REQUIRED),
        (", controllers: { registrations: 'accounts' }", "  def edit\n    super\n  end\n", Auth.REQUIRED),
        (
            ", controllers: { registrations: 'accounts' }",
            "  skip_before_action :authenticate_scope!\n  def edit\n    super\n  end\n",
            Auth.NONE,
        ),
    ],
)
def test_devise_lets_nobody_but_the_owner_change_an_account(options: str, body: str, expected: Auth) -> None:
    routes, controller = ACCOUNTS
    found = {e.label: e for e in serve({routes: ACCOUNTS[routes] % options, controller: ACCOUNTS[controller] % body})}
    assert found["GET /users/edit"].auth is expected
    assert found["POST /users"].auth is not Auth.REQUIRED


def test_modules_of_the_model_decide_which_devise_routes_exist() -> None:
    files = {
        "config/routes.rb": "Rails.application.routes.draw do\n  devise_for :users\nend\n",
        "app/models/user.rb": "class User < ApplicationRecord\n  devise :database_authenticatable, :confirmable\nend\n",
    }
    paths = {e.path for e in serve(files)}
    assert "/users/confirmation" in paths
    assert "/users/password" not in paths
    assert "/users/sign_up" not in paths


def test_every_prefix_yields_facts() -> None:
    for source, path in (
        (PROJECT["config/routes.rb"], "config/routes.rb"),
        (CONTROLLER, "app/controllers/a_controller.rb"),
    ):
        for end in range(len(source)):
            assert extract(path, source[:end].encode()) is not None


LOOPS = "".join(f"%w[{' '.join(f'a{i}' for i in range(60))}].each do |x{k}|\n" for k in range(4))


@pytest.mark.parametrize(
    "body",
    [
        'path = "#{path}/x"\nget path, to: "a#b"',
        "a = [*a, 1]\na.each { |x| get x }",
        "o = { a: 1, **o }\nresources :a, **o",
        "def a\n a\n a\nend\na",
        "concern :a do\n concerns :a\n concerns :a\nend\nresources :x do\n concerns :a\nend",
        'get "' + "(" * 3000 + '", to: "a#b"',
        LOOPS + "get foo\n" + "end\n" * 4,
        "namespace :a do\n" * 500 + "end\n" * 500,
    ],
)
def test_routes_without_end_come_to_one(body: str) -> None:
    assert len(draw(body)) <= 20_001


def test_routes_for_developers_are_told_from_others() -> None:
    drawn = draw("""
    get "/a", to: "a#a" if Rails.env.development?
    unless Rails.env.production?
      get "/b", to: "a#b"
    end
    if Rails.env.production?
      get "/c", to: "a#c"
    else
      get "/d", to: "a#d"
    end
    get "/e", to: "a#e" if Rails.env.development? || ENV["DEBUG"]
    get "/f", to: "a#f" if Rails.env.development? && ENV["DEBUG"]
    get "/g", to: "a#g" if %w[development test].include? Rails.env
    get "/h", to: "a#h" if %w[staging test].include? Rails.env
    """)
    assert [text(r.path) for r in drawn if r.development_only] == ["/a", "/b", "/d", "/f", "/g"]
    assert all(r.conditional for r in drawn)


def test_names_and_defaults_tell_routes_to_the_same_action_apart() -> None:
    drawn = draw("""
    resources :archived_users, only: :index, path: "users/:status", controller: "users", defaults: { status: 1 }
    resources :integration_users, only: :index, path: "users/:status", controller: "users", defaults: { status: 2 }
    get "/x", to: "a#x", as: :one
    get "/x", to: "a#x", as: :two
    get "/y", to: "a#y", as: :y
    get "/y", to: "b#y", as: :z
    resource :reading, only: :show
    resource :reading, only: :show
    """)
    told = [r.variants for r in drawn]
    assert all(told[:4])
    assert len(set(told[:4])) == 4
    assert not any(told[4:])


@pytest.mark.parametrize(
    ("body", "success"),
    [
        ("@orders = Order.all", (200,)),
        ("respond_to do |format|\n format.html\n end", (200,)),
        ("redirect_to root_path if params[:x]", (200, 302)),
        ("redirect_to root_path", (302,)),
        ("render json: {}, status: :accepted", (202,)),
        ("render_orders", ()),
        ("raise NotImplementedError", ()),
    ],
)
def test_an_action_that_does_not_answer_renders_its_template(body: str, success: tuple[int, ...]) -> None:
    files = {
        "config/routes.rb": 'Rails.application.routes.draw do\n get "/a", to: "a#a"\n post "/a", to: "a#a"\nend\n',
        "app/controllers/a_controller.rb": f"class AController < ApplicationController\n def a\n {body}\n end\nend\n",
    }
    by_method = {e.method: e.success for e in serve(files)}
    assert by_method["GET"] == success
    assert by_method["POST"] == tuple(s for s in success if not (s == 200 and 202 not in success))
    files["config/application.rb"] = "class App < Rails::Application\n config.api_only = true\nend\n"
    assert {e.method: e.success for e in serve(files)}["GET"] == tuple(s for s in success if s != 200)

"""Rails: what `devise_for` draws, by its options and the modules of the model."""

from tests.harness.engine import read

DEVISE = "Rails.application.routes.draw do\n  %s\nend\n"
MODEL = "class User < ApplicationRecord\n  devise :database_authenticatable, :recoverable\nend\n"


def drawn(routes: str, **files: str) -> set[str]:
    sources = {"config/routes.rb": DEVISE % routes} | {
        f"app/models/{name.replace('__', '/')}.rb": text for name, text in files.items()
    }
    return {e.label for e in read({p: s.encode() for p, s in sources.items()}).snapshot.endpoints}


def test_a_prefix_takes_the_place_of_the_paths_around() -> None:
    assert "POST /auth/users/sign_in" in drawn("devise_for :users, path_prefix: 'auth'", user=MODEL)
    inside = drawn("scope :api do\n devise_for :users, path_prefix: 'my', path: 'account'\nend", user=MODEL)
    assert "GET /my/account/password/new" in inside
    assert not any(label.endswith("/api/account/sign_in") for label in inside)


def test_modules_stand_in_what_the_model_includes() -> None:
    concern = "class User\n  module Deviseable\n    included do\n      devise :database_authenticatable, :lockable\n    end\n  end\nend\n"
    user = "class User < ApplicationRecord\n  include User::Deviseable\nend\n"
    found = drawn("devise_for :users", user=user, user__deviseable=concern)
    assert "GET /users/unlock" in found
    assert "POST /users/sign_in" in found
    assert "GET /users/password/new" not in found
    assert "GET /users/unlock" not in drawn("devise_for :users", user=MODEL)


def test_modules_may_stand_in_a_list() -> None:
    user = "class User < ApplicationRecord\n  devise *[\n    :database_authenticatable,\n    :confirmable\n  ]\nend\n"
    found = drawn("devise_for :users", user=user)
    assert "GET /users/confirmation" in found
    assert "POST /users" not in found


def test_only_who_signs_in_elsewhere_comes_back() -> None:
    routes = "devise_for :users, controllers: { omniauth_callbacks: 'callbacks' }"
    plain = "class User < ApplicationRecord\n  devise :database_authenticatable, :invitable\nend\n"
    found = drawn(routes, user=plain)
    assert not any("/auth/" in label for label in found)
    assert {"GET /users/invitation/accept", "GET /users/invitation/remove", "PUT /users/invitation"} <= found
    assert "GET /users/auth/{provider}" in drawn(routes, user=plain.replace(":invitable", ":omniauthable"))
    assert "GET /users/auth/{provider}" in drawn(routes)
    assert not any("invitation" in label for label in drawn(routes))


def test_what_the_environment_may_say_is_what_it_is_without() -> None:
    assert "POST /staff/sign_in" in drawn("devise_for :users, path: ENV.fetch('STAFF_PATH', 'staff')", user=MODEL)
    found = drawn("namespace :api, path: ENV.fetch('API_PATH', nil) do\n resources :books, only: :index\nend")
    assert found == {"GET /books"}

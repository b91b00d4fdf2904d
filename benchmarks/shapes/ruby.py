"""A made-up back end in Ruby: Rails controllers, ActiveRecord models, services, routes."""

from collections.abc import Sequence

from benchmarks.shapes.resource import Resource

LANGUAGE = "ruby"
SUFFIX = ".rb"
CARET = r"^    (?:scope|record) = "
NAME = r"^ +def (\w+)"
STATEMENT = "checked = 1"
"""Somebody makes its name longer, key by key: the file can be parsed at each of them."""
TYPED = "total = items.select(&:visible).sum(&:amount)"
"""A statement that is typed from its first key to its last: at most of them, the file is in error."""


def one_file(resources: Sequence[Resource]) -> str:
    """Everything in one file, classes one after the other."""
    parts = ["# frozen_string_literal: true\n"]
    for r in resources:
        parts += [_model(r), _service(r), _serializer(r), _controller(r)]
    return "\n".join(parts)


def routes(resources: Sequence[Resource]) -> str:
    """config/routes.rb."""
    lines = ["Rails.application.routes.draw do", "  namespace :api do"]
    for r in resources:
        lines += [f"    resources :{r.snakes} do", f"      post :{r.verb}, on: :member", "    end"]
    return "\n".join([*lines, "  end", "end", ""])


def project(resources: Sequence[Resource]) -> dict[str, str]:
    """The folders of a Rails application."""
    files = {"config/routes.rb": routes(resources), "app/controllers/application_controller.rb": _APPLICATION}
    files["Gemfile.lock"] = _LOCK
    for r in resources:
        frozen = "# frozen_string_literal: true\n\n"
        files[f"app/models/{r.snake}.rb"] = frozen + _model(r)
        files[f"app/services/{r.snake}_{r.verb}.rb"] = frozen + _service(r)
        files[f"app/serializers/{r.snake}_serializer.rb"] = frozen + _serializer(r)
        files[f"app/controllers/api/{r.snakes}_controller.rb"] = frozen + _controller(r)
    return files


def _model(r: Resource) -> str:
    text, number = r.of("text")[0], r.of("money", "int")[0]
    checks = "\n".join(
        f"  validates :{name}, presence: true, length: {{ maximum: {r.dice.randrange(40, 400)} }}"
        if kind == "text"
        else f"  validates :{name}, {'inclusion: { in: [true, false] }' if kind == 'flag' else 'presence: true'}"
        for name, kind in r.fields
    )
    order = '"#{column} DESC"' if r.one_in(4) else "{ column => :desc }"
    return f"""# A {" ".join(r.words)}, with its lines and its owner.
class {r.pascal} < ApplicationRecord
  STATES = %w[{" ".join(r.states)}].freeze

  belongs_to :owner, class_name: "User"
  has_many :{r.words[1]}_lines, dependent: :destroy

{checks}
  validates :state, inclusion: {{ in: STATES }}

  scope :{r.states[0]}, -> {{ where(state: "{r.states[0]}") }}
  scope :of, ->(owner) {{ where(owner_id: owner.id) }}

  def self.ranked_by_{number}(column)
    where.not(state: "{r.states[2]}").order({order}).limit({r.dice.randrange(10, 80)})
  end

  def {number}_with_tax(rate = 0.{r.dice.randrange(5, 25):02})
    return 0 if {number}.nil? || state == "{r.states[2]}"

    ({number} * (1 + rate)).round(2)
  end

  def slug
    base = {text}.to_s.downcase.gsub(/[^a-z0-9]+/, "-")
    base.empty? ? "{r.snake}-#{{id}}" : base.chomp("-")
  end
end
"""


def _service(r: Resource) -> str:
    text = r.of("text")[0]
    if r.one_in(4):
        lookup = f"""    scope = {r.pascal}.where("{text} LIKE '%#{{phrase}}%'")
    scope.limit({r.dice.randrange(20, 90)})"""
    else:
        lookup = f"""    scope = {r.pascal}.where("{text} ILIKE ?", "%#{{{r.pascal}.sanitize_sql_like(phrase)}}%")
    scope.order(:id).limit({r.dice.randrange(20, 90)})"""
    body = f"""      record.update!(state: "{r.states[1]}")
      {r.pascal}History.create!({r.snake}: record, by: @user, reason: "{r.verb} by #{{@user.id}}")"""
    if not r.one_in(4):
        body = f"    {r.pascal}.transaction do\n{body}\n    end"
    else:
        body = body.replace("      ", "    ")
    loop = ""
    if r.one_in(3):
        loop = f"""    record.{r.words[1]}_lines.each do |line|
      owner = User.find(line.owner_id)
      Rails.logger.info("{r.verb} line #{{line.id}} of #{{owner.name}}")
    end
"""
    return f"""# {r.verb.capitalize()} a {" ".join(r.words)}, and find those that match.
class {r.pascal}{r.verb.capitalize()}
  def initialize(user)
    @user = user
  end

  def call(id)
    record = {r.pascal}.of(@user).find_by(id: id)
    return nil if record.nil?
    raise ArgumentError, "{r.words[1]} is {r.states[2]}" if record.state == "{r.states[2]}"

{loop}{body}
    record
  end

  def search(phrase)
{lookup}
  end
end
"""


def _serializer(r: Resource) -> str:
    rows = "\n".join(f"      {name}: @{r.snake}.{name}," for name, _ in r.fields)
    return f"""# What a client sees of a {" ".join(r.words)}.
class {r.pascal}Serializer
  def initialize({r.snake})
    @{r.snake} = {r.snake}
  end

  def as_json(*)
    {{
      id: @{r.snake}.id,
{rows}
      label: label
    }}
  end

  private

  def label
    case @{r.snake}.state
    when "{r.states[0]}" then "{r.words[1]} is {r.states[0]}"
    when "{r.states[1]}" then "{r.words[0]} {r.words[1]} was {r.states[1]}"
    else "#{{@{r.snake}.slug}} (#{{@{r.snake}.id + {r.number}}})"
    end
  end
end
"""


def _controller(r: Resource) -> str:
    listing = (
        f"    @{r.snakes} = {r.pascal}.all"
        if r.one_in(4)
        else f"    @{r.snakes} = {r.pascal}.of(current_user).order(:id)"
        f".limit([params.fetch(:limit, {r.dice.randrange(10, 60)}).to_i, 100].min)"
    )
    status = "" if r.one_in(4) else ", status: :created"
    permitted = ".permit!" if r.one_in(6) else f".permit({', '.join(':' + name for name, _ in r.fields)})"
    leak = "error.message" if r.one_in(4) else f'"{r.words[1]} cannot be {r.states[1]}"'
    guard = "" if r.one_in(6) else "  before_action :authenticate_user!\n"
    return f"""module Api
  # {" ".join(r.words).capitalize()} over HTTP.
  class {r.pascals}Controller < ApplicationController
{("  " + guard) if guard else ""}    before_action :set_{r.snake}, only: %i[show update destroy]

    def index
  {listing}
      render json: @{r.snakes}.map {{ |item| {r.pascal}Serializer.new(item) }}
    end

    def show
      render json: {r.pascal}Serializer.new(@{r.snake})
    end

    def create
      record = {r.pascal}.new({r.snake}_params.merge(owner_id: current_user.id))
      if record.save
        render json: {r.pascal}Serializer.new(record){status}
      else
        render json: {{ errors: record.errors.full_messages }}, status: :unprocessable_entity
      end
    end

    def update
      @{r.snake}.update!({r.snake}_params)
      render json: {r.pascal}Serializer.new(@{r.snake})
    end

    def destroy
      @{r.snake}.destroy!
      head :no_content
    end

    def {r.verb}
      record = {r.pascal}{r.verb.capitalize()}.new(current_user).call(params[:id])
      return head(:not_found) if record.nil?

      render json: {r.pascal}Serializer.new(record)
    rescue ArgumentError => error
      Rails.logger.warn("{r.verb} {r.words[1]}: #{{error.message}}")
      render json: {{ error: {leak} }}, status: :conflict
    end

    private

    def set_{r.snake}
      @{r.snake} = {r.pascal}.of(current_user).find(params[:id])
    end

    def {r.snake}_params
      params.require(:{r.snake}){permitted}
    end
  end
end
"""


_APPLICATION = """\
# frozen_string_literal: true

class ApplicationController < ActionController::API
  rescue_from ActiveRecord::RecordNotFound do
    render json: { error: "not found" }, status: :not_found
  end

  private

  def authenticate_user!
    head :unauthorized if current_user.nil?
  end

  def current_user
    @current_user ||= User.find_by(token: request.headers["X-Token"])
  end
end
"""
_LOCK = """\
GEM
  remote: https://rubygems.org/
  specs:
    pg (1.5.6)
    rails (7.1.3)

PLATFORMS
  ruby

DEPENDENCIES
  pg
  rails
"""

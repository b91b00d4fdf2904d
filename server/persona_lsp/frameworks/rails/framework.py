"""Ruby on Rails: routes.rb, controllers, models, the words of actions, fixes."""

from typing import Final

from persona_lsp.facts.code import Constant
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.api import Extracted, Framework
from persona_lsp.frameworks.rails import LANGUAGES
from persona_lsp.frameworks.rails.classes import classes, error_handlers, filters
from persona_lsp.frameworks.rails.cors import cors
from persona_lsp.frameworks.rails.fixes import spell
from persona_lsp.frameworks.rails.named import named
from persona_lsp.frameworks.rails.own_words import own_words
from persona_lsp.frameworks.rails.routes import draws, routes
from persona_lsp.frameworks.rails.settings import INITIALIZERS, settings
from persona_lsp.frameworks.rails.words import VOCABULARY
from persona_lsp.syntax.ir import Module

_MARKS: Final = (
    b"Controller", b"ApplicationRecord", b"ActiveRecord", b"Rails.application", b"Rack::Cors", b"Rails::", b"ActiveSupport::Concern",
    b"mattr_accessor", b"cattr_accessor", b"CanCan::Ability",
)  # fmt: skip


def detects(module: Module) -> bool:
    """The file belongs to a Rails application or engine."""
    return (
        draws(module)
        or any(mark in module.source for mark in _MARKS)
        or any(folder in f"/{module.path}" for folder in ("/app/", INITIALIZERS))
    )


def extract(module: Module) -> Extracted:
    """The routes, controllers, models and cross-origin rules of a file."""
    routers, mounts, found = routes(module) if draws(module) else ((), (), ())
    handlers = tuple(error_handlers(module))
    return Extracted(
        routers=routers,
        mounts=mounts,
        routes=(*found, *named(module)),
        error_handlers=tuple(h for h, _ in handlers),
        cors=tuple(cors(module)),
        classes=tuple(classes(module)),
        constants=tuple(_settings(module)),
        config=(*settings(module), *own_words(module)),
        inline=(*(i for _, i in handlers if i is not None), *filters(module)),
    )


def _settings(module: Module) -> list[Constant]:
    """`config.api_only = true` of the application: it takes the pages for forms away."""
    if not module.path.endswith("config/application.rb"):
        return []
    at = module.source.find(b"config.api_only = true")
    line = module.source.rfind(b"\n", 0, at) + 1
    if at < 0 or b"#" in module.source[line:at]:
        return []
    return [Constant("Rails.api_only", ("true",), Where(module.path, at, at + 22))]


FRAMEWORK: Final = Framework(
    id="rails",
    title="Ruby on Rails",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=VOCABULARY,
    spell=spell,
    order_decides=True,
    packages=("rails", "railties", "actionpack"),
    kinds=("websocket", "message"),
)

"""Flask and Quart, with Flask-RESTful, Flask-RESTX, flask-smorest, APIFlask and Flask-Classful."""

from typing import Final

from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.flask import LANGUAGES
from persona_lsp.frameworks.flask.fixes import spell
from persona_lsp.frameworks.flask.names import detects
from persona_lsp.frameworks.flask.routes import extract
from persona_lsp.frameworks.flask.words import WORDS

FRAMEWORK: Final = Framework(
    id="flask",
    title="Flask",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=WORDS,
    spell=spell,
    order_decides=False,
    packages=("flask", "quart", "flask-restful", "flask-restx", "flask-smorest", "flask-classful"),
)

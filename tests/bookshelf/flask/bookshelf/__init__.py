"""The application."""

import os

from flask import Flask, jsonify

from bookshelf.errors import register_error_handlers
from bookshelf.extensions import cors, db, jwt
from bookshelf.routes import register_routes


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET"]
    db.init_app(app)
    jwt.init_app(app)
    cors.init_app(app, origins=os.environ.get("CORS_ORIGINS", "").split(","))
    register_error_handlers(app)
    register_routes(app)

    @app.get("/health")
    def health():
        """Whether the service runs."""
        return jsonify(status="ok")

    return app

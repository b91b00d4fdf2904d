"""Packages that run in browsers: told by what their manifests depend on. They are no back end."""

from collections.abc import Mapping
from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.modules import SCRIPT, above

_BROWSER: Final = frozenset(
    {
        "react-dom", "react-native", "vue", "@angular/core", "svelte", "solid-js", "preact", "ember-source", "backbone",
        "jquery", "@ionic/core", "react", "lit", "alpinejs", "@hotwired/stimulus",
    }
)  # fmt: skip
_SERVER: Final = frozenset(
    {
        "express", "koa", "fastify", "@nestjs/core", "@hapi/hapi", "restify", "hono",
        "polka", "apollo-server", "@apollo/server", "graphql-yoga", "pg", "mysql2", "mongoose", "sequelize", "typeorm",
        "@prisma/client", "prisma", "knex", "socket.io", "jsonwebtoken", "body-parser", "sails",
        "@adonisjs/core", "moleculer", "aws-lambda", "firebase-functions", "@medusajs/framework", "ioredis",
    }
)  # fmt: skip


def front_end(files: Mapping[str, FileFacts]) -> frozenset[str]:
    """Script files whose nearest `package.json` names a browser framework and nothing of a server."""
    folders: dict[str, bool] = {}
    for path, facts in files.items():
        if path.rsplit("/", 1)[-1] == "package.json":
            packages = {name for name, _ in facts.versions}
            folders[path.rpartition("/")[0]] = not packages.isdisjoint(_BROWSER) and packages.isdisjoint(_SERVER)
    if not any(folders.values()):
        return frozenset()
    return frozenset(
        p
        for p, f in files.items()
        if f.language in SCRIPT and next((folders[folder] for folder in above(p) if folder in folders), False)
    )

"""What frameworks have of their own when routes are joined: one module for each that does not do it as FastAPI does."""

from collections.abc import Mapping
from typing import Final

from persona_lsp.workspace.linking.manner import Manner
from persona_lsp.workspace.linking.manners.aspnet import AspNet
from persona_lsp.workspace.linking.manners.django import Django
from persona_lsp.workspace.linking.manners.express import Express
from persona_lsp.workspace.linking.manners.fastapi import FastApi
from persona_lsp.workspace.linking.manners.fastify import Fastify
from persona_lsp.workspace.linking.manners.flask import Flask
from persona_lsp.workspace.linking.manners.golang import Golang
from persona_lsp.workspace.linking.manners.nestjs import NestJs
from persona_lsp.workspace.linking.manners.rails import Rails
from persona_lsp.workspace.linking.manners.rust import Rust
from persona_lsp.workspace.linking.manners.spring import Spring
from persona_lsp.workspace.names import Names

_MANNERS: Final[Mapping[str, type[Manner]]] = {
    "actix": Rust,
    "aspnet": AspNet,
    "axum": Rust,
    "chi": Golang,
    "django": Django,
    "echo": Golang,
    "express": Express,
    "fastapi": FastApi,
    "fastify": Fastify,
    "fiber": Golang,
    "flask": Flask,
    "gin": Golang,
    "gorilla": Golang,
    "nestjs": NestJs,
    "nethttp": Golang,
    "rails": Rails,
    "rocket": Rust,
    "spring": Spring,
}


def manner_of(framework: str) -> type[Manner]:
    """How the routes of a framework are joined."""
    return _MANNERS.get(framework, Manner)


class Manners:
    """The manners of one linking, each made when it is first asked for."""

    def __init__(self, names: Names) -> None:
        """Begin with none."""
        self._names = names
        self._made: dict[type[Manner], Manner] = {}

    def of(self, framework: str) -> Manner:
        """That of a framework; frameworks with the same manner share it."""
        kind = manner_of(framework)
        made = self._made.get(kind)
        if made is None:
            made = self._made[kind] = kind(self._names)
        return made

    def made(self) -> tuple[Manner, ...]:
        """Those that have been asked for."""
        return tuple(self._made.values())

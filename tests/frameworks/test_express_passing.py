"""Express: middleware that is called like a guard, and lets everybody pass."""

import pytest

from persona_lsp.extract.file import extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Auth, Snapshot

APP = """const express = require('express'); const { checkUser } = require('./auth'); const app = express();
app.get('/books', checkUser, (req, res) => res.json([]));
"""
AUTH = """const { Sequelize, User } = require('sequelize'); const jwt = require('jsonwebtoken'); const { settings, own } = require('./own');
exports.checkUser = async (req, res, next) => { BODY };
"""
OWN = """exports.settings = () => { if (!known) { known = {}; } return known; };
exports.own = (token) => { if (!token) { throw new Error('no token'); } return token; };
exports.look = (token) => token;
"""


def facts(path: str, source: str) -> FileFacts:
    extraction = extract(path, source.encode())
    assert extraction is not None
    return extraction.facts


def linked(body: str, previous: Snapshot | None = None) -> Snapshot:
    sources = {"app.js": APP, "own.js": OWN}
    known = {p: previous.files[p] if previous is not None else facts(p, s) for p, s in sources.items()}
    return link({**known, "auth.js": facts("auth.js", AUTH.replace("BODY", body))}, previous)


def auth(body: str) -> Auth:
    return linked(body).endpoints[0].auth


PASSES = {
    "a lookup": "const user = await User.findOne({ where: { key: req.header('x-key') } }); if (user) { req.user = user; } next();",
    "what is given nothing of the request": "const known = settings(); connect(User); req.locale = known.locale; next();",
    "on every way": "if (!req.headers.authorization) { return next(); } req.user = await User.findByPk(1); return next();",
    "in both branches": "if (req.session) { req.user = req.session.user; next(); } else { next(); }",
    "whose failures are caught": "try { req.user = jwt.verify(req.headers.authorization, KEY); } catch (e) { req.user = null; } next();",
    "headers": "res.set('x-seen', '1'); res.locals.key = Number(req.get('x-key')); next();",
}
REFUSES = {
    "an answer": "if (!req.user) { return res.sendStatus(401); } next();",
    "a failure": "if (!req.user) { return next(new Error('who?')); } next();",
    "an exception": "if (!req.user) { throw new Error('who?'); } next();",
    "a library that throws": "req.user = jwt.verify(req.headers.authorization, KEY); next();",
    "a library that is given a local name": "const { authorization } = req.headers; const token = authorization; jwt.verify(token, KEY); next();",
    "a function of the project that throws": "req.user = own(req.headers.authorization); next();",
    "a lookup that fails": "req.user = await User.findOne({ where: { key: req.query.key }, rejectOnEmpty: true }); next();",
    "silence": "if (req.user) { next(); }",
    "leaving": "if (!req.user) { return; } next();",
    "another function that answers": "answer(req, res); next();",
    "a callback that may not be called": "User.findByPk(req.query.id).then((user) => { req.user = user; next(); });",
    "a callback that throws": "[1].forEach(() => jwt.verify(req.query.token, KEY)); next();",
    "a catch that refuses": "try { req.user = jwt.verify(req.query.token, KEY); } catch (e) { return res.status(401).end(); } next();",
    "another way to go on": "check(req, next);",
}


@pytest.mark.parametrize("body", PASSES.values(), ids=list(PASSES))
def test_whoever_comes_passes(body: str) -> None:
    assert auth(body) is Auth.OPTIONAL


@pytest.mark.parametrize("body", REFUSES.values(), ids=list(REFUSES))
def test_somebody_may_be_refused(body: str) -> None:
    assert auth(body) is Auth.REQUIRED


def test_a_name_that_says_nothing() -> None:
    app = APP.replace("checkUser", "attach")
    body = "const { authorization } = req.headers; req.token = authorization || null; next();"
    files = {"app.js": app, "auth.js": AUTH.replace("checkUser", "attach").replace("BODY", body)}
    (found,) = link({path: facts(path, source) for path, source in files.items()}).endpoints
    assert found.auth is Auth.OPTIONAL


def test_a_guard_that_is_edited() -> None:
    before = linked(PASSES["on every way"])
    refusing = linked(REFUSES["an answer"], before)
    assert [e.auth for e in refusing.endpoints] == [Auth.REQUIRED]
    assert [e.auth for e in linked(PASSES["headers"], refusing).endpoints] == [Auth.OPTIONAL]

"""Express: handlers that let a function of their own ask who calls."""

import pytest
from tests.frameworks.test_express import APP, endpoints

from persona_lsp.workspace.snapshot import Auth

WHO = """
async function authenticate(req, res) {
  try {
    const caller = await tokenOf(req);
    if (!caller) { res.status(401).json({ error: 'who?' }); return null; }
    return caller;
  } catch { res.status(401).json({ error: 'who?' }); return null; }
}
function requireToken(req) { const token = req.headers.authorization; if (!token) { throw new HttpError(401); } return token; }
async function same(req, res, other) {
  const caller = await authenticate(req, res);
  if (!caller) { return null; }
  if (caller.id !== other) { res.status(403).end(); return null; }
  return caller;
}
function log(req) { console.log(req.method); }
function maybe(req) { return req.headers.authorization ? 1 : 0; }
async function signIn(req, res) {
  const user = await find(req.body.name);
  if (!user || user.password !== req.body.password) { return res.status(401).end(); }
  res.json(user);
}
"""
HANDLERS = {
    "a function that answers": ("const c = await authenticate(req, res); if (!c) { return; } res.json(c);", Auth.REQUIRED),
    "in the condition itself": ("if (!(await authenticate(req, res))) { return; } res.json({});", Auth.REQUIRED),
    "a function that throws": ("const t = requireToken(req); res.json(t);", Auth.REQUIRED),
    "after a look at what is asked": (
        "const id = req.query.id; if (!id) { return res.status(400).end(); } const c = await authenticate(req, res); if (!c) { return; } res.json(c);",
        Auth.REQUIRED,
    ),
    "by another function": ("const c = await same(req, res, 1); if (!c) { return; } res.json(c);", Auth.REQUIRED),
    "one function here, another there": (
        "if (req.query.a) { if (!(await authenticate(req, res))) { return; } } else { requireToken(req); } res.json({});",
        Auth.REQUIRED,
    ),
    "inside of try, by an answer": (
        "try { const c = await authenticate(req, res); if (!c) { return; } res.json(c); } catch (e) { res.status(500).end(); }",
        Auth.REQUIRED,
    ),
    "on one way only": ("if (req.query.mine) { if (!(await authenticate(req, res))) { return; } } res.json([]);", Auth.UNKNOWN),
    "thrown and caught": ("try { requireToken(req); } catch (e) { } res.json([]);", Auth.UNKNOWN),
    "after the answer": ("res.json([]); await authenticate(req, res);", Auth.UNKNOWN),
    "a function that asks nobody": ("log(req); res.json([]);", Auth.NONE),
    "a function that looks, and refuses nobody": ("const known = maybe(req); res.json({ known });", Auth.NONE),
    "a login is open": ("await signIn(req, res);", Auth.NONE),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), HANDLERS.values(), ids=list(HANDLERS))
def test_in_the_same_file(body: str, expected: Auth) -> None:
    found = endpoints({"app.js": f"{APP}{WHO}app.get('/a', async (req, res) => {{ {body} }});"})
    assert found["GET /a"].auth is expected


@pytest.mark.parametrize(("body", "expected"), HANDLERS.values(), ids=list(HANDLERS))
def test_in_another_file(body: str, expected: Auth) -> None:
    names = "authenticate, requireToken, same, log, maybe, signIn"
    found = endpoints(
        {
            "app.js": f"{APP}const {{ {names} }} = require('./who');\napp.get('/a', async (req, res) => {{ {body} }});",
            "who.js": f"{WHO}module.exports = {{ {names} }};",
        }
    )
    assert found["GET /a"].auth is expected


def test_middleware_that_lets_a_function_ask() -> None:
    guard = "const check = async (req, res, next) => { if (!(await authenticate(req, res))) { return; } next(); };"
    found = endpoints({"app.js": f"{APP}{WHO}{guard} app.get('/a', check, (req, res) => res.json([]));"})
    assert found["GET /a"].auth is Auth.REQUIRED

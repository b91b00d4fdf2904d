"""Express: functions of the project that answer for handlers, with the status that they are given."""

import pytest
from tests.frameworks.test_express import APP, endpoints

HELPERS = {
    "sendError": "function sendError(res, status, message) { res.status(status).json({ error: message }); }",
    "fail": "const fail = (res, code, message) => { return res.status(code).json({ message }); };",
    "ok": "const ok = (res, data) => res.json({ data });",
    "created": "const created = (res, data) => res.status(201).json({ data });",
    "responder": "const responder = { notFound: (res) => res.status(404).json({}), fine(res, data) { return res.json(data); } };",
    "apiResponse": "const apiResponse = (res, { status, data }) => res.status(status).json({ data });",
    "answer": "const answer = (res, options) => res.status(options.status).json({ data: options.data });",
    "refuse": "const refuse = (res, code = 400) => res.status(code).json({});",
    "reject": "const reject = (res, { status = 422, message }) => res.status(status).json({ message });",
    "broken": "const broken = (res, err) => res.status(err.status || 500).json({});",
    "missing": "const put = (res, code) => res.status(code).end(); const missing = (res) => put(res, 404);",
    "relay": "const send = (res, code) => res.sendStatus(code); const relay = (res, code) => { send(res, code); };",
    "Reply": "class Reply { static notFound(res, m) { return res.status(404).json({ m }); } }",
    "last": "const last = (code, res) => res.status(code).end();",
    "both": "const both = (req, res, code, m) => { res.status(code).json({ m }); };",
    "apart": "const apart = (res, code) => { res.status(code); res.json({}); };",
    "codes": "const codes = { GONE: 410 };",
}  # fmt: skip
CALLS = {
    "sendError(res, 404)": [404],
    "sendError(res, 404, 'no such book')": [404],
    "sendError(res, StatusCodes.CONFLICT, 'x')": [409],
    "sendError(res, codes.GONE, 'x')": [410],
    "sendError(res, req.query.x ? 404 : 410)": [404, 410],
    "sendError(res, code)": [],
    "sendError(res, req.query.code)": [],
    "return fail(res, 404, 'x')": [404],
    "ok(res, {})": [200],
    "created(res, {})": [201],
    "responder.notFound(res)": [404],
    "responder.fine(res, {})": [200],
    "apiResponse(res, { status: 404 })": [404],
    "apiResponse(res, { data: { title: 'a title that is longer than what is kept of it' }, status: 404 })": [404],
    "apiResponse(res, { ...rest })": [],
    "answer(res, { status: 201, data: 1 })": [201],
    "answer(res, options)": [],
    "refuse(res)": [400],
    "refuse(res, 403)": [403],
    "reject(res, { message: 'x' })": [422],
    "reject(res, { status: 413, message: 'x' })": [413],
    "broken(res, error)": [],
    "missing(res)": [404],
    "relay(res, 410)": [410],
    "Reply.notFound(res, 'x')": [404],
    "last(404, res)": [404],
    "both(req, res, 404, 'x')": [404],
    "apart(res, 404)": [404],
}  # fmt: skip
EXPORTS = {
    "names of CommonJS": ("const {{ {names} }} = require('./helpers');", "module.exports = {{ {names} }};"),
    "names of ESM": ("import {{ {names} }} from './helpers.js';", "export {{ {names} }};"),
}


@pytest.mark.parametrize(("importing", "exporting"), EXPORTS.values(), ids=list(EXPORTS))
@pytest.mark.parametrize(("call", "expected"), CALLS.items(), ids=list(CALLS))
def test_in_another_file(call: str, expected: list[int], importing: str, exporting: str) -> None:
    names = ", ".join(HELPERS)
    found = endpoints(
        {
            "app.js": f"{APP}{importing.format(names=names)}\napp.get('/a', (req, res) => {{ {call}; }});",
            "helpers.js": "\n".join(HELPERS.values()) + "\n" + exporting.format(names=names),
        }
    )
    assert list(found["GET /a"].statuses) == expected


@pytest.mark.parametrize(("call", "expected"), CALLS.items(), ids=list(CALLS))
def test_in_the_same_file(call: str, expected: list[int]) -> None:
    source = "\n".join(HELPERS.values())
    found = endpoints({"app.js": f"{APP}{source}\napp.get('/a', (req, res) => {{ {call}; }});"})
    assert list(found["GET /a"].statuses) == expected


def test_a_member_of_what_is_exported_as_a_whole() -> None:
    found = endpoints(
        {
            "app.js": f"{APP}const reply = require('./reply');\napp.get('/a', (req, res) => reply.fail(res, 404));\n"
            "app.get('/b', (req, res) => reply.notFound(res));",
            "reply.js": "exports.fail = (res, code) => res.status(code).json({});\nexports.notFound = (res) => exports.fail(res, 404);",
        }
    )
    assert list(found["GET /a"].statuses) == [404]
    assert list(found["GET /b"].statuses) == [404]


def test_each_handler_is_told_what_it_gives() -> None:
    """One helper, several handlers: none of them answers what another one gives."""
    source = f"{APP}{HELPERS['fail']}\napp.get('/a', (req, res) => fail(res, 404));\napp.get('/b', (req, res) => fail(res, 409));"
    found = endpoints({"app.js": source})
    assert list(found["GET /a"].statuses) == [404]
    assert list(found["GET /b"].statuses) == [409]

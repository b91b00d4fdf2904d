"""The runner: one file or all, roles, failures, stopping, order."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import Route
from persona_lsp.facts.place import Span, Where
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.topic import Topic
from persona_lsp.rules.api import EVERY_KIND, Declaration, endpoint_rule, function_rule, project_rule
from persona_lsp.rules.registry import Rule
from persona_lsp.rules.run import Stopped, run
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

TOPIC = Topic("topic", "Topic", ("topic",))


def rule(declaration: Declaration, name: str = "some-rule") -> Rule:
    return Rule(name, "family", TOPIC, declaration, "It is wrong.\n")


def file(path: str, role: str = "prod", *, is_test: bool = False) -> FileFacts:
    functions = tuple(
        Function(
            key=name,
            name=name,
            path=path,
            start=start,
            end=start + 9,
            name_span=Span(0, 1),
            language="python",
            is_test=is_test,
        )
        for start, name in ((20, "second"), (0, "first"))
    )
    return FileFacts(path, "python", role=role, functions=functions)


def snapshot(*files: FileFacts) -> Snapshot:
    return Snapshot(files={facts.path: facts for facts in files})


@function_rule(severity=Severity.WARNING, since="0.1")
def every_function(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    yield Finding(function.where, f"`{function.name}` is there.")


@function_rule(severity=Severity.WARNING, since="0.1", roles=frozenset({"test"}))
def every_test(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    yield Finding(function.where, f"`{function.name}` is there.")


@function_rule(severity=Severity.WARNING, since="0.1")
def broken(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    yield Finding(function.where, "It was said before it broke.")
    raise RuntimeError(function.name)


@project_rule(severity=Severity.WARNING, since="0.1")
def whole(snapshot: Snapshot) -> Iterator[Finding]:
    CALLS.append(1)
    for path in snapshot.files:
        yield Finding(Where(path, 0, 1), "It is there.")


@endpoint_rule(severity=Severity.WARNING, since="0.1")
def every_route(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    yield Finding(endpoint.where, f"`{endpoint.label}` is there.")


@endpoint_rule(severity=Severity.WARNING, since="0.1", kinds=EVERY_KIND)
def every_endpoint(endpoint: Endpoint, snapshot: Snapshot) -> Iterator[Finding]:
    yield Finding(endpoint.where, f"`{endpoint.label}` is there.")


def serving(path: str, *, kind: str = "http", development_only: bool = False, test: bool = False) -> Snapshot:
    """A file with one endpoint."""
    where = Where(path, 40, 49)
    route = Route(("GET",), (), "fastapi", where, where, 0, kind=kind, development_only=development_only)
    served = Endpoint("id", "GET", "/a", True, route, "fastapi", "app", "group", where, test=test)
    return Snapshot(files={path: file(path)}, endpoints=(served,), by_file={path: (served,)})


CALLS: list[int] = []


def test_findings_come_in_the_order_of_the_text() -> None:
    found = run(snapshot(file("b.py"), file("a.py")), [rule(every_function)])
    assert [(f.where.path, f.where.start) for _, f in found] == [("a.py", 0), ("a.py", 20), ("b.py", 0), ("b.py", 20)]


def test_one_file_is_what_all_files_say_about_it() -> None:
    both = snapshot(file("a.py"), file("b.py"))
    every = [found for found in run(both, [rule(every_function), rule(whole)]) if found[1].where.path == "b.py"]
    assert list(run(both, [rule(every_function), rule(whole)], "b.py")) == every


@pytest.mark.parametrize("role", ["test", "generated", "vendored", "migration", "script", "seed"])
def test_only_production_code_is_reviewed(role: str) -> None:
    assert run(snapshot(file("a.py", role)), [rule(every_function), rule(whole)]) == ()


def test_a_rule_may_ask_for_other_roles() -> None:
    assert len(run(snapshot(file("a.py", "test"), file("b.py")), [rule(every_test)])) == 2


@pytest.mark.parametrize("path", ["web/page.py", None])
def test_what_runs_in_browsers_is_not_reviewed(path: str | None) -> None:
    both = replace(snapshot(file("web/page.py"), file("a.py")), front_end=frozenset({"web/page.py"}))
    found = run(both, [rule(every_function), rule(whole)], path)
    assert {finding.where.path for _, finding in found} == ({"a.py"} if path is None else set())


@pytest.mark.parametrize("path", ["a.py", None])
def test_endpoints_that_only_developers_or_tests_meet_are_not_reviewed(path: str | None) -> None:
    assert len(run(serving("a.py"), [rule(every_route)], path)) == 1
    assert run(serving("a.py", development_only=True), [rule(every_route)], path) == ()
    assert run(serving("a.py", test=True), [rule(every_route)], path) == ()


def test_endpoints_without_a_path_are_for_rules_that_ask_for_them() -> None:
    assert run(serving("a.py", kind="graphql"), [rule(every_route)]) == ()
    assert len(run(serving("a.py", kind="graphql"), [rule(every_endpoint)])) == 1


def test_a_place_is_told_once_however_often_it_is_looked_at() -> None:
    one = serving("a.py")
    assert len(run(replace(one, endpoints=one.endpoints * 2), [rule(every_route)])) == 1


def test_functions_of_tests_are_left_out() -> None:
    assert run(snapshot(file("a.py", is_test=True)), [rule(every_function)]) == ()


def test_a_broken_rule_costs_itself_once() -> None:
    failures = []
    found = run(
        snapshot(file("a.py")),
        [rule(broken, "broken"), rule(every_function)],
        failed=lambda one, failure: failures.append((one.id, str(failure))),
    )
    assert [one.id for one, _ in found] == ["some-rule", "some-rule"]
    assert failures == [("broken", "second")]


def test_it_stops_between_rules() -> None:
    with pytest.raises(Stopped):
        run(snapshot(file("a.py")), [rule(every_function)], stop=lambda: True)


def test_the_project_is_looked_at_once_per_snapshot() -> None:
    CALLS.clear()
    both = snapshot(file("a.py"), file("b.py"))
    for path in ("a.py", "b.py", None):
        run(both, [rule(whole)], path)
    assert len(CALLS) == 1
    run(snapshot(file("a.py")), [rule(whole)])
    assert len(CALLS) == 2

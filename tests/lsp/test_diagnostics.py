"""Diagnostics: for the right text, with its version, pushed or pulled and never both."""

import copy
import time
from pathlib import Path
from typing import Any

from client import RICH, Client

URI = "untitled:a"
PULL: dict[str, Any] = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}


def pull(client: Client, uri: str = URI, previous: str | None = None) -> Any:
    params: dict[str, Any] = {"textDocument": {"uri": uri}}
    if previous:
        params["previousResultId"] = previous
    return client.request("textDocument/diagnostic", params)


def insert(line: int, character: int, text: str) -> dict[str, Any]:
    place = {"line": line, "character": character}
    return {"range": {"start": place, "end": place}, "text": text}


def test_a_client_that_can_nothing_gets_what_everybody_understands(client: Client) -> None:
    capabilities = client.initialize()["capabilities"]
    assert "diagnosticProvider" not in capabilities
    client.open(URI, "bad1\n")
    (diagnostic,) = client.diagnostics(URI, 1)
    assert set(diagnostic) == {"range", "severity", "code", "source", "message"}


def test_a_client_that_can_everything_gets_it(client: Client, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("\n\né bad1\n")
    client.initialize(RICH, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "é bad1\n")
    (diagnostic,) = client.settled(uri, lambda found: bool(found) and "relatedInformation" in found[0])
    assert diagnostic["range"]["start"] == {"line": 0, "character": 3}, "UTF-8 was negotiated"
    assert diagnostic["codeDescription"] == {"href": "https://example.org/bad-word"}
    assert diagnostic["tags"] == [1]
    assert diagnostic["data"]["fixable"] is True
    (related,) = diagnostic["relatedInformation"]
    assert related["location"]["uri"] == (tmp_path / "b.py").as_uri()
    assert related["location"]["range"]["start"] == {"line": 2, "character": 3}


def test_every_publication_has_the_version_and_the_last_one_counts(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open(URI, "x\n")
    client.diagnostics(URI, 1)
    for version in range(2, 40):
        client.change(URI, version, insert(0, 0, "bad1 "))
    assert len(client.diagnostics(URI, 39)) == 38
    versions = [params["version"] for params in client.notified("textDocument/publishDiagnostics")]
    assert versions == sorted(versions)


def test_typing_publishes_few_times_and_settles(client: Client) -> None:
    client.initialize()
    client.open(URI, "bad1\n")
    client.diagnostics(URI, 1)
    before = len(client.notified("textDocument/publishDiagnostics"))
    for version in range(2, 22):
        client.change(URI, version, insert(0, 0, "x"))
        time.sleep(0.03)
    assert client.diagnostics(URI, 21) == []
    assert len(client.notified("textDocument/publishDiagnostics")) - before <= 3


def test_what_goes_away_goes_at_once(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 5000})
    client.open(URI, "bad1\nbad2\n")
    client.diagnostics(URI, 1)
    started = time.monotonic()
    client.change(URI, 2, insert(0, 0, "x"))
    assert len(client.diagnostics(URI, 2)) == 1
    assert time.monotonic() - started < 2


def test_superseded_work_is_given_up(client: Client) -> None:
    client.initialize(initializationOptions={"debounceMs": 0})
    client.open(URI, "slow300\n")
    client.diagnostics(URI, 1)
    for version in range(2, 12):
        client.change(URI, version, insert(0, 0, "\n"))
    started = time.monotonic()
    client.diagnostics(URI, 11)
    assert time.monotonic() - started < 2.5, "eleven texts of 0.3 s each were not all looked at"


def test_closing_takes_the_squiggles_away(client: Client) -> None:
    client.initialize()
    client.open(URI, "bad1\n")
    assert client.diagnostics(URI, 1)
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    client.settled(URI, lambda found: not found)
    client.open(URI, "bad1 bad2\n", 1)
    client.settled(URI, lambda found: len(found) == 2)


def test_pulling(client: Client) -> None:
    provider = client.initialize(PULL)["capabilities"]["diagnosticProvider"]
    assert provider["workspaceDiagnostics"] is True
    client.open(URI, "bad1\n")
    first = pull(client)
    assert (first["kind"], len(first["items"])) == ("full", 1)
    assert pull(client, previous=first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
    client.change(URI, 2, insert(0, 0, "bad2 "))
    second = pull(client, previous=first["resultId"])
    assert (second["kind"], len(second["items"])) == ("full", 2)
    assert pull(client, "untitled:nobody") == {"kind": "full", "items": []}
    assert client.notified("textDocument/publishDiagnostics") == []


def test_a_pull_that_is_overtaken_is_to_be_repeated(client: Client) -> None:
    client.initialize(PULL)
    client.open(URI, "slow300 bad1\n")
    number = client.start("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    client.change(URI, 2, insert(0, 0, "bad2 "))
    error = client.wait(number)["error"]
    assert (error["code"], error["data"]) == (-32802, {"retriggerRequest": True})
    assert len(pull(client)["items"]) == 2
    # To type on is no failure: an editor shows its user a log of failures.
    assert client.error("textDocument/diagnostic", {"textDocument": 7})["code"] == -32602
    client.until(lambda: any("ERROR" in line for line in client.errors))
    assert not [line for line in client.errors if "changed meanwhile" in line]


def test_a_pulled_document_is_to_be_pulled_again_when_settings_change_its_findings(client: Client) -> None:
    client.initialize(PULL)
    client.open(URI, "bad1\n")
    first = pull(client)
    assert len(first["items"]) == 1

    def refreshes() -> int:
        return sum(m.get("method") == "workspace/diagnostic/refresh" for m in client.messages)

    before = refreshes()
    client.notify("workspace/didChangeConfiguration", {"settings": {"persona-lsp": {"ignore": ["bad-word"]}}})
    client.until(lambda: refreshes() > before)
    assert pull(client, previous=first["resultId"])["items"] == []


def test_pulling_the_workspace(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("bad1\n")
    (tmp_path / "b.py").write_text("bad2 bad3\n")
    (tmp_path / "c.py").write_text("good\n")
    client.initialize(PULL, tmp_path)
    client.open((tmp_path / "a.py").as_uri(), "bad1 bad4\n")
    client.until(lambda: any(m.get("method") == "workspace/diagnostic/refresh" for m in client.messages))
    pull(client, (tmp_path / "a.py").as_uri())
    report = client.request("workspace/diagnostic", {"previousResultIds": []})
    found = {item["uri"].rsplit("/", 1)[1]: len(item["items"]) for item in report["items"]}
    assert found == {"a.py": 2, "b.py": 2}
    previous = [{"uri": item["uri"], "value": item["resultId"]} for item in report["items"]]
    number = client.start("workspace/diagnostic", {"previousResultIds": previous})
    time.sleep(0.2)
    assert number not in client.answers, "nothing is new, so the answer waits"
    (tmp_path / "b.py").unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "b.py").as_uri(), "type": 3}]})
    report = client.wait(number)["result"]
    kinds = {item["uri"].rsplit("/", 1)[1]: (item["kind"], item.get("items")) for item in report["items"]}
    assert kinds["b.py"] == ("full", [])
    assert kinds["a.py"] == ("unchanged", None)


def test_pulling_a_workspace_without_findings_again_and_again(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("good\n")
    client.initialize(PULL, tmp_path)
    client.until(lambda: any(m.get("method") == "workspace/diagnostic/refresh" for m in client.messages))
    assert client.request("workspace/diagnostic", {"previousResultIds": []}) == {"items": []}
    number = client.start("workspace/diagnostic", {"previousResultIds": []})
    client.request("workspace/symbol", {"query": "nothing"})
    client.request("workspace/symbol", {"query": "nothing"})
    assert number not in client.answers, "nothing is new, so the answer waits"
    (tmp_path / "b.py").write_text("bad1\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "b.py").as_uri(), "type": 1}]})
    (item,) = client.wait(number)["result"]["items"]
    assert item["uri"] == (tmp_path / "b.py").as_uri()


def test_a_document_that_is_closed_between_two_pulls_of_the_workspace_is_taken_back_in_two_of_them(
    client: Client, tmp_path: Path
) -> None:
    client.initialize(PULL, tmp_path)
    assert client.request("workspace/diagnostic", {"previousResultIds": []}) == {"items": []}
    client.open(URI, "bad1\n")
    assert len(pull(client)["items"]) == 1
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})

    def workspace(known: str) -> dict[str, str]:
        previous = [{"uri": URI, "value": known}] if known else []
        (item,) = client.request("workspace/diagnostic", {"previousResultIds": previous})["items"]
        assert (item["uri"], item["kind"], item["items"]) == (URI, "full", [])
        return item

    # The first answer may reach the client while it still waits for its last own question about the document.
    first = workspace("")
    second = workspace(first["resultId"])
    assert first["resultId"] != second["resultId"]
    number = client.start("workspace/diagnostic", {"previousResultIds": [{"uri": URI, "value": second["resultId"]}]})
    client.request("workspace/symbol", {"query": "nothing"})
    assert number not in client.answers, "nothing is new, so the answer waits"


def test_pulling_a_settings_file_is_answered(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "persona-lsp.toml"
    file.write_text("")
    client.initialize(PULL, tmp_path)
    client.open(file.as_uri(), "persna = 1\n", language="toml")
    assert pull(client, file.as_uri())["items"] == []
    problems = client.notified("textDocument/publishDiagnostics")[-1]
    assert "did you mean `persona`?" in problems["diagnostics"][0]["message"]


def test_pulling_the_workspace_with_uris_as_another_client_spells_them(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "a & b"
    folder.mkdir()
    (folder / "c@d.py").write_text("bad1\n")
    client.initialize(PULL, folder)
    client.until(lambda: any(m.get("method") == "workspace/diagnostic/refresh" for m in client.messages))
    (item,) = client.request("workspace/diagnostic", {"previousResultIds": []})["items"]
    other = item["uri"].replace("%26", "&").replace("%40", "@")
    assert other != item["uri"]
    (folder / "e.py").write_text("bad1\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (folder / "e.py").as_uri(), "type": 1}]})
    previous = [{"uri": other, "value": "of an earlier text"}]
    report = client.request("workspace/diagnostic", {"previousResultIds": previous})
    first, second = report["items"]
    assert (first["uri"], len(first["items"])) == (other, 1)
    assert second["uri"].endswith("/e.py")


def test_only_on_save(client: Client) -> None:
    client.initialize(initializationOptions={"run": "onSave", "debounceMs": 0})
    client.open(URI, "bad1\n")
    client.diagnostics(URI, 1)
    client.change(URI, 2, insert(0, 0, "bad2 "))
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    assert [p["version"] for p in client.notified("textDocument/publishDiagnostics")] == [1]
    client.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    assert len(client.diagnostics(URI, 2)) == 2
    client.change(URI, 3, insert(0, 0, "bad3 "))
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    assert [p["version"] for p in client.notified("textDocument/publishDiagnostics")] == [1, 2]


def test_only_when_asked(client: Client) -> None:
    client.initialize(initializationOptions={"run": "manual"})
    client.open(URI, "bad1\n")
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    assert client.notified("textDocument/publishDiagnostics") == []
    client.request("workspace/executeCommand", {"command": "persona-lsp.review", "arguments": [URI]})
    assert len(client.diagnostics(URI, 1)) == 1


def test_a_review_that_is_asked_for_while_the_text_is_looked_at(client: Client) -> None:
    client.initialize(initializationOptions={"run": "manual", "debounceMs": 0})
    review = {"command": "persona-lsp.review", "arguments": [URI]}
    client.open(URI, "slow300 bad1\n")
    client.request("workspace/executeCommand", review)
    assert len(client.diagnostics(URI, 1)) == 1
    client.change(URI, 2, insert(0, 0, "bad2 "))
    client.request("workspace/executeCommand", review)
    assert len(client.diagnostics(URI, 2)) == 2
    client.change(URI, 3, insert(0, 0, "bad3 "))
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    assert [p["version"] for p in client.notified("textDocument/publishDiagnostics")] == [1, 2]


def test_problems_of_settings_are_told_once_and_three_at_a_time(client: Client, tmp_path: Path) -> None:
    settings = tmp_path / "persona-lsp.toml"
    settings.write_text("".join(f"unknown-{number} = 1\n" for number in range(5)))
    client.initialize(RICH, tmp_path)

    def said() -> list[str]:
        return [shown["message"] for shown in client.notified("window/showMessage")]

    client.until(lambda: len(said()) >= 4)
    assert ["unknown" in text for text in said()] == [True, True, True, False]
    assert said()[3] == "persona-lsp: and 2 more problems with the settings"
    settings.write_text(settings.read_text() + "another = 1\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 2}]})
    client.until(lambda: len(said()) >= 5)
    client.request("workspace/symbol", {"query": "nothing"})
    assert len(said()) == 5
    assert "another" in said()[4]


def test_another_file_changes_what_is_said_here(client: Client, tmp_path: Path) -> None:
    capabilities = copy.deepcopy(RICH)
    client.initialize(capabilities, tmp_path, initializationOptions={"debounceMs": 0})
    one, other = (tmp_path / "a.py").as_uri(), (tmp_path / "b.py").as_uri()
    client.open(one, "bad1\n")
    client.settled(one, lambda found: len(found) == 1)
    client.open(other, "bad1\n")
    client.settled(one, lambda found: bool(found) and "relatedInformation" in found[0])
    client.notify("textDocument/didClose", {"textDocument": {"uri": other}})
    client.settled(one, lambda found: bool(found) and "relatedInformation" not in found[0])


def test_findings_wait_for_the_first_index(client: Client, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("slow400 bad1\n")
    capabilities = copy.deepcopy(RICH)
    client.initialize(capabilities, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, "bad1\n")
    assert "relatedInformation" in client.diagnostics(uri, 1)[0], "the first publication already knows the other file"

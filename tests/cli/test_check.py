"""`persona-lsp check`, run as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import LEAK, ONLY, SERVER, Command
from tests.cli.test_formats import check_sarif


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


class TestExitCode:
    def test_findings_are_1(self, command: Command, shop: Path) -> None:
        assert command("check", "shop", *ONLY).returncode == 1

    def test_no_findings_are_0(self, command: Command, write: Callable[[str, str], Path]) -> None:
        write("empty/a.py", "x = 1\n")
        done = command("check", "empty")
        assert (done.returncode, done.stdout) == (0, "no findings in 1 file\n")

    def test_findings_below_the_threshold_are_0(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").write_text('[severity]\nduplicate-route = "hint"\n')
        assert command("check", "shop", *ONLY).returncode == 0
        assert command("check", "shop", *ONLY, "--fail-on", "hint").returncode == 1
        assert command("check", "shop", *ONLY, "--fail-on", "never").returncode == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("nowhere",), "there is no file or folder `nowhere`"),
            (("shop", "--format", "xml"), "'xml' is not one of"),
            (("shop", "--select", "duplicate-rout"), "duplicate-route"),
            (("shop", "--persona", "nobody"), "there is no persona `nobody`"),
            (("shop", "--persona", "./nobody.md"), "there is no persona file `./nobody.md`"),
            (("shop", "--config", "nowhere.toml"), "the settings file `nowhere.toml` cannot be read"),
            (("shop", "--baseline", "nowhere.json"), "the baseline `nowhere.json` cannot be read"),
            (("shop", "--baseline", "shop/main.py"), "is no baseline"),
            (("shop", "--output", "nowhere/report.txt"), "`nowhere/report.txt` cannot be written"),
        ],
    )
    def test_wrong_usage_is_2_and_says_what_is_wrong(
        self, command: Command, shop: Path, arguments: tuple[str, ...], said: str
    ) -> None:
        done = command("check", *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


class TestFindings:
    def test_text_shows_the_source_with_carets(self, command: Command, shop: Path) -> None:
        out = command("check", "shop", *ONLY).stdout
        assert f"{Path('shop/main.py')}:" in out
        assert "^^^" in out
        assert "(duplicate-route)" in out
        assert "\x1b" not in out

    def test_json_is_relative_to_the_path_given(self, command: Command, shop: Path) -> None:
        (found,) = rows(command("check", "shop", *ONLY, "--format", "json"))
        assert list(found) == (
            "rule severity file line column endLine endColumn message persona commitment fixable".split()
        )
        assert (found["rule"], found["file"]) == ("duplicate-route", "main.py")
        assert found["persona"] == "backend-developer"
        assert found["commitment"].startswith("You ")
        assert found["line"] in (6, 11)

    def test_the_current_folder_is_the_default(self, command: Command, shop: Path) -> None:
        (found,) = rows(command("check", *ONLY, "--format", "json", cwd=shop))
        assert found["file"] == "main.py"

    def test_several_paths_are_one_project(
        self, command: Command, shop: Path, write: Callable[[str, str], Path]
    ) -> None:
        write("other/a.py", "x = 1\n")
        (found,) = rows(command("check", "shop/main.py", "other", *ONLY, "--format", "json"))
        assert found["file"] == "shop/main.py"

    def test_sarif_is_valid(self, command: Command, shop: Path) -> None:
        log = json.loads(command("check", "shop", *ONLY, "--format", "sarif").stdout)
        check_sarif(log)
        (result,) = log["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/main.py"
        assert result["partialFingerprints"]

    def test_github_annotations_are_relative_to_where_it_runs(self, command: Command, shop: Path) -> None:
        assert "file=shop/main.py,line=" in command("check", "shop", *ONLY, "--format", "github").stdout

    def test_a_report_goes_to_a_file(self, command: Command, shop: Path, tmp_path: Path) -> None:
        done = command("check", "shop", *ONLY, "--format", "junit", "--output", "report.xml")
        assert (done.returncode, done.stdout) == (1, "")
        assert "<testsuites" in (tmp_path / "report.xml").read_text()

    def test_ignore_and_select(self, command: Command, shop: Path) -> None:
        assert rows(command("check", "shop", *ONLY, "--ignore", "duplicate-route", "--format", "json")) == []

    @pytest.mark.parametrize("family", ["status-codes", "status_codes"])
    def test_a_family_by_either_of_its_names(self, command: Command, shop: Path, family: str) -> None:
        assert rows(command("check", "shop", "--select", family, "--format", "json")) == []

    def test_statistics(self, command: Command, shop: Path) -> None:
        assert command("check", "shop", *ONLY, "--statistics").stdout.split()[:1] == ["1"]

    def test_quiet_prints_findings_only(self, command: Command, shop: Path) -> None:
        (shop / "main.py").write_text("x = 1\n")
        assert command("check", "shop", "--quiet").stdout == ""

    def test_colours_when_asked_for(self, command: Command, shop: Path) -> None:
        assert "\x1b[" in command("check", "shop", *ONLY, "--color", "always", env={"TERM": "xterm-256color"}).stdout
        assert "\x1b[" not in command("check", "shop", *ONLY, "--color", "never", env={"FORCE_COLOR": "1"}).stdout

    def test_the_same_findings_from_the_cache_and_from_processes(self, command: Command, shop: Path) -> None:
        for number in range(30):
            (shop / f"part{number}.py").write_text(f"NUMBER = {number}\n" * 3000)
        cold = command("check", "shop", *ONLY, "--format", "json", "--jobs", "2")
        warm = command("check", "shop", *ONLY, "--format", "json")
        alone = command("check", "shop", *ONLY, "--format", "json", "--jobs", "1", "--no-cache")
        assert rows(cold) == rows(warm) == rows(alone)
        assert len(rows(cold)) == 1


class TestAgain:
    """A second run, which finds the report of the first one in the cache."""

    @pytest.fixture(autouse=True)
    def many_files(self, shop: Path) -> None:
        for number in range(20):
            (shop / f"part{number}.py").write_text(f"x = {number}\n")

    @pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
    def test_it_says_the_same(self, command: Command, shop: Path, form: str) -> None:
        fresh = command("check", "shop", "--format", form, "--no-cache")
        first, again = command("check", "shop", "--format", form), command("check", "shop", "--format", form)
        assert (again.stdout, again.stderr, again.returncode) == (fresh.stdout, fresh.stderr, fresh.returncode)
        assert first.stdout == again.stdout != ""

    def test_a_changed_file_is_seen(self, command: Command, shop: Path) -> None:
        assert len(rows(command("check", "shop", *ONLY, "--format", "json"))) == 1
        text = (shop / "main.py").read_text()
        (shop / "main.py").write_text("\n\n" + text)
        first, again = (
            rows(command("check", "shop", *ONLY, "--format", "json", *flag)) for flag in ([], ["--no-cache"])
        )
        assert first == again
        (shop / "main.py").write_text("x = 1\n")
        assert rows(command("check", "shop", *ONLY, "--format", "json")) == []

    def test_changed_settings_are_seen(self, command: Command, shop: Path) -> None:
        assert len(rows(command("check", "shop", *ONLY, "--format", "json"))) == 1
        (shop / "persona-lsp.toml").write_text('severity = { duplicate-route = "hint" }\n')
        (row,) = rows(command("check", "shop", *ONLY, "--format", "json"))
        assert row["severity"] == "hint"

    def test_a_changed_persona_is_seen(self, command: Command, shop: Path) -> None:
        agents = shop / ".claude" / "agents"
        agents.mkdir(parents=True)
        for sentence in ("You design clean RESTful APIs.", "You design tidy RESTful APIs."):
            (agents / "own.md").write_text(f"---\nname: own\ndescription: Reviews.\n---\n{sentence}\n")
            (row,) = rows(command("check", "shop", *ONLY, "--persona", "own", "--format", "json"))
            assert row["commitment"] == sentence

    def test_a_new_baseline_is_seen(self, command: Command, shop: Path) -> None:
        assert len(rows(command("check", "shop", *ONLY, "--format", "json"))) == 1
        command("check", "shop", *ONLY, "--write-baseline", "known.json")
        assert rows(command("check", "shop", *ONLY, "--baseline", "known.json", "--format", "json")) == []

    def test_fixes_are_found_again(self, command: Command, shop: Path) -> None:
        (shop / "leak.py").write_text(LEAK)
        only = ("--select", "error-leaks-internals")
        fixes = []
        for _ in range(2):
            report = json.loads(command("check", "shop", *only, "--format", "sarif").stdout)
            (result,) = report["runs"][0]["results"]
            fixes.append(result["fixes"])
        assert fixes[0] == fixes[1] != []
        command("check", "shop", *only, "--fix")
        assert rows(command("check", "shop", *only, "--format", "json")) == []


class TestFiles:
    def test_ignored_files_are_left_out_unless_they_are_asked_for(self, command: Command, shop: Path) -> None:
        (shop / ".gitignore").write_text("main.py\n")
        assert rows(command("check", "shop", *ONLY, "--format", "json")) == []
        assert len(rows(command("check", "shop/main.py", *ONLY, "--format", "json"))) == 1

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"\xff\xfe\x00",
            b"\x00" * 100,
            b"\xef\xbb\xbfx = 1\r\n",
            b"x = '\xff\xfe'\r\ry = 2",
            b"def f(:\n  @app.get(",
            b"(" * 20_000,
            b"x = 1\n" * 300_000,
        ],
        ids=["empty", "utf-16", "nul", "bom", "invalid", "half-typed", "deep", "long"],
    )
    def test_bad_input_is_no_crash_and_no_finding(self, command: Command, tmp_path: Path, text: bytes) -> None:
        (tmp_path / "a.py").write_bytes(text)
        done = command("check", ".", "--format", "json")
        assert (done.returncode, json.loads(done.stdout)) == (0, [])
        assert "internal error" not in done.stderr
        assert "please report" not in done.stderr

    @pytest.mark.parametrize("text", [b"\xff\xfex\x00", b"\x00" * 100], ids=["utf-16", "nul"])
    def test_what_was_asked_for_and_not_reviewed_is_no_success(
        self, command: Command, tmp_path: Path, text: bytes
    ) -> None:
        (tmp_path / "a.py").write_bytes(text)
        done = command("check", "a.py", "--format", "json")
        assert (done.returncode, json.loads(done.stdout)) == (2, [])
        assert "a.py: is " in done.stderr

    def test_a_fix_leaves_write_protected_files_alone(self, command: Command, shop: Path) -> None:
        leak = shop / "leak.py"
        leak.write_text(LEAK)
        leak.chmod(0o444)
        done = command("check", "shop", "--select", "error-leaks-internals", "--fix")
        assert "leak.py: cannot be written: is write-protected" in done.stderr
        assert leak.read_text() == LEAK

    @pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
    def test_names_that_are_no_text_can_be_reported(self, command: Command, shop: Path, form: str) -> None:
        text = (shop / "main.py").read_bytes().replace(b"/books", b"/b\xff\xe2\x80\xae/{\xfeid}")
        (shop / "main.py").write_bytes(text)
        done = command("check", "shop", *ONLY, "--format", form)
        assert (done.returncode, done.stderr) == (1, "")
        assert "\ufffd" in done.stdout

    def test_a_terminal_that_knows_no_unicode_is_no_crash(self, command: Command, shop: Path) -> None:
        done = command("check", "shop", *ONLY, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
        assert (done.returncode, done.stderr) == (1, "")

    def test_a_file_above_the_limit_is_a_message(self, command: Command, shop: Path) -> None:
        (shop / "big.py").write_bytes(b"x = 1\n" * 1_000_000)
        done = command("check", "shop", *ONLY, "--format", "json")
        assert len(rows(done)) == 1
        assert "big.py: has 6.0 MB, more than `max-file-size`" in done.stderr

    def test_a_damaged_cache_is_no_trouble(self, command: Command, shop: Path, tmp_path: Path) -> None:
        for number in range(20):
            (shop / f"part{number}.py").write_text(f"x = {number}\n")
        cache = tmp_path / "cache"
        env = {"PERSONA_LSP_CACHE_DIR": str(cache)}
        first = rows(command("check", "shop", *ONLY, "--format", "json", env=env))
        packs = sorted(cache.glob("*.pack"))
        assert len(packs) == 2, "the facts and the last report"
        for pack in packs:
            data = pack.read_bytes()
            pack.write_bytes(data[: len(data) // 2] + b"\xc1" * 50)
        assert rows(command("check", "shop", *ONLY, "--format", "json", env=env)) == first


class TestSettings:
    def test_a_bad_value_is_a_message_and_the_default(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").write_text('max-file-size = "huge"\nselect = ["duplicate-route"]\n')
        done = command("check", "shop", "--format", "json")
        assert len(rows(done)) == 1
        assert "`max-file-size` must be" in done.stderr

    def test_a_file_that_is_no_toml_is_a_message(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").write_text("select = [")
        done = command("check", "shop", *ONLY, "--format", "json")
        assert len(rows(done)) == 1
        assert "is not valid TOML" in done.stderr

    def test_settings_are_found_in_a_folder_above(self, command: Command, shop: Path) -> None:
        (shop.parent / "pyproject.toml").write_text('[tool.persona-lsp]\nignore = ["duplicate-route"]\n')
        assert "duplicate-route" not in command("check", "shop").stdout

    def test_exclude_and_another_settings_file(self, command: Command, shop: Path, tmp_path: Path) -> None:
        (tmp_path / "other.toml").write_text('exclude = ["main.py"]\n')
        assert rows(command("check", "shop", "--config", "other.toml", "--format", "json")) == []

    def test_a_persona_of_the_workspace_reviews(self, command: Command, shop: Path) -> None:
        agents = shop / ".claude/agents"
        agents.mkdir(parents=True)
        (agents / "api-reviewer.md").write_text(
            "---\nname: api-reviewer\ndescription: Reviews APIs\n---\nYou design clear API routes without duplicates.\n"
        )
        (found,) = rows(command("check", "shop", *ONLY, "--persona", "api-reviewer", "--format", "json"))
        assert found["persona"] == "api-reviewer"
        assert rows(
            command("check", "shop", *ONLY, "--persona", "shop/.claude/agents/api-reviewer.md", "--format", "json")
        )


class TestBaseline:
    def test_what_is_known_is_not_shown_again(self, command: Command, shop: Path) -> None:
        written = command("check", "shop", *ONLY, "--write-baseline", "known.json")
        assert (written.returncode, written.stderr) == (0, "1 finding written to known.json\n")
        # Moving the code does not make it new.
        (shop / "main.py").write_text("# moved\n\n" + (shop / "main.py").read_text())
        done = command("check", "shop", *ONLY, "--baseline", "known.json")
        assert (done.returncode, done.stdout) == (0, "no findings in 1 file, 1 known from the baseline\n")

    def test_a_new_one_is_shown(self, command: Command, shop: Path) -> None:
        command("check", "shop", *ONLY, "--write-baseline", "known.json")
        with (shop / "main.py").open("a") as file:
            file.write(
                '\n\n@app.get("/authors")\ndef a():\n    return []\n\n\n@app.get("/authors")\ndef b():\n    return []\n'
            )
        assert len(rows(command("check", "shop", *ONLY, "--baseline", "known.json", "--format", "json"))) == 1

    def test_one_of_many_that_is_new_is_shown_alone(self, command: Command, write: Callable[[str, str], Path]) -> None:
        def leak(name: str) -> str:
            return (
                f"""\n\n@app.get("/{name}")\ndef {name}():\n    try:\n        return load()\n"""
                """    except Exception as error:\n        raise HTTPException(status_code=500, detail=str(error))\n"""
            )

        head = "from fastapi import FastAPI, HTTPException\n\napp = FastAPI()\n"
        write("shop/main.py", head + leak("a") + leak("b"))
        only = ("--select", "error-leaks-internals")
        (one,) = rows(command("check", "shop", *only, "--format", "json"))
        assert one["message"].startswith("`str(error)` and 1 more answer of this file ")
        written = command("check", "shop", *only, "--write-baseline", "known.json")
        assert written.stderr == "2 findings written to known.json\n"
        # The first one goes, another one comes.
        write("shop/main.py", head + leak("b") + leak("c"))
        (one,) = rows(command("check", "shop", *only, "--baseline", "known.json", "--format", "json"))
        assert one["message"].startswith("`str(error)` goes to the client ")
        assert one["line"] == 19


class TestStart:
    def loaded(self, *arguments: str, cwd: Path) -> set[str]:
        script = (
            "import sys\nfrom persona_lsp.cli.commands import run\nrun(sys.argv[1:])\n"
            "print(' '.join(sys.modules), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(SERVER)},
            capture_output=True,
            text=True,
            check=True,
        )
        return {name.partition(".")[0] for name in done.stderr.split()}

    @pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
    def test_check_loads_neither_the_protocol_nor_what_it_does_not_need(self, shop: Path, form: str) -> None:
        loaded = self.loaded("check", ".", "--format", form, cwd=shop)
        assert loaded & {"pygls", "lsprotocol", "anthropic", "sqlglot", "rich", "platformdirs", "asyncio"} == set()


class TestNamesInFiles:
    def test_a_name_that_does_not_exist_is_told_and_leaves_nothing_out(self, command: Command, shop: Path) -> None:
        (shop / "persona-lsp.toml").write_text('select = ["nosuch"]\nignore = ["duplicat-route"]\n')
        done = command("check", "shop")
        assert done.returncode == 1
        assert "did you mean `duplicate-route`?" in done.stderr
        assert "duplicate-route" in done.stdout

    def test_a_persona_of_a_file_that_does_not_exist_is_told_and_the_default_reviews(
        self, command: Command, shop: Path
    ) -> None:
        (shop / "persona-lsp.toml").write_text('persona = "nosuch"\n')
        done = command("check", "shop")
        assert done.returncode == 1
        assert "there is no persona `nosuch`" in done.stderr
        assert command("check", "shop", "--persona", "nosuch").returncode == 2

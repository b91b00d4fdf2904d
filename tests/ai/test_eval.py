"""`persona-lsp eval`: the cases that are shipped are sound, and what it counts is counted rightly, over recorded answers."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fake import Answer, Fake, Heard

from persona_lsp import review as facade
from persona_lsp.ai import cases, prompts
from persona_lsp.ai.cases import Case, CaseError, Label
from persona_lsp.ai.scoring import judge, total
from persona_lsp.ai.wire import AiFinding
from persona_lsp.cli import project as projects
from persona_lsp.cli.commands import run
from persona_lsp.cli.evaluate import subject_of
from persona_lsp.review.profile import Profile

RECORDED = Path(__file__).parent / "recorded"
CASES = cases.load()


@pytest.fixture(scope="module")
def profile() -> Profile:
    project = projects.project((str(Path(__file__).parents[2] / "personas"),))
    compiled, _ = projects.compiled_persona(project)
    return facade.profile(compiled, project.settings)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_a_case_is_an_endpoint_that_holds_its_labels(case: Case, profile: Profile) -> None:
    subject = subject_of(case, profile)
    assert subject.kind == "endpoint"
    said = [one for one in subject.findings if not one.endswith("(comment-to-the-reviewer)")]
    assert said == [], "what the static analysis says is not to be said again"
    for label in (*case.find, *case.may, *case.never):
        assert label.at in subject.text
        assert label.about
        assert label.why.endswith(".")


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 20
    languages = Counter(Path(case.path).suffix for case in CASES)
    assert set(languages) == {".py", ".js", ".ts", ".java", ".rb", ".go", ".cs", ".rs"}
    assert sum(not case.find for case in CASES) >= 4, "code that is fine, and looks as if it were not"
    assert {path.stem for path in RECORDED.glob("*.sse")} == {case.name for case in CASES}


def recorded(heard: Heard) -> Answer:
    """The answer to the case whose path and words were sent."""
    found = [
        case
        for case in CASES
        if f"in {Path(case.path).name}," in heard.question
        and all(re.sub(r"\s+", "", label.at.split("\n")[0]) in re.sub(r"\s+", "", heard.question) for label in (*case.find, *case.never))
    ]  # fmt: skip
    assert len(found) == 1, [case.name for case in found]
    return Answer(raw=(RECORDED / f"{found[0].name}.sse").read_bytes())


@pytest.fixture
def key(fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    fake.choose = recorded
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-made-up")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "ai.toml").write_text('[prices]\n"claude-haiku-5-5" = [1.0, 5.0]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    code = run(["eval", "--allow", "--format", "json", *arguments])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


def test_two_models_over_recorded_answers(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, told = evaluated(capsys, "--models", "haiku,sonnet", "--budget", "1000000")
    assert code == 0
    assert (said["cases"], said["prompt"], said["persona"]) == (len(CASES), prompts.VERSION, "backend-developer")
    haiku, sonnet = said["marks"]
    assert [haiku["model"], sonnet["model"]] == ["claude-haiku-5-5", "claude-sonnet-5-5"]
    totals = haiku["totals"]
    # 21 labels, one of them refused; two findings in traps, one that nobody labelled.
    assert (totals["cases"], totals["found"], totals["labels"]) == (26, 20, 21)
    assert (totals["right"], totals["trapped"], totals["others"], haiku["dropped"]) == (20, 2, 1, 1)
    assert haiku["precision"] == pytest.approx(20 / 23)
    assert haiku["recall"] == pytest.approx(20 / 21)
    by_case = {one["case"]: one for one in haiku["verdicts"]}
    assert by_case["nestjs_note_of_another_tenant"]["missed"], "a refusal finds nothing"
    assert by_case["spring_lost_update"]["found"], "what is whole of a cut answer counts"
    assert by_case["express_fine_query_of_constants"]["trapped"]
    assert by_case["chi_fine_rows"]["trapped"]
    assert by_case["flask_open_redirect"]["others"] == ["The session lives for ever; set a lifetime."]
    used = haiku["usage"]
    streams = [path.read_text() for path in RECORDED.glob("*.sse")]
    assert used["tokens_out"] == sum(
        int(one) for text in streams for one in re.findall(r'"usage": \{"output_tokens": (\d+)\}', text)
    )
    assert used["cached"] == 1100 * 25
    cost = ((used["tokens_in"] + used["cached"] + used["kept"]) * 1.0 + used["tokens_out"] * 5.0) / 1_000_000
    assert haiku["cost"] == pytest.approx(cost)
    assert sonnet["cost"] is None
    assert {one.json["model"] for one in fake.heard} == {"claude-haiku-5-5", "claude-sonnet-5-5"}
    assert fake.most_open <= 2
    assert "claude-haiku-5-5: 26 cases to ask about (0 answered before): about" in told
    assert "at most $" in told


def test_the_table(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--allow", "--models", "haiku"]) == 0
    head, row, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == "model cases precision recall found trapped wrong dropped tokens in out cost".split()
    assert row.split()[:8] == ["claude-haiku-5-5", "26", "87%", "95%", "20/21", "2", "1", "1"]
    assert row.split()[-1].startswith("$0.")
    assert any(line.startswith("  missed   nestjs_note_of_another_tenant: ") for line in rest)
    assert any(line.startswith("  trapped  chi_fine_rows: ") for line in rest)
    assert any(line.startswith("  wrong    flask_open_redirect: ") for line in rest)


def test_the_second_time_only_what_failed_is_asked(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    _, first, _ = evaluated(capsys, "--models", "haiku")
    asked = len(fake.heard)
    _, again, told = evaluated(capsys, "--models", "haiku")
    assert len(fake.heard) == asked + 2, "one was refused, one cut off"
    assert "24 answered before" in told
    assert again["marks"][0]["totals"] == first["marks"][0]["totals"]
    assert again["marks"][0]["usage"] == first["marks"][0]["usage"]


def test_the_budget_and_the_cost_are_told_before(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = evaluated(capsys, "--models", "haiku", "--budget", "5000")
    assert code == 2
    assert "the budget of 5,000 tokens may not do" in told
    code, said, told = evaluated(capsys, "--models", "haiku", "--dry-run")
    assert code == 0
    assert said["marks"] == []
    assert "at most $" in told
    assert fake.heard == []


def test_nobody_is_asked_without_consent(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval"]) == 2
    assert "AI is off" in capsys.readouterr().err
    assert fake.heard == []


def test_what_could_not_be_asked_does_not_count(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake.choose = lambda heard: Answer(status=401) if "main.rs" in heard.question else recorded(heard)
    code, said, _ = evaluated(capsys, "--models", "haiku")
    (mark,) = said["marks"]
    assert code == 2
    assert set(mark["failed"]) == {"actix_fine_constant_time", "axum_panic_on_bad_input"}
    assert mark["totals"]["cases"] == 24
    assert mark["totals"]["labels"] == 20


def test_cases_of_the_users_own(key: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    folder = key / "mine"
    folder.mkdir()
    assert run(["eval", "--allow", "--cases", str(folder)]) == 2
    assert "there is no case" in capsys.readouterr().err
    text = (Path(cases.FOLDER) / "fastapi_coupon_race.toml").read_text()
    (folder / "mine.toml").write_text(text)
    code, said, _ = evaluated(capsys, "--cases", str(folder))
    assert code == 0
    assert said["marks"][0]["totals"]["found"] == 1
    for broken, reason in (
        (text.replace("[[find]]", "[[fnd]]"), "fnd"),
        (text.replace('at = "def redeem"', 'at = "def other"'), "exactly once"),
        (text[: text.index("[[find]]")], "neither"),
        ("title = ", "mine.toml"),
        (text.replace('at = "def redeem"', 'at = "router = APIRouter()"'), "no function"),
    ):
        (folder / "mine.toml").write_text(broken)
        assert run(["eval", "--allow", "--cases", str(folder)]) == 2
        assert reason in capsys.readouterr().err


CODE = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"


def said(quote: str, message: str) -> AiFinding:
    start = CODE.index(quote)
    return AiFinding(start, start + len(quote), 2, message, "", message)


def test_a_label_is_met_by_its_place_and_its_words() -> None:
    case = Case(
        "t", "a.py", "a", CODE, find=(Label("b = 2", "It is two.", ("two",)),), never=(Label("e = 5", "Fine.", ()),)
    )
    assert judge(case, [said("b = 2", "It is Two")], 0).found
    assert judge(case, [said("c = 3", "two, a line below")], 0).found
    assert judge(case, [said("e = 5", "two, elsewhere")], 0).missed
    assert judge(case, [said("b = 2", "another thing")], 0).others == ("another thing",)
    assert judge(case, [said("e = 5", "anything")], 0).trapped == ("anything",)
    nothing = total([judge(case, [], 0)])
    assert nothing.precision is None
    assert nothing.recall == 0.0
    twice = total([judge(case, [said("b = 2", "two"), said("c = 3", "two as well")], 0)])
    assert (twice.precision, twice.recall) == (1.0, 1.0)


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(CaseError, match="cannot be read"):
        cases.load("/nonexistent/cases")

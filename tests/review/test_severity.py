"""How bad a finding is: as its rule says, milder where the rule says so, and as somebody chose."""

from tests.review.projects import read

from persona_lsp import review
from persona_lsp.findings.finding import Severity
from persona_lsp.settings import Override, Settings

RULE = "cors-any-origin-with-credentials"
HEAD = "const express = require('express');\nconst cors = require('cors');\nconst app = express();\n"
CORS = "app.use(cors({ origin: true, credentials: true }));\n"
MILD = f"{HEAD}if (process.env.NODE_ENV !== 'production') {{\n  {CORS}}}\n"


def severities(text: str, settings: Settings, path: str = "app.js") -> list[Severity]:
    profile = review.profile(None, settings)
    return [one.severity for one in read({path: text}).findings(path, profile) if one.rule == RULE]


def test_a_finding_may_be_milder_than_its_rule() -> None:
    assert severities(HEAD + CORS, Settings()) == [Severity.ERROR]
    assert severities(MILD, Settings()) == [Severity.HINT]


def test_a_severity_that_somebody_chose_holds_for_every_finding_of_the_rule() -> None:
    chosen = Settings(severity={RULE: "warning"})
    assert severities(HEAD + CORS, chosen) == [Severity.WARNING]
    assert severities(MILD, chosen) == [Severity.WARNING]


def test_an_override_holds_for_its_paths_alone() -> None:
    settings = Settings(overrides=(Override(paths=("inside/**",), severity={RULE: "information"}),))
    assert severities(MILD, settings, "inside/app.js") == [Severity.INFORMATION]
    assert severities(MILD, settings, "app.js") == [Severity.HINT]
    assert severities(MILD, Settings(overrides=(Override(paths=("inside/**",), ignore=(RULE,)),)), "inside/a.js") == []


def test_an_error_is_silenced_with_a_reason_alone() -> None:
    comment = f"// persona-lsp: ignore[{RULE}]"
    assert severities(f"{HEAD}{comment}\n{CORS}", Settings()) == [Severity.ERROR]
    assert severities(f"{HEAD}{comment} the gateway asks who calls\n{CORS}", Settings()) == []
    assert severities(f"{HEAD}{comment}\n{CORS}", Settings(severity={RULE: "warning"})) == []

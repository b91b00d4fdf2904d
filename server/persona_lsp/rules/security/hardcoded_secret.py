"""A credential is in the source.

## Why it matters
Everyone who ever gets this repository can use the production account, and robots find it within minutes of a leak.
Secrets belong into the environment or a secret store
([CWE-798](https://cwe.mitre.org/data/definitions/798.html)).

## Flagged
```py fastapi
from fastapi import FastAPI

app = FastAPI()
STRIPE_KEY = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
```

## Fine
```py fastapi
import os

from fastapi import FastAPI

app = FastAPI()
STRIPE_KEY = os.environ["STRIPE_KEY"]
```

## When to ignore it
The value is public, or was revoked and is kept as a sample.
"""

from collections.abc import Iterator

from persona_lsp.facts.code import FileFacts, SecretLiteral
from persona_lsp.facts.role import ROLES
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import ReadFromEnvironment
from persona_lsp.rules import file_rule
from persona_lsp.rules.predicates import brief, words
from persona_lsp.workspace.snapshot import Snapshot

_MADE_UP = frozenset({"test", "seed"})
"""Roles of files whose passwords are made up; a key that a provider issued is real even there."""


@file_rule(severity=Severity.ERROR, since="0.1", roles=frozenset(ROLES) - {"generated", "vendored"})
def hardcoded_secret(facts: FileFacts, snapshot: Snapshot) -> Iterator[Finding]:  # noqa: ARG001 - one file tells
    """Yield literals that are credentials."""
    for secret in facts.secrets:
        if secret.confidence == "low" or (facts.role in _MADE_UP and not _is_issued(secret)):
            continue
        name = "_".join(words(secret.name)).upper()
        title = f"Read it from the environment variable {name}"
        fixes = (ReadFromEnvironment(secret.where, title, safe=False, name=name),) if secret.fixable and name else ()
        article = "An" if secret.kind[:1].lower() in "aeio" else "A"
        yield Finding(
            secret.where,
            f"{article} {brief(secret.kind, 40)} is committed in source; read it from the environment and replace it by a new one.",
            fixes=fixes,
            severity=None if secret.confidence == "high" else Severity.WARNING,
            subject=f"{secret.kind} {secret.name}",
        )


def _is_issued(secret: SecretLiteral) -> bool:
    return secret.confidence == "high" and "password" not in secret.kind.lower()

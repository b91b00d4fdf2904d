"""A credential is in the source.

## Why it matters
Everyone who ever gets this repository can use the production account, and robots find it within minutes of a leak.
Secrets belong into the environment or a secret store
([CWE-798](https://cwe.mitre.org/data/definitions/798.html)).

## Flagged
```py fastapi
from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
JWT_SECRET = "q7Zt-9vLw2Xc_44nBe"
#            ^^^^^^^^^^^^^^^^^^^^ [warning] A secret is committed in source; read it from the environment and replace it by a new one.
engine = create_engine("postgresql://shop:h7Gq2xVw9z@db7.acme.io/shop")
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A password in a URL is committed in source; read it from the environment and replace it by a new one.
```

```cs aspnet
using Microsoft.Data.SqlClient;

public class Database
{
    private readonly string _password = "kJ8-wq2-Lp0-zz41";
//                                      ^^^^^^^^^^^^^^^^^^ [warning] A password is committed in source; read it from the environment and replace it by a new one.

    public SqlConnection Open() => new(new SqlConnectionStringBuilder { Password = _password }.ConnectionString);
}
```

```js express
const express = require('express');
const session = require('express-session');

const app = express();
app.use(session({ secret: 'q7Zt-9vLw2Xc_44nBe', resave: false }));
//                        ^^^^^^^^^^^^^^^^^^^^ [warning] A secret is committed in source; read it from the environment and replace it by a new one.
```

## Fixed
```py fastapi
import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
JWT_SECRET = os.environ["JWT_SECRET"]
engine = create_engine(os.environ["DATABASE_URL"])
```

```cs aspnet
using Microsoft.Data.SqlClient;

public class Database
{
    private readonly string _password = Environment.GetEnvironmentVariable("PASSWORD");

    public SqlConnection Open() => new(new SqlConnectionStringBuilder { Password = _password }.ConnectionString);
}
```

```js express
const express = require('express');
const session = require('express-session');

const app = express();
app.use(session({ secret: process.env.SECRET, resave: false }));
```

## Fine
It is read from the environment.

```py fastapi
import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
JWT_SECRET = os.environ["JWT_SECRET"]
engine = create_engine(os.environ["DATABASE_URL"])
```

```cs aspnet
using Microsoft.Data.SqlClient;

public class Database(IConfiguration configuration)
{
    private readonly string _password = configuration["Database:Password"];

    public SqlConnection Open() => new(new SqlConnectionStringBuilder { Password = _password }.ConnectionString);
}
```

Placeholders, names of headers and fields, texts about secrets, databases on the developer's own machine, public keys.

```js express
const express = require('express');

const app = express();
const SAMPLE_TOKEN = 'your-token-here';
const API_KEY_HEADER = 'x-api-key-2024';
const PASSWORD_LABEL = 'Enter your password';
const passwordError = 'The password is wrong';
const DATABASE_URL = 'postgres://postgres:postgres@localhost/shop';
const PUBLIC_KEY = '-----BEGIN PUBLIC KEY-----';
const secret = process.env.SECRET || 'changeme';
const password = '${DB_PASSWORD}';
```

Keys that a provider publishes for tests and emulators open nothing.

```py fastapi
from fastapi import FastAPI

app = FastAPI()
RECAPTCHA_SECRET_KEY = "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe"
STRIPE_SECRET_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
AZURE_STORAGE_ACCESS_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
```

Settings of developers and of tests are not those of production; the key that signed a URL is no secret.

```py flask
from flask import Flask


class Config:
    TOKEN_KEY = None


class Development(Config):
    TOKEN_KEY = "q7Zt-9vLw2Xc_44nBe"


app = Flask(__name__)
SAMPLE = "https://shop.s3.amazonaws.com/a.png?AWSAccessKeyId=AKIAQ7ZT9VLW2XC4NBEX&Signature=x&Expires=1"
```

Passwords of tests are made up.

`tests/test_login.py`:
```py fastapi
from fastapi import FastAPI

app = FastAPI()
PASSWORD = "q7Zt-9vLw2Xc_44nBe"
```

## When to ignore it
The value is public, or was revoked and is kept as a sample.
"""

import re
from collections.abc import Iterator

from persona_lsp.facts.code import FileFacts, SecretLiteral
from persona_lsp.facts.role import ROLES
from persona_lsp.findings.finding import Finding, Habit, Severity
from persona_lsp.findings.intent import ReadFromEnvironment
from persona_lsp.rules import file_rule
from persona_lsp.rules.predicates import brief, words
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Snapshot

_EXAMPLES = lazy(r"(^|[/_.-])(examples?|samples?|demos?|snippets)([/_-]|[\w-]*\.\w+$)", re.IGNORECASE)
"""Folders and files of code that shows how something is used."""
_TEXTS = lazy(r"(^|/)(i18n|l10n|locales?|lang|langs|languages?|translations?)/", re.IGNORECASE)
"""Folders of texts in several languages, where a password is a word."""
_OWN_MACHINE = lazy(r"(^|[/_.-])(dev|development|local)([/_.-][\w.-]*)?$", re.IGNORECASE)
"""Settings of a developer's own machine: `settings/local.py`, `environments/development.rb`."""
_MADE_UP = frozenset({"test", "seed"})
"""Roles of files whose passwords are made up; a key that a provider issued is real even there."""


@file_rule(severity=Severity.ERROR, since="0.1", roles=frozenset(ROLES) - {"generated", "vendored"})
def hardcoded_secret(facts: FileFacts, _: Snapshot) -> Iterator[Finding]:
    """Yield literals that are credentials."""
    for secret in facts.secrets:
        made_up = facts.role in _MADE_UP or any(p.search(facts.path) for p in (_EXAMPLES, _TEXTS, _OWN_MACHINE))
        if secret.confidence == "low" or (made_up and not _is_issued(secret)):
            continue
        name = "_".join(words(secret.name)).upper() or ("DATABASE_URL" if "URL" in secret.kind else _name_of(secret))
        title = f"Read it from the environment variable {name}"
        fixes = (ReadFromEnvironment(secret.where, title, safe=False, name=name),) if secret.fixable and name else ()
        article = "An" if secret.kind[:1].lower() in "aeio" else "A"
        place = f"`{brief(secret.name, 24)}`" if secret.name else "this place"
        does = f"hold one {brief(secret.kind, 24)}; read it from the environment and replace it by a new one."
        yield Finding(
            secret.where,
            f"{article} {brief(secret.kind, 40)} is committed in source; read it from the environment and replace it by a new one.",
            fixes=fixes,
            severity=None if secret.confidence == "high" else Severity.WARNING,
            subject=f"{secret.kind} {secret.name}",
            habit=Habit(secret.mark, place, "place", "places", does) if secret.mark else None,
        )


def _name_of(secret: SecretLiteral) -> str:
    """What a key is called that nobody gave a name: `STRIPE_LIVE_KEY`."""
    return "_".join(words(secret.kind.replace(" ", "_"))).upper() if secret.confidence == "high" else ""


def _is_issued(secret: SecretLiteral) -> bool:
    kind = secret.kind.lower()
    return secret.confidence == "high" and "password" not in kind and "private key" not in kind

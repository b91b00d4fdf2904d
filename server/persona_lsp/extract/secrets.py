"""Literals that look like credentials: provider patterns, URLs with a password, and telling names.

Prefixes are the providers' own documented ones. The shape of a value decides before its name does: a placeholder,
an environment read or a message about passwords is no secret.
"""

import math
import re
from collections import Counter
from itertools import pairwise
from typing import Final

from persona_lsp.extract.public_keys import PUBLIC, PUBLISHED
from persona_lsp.facts.code import SecretLiteral
from persona_lsp.facts.place import Where
from persona_lsp.syntax.languages import Language
from persona_lsp.text.patterns import Words, lazy

_PROVIDERS: Final = (
    ("AWS access key", rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("GitHub token", rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b"),
    ("GitLab token", rb"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    ("Slack token", rb"\bxox[abprs]-[0-9]{6,}-[A-Za-z0-9-]{10,}"),
    ("Stripe live key", rb"\b(?:sk|rk)_live_[A-Za-z0-9]{16,}\b"),
    ("Google API key", rb"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("SendGrid key", rb"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("npm token", rb"\bnpm_[A-Za-z0-9]{36}\b"),
    ("Anthropic key", rb"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    ("private key", rb"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP |ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----"),
)
_PROVIDER: Final = lazy(b"|".join(b"(?P<p%d>%s)" % (i, p) for i, (_, p) in enumerate(_PROVIDERS)))
_URL: Final = lazy(
    rb"\b(?:postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|jdbc:\w+)://"
    rb"(?P<user>[^:/@\s\"'`{}<>$]*):(?P<password>[^@/\s\"'`{}<>$]+)@(?P<host>[^/\s\"'`:?]+)"
)
_NAMED: Final = lazy(
    rb"(?P<name>\b[A-Za-z_][\w.]*?(?:secret|passwd|password|passphrase|token|api_?key|access_?key|private_?key|signing_?key|encryption_?key|secret_?key_?base)(?:_?(?:key|value|string|hash))?)[\"']?\]?\s*"
    rb"(?::\s*(?:str|String|Final(?:\[str\])?|string)\s*=|=>|:|=)\s*(?P<quote>[\"'`])(?P<value>[^\"'`\n]{8,200})(?P=quote)",
    re.IGNORECASE,
)
_BARE: Final = lazy(
    rb"(?P<name>\b(?:secret|passwd|password|passphrase|api_?key|secretOrKey|secret_?key(?:_?base)?))[\"']?\]?\s*(?:=>|:|=)\s*(?P<quote>[\"'`])(?P<value>[^\"'`\n]{8,200})(?P=quote)",
    re.IGNORECASE,
)
_JWT_SIGN: Final = lazy(
    rb"\b(?:jwt\.(?:sign|verify|encode|decode)|JWT\.(?:encode|decode)|setSigningKey|signWith|verifyWith)\s*\([^()\n]{0,80}?,\s*(?P<quote>[\"'`])(?P<value>[^\"'`\n]{6,200})(?P=quote)"
)
_PLACEHOLDER: Final = lazy(
    rb"change[_-]?(?:me|this|it)|example|sample|dummy|placeholder|your[_-]?|<[^>]*>|^\[[\w .-]*\]$|\$\{|#\{|%\(|^%[svdq]$|\{\{|xxx|\*\*\*|todo|test|fake|mock|foo|bar\b|"
    rb"[_-]here$|replace|insert|default|local|dev(?:elopment)?\b|\.\.\.|redacted|hidden|password123?$|^passw|^secret$|^token$|none|null|undefined|process\.env|env\(",
    re.IGNORECASE,
)
_NOBODY: Final = lazy(rb"dummy|example|sample|fake|placeholder|foo", re.IGNORECASE)
"""Names of users in addresses that lead nowhere."""
_NOT_A_VALUE: Final = lazy(
    rb"\s|^\{[^{}]*\}$|^[a-z]+(?:[._:/,-][a-z]+)*$|^[A-Z][a-z]+(?:[A-Z][a-z]+)*$|^/|^https?://|^[A-Z_]+$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[?&][\w-]+=|^\w+\.\w+(?:\.\w+)*$|^\$2[aby]\$|^:|^[a-z]+(?:[A-Z][a-z]+)*$|^[\^]|\(|^@|^#|^\.|^-?-?[a-z-]+$|^application/|\[|\]|^[a-z][\w/]*#[a-z]\w*[!?]?$",
)
_DRAWN: Final = lazy(rb"(?:django-insecure-)?[a-z0-9!@#$%^&*(\-_=+)]{50}")
"""As Django draws its secret keys: any of these characters may be among them."""
_WORDS: Final = lazy(rb"[_-]*[A-Za-z]+[0-9]?(?:[_:./ -]+[A-Za-z]+[0-9]?)*(?:[_:./-]+[0-9]{1,3})?[_:./-]*")
_HOLE: Final = lazy(rb"\{\w*\}|%[sd]")
_LABELS: Final = lazy(
    rb"hashed|digest|encrypted|url|uri|path|endpoint|header|field|label|type|name$|message|error|text|title|hint|regex|pattern|param|prefix|issuer|column|format|placeholder|expired|invalid|id$|route|template|subject|schema|_at$|length|scope|grant",
    re.IGNORECASE,
)
_EXAMPLE: Final = lazy(
    rb"\bexamples?[\"']?\s*[:=]\s*[\[{(\"'`]|Example\(|@example\.(?:com|net|org)\b"
    rb"|\bdocsearch\(|\balgolia[\"']?\s*:\s*\{",
    re.IGNORECASE,
)
"""What stands before samples, and before the keys of a documentation's search, which browsers are given."""
_SAMPLE: Final = lazy(rb"\b(?:test|sample|example|fake|mock|dummy)\w*(?:(?:::|\.)\w+)*\(\s*[\"'`]$", re.IGNORECASE)
"""What stands before a value that is a sample: `TestValue::Single("`."""
_EXAMPLE_REACH: Final = 160
"""Bytes before a value in which the word stands that makes it an example."""
_LOCAL_HOSTS: Final = frozenset(
    {
        b"localhost",
        b"127.0.0.1",
        b"db",
        b"postgres",
        b"mysql",
        b"mongo",
        b"redis",
        b"rabbitmq",
        b"host",
        b"hostname",
        b"example.com",
    }
)
_PREFIXES: Final = Words(
    b"AKIA", b"ASIA", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat", b"glpat-", b"xox", b"_live_", b"AIza",
    b"SG.", b"npm_", b"sk-ant", b"PRIVATE KEY",
)  # fmt: skip
_USER_INFO: Final = lazy(rb"://[^:/@\s\"'`{}<>$]*:[^@/\s\"'`{}<>$]+@")
_LONGEST_LINE: Final = 2000
"""Bytes: longer lines are data, not code that a person wrote."""
_RUN: Final = 7
"""Characters that are the same, or follow each other in the alphabet or in counting: nobody draws them by chance."""
_SHORT_RUN: Final = 4
"""So many, where nothing else is in it."""
_DIGITS: Final = bytes.maketrans(b"0", b":")
"""On a keyboard, 0 comes after 9."""
_MIN_ENTROPY: Final = 3.0
"""Bits per character, the catalogue's bound for a literal whose name is telling."""


_TRIAL: Final = lazy(rb"class (?:Dev(?:elop(?:ment|er)?)?|Test(?:s|ing)?|Local|Debug|CI)(?:[A-Z_]\w*|\b)")
"""Settings that are not those of production, by the name of their class."""
_SIGNED_URL: Final = lazy(rb"[?&](?:AWSAccessKeyId|X-Amz-Credential)=$", re.IGNORECASE)
"""A signed URL tells whose key signed it: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html."""
_RUST_TESTS: Final = lazy(rb"#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*\{")
"""Where the tests of a Rust file begin, which stand behind its code."""


def secrets(path: str, source: bytes, language: Language | None = None) -> tuple[SecretLiteral, ...]:
    """Credentials among the literals of a file, in order."""
    if language is not None and language.id == "rust" and (tests := _RUST_TESTS.search(source)) is not None:
        source = source[: tests.start()]
    found: dict[int, SecretLiteral] = {}
    comment = language.line_comment.encode() if language is not None else b"#"
    for match in _PROVIDER.finditer(source) if _PREFIXES.within(source) else ():
        kind = _PROVIDERS[int((match.lastgroup or "p0")[1:])][0]
        value = match.group()
        if value in PUBLIC or (kind != "private key" and (_PLACEHOLDER.search(value) or _is_counted(value))):
            continue
        if _SAMPLE.search(source, max(0, match.start() - _EXAMPLE_REACH // 2), match.start()):
            continue
        if kind == "private key" and not _key_follows(source, match.end()):
            continue
        if _SIGNED_URL.search(source, max(0, match.start() - 40), match.start()):
            continue
        found[match.start()] = _sure(kind, path, source, match.start(), match.end())
    for match in _URL.finditer(source) if _USER_INFO.search(source) else ():
        password, host = match.group("password"), match.group("host")
        if (
            _PLACEHOLDER.search(password)
            or host in _LOCAL_HOSTS
            or password in (match.group("user"), b"pass", b"password", b"pwd")
            or _NOBODY.fullmatch(match.group("user"))
        ):
            continue
        if password.lower().endswith((b"password", b"passwd")) and not any(c in b"0123456789" for c in password):
            continue  # the word itself, in a text that tells what to put there
        if _PLACEHOLDER.search(host) or _in_comment(source, match.start(), comment):
            continue
        end = _REST_OF_URL.match(source, match.end())
        found[match.start()] = _sure(
            "password in a URL", path, source, match.start(), end.end() if end else match.end()
        )
    for start_of_line, line in _telling_lines(source):
        for pattern, match in (
            (p, m) for p in (_NAMED, _BARE, _JWT_SIGN) for m in p.finditer(source, start_of_line, line)
        ):
            value = match.group("value")
            start = match.start("value")
            if start in found or _in_comment(source, match.start(), comment) or _in_example(source, match.start()):
                continue
            if comment == b"#" and (_in_docstring(source, match.start()) or _in_trial(source, match.start())):
                continue
            name = match.group("name") if "name" in match.groupdict() else b"jwt_secret"
            if not _is_secret(name, value, sink=pattern is _JWT_SIGN):
                continue
            if _UUID.fullmatch(value) and _is_listed(source, start_of_line, line):
                continue
            label = name.rsplit(b".", 1)[-1].decode("ascii", "replace")
            found[start] = SecretLiteral(
                _kind_of(label), Where(path, start - 1, match.end("value") + 1), label, "medium",
                _whole_literal(source, start, match.end("value")), _mark(value),
            )  # fmt: skip
    return tuple(found[k] for k in sorted(found))


_UUID: Final = lazy(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _is_listed(source: bytes, start: int, end: int) -> bool:
    """The lines before and after hold UUIDs, too: a table of identifiers, whatever one of them is called."""
    before = source[source.rfind(b"\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)]
    after = source[end + 1 : source.find(b"\n", end + 1) if source.find(b"\n", end + 1) >= 0 else len(source)]
    return _UUID.search(before) is not None and _UUID.search(after) is not None


_REST_OF_URL: Final = lazy(rb"[^\s\"'`{}<>$]*")


def _sure(kind: str, path: str, source: bytes, start: int, end: int) -> SecretLiteral:
    """A secret told by its value alone. Where it is all of a literal, the place is the literal, quotes included."""
    whole = _whole_literal(source, start, end)
    where = Where(path, start - 1, end + 1) if whole else Where(path, start, end)
    # All private keys begin with the same words.
    value = source[start : end + _KEY_BODY] if kind == "private key" else source[start:end]
    return SecretLiteral(kind, where, _assigned_name(source, start), "high", whole, _mark(value))


_KEY_BODY: Final = 160
"""Bytes behind the first line of a private key that tell it from others."""


def _mark(value: bytes) -> str:
    from hashlib import blake2b  # few files hold a secret

    return blake2b(value, digest_size=6).hexdigest()


_TELLING: Final = (b"secret", b"passw", b"passphrase", b"token", b"key", b"jwt.", b"signwith", b"verifywith")
"""In lower case. Looking for one word after the other is ten times faster than a pattern of alternatives."""
_KINDS_OF_KEY: Final = tuple(
    kind + joint for kind in (b"api", b"access", b"private", b"signing", b"encryption") for joint in (b"", b"_")
)
_VALUE: Final = lazy(rb"[\"'`][^\"'`\s]{6,200}[\"'`]")
"""A literal that may be a credential: long enough, and without spaces."""


def _telling_lines(source: bytes) -> list[tuple[int, int]]:
    """Lines with a telling name and a text literal: (start, end). The patterns above are too slow for whole files."""
    lines: set[tuple[int, int]] = set()
    folded = source.lower()
    for word in _TELLING:
        at = folded.find(word)
        while at >= 0:
            end = at + len(word)
            if word != b"key" or folded.endswith(_KINDS_OF_KEY, 0, at):
                start = source.rfind(b"\n", 0, at) + 1
                end = source.find(b"\n", end)
                end = len(source) if end < 0 else end
                if end - start < _LONGEST_LINE and _VALUE.search(source, start, end):
                    lines.add((start, end))
            at = folded.find(word, end)
    return sorted(lines)


def _is_secret(name: bytes, value: bytes, *, sink: bool) -> bool:
    if value in PUBLIC or value.startswith(PUBLISHED) or _PLACEHOLDER.search(value):
        return False
    if _is_counted(value) or _LABELS.search(name.rsplit(b".", 1)[-1]):
        return False
    if sink:
        return b" " not in value and not value.startswith((b"HS", b"RS", b"ES"))
    bare = _HOLE.sub(b"", value)
    if bare != value and _WORDS.fullmatch(bare):
        return False  # `auth:token:{}`: the name under which something is kept
    if not _DRAWN.fullmatch(value) and (_NOT_A_VALUE.search(value) or not value.isascii() or _WORDS.fullmatch(value)):
        return False
    return _entropy(value) >= _MIN_ENTROPY


def _entropy(value: bytes) -> float:
    """Shannon entropy in bits per byte."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def _kind_of(name: str) -> str:
    lower = name.lower()
    for word, kind in (("pass", "password"), ("token", "token"), ("private", "private key"), ("key", "key")):
        if word in lower:
            return kind
    return "secret"


def _assigned_name(source: bytes, at: int) -> str:
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    match = re.search(rb"([A-Za-z_]\w*)[\"']?\]?\s*(?::\s*(?:&\s*(?:'\w+\s+)?)?\w+\s*)?(?:=>|[:=])\s*[\"'`]?$", line)
    return match.group(1).decode("ascii", "replace") if match else ""


def _whole_literal(source: bytes, start: int, end: int) -> bool:
    """The value fills its string literal: a fix can replace the literal."""
    return source[start - 1 : start] in (b'"', b"'") and source[end : end + 1] == source[start - 1 : start]


def _in_comment(source: bytes, at: int, comment: bytes) -> bool:
    line = source[source.rfind(b"\n", 0, at) + 1 : at].lstrip()
    return line.startswith((comment, b"*", b"/*", b"<!--"))


def _in_example(source: bytes, at: int) -> bool:
    """Documentation shows what a value looks like: `example: [{ secret: "a3c8..." }]`."""
    return _EXAMPLE.search(source, max(0, at - _EXAMPLE_REACH), at) is not None


def _in_trial(source: bytes, at: int) -> bool:
    """The value belongs to the settings of developers or of tests: `class Development(Config):`."""
    if source[source.rfind(b"\n", 0, at) + 1 :][:1] not in (b" ", b"\t"):
        return False
    around = source.rfind(b"\nclass ", 0, at) + 1
    return _TRIAL.match(source, around) is not None


def _in_docstring(source: bytes, at: int) -> bool:
    """A text of several lines is open: what stands in it is told, not used."""
    return any(source.count(quotes, 0, at) % 2 == 1 for quotes in (b'"""', b"'''"))


def _is_counted(value: bytes) -> bool:
    """`1234567890abcdefghij`, `123456abcdef`, `AAAAAAAA`: whoever needed something that looks like a key wrote this."""
    up = same = 1
    whole = True
    for one, other in pairwise(value.lower().translate(_DIGITS)):
        whole = whole and (other == one + 1 or up >= _SHORT_RUN)
        up = up + 1 if other == one + 1 else 1
        same = same + 1 if other == one else 1
        if _RUN in (up, same):
            return True
    return whole and up >= _SHORT_RUN


def _key_follows(source: bytes, at: int) -> bool:
    """Key material stands behind the header; the header alone is a format check."""
    return re.match(rb"(?:\\n|\\r|\s|[\"'+])*[A-Za-z0-9+/=]{32}", source[at : at + 120]) is not None

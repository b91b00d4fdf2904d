"""Who may call what."""

from typing import Final

from persona_lsp.findings.topic import Topic

TOPIC: Final = Topic(
    "auth",
    "Authentication and authorization",
    (
        "authenticat*",
        "unauthenticated",
        "authoriz*",
        "authoris*",
        "unauthori*ed",
        "auth",
        "access control",
        "access token*",
        "bearer token*",
        "permission*",
        "privilege*",
        "role based",
        "user role*",
        "oauth*",
        "openid*",
        "oidc",
        "jwt",
        "rbac",
        "single sign on",
        "login*",
        "log in + user*",
        "logged in + user*",
        "logged in + caller*",
        "sign in",
        "signed in",
        "session management",
        "object level",
        "who may",
        "who can",
        "idor",
    ),
)

"""Files whose text is never sent: those that hold secrets by their name, and those that an ignore file names."""

from __future__ import annotations

import os
from fnmatch import fnmatch

from persona_lsp.workspace import disk
from persona_lsp.workspace.ignore import Rules, ignored, read_rules

_NAMES = (
    ".env .env.* *.env *.pem *.key *.p12 *.pfx *.jks *.keystore *.kdbx id_rsa* id_dsa* id_ecdsa* id_ed25519* "
    "credentials credentials.* *.credentials *.tfvars *.tfvars.json *.tfstate *.tfstate.* .netrc .npmrc .pypirc "
    ".htpasswd secrets.* *.secret *.secrets .git-credentials service-account*.json"
).split()

IGNORE_FILES = (".gitignore", ".personaignore", ".aiignore")


def why_refused(location: str) -> str:
    """Why the text of a file is not sent, in a sentence; "" where nothing speaks against it.

    A link is judged by its own name and by that of what it leads to.
    """
    for place in dict.fromkeys((os.path.abspath(location), os.path.realpath(location))):
        name = os.path.basename(place)
        if any(fnmatch(name.lower(), pattern) for pattern in _NAMES):
            return f"{name} may hold secrets by its name; it is never sent."
        if (found := _ignoring(place)) != "":
            return f"{name} is named in {found}; it is not sent."
    return ""


def _ignoring(location: str) -> str:
    """The ignore file that names a file or a folder above it."""
    folder = os.path.dirname(location)
    top = folder
    while not os.path.exists(os.path.join(top, ".git")) and os.path.dirname(top) != top:
        top = os.path.dirname(top)
    if not os.path.exists(os.path.join(top, ".git")):
        # Outside of a repository, the files beside and above count as well: up to the root of the disk.
        top = os.path.abspath(os.sep) if os.name != "nt" else os.path.splitdrive(folder)[0] + os.sep
    for kind in IGNORE_FILES:
        stack: list[Rules] = []
        for found, data in reversed(list(disk.text_above(folder, (kind,)))):
            base = os.path.relpath(os.path.dirname(found), top).replace(os.sep, "/")
            rules = read_rules("" if base == "." else base + "/", data.decode("utf-8", "replace"))
            if rules is not None:
                stack.append(rules)
        inside = os.path.relpath(location, top).replace(os.sep, "/")
        parts = inside.split("/")
        for length in range(1, len(parts) + 1):
            if ignored("/".join(parts[:length]), tuple(stack), folder=length < len(parts)):
                return kind
    return ""

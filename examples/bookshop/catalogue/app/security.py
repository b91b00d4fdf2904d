"""Who may change the catalogue."""

import hmac
import os
from typing import Annotated

from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

bearer = HTTPBearer()


def require_editor(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> None:
    """Let editors in, and nobody else."""
    if not hmac.compare_digest(credentials.credentials, os.environ["EDITOR_TOKEN"]):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Please sign in as an editor.")

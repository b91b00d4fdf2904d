"""Who is calling."""

from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.core.database import SessionDep
from app.core.settings import get_settings
from app.models import User

bearer = HTTPBearer()


def get_current_user(
    session: SessionDep, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> User:
    try:
        claims = jwt.decode(credentials.credentials, get_settings().jwt_secret, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED, "The token is not valid.", headers={"WWW-Authenticate": "Bearer"}
        ) from error
    user = session.get(User, int(claims["sub"]))
    if user is None:
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED, "The user does not exist.", headers={"WWW-Authenticate": "Bearer"}
        )
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]

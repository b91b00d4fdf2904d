"""Settings, read from the environment."""

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BOOKSHELF_")

    api_prefix: str = "/api"
    database_url: str = "sqlite:///bookshelf.db"
    allowed_origins: list[str] = []
    jwt_secret: str


@lru_cache
def get_settings() -> Settings:
    return Settings()

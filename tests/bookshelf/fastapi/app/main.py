"""The application."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.core.errors import register_error_handlers
from app.core.settings import get_settings
from app.routes import router


def create_app() -> FastAPI:
    settings = get_settings()
    app = FastAPI(title="Bookshelf")
    app.add_middleware(CORSMiddleware, allow_origins=settings.allowed_origins, allow_methods=["*"])
    register_error_handlers(app)
    app.include_router(router, prefix=settings.api_prefix)

    @app.get("/health", summary="Whether the service runs", tags=["health"])
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


app = create_app()

"""The catalogue's API."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.routes import authors, books

app = FastAPI(title="Catalogue")
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT", "DELETE"],
)
app.include_router(books.router, prefix="/api/v1")
app.include_router(authors.router, prefix="/api/v1")


@app.get("/health")
def health() -> dict[str, str]:
    """Tell that the service is up."""
    return {"status": "ok"}

"""Settings, read from the environment."""

import os

SECRET_KEY = os.environ["BOOKSHELF_SECRET_KEY"]
ALLOWED_HOSTS = os.environ.get("BOOKSHELF_HOSTS", "").split()
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "shelf"]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "bookshelf.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "bookshelf.db"}}

CORS_ALLOW_ALL_ORIGINS = False
CORS_ALLOWED_ORIGINS = ["https://bookshelf.example.com"]

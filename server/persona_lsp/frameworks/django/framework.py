"""Django and REST framework."""

from typing import Final

from persona_lsp.frameworks.api import Framework
from persona_lsp.frameworks.django import LANGUAGES
from persona_lsp.frameworks.django.extraction import extract
from persona_lsp.frameworks.django.fixes import spell
from persona_lsp.frameworks.django.names import detects
from persona_lsp.frameworks.django.words import WORDS

FRAMEWORK: Final = Framework(
    id="django",
    title="Django",
    languages=LANGUAGES,
    detects=detects,
    extract=extract,
    vocabulary=WORDS,
    spell=spell,
    order_decides=True,
    packages=("django", "djangorestframework", "django-ninja"),
    kinds=("websocket",),
)

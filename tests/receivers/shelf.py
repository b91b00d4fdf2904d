"""The examples of all languages, by recogniser."""

from typing import Final

from tests.receivers import shelf_javascript, shelf_others, shelf_python
from tests.receivers.reading import Shelf

SHELF: Final[Shelf] = {**shelf_javascript.SHELF, **shelf_python.SHELF, **shelf_others.SHELF}

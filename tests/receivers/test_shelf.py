"""Every recogniser of endpoints with names reads its example: kind, name and handler."""

import pytest
from tests.receivers.reading import KINDS, told
from tests.receivers.shelf import SHELF

from persona_lsp.extract.known import frameworks, receivers

EVERY = {**{r.id: r.kinds for r in receivers()}, **{f.id: f.kinds for f in frameworks() if f.kinds}}


@pytest.mark.parametrize("name", SHELF)
def test_an_example_is_read(name: str) -> None:
    files, expected = SHELF[name]
    assert told(files) == expected


def test_every_recogniser_has_an_example_of_each_of_its_kinds() -> None:
    assert sorted(SHELF) == sorted(EVERY)
    for name, kinds in EVERY.items():
        assert {KINDS[line.split(" ")[0]] for line in SHELF[name][1]} == set(kinds), name

"""The picture in the README shows what the command prints."""

import html
import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_picture_is_of_today():
    path = ROOT / "docs" / "img" / "make.py"
    spec = importlib.util.spec_from_file_location("picture", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # Its words, not its bytes: another version of rich may draw the same window in another way.
    drawn = words(module.picture(module.screen()))
    assert drawn == words(module.PICTURE.read_text(encoding="utf-8")), "stale; run: python docs/img/make.py"
    assert "route-shadowed" in "".join(drawn)


def words(svg: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]

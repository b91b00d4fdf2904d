"""URIs and paths, on any system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.lsp.uris import from_path, same, to_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/a/b.py", "/home/a/b.py"),
        ("file:///home/a%20b/%C3%A9.py", "/home/a b/é.py"),
        ("file://localhost/a.py", "/a.py"),
        ("FILE:///a.py", "/a.py"),
        ("file:///a/100%25.py", "/a/100%.py"),
        ("file:///a/b#c.py", "/a/b#c.py"),
        ("file:///a/b?c.py", "/a/b?c.py"),
        ("file:///a/%23.py", "/a/#.py"),
        ("file:///%FF.py", "/\udcff.py"),
        ("untitled:Untitled-1", ""),
        ("vscode-remote://ssh/home/a.py", ""),
        ("git:/home/a.py?x", ""),
        ("file:///a%00b", ""),
        ("", ""),
        ("file://[", ""),
    ],
)
def test_posix(uri: str, path: str) -> None:
    assert to_path(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/Users/a%20b/x.py", "C:\\Users\\a b\\x.py"),
        ("file:///C:/x.py", "C:\\x.py"),
        ("file:///c:/x.py", "C:\\x.py"),
        ("file://server/share/x.py", "\\\\server\\share\\x.py"),
        ("file://wsl%24/Ubuntu/x.py", "\\\\wsl$\\Ubuntu\\x.py"),
    ],
)
def test_windows(uri: str, path: str) -> None:
    assert to_path(uri, windows=True) == path


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/home/a b/é.py", "file:///home/a%20b/%C3%A9.py"),
        ("C:\\Users\\x.py", "file:///c%3A/Users/x.py"),
        ("\\\\server\\share\\x y.py", "file://server/share/x%20y.py"),
        ("/a/#?%.py", "file:///a/%23%3F%25.py"),
        ("/Büro & (books) + 1,2=3@x!/a.py", "file:///B%C3%BCro%20%26%20%28books%29%20%2B%201%2C2%3D3%40x%21/a.py"),
    ],
)
def test_uri_of_a_path(path: str, uri: str) -> None:
    assert from_path(path, windows="\\" in path) == uri


@given(st.text(st.characters(exclude_characters="\0/\\", exclude_categories=["Cs"]), min_size=1, max_size=8))
def test_there_and_back(name: str) -> None:
    assert to_path(from_path("/x/" + name, windows=False), windows=False) == "/x/" + name


@given(st.text(max_size=20))
def test_any_uri_is_no_error(uri: str) -> None:
    to_path(uri)
    to_path("file:" + uri)


def test_every_spelling_is_the_same() -> None:
    spellings = ("file:///a%20%26%20b/c%40d.py", "file:///a%20&%20b/c@d.py", "file://localhost/a%20%26%20b/c@d.py")
    assert len({same(uri) for uri in spellings}) == 1
    assert same("untitled:Untitled-1") == "untitled:Untitled-1"

"""Comments, and code without them and without the words of literals, in every language."""

import pytest

from persona_lsp.syntax.comments import bare, comment_at, comments
from persona_lsp.syntax.languages import language_of
from persona_lsp.syntax.parse import Parsed, parse

SOURCES = {
    "a.py": ('# c1\nasync def f():\n    x = f"word {await g()} b" # c2\n    return "word"\n', ["# c1", "# c2"]),
    "a.js": ('// c1\n/* c2 */ async () => { const a = `word ${await x()}`; return "word // no"; }\n', ["// c1", "/* c2 */"]),
    "a.ts": ('// c1\n/* c2 */ async () => { const a: string = `word ${await x()}`; }\n', ["// c1", "/* c2 */"]),
    "a.java": ('class A { /** c1 */ // c2\n String f() { return "word"; } }\n', ["/** c1 */", "// c2"]),
    "a.rb": ('# c1\ndef f\n  "word #{x}"\n  <<~X\n    word\n  X\nend\n=begin\nc2\n=end\n', ["# c1", "=begin\nc2\n=end"]),
    "a.go": ('package a\n// c1\nfunc f() string { /* c2 */ return "word" + `word` }\n', ["// c1", "/* c2 */"]),
    "a.cs": ('class A { // c1\n /* c2 */ string F() => $"word {x}" + @"word" + """word"""; }\n', ["// c1", "/* c2 */"]),
    "a.rs": ('// c1\nfn f() { /* c2 */ let x = "word"; let r = r#"word"#; }\n', ["// c1", "/* c2 */"]),
}  # fmt: skip


def parsed(path: str) -> Parsed:
    language = language_of(path)
    assert language is not None
    return parse(path, SOURCES[path][0].encode(), language)


@pytest.mark.parametrize("path", SOURCES)
def test_comments_are_found_and_taken_out(path: str) -> None:
    source, wanted = SOURCES[path]
    one = parsed(path)
    data = source.encode()
    assert [data[start:end].decode().strip() for start, end in comments(one)] == wanted
    assert comments(one, 0, source.index("c1")) == comments(one)[:1]
    assert comment_at(one, source.index("c1")) == comments(one)[0]
    assert comment_at(one, len(data) - 1) is None or path == "a.rb"
    left = bare(one, 0, len(data)).decode()
    assert len(left) == len(source)
    assert left.count("\n") == source.count("\n")
    for word in ("c1", "c2", "word", "no"):
        assert word not in left
    assert left.count("await") == source.count("await")
    assert bare(one, source.index("c1"), source.index("c1") + 2) == b"  "

"""Remarks among the code, as those who write back ends leave them for each other.

Without them, made-up code has half as many nodes of syntax again in each kilobyte as real code has, and is read as much
more slowly: `benchmarks.sources` has the figures.
"""

import random
import re
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from persona_lsp.facts.role import role

_SIGNS = {".py": "#", ".rb": "#", ".ts": "//", ".java": "//"}
_BEGINS = {
    ".py": r"def |async def |class |@|return |if |for |with |raise |assert |[a-z_]+ = ",
    ".rb": r"def |class |return |if |unless |it |let|context |expect|[a-z_]+ = |create_table |add_",
    ".ts": r"const |let |return |if |for |export |await |it\(|it\.each|expect|throw |private |async ",
    ".java": r"@|public |private |protected |return |if |for |throw |[A-Z]\w+ \w+ = |assert",
}
"""How statements and declarations begin, before which people remark something."""
_ONE_IN = {".py": 2.1, ".rb": 2.5, ".ts": 1.35, ".java": 2.4}
"""Of so many of them, one has a remark: what gives the density of real code."""
_IN_TESTS = {".py": 1.7, ".rb": 1.6, ".ts": 1.7, ".java": 0.7}
"""How many times as rarely in tests."""
_SAID = """
    The order matters here: whoever comes first decides what the others see.
    Kept apart from the rest so that it can be tested without a database at hand.
    See the handbook of the team, chapter four, for the reasons behind this number.
    Nobody calls this from the outside; it is public because the framework insists on it.
    What comes in has been checked before, so there is no need to look at it again.
    This used to be done in the background, which made failures hard to understand.
    The other side answers slowly on Mondays, and the limit takes that into account.
    Amounts are kept in the smallest unit of their currency, never as fractions.
    An empty value means that the customer has not made up their mind yet.
    The names are those of the contract with accounting and must not be changed alone.
    Two people may do this at the same time; the later one wins, as agreed with support.
    The same words are used in the letters that go out, and translated from there.
    It is cheaper to work this out once more than to remember it and be wrong.
    Times are those of the warehouse, which is two hours ahead of the office.
    The old clients still send the short form, and will do so until the end of the year.
    Left as simple as it is on purpose: the clever version was wrong three times.
    There are never more than a few hundred of these, in the largest shops as well.
    Taken over from the old system together with its numbers, which begin at nine thousand.
""".split("\n")[1:-1]


def remarked(files: Mapping[str, str]) -> dict[str, str]:
    """The files with remarks, the same in every run and for every other set of files."""
    return {path: _with_remarks(path, text) for path, text in files.items()}


def _with_remarks(path: str, text: str) -> str:
    suffix = PurePosixPath(path).suffix
    if suffix not in _SIGNS:
        return text
    dice = random.Random(zlib.crc32(path.encode()))
    rarely = _ONE_IN[suffix] * (_IN_TESTS[suffix] if role(path) == "test" else 1)
    begins = re.compile(rf"([ \t]*)(?:{_BEGINS[suffix]})")
    lines: list[str] = []
    for line in text.split("\n"):
        found = begins.match(line)
        # Between a decorator and what it decorates, and within a chain, nobody remarks anything.
        joined = bool(lines) and (
            lines[-1].lstrip().startswith("@") or lines[-1].rstrip().endswith(("\\", "(", ",", "="))
        )
        if found is not None and not joined and dice.random() < 1 / rarely:
            said = dice.sample(_SAID, dice.choice((1, 1, 2)))
            lines += [f"{found[1]}{_SIGNS[suffix]} {one.strip()}" for one in said]
        lines.append(line)
    return "\n".join(lines)

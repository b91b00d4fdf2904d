"""Makes the README's picture out of what `persona-lsp check examples/bookshop` prints. Run it when the output changes."""

import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[2]
PICTURE = Path(__file__).with_name("check.svg")

COMMAND = ("check", "examples/bookshop")
SHOWN = (
    ("route-shadowed", "catalogue/"),
    ("error-with-success-status", "orders/"),
    ("sql-injection-dynamic-query", "payments/"),
    ("get-with-side-effects", "storefront/"),
)
"""One finding of each framework; the picture says how many more there are."""

WIDTH = 122
"""Columns: enough for most lines, few enough to be read at the width of a README."""

_THEME = TerminalTheme(
    (30, 33, 40),
    (215, 218, 224),
    [
        (30, 33, 40),
        (240, 113, 120),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (215, 218, 224),
    ],
)
# No font is fetched: pictures in a README may not load anything, and any monospaced font will do.
_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_SVG = f"""\
<svg class="rich-terminal" viewBox="0 0 {{width}} {{height}}" xmlns="http://www.w3.org/2000/svg">
<style>
.{{unique_id}}-matrix {{{{ font-family: {_FONT}; font-size: {{char_height}}px; line-height: {{line_height}}px; }}}}
.{{unique_id}}-title {{{{ font-family: {_FONT}; font-size: 18px; }}}}
{{styles}}
</style>
<defs>
<clipPath id="{{unique_id}}-clip-terminal"><rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}" /></clipPath>
{{lines}}
</defs>
{{chrome}}
<g transform="translate({{terminal_x}}, {{terminal_y}})" clip-path="url(#{{unique_id}}-clip-terminal)">
{{backgrounds}}
<g class="{{unique_id}}-matrix">
{{matrix}}
</g>
</g>
</svg>
"""


def screen() -> Text:
    """What stands in the picture: some of the findings as the terminal shows them, in its colours."""
    *findings, summary = _output().split("\n\n")
    shown = [finding for finding in findings if any(_is(finding, *one) for one in SHOWN)]
    if len(shown) != len(SHOWN):
        raise SystemExit(f"the picture wants one finding of each: {SHOWN}; there are {len(shown)}")
    left_out = f"\x1b[2m... {len(findings) - len(shown)} more\x1b[0m"
    prompt = f"\x1b[1;32m$\x1b[0m persona-lsp {' '.join(COMMAND)}"
    return Text("\n").join(Text.from_ansi(piece + "\n") for piece in (prompt, *shown, left_out, summary.strip()))


def picture(text: Text) -> str:
    """A terminal window with a text in it, as SVG. The same text gives the same picture."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(width=WIDTH, record=True, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(text, end="")
    return console.export_svg(
        title="", theme=_THEME, code_format=_SVG, unique_id="persona-lsp", font_aspect_ratio=0.602
    )


def _output() -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "server"), "PYTHONUTF8": "1", "TERM": "xterm-256color"}  # noqa: TID251  # runs the command
    result = subprocess.run(  # noqa: S603  # runs the command of this repository
        [sys.executable, "-m", "persona_lsp", *COMMAND, "--color", "always", "--fail-on", "never", "--no-cache"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return result.stdout


def _is(finding: str, rule: str, folder: str) -> bool:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", finding)
    return f"({rule})" in plain and f"{COMMAND[-1]}/{folder}" in plain.split(":", 1)[0]


if __name__ == "__main__":
    PICTURE.write_text(picture(screen()), encoding="utf-8", newline="\n")

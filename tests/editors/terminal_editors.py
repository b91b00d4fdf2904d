"""Neovim, Vim, Emacs and Helix, as somebody at a terminal uses them: keys in, text on the screen out."""

from abc import abstractmethod

from tests.editors.desk import Desk
from tests.editors.editor import FINDING, Editor
from tests.editors.terminal import Terminal

HOVER = r"POST /orders"
FIX = "Hide the text of the failure"
FIXED = 'detail="Service unavailable"'


class _Terminal(Editor):
    screen: Terminal

    def leave(self) -> None:
        self.quit()
        self.screen.wait_for_end()

    @abstractmethod
    def quit(self) -> None:
        """Press the keys for it."""


class _Vi(_Terminal):
    def see(self, *messages: str) -> None:
        for message in messages:
            self.screen.wait(message)

    def command(self, text: str) -> None:
        self.screen.type(f":{text}")
        self.screen.wait(f"^:{_quoted(text)}")
        self.screen.press("Enter")

    def save(self) -> None:
        self.command("write")

    def quit(self) -> None:
        self.command("quit")


class Neovim(_Vi):
    """Neovim 0.7 to 0.11."""

    def start(self, desk: Desk, executable: str, *, printed: bool) -> Terminal:
        nvim = desk.config / "nvim"
        desk.configure("neovim", "persona-lsp.lua", nvim / "plugin" / "persona-lsp.lua", printed=printed)
        # Since 0.11, Neovim shows no text of diagnostics unless it is told to.
        (nvim / "init.lua").write_text("vim.diagnostic.config({ virtual_text = true })\n")
        return Terminal(desk, [executable, self.file])

    def hover(self) -> None:
        self.command("call cursor(9, 5)")
        self.command("lua vim.lsp.buf.hover()")
        self.screen.wait(HOVER)
        # A key that moves the cursor closes the window.
        self.screen.press("j")
        self.screen.wait_until_not(HOVER)

    def fix(self) -> None:
        self.command("call cursor(14, 76)")
        self.command("lua vim.lsp.buf.code_action()")
        self.screen.wait(f"^1: {FIX}")
        self.screen.type("1")
        self.screen.press("Enter")
        self.screen.wait(FIXED)
        self.screen.wait_until_not(FINDING)


class Vim(_Vi):
    """Vim 9 with ALE."""

    def start(self, desk: Desk, executable: str, *, printed: bool) -> Terminal:
        place = desk.home / ".vim" / "after" / "plugin" / "persona-lsp.vim"
        desk.configure("vim", "persona-lsp.vim", place, printed=printed)
        (desk.home / ".vimrc").write_text(
            "set nocompatible nomore\nfiletype plugin indent on\npackadd! ale\n"
            "let g:ale_linters_explicit = 1\nlet g:ale_linters = {'python': ['persona_lsp'], 'markdown': ['persona_lsp']}\n"
            "let g:ale_virtualtext_cursor = 'all'\n"
        )
        return Terminal(desk, [executable, self.file])

    def hover(self) -> None:
        self.command("call cursor(9, 5)")
        self.command("ALEHover")
        self.screen.wait(HOVER)
        self.command("pclose")
        self.screen.wait_until_not(HOVER)

    def fix(self) -> None:
        self.command("call cursor(14, 76)")
        self.command("ALECodeAction")
        self.screen.wait(f"1\\) {FIX}")
        self.screen.type("1")
        self.screen.press("Enter")
        self.screen.wait(FIXED)
        self.screen.wait_until_not(FINDING)


class Emacs(_Terminal):
    """Emacs with Eglot, without a window system."""

    def start(self, desk: Desk, executable: str, *, printed: bool) -> Terminal:
        place = desk.config / "emacs" / "persona-lsp.el"
        desk.configure("emacs", "persona-lsp.el", place, printed=printed)
        # A home without compiled code would be filled first, with warnings in a window of their own.
        quiet = "native-comp-deferred-compilation nil native-comp-jit-compilation nil"
        (desk.config / "emacs" / "early-init.el").write_text(f"(setq {quiet})\n")
        (desk.config / "emacs" / "init.el").write_text(
            '(load "~/.config/emacs/persona-lsp.el")\n'
            "(add-hook 'python-mode-hook #'eglot-ensure)\n"
            "(add-hook 'persona-lsp-file-mode-hook #'eglot-ensure)\n"
            "(setq inhibit-startup-screen t make-backup-files nil split-width-threshold nil)\n"
        )
        return Terminal(desk, [executable, "-nw", self.file])

    def see(self, *messages: str) -> None:
        self.screen.wait(r"Flymake\[[\d ]*[1-9]")
        self.run("flymake-show-buffer-diagnostics")
        for message in messages:
            self.screen.wait(message)
        self.run("delete-other-windows")
        self.screen.wait_until_not(messages[-1])

    def hover(self) -> None:
        self.go_to("9")
        self.run("forward-word")
        self.run("forward-word")
        self.run("eldoc")
        self.screen.wait(HOVER)
        self.run("delete-other-windows")

    def fix(self) -> None:
        self.run("flymake-goto-next-error")
        self.run("eglot-code-actions")
        self.screen.wait("Pick an action")
        self.screen.type(FIX)
        self.screen.press("Enter")
        self.screen.wait(FIXED)
        self.screen.wait(r"Flymake\[1 0\]")

    def save(self) -> None:
        self.run("save-buffer")

    def quit(self) -> None:
        self.screen.press("C-x", "C-c")

    def go_to(self, line: str) -> None:
        self.run("goto-line")
        self.screen.wait("^Goto line")
        self.screen.type(line)
        self.screen.press("Enter")

    def run(self, command: str) -> None:
        self.screen.press("M-x")
        self.screen.wait(r"^M-x")
        self.screen.type(command)
        self.screen.wait(f"^M-x {command}")
        self.screen.press("Enter")
        self.screen.wait_until_not(f"^M-x {command}")


class Helix(_Terminal):
    """Helix 25.01."""

    def start(self, desk: Desk, executable: str, *, printed: bool) -> Terminal:
        helix = desk.config / "helix"
        desk.configure("helix", "languages.toml", helix / "languages.toml", printed=printed)
        desk.configure("helix", "config.toml", helix / "config.toml", printed=False)
        return Terminal(desk, [executable, self.file])

    def see(self, *messages: str) -> None:
        for message in messages:
            self.screen.wait(message)

    def hover(self) -> None:
        self.command("goto 9")
        self.screen.press("w", "w")
        self.screen.press("Space", "k")
        self.screen.wait(HOVER)
        self.screen.press("Escape")
        self.screen.wait_until_not(HOVER)

    def fix(self) -> None:
        self.screen.press("]", "d")
        self.screen.press("Space", "a")
        self.screen.wait(FIX)
        self.screen.press("Enter")
        self.screen.wait(FIXED)
        self.screen.wait_until_not(FINDING)

    def save(self) -> None:
        self.command("write")

    def quit(self) -> None:
        self.command("quit")

    def command(self, text: str) -> None:
        self.screen.type(f":{text}")
        self.screen.wait(f":{_quoted(text)}")
        self.screen.press("Enter")


def _quoted(text: str) -> str:
    return "".join(f"\\{one}" if one in "().*[]" else one for one in text)

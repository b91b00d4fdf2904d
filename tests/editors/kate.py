"""Kate, with a display of its own."""

from tests.editors.desk import INSTALLED, Desk
from tests.editors.editor import Editor
from tests.editors.window import Window


class Kate(Editor):
    """Kate 22.12."""

    screen: Window

    def start(self, desk: Desk, executable: str, *, printed: bool) -> Window:
        settings = desk.config / "kate" / "lspclient" / "settings.json"
        desk.configure("kate", "settings.json", settings, printed=printed)
        # Kate asks once for every command line of a server; here, somebody has said yes before.
        allowed = ",".join([str(desk.command), str(INSTALLED)])
        (desk.config / "katerc").write_text(
            "[General]\nShow welcome view for new window=false\nStartup Session=new\n\n"
            f"[Kate Plugins]\nlspclientplugin=true\n\n[lspclient]\nAllowedServerCommandLines={allowed}\n"
        )
        desk.environment |= {"QT_QPA_PLATFORM": "xcb", "QT_FONT_DPI": "144"}
        place = ["--line", "14", "--column", "72"] if self.file == "main.py" else []
        window = Window(desk, ["dbus-run-session", "--", executable, "-n", "-b", *place, self.file])
        window.fill("^kate$")
        return window

    def see(self, *messages: str) -> None:
        self.screen.point("^LSP$", button=1)
        for message in messages:
            self.screen.wait(message)
        self.screen.point("^LSP$", button=1)
        self.screen.wait_until_not(messages[-1])

    def hover(self) -> None:
        self.screen.point("create")
        self.screen.wait("anyone may call it")
        # The card goes when the mouse leaves it.
        self.screen.point("^anyone$")
        self.screen.point("^LSP$")
        self.screen.wait_until_not("anyone may call it")

    def fix(self) -> None:
        self.screen.press("ctrl+period")
        self.screen.wait("Service unavailable")

    def save(self) -> None:
        self.screen.press("ctrl+s")

    def leave(self) -> None:
        self.screen.press("ctrl+q")
        self.screen.wait_for_end()

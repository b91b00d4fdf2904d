"""The platforms that the extension is packaged for, as `vsce` names them, and which wheels fit on each."""

import platform
from typing import NamedTuple

PYTHONS = ("3.11", "3.12", "3.13", "3.14")


class Target(NamedTuple):
    """A platform: the tags of its wheels, and what it calls itself; no tags where nothing is compiled."""

    name: str
    platforms: list[str]
    system: str
    machine: str

    def markers(self, python: str) -> dict[str, str]:
        """The environment in which conditions of requirements are read there."""
        sys_platform = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}[self.system]
        return {
            "extra": "",
            "implementation_name": "cpython",
            "os_name": "nt" if self.system == "Windows" else "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": self.system,
            "python_full_version": f"{python}.0",
            "python_version": python,
            "sys_platform": sys_platform,
        }


def _manylinux(machine: str) -> list[str]:
    new = [f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1)]
    return [
        *new,
        f"manylinux2014_{machine}",
        *([f"manylinux2010_{machine}", f"manylinux1_{machine}"] * (machine == "x86_64")),
    ]


def _musllinux(machine: str) -> list[str]:
    return [f"musllinux_1_{minor}_{machine}" for minor in (2, 1)]


def _macos(machine: str) -> list[str]:
    old = [f"macosx_10_{minor}_{machine}" for minor in range(15, 8, -1)] if machine == "x86_64" else []
    return [
        *(f"macosx_{major}_0_{machine}" for major in range(14, 10, -1)),
        *old,
        *(one.replace(machine, "universal2") for one in old),
        "macosx_11_0_universal2",
    ]


TARGETS = {
    one.name: one
    for one in (
        Target("linux-x64", _manylinux("x86_64"), "Linux", "x86_64"),
        Target("linux-arm64", _manylinux("aarch64"), "Linux", "aarch64"),
        Target("alpine-x64", _musllinux("x86_64"), "Linux", "x86_64"),
        Target("alpine-arm64", _musllinux("aarch64"), "Linux", "aarch64"),
        Target("darwin-x64", _macos("x86_64"), "Darwin", "x86_64"),
        Target("darwin-arm64", _macos("arm64"), "Darwin", "arm64"),
        Target("win32-x64", ["win_amd64"], "Windows", "AMD64"),
        Target("win32-arm64", ["win_arm64"], "Windows", "ARM64"),
        Target("universal", [], "Linux", ""),
    )
}


def this_target() -> str:
    """The platform of this machine. Raises KeyError where nobody has built for it."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}[platform.system()]
    if system == "linux" and not platform.libc_ver()[0]:
        system = "alpine"
    return f"{system}-{machine}"

"""Puts a copy of the server into bundled/: its wheel, and the libraries that it needs on one platform.

    python3 scripts/bundle.py [--target TARGET]

TARGET is a platform as `vsce` names it, this one by default. For `universal`, there are no libraries: such an
extension starts the server of an environment or with uvx. Wheels are downloaded with pip, never built, so that the
bundle for any platform can be made on any other.
"""

import argparse
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUNDLED = HERE.parent / "bundled"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LEFT_OUT = {"anthropic"}
"""Nothing that the server does imports these yet, and with what they need they are larger than all the others."""


def _manylinux(machine: str) -> list[str]:
    new = [f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1)]
    return [
        *new,
        f"manylinux2014_{machine}",
        *([f"manylinux2010_{machine}", f"manylinux1_{machine}"] * (machine == "x86_64")),
    ]


def _macos(machine: str, oldest: int) -> list[str]:
    old = [f"macosx_10_{minor}_{machine}" for minor in range(15, 8, -1)] if machine == "x86_64" else []
    return [
        *(f"macosx_{major}_0_{machine}" for major in range(14, oldest - 1, -1)),
        *old,
        *(o.replace(machine, "universal2") for o in old),
        "macosx_11_0_universal2",
    ]


TARGETS = {
    "linux-x64": _manylinux("x86_64"),
    "linux-arm64": _manylinux("aarch64"),
    "alpine-x64": ["musllinux_1_2_x86_64", "musllinux_1_1_x86_64"],
    "alpine-arm64": ["musllinux_1_2_aarch64", "musllinux_1_1_aarch64"],
    "darwin-x64": _macos("x86_64", 11),
    "darwin-arm64": _macos("arm64", 11),
    "win32-x64": ["win_amd64"],
    "win32-arm64": ["win_arm64"],
    "universal": [],
}


def this_target() -> str:
    """The platform of this machine. Raises KeyError where nobody has built for it."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}[platform.system()]
    if system == "linux" and not platform.libc_ver()[0]:
        system = "alpine"
    return f"{system}-{machine}"


def main() -> int:
    """Make the bundle anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", default=this_target(), choices=sorted(TARGETS))
    target = parser.parse_args().target
    shutil.rmtree(BUNDLED, ignore_errors=True)
    BUNDLED.mkdir()
    shutil.copy(HERE / "probe.py", BUNDLED)
    _pip("wheel", "--no-deps", "--wheel-dir", str(BUNDLED), str(ROOT))
    (wheel,) = BUNDLED.glob("*.whl")
    if TARGETS[target]:
        _unpack(wheel, BUNDLED / "common")
        with tempfile.TemporaryDirectory() as folder:
            for python in PYTHONS:
                _libraries(python, TARGETS[target], Path(folder) / python)
    return 0


def _libraries(python: str, platforms: list[str], folder: Path) -> None:
    tag = f"cp{python.replace('.', '')}"
    kinds = [f"--platform={one}" for one in platforms] + [f"--abi={abi}" for abi in (tag, "abi3", "none")]
    _pip(
        "download", "--quiet", "--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *kinds,
        "--constraint", str(ROOT / "constraints.txt"), "--dest", str(folder), *_requirements(),
    )  # fmt: skip
    for wheel in sorted(folder.glob("*.whl")):
        version, abi, _platform = wheel.stem.rsplit("-", 3)[1:]
        shared = abi in ("none", "abi3") and (version.startswith("py3") or int(version.removeprefix("cp3")) <= 11)
        _unpack(wheel, BUNDLED / ("common" if shared else tag))


def _requirements() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        dependencies: list[str] = tomllib.load(file)["project"]["dependencies"]
    return [one for one in dependencies if re.split(r"[^\w-]", one)[0] not in LEFT_OUT]


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        # Programs and headers of packages are of no use here; what tells their licences stays.
        archive.extractall(folder, [name for name in archive.namelist() if ".data/" not in name])


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())

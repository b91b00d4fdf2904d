"""Puts a copy of the server into bundled/: its wheel, and the libraries that it needs on one platform.

    python3 scripts/bundle.py [--target TARGET]

TARGET is a platform as `vsce` names it, this one by default. For `universal`, there are no libraries: such an
extension starts the server of an environment or with uvx. So does every other where some library has no wheel for the
platform and the Python at hand. Wheels are downloaded with pip, never built, so that the bundle for any platform can
be made on any other.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from email.parser import HeaderParser
from pathlib import Path

# What pip itself reads requirements with; nothing else is sure to be there.
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name, parse_wheel_filename
from targets import PYTHONS, TARGETS, Target, this_target

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUNDLED = HERE.parent / "bundled"
NO_WHEEL = re.compile(r"(?:No matching distribution found for|Cannot install) (\S+)")


def main() -> int:
    """Make the bundle anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", default=this_target(), choices=sorted(TARGETS))
    target = TARGETS[parser.parse_args().target]
    shutil.rmtree(BUNDLED, ignore_errors=True)
    BUNDLED.mkdir()
    shutil.copy(HERE / "probe.py", BUNDLED)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        made = pool.submit(_pip, "wheel", "--quiet", "--no-deps", f"--wheel-dir={BUNDLED}", str(ROOT))
        wheels = libraries(target, Path(folder)) if target.platforms else {}
        made.result()
        if not wheels:
            note = "bundle.py: no libraries; this package starts the server of an environment, or its wheel with uvx"
            print(note, file=sys.stderr)
            return 0
        (own,) = BUNDLED.glob("*.whl")
        _unpack(own, BUNDLED / "common")
        for wheel, place in wheels.items():
            _unpack(wheel, BUNDLED / place)
    return 0


def libraries(target: Target, folder: Path) -> dict[Path, str]:
    """The wheels of all libraries -> the folder of the bundle for each; none where no Python has wheels of all.

    Libraries are chosen once, for the oldest Python that has them; for newer ones, what is compiled is fetched anew.
    """
    places: dict[Path, str] = {}
    pythons = list(PYTHONS)
    while pythons and not places:
        python = pythons.pop(0)
        if _chosen(target, python, folder / python):
            places = {wheel: _place(wheel, python) for wheel in sorted((folder / python).glob("*.whl"))}
    compiled = [_pinned(wheel) for wheel, place in places.items() if place != "common"]
    if compiled:
        with ThreadPoolExecutor() as pool:
            wanted = ["--no-deps", *compiled]
            fetched = {one: pool.submit(_download, target, one, wanted, folder / one) for one in pythons}
        for python, result in fetched.items():
            if result.result():
                places.update({wheel: _place(wheel, python) for wheel in sorted((folder / python).glob("*.whl"))})
    return places


def _chosen(target: Target, python: str, folder: Path) -> bool:
    wanted = requirements()
    while wanted:
        if not _download(target, python, wanted, folder):
            return False
        # pip asks the machine that it runs on what a platform needs, not the platform that it downloads for.
        wanted = missing(target, folder)
    return True


def requirements() -> list[str]:
    """What the server needs, as pyproject.toml says it."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        needed: list[str] = tomllib.load(file)["project"]["dependencies"]
    return needed


def missing(target: Target, folder: Path) -> list[str]:
    """What the wheels of a folder need on a platform, with any of the Pythons, and is not there."""
    there = {parse_wheel_filename(wheel.name)[0] for wheel in folder.glob("*.whl")}
    needed = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            (metadata,) = (one for one in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", one))
            head = HeaderParser().parsestr(archive.read(metadata).decode("utf-8"))
        for text in head.get_all("Requires-Dist") or ():
            one = Requirement(text)
            if canonicalize_name(one.name) in there:
                continue
            if one.marker is None or any(one.marker.evaluate(target.markers(python)) for python in PYTHONS):
                needed[one.name] = f"{one.name}{one.specifier}"
    return sorted(needed.values())


def arguments(target: Target, python: str) -> list[str]:
    """What makes pip choose wheels for a platform and a Python."""
    tag = f"cp{python.replace('.', '')}"
    kinds = [f"--platform={one}" for one in target.platforms] + [f"--abi={abi}" for abi in (tag, "abi3", "none")]
    constraints = f"--constraint={ROOT / 'constraints.txt'}"
    return ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *kinds, constraints]


def _download(target: Target, python: str, wanted: list[str], folder: Path) -> bool:
    """Fetch wheels; False, and a message, where there is none of something."""
    try:
        _pip("download", "--quiet", *arguments(target, python), f"--dest={folder}", *wanted)
    except subprocess.CalledProcessError as error:
        lacking = NO_WHEEL.search(error.stderr)
        if lacking is None:
            sys.stderr.write(error.stderr)
            raise
        # What was fetched before belongs to nothing now.
        shutil.rmtree(folder, ignore_errors=True)
        note = f"bundle.py: {target.name}: there is no wheel of {lacking[1]} for Python {python}, which is left out"
        print(note, file=sys.stderr)
        return False
    return True


def _place(wheel: Path, python: str) -> str:
    """The folder of the bundle that a wheel belongs into: that of all Pythons, or of one."""
    version, abi, _platform = wheel.stem.rsplit("-", 3)[1:]
    shared = abi in ("none", "abi3") and (version.startswith("py") or int(version.removeprefix("cp3")) <= 11)
    return "common" if shared else f"cp{python.replace('.', '')}"


def _pinned(wheel: Path) -> str:
    name, version, *_ = parse_wheel_filename(wheel.name)
    return f"{name}=={version}"


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        # Programs and headers of packages are of no use here; what tells their licences stays.
        archive.extractall(folder, [name for name in archive.namelist() if ".data/" not in name])


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)


if __name__ == "__main__":
    sys.exit(main())

"""Workspaces that are too large, may not be written, are open twice, are none at all or have odd names: the real server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import REAL, RICH, Client

MAIN = """\
from fastapi import FastAPI
from routes.orders import router

app = FastAPI()
app.include_router(router, prefix="/api")


@app.get("/items/{item_id}")
def read_item(item_id: int):
    return {"id": item_id}


@app.get("/items/newest")
def newest():
    return {}
"""
ROUTES = """\
from fastapi import APIRouter

router = APIRouter()


@router.get("/orders")
def orders():
    return []
"""
SHADOWED = "route-shadowed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small project of two files."""
    return project(tmp_path / "project")


def project(root: Path) -> Path:
    (root / "routes").mkdir(parents=True)
    (root / "main.py").write_text(MAIN, encoding="utf-8")
    (root / "routes" / "orders.py").write_text(ROUTES, encoding="utf-8")
    return root


def rules(found: list[Any]) -> set[str]:
    return {one["code"] for one in found}


def looks_at(client: Client, root: Path) -> set[str]:
    """Open both files, ask for the path that only both together tell, and give the rules of what is found in one."""
    for name in ("main.py", "routes/orders.py"):
        client.open((root / name).as_uri(), (root / name).read_text(encoding="utf-8"))
    uri = (root / "main.py").as_uri()
    client.settled(uri, lambda found: SHADOWED in rules(found))
    routes = {
        "textDocument": {"uri": (root / "routes" / "orders.py").as_uri()},
        "position": {"line": 6, "character": 6},
    }
    assert "/api/orders" in client.request("textDocument/hover", routes)["contents"]["value"]
    return rules(client.diagnostics(uri))


def contents(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@pytest.fixture
def huge(tmp_path: Path) -> Iterator[Path]:
    """A workspace of 100,000 source files, and one more that a person looks at."""
    root = tmp_path / "huge"
    for number in range(1000):
        module = root / f"service_{number // 100}" / f"module_{number}"
        module.mkdir(parents=True)
        first = module / "part_0.py"
        first.write_text("def total(rows):\n    return sum(rows)\n", encoding="utf-8")
        for part in range(1, 100):
            # Links cost the disk less, and are files to everybody who reads them.
            os.link(first, module / f"part_{part}.py")
    (root / "main.py").write_text(MAIN.replace("from routes.orders import router\n", ""), encoding="utf-8")
    yield root
    # pytest keeps the folders of some runs, and this one is too large for that.
    shutil.rmtree(root)


def test_a_workspace_of_100_000_files_is_read_beside_what_a_person_does(huge: Path, tmp_path: Path) -> None:
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, huge, initializationOptions={"debounceMs": 0})
        uri = (huge / "main.py").as_uri()
        text = (huge / "main.py").read_text(encoding="utf-8")
        client.open(uri, text)
        hover = {"textDocument": {"uri": uri}, "position": {"line": 7, "character": 6}}
        assert "/items/{item_id}" in client.request("textDocument/hover", hover)["contents"]["value"]
        assert not _ended(client), "the hover did not wait for the files"
        # Findings wait for other files for ten seconds at most.
        client.settled(uri, lambda found: SHADOWED in rules(found), 60)
        client.change(uri, 2, {"text": text.replace("/items/newest", "/newest")})
        client.settled(uri, lambda found: SHADOWED not in rules(found))
        told = client.until(lambda: [one["value"] for one in client.notified("$/progress")] or None)
        assert told[0]["kind"] == "begin"
        assert told[0]["cancellable"]
        if not _ended(client):
            # Where the machine is quick, everything has been read by now, and nothing is left to be stopped.
            (token,) = {one["token"] for one in client.notified("$/progress")}
            client.notify("window/workDoneProgress/cancel", {"token": token})
        client.until(lambda: _ended(client) or None)
        assert client.request("textDocument/hover", hover) is not None
        client.request("shutdown")
        client.notify("exit")
        assert client.exit_code() == 0


def _ended(client: Client) -> bool:
    return any(one["value"]["kind"] == "end" for one in client.notified("$/progress"))


def test_nothing_is_written_into_a_workspace(folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    with Client(REAL, cwd=folder, cache=tmp_path / "cache") as client:
        client.initialize(RICH, folder)
        looks_at(client, folder)
        client.request("shutdown")
        client.notify("exit")
        client.exit_code()
    assert contents(folder) == before


def test_a_read_only_workspace_without_a_place_for_the_cache(folder: Path, tmp_path: Path) -> None:
    """What no program may write, root neither: the folder is mounted read-only where that can be done."""
    (tmp_path / "file").touch()
    mounted = f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && ! touch "{folder}/x" 2>&-'
    can_mount = subprocess.run(["unshare", "-m", "sh", "-c", mounted], check=False, capture_output=True).returncode == 0
    command = ["unshare", "-m", "sh", "-c", f'{mounted} && exec "$@"', "sh", *REAL] if can_mount else REAL
    if not can_mount:
        for path in (*folder.rglob("*"), folder):
            path.chmod(0o555 if path.is_dir() else 0o444)
    with Client(command, cache=tmp_path / "file" / "cache") as client:
        client.initialize(RICH, folder)
        assert looks_at(client, folder) >= {SHADOWED}
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def test_two_windows_on_one_folder(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with Client(REAL, cache=cache) as one, Client(REAL, cache=cache) as other:
        one.initialize(RICH, folder)
        other.initialize(RICH, folder)
        assert looks_at(one, folder) == looks_at(other, folder)
        # The first window mends it and saves; the other, which has not touched the file, is told by its watcher.
        uri, mended = (folder / "main.py").as_uri(), MAIN.replace("/items/newest", "/newest")
        one.change(uri, 2, {"text": mended})
        (folder / "main.py").write_text(mended, encoding="utf-8")
        one.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        one.settled(uri, lambda found: SHADOWED not in rules(found))
        one.request("shutdown")
        one.notify("exit")
        assert one.exit_code() == 0
        other.change(uri, 2, {"text": mended})
        other.settled(uri, lambda found: SHADOWED not in rules(found))
    with Client(REAL, cache=cache) as third:
        third.initialize(RICH, folder)
        third.open(uri, mended)
        assert SHADOWED not in rules(third.diagnostics(uri, 1))


def test_a_single_file_without_a_workspace(folder: Path, tmp_path: Path) -> None:
    with Client(REAL, cwd=tmp_path, cache=tmp_path / "cache") as client:
        client.initialize(RICH)
        uri = (folder / "main.py").as_uri()
        client.open(uri, MAIN)
        client.settled(uri, lambda found: SHADOWED in rules(found))
        hover = {"textDocument": {"uri": uri}, "position": {"line": 7, "character": 6}}
        assert "/items/{item_id}" in client.request("textDocument/hover", hover)["contents"]["value"]


@pytest.mark.parametrize(
    "name", ["a b", "Büro & Bücher", "100 % café", "日本語 ☕", "a#b?c;d=e", "e\u0301 decomposed", "it's [a] {folder}"]
)
def test_paths_with_blanks_and_other_letters(name: str, tmp_path: Path) -> None:
    root = project(tmp_path / name)
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, root)
        assert looks_at(client, root) >= {SHADOWED}
        prefix = MAIN.split("\n")[4].index("router")
        place = {"textDocument": {"uri": (root / "main.py").as_uri()}, "position": {"line": 4, "character": prefix + 8}}
        found = client.request("textDocument/definition", place)
        (target,) = found if isinstance(found, list) else [found]
        assert target.get("uri", target.get("targetUri")) == (root / "routes" / "orders.py").as_uri()


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    root = project(tmp_path / "project")
    try:
        odd = os.fsencode(root) + b"/\xff.py"
        with open(odd, "wb") as file:
            file.write(ROUTES.encode())
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, root)
        assert looks_at(client, root) >= {SHADOWED}

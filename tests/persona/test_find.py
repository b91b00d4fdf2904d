"""Personas are found in four places; the higher one wins, and a broken file never costs another."""

from fnmatch import fnmatch
from pathlib import Path

from tests.persona.edits import codes, persona_file

from persona_lsp.persona.find import bundled_folder, choose, find_personas, read_persona


class Disk:
    """Files in memory; what maps to None cannot be read."""

    def __init__(self, files: dict[str, bytes | None]) -> None:
        self.files = files

    def list(self, folder: str, pattern: str) -> tuple[str, ...]:
        if folder.startswith("/locked"):
            raise PermissionError(13, "Permission denied")
        glob = pattern.removeprefix("**/")
        deep = pattern.startswith("**/")
        return tuple(
            path
            for path in self.files
            if path.startswith(folder + "/")
            and fnmatch(path.rpartition("/")[2], glob)
            and (deep or "/" not in path.removeprefix(folder + "/"))
        )

    def read(self, path: str) -> bytes:
        data = self.files[path]
        if data is None:
            raise PermissionError(13, "Permission denied")
        return data


def named(name: str) -> bytes:
    return persona_file(f"name: {name}", "description: b")


def test_highest_first_and_the_higher_one_wins() -> None:
    disk = Disk(
        {
            "/b/same.md": named("same"),
            "/home/.claude/agents/same.md": named("same"),
            "/w/.github/agents/same.agent.md": named("same"),
            "/w/.claude/agents/team/same.md": named("same"),
            "/b/own.md": named("own"),
        }
    )
    found = find_personas(disk, ["/w"], "/home", "/b")
    assert [(one.name, one.origin, one.shadowed_by) for one in found] == [
        ("same", "workspace", None),
        ("same", "github", "/w/.claude/agents/team/same.md"),
        ("same", "user", "/w/.claude/agents/team/same.md"),
        ("own", "bundled", None),
        ("same", "bundled", "/w/.claude/agents/team/same.md"),
    ]


def test_a_broken_file_shadows_none_and_is_reported() -> None:
    disk = Disk(
        {"/w/.claude/agents/a.md": b"---\nname: a\n---\n", "/w/.claude/agents/x.md": None, "/b/a.md": named("a")}
    )
    broken, unreadable, whole = find_personas(disk, ["/w"], None, "/b")
    assert broken.loaded.persona is None
    assert whole.shadowed_by is None
    assert codes(unreadable.loaded) == ["file-unreadable"]
    assert choose((broken, unreadable, whole), "a") == whole


def test_places_that_cannot_be_read_have_no_personas() -> None:
    disk = Disk({"/b/a.md": named("a")})
    assert [one.path for one in find_personas(disk, ["/locked"], "/locked", "/b")] == ["/b/a.md"]
    assert find_personas(disk, [], None, None) == ()


def test_github_and_cursor_have_folders_of_their_own() -> None:
    disk = Disk(
        {
            "/w/.github/agents/a.md": named("a"),
            "/w/.cursor/agents/team/b.md": persona_file("description: no name is needed"),
        }
    )
    found = find_personas(disk, ["/w"], None, None)
    assert [(one.name, one.origin, one.loaded.problems) for one in found] == [("a", "github", ()), ("b", "cursor", ())]


def test_what_lies_beside_personas_is_none() -> None:
    disk = Disk({"/w/.claude/agents/README.md": b"# Ours", "/w/.github/agents/README.md": named("a")})
    assert find_personas(disk, ["/w"], None, None) == ()


def test_the_workspaces_in_their_order() -> None:
    disk = Disk({"/w1/.claude/agents/a.md": named("a"), "/w2/.claude/agents/a.md": named("a")})
    assert [one.shadowed_by for one in find_personas(disk, ["/w2", "/w1"], None, None)] == [
        None,
        "/w2/.claude/agents/a.md",
    ]


def test_chosen_by_name_path_or_in_another_case() -> None:
    disk = Disk({"/b/x.md": named("Backend Architect")})
    found = find_personas(disk, [], None, "/b")
    assert (
        choose(found, "Backend Architect") == choose(found, "/b/x.md") == choose(found, "backend architect") == found[0]
    )
    assert choose(found, "x") is None


def test_one_file_wherever_it_lies() -> None:
    assert read_persona(Disk({"/x/a.md": named("a")}), "/x/a.md").name == "a"


def test_the_bundled_folder_is_the_repository_s_in_an_editable_install() -> None:
    assert (Path(bundled_folder()) / "backend-developer.md").is_file()

"""Walking, reading, replacing and remembering files."""

import os
import threading
import time
from pathlib import Path

import msgspec
import pytest

from persona_lsp.extract.config import MANIFESTS, config
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.role import role
from persona_lsp.workspace import disk, pack


def put(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def found(root: Path, *paths: Path) -> list[str]:
    return [file.path for file in disk.walk(str(root), [str(path) for path in paths or (root,)]).files]


class TestWalk:
    def test_it_finds_source_and_configuration_and_nothing_else(self, tmp_path: Path) -> None:
        put(tmp_path, "app/main.py", "app/logo.svg", "package.json", "README.md", "src/main/resources/application.yml")
        assert found(tmp_path) == ["app/main.py", "package.json", "src/main/resources/application.yml"]

    @pytest.mark.parametrize(
        "name", [*MANIFESTS, "requirements-dev.txt", "tsconfig.json", "shop.csproj", "Directory.Build.props"]
    )
    def test_every_manifest_that_says_something_is_found(self, tmp_path: Path, name: str) -> None:
        put(tmp_path, name, text="{}")
        assert config(name, b"{}") is not None
        assert found(tmp_path) == [name]

    def test_folders_of_tools_and_packages_are_not_entered(self, tmp_path: Path) -> None:
        put(tmp_path, "a.py", "node_modules/x/i.js", ".git/hooks/h.py", ".venv/lib/l.py", "__pycache__/c.py")
        assert found(tmp_path) == ["a.py"]

    def test_build_and_vendor_are_left_out_beside_a_manifest_only(self, tmp_path: Path) -> None:
        put(tmp_path, "Gemfile", "vendor/gem.rb", "app/controllers/vendor/offers_controller.rb", "src/build/routes.js")
        assert found(tmp_path) == ["Gemfile", "app/controllers/vendor/offers_controller.rb", "src/build/routes.js"]

    def test_a_virtual_environment_is_known_by_its_mark(self, tmp_path: Path) -> None:
        put(tmp_path, "a.py", "myenv/pyvenv.cfg", "myenv/lib/b.py")
        assert found(tmp_path) == ["a.py"]

    def test_nested_gitignore_files_are_read_as_git_reads_them(self, tmp_path: Path) -> None:
        put(tmp_path, "a.py", "gen/b.py", "gen/keep.py", "deep/c.py", "deep/only/d.py", "deep/only/e.py", "f.py")
        (tmp_path / ".gitignore").write_text("# comment\n/gen/*\n!keep.py\nf.py\n")
        (tmp_path / "deep/.gitignore").write_text("only/d.py\n!/f.py\n")
        (tmp_path / "deep/f.py").write_text("")
        assert found(tmp_path) == ["a.py", "deep/c.py", "deep/f.py", "deep/only/e.py", "gen/keep.py"]

    def test_ignore_files_above_count_up_to_the_top_of_the_repository(self, tmp_path: Path) -> None:
        put(tmp_path, "repo/.git/HEAD", "repo/service/a.py", "repo/service/secret.py", "repo/service/local.py")
        (tmp_path / ".gitignore").write_text("a.py\n")
        (tmp_path / "repo/.gitignore").write_text("secret.py\n")
        (tmp_path / "repo/.git/info").mkdir()
        (tmp_path / "repo/.git/info/exclude").write_text("/service/local.py\n")
        assert found(tmp_path / "repo/service") == ["a.py"]

    def test_what_git_keeps_is_read_whatever_its_ignore_files_say(self, tmp_path: Path) -> None:
        put(
            tmp_path,
            "core/back/a.py",
            "core/back/b.py",
            "gen/c.py",
            "d.py",
            "e.py",
            "x/core/front/f.py",
            "core/front/g.py",
        )
        (tmp_path / ".gitignore").write_text("/core/\n/gen/\n/d.py\n/e.py\nfront/\n")
        (tmp_path / ".git").mkdir()
        assert found(tmp_path) == []
        kept = [b"core/back/a.py", b"e.py", b"x/core/front/f.py", b"x/d.py"]
        entries = (bytes(60) + len(name).to_bytes(2, "big") + name + bytes(8 - (62 + len(name)) % 8) for name in kept)
        (tmp_path / ".git/index").write_bytes(b"DIRC" + bytes([0, 0, 0, 2, 0, 0, 0, len(kept)]) + b"".join(entries))
        assert found(tmp_path) == ["core/back/a.py", "e.py", "x/core/front/f.py"]

    def test_an_ignored_folder_is_walked_when_it_is_asked_for(self, tmp_path: Path) -> None:
        put(tmp_path, ".git/HEAD", "build/a.py")
        (tmp_path / ".gitignore").write_text("build/\n")
        assert found(tmp_path) == []
        assert found(tmp_path / "build") == ["a.py"]

    def test_a_file_that_is_asked_for_is_taken_whatever_it_is(self, tmp_path: Path) -> None:
        put(tmp_path, "node_modules/x/index.js", "notes.txt")
        (tmp_path / ".gitignore").write_text("*\n")
        assert found(tmp_path, tmp_path / "node_modules/x/index.js", tmp_path / "notes.txt") == [
            "node_modules/x/index.js",
            "notes.txt",
        ]

    def test_loops_of_links_end_and_a_linked_file_is_read_once(self, tmp_path: Path) -> None:
        put(tmp_path, "a/one.py")
        (tmp_path / "a/loop").symlink_to(tmp_path)
        (tmp_path / "a/self").symlink_to(tmp_path / "a/self")
        (tmp_path / "a/aa.py").symlink_to(tmp_path / "a/one.py")
        (tmp_path / "a/gone.py").symlink_to(tmp_path / "nowhere.py")
        assert found(tmp_path) == ["a/one.py"]

    def test_links_to_folders_of_the_repository_are_followed(self, tmp_path: Path) -> None:
        put(tmp_path, "shared/lib.py", "app/a.py")
        (tmp_path / ".git").mkdir()
        (tmp_path / "app/shared").symlink_to(tmp_path / "shared")
        assert found(tmp_path / "app") == ["a.py", "shared/lib.py"]

    def test_links_to_folders_elsewhere_are_not(self, tmp_path: Path) -> None:
        put(tmp_path, "else/where/lib.py", "app/a.py", "app-two/b.py")
        (tmp_path / "app/else").symlink_to(tmp_path / "else")
        (tmp_path / "app/two").symlink_to(tmp_path / "app-two")
        (tmp_path / "app/all").symlink_to("/")
        assert found(tmp_path / "app") == ["a.py"]
        assert found(tmp_path, tmp_path / "app", tmp_path / "app-two") == ["app-two/b.py", "app/a.py"]

    def test_an_unreadable_folder_is_a_problem_and_the_walk_goes_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path, "a.py", "locked/b.py", "z/c.py")
        scandir = os.scandir

        def refuse(path: str) -> object:
            if path.endswith("locked"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        walked = disk.walk(str(tmp_path), [str(tmp_path)])
        assert [file.path for file in walked.files] == ["a.py", "z/c.py"]
        assert walked.problems == (disk.Problem("locked", "cannot be read: Permission denied"),)

    def test_a_name_that_is_no_text_is_shown_as_one(self, tmp_path: Path) -> None:
        try:
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).write_text("x = 1")
        except OSError:
            pytest.skip("this file system takes only names that are text")
        (file,) = disk.walk(str(tmp_path), [str(tmp_path)]).files
        assert file.path == "caf\ufffd.py"
        assert disk.read(file) == b"x = 1"


class TestRead:
    def file(self, path: Path, *, asked: bool = False) -> disk.File:
        return disk.File(path.name, str(path), path.stat().st_size, asked)

    def test_a_file_above_the_limit_is_a_problem(self, tmp_path: Path) -> None:
        put(tmp_path, "big.py", text="x" * 3_000_000)
        problem = disk.read(self.file(tmp_path / "big.py"), 2_000_000)
        assert problem == disk.Problem("big.py", "has 3.0 MB, more than `max-file-size` (2.0 MB)")

    def test_a_file_that_has_grown_since_is_read_to_its_end_or_is_a_problem(self, tmp_path: Path) -> None:
        put(tmp_path, "a.py", text="x" * 10)
        met = self.file(tmp_path / "a.py")
        put(tmp_path, "a.py", text="y" * 200_000)
        assert disk.read(met) == b"y" * 200_000
        problem = disk.read(met, 100_000)
        assert isinstance(problem, disk.Problem)
        assert problem.message == "grew above `max-file-size` (0.1 MB) while it was read"

    def test_a_file_that_was_deleted_meanwhile_is_nothing(self, tmp_path: Path) -> None:
        put(tmp_path, "a.py")
        file = self.file(tmp_path / "a.py")
        (tmp_path / "a.py").unlink()
        assert disk.read(file) is None

    def test_binary_files_are_passed_over_and_reported_when_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes(b"\x00\x01\x02")
        assert disk.read(self.file(tmp_path / "a.py")) is None
        assert disk.read(self.file(tmp_path / "a.py", asked=True)) == disk.Problem("a.py", "is not text")

    def test_utf_16_is_a_problem_that_a_person_can_mend(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes("x = 1\n".encode("utf-16"))
        assert disk.read(self.file(tmp_path / "a.py")) == disk.Problem("a.py", "is UTF-16; save it as UTF-8")

    def test_invalid_utf_8_and_odd_line_ends_are_read_as_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx = '\xff'\r\n\ry\n")
        assert disk.read(self.file(tmp_path / "a.py")) == b"\xef\xbb\xbfx = '\xff'\r\n\ry\n"

    def test_minified_scripts_are_passed_over(self, tmp_path: Path) -> None:
        put(tmp_path, "app.js", text="function a(){return 1};" * 400)
        assert disk.read(self.file(tmp_path / "app.js")) is None
        assert disk.read(self.file(tmp_path / "app.js", asked=True)) is not None


class TestReplace:
    def test_it_writes_in_one_step_and_keeps_permissions_and_links(self, tmp_path: Path) -> None:
        put(tmp_path, "real.py", text="old")
        (tmp_path / "real.py").chmod(0o755)
        (tmp_path / "link.py").symlink_to("real.py")
        assert disk.replace(str(tmp_path / "link.py"), b"old", b"new")
        assert (tmp_path / "real.py").read_text() == "new"
        assert (tmp_path / "real.py").stat().st_mode & 0o777 == 0o755
        assert (tmp_path / "link.py").is_symlink()
        assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on this system")
    def test_a_pipe_or_device_is_written_into_and_stays_what_it_is(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        read: list[bytes] = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
        reader.start()
        disk.write(str(pipe), b"report")
        reader.join(10)
        assert read == [b"report"]
        assert pipe.is_fifo()

    def test_it_leaves_a_file_alone_that_changed_meanwhile(self, tmp_path: Path) -> None:
        put(tmp_path, "a.py", text="somebody's work")
        assert not disk.replace(str(tmp_path / "a.py"), b"old", b"new")
        assert (tmp_path / "a.py").read_text() == "somebody's work"


class TestFactsCache:
    facts = FileFacts("a.py", "python", "prod", ("fastapi",))
    packed = msgspec.msgpack.encode(facts)

    def saved(self, folder: Path, version: str = "1") -> None:
        cache = disk.FactsCache("/project", version, str(folder))
        cache.put("a.py", b"source", self.packed)
        cache.save(complete=True)

    def get(self, folder: Path, source: bytes = b"source", version: str = "1") -> FileFacts | None:
        return disk.FactsCache("/project", version, str(folder)).get("a.py", source)

    def test_it_remembers_facts_of_the_same_bytes_and_version(self, tmp_path: Path) -> None:
        self.saved(tmp_path)
        assert self.get(tmp_path) == self.facts
        assert self.get(tmp_path, b"other source") is None
        assert self.get(tmp_path, version="2") is None

    @pytest.mark.parametrize("place", [0.0, 0.2, 0.5, 0.99])
    def test_a_damaged_cache_is_thrown_away(self, tmp_path: Path, place: float) -> None:
        self.saved(tmp_path)
        (file,) = tmp_path.glob("*.pack")
        data = bytearray(file.read_bytes())
        data[int(place * len(data))] ^= 0xFF
        file.write_bytes(data)
        assert self.get(tmp_path) is None
        self.saved(tmp_path)
        assert self.get(tmp_path) == self.facts

    @pytest.mark.parametrize("length", [0, 5, 30, 60])
    def test_a_cut_cache_is_thrown_away(self, tmp_path: Path, length: int) -> None:
        self.saved(tmp_path)
        (file,) = tmp_path.glob("*.pack")
        file.write_bytes(file.read_bytes()[:length])
        assert self.get(tmp_path) is None

    def test_entries_of_deleted_files_go_when_all_was_read(self, tmp_path: Path) -> None:
        self.saved(tmp_path)
        part = disk.FactsCache("/project", "1", str(tmp_path))
        part.put("b.py", b"b", self.packed)
        part.save(complete=False)
        assert self.get(tmp_path) == self.facts
        whole = disk.FactsCache("/project", "1", str(tmp_path))
        assert whole.get("b.py", b"b") is not None
        whole.save(complete=True)
        assert self.get(tmp_path) is None

    def test_a_folder_that_cannot_be_written_is_no_trouble(self, tmp_path: Path) -> None:
        put(tmp_path, "file")
        cache = disk.FactsCache("/project", "1", str(tmp_path / "file" / "below"))
        cache.put("a.py", b"source", self.packed)
        cache.save(complete=True)

    def test_packs_not_used_for_longest_make_room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(disk, "CACHE_LIMIT", 400)
        old = tmp_path / "old.pack"
        old.write_bytes(pack.write({"x": (b"k", b"d" * 300)}))
        os.utime(old, (time.time() - 1000, time.time() - 1000))
        self.saved(tmp_path)
        assert not old.exists()
        assert self.get(tmp_path) == self.facts


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("app/main.py", b"", "prod"),
        ("config/routes.rb", b"", "prod"),
        ("src/main/java/com/acme/test/QuizController.java", b"", "prod"),
        ("app/controllers/tests/results_controller.rb", b"", "prod"),
        ("app/vendor/vendor.controller.ts", b"", "prod"),
        ("routes/tests.js", b"", "prod"),
        ("tests/test_main.py", b"", "test"),
        ("app/conftest.py", b"", "test"),
        ("src/test/java/com/acme/Fixture.java", b"", "test"),
        ("src/users.spec.ts", b"", "test"),
        ("src/answers.eval.ts", b"", "test"),
        ("src/parse.bench.ts", b"", "test"),
        ("src/eval.ts", b"", "prod"),
        ("src/Shop.IntegrationTests/Orders.cs", b"", "test"),
        ("src/Shop.IntegrationTestsToolbox/Database.cs", b"", "test"),
        ("src/Shop.TestHelpers/Orders.cs", b"", "test"),
        ("src/Shop.Contests/Orders.cs", b"", "prod"),
        ("src/Shop.Attestation/Orders.cs", b"", "prod"),
        ("spec/models/user_spec.rb", b"", "test"),
        ("src/__mocks__/db.ts", b"", "test"),
        ("src/Strength.fixtures.js", b"", "test"),
        ("app/mailers/preview_test_data.rb", b"", "test"),
        ("src/fixtures.ts", b"", "prod"),
        ("features/step_definitions/user_steps.rb", b"", "test"),
        ("db/migrate/20240101_add_users.rb", b"", "migration"),
        ("src/main/java/shop/db/V22_1_14__MoveUsers.java", b"", "migration"),
        ("alembic/versions/ab12_users.py", b"", "migration"),
        ("app/migrations/0001_initial.py", b"", "migration"),
        ("db/seeds.rb", b"", "seed"),
        ("lib/tasks/seed_books.rake", b"", "seed"),
        ("app/models/seed_packet.rb", b"", "prod"),
        ("prisma/seed.ts", b"", "seed"),
        ("scripts/backfill.py", b"", "script"),
        ("vitest.config.ts", b"", "test"),
        ("webpack.config.js", b"", "config"),
        ("src/main/resources/application.yml", b"", "config"),
        ("api/v1/users_pb2.py", b"", "generated"),
        ("client/api.py", b"# coding: utf-8\n\n# Generated file, do not edit.\n", "generated"),
        ("db/query.go", b"// Code generated by sqlc. DO NOT EDIT.\n", "generated"),
        ("src/schema.ts", b"/**\n * @generated\n */\n", "generated"),
        (
            "src/main/java/shop/OrdersApi.java",
            b"/**\n * NOTE: This class is auto generated by a tool.\n */\n",
            "generated",
        ),
        (
            "src/main/java/shop/Orders.java",
            b'import x.Y;\n\n@Generated(value = "tool")\nclass Orders {}\n',
            "generated",
        ),
        ("src/main/java/shop/Covered.java", b"import x.Y;\n\n@Generated\nclass Covered {}\n", "prod"),
        ("db/schema.rb", b"# This file is auto-generated from the current state of the database.", "generated"),
        ("app/ids.py", b'"""Uses ids that are auto-generated."""\n', "prod"),
        ("app/ids.py", b"x = 1\n# DO NOT EDIT\n", "prod"),
        ("public/app.js", b"var a=1;" * 1000, "generated"),
        ("third_party/lib.py", b"", "vendored"),
    ],
)
def test_the_role_of_a_file(path: str, head: bytes, expected: str) -> None:
    assert role(path, head) == expected

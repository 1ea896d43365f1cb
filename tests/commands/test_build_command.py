"""Which chapters `build` means, what it builds again, and what it keeps."""

from pathlib import Path

import pytest

from helpers.commands import build, outputs


@pytest.fixture
def executed(monkeypatch):
    """Build without running anything; lists the sources whose cells would have run."""
    ran = []
    monkeypatch.setattr(outputs, "execute", lambda notebook, source: ran.append(source.path))
    return ran


@pytest.fixture
def only_tiny(tiny, monkeypatch):
    """Let the command find the tiny source and no other; lists the names it was asked for."""
    asked = []

    def find_sources(names):
        asked.append(names)
        return [tiny]

    monkeypatch.setattr(build, "find_sources", find_sources)
    return asked


@pytest.mark.parametrize("names, found", [
    ([], ["02_backprop", "03_cnn"]),
    (["03"], ["03_cnn"]),
    (["02_backprop"], ["02_backprop"]),
    (["solutions/03_cnn.md"], ["03_cnn"]),
    (["chapters/02_backprop.ipynb", "03"], ["02_backprop", "03_cnn"]),
])
def test_a_chapter_is_called_by_number_name_or_file(tmp_path, names, found):
    (tmp_path / "solutions").mkdir()
    for name in ("03_cnn.md", "02_backprop.md", "02_backprop.ipynb", "notes.md"):
        (tmp_path / "solutions" / name).write_text("", encoding="utf-8")
    assert [path.stem for path in build.find_sources(names, tmp_path)] == found


def test_what_is_fresh_is_built_again_only_with_force(tiny, only_tiny, executed):
    assert build.main(["09"]) == 0 and build.main(["09"]) == 0
    assert executed == [tiny]
    assert build.main(["09", "--force"]) == 0
    assert executed == [tiny, tiny] and only_tiny == [["09"]] * 3


def test_check_says_what_is_missing_and_runs_nothing(tiny, only_tiny, executed, capsys):
    assert build.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "missing  solutions/09_tiny.ipynb" in said and "missing  chapters/09_tiny.ipynb" in said
    assert executed == [] and not any(build.target(tiny, kind).exists() for kind in build.FOLDERS)
    build.main([])
    build.target(tiny, "chapter").unlink()
    assert build.main(["--check"]) == 1   # one of the two is enough
    build.main([])
    assert build.main(["--check"]) == 0


def test_two_copies_kept_within_one_second_are_both_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(build.time, "strftime", lambda form: "20260101-000000")
    file = tmp_path / "09_tiny.ipynb"
    for text in ("one", "two", "three"):
        file.write_text(text, encoding="utf-8")
        build.move_aside(file, "its cells differ")
    kept = {path.read_text(encoding="utf-8") for path in tmp_path.glob("09_tiny.mine-*.ipynb")}
    assert kept == {"one", "two", "three"} and not file.exists()


def test_a_full_disk_leaves_a_chapter_that_was_worked_in_where_it_is(tiny, executed, monkeypatch):
    build.build(tiny)
    chapter = build.target(tiny, "chapter")
    mine = chapter.read_text(encoding="utf-8").replace("# your code here", "# mine")
    chapter.write_text(mine, encoding="utf-8")
    real = Path.write_text

    def full(path, text, **settings):
        if path.suffix != ".new":
            return real(path, text, **settings)
        real(path, text[:10], **settings)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        build.build(tiny)
    assert [path.name for path in chapter.parent.iterdir()] == [chapter.name]
    assert chapter.read_text(encoding="utf-8") == mine

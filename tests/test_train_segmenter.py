"""Training a pkuseg model holds: offline, repeatable, usable by `segment`, and faults are one line.

The texts are invented. Models here are of a few sentences, so that each trains in a moment.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.commands.train_segmenter import run
from pipeline.errors import ReadError, ZhibuError
from pipeline.segment import make_segmenter
from pipeline.segment.train import MODEL_FILES, train

pytest.importorskip("spacy_pkuseg")

ROOT = Path(__file__).parents[1]
WORDS = [
    "支部 党员 学习 理论",
    "党员 服务 群众 。",
    "书记 讲 党课",
    "支部 开展 活动 ，",
    "群众 满意",
]
TEXT = "稻香村党支部坚持三会一课。党员都来听党课。村民看在眼里。\n支部推行“三问三定”，增收5.2%。\n"


def lesson(folder: Path, name: str = "words.txt", text: str = "\n".join(WORDS * 3)) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train-segmenter", *map(str, arguments)])


def fault(*arguments: object) -> ZhibuError:
    """The fault of a command, which the command line shows as one line with exit status 2."""
    result = command(*arguments)
    assert isinstance(result.exception, ZhibuError), result.output
    assert result.exception.cure
    assert "\n" not in str(result.exception)
    return result.exception


def content(model: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(model.iterdir())}


# --- what it makes ----------------------------------------------------------------------------------


def test_a_model_of_segmented_text_cuts_as_it_was_trained(tmp_path: Path) -> None:
    """And nothing is printed but the one line of figures, though the library prints much."""
    out = tmp_path / "new" / "model"
    result = command(lesson(tmp_path), "--out", out, "--iterations", 3)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "sentences": 15,
        "words": 51,
        "different": 14,
        "out": str(out),
    }
    assert tuple(content(out)) == MODEL_FILES
    cutter = make_segmenter("pkuseg", [], str(out))
    for line in WORDS:
        assert cutter.words(line.replace(" ", "")) == line.split()


def test_a_model_cuts_other_than_characters_and_by_its_lessons(tmp_path: Path) -> None:
    """Two ways to cut the same text give two models that disagree as their lessons do."""
    joined = ["支部党员 学习理论", "支部党员 服务群众", "学习理论 服务群众"] * 4
    apart = ["支部 党员 学习 理论", "支部 党员 服务 群众", "学习 理论 服务 群众"] * 4
    cuts = []
    for name, lines in (("joined", joined), ("apart", apart)):
        train([line.split() for line in lines], tmp_path / name, 3)
        cuts.append(make_segmenter("pkuseg", [], str(tmp_path / name)).words("支部党员学习理论"))
    assert cuts == [["支部党员", "学习理论"], ["支部", "党员", "学习", "理论"]]


def test_the_folder_works_with_the_command_segment(tmp_path: Path) -> None:
    model = tmp_path / "model"
    assert command(lesson(tmp_path), "--out", model, "--iterations", 3).exit_code == 0
    file = lesson(tmp_path, "report.txt", "稻香村党支部开展活动。书记讲党课，坚持三会一课。\n")
    arguments = ["segment", str(file), "--segmenter", "pkuseg", "--segmenter-model", str(model)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    second = result.stdout.splitlines()[1].split(" ")
    assert second[:3] == ["书记", "讲", "党课"]
    assert "三会一课" in second


def test_plain_text_is_cut_as_segment_cuts_it(tmp_path: Path) -> None:
    """--from-text is `zhibu segment` followed by training on what it printed: the same bytes."""
    text = lesson(tmp_path, "text.txt", TEXT)
    printed = CliRunner().invoke(app, ["segment", str(text)])
    assert "三会一课" in printed.stdout.split()
    cut = lesson(tmp_path, "cut.txt", printed.stdout)
    one = run([text], tmp_path / "one", 2, True, "siqiang", None)
    two = run([cut], tmp_path / "two", 2, False, "siqiang", None)
    assert one | {"out": ""} == two | {"out": ""}
    assert one["sentences"] == 4
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_scheme_that_is_not_there_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    """--scheme says whose terms are kept whole when plain text is cut."""
    text = lesson(tmp_path, "text.txt", TEXT)
    with pytest.raises(ZhibuError, match="no such scheme"):
        run([text], tmp_path / "model", 2, True, "nothing", None)
    assert not (tmp_path / "model").exists()


def test_files_are_learned_from_together(tmp_path: Path) -> None:
    files = [lesson(tmp_path, f"{i}.utf8", line * 2 + "\n" + line) for i, line in enumerate(WORDS)]
    assert run(files, tmp_path / "model", 2, False, "siqiang", None)["sentences"] == 10


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encoding_blanks_and_line_ends_do_not_matter(tmp_path: Path, encoding: str) -> None:
    """Of a corpus of any suffix: full-width blanks, tabs, Windows line ends, empty lines."""
    plain = lesson(tmp_path)
    odd = tmp_path / "odd.utf8"
    text = "\r\n\r\n".join(f"　{line} ".replace(" ", "\t　") for line in WORDS * 3)
    odd.write_bytes(text.encode(encoding))
    run([plain], tmp_path / "plain", 2, False, "siqiang", None)
    run([odd], tmp_path / "odd", 2, False, "siqiang", None)
    assert content(tmp_path / "plain") == content(tmp_path / "odd")


@pytest.mark.parametrize("count", [1, 2, 5, 9, 10, 11])
def test_few_sentences_are_enough(tmp_path: Path, count: int) -> None:
    """The library divides by a tenth of the sentences."""
    train([line.split() for line in (WORDS * 3)[:count]], tmp_path / "model", 1)
    assert make_segmenter("pkuseg", [], str(tmp_path / "model")).words("支部党员")


def test_a_line_of_one_long_word_is_enough_beside_others(tmp_path: Path) -> None:
    """A first sentence in which no word begins anew must not upset the library's own scoring."""
    train([["中华人民共和国"], ["的", "一"]], tmp_path / "model", 1)
    assert make_segmenter("pkuseg", [], str(tmp_path / "model")).words("的一")


# --- the same input, the same bytes -----------------------------------------------------------------


def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the seed of Python's hashes and whatever was drawn before."""
    file = lesson(tmp_path)
    for seed in ("1", "2"):
        arguments = [str(file), "--out", str(tmp_path / seed), "--iterations", "3"]
        subprocess.run(
            [sys.executable, "-m", "pipeline", "train-segmenter", *arguments],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            timeout=60,
        )
    random.random()
    run([file], tmp_path / "3", 3, False, "siqiang", None)
    assert content(tmp_path / "1") == content(tmp_path / "2") == content(tmp_path / "3")


def test_the_shared_random_numbers_go_on_as_if_nothing_was_drawn(tmp_path: Path) -> None:
    random.seed(7)
    expected = [random.random() for _ in range(3)]
    random.seed(7)
    first = random.random()
    train([line.split() for line in WORDS], tmp_path / "model", 1)
    assert [first, random.random(), random.random()] == expected


def test_nothing_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    train([line.split() for line in WORDS], tmp_path / "model", 1)
    assert make_segmenter("pkuseg", [], str(tmp_path / "model")).words("支部党员")


# --- faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("from_text", [[], ["--from-text"]])
@pytest.mark.parametrize("text", ["", " \n　\n"])
def test_an_empty_file_is_named(tmp_path: Path, text: str, from_text: list[str]) -> None:
    """Even beside a good one, and no folder is left behind."""
    empty = lesson(tmp_path, "empty.txt", text)
    out = tmp_path / "model"
    found = fault(lesson(tmp_path), empty, "--out", out, *from_text)
    assert found.where == str(empty)
    assert not out.exists()


def test_text_without_blanks_is_no_segmented_text(tmp_path: Path) -> None:
    found = fault(lesson(tmp_path, "text.txt", TEXT), "--out", tmp_path / "model")
    assert "no words" in found.what
    assert "--from-text" in found.cure


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for more in ([], ["--from-text"]):
        found = fault(tmp_path / "none.txt", "--out", tmp_path / "model", *more)
        assert found.where == str(tmp_path / "none.txt")


@pytest.mark.parametrize("data", [b"\x00\x01\x02 \x03" * 50, bytes(range(128, 256)) * 4])
def test_binary_data_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "words.txt").write_bytes(data)
    with pytest.raises(ReadError):
        run([tmp_path / "words.txt"], tmp_path / "model", 1, False, "siqiang", None)


def test_a_folder_that_is_not_empty_is_left_as_it_is(tmp_path: Path) -> None:
    """Told before any text is read, since reading may take long."""
    out = tmp_path / "model"
    out.mkdir()
    note = lesson(out, "note.txt", "mine")
    found = fault(tmp_path / "none.txt", "--out", out)
    assert (found.where, found.what) == (str(out), "folder is not empty")
    assert content(out) == {"note.txt": note.read_bytes()}


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    assert command(lesson(tmp_path), "--out", tmp_path / "model", "--iterations", 1).exit_code == 0


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    file = lesson(tmp_path)
    assert "not a folder" in fault(file, "--out", file).what
    assert "cannot be written" in fault(file, "--out", file / "model").what
    assert file.read_text(encoding="utf-8") == "\n".join(WORDS * 3)


def test_no_sentences_are_no_lesson(tmp_path: Path) -> None:
    with pytest.raises(ZhibuError, match="no sentences"):
        train([], tmp_path / "model")


def test_no_iterations_are_refused(tmp_path: Path) -> None:
    assert command(lesson(tmp_path), "--out", tmp_path / "m", "--iterations", 0).exit_code == 2


def test_without_the_library_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy_pkuseg", None)
    assert "zhibu[pkuseg]" in fault(lesson(tmp_path), "--out", tmp_path / "model").cure


def test_the_command_line_gives_one_line_and_status_two(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "train-segmenter", "none.txt", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().startswith("zhibu: none.txt: cannot be opened")
    assert done.stderr.count(b"\n") == 1

"""The classifier is data: the same training gives the same bytes, and loading a file runs no code.

What is shipped is what the shipped training data gives.
"""

from __future__ import annotations

import csv
import json
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from pipeline.classify import Joining, load_model
from pipeline.classify.model import FORMAT, Model, ngrams, prepare, save_model
from pipeline.commands.train import run as train_command
from pipeline.errors import LexiconError
from pipeline.lexicon.load import load

REPO = Path(__file__).parents[1]
SHIPPED = REPO / "lexicons/models/siqiang.tsv"
KEYS = load().scheme.dimensions
SENTENCES = {
    "politics": ("党员学习党章党规，锤炼政治忠诚。", "支部组织理论学习，读原著悟原理。"),
    "committee": ("支委班子分工负责，书记带头履职。", "支部委员会集体决策，按期换届选举。"),
    "members": ("支部严格发展党员，加强教育管理。", "党员参加技能培训，队伍素质提升。"),
    "role": ("党员服务群众，解决急难愁盼问题。", "突击队攻坚克难，推动业务发展。"),
    "": ("天气渐渐转凉。", "会议室里灯光明亮。"),
}


@pytest.fixture
def training(tmp_path: Path) -> Path:
    """A small CSV of training sentences."""
    path = tmp_path / "small.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["text", "labels"])
        for n in range(6):
            for label, texts in SENTENCES.items():
                writer.writerows([f"{n}月，{text}", label] for text in texts)
        writer.writerow(["党员学习理论，服务群众解难题。", "politics|role"])
    return path


@pytest.fixture
def small(training: Path, tmp_path: Path) -> Path:
    out = tmp_path / "small.tsv"
    train_command([training], [], out, "siqiang", None)
    return out


def test_training_gives_the_same_bytes_twice(training: Path, small: Path, tmp_path: Path) -> None:
    again = tmp_path / "folder" / "again.tsv"
    told = train_command([training], [], again, "siqiang", None)
    assert again.read_bytes() == small.read_bytes()
    assert (told["reports"], told["out"]) == (0, str(again))
    assert told["ngrams"] == len(load_model(again).vocabulary) > 0


def test_other_training_gives_other_bytes(training: Path, small: Path, tmp_path: Path) -> None:
    """So that the test above does not hold for an empty reason."""
    with training.open("a", encoding="utf-8") as handle:
        handle.write("党员学习党章党规，补课学习。,members\n" * 8)
    train_command([training], [], tmp_path / "b.tsv", "siqiang", None)
    assert (tmp_path / "b.tsv").read_bytes() != small.read_bytes()


def test_scores_have_a_row_a_text_a_column_a_dimension_and_one_for_any(small: Path) -> None:
    model = load_model(small)
    assert model.dimensions == tuple(KEYS)
    texts = ["党员学习党章", "", "天气渐渐转凉。", "ΩΩΩ"]
    scores = model.scores(texts)
    assert scores.shape == (4, len(KEYS) + 1)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert model.scores([]).shape == (0, len(KEYS) + 1)
    assert (scores[1] == model.intercept).all(), "a text without known n-grams says nothing"
    assert (scores[3] == model.intercept).all()
    one_by_one = np.concatenate([model.scores([t]) for t in texts])
    assert (scores == one_by_one).all(), "a text's scores do not depend on its neighbours"


def test_the_classifier_learns_what_it_is_shown(small: Path) -> None:
    model = load_model(small)
    for label, texts in SENTENCES.items():
        if label:
            best = model.scores(texts)[:, : len(KEYS)].argmax(axis=1)
            assert [model.dimensions[k] for k in best] == [label] * len(texts)
        speaks = model.scores(texts)[:, len(KEYS)] > 0
        assert speaks.tolist() == [bool(label)] * len(texts)


def test_figures_are_not_learnt() -> None:
    assert prepare("走访58户，占98.6%") == prepare("走访12户，占34.5%")
    assert ngrams("abc") == ["a", "b", "c", "ab", "bc", "abc"]


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """N-grams with marks that a table or JSON would trip over come back as they were."""
    grams = ["“", '"', "\\", "党\t", "\n学", "＝1", "#", "=cmd", "'", "党"]
    table = np.arange(len(grams) * 2, dtype=np.float32).reshape(-1, 2) / 4
    model = Model(
        "x",
        ("a", "b"),
        {g: i for i, g in enumerate(grams)},
        np.linspace(1, 2, len(grams), dtype=np.float32).round(4),
        table,
        np.array([0.5, -0.25], dtype=np.float32),
        Joining((1.0, 2.0), (3.0,), (0.5, -0.5)),
    )
    save_model(tmp_path / "m.tsv", model, {})
    back = load_model(tmp_path / "m.tsv")
    assert back.vocabulary.keys() == model.vocabulary.keys()
    for gram, k in model.vocabulary.items():
        assert (back.weights[back.vocabulary[gram]] == table[k]).all()
    assert (back.intercept == model.intercept).all()
    assert (back.scheme, back.dimensions, back.joining) == ("x", ("a", "b"), model.joining)
    text = "党\t“学\\"
    assert np.allclose(back.scores([text]), model.scores([text]), atol=1e-4)


# --- hostile files ---------------------------------------------------------------------------------


class Trap:
    """Runs a command where it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.target}",)


def header(**more: object) -> str:
    """A header line that is right but for what is given."""
    own = {
        "format": FORMAT, "scheme": "siqiang", "dimensions": ["a"],
        "intercept": [0.0], "join_sections": [1.0], "join_sentences": [1.0],
        "join_section_bias": [], "join_sentence_bias": [], **more,
    }  # fmt: skip
    return json.dumps({k: v for k, v in own.items() if v is not None})


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    path, proof = tmp_path / "m.tsv", tmp_path / "proof"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path = tmp_path / f"m{protocol}.tsv"
        path.write_bytes(pickle.dumps(Trap(proof), protocol=protocol))
        with pytest.raises(LexiconError):
            load_model(path)
    assert not proof.exists()


CODE = '__import__("os").system("touch proof")'


@pytest.mark.parametrize(
    "body",
    [
        CODE,
        header() + "\n" + f"党\t{CODE}\t1.0",
        header() + "\n" + f'"+{CODE}+"\t1.0\t1.0',
        header() + "\n" + "党\t1.0",
        header() + "\n" + "党\t1.0\t1.0\t1.0",
        header(format="zhibu-model-0"),
        header(format=None),
        header(dimensions=None),
        header(scheme=None),
        header(intercept=None),
        header(join_sections=None),
        header(join_sentence_bias=[0.0, 1.0]),
        header(dimensions=7),
        header(intercept=[CODE]),
        header(intercept=[0.0, 1.0, 2.0]),
        header(join_sentences="x"),
        "[]",
        "",
    ],
    ids=lambda body: re.sub(r"\W+", "-", body)[-40:] or "empty",
)
def test_a_hostile_or_broken_file_is_refused_by_name(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LexiconError names the file; nothing in it is run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "m.tsv"
    path.write_text(body + "\n", encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_model(path)
    assert str(path) in caught.value.where
    assert caught.value.cure
    assert not (tmp_path / "proof").exists()


def test_code_in_an_n_gram_is_only_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "m.tsv"
    gram = json.dumps(CODE)[1:-1]
    path.write_text(f"{header(note=CODE)}\n{gram}\t1.0\t2.0\n", encoding="utf-8")
    model = load_model(path)
    assert list(model.vocabulary) == [CODE]
    assert not (tmp_path / "proof").exists()


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_bytes(b"\xff\xfe\x00\x80\x81")
    with pytest.raises(LexiconError):
        load_model(path)
    with pytest.raises(LexiconError):
        load_model(tmp_path / "none.tsv")


def test_an_unknown_label_names_file_and_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,labels\n学习。,politics\n服务。,serving\n", encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        train_command([path], [], tmp_path / "m.tsv", "siqiang", None)
    assert caught.value.where == f"{path}:3"
    assert "serving" in caught.value.what


def test_the_row_of_an_unknown_label_counts_in_its_own_file(training: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,labels\n学习。,politics\n服务。,serving\n", encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        train_command([training, path], [], tmp_path / "m.tsv", "siqiang", None)
    assert caught.value.where == f"{path}:3"


# --- what is shipped ---------------------------------------------------------------------------------


def test_the_shipped_model_is_what_the_shipped_data_give(tmp_path: Path) -> None:
    """As `make train` makes it; the files it was trained on are those it names by their hashes."""
    data = REPO / "data"
    parts = sorted((data / "training").glob("part-*.csv"))
    golden = [data / "gold/dev.jsonl", data / "gold/sample.jsonl"]
    train_command(parts, golden, tmp_path / "m.tsv", "siqiang", None)
    assert (tmp_path / "m.tsv").read_bytes() == SHIPPED.read_bytes()

"""Commands: parse arguments, call the route, print. `zhibu` and `python -m pipeline` are the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import __version__
from pipeline.errors import ZhibuError

if TYPE_CHECKING:
    from pipeline.ingest import Unread

app = typer.Typer(
    name="zhibu",
    help="Read Chinese party-branch reports and write a tidy dataset.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
lexicon_app = typer.Typer(help="Check and study the lexicons.", no_args_is_help=True)
app.add_typer(lexicon_app, name="lexicon")

Files = Annotated[list[Path], typer.Argument(help="Files to read.")]
DatasetFolder = Annotated[Path, typer.Argument(help="Folder of a dataset.")]
Scheme = Annotated[str, typer.Option(help="Scheme of dimensions: a file in lexicons/dimensions.")]
Lexicons = Annotated[
    str | None, typer.Option(help="Folder of lexicons to use instead of those shipped.")
]


def _version(value: bool) -> None:
    if value:
        print(f"zhibu {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Hold the options that stand before a command."""


@app.command()
def run(
    inputs: Annotated[list[str], typer.Argument(help="Files and folders to read.")],
    out: Annotated[str, typer.Option(help="Folder to write the dataset to.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
    format: Annotated[
        str, typer.Option(help="parquet, csv, jsonl, sqlite, duckdb, xlsx; joined by a comma.")
    ] = "parquet,csv,duckdb",
    text_column: Annotated[
        str | None,
        typer.Option(help="Column of tables that holds the text: name, or number from 1."),
    ] = None,
    timeout_per_file: Annotated[
        float, typer.Option(min=0, help="Seconds for a file, or row of a table; 0: no limit.")
    ] = 3600,  # only what hangs, and scans of very many pages, take longer
    max_characters: Annotated[
        int, typer.Option(min=1, help="Characters of a text; a longer one is given up.")
    ] = 4_000_000,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep documents whose files are gone since the last run.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="local, or spark: inputs and out are then paths that Spark reads.")
    ] = "local",
    master: Annotated[
        str | None, typer.Option(help="Spark's master, where spark-submit does not set it.")
    ] = None,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Write the dataset of files and folders. A second run does only what is new or changed."""
    from pipeline.model import Options

    options = Options(scheme, lexicons, text_column, timeout_per_file or None, max_characters, keep)
    if engine == "spark":
        from pipeline.adapters import spark

        summary = spark.run(inputs, out, options, spark.Cluster(master))
    elif engine == "local":
        from pipeline.commands.progress import Bar
        from pipeline.commands.run import run as work

        with Bar() as bar:
            paths = [Path(i) for i in inputs]
            summary = work(paths, Path(out), options, format.split(","), workers, bar.update)
    else:
        raise ZhibuError("unknown engine", f"--engine {engine}", "choose local or spark")
    print(
        f"{summary.documents} files ({summary.reused} unchanged, {summary.failed} failed), "
        f"{summary.reports} reports, {summary.facts} facts → {out}",
        file=sys.stderr,
    )
    if summary.failed:
        listed = engine == "local" and "csv" in format
        table = Path(out) / "issues.csv" if listed else "the table issues"
        print(f"see {table} for the files that failed", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def validate(dataset: DatasetFolder) -> None:
    """Check a dataset against the declaration of its columns; faults go to stderr, a line each."""
    from pipeline.commands.validate import counts

    print(*(f"{rows:>9} {name}" for name, rows in counts(dataset)), sep="\n")


@app.command()
def extract(files: Files, scheme: Scheme = "siqiang", lexicons: Lexicons = None) -> None:
    """Print JSON lines, one report a line, in the format of golden reports."""
    from pipeline import route
    from pipeline.ingest import Item, Limits, Unread
    from pipeline.interchange import to_record
    from pipeline.model import Options

    options = Options(scheme, lexicons)
    if missing := [f for f in files if not f.exists()]:
        raise ZhibuError("no such file", str(missing[0]), "check the path")
    folders = [f for f in files if f.is_dir()]
    if folders:
        raise ZhibuError("a folder, not a file", str(folders[0]), "read folders with `zhibu run`")
    failed = False
    for file in files:
        for document in route.documents(Item(file, str(file)), options, Limits()):
            if isinstance(document, Unread):
                print(f"zhibu: {document.path}: {document.what}; {document.cure}", file=sys.stderr)
                failed = True
                continue
            for issue in document.issues:
                print(f"zhibu: {file}: {issue.message}; {issue.cure}", file=sys.stderr)
            for report in document.reports:
                _print(to_record(report, document.source))
    if failed:
        raise typer.Exit(1)


@app.command()
def text(
    file: Annotated[Path, typer.Argument(help="File to read, or path of a text: a.zip!/x.txt.")],
    lexicons: Lexicons = None,
) -> None:
    """Print the raw text that source offsets count in (of a file of several texts the first)."""
    from pipeline.ingest import read

    sys.stdout.buffer.write(read(file, lexicons).text.encode("utf-8"))


@app.command()
def show(
    dataset: Annotated[Path, typer.Argument(help="Folder of the dataset.")],
    row_id: Annotated[str, typer.Argument(help="Key of a row: the first column of its table.")],
    source: Annotated[
        list[Path] | None, typer.Option(help="Files and folders that the run read.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(help="File to save the page to, the evidence marked.")
    ] = None,
    text_column: Annotated[
        str | None, typer.Option(help="Column of tables that holds the text, as given to run.")
    ] = None,
    lexicons: Lexicons = None,
) -> None:
    """Print the evidence of a row in its context, with its place: file, page, box, paragraph, cell."""
    from pipeline.commands import show as command

    shown = command.look_up(dataset, row_id, source or [], text_column, lexicons)
    for line in command.lines(shown):
        print(line)
    if shown.source is None:
        hint = "the file is not here: give its folder with --source to see the text around"
        print(f"zhibu: {shown.document['path']}: {hint}", file=sys.stderr)
    if png is not None:
        command.draw(shown, png)
        print(f"{png} written", file=sys.stderr)


@app.command()
def segment(
    file: Annotated[Path, typer.Argument(help="File to read.")],
    segmenter: Annotated[str, typer.Option(help="rjieba, jieba, pkuseg, characters.")] = "rjieba",
    segmenter_model: Annotated[str | None, typer.Option(help="Folder of a pkuseg model.")] = None,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Print the words of every report, a sentence a line, lexicon terms kept whole."""
    from pipeline.commands.segment import words_of

    for line in words_of(file, segmenter, segmenter_model, scheme, lexicons):
        print(line)


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Argument(help="Golden reports (JSON lines).")],
    found: Annotated[
        Path | None, typer.Option(help="Extracted reports; without it the files are read anew.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="Folder (or file) of the raw texts of the golden reports.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List every miss and false alarm.")
    ] = False,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Score each kind of evidence for dimensions alone.")
    ] = False,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Score extracted reports against golden ones."""
    from pipeline.model import Options

    if baselines:
        from pipeline.commands.baselines import baselines as compare

        for line in compare(gold, source, Options(scheme, lexicons)):
            print(line)
        return
    from pipeline.commands.evaluate import evaluate as score

    for line in score(gold, found, source, errors, Options(scheme, lexicons)):
        print(line)


@app.command()
def dashboard(
    dataset: Annotated[Path, typer.Argument(help="Folder that `zhibu run` wrote.")],
    out: Annotated[Path, typer.Option(help="HTML file to write.")],
    lang: Annotated[str, typer.Option(help="Language it opens in: zh or en.")] = "zh",
    lexicons: Lexicons = None,
) -> None:
    """Make one page of a dataset, for any browser; it needs no network and no other file."""
    from pipeline.commands.dashboard import dashboard as work

    size = work(dataset, out, lang, lexicons)
    print(f"{size / 1_000_000:.1f} MB → {out}", file=sys.stderr)


@app.command()
def serve(
    dataset: Annotated[Path, typer.Argument(help="Folder that `zhibu run` wrote.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen at.")] = "localhost",
    lang: Annotated[str, typer.Option(help="Language it opens in: zh or en.")] = "zh",
    lexicons: Lexicons = None,
) -> None:
    """Serve a live dashboard of a dataset too large for a page, until it is stopped (Ctrl-C)."""
    from pipeline.commands.serve import serve as work

    work(dataset, port, address, lang, lexicons)


@app.command()
def train(
    sentences: Annotated[list[Path], typer.Argument(help="CSV files with columns text, labels.")],
    out: Annotated[Path, typer.Option(help="Model file to write.")],
    reports: Annotated[
        list[Path] | None, typer.Option(help="Golden reports to fit the combination on.")
    ] = None,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Train the sentence classifier; the same files give the same bytes."""
    from pipeline.commands.train import run as work

    _print(work(sentences, reports or [], out, scheme, lexicons))


@app.command("train-segmenter")
def train_segmenter(
    files: Annotated[list[Path], typer.Argument(help="Text, a sentence a line, words by blanks.")],
    out: Annotated[Path, typer.Option(help="Folder to write the model to, new or empty.")],
    iterations: Annotated[int, typer.Option(min=1, help="Times to go through the text.")] = 20,
    from_text: Annotated[
        bool, typer.Option("--from-text", help="Take plain text; jieba cuts it, terms kept whole.")
    ] = False,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Train a pkuseg model for `segment`; the same files give the same bytes. Nothing is downloaded."""
    from pipeline.commands.train_segmenter import run as work

    _print(work(files, out, iterations, from_text, scheme, lexicons))


@lexicon_app.command("check")
def lexicon_check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of lexicons.")] = None,
) -> None:
    """Lint the lexicons: duplicates, order, columns, sources, terms inside others."""
    from pipeline.lexicon.check import check
    from pipeline.lexicon.load import shipped

    faults, notes = check(folder or shipped())
    for line in [*faults, *notes]:
        print(line)
    print(f"{len(faults)} faults, {len(notes)} notes", file=sys.stderr)
    if faults:
        raise typer.Exit(1)


@lexicon_app.command("suggest")
def lexicon_suggest(
    corpus: Annotated[list[Path], typer.Argument(help="Files and folders to read.")],
    out: Annotated[Path | None, typer.Option(help="CSV file to write, for a keeper.")] = None,
    least: Annotated[int, typer.Option(min=1, help="Times a dimension term must occur.")] = 3,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Propose new units, head nouns and dimension terms that a corpus uses."""
    from pipeline.commands import corpus as texts
    from pipeline.commands.suggest import suggest
    from pipeline.lexicon.add import SUGGESTION
    from pipeline.lexicon.load import load
    from pipeline.model import Options

    unread: list[Unread] = []
    documents = texts.read(corpus, Options(scheme, lexicons), unread)
    rows = suggest(documents, load(lexicons, scheme), least)
    texts.write(SUGGESTION, [(*row, "", "") for row in rows], out)
    _tell(unread)


@lexicon_app.command("add")
def lexicon_add(
    file: Annotated[Path, typer.Argument(help="Edited CSV of suggestions.")],
    lexicons: Lexicons = None,
) -> None:
    """Merge edited suggestions into the lexicons: all rows, or none where one is refused."""
    from pipeline.lexicon.add import add
    from pipeline.lexicon.load import shipped

    merge = add(file, Path(lexicons) if lexicons else shipped())
    for fault in merge.faults:
        print(f"zhibu: {fault}", file=sys.stderr)
    if merge.faults:
        raise typer.Exit(2)
    for name, count in merge.added.items():
        print(f"{name}: {count} added")


@lexicon_app.command("coverage")
def lexicon_coverage(
    corpus: Annotated[list[Path], typer.Argument(help="Files and folders to read.")],
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Count the hits of every dimension term; tell the unused and the over-firing."""
    from pipeline.commands import corpus as texts
    from pipeline.commands.coverage import Coverage, coverage
    from pipeline.lexicon.load import load
    from pipeline.model import Options

    unread: list[Unread] = []
    documents = texts.read(corpus, Options(scheme, lexicons), unread)
    rows = coverage(documents, load(lexicons, scheme))
    texts.write(Coverage._fields, rows, out)
    states = [row.state for row in rows]
    print(
        f"{len(rows)} terms, {states.count('unused')} unused, "
        f"{states.count('over-firing')} over-firing",
        file=sys.stderr,
    )
    _tell(unread)


def _tell(unread: list[Unread]) -> None:
    """Tell what could not be read; exit status 1 where something failed."""
    for one in unread:
        print(f"zhibu: {one.path}: {one.what}; {one.cure}", file=sys.stderr)
    if any(not one.left_out for one in unread):
        raise typer.Exit(1)


def _print(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def main() -> None:
    """Run a command; a fault in what the user gave is one line and exit status 2."""
    try:
        app()
    except ZhibuError as error:
        print(f"zhibu: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()

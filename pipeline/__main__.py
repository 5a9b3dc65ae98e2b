"""Commands: parse arguments, call the route, print. `zhibu` and `python -m pipeline` are the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import __version__
from pipeline.errors import ZhibuError

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
    inputs: Annotated[list[Path], typer.Argument(help="Files and folders to read.")],
    out: Annotated[Path, typer.Option(help="Folder to write the dataset to.")],
    workers: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
    format: Annotated[str, typer.Option(help="Formats, joined by a comma.")] = "parquet,csv",
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Write the dataset of files and folders. A second run does only what is new or changed."""
    from pipeline.commands.progress import Bar
    from pipeline.commands.run import run as work
    from pipeline.model import Options

    with Bar() as bar:
        summary = work(
            inputs, out, Options(scheme, lexicons), format.split(","), workers, bar.update
        )
    print(
        f"{summary.documents} files ({summary.reused} unchanged, {summary.failed} failed), "
        f"{summary.reports} reports, {summary.facts} facts → {out}",
        file=sys.stderr,
    )
    if summary.failed:
        print(f"see {out / 'issues.csv'} for the files that failed", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def extract(files: Files, scheme: Scheme = "siqiang", lexicons: Lexicons = None) -> None:
    """Print JSON lines, one report a line, in the format of the annotation guide."""
    from pipeline import route
    from pipeline.ingest import Item, Limits, Unread
    from pipeline.interchange import to_record
    from pipeline.model import Options

    options = Options(scheme, lexicons)
    missing = [f for f in files if not f.exists()]
    if missing:
        raise ZhibuError("no such file", str(missing[0]), "check the path")
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
def text(file: Annotated[Path, typer.Argument(help="File to read.")]) -> None:
    """Print the raw text that source offsets count in."""
    from pipeline.ingest import read

    sys.stdout.buffer.write(read(file).text.encode("utf-8"))


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
    scheme: Scheme = "siqiang",
    lexicons: Lexicons = None,
) -> None:
    """Score extracted reports against golden ones, as the annotation guide says."""
    from pipeline.commands.evaluate import evaluate as score
    from pipeline.model import Options

    for line in score(gold, found, source, errors, Options(scheme, lexicons)):
        print(line)


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

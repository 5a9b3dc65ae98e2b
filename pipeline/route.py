"""THE route: read → layout → segment → tag → extract. The only place that knows the order.

    file ──read──▶ Source ──layout──▶ articles ──segment──▶ sentences
                                                              │
              Document ◀──assemble── practices, achievements, honours, dimensions

Each step is a function of its input and the lexicons; nothing here looks at text.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pipeline import extract, ingest
from pipeline.classify import Model, load_model
from pipeline.extract import dimensions
from pipeline.extract.prose import Prose
from pipeline.ingest import Item, Limits, Unread
from pipeline.ingest.base import file_of
from pipeline.layout import layout
from pipeline.layout.branch import branch_of, title_of
from pipeline.lexicon import Lexicons
from pipeline.lexicon.load import load, shipped
from pipeline.model import Article, Document, Issue, Options, Report, Source
from pipeline.normal import normalise_name
from pipeline.segment import sentences


@dataclass(frozen=True)
class Tools:
    """What a run loads once: lexicons and the classifier of the scheme, where it has one."""

    lexicons: Lexicons
    model: Model | None


@cache
def tools(options: Options) -> Tools:
    """Load what the options name; raises LexiconError on a fault in a lexicon."""
    root = Path(options.lexicons) if options.lexicons else shipped()
    path = root / "models" / f"{options.scheme}.tsv"
    model = load_model(path) if path.is_file() else None
    return Tools(load(options.lexicons, options.scheme), model)


def documents(
    item: Item, options: Options, limits: Limits
) -> Generator[Document | Unread, None, None]:
    """Take everything in one file the whole route; what cannot be read comes as Unread.

    The options' lexicons are the readers' as well, whatever the limits say.
    """
    limits = replace(limits, lexicons=options.lexicons)
    held: Document | None = None  # until the next one shows whether the file holds several reports
    before = 0  # reports of the same file that went before it
    try:
        for found in ingest.sources(item, limits):
            if isinstance(found, Unread):
                yield found
                continue
            read = document(found, options)
            if not read.reports:
                yield read
                continue
            last, held = held, read
            if last is None:
                continue
            if file_of(last.source.path) == file_of(found.path):
                last = _numbered(last, before)
                before += len(last.reports)
                held = _numbered(read, before)
            else:
                before = 0
            yield last
    except GeneratorExit:
        raise
    except BaseException:  # of what was read nothing is lost, whatever the file's rest does
        if held is not None:
            yield held
        raise
    if held is not None:
        yield held


def _numbered(document: Document, before: int) -> Document:
    """Number a document's reports on from those of the same file that went before."""
    numbered = enumerate(document.reports, before + 1)
    stem = document.source.stem
    return replace(
        document, reports=tuple(replace(report, id=f"{stem}#{n}") for n, report in numbered)
    )


def read_document(path: Path, options: Options) -> Document:
    """Take a file that holds one text the whole route; raises ReadError where it cannot be read."""
    return document(ingest.read(path, options.lexicons), options)


def document(source: Source, options: Options) -> Document:
    """Take one source the whole route."""
    kit = tools(options)
    plan = layout(source, kit.lexicons)
    many = len(plan.articles) > 1
    by_lined = many and sum(a.byline is not None for a in plan.articles) * 2 > len(plan.articles)
    reports = tuple(
        report(
            f"{source.stem}#{n}" if many else source.stem, source, article, kit, by_lined, not many
        )
        for n, article in enumerate(plan.articles, 1)
    )
    issues = (*source.issues, *plan.issues)
    if not reports:
        issues += (Issue("layout", "warning", "no report found in the text", "check the file"),)
    return Document(source, reports, plan.furniture, issues)


def report(
    name: str,
    source: Source,
    article: Article,
    kit: Tools,
    by_lined: bool = False,
    alone: bool = False,
) -> Report:
    """Read one article: segment, tag, extract.

    Where it is `alone` in its source, what the file says of itself holds for it where its text is silent.
    """
    lexicons = kit.lexicons
    text = article.text
    branch, branch_span = branch_of(source.text, article, lexicons, by_lined)
    said = {} if by_lined or not alone else dict(source.meta)
    branch = branch or said.get("branch")
    cut = sentences(article)
    prose = Prose(text.clean, text.norm, cut)
    sections, tagged, terms = dimensions.tag(
        text.norm, article.sections, cut, lexicons, kit.model, branch is None
    )
    known = branch and normalise_name(branch, text.clean)
    found = {name: find(prose, lexicons, known) for name, find in extract.EXTRACTORS.items()}
    achievements, rejected = found["achievements"]
    return Report(
        id=name,
        article=article,
        branch=branch,
        branch_span=branch_span,
        title=title_of(source.text, article.title) or said.get("title"),
        author=source.text[slice(*article.author)] if article.author else said.get("author"),
        sentences=tuple(cut),
        sentence_scores=tuple(tagged),
        section_dimensions=tuple(sections),
        terms=terms,
        practices=tuple(found["practices"]),
        achievements=tuple(achievements),
        honours=tuple(found["honours"]),
        rejected=tuple(rejected),
        issues=() if by_lined else _doubts(branch),
    )


def _doubts(branch: str | None) -> tuple[Issue, ...]:
    if branch is None:
        return (
            Issue(
                "layout",
                "warning",
                "no branch is named by a by-line or in the opening",
                "add the branch's full name as a line of its own before the text",
            ),
        )
    return ()

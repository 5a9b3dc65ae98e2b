"""Rows of a document, table by table, in the columns' declared order."""

from __future__ import annotations

from bisect import bisect_right
from hashlib import blake2b
from typing import Any

from pipeline.model import Document, Issue, Report, Sentence, Source, Span
from pipeline.tidy.organisation import place_of
from pipeline.tidy.sketch import sketch

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
# Rows that a part keeps for the join and the dataset does not have: what copies are told by.
SKETCHES = "sketches"


def key(*parts: object) -> str:
    """Give a stable 16-digit key of its parts."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def document_rows(document: Document, path: str, lexicons: str | None = None) -> Rows:
    """Give all rows of a document that was read; `path` is its path below the input.

    `lexicons` is the folder of lexicons used, None for those shipped.
    """
    source = document.source
    meta = dict(source.meta)
    document_id = key(source.sha256, path)
    rows: Rows = {
        "documents": [
            (
                document_id,
                path,
                source.sha256,
                source.media,
                source.encoding,
                meta.get("publication"),
                meta.get("date"),
                max((a.page or 0 for a in source.anchors), default=0) or None,
                len(source.text),
                len(document.reports),
                "read",
            )
        ],
        "furniture": [
            (
                key(document_id, "furniture", *f.source),
                document_id,
                f.kind,
                source.text[slice(*f.source)],
                *f.source,
            )
            for f in document.furniture
        ],
        "issues": [_issue(i, document_id, None, path) for i in document.issues],
    }
    for n, report in enumerate(document.reports, 1):
        for table, found in (
            _Reporter(report, source, document_id, n, path, lexicons).rows().items()
        ):
            rows.setdefault(table, []).extend(found)
    return rows


def failure_rows(path: str, stage: str, message: str, cure: str, status: str = "failed") -> Rows:
    """Give the rows of a file that could not be read, or (status skipped) was left out."""
    document_id = key("", path)
    severity = "error" if status == "failed" else "warning"
    return {
        "documents": [(document_id, path, None, None, None, None, None, None, None, 0, status)],
        "issues": [
            _issue(Issue(stage, severity, message, cure), document_id, None, path),
        ],
    }


def _issue(issue: Issue, document_id: str, report_id: str | None, path: str) -> Row:
    return (
        key(document_id, report_id, issue.stage, issue.message, *(issue.source or ())),
        document_id,
        report_id,
        path,
        issue.stage,
        issue.severity,
        issue.message,
        issue.cure,
        *(issue.source or (None, None)),
    )


class _Reporter:
    """Makes the rows of one report."""

    def __init__(
        self,
        report: Report,
        source: Source,
        document_id: str,
        n: int,
        path: str,
        lexicons: str | None,
    ) -> None:
        self.lexicons = lexicons
        self.report = report
        self.source = source
        self.document_id = document_id
        self.path = path
        self.id = f"{document_id}-{n:03d}"
        self.clean = report.article.text.clean
        self.origin = report.article.text.origin
        self.section_ids = [key(self.id, "section", *s.heading) for s in report.article.sections]
        self.sentence_ids = [key(self.id, "sentence", s.start, s.end) for s in report.sentences]
        self.starts = [s.start for s in report.sentences]
        self.anchor_starts = [a.start for a in source.anchors]

    def rows(self) -> Rows:
        report = self.report
        return {
            "reports": [self._report()],
            SKETCHES: self._sketch(),
            "sections": self._sections(),
            "sentences": self._sentences(),
            "sentence_dimensions": self._dimensions(),
            "practices": [
                (*self._fact("practice", p, p.rule, p.confidence), p.name, p.kind, p.action)
                for p in report.practices
            ],
            "achievements": self._achievements(),
            "honours": self._honours(),
            "terms": self._terms(),
            "rejected": self._rejected(),
            "issues": [_issue(i, self.document_id, self.id, self.path) for i in report.issues],
        }

    def _source(self, span: Span) -> tuple[int | None, int | None]:
        return self.origin.source_span(*span) or (None, None)

    def _sentence_at(self, position: int) -> int | None:
        at = bisect_right(self.starts, position) - 1
        return at if at >= 0 else None

    def _report(self) -> Row:
        report = self.report
        organisation, level, region = place_of(report.branch, self.lexicons)
        return (
            self.id,
            self.document_id,
            report.id,
            report.branch,
            report.title,
            report.author,
            "report" if report.branch else "article",
            organisation,
            level,
            region,
            len(self.clean),
            self.clean,
            None,  # told when all parts are joined
            *self._source((0, len(self.clean))),
        )

    def _sketch(self) -> list[Row]:
        """What the report is known again by in another file; none where it says too little."""
        made = sketch(self.report.article.text.norm, self.report.branch)
        start, _ = self._source((0, len(self.clean)))
        return [] if made is None else [(self.id, self.document_id, self.path, start or 0, *made)]

    def _sections(self) -> list[Row]:
        found = []
        pairs = zip(self.report.article.sections, self.report.section_dimensions, strict=True)
        for i, (section, score) in enumerate(pairs):
            found.append(
                (
                    self.section_ids[i],
                    self.id,
                    self.document_id,
                    i + 1,
                    section.level,
                    self.clean[slice(*section.heading)],
                    self.clean[slice(*section.body)],
                    score.dimension if score else None,
                    score.score if score else None,
                    section.rule,
                    *self._source((section.heading[0], max(section.heading[1], section.body[1]))),
                )
            )
        return found

    def _section_id(self, sentence: Sentence) -> str | None:
        return self.section_ids[sentence.section] if sentence.section >= 0 else None

    def _sentences(self) -> list[Row]:
        pairs = zip(self.report.sentences, self.report.sentence_scores, strict=True)
        return [
            (
                self.sentence_ids[i],
                self.id,
                self.document_id,
                self._section_id(sentence),
                i + 1,
                sentence.heading,
                self.clean[sentence.start : sentence.end],
                "|".join(s.dimension for s in scores),
                *self._source((sentence.start, sentence.end)),
            )
            for i, (sentence, scores) in enumerate(pairs)
        ]

    def _dimensions(self) -> list[Row]:
        return [
            (
                key(self.sentence_ids[i], s.dimension),
                self.sentence_ids[i],
                self.id,
                self.document_id,
                s.dimension,
                s.score,
                s.basis,
            )
            for i, scores in enumerate(self.report.sentence_scores)
            for s in scores
        ]

    def _fact(self, table: str, item: Any, rule: str, confidence: float) -> Row:
        """The columns that all facts share, with the table's key first."""
        at = self._sentence_at(item.start)
        sentence = self.report.sentences[at] if at is not None else None
        start, end = self._source((item.start, item.end))
        return (
            key(self.id, table, item.start, item.end),
            self.id,
            self.document_id,
            self._section_id(sentence) if sentence else None,
            self.sentence_ids[at] if at is not None else None,
            self._dimension(at),
            self.clean[item.start : item.end],
            start,
            end,
            *self._place(start, end),
            rule,
            confidence,
        )

    def _place(
        self, start: int | None, end: int | None
    ) -> tuple[int | None, str | None, str | None]:
        """Page, box and locator of a span of the source, from the reader's anchors."""
        if start is None or end is None or not self.source.anchors:
            return None, None, None
        at = max(bisect_right(self.anchor_starts, start) - 1, 0)
        near = [a for a in self.source.anchors[at : at + 50] if a.start < end and a.end > start]
        if not near:
            return None, None, None
        boxes = [a.box for a in near if a.box is not None and a.page == near[0].page]
        box = None
        if boxes:
            left, top, right, bottom = zip(*boxes, strict=True)
            edges = (min(left), min(top), max(right), max(bottom))
            box = " ".join(f"{edge:.1f}" for edge in edges)
        return near[0].page, box, near[0].locator

    def _dimension(self, at: int | None) -> str | None:
        if at is None:
            return None
        scores = self.report.sentence_scores[at]
        if scores:
            return max(scores, key=lambda s: s.score).dimension
        section = self.report.sentences[at].section
        decided = self.report.section_dimensions[section] if section >= 0 else None
        return decided.dimension if decided else None

    def _achievements(self) -> list[Row]:
        return [
            (
                *self._fact("achievement", a, a.rule, a.confidence),
                self.clean[a.start : a.end],
                float(a.value),
                a.upper,
                a.unit,
                a.bound,
                a.kind,
                a.indicator,
                a.action,
                a.period,
                None if a.origin is None else float(a.origin),
                a.direction,
            )
            for a in self.report.achievements
        ]

    def _honours(self) -> list[Row]:
        return [
            (
                *self._fact("honour", h, h.rule, h.confidence),
                h.title,
                h.kind,
                h.recipient,
                h.level,
                h.issuer,
                h.year,
                h.years,
                h.persons,
            )
            for h in self.report.honours
        ]

    def _terms(self) -> list[Row]:
        found = []
        for t in self.report.terms:
            at = self._sentence_at(t.start)
            found.append(
                (
                    key(self.id, "term", t.start, t.end),
                    self.id,
                    self.document_id,
                    self.sentence_ids[at] if at is not None else None,
                    self.clean[t.start : t.end],
                    t.term,
                    t.category,
                    t.dimension,
                    *self._source((t.start, t.end)),
                )
            )
        return found

    def _rejected(self) -> list[Row]:
        found = []
        for r in self.report.rejected:
            at = self._sentence_at(r.start)
            found.append(
                (
                    key(self.id, "rejected", r.start, r.end),
                    self.id,
                    self.document_id,
                    self.sentence_ids[at] if at is not None else None,
                    self.clean[r.start : r.end],
                    r.reason,
                    r.value,
                    r.unit,
                    *self._source((r.start, r.end)),
                )
            )
        return found

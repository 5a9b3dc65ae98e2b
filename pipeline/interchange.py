"""Reports as JSON lines: the format of golden reports, with evidence and source offsets on every item."""

from __future__ import annotations

from typing import Any

from pipeline.model import Achievement, Honour, Practice, Rejected, Report, Source, Span


def to_record(report: Report, source: Source) -> dict[str, Any]:
    """Give a report as a plain dict in the format of golden reports, ready for JSON."""
    text = report.article.text
    clean = text.clean
    sections = zip(report.article.sections, report.section_dimensions, strict=True)
    spoken = zip(report.sentences, report.sentence_scores, strict=True)
    ground = _Ground(report)
    return {
        "id": report.id,
        "source": source.path,
        "branch": report.branch,
        "title": report.title,
        "author": report.author,
        "lead": clean[slice(*report.article.lead)],
        "sections": [
            {
                "heading": clean[slice(*section.heading)],
                "body": clean[slice(*section.body)],
                "dimension": score.dimension if score else None,
                "level": section.level,
                "rule": section.rule,
                **ground.offsets((section.heading[0], section.body[1])),
            }
            for section, score in sections
        ],
        "sentences": [
            {
                "text": clean[sentence.start : sentence.end],
                "dimensions": [s.dimension for s in scores],
                "scores": {s.dimension: s.score for s in scores},
                "basis": {s.dimension: s.basis for s in scores},
                **ground.offsets((sentence.start, sentence.end)),
            }
            for sentence, scores in spoken
        ],
        "practices": [ground.item(p, practice(p)) for p in report.practices],
        "achievements": [ground.item(a, achievement(a, clean)) for a in report.achievements],
        "honours": [ground.item(h, honour(h)) for h in report.honours],
        "rejected": [ground.item(r, rejected(r, clean)) for r in report.rejected],
        "issues": [
            {"stage": i.stage, "severity": i.severity, "message": i.message, "cure": i.cure}
            for i in report.issues
        ],
    }


class _Ground:
    """Adds to every item the sentence it stands in and its place in the source."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.clean = report.article.text.clean

    def offsets(self, span: Span) -> dict[str, int | None]:
        found = self.report.article.text.origin.source_span(*span)
        start, end = found if found is not None else (None, None)
        return {"source_start": start, "source_end": end}

    def item(
        self, item: Practice | Achievement | Honour | Rejected, own: dict[str, Any]
    ) -> dict[str, Any]:
        common: dict[str, Any] = {
            "evidence": self.clean[item.start : item.end],
            **self.offsets((item.start, item.end)),
        }
        if not isinstance(item, Rejected):
            common |= {"rule": item.rule, "confidence": item.confidence}
        return own | common


def practice(item: Practice) -> dict[str, Any]:
    """Give the fields of a practice."""
    return {"name": item.name, "kind": item.kind, "action": item.action}


def achievement(item: Achievement, clean: str) -> dict[str, Any]:
    """Give the fields of an achievement; from, upper and direction only where they are set."""
    own: dict[str, Any] = {
        "text": clean[item.start : item.end],
        "value": item.value,
        "unit": item.unit,
        "bound": item.bound,
        "kind": item.kind,
        "indicator": item.indicator,
        "action": item.action,
        "period": item.period,
    }
    optional = {
        "upper": None if item.upper is None else _whole(item.upper),
        "from": item.origin,
        "direction": item.direction,
    }
    return own | {key: value for key, value in optional.items() if value is not None}


def honour(item: Honour) -> dict[str, Any]:
    """Give the fields of an honour."""
    return {
        "title": item.title,
        "kind": item.kind,
        "recipient": item.recipient,
        "level": item.level,
        "issuer": item.issuer,
        "year": item.year,
        "years": item.years,
        "count": item.persons,
    }


def rejected(item: Rejected, clean: str) -> dict[str, Any]:
    """Give the fields of what was refused."""
    return {
        "text": clean[item.start : item.end],
        "reason": item.reason,
        "value": None if item.value is None else _whole(item.value),
        "unit": item.unit,
    }


def _whole(value: float) -> int | float:
    """Give a float that is whole as an int: 5 rather than 5.0."""
    return int(value) if value.is_integer() else value

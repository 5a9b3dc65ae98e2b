"""spaCy at the edge: every span of a report on a Doc, and back from it.

    nlp = spacy.blank("zh"); nlp.add_pipe("zhibu"); doc = nlp(text)    a raw text takes the whole route
    doc = to_doc(report); (marks,) = from_doc(doc)                     a report that was read already

Characters are the ground. Where a span does not end where a token does, the token is cut in two: no span
is ever moved to a token's edge, and `start_char`, `end_char` are those of the report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from pipeline import route
from pipeline.adapters.marks import ITEMS, Marks, marks, on_source
from pipeline.lexicon.load import Lexicons, load
from pipeline.model import Options, Report, Score, Section, Sentence, Source
from pipeline.segment import Segmenter, make_segmenter

NAME = "zhibu"  # of the factory, the extensions and the key in user data
GROUPS = ("sections", "sentences", *ITEMS)
# The item's field that a span's label shows.
LABELS = {"terms": "category", "rejected": "reason"}
FACTS = ("practices", "achievements", "honours")


def _values(span: Span) -> dict[str, Any] | None:
    held = span.doc.user_data.get(NAME)
    return held["values"].get(span.id_) if held and span.id else None


def _heads(doc: Doc) -> list[dict[str, Any]]:
    return [dict(head) for head in doc.user_data.get(NAME, {"reports": ()})["reports"]]


Span.set_extension(NAME, getter=_values, force=True)
Doc.set_extension(NAME, getter=_heads, force=True)


class Zhibu:
    """The component: reads a Doc's text as a source and lays all reports' spans on it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        route.tools(options)  # a fault in the lexicons shows when the pipe is built

    def __call__(self, doc: Doc) -> Doc:
        """Give the same Doc with its span groups; tokens are cut where a span ends inside one."""
        text = doc.text
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        source = Source(NAME, NAME, digest, "text/plain", "utf-8", text)
        reports = route.document(source, self.options).reports if text.strip() else ()
        return put(doc, [on_source(report) for report in reports])


@Language.factory(
    NAME,
    default_config={"scheme": "siqiang", "lexicons": None},
    assigns=[f"doc._.{NAME}", f"span._.{NAME}", "doc.spans"],
)
def make(nlp: Language, name: str, scheme: str, lexicons: str | None) -> Zhibu:
    """Make the component. `scheme` names the dimensions, `lexicons` a folder of lexicons of one's own."""
    return Zhibu(Options(scheme, lexicons))


def to_doc(report: Report, vocab: Vocab | None = None, segmenter: str = "characters") -> Doc:
    """Give a Doc of a report's clean text with all its spans.

    Words are those of a segmenter of ours, cut at the spans' ends. Without a vocab the Doc has that of a
    blank Chinese pipeline.
    """
    clean = report.article.text.clean
    words = _segmenter(segmenter).words(clean) if clean else []
    return marked(clean, [marks(report)], words, vocab)


@cache
def _segmenter(name: str) -> Segmenter:
    return make_segmenter(name)


def marked(
    text: str, found: Iterable[Marks], words: Iterable[str], vocab: Vocab | None = None
) -> Doc:
    """Give a Doc of a text, of words that joined are the text, with marks that count in it.

    Words are cut where a mark begins or ends. Raises ValueError where the words are not the text.
    """
    found, listed = list(found), list(words)
    if "".join(listed) != text:
        raise ValueError("the words joined are not the text")
    borders = {0, *accumulate(len(word) for word in listed)}
    for each in found:
        borders |= {edge for _, (start, end, *_) in _items(each) for edge in (start, end)}
    cut_words = [text[a:b] for a, b in pairwise(sorted(borders))]
    doc = Doc(vocab or spacy.blank("zh").vocab, words=cut_words, spaces=[False] * len(cut_words))
    return put(doc, found)


def put(doc: Doc, found: Iterable[Marks]) -> Doc:
    """Lay marks that count in a Doc's text on it, cutting its tokens where needed; gives the same Doc."""
    heads, placed = [], []
    for n, each in enumerate(found):
        heads.append(
            {
                "id": each.id,
                "branch": each.branch,
                "title": each.title,
                "author": each.author,
                "lead": _listed(each.lead),
            }
        )
        placed += [(name, n, item) for name, item in _items(each)]
    cut(doc, {edge for name, _, (start, end, *_) in placed for edge in (start, end)})
    groups: dict[str, list[Span]] = {name: [] for name in GROUPS}
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i + 1 for token in doc}
    values: dict[str, Any] = {}
    doc.user_data[NAME] = {"reports": heads, "values": values}
    for name, report, (start, end, label, own) in placed:
        key = f"{report}:{name}:{len(groups[name])}"
        values[key] = own
        groups[name].append(Span(doc, starts[start], ends[end], label=label, span_id=key))
    for name, spans in groups.items():
        doc.spans[name] = spans
    _sentences(doc, groups["sentences"])
    return doc


def _items(found: Marks) -> Iterator[tuple[str, tuple[int, int, str, dict[str, Any]]]]:
    """Give (group, (start, end, label, values)) of every item of a report."""
    for section, score in found.sections:
        own = {
            "heading": list(section.heading),
            "body": list(section.body),
            "level": section.level,
            "rule": section.rule,
            "dimension": None if score is None else _score(score),
        }
        hull = (min(section.heading[0], section.body[0]), max(section.heading[1], section.body[1]))
        yield "sections", (*hull, score.dimension if score else "", own)
    for sentence, scores in found.sentences:
        best = max(scores, key=lambda score: score.score, default=None)
        own = {
            "section": sentence.section,
            "heading": sentence.heading,
            "dimensions": [_score(score) for score in scores],
        }
        yield "sentences", (sentence.start, sentence.end, best.dimension if best else "", own)
    for name in ITEMS:
        for item in getattr(found, name):
            own = item._asdict()
            start, end = own.pop("start"), own.pop("end")
            yield name, (start, end, own[LABELS.get(name, "kind")], own)


def _score(score: Score) -> dict[str, Any]:
    return {"dimension": score.dimension, "score": float(score.score), "basis": score.basis}


def _listed(span: tuple[int, int] | None) -> list[int] | None:
    return None if span is None else list(span)


def cut(doc: Doc, edges: Iterable[int]) -> None:
    """Cut a Doc's tokens at characters; span groups that are on it stay on their characters."""
    inside: dict[int, list[int]] = {}
    at = {c: token.i for token in doc for c in range(token.idx + 1, token.idx + len(token))}
    for edge in sorted(set(edges)):
        if edge in at:
            inside.setdefault(at[edge], []).append(edge - doc[at[edge]].idx)
    if not inside:
        return
    kept = {
        name: [(s.start_char, s.end_char, s.label, s.kb_id, s.id) for s in group]
        for name, group in doc.spans.items()
    }
    with doc.retokenize() as retokenizer:
        for index, places in inside.items():
            token = doc[index]
            pieces = [token.text[a:b] for a, b in pairwise([0, *places, len(token)])]
            retokenizer.split(token, pieces, heads=[(token, n) for n in range(len(pieces))])
    for name, spans in kept.items():
        placed = (
            doc.char_span(start, end, label=label, kb_id=kb, span_id=key)
            for start, end, label, kb, key in spans
        )
        # an edge of theirs was an edge of a token before, and no token was joined
        doc.spans[name] = [span for span in placed if span is not None]


def _sentences(doc: Doc, spans: list[Span]) -> None:
    """Begin a sentence of the Doc where one of ours begins, where no other component has said it."""
    if doc.has_annotation("SENT_START") or not spans:
        return
    for start in {0} | {span.start for span in spans}:
        doc[start].is_sent_start = True


def from_doc(doc: Doc) -> tuple[Marks, ...]:
    """Give the marks of every report on a Doc, places from its spans and values from its user data.

    Raises ValueError where the Doc has no marks: a DocBin made without `store_user_data` lost them.
    """
    if NAME not in doc.user_data:
        raise ValueError("no marks on this Doc; keep user data (store_user_data=True)")
    return tuple(_marks(doc, n, head) for n, head in enumerate(_heads(doc)))


def _marks(doc: Doc, number: int, head: dict[str, Any]) -> Marks:
    lead = head.pop("lead")
    items: dict[str, list[Any]] = {name: [] for name in GROUPS}
    for name in GROUPS:
        for span in doc.spans.get(name, ()):
            if span.id_.startswith(f"{number}:"):
                items[name].append(_item(name, span))
    own: dict[str, Any] = head | {name: tuple(found) for name, found in items.items()}
    return Marks(lead=None if lead is None else tuple(lead), **own)


def _item(name: str, span: Span) -> Any:
    own = span._.zhibu
    if name == "sections":
        score = own["dimension"]
        section = Section(tuple(own["heading"]), tuple(own["body"]), own["level"], own["rule"])
        return section, None if score is None else Score(**score)
    if name == "sentences":
        sentence = Sentence(span.start_char, span.end_char, own["section"], own["heading"])
        return sentence, tuple(Score(**score) for score in own["dimensions"])
    return ITEMS[name](start=span.start_char, end=span.end_char, **own)


def to_docbin(reports: Iterable[Report], segmenter: str = "characters") -> DocBin:
    """Give a DocBin of reports' Docs, values included."""
    vocab = spacy.blank("zh").vocab
    return DocBin(
        store_user_data=True, docs=[to_doc(report, vocab, segmenter) for report in reports]
    )


def display(span: Span | Doc, groups: Iterable[str] = FACTS) -> dict[str, Any]:
    """Give a Doc or a part of it for `displacy.render(…, style="span", manual=True)`.

    Labels are the spans' own (a kind, a dimension, a reason); spans not whole in the part are left out.
    """
    first = span.start if isinstance(span, Span) else 0
    doc = span.doc if isinstance(span, Span) else span
    last = span.end if isinstance(span, Span) else len(doc)
    return {
        "text": span.text,
        "spans": [
            {"start_token": s.start - first, "end_token": s.end - first, "label": s.label_}
            for name in groups
            for s in doc.spans.get(name, ())
            if first <= s.start and s.end <= last
        ],
        "tokens": [token.text for token in span],
    }


def patterns(lexicons: Lexicons | None = None) -> list[dict[str, str]]:
    """Give the terms of the scheme as patterns for an EntityRuler, label the dimension, id the term.

    Phrases are matched token by token, so the ruler finds every term with the character tokenizer; with
    words, those that begin and end where words do.
    """
    scheme = (lexicons or load()).scheme
    return [
        {"label": term.dimension, "pattern": term.term, "id": term.term} for term in scheme.terms
    ]

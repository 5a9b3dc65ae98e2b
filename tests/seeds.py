"""Real files of every format, made from the sample at test time, and what damage does to them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from functools import cache
from random import Random

from tests.reports import TEXTS

NAME = "one-line"
OTHER = "annual-summary"


@cache
def seeds(scans: bool = True) -> Mapping[str, bytes]:
    """A file of every format that is read, by name; scans take seconds each and can be left out."""
    text = TEXTS[NAME]
    rows = [{"title": name, "text": body} for name, body in TEXTS.items()]
    files = {
        "a.txt": text.encode(),
        "gb.txt": TEXTS[OTHER].encode("gb18030"),
        "wide.txt": text.encode("utf-16"),
        "page.txt": TEXTS["newspaper-page"].encode(),
        "a.md": f"# {text}".encode(),
        "a.html": web(text).encode(),
        "a.jsonl": "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode(),
        **{f"a.{suffix}": separated(rows, mark) for suffix, mark in (("csv", ","), ("tsv", "\t"))},
        "a.xlsx": workbook(rows),
        "a.parquet": parquet(rows),
        "a.docx": word(text),
        "a.pdf": pages(),
        "a.mhtml": saved(text),
    }
    if scans:
        files |= pictures()
    inside = {n: files[n] for n in ("a.txt", "gb.txt", "a.html", "a.docx", "a.csv")}
    files |= {
        "a.zip": zipped(inside),
        "a.tar": tarred(inside),
        "a.tgz": gzip.compress(tarred(inside), mtime=0),
        "a.txt.gz": gzip.compress(text.encode(), mtime=0),
        "a.eml": mail(text, inside),
    }
    return files


def web(text: str) -> str:
    body = "".join(f"<p>{line}</p>" for line in text.splitlines())
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>支部经验</title><script>var a=1</script>"
        f"</head><body><nav><a href=/>首页</a></nav><article>{body}</article></body></html>"
    )


def saved(text: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "支部经验"
    message.set_content(web(text), subtype="html", cte="quoted-printable")
    message.make_mixed()
    return message.as_bytes()


def separated(rows: list[dict[str, str]], mark: str) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["title", "text"], delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def workbook(rows: list[dict[str, str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["title", "text"], *(list(r.values()) for r in rows)]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(rows: list[dict[str, str]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def word(text: str) -> bytes:
    from tests.test_reader_docx import docx, p, table

    return docx("".join(p(line) for line in text.splitlines()) + table(["走访", "31户"]))


def pages() -> bytes:
    from tests.pdfpage import plain
    from tests.scanpage import reports

    return plain(reports(NAME))


def pictures() -> dict[str, bytes]:
    """A small page as a picture in every format."""
    from PIL import Image

    from tests.scanpage import Setting, print_page, reports

    page = print_page(reports(NAME), Setting(em=20, columns=1, width=18, rows=40)).picture
    page = page.convert("L").crop((0, 0, page.width, min(page.height, 420)))
    found = {}
    for suffix, form in (("png", "PNG"), ("jpg", "JPEG"), ("tif", "TIFF"), ("bmp", "BMP")):
        out = io.BytesIO()
        image: Image.Image = page
        image.save(out, form)
        found[f"a.{suffix}"] = out.getvalue()
    return found


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def mail(text: str, files: Mapping[str, bytes]) -> bytes:
    message = EmailMessage()
    message["Subject"] = "支部经验材料"
    message.set_content(text)
    for name, data in files.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def damaged(data: bytes, other: bytes, rng: Random) -> bytes:
    """Damage a file; of a packed one as often what is inside it, which no checksum then tells."""
    if data.startswith(b"PK") and rng.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        name = rng.choice(list(files))
        return zipped(files | {name: mutate(files[name], other, rng)})
    if data.startswith(b"\x1f\x8b") and rng.random() < 0.7:
        return gzip.compress(mutate(gzip.decompress(data), other, rng), mtime=0)
    return mutate(data, other, rng)


def mutate(data: bytes, other: bytes, rng: Random) -> bytes:
    """Damage a file as disks, transfers and malice do: one to four times, in one of eight ways."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        if not data:
            break
        at = rng.randrange(len(data))
        end = min(len(data), at + rng.choice((1, 4, 64, 1024, 1 << 14)))
        way = rng.randrange(8)
        if way == 0:  # bits flipped
            found = bytearray(data)
            for _ in range(rng.choice((1, 8, 64))):
                found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
            data = bytes(found)
        elif way == 1:  # broken off
            data = data[:at]
        elif way == 2:  # a piece lost
            data = data[:at] + data[end:]
        elif way == 3:  # a piece twice, or a hundred times
            data = data[:end] + data[at:end] * rng.choice((1, 100)) + data[end:]
        elif way == 4:  # a piece of another file in it
            start = rng.randrange(max(len(other), 1))
            data = data[:at] + other[start : start + end - at] + data[end:]
        elif way == 5:  # its beginning, and the end of another
            data = data[:at] + other[rng.randrange(max(len(other), 1)) :]
        elif way == 6:  # a block of one byte
            data = data[:at] + rng.choice((b"\0", b"\xff", b" ")) * (end - at) + data[end:]
        else:  # noise
            data = data[:at] + rng.randbytes(end - at) + data[end:]
    return data

"""E-mail: the body with its headers, every attachment by its own reader, damage as rows."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reports import EIGHT, changed, documents, facts, read
from tests.test_reader_archive import BODY, ONE, put, zipped


def mail(body: str = BODY, charset: str = "utf-8") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "报送第一党支部典型材料"
    message["From"] = "李禾 <lihe@example.org>"
    message["Date"] = "Wed, 01 May 2024 08:00:00 +0800"
    message.set_content(body, charset=charset)
    return message


def attach(message: EmailMessage, name: str, data: bytes) -> None:
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030"])
def test_the_body_is_a_text_with_the_headers(tmp_path: Path, charset: str) -> None:
    (text,), unread = read(put(tmp_path, "信.eml", mail(charset=charset).as_bytes()))
    assert (text.text, text.path, text.stem, unread) == (BODY, "信.eml", "信", [])
    assert dict(text.meta) == {
        "title": "报送第一党支部典型材料",
        "author": "李禾",
        "date": "2024-05-01",
    }


def test_attachments_are_read_by_their_own_readers(tmp_path: Path) -> None:
    message = mail("材料见附件。\n")
    for path in EIGHT[:4]:
        attach(message, path.name, path.read_bytes())
    attach(message, "其余.zip", zipped({p.name: p.read_bytes() for p in EIGHT[4:]}))
    found = documents(put(tmp_path, "信.eml", message.as_bytes()))
    assert found[0].source.text == "材料见附件。\n"
    assert facts(found[1:]) == facts([d for p in EIGHT for d in documents(p)])
    assert found[1].source.path == f"信.eml!/{EIGHT[0].name}"
    assert found[-1].source.path == f"信.eml!/其余.zip!/{EIGHT[-1].name}"


def test_a_mail_inside_a_mail_is_read(tmp_path: Path) -> None:
    outer = mail("转发。\n")
    outer.add_attachment(mail())
    texts, unread = read(put(tmp_path, "信.eml", outer.as_bytes()))
    assert [t.text for t in texts] == ["转发。\n", BODY]
    assert texts[1].path == "信.eml!/attachment-1.eml"
    assert unread == []


def test_a_mail_of_a_web_page_is_read_as_one(tmp_path: Path) -> None:
    pytest.importorskip("selectolax")
    message = mail()
    message.set_content(
        f"<html><head><meta charset=gbk></head><body><p>{BODY}</p></body></html>", subtype="html"
    )
    texts, unread = read(put(tmp_path, "信.eml", message.as_bytes()))
    assert unread == []
    assert [t.path for t in texts] == ["信.eml"]
    assert BODY.strip() in texts[0].text


def test_names_in_gbk_without_encoding_and_with_paths(tmp_path: Path) -> None:
    message = mail()
    attach(message, "NAME.txt", ONE)
    data = message.as_bytes().replace(b"NAME.txt", "..\\总结.txt".encode("gbk"))
    subject = data.index(b"Subject: ")
    end = data.index(b"\nFrom")
    data = data[:subject] + "Subject: 报送材料".encode("gbk") + data[end:]
    texts, unread = read(put(tmp_path, "信.eml", data))
    assert [t.path for t in texts] == ["信.eml", "信.eml!/总结.txt"]
    assert dict(texts[0].meta)["title"] == "报送材料"
    assert unread == []


@pytest.mark.parametrize("name", ["空.txt", ".hidden.txt", "没有.xyz"])
def test_what_cannot_be_read_is_a_row(tmp_path: Path, name: str) -> None:
    message = mail()
    attach(message, name, b"" if name == "空.txt" else ONE)
    texts, (unread,) = read(put(tmp_path, "信.eml", message.as_bytes()))
    assert len(texts) == 1
    assert unread.path == f"信.eml!/{name}"


@pytest.mark.parametrize("data", [b"", b"\n\n", bytes(range(256)) * 9, ONE * 9])
def test_what_is_no_mail_is_a_row(tmp_path: Path, data: bytes) -> None:
    texts, (unread,) = read(put(tmp_path, "信.eml", data))
    assert texts == []
    assert unread.cure


def test_parts_inside_parts_without_end_are_a_row(tmp_path: Path) -> None:
    lines = [f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000)]
    texts, (unread,) = read(put(tmp_path, "信.eml", "".join(lines).encode()))
    assert texts == []
    assert unread.cure


def test_a_mail_that_breaks_off_says_so(tmp_path: Path) -> None:
    message = mail()
    attach(message, "二.txt", ONE * 50)
    data = message.as_bytes()
    texts, unread = read(
        put(tmp_path, "信.eml", data[: data.index(base64.b64encode(ONE)[:20]) + 900])
    )
    assert texts[0].text == BODY
    assert any("breaks off" in u.what for u in unread)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=9))
def test_changed_bytes_never_raise(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    message = mail()
    attach(message, "二.zip", zipped({"一.txt": ONE}))
    texts, unread = read(put(tmp_path, "信.eml", changed(message.as_bytes(), changes)))
    assert texts or unread

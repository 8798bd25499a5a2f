"""A message's HTML as it is shown: its structure stays, and nothing that could fetch, run, hide or flood."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.page import LONGEST, page_of

HEAD = "From: a@x.example\nSubject: s\nContent-Type: text/html; charset=utf-8\n\n"


def page(html: str) -> str:
    return page_of((HEAD + html).encode())


def test_headings_lists_tables_and_links_stay() -> None:
    made = page(
        "<h1>Offer</h1><p>Two <b>ways</b>:</p><ul><li>one</li></ul>"
        "<table><tr><td>May</td><td align=right>3</td></tr></table><a href='https://x.example/a'>see</a>"
    )
    for kept in ("<h1>Offer</h1>", "<b>ways</b>", "<li>one</li>", "<td>May</td>", '<td align="right">3</td>'):
        assert kept in made
    assert '<a href="https://x.example/a">see</a>' in made


@pytest.mark.parametrize(
    "html",
    [
        "<img src='http://spy.example/p.gif' width=1>",
        "<img srcset='http://spy.example/p.gif 2x'>",
        "<p style='background: url(http://spy.example/b)'>x</p>",
        "<body background='http://spy.example/b'>x",
        "<table background='http://spy.example/b'><tr><td>1<td>2</table>",
        "<link rel=stylesheet href='http://spy.example/s.css'>x",
        "<style>@import 'http://spy.example/s.css'; p { background: url(http://spy.example/b) }</style>x",
        "<iframe src='http://spy.example/'></iframe>",
        "<object data='http://spy.example/'></object><embed src='http://spy.example/'>",
        "<svg><image href='http://spy.example/'/></svg>",
        "<video poster='http://spy.example/' src='http://spy.example/'></video>",
        "<base href='http://spy.example/'><a href='x'>x</a>",
        "<meta http-equiv=refresh content='0;url=http://spy.example/'>x",
        "<form action='http://spy.example/'><input type=image src='http://spy.example/'></form>",
        "<!--[if mso]><img src='http://spy.example/'><![endif]-->x",
        "<script>fetch('http://spy.example/')</script>x",
    ],
)
def test_nothing_is_left_to_fetch(html: str) -> None:
    assert "spy.example" not in page(html)


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "vbscript:x", "//x.example", "x"],
)
def test_a_link_leads_to_the_web_or_to_an_address_alone(href: str) -> None:
    assert "href" not in page(f'<a href="{href}">x</a>')


def test_a_picture_leaves_the_words_that_stand_for_it() -> None:
    assert "before the map after" in page("<p>before <img src=x alt='the map'> after</p>")


def test_hidden_words_are_not_shown() -> None:
    assert page("<p>seen<span style='display:none'>secret</span></p>") == "<p>seen</p>"


def test_tables_that_only_place_things_are_none() -> None:
    made = page("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>")
    assert made.count("<table>") == 1
    assert "<td>a</td>" in made
    assert "<table>" not in page("<table><tr><td>all in one column</td></tr></table>")


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr>" + "<td>x" * 2000 + "</tr>" + "<tr><td>y</tr>" * 2000 + "</table>",
        "<table><tr><td colspan=100000000 rowspan=100000000>x<td>y</table>",
        "<div>" * 5000 + "x",
        "<table><tr><td>" * 300 + "x",
        "<ul><li>" * 3000 + "x",
        "x" * 1_000_000,
    ],
)
def test_no_page_floods_the_window(html: str) -> None:
    made = page(html)
    assert len(made) <= LONGEST * 2  # closing tags are added to what is cut
    assert "span=" not in made


def test_the_html_of_a_message_is_found_and_of_no_other() -> None:
    raw = (
        b"From: a@x.example\nContent-Type: multipart/mixed; boundary=B\n\n"
        b"--B\nContent-Type: message/rfc822\n\nContent-Type: text/html\n\n<p>carried</p>\n"
        b"--B\nContent-Type: multipart/alternative; boundary=C\n\n"
        b"--C\nContent-Type: text/plain\n\nplain\n--C\nContent-Type: text/html\n\n<p>own</p>\n--C--\n--B--\n"
    )
    assert page_of(raw) == "<p>own</p>"
    assert page_of(b"From: a@x.example\n\nplain") == ""


TAGS = st.sampled_from("p div table tr td a img style script svg b i ul li form iframe base body".split())
ATTRIBUTES = st.sampled_from(
    (
        "",
        " href='http://e.example'",
        " src=//e.example",
        " style='x:url(e.example)'",
        " onclick=x",
        " srcdoc=x",
    )
)
PIECES = st.one_of(
    st.tuples(TAGS, ATTRIBUTES).map(lambda one: f"<{one[0]}{one[1]}>"),
    TAGS.map(lambda one: f"</{one}>"),
    st.text(max_size=8),
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_comes_what_is_shown_is_plain(html: str) -> None:
    made = page_of((HEAD + html).encode("utf-8", "replace"))
    found = re.findall(r"<[a-z][^<>]*>", made)
    assert all(re.fullmatch(r'<[a-z0-9]+( (href="[^"]*"|align="[^"]*"))*/?>', one) for one in found)
    assert not re.search(r"<(img|style|script|svg|form|iframe|base|body|link)", made)

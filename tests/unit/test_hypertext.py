"""HTML mail as the eye sees it: hidden words dropped and told, quotes and signatures marked."""

import pytest

from core.mail.hypertext import html_to_text
from core.mail.parse import parse_message


@pytest.mark.parametrize(
    "hiding",
    [
        '<div style="display: none">SECRET</div>',
        '<span style="color:red;visibility:hidden">SECRET</span>',
        '<p style="font-size:0px">SECRET</p>',
        '<p style="opacity:0">SECRET</p>',
        '<p style="color:#fff">SECRET</p>',
        '<p style="color:#112233;background-color:#112233">SECRET</p>',
        '<div style="max-height:0;overflow:hidden">SECRET</div>',
        '<div style="position:absolute;left:-9999px">SECRET</div>',
        "<div hidden>SECRET</div>",
        '<style>.pre { display: none; }</style><div class="pre">SECRET</div>',
        '<span style="mso-hide:all">SECRET</span>',
        '<font color="#FFFFFF">SECRET</font>',
    ],
)
def test_hidden_words_are_dropped_and_told(hiding: str) -> None:
    page = html_to_text(f"<p>Hello Ann</p>{hiding}<p>Bye</p>")
    assert "SECRET" not in page.text
    assert page.hidden
    assert page.text.split() == ["Hello", "Ann", "Bye"]


@pytest.mark.parametrize(
    "shown",
    [
        '<table bgcolor="#003366"><tr><td><font color="#ffffff">WORD</font></td></tr></table>',
        '<div style="background:#036"><span style="color:white">WORD</span></div>',
        '<p style="opacity:0.8">WORD</p>',
        '<p style="font-size:10px">WORD</p>',
        '<p style="line-height:0;height:20px">WORD</p>',
        "<style>@media (max-width: 400px) { .wide { display: none } }</style><p class='wide'>WORD</p>",
    ],
)
def test_shown_words_stay(shown: str) -> None:
    page = html_to_text(f"<p>Hello</p>{shown}")
    assert "WORD" in page.text
    assert not page.hidden


def test_scripts_and_styles_are_no_secret() -> None:
    page = html_to_text("<style>p { color: red }</style><script>let a = 1</script><!-- no --><p>Hello</p>")
    assert (page.text.strip(), page.hidden) == ("Hello", False)


def test_quotes_and_signatures_of_mail_programs() -> None:
    raw = (
        b"Content-Type: text/html\n\n<div>Yes.</div><div>Best,<br>Bo</div>"
        b"<div class='gmail_signature'>Bo Ek<br>North</div>"
        b"<div class='gmail_quote'><div class='gmail_attr'>On Tue, 3 Jan 2023 at 09:00, Ann "
        b"&lt;ann@x.example&gt; wrote:<br></div><blockquote class='gmail_quote'>When?</blockquote></div>"
    )
    parsed = parse_message(raw)
    assert parsed.text == "Yes.\nBest,\nBo"
    assert parsed.signature.split() == ["--", "Bo", "Ek", "North"]
    assert "When?" in parsed.quoted


def test_quotes_are_as_deep_as_they_are_quoted() -> None:
    page = html_to_text(
        "<p>Yes.</p><div class='gmail_quote'>Ann wrote:<blockquote>When?"
        "<blockquote>Hi</blockquote></blockquote>"
        "</div><p>And:</p><blockquote>Where?</blockquote>"
    )
    lines = [line for line in page.text.split("\n") if line.strip()]
    assert lines == ["Yes.", "> Ann wrote:", "> When?", ">> Hi", "And:", "> Where?"]


def test_tables_stay_readable() -> None:
    rows = "<tr><th>Item</th><th>Price</th></tr><tr><td>Paper</td><td>4.50</td></tr>"
    lines = html_to_text(f"<p>Here:</p><table>{rows}</table><p>Fine?</p>").text.split("\n")
    assert [line.split() for line in lines if line] == [
        ["Here:"],
        ["Item", "Price"],
        ["Paper", "4.50"],
        ["Fine?"],
    ]
    assert lines[2].index("Price") == lines[3].index("4.50")


_BAD = ["", "<", "<p", "<!DOCTYPE", "<table><td>" * 500, "<div>" * 5000 + "x", "&#0;&#x110000;"]


@pytest.mark.parametrize("html", _BAD)
def test_bad_html_never_raises(html: str) -> None:
    html_to_text(html)


@pytest.mark.parametrize("unfit", ["\x1f", "\x0c", "\ufffe", "&#31;", "&#x1B;", "&#xFFFE;", "&#99999999;"])
def test_characters_no_tree_may_hold_are_left_out(unfit: str) -> None:
    """Behind a part that is dropped they made the whole message unreadable."""
    assert (
        html_to_text(f"<p>before<style>p {{}}</style>{unfit}after &#233;</p>").text.strip() == "beforeafter é"
    )

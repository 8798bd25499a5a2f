"""A message's HTML made safe to show: nothing in it is fetched, runs, hides, or takes more than its share of
a window. Runs in the reader child, as all that reads what strangers wrote."""

import math
import re

import lxml.html
import nh3

from core.mail.body import html_of
from core.mail.hypertext import without_hidden
from core.mail.parse import message_of

# What laying it out may cost the window: text some 0.2 s for 100,000 characters, tables 0.8 ms a cell.
LONGEST = 60_000  # characters of a page that is shown
MOST_CELLS = 200  # in all tables of a page
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col"}
_TAGS = _TABLE | set(
    "a b strong i em u s strike sub sup p div br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code"
    " small big tt".split()
)
_DROPPED = {"script", "style", "title", "template", "noscript", "svg", "math", "object", "iframe", "select"}


def page_of(raw: bytes) -> str:
    """HTML of plain structure: headings, paragraphs, lists, tables, links that lead somewhere only when they
    are followed. No pictures (the text that stands for them remains), no colours, no styles. '' where the
    message has no HTML of its own."""
    tree = without_hidden(html_of(message_of(raw)))
    if tree is None:
        return ""
    for image in list(tree.iter("img")):
        alternative = _CONTROL.sub("", image.get("alt") or "")
        image.clear(keep_tail=True)
        image.tag, image.text = "span", alternative
    left: float = MOST_CELLS
    for table in list(tree.iter("table")):
        cells = _cells(table)
        if cells <= left:
            left -= cells
        else:
            _unframe(table)
    html = lxml.html.tostring(tree, encoding="unicode")[:LONGEST]
    cleaned: str = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes={"a": {"href"}, "td": {"align"}, "th": {"align"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=None,
    )
    return cleaned.strip()


def _cells(table: lxml.html.HtmlElement) -> float:
    """Rows times columns; infinite for a table that only places things: it holds another, or one column."""
    rows = list(table.iter("tr"))
    columns = max((sum(one.tag in ("td", "th") for one in row) for row in rows), default=0)
    places = columns < 2 or table.find(".//table") is not None
    return math.inf if places else len(rows) * columns


def _unframe(table: lxml.html.HtmlElement) -> None:
    """Its own cells become paragraphs; a table inside stays."""
    inside = [one for one in table.iter(*(_TABLE - {"table"})) if _table_of(one) is table]
    for part in (table, *inside):
        part.tag = "div"
        part.attrib.clear()


def _table_of(part: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    return next(part.iterancestors("table"), None)

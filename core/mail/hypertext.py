"""HTML mail to plain text: what the eye would see, quotes marked as in plain mail, hidden text dropped."""

import re
from dataclasses import dataclass

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

LONGEST = 2_000_000  # characters; the rest of a longer page is left out
_NEVER_SHOWN = {
    "script",
    "style",
    "head",
    "title",
    "meta",
    "link",
    "template",
    "noscript",
    "object",
    "svg",
    "math",
}
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:0?\.?0*(?:;|$|!)|"
    r"font-size:0*(?:\.0+)?(?:px|pt|em|rem|%)?(?:;|$|!)|font-size:(?:0\.\d+|1)px|"
    r"(?:max-height|max-width|width|height):0(?:px|pt|em|%)?(?:;|$|!)|text-indent:-\d{3,}|(?:left|top):-\d{3,}|"
    r"clip:rect\(0|clip-path:inset\((?:50|100)%|transform:scale\(0\)"
)
# Characters that XML has not: the library reads them, but cannot move them about. And our own mark.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ue0f1]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));?")
_MAY_HIDE = re.compile(
    r"hidden|display|visibility|mso-hide|opacity|font-size|color|height|width:|indent|left:|top:|clip|scale",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_CLEAR = re.compile(
    r"transparent$|(?:rgb|hsl)a\(.*[,/]0?\.?0*%?\)$|(?:rgb|hsl)\(.*/0?\.?0*%?\)$"
    r"|#(?:[0-9a-f]{6}00|[0-9a-f]{3}0)$"
)
_HIDING_RULE = re.compile(r"([^{}@]{1,200})\{([^{}]{0,2000})\}")
_QUOTE_CLASSES = {
    "gmail_quote",
    "gmail_extra_quote",
    "yahoo_quoted",
    "protonmail_quote",
    "zmail_extra",
    "moz-cite-prefix",
    "gmail_attr",
    "quotedtext",
    "ms-outlook-quote",
}
_QUOTE_IDS = {
    "olk_src_body_section",
    "mail-editor-reference-message-container",
    "yahoo_quoted",
    "isforwardcontent",
}
_CUT_IDS = {
    "divrplyfwdmsg",
    "appendonsend",
    "stopspelling",
    "reply-intro",
}  # what follows these is the quoted mail
_SIGNATURE_CLASSES = {"gmail_signature", "moz-signature", "protonmail_signature_block", "signature"}
_SIGNATURE_IDS = {"signature", "ms-outlook-mobile-signature", "applemailsignature"}
_QUOTE_MARK, _END_MARK = "\ue0f1q\ue0f1", "\ue0f1e\ue0f1"  # private use: taken out of the page before


@dataclass(frozen=True)
class Page:
    """`hidden` tells that the page held words the eye would not see; they are not in `text`."""

    text: str
    hidden: bool


def html_to_text(html: str) -> Page:
    """The visible text of an HTML mail, quoted mail as lines that begin with '> ', as deep as it is quoted.
    Never raises."""
    tree = _parsed(html)
    if isinstance(tree, str):
        return Page(tree, False)
    hidden = _drop_hidden(tree)
    _mark_quotes(tree)
    return Page(_quote_lines(_render(tree)), hidden)


def hides_words(html: str) -> bool:
    """Whether a page holds words the eye would not see, at a fifth of the cost of its text. Never raises."""
    if not _MAY_HIDE.search(html):
        return False
    tree = _parsed(html)
    return not isinstance(tree, str) and _drop_hidden(tree)


def without_hidden(html: str) -> lxml.html.HtmlElement | None:
    """The page as a tree, without what the eye would not see; None where there is nothing to see. Never
    raises."""
    tree = _parsed(html)
    if isinstance(tree, str):
        return None
    _drop_hidden(tree)
    return tree


def _parsed(html: str) -> "lxml.html.HtmlElement | str":
    """The page as a tree; as text where nothing can be made of it."""
    html = re.sub(r"<\?xml[^>]{0,200}>", "", _UNFIT.sub("", html[:LONGEST]))
    html = _REFERENCE.sub(_fit, html)
    if not html.strip():
        return ""
    try:
        return lxml.html.document_fromstring(html)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return re.sub(r"<[^<>]*>", " ", html)


def _fit(reference: re.Match[str]) -> str:
    """A character reference, '' where it stands for what no tree may hold."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return "" if number > 0x10FFFF or _UNFIT.match(chr(number)) else reference[0]


def _render(tree: lxml.html.HtmlElement) -> str:
    try:
        text: str = Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"].copy())).get_text()
    except (RecursionError, ValueError, TypeError, IndexError, AttributeError, KeyError, ArithmeticError):
        text = str(tree.text_content())  # pages nested or styled beyond reason
    return re.sub(r"\n[ \t]*(?:\n[ \t]*){2,}", "\n\n", text)


def _drop_hidden(tree: lxml.html.HtmlElement) -> bool:
    selectors = _hiding_selectors(tree)
    coloured = any("background" in (sheet.text or "") for sheet in tree.iter("style"))
    dropped: list[lxml.html.HtmlElement] = []
    hidden = False
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _NEVER_SHOWN:
            dropped.append(element)
        elif element.tag not in ("html", "body") and _is_hidden(element, selectors, coloured):
            hidden = hidden or bool(_visible_letters(element))
            dropped.append(element)
    for element in dropped:
        if element.getparent() is not None:
            element.drop_tree()
    lxml.etree.strip_tags(tree, lxml.etree.Comment, lxml.etree.ProcessingInstruction)
    return hidden


def _visible_letters(element: lxml.html.HtmlElement) -> str:
    return re.sub(r"[\W_]+", "", "".join(element.itertext(with_tail=False)))


def _is_hidden(element: lxml.html.HtmlElement, selectors: set[str], coloured: bool) -> bool:
    """`coloured`: the page's sheet sets backgrounds, so that white may be seen."""
    if "hidden" in element.attrib or (element.tag == "input" and element.get("type", "").lower() == "hidden"):
        return True
    style = re.sub(r"\s+", "", element.get("style", "")[:2000].lower())
    if style and (_hides(style) or _same_colour(style, element, coloured)):
        return True
    if (
        element.tag == "font"
        and element.get("color")
        and _is_white(element.get("color", ""))
        and not (coloured or _on_colour(element))
    ):
        return True
    if not selectors:
        return False
    names = {f".{name}" for name in element.get("class", "").split()} | {f"#{element.get('id', '')}"}
    return bool(selectors & {name.lower() for name in names})


def _hides(style: str) -> bool:
    match = _HIDING.search(style)
    if match is None:
        return False
    # Zero sizes hide only what cannot overflow; images and spacers use them openly.
    if re.match(r"(?:max-height|max-width|width|height):", match.group()):
        before = style[match.start() - 1 : match.start()]
        return (before in ("", ";") and "overflow:hidden" in style) or "display:none" in style
    return style[match.start() - 1 : match.start()] in ("", ";") or not match.group().startswith(
        ("left", "top")
    )


def _same_colour(style: str, element: lxml.html.HtmlElement, coloured: bool) -> bool:
    colour, background = _COLOUR.search(style), _BACKGROUND.search(style)
    if colour is None:
        return False
    if _CLEAR.match(colour.group(1)):
        return True
    if background is not None:
        return _hex(colour.group(1)) == _hex(background.group(1))
    return _is_white(colour.group(1)) and not (coloured or _on_colour(element))


def _is_white(colour: str) -> bool:
    return _hex(colour) in ("ffffff", "fefefe", "white")


def _on_colour(element: lxml.html.HtmlElement) -> bool:
    """Whether an element stands on a background of its own or of an ancestor: white on blue is no secret."""
    for above in [element, *element.iterancestors()]:
        style = above.get("style", "").lower()
        if above.get("bgcolor") or above.get("background") or "background" in style:
            return True
    return False


def _hex(colour: str) -> str:
    name = colour.strip().lstrip("#").lower()
    if name in ("rgb(255,255,255)", "rgba(255,255,255,1)", "white"):
        return "ffffff"
    return "".join(c * 2 for c in name) if re.fullmatch(r"[0-9a-f]{3}", name) else name


def _hiding_selectors(tree: lxml.html.HtmlElement) -> set[str]:
    """Classes and ids that the page's own sheet hides outright (a media query's rules are left out:
    they hide on some screens only)."""
    found: set[str] = set()
    for sheet in tree.iter("style"):
        css = re.sub(r"/\*.*?\*/", "", (sheet.text or "")[:200_000], flags=re.DOTALL)
        css = re.sub(r"@media[^{]{0,300}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
        for selector, body in _HIDING_RULE.findall(css):
            if re.search(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", body.lower()):
                simple = (one.strip().lower() for one in selector.split(","))
                found |= {
                    match.group(1) for one in simple if (match := re.fullmatch(r"\w*([.#][\w\-]+)", one))
                }
    return found


def _mark_quotes(tree: lxml.html.HtmlElement) -> None:
    body = tree.find("body")
    marked: set[lxml.html.HtmlElement] = set()
    for element in list((tree if body is None else body).iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _is_quote(element):
            around = next((above for above in element.iterancestors() if above in marked), None)
            marked.add(element)
            # A program's own box holds the blockquote it stands for: together they are one quote.
            if around is None or (around.tag == "blockquote" == element.tag):
                _wrap(element, _QUOTE_MARK, _END_MARK)
        elif element.get("id", "").lower() in _CUT_IDS:
            _before(element, "-----Original Message-----")
        elif _is_signature(element) and not any(above in marked for above in element.iterancestors()):
            _before(element, "--")


def _is_quote(element: lxml.html.HtmlElement) -> bool:
    if element.tag == "blockquote":
        return True
    classes = {name.lower() for name in element.get("class", "").split()}
    return bool(classes & _QUOTE_CLASSES) or element.get("id", "").lower() in _QUOTE_IDS


def _is_signature(element: lxml.html.HtmlElement) -> bool:
    classes = {name.lower() for name in element.get("class", "").split()}
    return bool(classes & _SIGNATURE_CLASSES) or element.get("id", "").lower() in _SIGNATURE_IDS


def _wrap(element: lxml.html.HtmlElement, start: str, end: str) -> None:
    _before(element, start)
    closing = lxml.html.Element("div")
    closing.text = end
    closing.tail, element.tail = element.tail, None
    element.addnext(closing)


def _before(element: lxml.html.HtmlElement, words: str) -> None:
    mark = lxml.html.Element("div")
    mark.text = words
    element.addprevious(mark)


def _quote_lines(text: str) -> str:
    """Lines between the marks get a '>' for each pair they stand in."""
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        pieces = re.split(f"({_QUOTE_MARK}|{_END_MARK})", line)
        for piece in pieces:
            if piece == _QUOTE_MARK:
                depth += 1
            elif piece == _END_MARK:
                depth = max(0, depth - 1)
            elif piece.strip() or len(pieces) == 1:
                lines.append(f"{'>' * depth} {piece.strip()}" if depth else piece.rstrip())
    return "\n".join(lines)

"""The draft's page: streaming as one step of undo, and marks that follow the user's edits."""

import pytest
from pytestqt.qtbot import QtBot

from core.domain import Finding
from desktop.replies.draft_edit import DraftEdit


@pytest.fixture
def page(qtbot: QtBot) -> DraftEdit:
    made = DraftEdit("draft", "The draft")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def finding(text: str, word: str, reason: str = "not in the mail") -> Finding:
    start = text.index(word)
    return Finding(start, start + len(word), word, reason)


def test_one_undo_brings_the_former_draft_back(page: DraftEdit) -> None:
    page.begin()
    page.finish("Hi Ann,\n\nyes.")
    page.begin()
    for piece in ("Dear ", "Ann,\n", "no. "):
        page.stream(piece)
    page.finish("Dear Ann,\nno.")
    assert page.toPlainText() == "Dear Ann,\nno."
    page.undo()
    assert page.toPlainText() == "Hi Ann,\n\nyes."


def test_a_page_is_read_only_while_it_is_written(page: DraftEdit) -> None:
    page.begin()
    assert page.isReadOnly()
    page.finish("x")
    assert not page.isReadOnly()


@pytest.mark.parametrize("before", ["", "Grüße 👋🏽 aus "])
def test_the_reason_shows_at_the_marked_words_alone(page: DraftEdit, before: str) -> None:
    text = f"{before}Ingrid, see you"
    page.begin()
    page.finish(text)
    page.show_findings([finding(text, "Ingrid")])
    cursor = page.textCursor()
    cursor.setPosition(len(before.encode("utf-16-le")) // 2 + 2)
    assert page.reason_at(page.cursorRect(cursor).center()) == "not in the mail"
    cursor.movePosition(cursor.MoveOperation.End)
    assert page.reason_at(page.cursorRect(cursor).center()) == ""
    marks = page.extraSelections()
    marked = [mark.cursor.selectedText() for mark in marks]
    assert marked == ["Ingrid"]


def test_a_mark_follows_edits_before_it_and_goes_with_its_words(page: DraftEdit) -> None:
    text = "Please ask Ingrid today"
    page.begin()
    page.finish(text)
    page.show_findings([finding(text, "Ingrid")])
    cursor = page.textCursor()
    cursor.setPosition(0)
    cursor.insertText("Well. ")
    assert [one.text for one in page.findings] == ["Ingrid"]
    cursor.setPosition(page.toPlainText().index("grid"))
    cursor.insertText("x")
    assert page.findings == ()
    assert page.extraSelections() == []


def test_pasted_html_comes_as_plain_text(page: DraftEdit) -> None:
    assert not page.acceptRichText()

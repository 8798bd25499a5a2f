"""Working ahead keeps the order, hands errors on, and ends with whoever took from it."""

import threading
import time
from collections.abc import Iterator

import pytest

from core.errors import MailError
from core.mail.ahead import ahead


def test_the_same_items_in_the_same_order_from_another_thread() -> None:
    threads: set[int] = set()

    def items() -> Iterator[int]:
        for number in range(50):
            threads.add(threading.get_ident())
            yield number

    with ahead(items()) as taken:
        assert list(taken) == list(range(50))
    assert threading.get_ident() not in threads


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise MailError

    got = []
    with ahead(items()) as taken, pytest.raises(MailError):  # noqa: PT012
        for one in taken:
            time.sleep(0.05)
            got.append(one)
    assert got == [1, 2]


def test_leaving_early_ends_the_thread() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(10_000):
            made.append(number)
            yield number

    before = threading.active_count()
    with ahead(items(), most=2) as taken:
        assert next(taken) == 0
    assert threading.active_count() == before
    assert len(made) <= 5

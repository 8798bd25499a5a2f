"""A second start of the program."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.single import SingleInstance


def test_a_second_start_calls_the_first_of_the_same_profile(qtbot: QtBot, tmp_path: Path) -> None:
    first, second, other = (SingleInstance(tmp_path / name) for name in ("a", "a", "b"))
    assert not first.call_first()
    assert not other.call_first()
    with qtbot.waitSignal(first.asked):
        assert second.call_first()
    first.close()
    assert not second.call_first()
    second.close()
    other.close()


def test_a_second_start_hands_over_its_files(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = (SingleInstance(tmp_path / "a") for _ in range(2))
    assert not first.call_first()
    with qtbot.waitSignal(first.handed) as handed:
        assert second.call_first([tmp_path / "ä mail.eml", Path("b.mbox")])
    assert handed.args == [[str(tmp_path / "ä mail.eml"), str(Path("b.mbox").absolute())]]
    first.close()

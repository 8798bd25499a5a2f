"""Settings round-trip through the file, keep the user's comments, and name the key of a bad value."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import InputError
from core.store import settings as store
from core.store.settings import (
    Cloud,
    Drafting,
    Exclude,
    LargeModel,
    Learning,
    Limits,
    Settings,
    SmallModel,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
lists = st.lists(texts, max_size=3).map(tuple)
clouds = st.just(Cloud()) | st.builds(
    Cloud,
    st.booleans(),
    st.sampled_from(["openai", "anthropic"]),
    st.sampled_from(["https://api.example/v1", "http://127.0.0.1:8000"]),
    texts.filter(bool),
    lists,
    st.booleans(),
    lists,
    st.integers(0, 10**9),
)
some_settings = st.builds(
    Settings,
    large=st.builds(LargeModel, st.sampled_from(["catalogue", "file", "cloud"]), texts),
    small=st.builds(SmallModel, texts, st.booleans()),
    limits=st.builds(Limits, st.integers(256, 10**6), st.integers(0, 512), st.floats(1.0, 86_400.0)),
    drafting=st.builds(Drafting, st.integers(16, 8192), st.floats(0.0, 2.0), st.integers(0, 100)),
    learning=st.builds(Learning, st.integers(8, 100_000), st.integers(8, 100_000), st.booleans()),
    cloud=clouds,
    exclude=st.builds(Exclude, lists, lists, lists, lists),
)


def test_without_a_file_all_is_default(tmp_path: Path) -> None:
    assert store.load(tmp_path / "settings.toml") == Settings()


@hypothesis_settings(max_examples=40)  # each writes through to the disk
@given(first=some_settings, second=some_settings)
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, first: Settings, second: Settings
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    for settings in (first, second):
        store.save(file, settings)
        assert store.load(file) == settings


def test_comments_and_order_outlive_a_save(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\n[drafting]\n# not too long\nmax_tokens = 200\n\n[large]\nname = "a"\n')
    store.save(file, Settings(drafting=Drafting(max_tokens=300)))
    text = file.read_text()
    assert (
        text.index("# mine") < text.index("[drafting]") < text.index("# not too long") < text.index("[large]")
    )
    assert store.load(file) == Settings(drafting=Drafting(max_tokens=300))


def test_dotted_and_inline_tables_are_kept_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('large.name = "a"\nsmall = {name = "b"}\n')
    wanted = Settings(large=LargeModel("file", "/models/x.gguf"), small=SmallModel("c", True))
    store.save(file, wanted)
    assert store.load(file) == wanted


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[drafting]\nmax_tokens = 'many'", "drafting.max_tokens"),
        ("[drafting]\nmax_tokens = 3", "drafting.max_tokens"),
        ("[drafting]\nmax_tokens = 300.5", "drafting.max_tokens"),
        ("[drafting]\ntemperature = nan", "drafting.temperature"),
        ("[drafting]\ntemperature = inf", "drafting.temperature"),
        ("[drafting]\nmax_token = 3", "drafting.max_token"),
        ("[draft]\nmax_tokens = 3", "draft"),
        ("large = 3", "large"),
        ("[large]\nsource = 'hunter2'", "large.source"),
        ("[exclude]\npeople = 'hunter2'", "exclude.people"),
        ("[exclude]\npeople = [1]", "exclude.people"),
        ("[small]\nthinking = 1", "small.thinking"),
        ("[cloud]\nkey = 'hunter2'", "cloud.key"),
        ("[cloud]\nbase_url = 'https://me:hunter2@api.example'", "cloud.base_url"),
        ("[cloud]\nbase_url = 'file:///etc/passwd'", "cloud.base_url"),
        ("[cloud]\nenabled = true", "cloud.enabled"),
        ("[download]\nhub = 'hunter2'", "download.hub"),
        ("[download]\nhub = ''", "download.hub"),
        ("[download]\nproxy = 'http://me:hunter2@proxy.example'", "download.proxy"),
        ("[large\nname = 'hunter2'", "line 1"),
    ],
)
def test_a_bad_value_is_named_and_never_shown(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        store.load(file)
    assert named in str(caught.value)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(InputError):
        store.save(file, Settings())
    assert file.read_text() == text


def test_settings_that_could_not_be_loaded_are_not_saved(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    with pytest.raises(InputError, match=r"drafting\.max_tokens"):
        store.save(file, Settings(drafting=Drafting(max_tokens=1)))
    assert not file.exists()


@given(content=st.binary(max_size=80))
def test_any_file_loads_or_is_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    file.write_bytes(content)
    try:
        loaded = store.load(file)
    except InputError:
        return
    store.save(file, loaded)
    assert store.load(file) == loaded

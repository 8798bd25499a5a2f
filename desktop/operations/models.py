"""What a user does with models."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from core.models.hub import HubFile
from core.store.settings import Cloud
from desktop.desk import Changed, Desk
from desktop.jobs import Hands, Job, Lane
from desktop.words import say


def list_models(desk: Desk) -> Job:
    """The job's result is a tuple of core.models.choice.ModelEntry: looking at the machine takes a third
    of a second."""
    return desk.run(say("Looking at this machine"), Lane.LOOK, lambda _: desk.app.models.all())


def measure_model(desk: Desk) -> Job:
    """How fast the one in use writes here; the job's result is words in a second."""
    return desk.run_unasked(say("Measuring the model"), lambda hands: desk.app.models.measure(hands.cancel))


def ask_model(desk: Desk, *, name: str) -> Job:
    """Asks the hub what it has under a name; the job's result is a core.models.hub.HubFile."""
    return desk.run(
        say("Asking for the model"), Lane.FETCH, lambda hands: desk.app.downloads.ask(name, hands.cancel)
    )


def get_model(desk: Desk, *, wanted: HubFile) -> Job:
    """Downloads it, or the rest of it. What came before a stop is kept."""

    def work(hands: Hands) -> object:
        return desk.app.downloads.get(wanted, hands.progress, hands.cancel)

    job = desk.run(say("Getting a model"), Lane.FETCH, work, Changed.MODELS | Changed.PRIVACY)
    job.done.connect(
        lambda made: desk.told.emit(say("{0} is whole and checked; choose it to write.").format(made.file))
    )
    return job


def use_model(desk: Desk, *, name: str) -> Job:
    """A name of the list, or the path of a GGUF file, which is loaded once to prove that it can be run."""

    def work(_: Hands) -> object:
        return desk.app.models.use(name)

    job = desk.run(say("Choosing a model"), Lane.WRITE, work, Changed.MODELS | Changed.LEARNING)
    job.done.connect(desk.told.emit)
    return job


def use_cloud(
    desk: Desk,
    *,
    url: str,
    model: str,
    key: str,
    kind: Literal["openai", "anthropic"] = "openai",
    accounts: Sequence[str] = (),
) -> Job:
    """A service that writes from now on, for mail to these addresses (the one there is where none is named);
    its key goes to the keychain. `kind`: what it understands."""

    def work(_: Hands) -> object:
        known = desk.app.cloud.now
        terms = replace(known, service=kind, base_url=url, model=model, accounts=tuple(accounts))
        return desk.app.models.use_cloud(terms, key)

    job = desk.run(say("Choosing a service"), Lane.STORE, work, Changed.MODELS | Changed.PRIVACY)
    job.done.connect(desk.told.emit)
    return job


def set_terms(desk: Desk, *, terms: Cloud) -> Job:
    """On which the service is used from now on."""
    job = desk.run(
        say("Keeping the terms"),
        Lane.STORE,
        lambda _: desk.app.cloud.set(terms),
        Changed.MODELS | Changed.PRIVACY,
    )
    job.done.connect(lambda _: desk.told.emit(say("The terms are kept.")))
    return job


def remove_model(desk: Desk, *, name: str) -> Job:
    """A downloaded one, or what has come of one."""
    return desk.run(
        say("Deleting a model"), Lane.FETCH, lambda _: desk.app.models.remove(name), Changed.MODELS
    )

"""The model service on the user's terms: off until they turn it on, for the accounts they named, within their
budget and their firm's policy, without names and numbers, and only after they saw what is sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.domain import Address
from core.errors import ModelError
from core.models.anthropic_model import ADDRESS, AnthropicModel
from core.models.budget import Budget, BudgetedModel, Used
from core.models.chat import ChatModel
from core.models.cloud import Note
from core.models.openai_model import OpenAIModel
from core.models.prompts import Prompt
from core.models.redacted import RedactedModel
from core.privacy.keychain import Keychain
from core.privacy.policy import Policy
from core.privacy.redaction import Redactor
from core.store.jobs import JobRepository
from core.store.settings import Cloud

CLOUD_KEY = "cloud"  # under which the keychain holds the service's key
_SEEN = "cloud/seen"  # key of the service whose requests the user has seen


@dataclass(frozen=True)
class Mailboxes:
    """What the service's terms need to know of the mail: the user's own addresses, and everybody's names."""

    own: Callable[[], Iterable[str]]
    people: Callable[[], Iterable[Address]]


class Service:
    def __init__(
        self,
        cloud: Cloud,
        keychain: Keychain,
        note: Note,
        jobs: JobRepository,
        policy: Policy,
        mail: Mailboxes,
    ) -> None:
        self._cloud, self._keychain, self._note = cloud, keychain, note
        self._jobs, self._policy, self._mail = jobs, policy, mail

    @property
    def budget(self) -> Budget:
        return Budget(self._jobs, self._cloud.monthly_requests, self._cloud.monthly_tokens)

    @property
    def used(self) -> Used:
        """This month."""
        return self.budget.used

    @property
    def seen(self) -> bool:
        """Whether the user has seen what this service is sent."""
        return self._jobs.get(_SEEN, str) == self._name

    def preview(self, prompt: Prompt) -> str:
        """The exact text of a request; it counts as seen."""
        self._jobs.set(_SEEN, self._name)
        return self.redacted(prompt).text

    def decline(self) -> None:
        """The user saw what would be sent, and would not have it sent: they are asked again next time."""
        self._jobs.clear(_SEEN)

    def redacted(self, prompt: Prompt) -> Prompt:
        return self._redactor().redact(prompt).prompt if self._cloud.redact else prompt

    def model(self, account: str = "") -> ChatModel:
        """To answer mail of one of the user's addresses, or to learn from all of them (''). Raises ModelError
        where one of the terms is not kept."""
        if not self._cloud.enabled:
            raise ModelError("The cloud model is off; 'longhand models use cloud' turns it on.")
        self._policy.check(host_of(self._cloud))
        self._check_accounts(account)
        key = self._keychain.get(CLOUD_KEY)
        if key is None:
            raise ModelError("The cloud model is not set up; do so with 'longhand models use cloud'.")
        if not self.seen:
            raise ModelError(
                "Nothing was sent yet: look first at what would be, with 'longhand privacy preview', then ask"
                " again."
            )
        model = BudgetedModel(self._made(key), self.budget)
        return RedactedModel(model, self._redactor()) if self._cloud.redact else model

    def _made(self, key: str) -> ChatModel:
        cloud = self._cloud
        kind = AnthropicModel if cloud.service == "anthropic" else OpenAIModel
        return kind(cloud.base_url, cloud.model, key, self._note)

    def _check_accounts(self, account: str) -> None:
        own = {one.lower() for one in self._mail.own()}
        wanted = {account.lower()} & own if account else own
        if not wanted <= {one.lower() for one in self._cloud.accounts}:
            which = "this account" if account else "every account of this profile"
            raise ModelError(
                f"The cloud model is not turned on for {which}; 'longhand models cloud --account ADDRESS'"
                " does so."
            )

    def _redactor(self) -> Redactor:
        return Redactor(self._mail.people(), self._cloud.words)

    @property
    def _name(self) -> str:
        return f"{self._cloud.service} {self._cloud.base_url} {self._cloud.model} {self._cloud.redact}"


def host_of(cloud: Cloud) -> str:
    """Where requests go; '' where no address is known."""
    return urlsplit(cloud.base_url or (ADDRESS if cloud.service == "anthropic" else "")).hostname or ""

"""The terms on which a model service may be used, as the user sees and changes them."""

from dataclasses import replace

from core import messages
from core.errors import InputError
from core.models.anthropic_model import ADDRESS
from core.models.cloud import Note, checked_host
from core.models.service import CLOUD_KEY, Mailboxes, Service, host_of
from core.privacy.egress import Guard
from core.privacy.keychain import Keychain
from core.privacy.policy import Policy
from core.store.jobs import JobRepository
from core.store.kept_settings import KeptSettings
from core.store.settings import Cloud, LargeModel


class CloudTerms:
    """The guard lets through the service's host while the terms and the firm's policy allow it."""

    def __init__(
        self,
        settings: KeptSettings,
        keychain: Keychain,
        guard: Guard,
        note: Note,
        jobs: JobRepository,
        policy: Policy,
        mail: Mailboxes,
    ) -> None:
        self._settings, self._keychain, self._guard = settings, keychain, guard
        self._note, self._jobs, self._policy, self._mail = note, jobs, policy, mail
        self._let_through(self.now)

    @property
    def now(self) -> Cloud:
        return self._settings.now.cloud

    @property
    def service(self) -> Service:
        """The service on the terms there are now."""
        return Service(self.now, self._keychain, self._note, self._jobs, self._policy, self._mail)

    @property
    def writer(self) -> str:
        """The model and host of the service that writes; empty where this machine does."""
        if self._settings.now.large.source != "cloud":
            return ""
        return f"{self.now.model} ({host_of(self.now)})"

    @property
    def unseen(self) -> bool:
        """Whether a service writes whose requests the user has not seen yet; a preview of a draft shows
        one."""
        return bool(self.writer) and not self.service.seen

    def set(self, terms: Cloud) -> None:
        """Raises InputError, and ModelError where the firm's policy is against it."""
        own = set(self._mail.own())
        if own and not set(terms.accounts) <= own:
            raise InputError("There is no such account; 'longhand account list' shows which there are.")
        if terms.enabled:
            checked_host(terms.base_url or ADDRESS)
            self._policy.check(host_of(terms))
        before = self.now
        self._settings.save(replace(self._settings.now, cloud=terms))
        if before.enabled and self._policy.allows(host_of(before)):
            self._guard.disallow(host_of(before))
        self._let_through(terms)

    def turn_on(self, cloud: Cloud, key: str) -> str:
        """The service writes from now on, which is told in a sentence; its key goes to the keychain. Where
        no accounts are named, it is for the one there is. Raises as `set` does."""
        accounts = cloud.accounts or tuple(self._mail.own())
        if not cloud.accounts and len(accounts) > 1:
            raise InputError("Say for which accounts: --account ADDRESS, once for each.")
        terms = replace(cloud, enabled=True, accounts=accounts)
        self.set(terms)
        self._settings.save(replace(self._settings.now, large=LargeModel("cloud", cloud.model)))
        self._keychain.set(CLOUD_KEY, key)
        return messages.models.cloud_in_use(terms.model, host_of(terms), terms.redact)

    def _let_through(self, terms: Cloud) -> None:
        if terms.enabled and self._policy.allows(host_of(terms)):
            self._guard.allow(host_of(terms))

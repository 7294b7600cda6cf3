"""The user's settings about models and thinking, as plain values.

They come from the user's own settings file and `FORETHOUGHT_*` variables alone (`settings` reads them); this module
must not know where they are kept. They decide where code is sent, so nothing in a workspace can set the endpoint.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

DRAFTS_MAX = 10
"""The paper's gains flatten past five drafts; ten is where asking more is certainly waste."""


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which endpoint is asked, and how. Off until `base_url` and `name` are set."""

    base_url: str = ""
    """An OpenAI-compatible endpoint: `http://localhost:11434/v1`, `https://api.openai.com/v1`."""
    name: str = ""
    key: str = ""
    """Empty for endpoints that want none."""
    headers: dict[str, str] = {}
    """Extra headers, for gateways."""
    azure_api_version: str = ""
    """Set only for Azure's older interface, whose addresses name deployments and versions."""
    use_openai_environment: bool = False
    """Whether `OPENAI_*` and proxy variables count. Off, because a project's environment file can set them."""
    proxy: str = ""
    context_tokens: int = 0
    """How many tokens the endpoint takes, prompt and reply together; 0 asks the endpoint."""
    structured_output: bool = True
    """Whether to ask for JSON by schema; endpoints that refuse are asked in words, without being told so here."""
    connect_timeout_s: float = 10.0
    first_piece_timeout_s: float = 180.0
    """Local models read a long prompt for minutes before they say anything."""
    stall_timeout_s: float = 60.0
    attempts_max: int = 4
    prices: dict[str, Price] = {}
    """By model name. Models without a price cost nothing: local ones do."""

    @property
    def configured(self) -> bool:
        """Whether the user turned a model on."""
        return bool(self.name and (self.base_url or self.use_openai_environment))

    @property
    def local(self) -> bool:
        """Whether the endpoint is on this machine, so that nothing leaves it."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model costs, in the user's currency per million tokens."""

    input: float = 0.0
    cached: float | None = None
    """Prompt tokens that came from the provider's cache; None means the full price."""
    output: float = 0.0


class SleepSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When to think, and how much of it. A workspace may lower these and never raise them."""

    enabled: bool = True
    """Thinks when a model is configured; without one there is nothing to turn off."""
    idle_seconds: float = 20.0
    """How long the editor must have asked nothing."""
    on_battery: bool = False
    drafts: int = 2
    concurrency: int = 2
    """Requests in flight at once."""
    context_tokens_max: int = 6000
    """What one context may have; the endpoint's own limit lowers it."""
    enriched_tokens_max: int = 700
    """What one enriched context may have. It is read at every question, so a long one costs more than it saves."""
    reply_tokens_max: int = 1200
    tokens_per_day_max: int = 500_000
    money_per_day_max: float = 1.0
    """In the price table's currency; holds across repositories."""
    exclude: tuple[str, ...] = ()
    """Never sent to a model: patterns as in `.gitignore`, besides each repository's `.forethoughtignore`."""

    @property
    def drafts_bounded(self) -> int:
        """Drafts, within what makes sense."""
        return max(1, min(self.drafts, DRAFTS_MAX))


def lowered(own: SleepSettings, asked: SleepSettings) -> SleepSettings:
    """`own` with every budget at most what `asked` says: what a workspace or an LSP configuration may do."""
    return SleepSettings(
        enabled=own.enabled and asked.enabled,
        idle_seconds=max(own.idle_seconds, asked.idle_seconds),
        on_battery=own.on_battery and asked.on_battery,
        drafts=min(own.drafts, asked.drafts),
        concurrency=min(own.concurrency, asked.concurrency),
        context_tokens_max=min(own.context_tokens_max, asked.context_tokens_max),
        enriched_tokens_max=min(own.enriched_tokens_max, asked.enriched_tokens_max),
        reply_tokens_max=min(own.reply_tokens_max, asked.reply_tokens_max),
        tokens_per_day_max=min(own.tokens_per_day_max, asked.tokens_per_day_max),
        money_per_day_max=min(own.money_per_day_max, asked.money_per_day_max),
        exclude=tuple(dict.fromkeys((*own.exclude, *asked.exclude))),
    )

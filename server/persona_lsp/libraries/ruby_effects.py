"""Ruby calls with effects outside of the database: HTTP, mail, jobs, caches, logs, payments."""

from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.syntax.ir import AnyExpr, Call, Name, dotted
from persona_lsp.syntax.ruby_names import chain
from persona_lsp.text.patterns import lazy

_VERBS: Final = frozenset(
    {
        "get", "post", "put", "patch", "delete", "head", "request", "get_response", "post_form", "start", "options", "run_request",
        "execute", "get!", "post!", "put!",
    }
)  # fmt: skip
_HTTP: Final = frozenset(
    {
        "Net.HTTP",
        "Faraday",
        "HTTParty",
        "RestClient",
        "RestClient.Request",
        "Typhoeus",
        "Excon",
        "HTTP",
        "HTTPClient",
        "HTTPX",
        "Httpx",
        "Curl",
    }
)
_ENQUEUE: Final = frozenset(
    {
        "perform_later",
        "perform_async",
        "perform_in",
        "perform_at",
        "perform_bulk",
        "deliver_later",
        "deliver_later!",
        "perform_all_later",
        "enqueue",
        "enqueue_in",
        "enqueue_at",
    }
)
_DELIVER: Final = frozenset({"deliver_now", "deliver_now!", "deliver", "deliver!"})
_CACHE: Final = frozenset(
    {
        "fetch",
        "read",
        "write",
        "delete",
        "exist?",
        "increment",
        "decrement",
        "clear",
        "fetch_multi",
        "read_multi",
        "write_multi",
        "delete_matched",
        "delete_multi",
    }
)
_LOG: Final = frozenset({"debug", "info", "warn", "error", "fatal", "unknown", "add", "tagged"})
_REPORTS: Final = {
    "Sentry": frozenset({"capture_exception", "capture_message"}),
    "Raven": frozenset({"capture_exception", "capture_message"}),
    "Honeybadger": frozenset({"notify"}),
    "Bugsnag": frozenset({"notify"}),
    "Rollbar": frozenset({"error", "warning", "info", "log", "critical"}),
    "Airbrake": frozenset({"notify", "notify_sync"}),
    "Rails.error": frozenset({"report", "handle", "record"}),
    "NewRelic.Agent": frozenset({"notice_error"}),
}
_METRICS: Final = lazy(r"^(?:StatsD|Datadog|Prometheus|ActiveSupport\.Notifications|NewRelic)(?:\.|$)")
_PAYMENT: Final = lazy(r"^(?:Stripe|Braintree|PayPal|Adyen|Square|Razorpay|Mollie)(?:\.|$)")
_PAYING: Final = frozenset(
    {
        "create",
        "capture",
        "confirm",
        "sale",
        "refund",
        "update",
        "cancel",
        "pay",
        "submit_for_settlement",
        "void",
        "settle",
    }
)
_QUEUE_CLIENTS: Final = lazy(r"^(?:Kafka|Karafka|Bunny|Sneakers|Racecar|WaterDrop|Aws\.(?:SQS|SNS|Kinesis))(?:\.|$)")
_CONNECTIONS: Final = lazy(r"(?:^|_)(?:http|https|faraday|conn|connection|http_client|api_client|rest_client)$")


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """The effect of a call; None if it has none that is known."""
    name = call.name
    if call.new:
        return None
    receiver = call.receiver
    if name in _ENQUEUE and receiver is not None:
        if name.startswith("enqueue") and not chain(receiver).startswith(("Resque", "Sidekiq", "Delayed", "Shoryuken")):
            return None
        return EffectMeaning("email" if name.startswith("deliver") else "queue")
    if name in _DELIVER and isinstance(receiver, Call) and not call.args:
        return EffectMeaning("email")
    if receiver is None:
        return None
    holder = chain(receiver)
    if holder in _HTTP and name in _VERBS:
        return EffectMeaning("http")
    if holder == "Rails.cache" and name in _CACHE:
        # The block of a fetch runs in place: what it asks must stay visible.
        return None if call.block is not None else EffectMeaning("cache")
    if name in _LOG and (holder == "Rails.logger" or holder.rsplit(".", 1)[-1].lstrip("@") in ("logger", "log")):
        return None if call.block is not None and name == "tagged" else EffectMeaning("log")
    if holder in _REPORTS and name in _REPORTS[holder]:
        return EffectMeaning("log")
    if _PAYMENT.match(holder) and name in _PAYING:
        return EffectMeaning("payment")
    if _PAYMENT.match(holder) and name in ("retrieve", "list", "find", "search"):
        return EffectMeaning("http")
    if _METRICS.match(holder):
        return EffectMeaning("metric") if call.block is None else None
    if _QUEUE_CLIENTS.match(holder) and name in (
        "publish",
        "produce",
        "produce_sync",
        "produce_async",
        "send_message",
        "deliver_message",
        "call",
        "put_record",
    ):
        return EffectMeaning("queue")
    if name in _VERBS and _is_connection(receiver, scope):
        return EffectMeaning("http")
    return None


def _is_connection(receiver: AnyExpr, scope: Scope) -> bool:
    """A variable that holds an HTTP client: made from one, or named so."""
    if isinstance(receiver, Name):
        value = scope.assigned(receiver.id)
        if isinstance(value, Call):
            made = dotted(value.func) if value.new else chain(value.receiver)
            return made in _HTTP or made.startswith(("Faraday", "Net.HTTP", "HTTP"))
        return value is None and _CONNECTIONS.search(receiver.id.lstrip("@")) is not None and "http" in receiver.id
    return False


LIBRARY: Final = Library(
    "ruby-effects",
    ("ruby",),
    (),
    meaning,
    (
        "Net::HTTP", "Faraday", "HTTParty", "RestClient", "Typhoeus", "Excon", "HTTP", "perform_", "deliver", "Rails.cache",
        "logger", "Sentry", ".notify", "Stripe", "Braintree", "Kafka", ".enqueue", "Rollbar", "Rails.error",
    ),
    relational=None,
)  # fmt: skip

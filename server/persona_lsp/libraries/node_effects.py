"""Effects of Node code outside of the database: HTTP clients, mail, payment, queues, caches, logs, metrics."""

import re
from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.libraries.node_values import LANGUAGES, chain, last_name
from persona_lsp.syntax.ir import AnyExpr, Call, Lambda, Member, Name, dotted
from persona_lsp.text.patterns import lazy

_HTTP_NAMES: Final = frozenset(
    {"fetch", "axios", "got", "request", "superagent", "needle", "ky", "nodeFetch", "$fetch", "ofetch"}
)
_HTTP_PACKAGES: Final = frozenset(
    {"axios", "got", "node-fetch", "request", "request-promise", "request-promise-native", "superagent", "undici", "needle",
     "ky", "cross-fetch", "ofetch", "isomorphic-fetch", "@nestjs/axios", "http", "https", "node:http", "node:https"}
)  # fmt: skip
_HTTP_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_HTTP_CLIENT: Final = lazy(
    r"axios|^(?:http|https|httpService|httpClient|got|superagent|needle|ky|request)$", re.IGNORECASE
)
_LOG_METHODS: Final = frozenset(
    {"log", "info", "warn", "warning", "error", "debug", "trace", "fatal", "verbose", "silly", "http", "notice", "critical",
     "alert", "emerg", "exception", "captureException", "captureMessage", "success"}
)  # fmt: skip
_LOGGER: Final = lazy(
    r"^(?:_?(?:console|log|logger|logging|winston|pino|bunyan|sentry|signale|consola|tracer|rollbar|bugsnag|errorLogger|"
    r"appLogger|httpLogger|systemLogger)|\w*(?:Logger|Log))$",
    re.IGNORECASE,
)
_MAIL: Final = lazy(
    r"^(?:send(?:Mail|Email|Emails|Mails|TemplateEmail|Template|VerificationEmail|ResetPasswordEmail)|sendRawEmail)$"
)
_MAILER: Final = lazy(r"mail|smtp|transport|sendgrid|^sg$|postmark|resend|^ses$|mailgun|mailer", re.IGNORECASE)
_PAYMENT: Final = lazy(r"stripe|paypal|braintree|razorpay|adyen|mollie|paddle|square(?:Client)?$", re.IGNORECASE)
_PAYMENT_WORDS: Final = frozenset(
    {
        "create",
        "confirm",
        "capture",
        "refund",
        "charge",
        "cancel",
        "update",
        "sale",
        "execute",
        "authorize",
        "pay",
        "transfer",
    }
)
_QUEUE: Final = lazy(
    r"queue|^(?:producer|publisher|channel|ch|sqs|sns|pubsub|topic|bus|eventBus|agenda|broker|amqp|rabbit|nats|kafka)$|Queue$|Producer$|Publisher$",
    re.IGNORECASE,
)
_QUEUE_WORDS: Final = frozenset(
    {"add", "addBulk", "send", "sendBatch", "publish", "sendToQueue", "sendMessage", "publishMessage", "enqueue", "emit",
     "schedule", "dispatch", "produce", "push", "now", "createJob", "trigger"}
)  # fmt: skip
_CACHE: Final = lazy(r"redis|cache|memcached|^(?:kv|store)$", re.IGNORECASE)
_CACHE_WORDS: Final = frozenset(
    {"get", "set", "setex", "setEx", "mget", "mset", "del", "hget", "hset", "hgetall", "hdel", "incr", "decr", "expire", "setnx",
     "setNX", "exists", "ttl", "lpush", "rpush", "sadd", "srem", "smembers", "zadd", "zrange", "wrap", "flushall", "flushdb",
     "getset", "unlink", "delete", "has", "clear", "reset", "invalidate", "incrby", "hincrby", "keys", "scan", "psetex"}
)  # fmt: skip
_METRIC: Final = lazy(r"metric|statsd|prom|counter|histogram|gauge|datadog|newrelic", re.IGNORECASE)
_METRIC_WORDS: Final = frozenset(
    {
        "inc",
        "increment",
        "observe",
        "timing",
        "gauge",
        "histogram",
        "startTimer",
        "recordMetric",
        "send",
        "record",
        "count",
        "addSpan",
    }
)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """The effect of a call, None if it has none that is known."""
    kind = _kind(call, scope)
    return EffectMeaning(kind) if kind else None


def _kind(call: Call, scope: Scope) -> str:
    func = call.func
    if isinstance(func, Name):
        return _plain(func.id, call, scope)
    if not isinstance(func, Member):
        return ""
    name, owner = func.name, last_name(func.base)
    if name in _LOG_METHODS and _is_logger(func.base, owner, scope):
        return "log"
    if name in _HTTP_METHODS and _is_http(func.base, owner, scope):
        return "http"
    if _MAIL.match(name) or (name == "send" and _MAILER.search(owner)):
        return "email" if not any(isinstance(a, Lambda) for a in call.args[:1]) else ""
    if name in _PAYMENT_WORDS and _PAYMENT.search(_root(call)):
        return "payment"
    if name in _QUEUE_WORDS and _QUEUE.search(owner) and call.args:
        return "queue"
    if name in _CACHE_WORDS and _CACHE.search(owner) and call.args:
        return "cache"
    if name in _METRIC_WORDS and _METRIC.search(owner):
        return "metric"
    return ""


def _plain(name: str, call: Call, scope: Scope) -> str:
    source = scope.imported(name)
    if source is not None and source[0] in _HTTP_PACKAGES:
        return "http"
    if name in _HTTP_NAMES and source is None and call.args:
        return "http"
    if name in {"sendEmail", "sendMail", "sendgrid"} and call.args:
        return "email"
    return ""


def _is_logger(base: AnyExpr, owner: str, scope: Scope) -> bool:
    if isinstance(base, Name) and base.id == "console":
        return True
    if _LOGGER.match(owner):
        return True
    # `req.log.info`, `this.logger.error`, and whatever has the type of a logger
    return scope.type_of(base).endswith(("Logger", "LoggerService"))


def _is_http(base: AnyExpr, owner: str, scope: Scope) -> bool:
    if isinstance(base, Name):
        source = scope.imported(base.id)
        if source is not None:
            return source[0] in _HTTP_PACKAGES or ("axios" in base.id.lower())
        value = scope.assigned(base.id)
        if isinstance(value, Call) and dotted(value.func) in {
            "axios.create",
            "got.extend",
            "request.defaults",
            "ky.create",
        }:
            return True
    return _HTTP_CLIENT.search(owner) is not None and owner not in {"http", "https"}


def _root(call: Call) -> str:
    """The whole dotted receiver of the first call of the chain: `stripe.paymentIntents`."""
    first = chain(call).calls
    return dotted(first[0].receiver) if first else ""


LIBRARY: Final = Library(
    id="node-effects",
    languages=LANGUAGES,
    packages=(),
    meaning=meaning,
    triggers=(
        "log",
        "console",
        "fetch",
        "axios",
        "send",
        "queue",
        "publish",
        "redis",
        "cache",
        "stripe",
        ".add(",
        "got",
        "http",
        "request",
    ),
    relational=None,
)

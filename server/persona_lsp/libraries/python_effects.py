"""Python calls with effects outside of the database: HTTP, mail, payments, queues, caches, logs, metrics."""

import re
from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.libraries.python_values import last_name
from persona_lsp.syntax.ir import Call, Member, Name, dotted
from persona_lsp.text.patterns import lazy

_MODULES: Final = {
    "requests": "http", "httpx": "http", "aiohttp": "http", "urllib3": "http", "urllib.request": "http",
    "smtplib": "email", "fastapi_mail": "email", "sendgrid": "email", "django.core.mail": "email",
    "flask_mail": "email", "emails": "email", "aiosmtplib": "email", "stripe": "payment", "braintree": "payment",
    "paypalrestsdk": "payment", "celery": "queue", "pika": "queue", "aio_pika": "queue", "kafka": "queue",
    "aiokafka": "queue", "confluent_kafka": "queue", "rq": "queue", "arq": "queue", "dramatiq": "queue",
    "boto3": "http", "redis": "cache", "aioredis": "cache", "django.core.cache": "cache", "pymemcache": "cache",
    "statsd": "metric", "prometheus_client": "metric", "logging": "log", "loguru": "log", "structlog": "log",
    "sentry_sdk": "log",
}  # fmt: skip
_MADE: Final = {
    "AsyncClient": "http", "Client": "http", "ClientSession": "http", "SMTP": "email", "SMTP_SSL": "email",
    "FastMail": "email", "Mail": "email", "SendGridAPIClient": "email", "Celery": "queue", "KafkaProducer": "queue",
    "AIOKafkaProducer": "queue", "Producer": "queue", "BackgroundTasks": "queue", "Redis": "cache",
    "StrictRedis": "cache", "from_url": "cache", "getLogger": "log", "get_logger": "log", "Counter": "metric",
    "Histogram": "metric", "Gauge": "metric",
}  # fmt: skip
_METHODS: Final = {
    "http": frozenset("get post put patch delete head options request send stream urlopen ws_connect build_request".split()),
    "email": frozenset("send send_message sendmail send_mail send_mass_mail".split()),
    "queue": frozenset("send send_message publish basic_publish send_and_wait produce add_task enqueue send_task enqueue_job".split()),
    "cache": frozenset("get set setex delete hget hset incr expire mget mset exists zadd lpush rpush hgetall getset add get_or_set".split()),
    "metric": frozenset("inc dec observe set labels incr timing gauge increment".split()),
    "log": frozenset("debug info warning warn error exception critical log bind success trace".split()),
}  # fmt: skip
_ALWAYS: Final = {"apply_async": "queue", "send_task": "queue", "sendmail": "email", "send_mail": "email"}
_PAYING: Final = frozenset({"create", "capture", "confirm", "refund", "charge", "sale"})
_QUEUEING: Final = frozenset({"send_message", "publish", "send_message_batch", "put_events"})
_STORING: Final = frozenset({"put_object", "upload_file", "upload_fileobj", "invoke"})
_TELLING: Final = frozenset({"delay", *_ALWAYS, *_PAYING, *_QUEUEING, *_STORING}.union(*_METHODS.values()))
"""All names of methods that may have an effect: most calls have another one."""
_LOGGERS: Final = lazy(r"^_*(?:log|logger|logging|LOG|LOGGER)$")
_QUEUE_CLIENTS: Final = lazy(r"sqs|sns|kinesis|eventbridge", re.IGNORECASE)


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """The kind of effect that a call has."""
    func = call.func
    if isinstance(func, Name):
        found = scope.imported(func.id)
        kind = _module_kind(found[0]) if found is not None else ""
        if kind in ("http", "email") and found is not None and found[1] in _METHODS[kind]:
            return EffectMeaning(kind)
        return None
    if not isinstance(func, Member):
        return None
    name, base = func.name, func.base
    if name not in _TELLING:
        return None
    if _LOGGERS.match(last_name(base)) and name in _METHODS["log"]:
        return EffectMeaning("log")
    if name == "delay" and isinstance(base, Name) and base.id[:1].islower():
        return EffectMeaning("queue")
    if name in _ALWAYS:
        return EffectMeaning(_ALWAYS[name])
    kind = _kind_of(base, scope)
    if kind and name in _METHODS.get(kind, ()):
        return EffectMeaning(kind)
    if kind == "payment" and name in _PAYING:
        return EffectMeaning("payment")
    if name in _QUEUEING and _QUEUE_CLIENTS.search(last_name(base)):
        return EffectMeaning("queue")
    if name in _STORING:
        return EffectMeaning("http")
    return None


def _kind_of(base: object, scope: Scope) -> str:
    if isinstance(base, Call):
        return _MADE.get(base.name, "") if base.name[:1].isupper() else _kind_of(base.func, scope)
    if not isinstance(base, Name | Member):
        return ""
    declared = scope.type_of(base)
    if declared in _MADE:
        return _MADE[declared]
    if isinstance(base, Name):
        value = scope.assigned(base.id)
        if isinstance(value, Call) and (value.name in _MADE):
            return _MADE[value.name]
        if base.id == "background_tasks":
            return "queue"
        if base.id in ("redis", "redis_client", "cache", "r_cache"):
            return "cache"
    root = dotted(base).split(".", 1)[0]
    found = scope.imported(root)
    if found is None:
        return ""
    return _module_kind(found[0]) or _module_kind(f"{found[0]}.{found[1]}")


def _module_kind(module: str) -> str:
    return _MODULES.get(module) or _MODULES.get(module.split(".", 1)[0], "")


LIBRARY: Final = Library(
    id="python-effects",
    languages=("python",),
    packages=(),
    meaning=meaning,
    triggers=(
        "log",
        "requests.",
        "client.",
        "send",
        ".delay(",
        "apply_async",
        "cache",
        "redis",
        "stripe",
        "publish",
        "add_task",
    ),
    relational=False,
)

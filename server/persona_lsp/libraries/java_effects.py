"""Effects of Java calls outside of the database: HTTP, mail, queues, caches, payments, logs, metrics."""

from typing import Final

from persona_lsp.flow.vocabulary import EffectMeaning, Library, Meaning, Scope
from persona_lsp.syntax.ir import AnyExpr, Call, Member, Name, dotted
from persona_lsp.text.patterns import lazy

_BY_TYPE: Final = {
    "RestTemplate": ("http", frozenset({"getForObject", "getForEntity", "postForObject", "postForEntity", "postForLocation", "exchange", "put", "delete", "patchForObject", "execute", "headForHeaders", "optionsForAllow"})),
    "RestOperations": ("http", frozenset({"getForObject", "getForEntity", "postForObject", "postForEntity", "exchange", "put", "delete", "execute"})),
    "HttpClient": ("http", frozenset({"send", "sendAsync", "execute"})),
    "CloseableHttpClient": ("http", frozenset({"execute"})),
    "HttpURLConnection": ("http", frozenset({"getInputStream", "connect", "getResponseCode", "getOutputStream"})),
    "JavaMailSender": ("email", frozenset({"send"})),
    "MailSender": ("email", frozenset({"send"})),
    "JavaMailSenderImpl": ("email", frozenset({"send"})),
    "KafkaTemplate": ("queue", frozenset({"send", "sendDefault", "sendMessage"})),
    "KafkaProducer": ("queue", frozenset({"send"})),
    "RabbitTemplate": ("queue", frozenset({"convertAndSend", "send", "convertSendAndReceive", "sendAndReceive"})),
    "AmqpTemplate": ("queue", frozenset({"convertAndSend", "send"})),
    "RabbitMessagingTemplate": ("queue", frozenset({"convertAndSend", "send"})),
    "JmsTemplate": ("queue", frozenset({"convertAndSend", "send"})),
    "StreamBridge": ("queue", frozenset({"send"})),
    "SqsTemplate": ("queue", frozenset({"send", "sendAsync"})),
    "SqsClient": ("queue", frozenset({"sendMessage", "sendMessageBatch"})),
    "SnsClient": ("queue", frozenset({"publish"})),
    "SnsTemplate": ("queue", frozenset({"sendNotification", "convertAndSend"})),
    "PulsarTemplate": ("queue", frozenset({"send", "sendAsync"})),
    "RocketMQTemplate": ("queue", frozenset({"convertAndSend", "syncSend", "asyncSend", "sendOneWay"})),
    "SesClient": ("email", frozenset({"sendEmail", "sendRawEmail"})),
    "S3Client": ("http", frozenset({"putObject", "getObject", "deleteObject", "headObject", "listObjectsV2"})),
    "AmazonS3": ("http", frozenset({"putObject", "getObject", "deleteObject"})),
    "MeterRegistry": ("metric", frozenset({"counter", "timer", "gauge", "summary"})),
    "Counter": ("metric", frozenset({"increment"})),
    "Cache": ("cache", frozenset({"put", "evict", "clear", "putIfAbsent", "invalidate"})),
    "ValueOperations": ("cache", frozenset({"set", "setIfAbsent", "increment", "multiSet"})),
}  # fmt: skip
_BY_NAME: Final = {
    "restTemplate": "RestTemplate", "mailSender": "JavaMailSender", "javaMailSender": "JavaMailSender",
    "emailSender": "JavaMailSender", "kafkaTemplate": "KafkaTemplate", "rabbitTemplate": "RabbitTemplate",
    "amqpTemplate": "AmqpTemplate", "jmsTemplate": "JmsTemplate", "httpClient": "HttpClient",
    "streamBridge": "StreamBridge", "meterRegistry": "MeterRegistry",
}  # fmt: skip
_CHAINS: Final = frozenset({"WebClient", "RestClient"})
_CHAIN_NAMES: Final = frozenset({"webClient", "restClient"})
_REDIS: Final = frozenset({"RedisTemplate", "StringRedisTemplate", "ReactiveRedisTemplate"})
_REDIS_NAMES: Final = frozenset({"redisTemplate", "stringRedisTemplate"})
_REDIS_WRITES: Final = frozenset(
    {"set", "setIfAbsent", "put", "putAll", "delete", "leftPush", "rightPush", "add", "expire", "increment", "multiSet"}
)
_LOGGERS: Final = lazy(r"^(?:log|logger|LOG|LOGGER|_log|_logger|auditLog|auditLogger)$")
_LEVELS: Final = frozenset(
    {
        "trace",
        "debug",
        "info",
        "warn",
        "error",
        "severe",
        "warning",
        "fine",
        "log",
        "fatal",
        "atError",
        "atWarn",
        "atInfo",
    }
)
_PAYMENTS: Final = frozenset(
    {"PaymentIntent", "Charge", "Refund", "Payout", "Transfer", "Subscription", "CheckoutSession"}
)
_PAYING: Final = frozenset({"create", "capture", "confirm", "cancel"})


def meaning(call: Call, scope: Scope) -> Meaning | None:
    """The effect of a call; None for calls without one that is known."""
    name = call.name
    receiver = call.receiver
    if receiver is None:
        return None
    last = dotted(receiver).rsplit(".", 1)[-1] if isinstance(receiver, Name | Member) else ""
    if _LOGGERS.match(last) and name in _LEVELS:
        return EffectMeaning("log")
    if name in {"println", "printf", "print"} and last in {"out", "err"}:
        return EffectMeaning("log")
    if name == "printStackTrace" and not call.args:
        return EffectMeaning("log")
    if isinstance(receiver, Call):
        return _chained(call, scope)
    declared = scope.type_of(receiver)
    known = _BY_TYPE.get(declared) or _BY_TYPE.get(_BY_NAME.get(last, "") if not declared else "")
    if known is not None and name in known[1]:
        return EffectMeaning(known[0])
    if declared in _REDIS or (not declared and last in _REDIS_NAMES):
        return EffectMeaning("cache") if name in _REDIS_WRITES else None
    if last == "Transport" and name == "send":
        return EffectMeaning("email")
    if last in _PAYMENTS and name in _PAYING:
        return EffectMeaning("payment")
    if declared.endswith("FeignClient") or last.endswith("FeignClient"):
        return EffectMeaning("http")
    return None


def _chained(call: Call, scope: Scope) -> Meaning | None:
    """`webClient.get().uri(…).retrieve().bodyToMono(…)`, `redisTemplate.opsForValue().set(…)`, `log.atInfo().log(…)`."""
    names = {call.name}
    root: AnyExpr | None = call.receiver
    while isinstance(root, Call):
        names.add(root.name)
        root = root.receiver
    if not isinstance(root, Name | Member):
        return None
    last = dotted(root).rsplit(".", 1)[-1]
    declared = scope.type_of(root)
    if declared in _CHAINS or last in _CHAIN_NAMES or last in _CHAINS:
        return EffectMeaning("http") if names & {"retrieve", "exchange", "exchangeToMono", "exchangeToFlux"} else None
    if declared in _REDIS or last in _REDIS_NAMES:
        return EffectMeaning("cache") if call.name in _REDIS_WRITES else None
    if "newCall" in names and call.name in {"execute", "enqueue"}:
        return EffectMeaning("http")
    if _LOGGERS.match(last) and call.name == "log":
        return EffectMeaning("log")
    if declared in {"CacheManager", "HazelcastInstance"} and call.name in {"put", "evict", "clear"}:
        return EffectMeaning("cache")
    if declared == "MeterRegistry" and call.name in {"increment", "record"}:
        return EffectMeaning("metric")
    return None


LIBRARY: Final = Library(
    id="java-effects",
    languages=("java",),
    packages=(),
    meaning=meaning,
    triggers=("log", "LOG", "Template", "Client", "ender", "println", "printStackTrace", "Intent", "Charge", "Refund", "Transport", "redis"),
    relational=None,
)  # fmt: skip

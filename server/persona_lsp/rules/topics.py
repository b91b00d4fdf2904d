"""Topics without rules: kept by a feature, or by nothing yet, and then each says so honestly.

A topic that gets its first rule moves to that rule's family.
"""

from typing import Final

from persona_lsp.findings.topic import Topic

FEATURES: Final = {
    "endpoint-card": "hover over a route or handler: auth, inputs, answers, errors and what it does",
    "openapi-export": "persona-lsp endpoints --format openapi",
    "REST": "endpoints are read out of every framework into one model, which the rules review",
    "business-impact": "every rule page and finding hover starts with what the problem costs the business",
}
"""What keeps commitments beside rules: the ids that topics name, each with what it is."""

UNRULED: Final = (
    Topic(
        "documentation",
        "API documentation",
        ("document* endpoint*", "document* api*", "well documented", "api documentation", "openapi", "swagger"),
        features=("endpoint-card", "openapi-export"),
        not_yet="no rule reads API descriptions yet",
    ),
    Topic(
        "communication",
        "Explaining by business impact",
        ("business impact", "business requirement*"),
        features=("business-impact",),
    ),
    Topic(
        "versioning",
        "API versions and compatibility",
        ("version* api*", "api version*", "backward compatib*", "backwards compatib*", "breaking change*"),
        not_yet="no rule compares an API with its earlier versions yet",
    ),
    Topic(
        "caching",
        "Caching",
        ("caching", "cache*", "redis"),
        not_yet="cache reads and writes are not extracted yet",
    ),
    Topic(
        "migrations",
        "Database migrations",
        ("migration*", "schema change*", "without downtime"),
        not_yet="migration files are recognised, but no rule reads them yet",
    ),
    Topic(
        "schema",
        "Database schema and indexes",
        ("database schema*", "schema* + index*", "indexing", "normali*ation", "database design"),
        not_yet="tables and indexes are not extracted yet",
    ),
    Topic(
        "health",
        "Health checks and monitoring",
        ("health check*", "healthcheck*", "monitoring endpoint*", "observability", "metrics", "tracing"),
        not_yet="no rule looks at health endpoints or metrics yet",
    ),
    Topic(
        "logging",
        "Logging",
        ("logging", "structured log*", "logs"),
        not_yet="log calls are extracted only as far as error handling needs them",
    ),
    Topic(
        "resilience",
        "Timeouts, retries and degradation",
        ("graceful degradation", "resilien*", "circuit breaker*", "retries", "timeout*", "fault toleran*"),
        not_yet="outgoing calls, timeouts and retries have no rules yet",
    ),
    Topic(
        "testing",
        "Tests",
        ("unit test*", "integration test*", "test coverage", "tests", "testing", "testable"),
        not_yet="tests are recognised and left out; which endpoints they cover is not worked out yet",
    ),
    Topic(
        "webhooks",
        "Webhooks",
        ("webhook*",),
        not_yet="no rule checks webhook senders and receivers yet",
    ),
    Topic(
        "websockets",
        "WebSockets",
        ("websocket*", "real time"),
        not_yet="WebSocket routes are listed, but no rule checks them yet",
    ),
    Topic(
        "graphql",
        "GraphQL",
        ("graphql",),
        not_yet="resolvers are listed, but no rule checks schemas yet",
    ),
    Topic(
        "grpc",
        "gRPC and Protocol Buffers",
        ("grpc", "protobuf", "protocol buffer*"),
        not_yet="procedures are listed, but Protocol Buffers are not read yet",
    ),
    Topic(
        "messaging",
        "Messages and events",
        ("message queue*", "event driven", "messaging", "kafka", "rabbitmq", "sqs", "pub sub", "eventual consistency"),
        not_yet="consumers are listed, but no rule checks messages yet",
    ),
    Topic(
        "rate-limits",
        "Rate limits",
        ("rate limit*", "throttl*"),
        not_yet="no rule asks for rate limits yet",
    ),
    Topic(
        "backup",
        "Backup and recovery",
        ("backup*", "disaster recovery"),
        not_yet="backups are set up outside of the code that is read",
    ),
    Topic(
        "deployment",
        "Deployment and configuration",
        ("deployment*", "devops", "docker*", "kubernetes", "ci cd", "containeri*"),
        not_yet="deployment descriptions are not read",
    ),
    Topic(
        "code-design",
        "Structure of the code",
        ("solid principle*", "clean code", "modular code", "clean architecture", "microservice*", "design pattern*"),
        not_yet="the structure of code is left to other linters",
    ),
)

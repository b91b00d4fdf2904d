"""A table of topics such as the rule families declare, to try the matcher with."""

from persona_lsp.findings.topic import Topic

TOPICS = (
    Topic(
        "api-design",
        "API design and routing",
        (
            "restful api*", "rest api*", "rest* + endpoint*", "api contract*", "api design", "clear api*",
            "api + intuitive", "resource-oriented", "resource naming", "endpoint naming", "http semantics",
            "http method*", "uri design", "url design", "routing", "api + testable", "api endpoint*", "api + maintainable",
        ),
    ),
    Topic(
        "status-codes",
        "HTTP status codes",
        ("http status code*", "status code*", "http semantics", "response code*", "http response*"),
    ),
    Topic(
        "error-handling",
        "Error handling",
        (
            "robust error handling", "error handling", "handle* error*", "consistent error response*",
            "error response*", "error recovery", "graceful degradation", "exception handling", "handle* exception*",
            "error boundar*", "error format*", "error propagation", "error scenario*", "failure handling",
            "handle* failure*", "fault tolerance", "problem details",
        ),
    ),
    Topic(
        "queries",
        "Queries that scale",
        (
            "optimi*ed quer*", "query optimi*", "quer* + optimi*", "query performance", "scale* with data growth",
            "efficient quer*", "n+1", "pagination", "paginat*", "slow quer*", "query pattern*", "database performance",
            "query analysis", "query tuning", "eager loading", "index* strateg*",
        ),
    ),
    Topic(
        "validation",
        "Validation and data integrity",
        (
            "input validation", "request validation", "data validation", "data integrity + validation", "data integrity",
            "validation", "validat* + input*", "validat* + request*", "sanitiz*", "sanitis*", "bean validation",
        ),
    ),
    Topic(
        "auth",
        "Authentication and authorization",
        (
            "authentication and authori*ation", "authentication", "authori*ation", "access control", "rbac", "oauth*",
            "jwt", "role based", "permission*", "session management", "identity provider*",
        ),
    ),
    Topic(
        "transactions",
        "Transactions and consistency",
        (
            "data consistency + transaction boundar*", "transaction boundar*", "transaction management", "transactional", "data consistency", "transaction*",
            "acid", "eventual consistency", "saga*", "isolation level*", "idempoten*", "race condition*",
        ),
    ),
    Topic(
        "security",
        "Security",
        (
            "secure + backend services", "secure + service*", "secure + api*", "secure coding", "security best practice*",
            "owasp", "sql injection", "injection + prevent*", "injection", "vulnerabilit*", "secret* management",
            "secret*", "encrypt*", "security", "secure", "cors", "csrf", "xss", "rate limit*", "threat*",
        ),
    ),
    Topic(
        "documentation",
        "API documentation",
        (
            "document endpoint*", "document api*", "api documentation", "openapi", "swagger", "well documented",
            "request response example*", "api + document*", "api reference*",
        ),
        features=("endpoints-openapi",),
    ),
    Topic(
        "versioning",
        "Versioning and compatibility",
        (
            "version* api*", "api version*", "backward* compatib*", "breaking change*", "deprecation*",
            "versioning strateg*", "versioning",
        ),
    ),
    Topic(
        "caching",
        "Caching",
        ("caching layer*", "cach* strateg*", "caching", "cache*", "cdn", "cache invalidation", "etag*"),
    ),
    Topic(
        "migrations",
        "Safe migrations",
        (
            "data migration* + downtime", "data migration*", "schema migration*", "database migration*", "migration*",
            "zero downtime", "without downtime", "schema evolution",
        ),
    ),
    Topic(
        "observability",
        "Logging, monitoring and health",
        (
            "health check*", "monitoring endpoint*", "logging", "observability", "tracing", "monitoring", "metrics",
            "telemetry", "alerting", "correlation id*",
        ),
    ),
    Topic(
        "testing",
        "Tests",
        (
            "integration test*", "unit test*", "write* + test*", "test coverage", "testing", "contract test*",
            "test driven", "testable", "end to end test*",
        ),
        not_yet="tests are looked for together with the contract, which is not built yet",
    ),
    Topic("webhooks", "Webhooks and events", ("webhook*", "event driven", "event handling", "message queue*")),
    Topic("websockets", "WebSockets", ("websocket*", "web socket*", "real time", "socket.io", "realtime")),
    Topic("graphql", "GraphQL", ("graphql schema*", "graphql", "resolver*", "dataloader*")),
    Topic(
        "schema-design",
        "Schema design",
        (
            "database schema*", "schema design", "database design", "proper indexing", "indexing strateg*", "index*",
            "normali*ation", "data model*", "foreign key*", "unique constraint*", "database constraint*",
        ),
    ),
    Topic(
        "resilience",
        "Resilience",
        (
            "graceful degradation", "error recovery", "circuit breaker*", "retr*", "timeout*", "resilien*",
            "fault toleran*", "backpressure", "connection pool*", "distributed system*",
        ),
    ),
    Topic(
        "impact",
        "Explained by their business impact",
        ("business impact", "business value"),
        features=("hover", "explain"),
    ),
    Topic(
        "backups",
        "Backups",
        ("backup*", "disaster recovery"),
        not_yet="backups are taken outside the code; only their configuration could be read",
    ),
    Topic(
        "deployment",
        "Deployment and configuration",
        ("deployment + configuration", "configuration + instructions", "deployment*", "configuration management"),
        not_yet="deployment files are not read yet",
    ),
)  # fmt: skip

"""One module per driver, ORM, broker, HTTP client or logger: what a call means, as tables."""

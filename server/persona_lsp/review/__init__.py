"""The façade: findings, fixes, hovers, lenses, hints, symbols - pure functions of a snapshot."""

"""What the made-up back ends are built of, one module per language. `benchmarks.sources` puts it together."""

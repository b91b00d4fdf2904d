"""The only layer that knows grammars: source text in, one small language-neutral tree out."""

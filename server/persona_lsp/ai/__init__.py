"""Claude as the persona, on top of the static analysis. Only `ai.claude` will know the Anthropic SDK."""

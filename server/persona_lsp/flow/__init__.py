"""One walk over a function body, whatever the language: what happens on which path, and where values come from."""

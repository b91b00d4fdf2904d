"""The language-neutral model: what a back end is, whatever it is written in. Plain frozen data."""

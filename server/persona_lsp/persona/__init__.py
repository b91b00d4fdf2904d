"""Who says it, and why: persona files are found, loaded, compiled and explained here."""

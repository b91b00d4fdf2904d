"""Many files become one API: names are followed across files, prefixes composed, helpers summarised."""

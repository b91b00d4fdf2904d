"""What answers something else than HTTP requests: one module for each library, found by looking into the folder."""

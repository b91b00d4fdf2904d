"""Steps of linking: mounts, ways, handlers, guards, what an endpoint takes from functions, relinking in place."""

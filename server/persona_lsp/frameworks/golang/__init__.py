"""What Go's frameworks share: routers by their types, groups that are passed on, handlers that are returned."""

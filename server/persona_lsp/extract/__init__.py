"""One file in, its facts out: picks the frameworks and libraries, runs the flow analysis over every function."""

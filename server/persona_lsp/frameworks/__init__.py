"""One package per web framework: routes, guards and inputs out of the code tree, the meaning of its words, its fixes."""

"""What the frameworks of JavaScript and TypeScript share: names, paths with `:id`, and what middleware does by its name."""

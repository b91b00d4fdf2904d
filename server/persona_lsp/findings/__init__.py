"""What a rule says, and what a fix is meant to do: plain frozen data without any idea of how it is shown."""

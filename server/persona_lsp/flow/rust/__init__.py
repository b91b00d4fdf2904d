"""What the frameworks of Rust have in common."""

"""What none of the papers has: our own theorems, one per file."""

"""How large the errors are that code makes, in units of those that `verify.tolerance` allows; what the bounds see."""

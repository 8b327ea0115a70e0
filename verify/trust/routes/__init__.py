"""Other ways to the same results, which share no implementation with the first: a module for each route."""

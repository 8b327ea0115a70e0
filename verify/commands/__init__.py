"""The commands of `orthodrome`, a module for each kind; `verify.cli` lists them."""

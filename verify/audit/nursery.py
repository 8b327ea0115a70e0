"""The process that forks audits: it has torch, SymPy and the audited package loaded. See `verify.audit.stage`."""

import sys

import torch

from verify.audit import worker
from verify.audit.load import package
from verify.audit.stage import loaded, serve

if __name__ == "__main__":
    torch.set_num_threads(1)
    loaded(package, sys.argv[1:], ["-m", "verify.audit.nursery"])
    serve(worker.main)

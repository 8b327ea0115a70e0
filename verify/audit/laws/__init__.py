"""The laws that every optimizer is asked about, in the order of the report."""

from verify.audit.finding import Law

LAWS: tuple[Law, ...] = ()

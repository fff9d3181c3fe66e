"""Puts the running parts together, a module a process, so that each imports only what it needs."""

"""Webhooks out: what is told to whom (`telling`), sent how (`sending`), and by whom administered (`managing`)."""

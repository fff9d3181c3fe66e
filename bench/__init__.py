"""Measurements, each against a peer in the same run; modules that begin with an underscore are their tools."""

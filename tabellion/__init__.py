"""Tabellion: the front door (settings, wiring of the parts, the command line)."""

__version__ = "0.1.0"

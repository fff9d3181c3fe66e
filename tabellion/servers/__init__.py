"""Small HTTP servers that work without an archive: a test authority for time-stamps, and a witness."""

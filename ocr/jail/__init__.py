"""The subprocess that meets hostile bytes: its limits, its loop, and the messages between it and the parent."""

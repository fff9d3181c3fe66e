"""Where the vault keeps the files that a deposit's manifests list."""

from signing.manifest import FileEntry


def file_key(deposit_id: str, entry: FileEntry) -> str:
    """Where the vault keeps a file that a manifest lists."""
    if entry.role == "original":
        return f"deposits/{deposit_id}/original"
    if entry.path.startswith("reading-"):
        return f"deposits/{deposit_id}/{entry.path}"
    return f"deposits/{deposit_id}/derived/{entry.path}"

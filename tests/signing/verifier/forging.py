"""Ways to forge a package: other contents in a zip that is as well-formed as ours."""

import io
import zipfile
from collections.abc import Mapping

from signing.package.zip_writer import writing


def unpack(package: bytes) -> dict[str, bytes]:
    """Names and contents, in their order."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(contents: Mapping[str, bytes]) -> bytes:
    """A container of these contents, in their order."""
    out = io.BytesIO()
    with writing(out) as archive:
        for name, data in contents.items():
            archive.add(name, len(data), io.BytesIO(data))
    return out.getvalue()


def altered(package: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The package with some contents replaced, added or (None) left out; sorted as ours are."""
    contents = unpack(package) | changes
    ordered = sorted(name for name in contents if name != "mimetype")
    first = [] if contents.get("mimetype") is None else ["mimetype"]
    return pack({name: data for name in [*first, *ordered] if (data := contents[name]) is not None})

"""Revocation lists that came later than a token count for it as those that it carries."""

from collections.abc import Sequence

from archive import stamp_files
from archive.archive import Archive
from signing.certification_path import revocation_state
from signing.revocation import path_of, usable_lists
from signing.timestamp import TimestampTrust, Token


def require_not_revoked_late(
    archive: Archive, stamp: str, token: Token, authorities: Sequence[TimestampTrust]
) -> None:
    """Raises `TokenRefused` where a list that is kept beside the tokens of a stamp revokes this one."""
    lists = stamp_files.read_late_lists(archive.objects, stamp)
    if not lists:
        return
    trust = next(each for each in authorities if each.authority == token.authority)
    path = path_of(token, trust)
    revocation_state(path, usable_lists(lists, path, token.gen_time), token.gen_time)

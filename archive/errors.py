"""What the archive's own rules refuse.

Unavailable
├── LogReadOnly          LOG_READ_ONLY          the log on hand does not extend the last published checkpoint
└── AuthorityFailed      AUTHORITY_FAILED       a time-stamp authority does not answer just now
EvidenceError
├── AuthorityRefused     AUTHORITY_REFUSED      a time-stamp authority answered with something that is no token
└── RenewalRefused       RENEWAL_REFUSED        what is stored cannot be renewed as it is
"""

from tabellion.base.errors import EvidenceError, Unavailable


class LogReadOnly(Unavailable):
    """Nothing is added to the log, because it would contradict a checkpoint that was published; intake goes on."""

    code = "LOG_READ_ONLY"
    advice = (
        "The catalogue or the vault was put back to an older state, or altered. Files are still taken in, receipts "
        "wait. Bring back the newest backup of both, or run `tabellion rebuild` from the vault, then "
        "`tabellion verify --all`. Where a witness is mistaken, take it out of the witness policy."
    )


class AuthorityFailed(Unavailable):
    """A time-stamp authority could not be reached or was busy; the same root is sent again later."""

    code = "AUTHORITY_FAILED"
    advice = (
        "Nothing to do at first: it is tried again, then the next authority. Look at the network if it stays."
    )


class AuthorityRefused(EvidenceError):
    """A time-stamp authority will not stamp what we send, or answers with something that is not for us."""

    code = "AUTHORITY_REFUSED"
    advice = "Check its address, credentials and terms; then ask for the stamp again with `tabellion stamp`."


class RenewalRefused(EvidenceError):
    """Evidence cannot be renewed as it is stored: an object cannot be read, or there is no algorithm to go on with."""

    code = "RENEWAL_REFUSED"
    advice = (
        "What is left out of a renewal is proven by nothing afterwards: bring the objects back from the replica or a "
        "backup, or erase them with their entry; then run `tabellion renew` again."
    )

"""What codes are called in the papers: English messages, marked for the gettext catalogues."""

from collections.abc import Mapping

from archive.reporting.content import DocumentContent, Event, ProofClass
from archive.reporting.kinds import KINDS, N_
from archive.reporting.texts import Texts

CLASSES: Mapping[ProofClass, str] = {
    "qualified": N_("qualified time-stamp authority"),
    "ordinary": N_("time-stamp authority, not qualified"),
    "test": N_("test authority, no legal value"),
    "unknown": N_("time-stamp authority of unknown standing"),
}

EVENTS: Mapping[str, str] = {
    "receive": N_("received"),
    "compose": N_("its pages were put together"),
    "derive": N_("copy for reading made"),
    "quality": N_("quality of the scan judged"),
    "clear": N_("paper cleared for return or destruction"),
    "read": N_("read by machine"),
    "correct": N_("a reading was corrected"),
    "link": N_("linked to a person, company or claim"),
    "grant": N_("access given"),
    "revoke": N_("access taken back"),
    "export": N_("package handed out"),
    "hold": N_("legal hold set"),
    "release": N_("legal hold lifted"),
    "retain": N_("time of keeping set"),
    "erase": N_("erased"),
    "verify": N_("evidence verified"),
    "fixity": N_("stored bytes compared with what was received"),
    "stamp": N_("time-stamped"),
    "renew": N_("evidence renewed"),
    "migrate": N_("moved to another store"),
    "restore": N_("restored"),
    "incident": N_("something was found not to be as it should"),
}

REASONS: Mapping[str, str] = {
    "upload": N_("uploaded"),
    "command-line": N_("by the command line"),
    "folder": N_("from a watched folder"),
    "station": N_("by a scanning station"),
    "supplement": N_("after its batch was closed"),
    "by-hand": N_("a person decided"),
    "by-rule": N_("a program decided"),
    "initial": N_("all pages of one file"),
    "split": N_("cut out of another paper"),
    "join": N_("joined from several"),
    "reorder": N_("pages put in another order"),
    "void": N_("declared void"),
    "replace": N_("replaced by another"),
    "relate": N_("related to another paper"),
    "by-identifier": N_("an identifier on the page names them"),
    "withdrawn": N_("taken back"),
    "searchable-copy": N_("for searching"),
    "extract": N_("some pages only"),
    "redaction": N_("with words blackened"),
    "re-reading": N_("read again"),
    "unreadable": N_("no page could be read"),
    "court": N_("for a court"),
    "opposing-party": N_("for the other side"),
    "data-subject": N_("at the request of the person concerned"),
    "internal": N_("for the archive's own people"),
    "retention-ended": N_("its term has ended"),
    "received-in-error": N_("received in error"),
    "court-order": N_("ordered by a court"),
    "passed": N_("all that was checked holds"),
    "failed": N_("something does not hold"),
    "undecided": N_("something could not be decided"),
    "claim-differs": N_("the station claimed something else"),
    "missing-object": N_("something was not where it was"),
    "altered-object": N_("bytes had changed"),
}


def said_event(texts: Texts, event: Event) -> str:
    """What happened, with its reason; codes that are not known here go by their own names."""
    words = texts.gettext(EVENTS[event.type]) if event.type in EVENTS else event.type
    if event.reason is None:
        return words
    reason = texts.gettext(REASONS[event.reason]) if event.reason in REASONS else event.reason
    return f"{words} ({reason})"


def said_document(texts: Texts, document: DocumentContent) -> str:
    """A paper's name: what people call it, else its kind and date."""
    if document.title:
        return document.title
    kind = texts.gettext(KINDS[document.kind])
    return kind if document.dated is None else f"{kind}, {texts.day(document.dated)}"

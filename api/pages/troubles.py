"""What went wrong, and what to do, in words for people: readings, queries, verifications, errors; by their codes."""

from collections.abc import Mapping

from api.pages.words import N_

REASONS: Mapping[str, tuple[str, str]] = {
    "EMPTY": (N_("The file has no bytes."), N_("Scan or send it again; an empty file holds no paper.")),
    "UNKNOWN_TYPE": (
        N_("The content is neither PDF, TIFF, JPEG, PNG nor an e-invoice in XML."),
        N_("Convert it and send that; the name of the file does not matter."),
    ),
    "TRUNCATED": (
        N_("The file ends too early."),
        N_("The transfer was probably cut short. Ask the sender for another copy."),
    ),
    "DAMAGED": (N_("The structure of the file is broken."), N_("Ask the sender for another copy.")),
    "ENCRYPTED": (
        N_("The file opens only with a password."),
        N_("Ask the sender for a copy without a password; nobody's password is guessed."),
    ),
    "TOO_MANY_PAGES": (
        N_("There are more pages than the limit allows."),
        N_("Send it in smaller files, or have the limit raised by the administrator."),
    ),
    "TOO_LARGE_PAGE": (
        N_("A page has more pixels than the limit allows."),
        N_("Scan it at 300 dpi or less, or have the limit raised by the administrator."),
    ),
    "TIME_LIMIT": (
        N_("Reading took longer than the limit allows."),
        N_("Retry once when the machine is idle; if it comes back, look at the original."),
    ),
    "MEMORY_LIMIT": (
        N_("Reading needs more memory than the limit allows."),
        N_("Scan it at a lower resolution; if the file is small, look at the original."),
    ),
    "READER_DIED": (
        N_("The reading process ended unexpectedly."),
        N_("Retry once; if it comes back, the file is damaged: look at the original."),
    ),
    "WORKER_DIED": (
        N_("The workers that read it died again and again."),
        N_("Retry once; if it comes back, look at the original and tell the administrator."),
    ),
    "LANGUAGE_MISSING": (
        N_("A language of the recognition is not installed."),
        N_("The administrator installs it; then retry."),
    ),
    "ENGINE_MISSING": (
        N_("The recognition is not installed."),
        N_("The administrator installs Tesseract; then retry."),
    ),
}
"""Why a paper could not be read, and what to do; the original is kept as it was received in any case."""

UNKNOWN_REASON = (
    N_("Something went wrong while it was read."),
    N_("Retry; if it comes back, tell the administrator."),
)

QUERY_ERRORS: Mapping[str, str] = {
    "TOO_LONG": N_("The query is too long."),
    "TOO_MANY_WORDS": N_("The query has too many words."),
    "TOO_DEEP": N_("There are too many parentheses inside each other."),
    "UNCLOSED_QUOTE": N_("This quotation mark is never closed."),
    "UNCLOSED_PARENTHESIS": N_("This parenthesis is never closed."),
    "UNOPENED_PARENTHESIS": N_("This parenthesis was never opened."),
    "EMPTY_PARENTHESES": N_("There is nothing between these parentheses."),
    "EMPTY_ALTERNATIVE": N_("OR needs something on both sides."),
    "NOTHING_NEGATED": N_("Nothing follows that could be left out."),
    "UNEXPECTED": N_("This was not expected here."),
    "UNKNOWN_FIELD": N_("There is no such field; put the words in quotes."),
    "EMPTY_FIELD": N_("Nothing follows the colon."),
    "BAD_DATE": N_("This is no date: write 2024, 2024-03 or 2024-03-01."),
    "BAD_AMOUNT": N_("This is no amount: write 1234.50 without separators."),
    "EMPTY_RANGE": N_("The range has neither a beginning nor an end."),
    "RANGE_BACKWARDS": N_("The range ends before it begins."),
    "PREFIX_TOO_SHORT": N_("At least two letters stand before a star."),
}
"""Why a query is refused, by the stable reason."""

VERDICTS: Mapping[str, str] = {
    "PASSED": N_("All that was checked holds."),
    "FAILED": N_("Something does not hold."),
    "INDETERMINATE": N_("Not everything could be decided."),
}

TIME_CLASSES: Mapping[str, str] = {
    "none": N_("There is no time proof."),
    "pending": N_("The time proof is pending."),
    "test": N_("The time is proved by a test authority: no legal value."),
    "ordinary": N_("The time is proved by an ordinary authority."),
    "qualified": N_("The time is proved by a qualified authority."),
    "unknown": N_("The time is proved by an authority of unknown standing."),
}

FINDINGS: Mapping[str, str] = {
    "ORIGINAL_MISSING": N_("The original is not there any more."),
    "ORIGINAL_ALTERED": N_("The original is not what was received."),
    "MANIFEST_MISSING": N_("The description of what was received is not there any more."),
    "MANIFEST_ALTERED": N_("The description of what was received was changed."),
    "DERIVATIVE_MISSING": N_("Something made from the original is missing; the original is not concerned."),
    "DERIVATIVE_ALTERED": N_("Something made from the original was changed; the original is not concerned."),
    "RECORD_MISSING": N_("A record of the paper is not there any more."),
    "RECORD_ALTERED": N_("A record of the paper was changed."),
    "OBJECT_MISSING": N_("An object of the vault is not there any more."),
    "OBJECT_ALTERED": N_("An object of the vault was changed."),
    "KEY_MISSING": N_("A key is missing, and the log knows of no erasure."),
    "ERASURE_RUNNING": N_("An erasure was begun and is not done yet."),
    "ERASED_BUT_READABLE": N_("It was erased, but can still be read."),
    "DEPOSIT_MISSING": N_("The catalogue has lost something that was received."),
    "DOCUMENT_MISSING": N_("The catalogue has lost a paper."),
    "CATALOGUE_DIFFERS": N_("The catalogue says something else than vault and log."),
    "IDENTITY_DIFFERS": N_("Vault and catalogue belong to different archives."),
    "INVENTORY_ALTERED": N_("The inventory of the vault was changed."),
    "LOG_ENTRY_MISSING": N_("An entry is missing from the log."),
    "LOG_ENTRY_ALTERED": N_("An entry of the log was changed."),
    "LOG_CHAIN_BROKEN": N_("The chain of entries of an object is broken."),
    "LOG_ROOT_DIFFERS": N_("The log does not lead to its checkpoint."),
    "LOG_FILE_ALTERED": N_("A file of the log was changed."),
    "LOG_REWRITTEN": N_("The log does not extend an earlier checkpoint: it was rewritten."),
    "CHECKPOINT_OLDER": N_("The checkpoint is older than one that was seen before."),
    "CHECKPOINT_MISSING": N_("The checkpoint of the log has vanished."),
    "CHECKPOINT_SIGNATURE": N_("The checkpoint is not signed by this log's key."),
    "LOG_PENDING": N_("The log does not have everything yet; that takes about a second."),
    "STAMP_MISSING": N_("A stamp is missing."),
    "STAMP_ALTERED": N_("A stamp was changed."),
    "TIME_PENDING": N_("No verified time proof covers it yet."),
    "TOKEN_PATH": N_("The time-stamp is by an authority that is not trusted here."),
    "TOKEN_SIGNER_UNKNOWN": N_("The time-stamp is by an authority that is not trusted here."),
    "TOKEN_POLICY": N_("The time-stamp is under a policy of its authority that is not trusted here."),
    "WITNESS_PENDING": N_("The witnesses have not been shown the newest checkpoint yet."),
    "WITNESS_QUORUM": N_("Too few witnesses have signed."),
    "WITNESS_FALSE": N_("A witness's signature is false."),
    "PACKAGE_MISSING": N_("A package that was handed out is not there any more."),
    "PACKAGE_ALTERED": N_("A package is not the one that was handed out."),
    "TIME_TEST_AUTHORITY": N_("The policy asks for more than a test authority."),
    "COMPLETENESS_UNCHECKED": N_(
        "Whether the log holds more about it was not asked; checking everything does."
    ),
}
"""Findings of a verification, by code; what is not here is shown as the report says it."""

ERRORS: Mapping[str, tuple[str, str]] = {
    "INTERNAL": (
        N_("Something went wrong here."),
        N_("Tell the administrator the number of the request; nothing half-done was accepted."),
    ),
    "BAD_REQUEST": (
        N_("Something in the form does not fit."),
        N_("Correct it as said below and send it again."),
    ),
    "NOT_FOUND": (
        N_("There is no such thing here, or it is not for you."),
        N_("Check the address; what you may not see or do is answered in the same way."),
    ),
    "CONFLICT": (
        N_("It contradicts what is already there."),
        N_("Look at the present state and decide again."),
    ),
    "TOO_LARGE": (N_("That is too large."), N_("Send it in smaller parts, or have the limit raised.")),
    "TOO_MANY_REQUESTS": (N_("That was too often."), N_("Wait a moment and try again.")),
    "TOO_MANY_SIGN_INS": (
        N_("There were too many failed sign-ins."),
        N_("Wait a quarter of an hour, or ask an administrator for a new password."),
    ),
    "UNAVAILABLE": (
        N_("A part that is needed does not answer just now; nothing was done."),
        N_("Try again in a moment; the administrator sees which part it is."),
    ),
    "CATALOGUE_UNAVAILABLE": (
        N_("The catalogue does not answer just now; nothing was done."),
        N_("Try again in a moment."),
    ),
    "DISK_FULL": (
        N_("There is no room left; nothing was accepted."),
        N_("Tell the administrator; then send it again."),
    ),
    "CSRF": (N_("The form is not of this session."), N_("Reload the page and send the form again.")),
    "WEAK_PASSWORD": (
        N_("The password is too short or too long."),
        N_("Choose 12 to 200 characters; four unrelated words are good."),
    ),
    "UPLOAD_INTERRUPTED": (N_("The upload broke off; nothing was kept."), N_("Send it again.")),
    "DIGEST_DIFFERS": (
        N_("The bytes are not those that were announced; nothing was kept."),
        N_("The transfer was damaged: send it again."),
    ),
    "BATCH_CLOSED": (
        N_("The batch is closed, and a closed batch never changes."),
        N_("Open a supplement of the batch and send it there."),
    ),
    "NUMBER_TAKEN": (
        N_("Another paper has this number already."),
        N_("If the new scan is the better one, replace the old one; else give it its own number."),
    ),
    "SIGN_IN_AGAIN": (
        N_("That wants a sign-in of the last ten minutes."),
        N_("Sign out, sign in again, and repeat it within ten minutes."),
    ),
    "PASSKEY_REFUSED": (
        N_("The passkey's answer does not hold."),
        N_("Try again; use another second factor or a recovery code where it goes on."),
    ),
    "PROVIDER_REFUSED": (
        N_("The provider did not sign you in, or its word does not hold."),
        N_("Try again; if it comes back, tell the administrator."),
    ),
    "PROVIDER_UNAVAILABLE": (
        N_("The provider of sign-ins does not answer just now."),
        N_("Try again in a moment, or sign in with a password."),
    ),
    "VERSION_MOVED": (
        N_("Somebody has changed it since you looked."),
        N_("Go back, load it again, and decide again."),
    ),
    "NOT_READ": (
        N_("Its pages are not known yet."),
        N_("Wait until the paper has been read; one that failed can be tried again."),
    ),
    "REASON_NEEDED": (
        N_("The batch does not balance, and no reason was given."),
        N_("Send what is missing, declare it void, or choose a reason."),
    ),
    "SELECTION_FROZEN": (
        N_("A package was made of this selection, so it stays as it is."),
        N_("Begin a new selection; it may be a copy of this one."),
    ),
    "TWINS_UNDECIDED": (
        N_("A paper was scanned more than once, and nobody has said which scan goes out."),
        N_("Go back and choose for each: this one, the other one, or both."),
    ),
    "OTHERS_UNCHECKED": (
        N_("It was not checked who else stands on the pages, and nobody gave his word for it."),
        N_("Go back and name a claim of the matter, or tick that you have looked at the pages yourself."),
    ),
    "NO_SUCH_PAGES": (
        N_("The paper does not have all of these pages."),
        N_("Choose among the pages that are named below."),
    ),
    "EXPORT_REFUSED": (
        N_("This cannot go out as it was asked for."),
        N_("Change the selection as said below, and order the package again."),
    ),
    "EXPORT_NOT_READY": (
        N_("The log does not have everything yet that the package must prove."),
        N_("Try again in a moment."),
    ),
    "ERASED": (
        N_("It was erased; only its entries in the log remain."),
        N_("Its history says when and for which reason."),
    ),
    "BAD_CHOICE": (
        N_("No page was chosen, or not as pages are written."),
        N_("Tick pages, or write them as 1, 3-5; at most 200 at once."),
    ),
    "BAD_WEBHOOK": (
        N_("No messages are sent there, or something is missing."),
        N_("Give an address of https, and tick of what it is told and about which papers."),
    ),
    "CURSOR": (N_("This list is not kept any more."), N_("Search again from the beginning.")),
    "INDEX_UNREACHABLE": (
        N_("The search does not answer just now."),
        N_(
            "Try again in a moment. Papers are received and kept meanwhile; the administrator sees what is wrong."
        ),
    ),
    "INDEX_REFUSED": (
        N_("The search server refuses what is asked of it."),
        N_("Tell the administrator; papers are received and kept meanwhile."),
    ),
    "BUSY": (
        N_("So many others are served just now that your turn did not come; nothing was done."),
        N_("Try again in a moment."),
    ),
    "RATE_LIMITED": (
        N_("Too much was asked for in too short a time."),
        N_("Wait a few seconds and try again."),
    ),
    "TOO_MANY_AT_ONCE": (
        N_("You have too much under way at the same time."),
        N_("Wait for the answers that are under way, then try again."),
    ),
    "QUOTA_REACHED": (
        N_("As much was handed over as may be for now; nothing of this file was kept."),
        N_("Send it again later, or have the quota raised by the administrator."),
    ),
    "LOG_READ_ONLY": (
        N_("Nothing is added to the log just now, because that would contradict what was published."),
        N_("Files are still received. Tell the administrator; the page of operations says more."),
    ),
    "TABLE_INVALID": (
        N_("The file cannot be read as a table."),
        N_("Save it as CSV in UTF-8, as XLSX or as JSON Lines, and send it again."),
    ),
    "COPY_REFUSED": (
        N_("A searchable copy cannot be made: a page of the paper could not be read."),
        N_("Download the original, or take single pages."),
    ),
    "PICTURE_REFUSED": (
        N_("The picture of a page is damaged."),
        N_("Have the paper read again, which makes its pictures anew from the original."),
    ),
    "UNREADABLE": (
        N_("It is kept as it was received, but its pages cannot be read."),
        N_("Ask the sender for another copy."),
    ),
    "METHOD_NOT_ALLOWED": (
        N_("There is something at this address, but it cannot be opened like this."),
        N_("Go back, and use what the page offers."),
    ),
    "WRONG_HOST": (
        N_("The service does not answer under this address."),
        N_("Use the address that you were given; the administrator can add others."),
    ),
    "TOO_MANY_SAVED": (
        N_("As many queries are saved as can be."),
        N_("Delete one that you do not need."),
    ),
    "SOURCE_REUSED": (
        N_("The same act of handing over brought another file before; nothing of this one was kept."),
        N_("Give the file another name, and send it again."),
    ),
    "TOO_SLOW": (
        N_("The upload came too slowly, or fell silent; nothing was kept."),
        N_("Send it again over a better line."),
    ),
    "VAULT_MISSING": (
        N_("Something that was stored is not there any more."),
        N_("Tell the administrator: it is brought back from a second vault or a backup."),
    ),
    "VAULT_ALTERED": (
        N_("Something that was stored was changed."),
        N_(
            "Do not rely on it, and tell the administrator: it is brought back from a second vault or a backup."
        ),
    ),
    "KEY_MISSING": (
        N_("The key that opens it is not there."),
        N_("Tell the administrator: unless it was erased, the key is brought back from a backup."),
    ),
    "FONT_MISSING": (
        N_("The typefaces of reports are not installed; nothing was made."),
        N_("Tell the administrator, who installs them; then order it again."),
    ),
    "SCHEMA_OUTDATED": (
        N_("The database is not yet as this version needs it."),
        N_("The administrator runs tabellion db upgrade."),
    ),
    "PACKAGE_UNSOUND": (
        N_("The package that was made does not hold, so it is not handed out."),
        N_("Look at the evidence of its papers: it says what does not hold."),
    ),
    "PACKAGE_INVALID": (
        N_("What should go into the package does not fit together; nothing was made."),
        N_("Look at the evidence of its papers: it says what does not hold."),
    ),
    "INDEX_BUSY": (N_("The index is busy just now."), N_("Try again in a moment.")),
    "INDEX_OUTDATED": (
        N_("The index must be made anew."),
        N_("The administrator runs tabellion rebuild --index."),
    ),
}
"""Errors for people, by code: what happened, and what to do; the exact message stands below in English."""

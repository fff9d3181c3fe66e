"""Step 11: the custody entries of documents and deposits follow one another without a gap."""

from collections import defaultdict
from collections.abc import Mapping

from signing.verdict import Aspect
from signing.verifier.opened import Logged, Opened

Chains = Mapping[tuple[str, str], list[Logged]]
"""Custody entries per object (type and id), in the order of the log."""

_BEGINNINGS = {"deposit": frozenset({"receive", "restore"}), "document": frozenset({"compose", "restore"})}


def check_custody(package: Opened) -> Chains:
    """Every object of the index; what it finds is left for the whole log to be compared with."""
    add = package.findings.add
    package.findings.looked(Aspect.COMPLETENESS)
    chains: dict[tuple[str, str], list[Logged]] = defaultdict(list)
    for _, logged in sorted(package.entries.items()):
        if logged.entry.chain == "custody":
            chains[logged.entry.object.type, logged.entry.object.id].append(logged)
    for document in package.index.documents:
        deposits = [item for item in package.index.deposits if item.number in document.deposits]
        _check_chain(package, chains, ("document", document.document), document.document)
        for item in deposits:
            _check_chain(package, chains, ("deposit", item.deposit), document.document)
        for erased in document.erased:
            _check_chain(package, chains, ("deposit", erased), document.document)
            if any(each.entry.type == "erase" for each in chains["deposit", erased]):
                add("ERASED", f"deposit {erased} was erased", document.document)
            else:
                what = f"deposit {erased} is said to be erased, and the log does not say so"
                add("ERASED_WITHOUT_ENTRY", what, document.document)
    return chains


def _check_chain(package: Opened, chains: Chains, thing: tuple[str, str], document: str) -> None:
    add, name = package.findings.add, " ".join(thing)
    chain = chains.get(thing, [])
    if not chain:
        add("CUSTODY_GAP", f"the package has no custody entry of {name}", document)
        return
    if chain[0].entry.type not in _BEGINNINGS[thing[0]]:
        add("CUSTODY_START", f"the custody of {name} begins with {chain[0].entry.type}", document)
    before: str | None = None
    for ordinal, each in enumerate(chain):
        if (each.entry.ordinal, each.entry.previous) != (ordinal, before):
            what = f"the custody of {name} has a gap before entry {each.entry.seq} of the log"
            add("CUSTODY_GAP", what, document)
            return
        before = each.leaf

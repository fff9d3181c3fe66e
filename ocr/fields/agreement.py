"""What amounts and dates must agree in. Agreement confirms, completes, and drops what cannot be."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from ocr.fields.amounts import Money
from ocr.fields.candidate import Candidate
from ocr.fields.role import Role
from ocr.values import Kind

# The first is the sum of the others; the more parts, the less can it be chance.
_SUMS = (
    ("amounts.total", "amounts.principal", "amounts.interest", "amounts.costs"),
    ("amounts.total", "amounts.net", "amounts.vat"),
    ("amounts.total", "amounts.principal", "amounts.interest"),
    ("amounts.total", "amounts.principal", "amounts.costs"),
)
_RIVALS = 6
_NEAR_COSTS = 120
_HIGHEST_VAT = Decimal("0.3")
"""Of the net amount; the highest rate in force is 27 % (Hungary, Council Directive 2006/112/EC lets it)."""
_CONTENDS, _CONTENDED = 0.1, 0.8
_RIVALLED = 0.03
_OF_ONE_VALUE = ("_number", "reference", "assignment_date", "payment_date", "due_date")
_ONLY = 0.84
_OF_ONE_AMOUNT: tuple[Kind, ...] = ("dunning_letter", "assignment_notice", "payment_confirmation")
_COMPLETED: tuple[Kind, ...] = ("invoice", "dunning_letter", "assignment_notice")


def settle(roles: Sequence[Role], best: dict[str, Role], money: Sequence[Money], kind: Kind) -> None:
    """Put into `best` the amounts that add up; where none do, take out what contradicts the rest."""
    if kind == "court_order":
        _sum_the_costs(roles, best, money)
        _call_the_debt_principal(roles, best)
        _doubt_several_costs(roles, best)
        _drop_a_total_that_is_the_debt(best)
    if not _agree(roles, best, money if kind in _COMPLETED else (), money if kind == "court_order" else ()):
        _drop_doubtful_vat(best)
        _drop_parts_beyond_the_whole(best)
    _take_the_only_amount(best, money, kind)
    _doubt_rivals(roles, best)


def settle_dates(roles: Sequence[Role], best: dict[str, Role], kind: Kind) -> None:
    """What dates must agree in: of two that speak as loudly for one role neither is sure, and a demand gives time.

    The day by which a demand asks for the money comes after its own; others are of old invoices.
    """
    _doubt_contended(roles, best)
    written, due = best.get("document_date"), best.get("due_date")
    if kind != "dunning_letter" or written is None or due is None:
        return
    if due.candidate.value > written.candidate.value:
        return
    later = [
        role for role in roles if role.name == "due_date" and role.candidate.value > written.candidate.value
    ]
    if later:
        best["due_date"] = max(later, key=lambda role: role.strength)
    else:
        del best["due_date"]


def _take_the_only_amount(best: dict[str, Role], money: Sequence[Money], kind: Kind) -> None:
    """A letter or receipt that prints one amount, wherever it does, is about that."""
    if kind not in _OF_ONE_AMOUNT or any(name.startswith("amounts.") for name in best):
        return
    values = {item.candidate.value for item in money}
    if len(values) == 1 and (item := next((item for item in money if item.currency), None)) is not None:
        rule = f"{item.candidate.rule}; the only amount"
        best["amounts.total"] = Role("amounts.total", item.candidate, rule, _ONLY)


def _doubt_rivals(roles: Sequence[Role], best: dict[str, Role]) -> None:
    """Of two numbers or amounts that speak as loudly for one role neither is sure."""
    for name, role in tuple(best.items()):
        if not name.startswith("amounts.") and not name.endswith(_OF_ONE_VALUE):
            continue
        if role.strength <= _CONTENDED or role.rule.endswith(("adds up", "completes the sum")):
            continue
        rival = any(
            other.name == name
            and other.candidate.value != role.candidate.value
            and other.strength > role.strength - _RIVALLED
            and not _overlap(other.candidate, role.candidate)
            for other in roles
        )
        if rival:
            rule = f"{role.rule}; another says so as well"
            best[name] = replace(role, rule=rule, strength=_CONTENDED)


def _overlap(one: Candidate, other: Candidate) -> bool:
    """Whether they are of the same print: a part of a number is no other number."""
    return one.flow is other.flow and one.start < other.end and other.start < one.end


def _doubt_contended(roles: Sequence[Role], best: dict[str, Role]) -> None:
    written = best.get("document_date")
    if written is None:
        return
    near = (role for role in roles if role.name == written.name)
    if any(
        role.candidate.value != written.candidate.value and role.strength > written.strength - _CONTENDS
        for role in near
    ):
        rule = f"{written.rule}; another date says so as well"
        best[written.name] = replace(written, rule=rule, strength=min(written.strength, _CONTENDED))


def _call_the_debt_principal(roles: Sequence[Role], best: dict[str, Role]) -> None:
    """Courts order "the sum of 100.00 with interest": the only amount that is no costs is the debt."""
    total = best.get("amounts.total")
    if total is None or any(role.name == "amounts.principal" for role in roles):
        return
    if len({role.candidate.value for role in roles if role.name == total.name}) == 1:
        del best[total.name]
        best["amounts.principal"] = replace(
            total, name="amounts.principal", strength=min(total.strength, 0.85)
        )


def _drop_a_total_that_is_the_debt(best: dict[str, Role]) -> None:
    """ "For payment of 100.00", says the head of an order: it is the debt that is ordered to be paid below."""
    total, debt = best.get("amounts.total"), best.get("amounts.principal")
    if total is not None and debt is not None and total.candidate.value == debt.candidate.value:
        del best["amounts.total"]


def _sum_the_costs(roles: Sequence[Role], best: dict[str, Role], money: Sequence[Money]) -> None:
    """Fees and expenses that are awarded one by one and summed: the sum is what the lawsuit cost."""
    parts = {role.candidate.value for role in roles if role.name == "amounts.costs"}
    parts |= {item.candidate.value for item in money if _is_beside_costs(item, best)}
    owed = {best[name].candidate.value for name in ("amounts.principal", "amounts.interest") if name in best}
    parts -= owed
    wholes = [role for role in roles if role.name in ("amounts.total", "amounts.costs")]
    for whole in wholes:
        value = Decimal(whole.candidate.value)
        if any(
            Decimal(one) + Decimal(other) == value and one != other
            for one, other in product(parts - {whole.candidate.value}, repeat=2)
        ):
            best["amounts.costs"] = replace(
                whole, name="amounts.costs", rule=f"{whole.rule}; sum of the costs", strength=0.93
            )
            if best.get("amounts.total") is not None and (
                best["amounts.total"].candidate.value == whole.candidate.value
            ):
                del best["amounts.total"]
            return


def _is_beside_costs(item: Money, best: dict[str, Role]) -> bool:
    costs = best.get("amounts.costs")
    if costs is None or item.candidate.flow is not costs.candidate.flow:
        return False
    return abs(item.candidate.start - costs.candidate.start) < _NEAR_COSTS


def _doubt_several_costs(roles: Sequence[Role], best: dict[str, Role]) -> None:
    """Where a court awards fees and expenses apart, neither is all of the costs."""
    costs = best.get("amounts.costs")
    if costs is None or costs.rule.endswith("sum of the costs"):
        return
    if len({role.candidate.value for role in roles if role.name == costs.name}) > 1:
        best[costs.name] = replace(costs, strength=min(costs.strength, _CONTENDED))


def _agree(
    roles: Sequence[Role], best: dict[str, Role], money: Sequence[Money], wholes: Sequence[Money]
) -> bool:
    """Amounts that add up confirm one another, and win over stronger labels that do not. Whether any did."""
    rivals: dict[str, list[Role]] = {}
    for role in sorted(roles, key=lambda item: -item.strength):
        if len(rivals.setdefault(role.name, [])) < _RIVALS:
            rivals[role.name].append(role)
    if (
        "amounts.principal" not in rivals
        and len({role.candidate.value for role in rivals.get("amounts.total", ())}) > 1
    ):
        # "Outstanding balance" names the whole of many papers, and on others the debt before interest and costs.
        rivals["amounts.principal"] = [
            replace(role, name="amounts.principal") for role in rivals["amounts.total"]
        ]
    for names in _SUMS:
        if not all(name in rivals for name in names):
            continue
        sums = [group for group in product(*(rivals[name] for name in names)) if _adds_up(group)]
        if sums:
            for role in max(sums, key=_weight):
                best[role.name] = replace(role, rule=f"{role.rule}; adds up", strength=0.99)
            return True
    return _completed(roles, best, money) or _completed(roles, best, wholes, parts=False)


def _weight(group: tuple[Role, ...]) -> tuple[float, Decimal]:
    """Of sums that are labelled alike, as a table by rates of tax and its last row are, the greatest is the whole."""
    return round(sum(item.strength for item in group), 1), abs(Decimal(group[0].candidate.value))


def _completed(
    roles: Sequence[Role], best: dict[str, Role], money: Sequence[Money], *, parts: bool = True
) -> bool:
    """The one amount of a sum that has no readable label is known by the others, if it is printed.

    Without `parts`, only the whole is: what a court awards besides may be of another sum.
    """
    used = {role.candidate.value for role in best.values()}
    named = {role.candidate.value for role in roles if role.name.startswith("amounts.")}
    for names in _SUMS:
        absent = [name for name in names if name not in best]
        if len(absent) != 1 or any(role.name == absent[0] for role in roles):
            continue
        if not parts and absent[0] != names[0]:
            continue
        known = {name: Decimal(best[name].candidate.value) for name in names if name in best}
        whole = names[0]
        wanted = (
            sum(known.values())
            if absent[0] == whole
            else known[whole] - sum(value for name, value in known.items() if name != whole)
        )
        for item in money:
            if Decimal(item.candidate.value) == wanted > 0 and item.candidate.value not in used:
                rule = f"{item.candidate.rule}; completes the sum"
                # Of something that has a label of its own, as a second kind of interest, less is sure.
                sure = parts and item.candidate.value not in named
                most = min(0.9 if sure else _CONTENDED, *(best[name].strength for name in known))
                best[absent[0]] = Role(absent[0], item.candidate, rule, most)
                return True
    return False


def _drop_parts_beyond_the_whole(best: dict[str, Role]) -> None:
    """A part of a sum that is more than the sum was read elsewhere, such as a company's share capital."""
    whole = best.get("amounts.total")
    if whole is None:
        return
    for name in ("amounts.principal", "amounts.interest", "amounts.costs", "amounts.net", "amounts.vat"):
        part = best.get(name)
        if part is not None and Decimal(part.candidate.value) > Decimal(whole.candidate.value):
            del best[name]


def _drop_doubtful_vat(best: dict[str, Role]) -> None:
    """A tax that no sum confirms and that is a third of the invoice or more is what it was reckoned on."""
    tax = best.get("amounts.vat")
    if tax is None:
        return
    wholes = [
        Decimal(best[name].candidate.value) for name in ("amounts.total", "amounts.net") if name in best
    ]
    if not wholes or Decimal(tax.candidate.value) * 3 >= max(wholes):
        del best["amounts.vat"]


def _adds_up(group: tuple[Role, ...]) -> bool:
    whole, *parts = (Decimal(role.candidate.value) for role in group)
    if group[-1].name == "amounts.vat" and abs(parts[-1]) > _HIGHEST_VAT * abs(parts[0]):
        return False
    return whole == sum(parts) and (all(part > 0 for part in parts) or all(part < 0 for part in parts))

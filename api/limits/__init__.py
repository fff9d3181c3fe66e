"""How much one account, one station or one stranger may ask of the service, and how those who ask take turns."""

from api.limits.errors import Busy, QuotaReached, RateLimited, TooManyAtOnce, TooSlow
from api.limits.guard import Guard
from api.limits.limiter import Limiter
from api.limits.quotas import Quotas
from api.limits.rates import Rates, Standing
from api.limits.refusals import STRANGERS, Refusals
from api.limits.turns import Turns
from api.limits.values import Allowance, AtOnce, Costly, Limits, Rate

__all__ = [
    "STRANGERS",
    "Allowance",
    "AtOnce",
    "Busy",
    "Costly",
    "Guard",
    "Limiter",
    "Limits",
    "QuotaReached",
    "Quotas",
    "Rate",
    "RateLimited",
    "Rates",
    "Refusals",
    "Standing",
    "TooManyAtOnce",
    "TooSlow",
    "Turns",
]

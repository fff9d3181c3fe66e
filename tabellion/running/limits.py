"""The limits that the settings name."""

from api.limits import Allowance, AtOnce, Costly, Limits, Rate
from tabellion.limit_settings import LimitSettings


def limits_of(settings: LimitSettings) -> Limits:
    """The limits of an api process; how much all accounts together may do at once is not set, but built in."""
    usual = Limits()
    each = {
        Costly.UPLOAD: settings.uploads_at_once,
        Costly.SEARCH: settings.searches_at_once,
        Costly.EXPORT: settings.exports_at_once,
        Costly.VERIFY: settings.verifications_at_once,
    }
    return Limits(
        people=Allowance(
            Rate(settings.person_requests, settings.person_burst),
            settings.person_files_hour,
            settings.person_bytes_day,
        ),
        stations=Allowance(
            Rate(settings.station_requests, settings.station_burst),
            settings.station_files_hour,
            settings.station_bytes_day,
        ),
        strangers=Rate(settings.stranger_requests, settings.stranger_burst),
        at_once={
            what: AtOnce(each.get(what, at_once.each), at_once.all, at_once.waiting)
            for what, at_once in usual.at_once.items()
        },
        slowest_body=settings.slowest_body,
    )

"""The real application, as the tests of the service have it."""

from tests.api.conftest import archive, clock, house, portal, reader, service, template

__all__ = ["archive", "clock", "house", "portal", "reader", "service", "template"]

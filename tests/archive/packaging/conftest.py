from tests.archive.conftest import archive, clock, home, intake

__all__ = ["archive", "clock", "home", "intake"]

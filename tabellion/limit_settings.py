"""The settings of what one account, station or stranger may ask of the service (docs/operations.md, "Limits")."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LimitSettings(BaseSettings):
    """Limits; each api process counts requests for itself, and files and bytes are counted in the catalogue."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    person_requests: float = Field(50.0, gt=0)
    """Requests a second that a person's account may send in the long run."""
    person_burst: int = Field(500, ge=1)
    """Requests that a person's account may send at once."""
    person_files_hour: int = Field(0, ge=0)
    """Files that a person's account may hand over in an hour; 0: as many as it likes."""
    person_bytes_day: int = Field(0, ge=0)
    """Bytes that a person's account may hand over on a day; 0: as many as it likes."""
    station_requests: float = Field(50.0, gt=0)
    """Requests a second that a station may send in the long run."""
    station_burst: int = Field(500, ge=1)
    """Requests that a station may send at once."""
    station_files_hour: int = Field(0, ge=0)
    """Files that a station may hand over in an hour; 0: as many as it likes."""
    station_bytes_day: int = Field(0, ge=0)
    """Bytes that a station may hand over on a day; 0: as many as it likes."""
    stranger_requests: float = Field(50.0, gt=0)
    """Requests a second of one address that come without a session or token, or with one that does not hold."""
    stranger_burst: int = Field(500, ge=1)
    """Such requests that may come at once."""
    uploads_at_once: int = Field(4, ge=1, le=64)
    """Files that one account may be sending at once."""
    searches_at_once: int = Field(4, ge=1, le=8)
    """Searches of one account that are answered at once; further ones wait for their turn."""
    exports_at_once: int = Field(2, ge=1, le=6)
    """Lists, copies, packages and reports that are made for one account at once."""
    verifications_at_once: int = Field(2, ge=1, le=4)
    """Papers and files that are verified for one account at once."""
    slowest_body: int = Field(1024, ge=0)
    """Bytes a second that the body of a request must bring on the whole, after 20 s of grace."""
    connections: int = Field(1000, ge=10, le=50_000)
    """Connections that one api process holds; a further one is told to come back."""
    statement_seconds: float = Field(60.0, gt=0)
    """Longest time that the database may take over one statement of a request."""

"""Sign-in by a provider (OpenID Connect): who somebody is, as another service says that we trust for it."""

from api.provider.client import Provider, ProviderUnavailable
from api.provider.description import Description
from api.provider.id_token import Claims, ProviderRefused

__all__ = ["Claims", "Description", "Provider", "ProviderRefused", "ProviderUnavailable"]

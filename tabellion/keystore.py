"""Keys that sign, by name: each an encrypted file under the home, or a key in a PKCS#11 device that a file names.

keys/<name>.pem    the private key, encrypted PKCS#8
keys/<name>.p11    instead: the label of the key in the device
keys/<name>.new.*  a key that will follow: made first, so that an interrupted rotation goes on with it
keys/retired.json  public keys that were used before, each with its time (the form of keys.json)
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive.vault.passphrase import read_passphrase_file
from signing.durable import write_secret
from signing.errors import KeyUnusable
from signing.keys import Algorithm, KeySigner, PublicKey, Signer, Use, parse_public_keys, public_keys
from tabellion.base.errors import SettingsError
from tabellion.settings import Settings

if TYPE_CHECKING:
    from tabellion.devices import Device

RETIRED = "retired.json"
_NEW = ".new"


@dataclass(slots=True)
class KeyStore:
    """The keys of one home."""

    folder: Path
    passphrase: bytes
    settings: Settings
    _device: "Device | None" = field(default=None, init=False)

    def exists(self, name: str) -> bool:
        """Whether there is a key of that name."""
        return self._place(name) is not None

    def open(self, name: str) -> Signer:
        """The key of that name; raises `KeyUnusable`."""
        place = self._place(name)
        if place is None:
            raise KeyUnusable(f"there is no key {name} in {self.folder}")
        if place.suffix == ".p11":
            return self._opened_device().find(place.read_text().strip())
        return KeySigner.read(place, self.passphrase)

    def make(self, name: str, algorithm: Algorithm) -> Signer:
        """The key of that name, made where there is none: in the device where the settings name one."""
        if self._place(name) is None:
            (self.folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.settings.pkcs11_module is None:
                self._unless_taken(
                    self.folder / f"{name}.pem",
                    lambda path: KeySigner.generate(algorithm).write(path, self.passphrase),
                )
            else:
                label = f"tabellion {name} {os.urandom(8).hex()}"
                self._opened_device().generate(label, algorithm)
                self._unless_taken(
                    self.folder / f"{name}.p11", lambda path: write_secret(path, label.encode())
                )
        return self.open(name)

    def follower(self, name: str, algorithm: Algorithm) -> Signer:
        """The key that will follow the one of that name; the same one until it does."""
        return self.make(f"{name}{_NEW}", algorithm)

    def follow(self, name: str, use: Use, since: datetime, now: datetime) -> None:
        """Put the follower in the place of the key, which was used since `since` and is retired at `now`."""
        old, place = self.open(name), self._place(f"{name}{_NEW}")
        if place is None:
            raise KeyUnusable(f"there is no key to follow {name}")
        known = self.retired()
        if all(key.key_id != old.key_id for key in known):
            ended = PublicKey(use, old.algorithm, old.public_der, since, now)
            replace_secret(self.folder / RETIRED, public_keys([*known, ended]))
        place.replace(self.folder / f"{name}{place.suffix}")
        other = self.folder / f"{name}{'.pem' if place.suffix == '.p11' else '.p11'}"
        other.unlink(missing_ok=True)

    def retired(self) -> tuple[PublicKey, ...]:
        """The keys that were used before, each with the time in which it was."""
        path = self.folder / RETIRED
        return parse_public_keys(path.read_bytes()) if path.exists() else ()

    def _place(self, name: str) -> Path | None:
        """The file of a key. Where a rotation between file and device was interrupted there are two: one is retired."""
        found = [path for path in (self.folder / f"{name}.pem", self.folder / f"{name}.p11") if path.exists()]
        if len(found) < 2:
            return found[0] if found else None
        retired = {key.key_id for key in self.retired()}
        return next((path for path in found if self._key_id(path) not in retired), None)

    def _key_id(self, path: Path) -> str:
        if path.suffix == ".p11":
            return self._opened_device().find(path.read_text().strip()).key_id
        return KeySigner.read(path, self.passphrase).key_id

    def _opened_device(self) -> "Device":
        if self._device is None:
            module, token, pin = (
                self.settings.pkcs11_module,
                self.settings.pkcs11_token,
                self.settings.pkcs11_pin_file,
            )
            if module is None or not token or pin is None:
                raise SettingsError(
                    "keys of this archive are in a PKCS#11 device that the settings do not name",
                    advice="Set TABELLION_PKCS11_MODULE, TABELLION_PKCS11_TOKEN and TABELLION_PKCS11_PIN_FILE.",
                )
            # Loaded only where it is used: it binds a library of C.
            from tabellion.devices import Device  # noqa: PLC0415

            self._device = Device(module, token, read_passphrase_file(pin).decode())
        return self._device

    @staticmethod
    def _unless_taken(path: Path, write: Callable[[Path], None]) -> None:
        """Write a file; where another process wrote it at the same moment, that one counts."""
        try:
            write(path)
        except KeyUnusable:
            if not path.exists():
                raise


def span(retired: Sequence[PublicKey], use: Use, since: datetime) -> datetime:
    """Since when the present key of that use is used: since the archive began, or since the last one was retired."""
    ends = [key.valid_until for key in retired if key.use == use and key.valid_until is not None]
    return max([since, *ends])


def replace_secret(path: Path, data: bytes) -> None:
    """Put new bytes in the place of a file's, whole and durable."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    write_secret(fresh, data)
    fresh.replace(path)

"""Verification needs cryptography, asn1crypto and the standard library, so that it fits into one file."""

import subprocess
import sys

PROGRAM = """
import importlib, pkgutil, sys
before = set(sys.modules)
sys.modules.update(dict.fromkeys({refused!r}))
import signing
for module in pkgutil.walk_packages(signing.__path__, "signing."):
    importlib.import_module(module.name)
foreign = {{name.partition(".")[0] for name in sys.modules.keys() - before}} - set(sys.stdlib_module_names)
print(*sorted(foreign))
"""
OWN = {"signing", "tabellion"}
BROUGHT_BY_CRYPTOGRAPHY = {"_cffi_backend", "_openssl", "cffi", "typing_extensions"}
REFUSED = ["httpx", "pydantic", "rfc3161_client", "rfc8785", "sqlalchemy"]


def test_what_the_library_imports():
    program = PROGRAM.format(refused=REFUSED)
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    foreign = {name for name in done.stdout.split() if not name.startswith("__")}
    assert foreign - OWN - BROUGHT_BY_CRYPTOGRAPHY - set(REFUSED) == {"asn1crypto", "cryptography"}

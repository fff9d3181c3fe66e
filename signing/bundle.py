"""Writes the verifier as one file: the sources of the library, as they are, behind an importer that finds them there.

The same sources give the same bytes. What the verifier imports is followed from `signing.verifier.program`; anything
but the library itself, the standard library, cryptography and asn1crypto is refused.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PROGRAM = "signing.verifier.program"
LEAST = 45
"""Of cryptography: the first version that builds a path under extension policies of our own."""

CANNOT_RUN = 70
"""The exit code where nothing was verified; 1 says FAILED of a package."""

OWN = ("signing", "tabellion")
OTHERS = frozenset({"asn1crypto", "cryptography"})

_HEAD = '''\
#!/usr/bin/env python3
"""Verifies packages and receipts of a Tabellion archive, offline: python3 tabellion-verify.py FILE --trust DIR

One file, for Python 3.11 or later with `cryptography` (45 or later) and `asn1crypto`. It holds the sources of
Tabellion's verifier as they are, module by module; `script/build-verifier` of the project writes the same bytes again.
"""

import importlib.abc
import importlib.machinery
import sys

SOURCES = {}
'''
_TAIL = f'''

class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds the modules above before any that are installed."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in SOURCES:
            return None
        package = any(name.startswith(fullname + ".") for name in SOURCES)
        return importlib.machinery.ModuleSpec(fullname, self, origin=__file__, is_package=package)

    def get_source(self, fullname):
        return SOURCES[fullname]

    def get_code(self, fullname):
        return compile(SOURCES[fullname], f"{{__file__}}:{{fullname}}", "exec", dont_inherit=True)


def missing():
    """What this Python lacks; None: nothing."""
    if sys.version_info < (3, 11):
        return f"Python {{sys.version_info.major}}.{{sys.version_info.minor}} is too old"
    try:
        import asn1crypto
        import cryptography
    except ImportError as error:
        return f"{{error.name}} is not installed"
    if int(cryptography.__version__.partition(".")[0]) < {LEAST}:
        return f"cryptography {{cryptography.__version__}} is too old"
    return None


sys.meta_path.insert(0, Sources())

if __name__ == "__main__":
    lacking = missing()
    if lacking is not None:
        sys.stderr.write(
            f"Nothing was verified: {{lacking}}. This program needs Python 3.11, cryptography {LEAST} and asn1crypto, "
            "or later:\\n  python3 -m venv v && v/bin/pip install 'cryptography>={LEAST}' asn1crypto\\n"
            "  v/bin/python " + " ".join(sys.argv) + "\\n"
        )
        sys.exit({CANNOT_RUN})
    from {PROGRAM} import main

    sys.exit(main())
'''


def bundle() -> bytes:
    """The single file."""
    pieces = [_HEAD]
    for name, source in sorted(_sources().items()):
        pieces.append(f"\nSOURCES[{name!r}] = {_literal(source)}\n")
    return "".join([*pieces, _TAIL]).encode()


def _sources() -> dict[str, str]:
    """The source of every module of ours that the program needs."""
    found: dict[str, str] = {}
    waiting = [PROGRAM]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = _path(name).read_text("utf-8")
        parts = name.split(".")
        waiting += [".".join(parts[:depth]) for depth in range(1, len(parts))]
        waiting += _imports(name, found[name])
    return found


def _path(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin)


def _imports(name: str, source: str) -> Iterator[str]:
    """Modules of ours that a source imports; raises ImportError for others that a stranger would have to install."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                imported = [each.name for each in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                imported = [module, *(f"{module}.{each.name}" for each in names)]
            case ast.ImportFrom():
                raise ImportError(f"{name} imports relatively")
            case _:
                continue
        for each in imported:
            top = each.partition(".")[0]
            if top in OWN:
                if _is_module(each):
                    yield each
            elif top not in OTHERS and top not in sys.stdlib_module_names:
                raise ImportError(f"{name} imports {each}, which a verifier does not have")


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a member of a module, not a module in a package
        return False


def _literal(source: str) -> str:
    """Readable where it can be: a raw string in three quotes."""
    if "'''" in source or source.endswith(("'", "\\")) or "\r" in source:
        return repr(source)
    return f"r'''{source}'''"


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(bundle())

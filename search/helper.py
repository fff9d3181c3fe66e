"""The process that makes pages ready for an index: `search.preparing` starts it and talks to it over its pipes."""

import gc
import os
import pickle
import sys
from typing import BinaryIO

from search.analysis import Analyser
from search.frames import receive, send


def main() -> None:
    """Answer until the other side goes away."""
    # Nothing here makes cycles, and the words that an analyser remembers would be walked again and again.
    gc.disable()
    asked, answers = sys.stdin.buffer, _answers()
    try:
        prepare = pickle.loads(receive(asked))(Analyser())  # noqa: S301  # from the process that started this one
        while True:
            ready = prepare(pickle.loads(receive(asked)))  # noqa: S301  # the same
            send(answers, pickle.dumps(ready, pickle.HIGHEST_PROTOCOL))
    except (EOFError, BrokenPipeError):
        return


def _answers() -> BinaryIO:
    """The pipe for answers, which nothing else can write into: what a library prints goes to standard error."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    main()

"""The process that makes pages ready for an index: `search.preparing` starts it and talks to it over its pipes."""

import gc
import pickle
import sys

from search.analysis import Analyser


def main() -> None:
    """Answer until the other side goes away."""
    # Nothing here makes cycles, and the words that an analyser remembers would be walked again and again.
    gc.disable()
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        prepare = pickle.load(asked)(Analyser())  # noqa: S301  # from the process that started this one
        while True:
            pickle.dump(prepare(pickle.load(asked)), answers, pickle.HIGHEST_PROTOCOL)  # noqa: S301  # the same
            answers.flush()
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    main()

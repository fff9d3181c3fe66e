"""The process that makes pages ready for an index: `search.preparing` starts it and talks to it over its pipes."""

import gc
import pickle
import sys

from search.analysis import Analyser
from tabellion.base.pipes import own_output, receive, send


def main() -> None:
    """Answer until the other side goes away."""
    # Nothing here makes cycles, and the words that an analyser remembers would be walked again and again.
    gc.disable()
    asked, answers = sys.stdin.buffer, own_output()
    try:
        prepare = pickle.loads(receive(asked))(Analyser())  # noqa: S301  # from the process that started this one
        while True:
            ready = prepare(pickle.loads(receive(asked)))  # noqa: S301  # the same
            send(answers, pickle.dumps(ready, pickle.HIGHEST_PROTOCOL))
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    main()

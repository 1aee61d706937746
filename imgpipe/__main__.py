"""``python -m imgpipe`` is the program ``imgpipe``."""

import atexit
import gc
import signal
import sys

try:
    from imgpipe.cli import main
except KeyboardInterrupt:  # before anybody is there who could say it
    print("Error: interrupted; nothing was written", file=sys.stderr)
    sys.exit(130)


def program() -> None:
    """Run the program in a process of its own, and end it."""
    # imports make a million objects that stay: looking among them for garbage takes a tenth of the
    # time of a short verb
    gc.set_threshold(50_000)
    # as it ends Python would look among them again: 0.2 of 1.2 CPU-seconds of a prediction
    atexit.register(gc.freeze)
    try:
        main()
    finally:
        # all is done and said: Ctrl-C while workers end is no error to show
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    program()

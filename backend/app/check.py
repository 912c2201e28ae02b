"""Judge the environment, as the server would, and touch nothing: `python -m app.check`.

Prints one problem a line, beginning with the variable's name, never a value. Exits 0 where the
server would start, 1 where it would not.
"""

import sys

from app.settings import SettingsRefusedError, load_settings


def main() -> int:
    """Print what is wrong; return the exit code."""
    try:
        load_settings()
    except SettingsRefusedError as error:
        print(*error.problems, sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

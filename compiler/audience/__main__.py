"""The command `audience`, which is also `python -m audience`: Ctrl-C is quiet from the first import on."""

import sys


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    try:
        from audience.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

"""`python -m audience` is the command `audience`."""

from audience.cli.main import main

if __name__ == "__main__":
    main()

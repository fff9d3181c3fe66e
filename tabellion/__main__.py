"""`python -m tabellion`."""

from tabellion.cli import main

if __name__ == "__main__":
    main()

"""What browsers call themselves, in two words."""


def browser(agent: str) -> str:
    """What a User-Agent header says in two words, browser and system, or its first word."""
    names = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = next((name for mark, name in names if mark in agent), None)
    if found is None:
        return agent.split(" ", maxsplit=1)[0][:60]
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{found}, {system}" if system else found

"""Who may ask for what: REST, web pages, accounts, sessions, and the gate that every route asks."""

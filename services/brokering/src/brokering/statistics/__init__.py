"""How long matching takes, how offers are answered, who carries what, what is spent, and where leaders are lacking."""

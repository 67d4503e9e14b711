"""Two commands at once, statement by statement in every order."""

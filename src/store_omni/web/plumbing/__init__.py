"""What every face needs: texts, pages, guards, refusals, units of work."""

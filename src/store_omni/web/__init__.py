"""Owns: surfaces, one package per face: what a person sees and sends.
Never: SQL, a rule of the domain.
Speaks: HTML to people, JSON to programs."""

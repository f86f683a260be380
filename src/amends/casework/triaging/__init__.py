"""The parts of triage: what is read, in which words, and what follows from them."""

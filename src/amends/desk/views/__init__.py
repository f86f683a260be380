"""HTTP in, HTTP out: a view checks the gate, calls one query or action, chooses the fragment."""

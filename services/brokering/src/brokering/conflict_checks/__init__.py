"""The responsible body is asked about a match before it is offered, and has some working days to answer."""

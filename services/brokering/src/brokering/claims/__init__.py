"""Claims for leaders' days, signed off by the supported body and paid from the deployment grant."""

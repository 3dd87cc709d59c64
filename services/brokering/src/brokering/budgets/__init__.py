"""Two kinds of budget: the deployment grant of a region, and a delivery partner's own contract."""

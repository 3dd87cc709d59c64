"""The days ledger: policy, locks and movements, shared by offers and episodes."""

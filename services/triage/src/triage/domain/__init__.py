"""The judgement itself: facts and a policy in, a proposal with its reasons out. Standard library only."""

"""Change events: the outbox that is written with a change, the feed that serves it, the consumer that follows it."""

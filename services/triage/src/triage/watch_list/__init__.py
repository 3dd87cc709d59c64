"""What people keep an eye on: a watch list, notes on schools, reminders."""

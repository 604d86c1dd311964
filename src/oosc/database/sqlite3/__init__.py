"""SQLite with its writers in a fair queue (design §3, 20)."""

"""What Nitka does, one use case a module. Everything outside is reached through `nitka.ports`."""

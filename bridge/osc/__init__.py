"""Results over OSC: the schema, its codec, both ends of a transfer, and the sockets. May import `runtime`."""

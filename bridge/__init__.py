"""A local server, OSC endpoints and DAWs. May import `runtime`; decides nothing musical."""

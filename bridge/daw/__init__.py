"""Results in DAWs: Ardour, Ableton Live, REAPER, and receivers for visual programmes."""

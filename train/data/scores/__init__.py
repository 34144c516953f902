"""Scores as the readers of corpora need them: MusicXML, MIDI, the order of measures."""

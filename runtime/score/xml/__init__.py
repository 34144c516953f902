"""What reading and writing share: XML as text with byte positions, and the terms of MusicXML and MuseScore."""

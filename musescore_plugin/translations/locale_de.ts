<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>Mezzoforte</name>
    <message>
        <source>1 mark</source>
        <translation>1 Zeichen</translation>
    </message>
    <message>
        <source>a bar begins at {time}</source>
        <translation>ein Takt beginnt bei {time}</translation>
    </message>
    <message>
        <source>A bar begins here</source>
        <translation>Hier beginnt ein Takt</translation>
    </message>
    <message>
        <source>a beat is at {time}</source>
        <translation>ein Schlag liegt bei {time}</translation>
    </message>
    <message>
        <source>a beat moved to {time}</source>
        <translation>ein Schlag nach {time} verschoben</translation>
    </message>
    <message>
        <source>a broken copy or download</source>
        <translation>unvollständig kopiert oder heruntergeladen</translation>
    </message>
    <message>
        <source>a different piece or movement, fewer than four bars of it, or a recording without enough piano</source>
        <translation>ein anderes Stück oder ein anderer Satz, weniger als vier Takte davon oder eine Aufnahme mit zu wenig Klavier</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>hier steht ein Zeichen</translation>
    </message>
    <message>
        <source>a path on another computer is not opened</source>
        <translation>ein Pfad auf einem anderen Rechner wird nicht geöffnet</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>eine transponierte Partitur oder eine Aufnahme in anderer Tonhöhe oder Geschwindigkeit</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>Akzent</translation>
    </message>
    <message>
        <source>Accents and sforzati are changed in the score.</source>
        <translation>Akzente und Sforzati werden in der Partitur geändert.</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add dynamics from audio</source>
        <translation>Dynamik aus einer Aufnahme hinzufügen</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Hinzugefügt</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Auch das Tempo der Aufnahme unsichtbar schreiben</translation>
    </message>
    <message>
        <source>Another window has changed this recording: its corrections are shown now.</source>
        <translation>Ein anderes Fenster hat diese Aufnahme geändert: Seine Korrekturen sind jetzt zu sehen.</translation>
    </message>
    <message>
        <source>Ardour and REAPER</source>
        <translation>Ardour und REAPER</translation>
    </message>
    <message>
        <source>as heard</source>
        <translation>wie gehört</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>wie das System</translation>
    </message>
    <message>
        <source>Audacity labels</source>
        <translation>Audacity-Textspur</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Audiodateien</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>Takt</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>Takt</translation>
    </message>
    <message>
        <source>bar by bar; or moves the chosen mark</source>
        <translation>Takt für Takt; oder verschiebt das gewählte Zeichen</translation>
    </message>
    <message>
        <source>bars may have {n} beats</source>
        <translation>Takte haben vielleicht {n} Schläge</translation>
    </message>
    <message>
        <source>Bars one beat later</source>
        <translation>Takte einen Schlag später</translation>
    </message>
    <message>
        <source>Bars {n} beats later</source>
        <translation>Takte {n} Schläge später</translation>
    </message>
    <message>
        <source>bars {} have the same notes as bars {}: the first place is taken</source>
        <translation>die Takte {} haben dieselben Noten wie die Takte {}: die erste Stelle wird genommen</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>Schlag</translation>
    </message>
    <message>
        <source>beat by beat</source>
        <translation>Schlag für Schlag</translation>
    </message>
    <message>
        <source>Beat earlier</source>
        <translation>Schlag früher</translation>
    </message>
    <message>
        <source>Beat later</source>
        <translation>Schlag später</translation>
    </message>
    <message>
        <source>Beats in a bar</source>
        <translation>Schläge im Takt</translation>
    </message>
    <message>
        <source>beats that would change: {n}</source>
        <translation>Schläge, die sich ändern würden: {n}</translation>
    </message>
    <message>
        <source>browsers do not play such files</source>
        <translation>Browser spielen solche Dateien nicht ab</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>von Hand</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>Prüfen Sie, ob sie noch da ist</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>Prüfen Sie, ob Aufnahme und Partitur derselbe Satz sind</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>Dateien wählen…</translation>
    </message>
    <message>
        <source>Choose the file, or write where it is from the first folder on, without '..'</source>
        <translation>Wählen Sie die Datei, oder schreiben Sie vom ersten Ordner an, wo sie liegt, ohne „..“</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>Deutlichkeit</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>Deutlichkeit</translation>
    </message>
    <message>
        <source>click track</source>
        <translation>Klickspur</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>Klicks</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Closer</source>
        <translation>Näher</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Convert it to FLAC, OGG or MP3</source>
        <translation>Wandeln Sie sie in FLAC, OGG oder MP3 um</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC first</source>
        <translation>Wandeln Sie sie zuerst in WAV oder FLAC um</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy or download it again, or re-encode the part that plays</source>
        <translation>Kopieren oder laden Sie sie noch einmal, oder wandeln Sie den Teil um, der sich abspielen lässt</translation>
    </message>
    <message>
        <source>Copy the recording here</source>
        <translation>Kopieren Sie die Aufnahme hierher</translation>
    </message>
    <message>
        <source>Correct beats and bars</source>
        <translation>Schläge und Takte korrigieren</translation>
    </message>
    <message>
        <source>corrections</source>
        <translation>Korrekturen</translation>
    </message>
    <message>
        <source>crescendo</source>
        <translation>crescendo</translation>
    </message>
    <message>
        <source>Cut it into pieces</source>
        <translation>Teilen Sie sie in Stücke</translation>
    </message>
    <message>
        <source>Cut it up</source>
        <translation>Zerteilen Sie sie</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>früher abgelehnt</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete some that are no longer needed</source>
        <translation>Löschen Sie einige, die nicht mehr gebraucht werden</translation>
    </message>
    <message>
        <source>Delete this analysis? Files that you opened by their path stay.</source>
        <translation>Diese Analyse löschen? Dateien, die über ihren Pfad geöffnet wurden, bleiben.</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Dichte</translation>
    </message>
    <message>
        <source>diminuendo</source>
        <translation>diminuendo</translation>
    </message>
    <message>
        <source>Drop a score beside the recording</source>
        <translation>Ziehen Sie eine Partitur zusammen mit der Aufnahme hierher</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>Audiodatei hierher ziehen oder Pfad eingeben</translation>
    </message>
    <message>
        <source>Drop it</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Drop recordings here, each with its score if you have one</source>
        <translation>Aufnahmen hierher ziehen, jede mit ihrer Partitur, falls vorhanden</translation>
    </message>
    <message>
        <source>Drop the recording again</source>
        <translation>Ziehen Sie die Aufnahme noch einmal hierher</translation>
    </message>
    <message>
        <source>Dropped.</source>
        <translation>Verworfen.</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>wenige Zeichen</translation>
    </message>
    <message>
        <source>fewer than two attacks of the score were found in the recording</source>
        <translation>in der Aufnahme wurden weniger als zwei Anschläge der Partitur gefunden</translation>
    </message>
    <message>
        <source>ffmpeg is not installed</source>
        <translation>ffmpeg ist nicht installiert</translation>
    </message>
    <message>
        <source>for any use, with credit</source>
        <translation>für jeden Zweck, mit Namensnennung</translation>
    </message>
    <message>
        <source>Forget all corrections of beats</source>
        <translation>Alle Korrekturen der Schläge vergessen</translation>
    </message>
    <message>
        <source>Further</source>
        <translation>Weiter weg</translation>
    </message>
    <message>
        <source>Hairpins that are added when this window is closed</source>
        <translation>Gabeln, die beim Schließen dieses Fensters hinzugefügt werden</translation>
    </message>
    <message>
        <source>Half a beat over</source>
        <translation>Einen halben Schlag versetzt</translation>
    </message>
    <message>
        <source>Half as many beats</source>
        <translation>Halb so viele Schläge</translation>
    </message>
    <message>
        <source>Half speed</source>
        <translation>Halbes Tempo</translation>
    </message>
    <message>
        <source>hear the notes too: better beats, about four times as long</source>
        <translation>auch die Noten hören: bessere Schläge, etwa viermal so lang</translation>
    </message>
    <message>
        <source>Heard with {model} ({licence})</source>
        <translation>Gehört mit {model} ({licence})</translation>
    </message>
    <message>
        <source>how many beats a bar has is not sure, least of all from {first} to {last}: count there</source>
        <translation>wie viele Schläge ein Takt hat, ist unsicher, am meisten von {first} bis {last}: zählen Sie dort</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>statt</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>Noten mit eigener Anschlagstärke den Zeichen folgen lassen</translation>
    </message>
    <message>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>wahrscheinliche Ursache</translation>
    </message>
    <message>
        <source>Links and devices are not opened</source>
        <translation>Verweise und Geräte werden nicht geöffnet</translation>
    </message>
    <message>
        <source>Listen and propose</source>
        <translation>Anhören und vorschlagen</translation>
    </message>
    <message>
        <source>Listen and see</source>
        <translation>Hören und sehen</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Zuhören</translation>
    </message>
    <message>
        <source>Listening again with your correction…</source>
        <translation>Hört mit Ihrer Korrektur noch einmal…</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>Hört eine Aufnahme dieses Stücks und schlägt Dynamik und Gabeln vor</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Schleife</translation>
    </message>
    <message>
        <source>louder</source>
        <translation>lauter</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>viele Zeichen</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Zeichen</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Zeichen</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>Zeichen früherer Besuche</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>Zeichen von Mezzoforte entfernt</translation>
    </message>
    <message>
        <source>Move this file away, or mend it</source>
        <translation>Verschieben Sie diese Datei, oder bringen Sie sie in Ordnung</translation>
    </message>
    <message>
        <source>move to the left</source>
        <translation>nach links schieben</translation>
    </message>
    <message>
        <source>move to the right</source>
        <translation>nach rechts schieben</translation>
    </message>
    <message>
        <source>New mark</source>
        <translation>Neues Zeichen</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>keine Zeichen in Takt {}: nicht sicher gefunden</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>keine Zeichen in Takt {}: in der Aufnahme nicht gespielt</translation>
    </message>
    <message>
        <source>No recording is open.</source>
        <translation>Keine Aufnahme ist geöffnet.</translation>
    </message>
    <message>
        <source>no score came with this recording</source>
        <translation>zu dieser Aufnahme kam keine Partitur</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>nicht für gewerbliche Zwecke</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>Nichts ist angekreuzt.</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>Bei dieser Dichte ist nichts hinzuzufügen: Versuchen Sie mehr Zeichen.</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>Nichts hinzuzufügen: An diesen Stellen stehen schon Zeichen.</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>Nichts hinzuzufügen: Das Spiel bleibt gleich laut.</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>Nichts hinzuzufügen: Diese Zeichen stehen schon in der Partitur.</translation>
    </message>
    <message>
        <source>nothing was heard on the score's beats, so no marks are written</source>
        <translation>auf den Schlägen der Partitur wurde nichts gehört, deshalb werden keine Zeichen gesetzt</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>nur vergleichen</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>Nur Vergleich: Es wird nichts geschrieben.</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>Öffnen Sie die Aufnahme in einem Abspielprogramm</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Place in the recording</source>
        <translation>Stelle in der Aufnahme</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>played</source>
        <translation>gespielt</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>Aufnahme wird abgespielt ab Takt</translation>
    </message>
    <message>
        <source>Press Ctrl+Z in the score to take this back.</source>
        <translation>Drücken Sie in der Partitur Strg+Z, um dies zurückzunehmen.</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>Gedruckte Zeichen</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>gedruckt, bleibt</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>gedruckt, wird entfernt</translation>
    </message>
    <message>
        <source>Put it here</source>
        <translation>Hier setzen</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>REAPER project</source>
        <translation>REAPER-Projekt</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Aufnahmen</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>entfernen</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>Zeichen von Mezzoforte entfernen</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>entfernt</translation>
    </message>
    <message>
        <source>removes the chosen mark</source>
        <translation>entfernt das gewählte Zeichen</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>ersetzen</translation>
    </message>
    <message>
        <source>report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>Analysieren Sie noch einmal</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Gespeichert.</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Partitur</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>Wird übertragen…</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>softer</source>
        <translation>leiser</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Sortieren nach</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>Start the analysis again</source>
        <translation>Beginnen Sie die Analyse neu</translation>
    </message>
    <message>
        <source>Start the bridge</source>
        <translation>Starten Sie die Bridge</translation>
    </message>
    <message>
        <source>Start the bridge again</source>
        <translation>Starten Sie die Bridge neu</translation>
    </message>
    <message>
        <source>Take it home</source>
        <translation>Mitnehmen</translation>
    </message>
    <message>
        <source>Take the taps</source>
        <translation>Geklopftes übernehmen</translation>
    </message>
    <message>
        <source>Taken: {what}</source>
        <translation>Übernommen: {what}</translation>
    </message>
    <message>
        <source>Tap a beat</source>
        <translation>Schlag klopfen</translation>
    </message>
    <message>
        <source>Tap T on every beat while the recording plays, then press Enter.</source>
        <translation>Drücken Sie T bei jedem Schlag, während die Aufnahme läuft, dann die Eingabetaste.</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>die Analyse ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>the analysis is {}</source>
        <translation>die Analyse ist {}</translation>
    </message>
    <message>
        <source>the analysis process ended unexpectedly ({})</source>
        <translation>der Analyseprozess endete unerwartet ({})</translation>
    </message>
    <message>
        <source>the analysis took longer than {} s</source>
        <translation>die Analyse dauerte länger als {} s</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>die Antwort gehört zu einer anderen Partitur</translation>
    </message>
    <message>
        <source>the beats are not sure, least of all from {first} to {last}: tap a few bars there</source>
        <translation>die Schläge sind unsicher, am meisten von {first} bis {last}: klopfen Sie dort einige Takte</translation>
    </message>
    <message>
        <source>the beats may go twice as fast as the music: half as many would be {n} a minute</source>
        <translation>die Schläge gehen vielleicht doppelt so schnell wie die Musik: halb so viele wären {n} in der Minute</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>die Bridge antwortet nicht</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>die Bridge findet kein Programm, das Ton abspielt (pw-play, paplay, aplay oder ffplay)</translation>
    </message>
    <message>
        <source>The bridge finds no sound device here: the page plays the recording, in your browser.</source>
        <translation>Die Bridge findet hier kein Tongerät: Die Seite spielt die Aufnahme im Browser ab.</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>die Bridge läuft nicht</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>Die Bridge läuft nicht. Starten mit:</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>Die Bridge hat eine andere Version: Installieren Sie die Erweiterung neu.</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>Die Bridge läuft</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>Die Bridge startet…</translation>
    </message>
    <message>
        <source>The bridge is there again.</source>
        <translation>Die Bridge ist wieder da.</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>die Bridge hat diese Erweiterung abgewiesen</translation>
    </message>
    <message>
        <source>The bridge was started anew. Open its page again; this one then goes on, too:</source>
        <translation>Die Bridge wurde neu gestartet. Öffnen Sie ihre Seite noch einmal; dann geht es auch hier weiter:</translation>
    </message>
    <message>
        <source>the bridge was stopped before this analysis ended</source>
        <translation>die Bridge wurde angehalten, bevor diese Analyse fertig war</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>die Antwort der Bridge ist nicht lesbar</translation>
    </message>
    <message>
        <source>the chosen mark louder or softer</source>
        <translation>das gewählte Zeichen lauter oder leiser</translation>
    </message>
    <message>
        <source>the contents are not those of a {} file</source>
        <translation>der Inhalt ist nicht der einer {}-Datei</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>Schluss</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>die exportierte Seite weicht von der Partitur ab; ihre Bindungen und Sprünge werden nicht benutzt</translation>
    </message>
    <message>
        <source>the file is empty (0 bytes)</source>
        <translation>die Datei ist leer (0 Byte)</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>der Inhalt der Datei ist kein Ton</translation>
    </message>
    <message>
        <source>the marked score</source>
        <translation>die bezeichnete Partitur</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>die Zeichen konnten nicht geschrieben werden; die Partitur ist unverändert</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>das Klavier gilt als auf a' = {} Hz gestimmt</translation>
    </message>
    <message>
        <source>the recorder or export stopped before it wrote any audio</source>
        <translation>Aufnahmegerät oder Export hielt an, bevor Ton geschrieben wurde</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>die Aufnahme kann nicht geöffnet werden</translation>
    </message>
    <message>
        <source>the recording does not play this score, or no part of it that could be told from another</source>
        <translation>die Aufnahme spielt nicht diese Partitur oder keinen Teil von ihr, der sich von anderen unterscheiden ließe</translation>
    </message>
    <message>
        <source>the recording has 0 samples</source>
        <translation>die Aufnahme ist leer</translation>
    </message>
    <message>
        <source>the recording is larger than {} MiB</source>
        <translation>die Aufnahme ist größer als {} MiB</translation>
    </message>
    <message>
        <source>the recording is not a regular file</source>
        <translation>die Aufnahme ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>die Aufnahme ist stumm und kann der Partitur nicht zugeordnet werden</translation>
    </message>
    <message>
        <source>The recording may be damaged, or memory ran out. Convert it to WAV and try again</source>
        <translation>Die Aufnahme ist vielleicht beschädigt, oder der Speicher reichte nicht. Wandeln Sie sie in WAV um und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>die Aufnahme klingt {} Halbton höher als die Partitur</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>die Aufnahme klingt {} Halbton tiefer als die Partitur</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>die Aufnahme klingt {} Halbtöne höher als die Partitur</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>die Aufnahme klingt {} Halbtöne tiefer als die Partitur</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>die Endung der Datei ist keine einer Audiodatei</translation>
    </message>
    <message>
        <source>the report can play the recording</source>
        <translation>der Bericht kann die Aufnahme abspielen</translation>
    </message>
    <message>
        <source>the score cannot be engraved</source>
        <translation>die Partitur kann nicht gesetzt werden</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>die Partitur kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>the score cannot be shown: Verovio is not installed</source>
        <translation>die Partitur kann nicht gezeigt werden: Verovio ist nicht installiert</translation>
    </message>
    <message>
        <source>the score has no measures</source>
        <translation>die Partitur hat keine Takte</translation>
    </message>
    <message>
        <source>the score has no pitched notes</source>
        <translation>die Partitur hat keine Noten mit Tonhöhe</translation>
    </message>
    <message>
        <source>the score is not well-formed XML</source>
        <translation>die Partitur ist kein wohlgeformtes XML</translation>
    </message>
    <message>
        <source>the score is played from {} s to {} s of the recording; the rest is left out</source>
        <translation>die Partitur wird von {} s bis {} s der Aufnahme gespielt; der Rest bleibt beiseite</translation>
    </message>
    <message>
        <source>the score was changed after the analysis</source>
        <translation>die Partitur wurde nach der Analyse geändert</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>Die Tempoangaben der Partitur bleiben stehen, wirken aber erst wieder, wenn die Zeichen von Mezzoforte entfernt sind.</translation>
    </message>
    <message>
        <source>the {} data breaks off after about {} s</source>
        <translation>die {}-Daten brechen nach etwa {} s ab</translation>
    </message>
    <message>
        <source>there</source>
        <translation>steht schon</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>In dieser Partitur stehen keine Zeichen von Mezzoforte.</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>hier ist weder Note noch Pause</translation>
    </message>
    <message>
        <source>there is no score to write marks into</source>
        <translation>es gibt keine Partitur, in die Zeichen geschrieben werden könnten</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>steht schon, jetzt nicht vorgeschlagen</translation>
    </message>
    <message>
        <source>this analysis is no longer there</source>
        <translation>diese Analyse ist nicht mehr da</translation>
    </message>
    <message>
        <source>This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it.</source>
        <translation>Dieser Browser kann diese Art Datei nicht abspielen; alles andere geht. Wandeln Sie sie in FLAC, OGG oder MP3 um, um sie zu hören.</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>dieser Computer hat kein Tongerät, das funktioniert</translation>
    </message>
    <message>
        <source>this is not audio that can be read</source>
        <translation>das ist kein Ton, der gelesen werden kann</translation>
    </message>
    <message>
        <source>this is not the full path of a recording</source>
        <translation>das ist nicht der vollständige Pfad einer Aufnahme</translation>
    </message>
    <message>
        <source>this is {}, which needs ffmpeg to be read</source>
        <translation>das ist {}; zum Lesen wird ffmpeg gebraucht</translation>
    </message>
    <message>
        <source>This page needs the address that this command opens:</source>
        <translation>Diese Seite braucht die Adresse, die dieser Befehl öffnet:</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>diese Stelle wird in der Aufnahme nicht gespielt</translation>
    </message>
    <message>
        <source>this recording cannot be put into a report</source>
        <translation>diese Aufnahme kann nicht in einen Bericht aufgenommen werden</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>diese Version kann keine Akzente setzen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>To the recording</source>
        <translation>Zur Aufnahme</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>Transponieren Sie die Partitur in die Tonart der Aufnahme</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try again when one has ended</source>
        <translation>Versuchen Sie es noch einmal, wenn eine beendet ist</translation>
    </message>
    <message>
        <source>turn round</source>
        <translation>umkehren</translation>
    </message>
    <message>
        <source>Twice as many beats</source>
        <translation>Doppelt so viele Schläge</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>Aktualisieren Sie die Erweiterung oder die Bridge</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>an diese Aufnahme anpassen</translation>
    </message>
    <message>
        <source>Use a shorter recording</source>
        <translation>Nehmen Sie eine kürzere Aufnahme</translation>
    </message>
    <message>
        <source>Verovio does not understand it</source>
        <translation>Verovio versteht sie nicht</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>Warten auf andere Analysen</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>was die vorgeschlagenen Zeichen spielen würden</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>Was zu hören war</translation>
    </message>
    <message>
        <source>what you said in {} is honoured</source>
        <translation>was Sie in {} gesagt haben, wird befolgt</translation>
    </message>
    <message>
        <source>What you said of beats and bars: {n}</source>
        <translation>Was Sie über Schläge und Takte gesagt haben: {n}</translation>
    </message>
    <message>
        <source>where bars begin is not sure, least of all from {first} to {last}: set one bar line there</source>
        <translation>wo Takte beginnen, ist unsicher, am meisten von {first} bis {last}: setzen Sie dort einen Taktstrich</translation>
    </message>
    <message>
        <source>Whole recording</source>
        <translation>Ganze Aufnahme</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>wird entfernt</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Wird geschrieben…</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>steht schon da</translation>
    </message>
    <message>
        <source>Your corrections are saved in {file}, beside the recording.</source>
        <translation>Ihre Korrekturen sind in {file} neben der Aufnahme gespeichert.</translation>
    </message>
    <message>
        <source>Your corrections are saved on this computer; take them home below if you like.</source>
        <translation>Ihre Korrekturen sind auf diesem Computer gespeichert; unten können Sie sie mitnehmen.</translation>
    </message>
    <message>
        <source>{name}: a score needs its recording; drop both together</source>
        <translation>{name}: Eine Partitur braucht ihre Aufnahme; ziehen Sie beide zusammen hierher</translation>
    </message>
    <message>
        <source>{n} beats tapped</source>
        <translation>{n} Schläge geklopft</translation>
    </message>
    <message>
        <source>{n} marks</source>
        <translation>{n} Zeichen</translation>
    </message>
    <message>
        <source>{time}, bar {bar}, beat {beat}</source>
        <translation>{time}, Takt {bar}, Schlag {beat}</translation>
    </message>
    <message>
        <source>{} analyses are waiting already</source>
        <translation>{} Analysen warten schon</translation>
    </message>
    <message>
        <source>{} cannot be written</source>
        <translation>{} kann nicht geschrieben werden</translation>
    </message>
</context>
</TS>

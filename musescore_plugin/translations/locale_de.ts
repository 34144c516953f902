<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>AddDynamicsFromAudio</name>
    <message>
        <source>Add dynamics from audio</source>
        <translation>Dynamik aus einer Aufnahme hinzufügen</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>Hört eine Aufnahme dieses Stücks und schlägt Dynamik und Gabeln vor</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Audiodateien</translation>
    </message>
</context>
<context>
    <name>Panel</name>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>Audiodatei hierher ziehen oder Pfad eingeben</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Durchsuchen…</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>Analysieren</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>Die Bridge läuft</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>Die Bridge läuft nicht. Starten mit:</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Where marks stand already</source>
        <translation>Wo schon Zeichen stehen</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>ersetzen</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>nur vergleichen</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Dichte</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>Takt</translation>
    </message>
    <message>
        <source>Beat</source>
        <translation>Schlag</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Zeichen</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Auch das Tempo der Aufnahme unsichtbar schreiben</translation>
    </message>
    <message>
        <source>Reset note velocities</source>
        <translation>Anschlagstärken der Noten zurücksetzen</translation>
    </message>
    <message>
        <source>Remove my marks</source>
        <translation>Zeichen der Erweiterung entfernen</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>Warten auf andere Analysen</translation>
    </message>
    <message>
        <source>Analysing</source>
        <translation>Analyse</translation>
    </message>
    <message>
        <source>There is nothing to add.</source>
        <translation>Es gibt nichts hinzuzufügen.</translation>
    </message>
    <message>
        <source>Marks added</source>
        <translation>Zeichen hinzugefügt</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>entfernt</translation>
    </message>
    <message>
        <source>Marks removed</source>
        <translation>Zeichen entfernt</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>steht schon da</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>hier steht ein Zeichen</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>hier ist weder Note noch Pause</translation>
    </message>
    <message>
        <source>ours, unchanged</source>
        <translation>von hier, unverändert</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>die Bridge läuft nicht</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>die Bridge antwortet nicht</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>die Bridge hat diese Erweiterung abgewiesen</translation>
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
        <source>the score was changed after the analysis</source>
        <translation>die Partitur wurde nach der Analyse geändert</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>Analysieren Sie noch einmal</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>die Partitur kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>die Zeichen konnten nicht geschrieben werden; die Partitur ist unverändert</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>Akzent</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>diese Version kann keine Akzente setzen</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>die Antwort der Bridge ist nicht lesbar</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>Aktualisieren Sie die Erweiterung oder die Bridge</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>die Analyse ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>die Antwort gehört zu einer anderen Partitur</translation>
    </message>
</context>
</TS>

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en">
<context>
    <name>AddDynamicsFromAudio</name>
    <message>
        <source>Add dynamics from audio</source>
        <translation>Ajouter les nuances d'un enregistrement</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>Écoute un enregistrement de cette pièce et propose des nuances et des soufflets</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Fichiers audio</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Tous les fichiers</translation>
    </message>
</context>
<context>
    <name>Panel</name>
    <message>
        <source>Recording</source>
        <translation>Enregistrement</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>Déposez un fichier audio ici ou écrivez son chemin</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Parcourir…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>Le pont fonctionne</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>Le pont ne fonctionne pas. Démarrez-le avec :</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copier</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>les garder</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>les remplacer</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>comparer seulement</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Densité</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>Mesure</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Nuance</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Écrire aussi le tempo de l'enregistrement, invisible</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>Annuler cet ajout</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Ajouter</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>En attente d'autres analyses</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>retirées</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>déjà écrit</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>une nuance est ici</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>ni note ni silence ici</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>le pont ne fonctionne pas</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>le pont ne répond pas</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>le pont a refusé cette extension</translation>
    </message>
    <message>
        <source>Start the bridge</source>
        <translation>Démarrez le pont</translation>
    </message>
    <message>
        <source>Start the bridge again</source>
        <translation>Redémarrez le pont</translation>
    </message>
    <message>
        <source>the score was changed after the analysis</source>
        <translation>la partition a été modifiée après l'analyse</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>Relancez l'analyse</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>la partition ne peut pas être lue</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>les nuances n'ont pas pu être écrites ; la partition est intacte</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>accent</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>cette version ne peut pas écrire d'accents</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>la réponse du pont est illisible</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>Mettez à jour l'extension ou le pont</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>l'analyse a échoué</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>la réponse concerne une autre partition</translation>
    </message>
    <message>
        <source>Listen and propose</source>
        <translation>Écouter et proposer</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>Le pont démarre…</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>Le pont est d'une autre version : réinstallez l'extension.</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>peu de nuances</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>beaucoup de nuances</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Toutes</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucune</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>Nuances imprimées</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>Nuances des visites précédentes</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>adapter à cet enregistrement</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Trier par</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>mesure</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>netteté</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>Netteté</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>Ce qui a été entendu</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>temps</translation>
    </message>
    <message>
        <source>to</source>
        <translation>à</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>la fin</translation>
    </message>
    <message>
        <source>there</source>
        <translation>déjà là</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>déjà là, non proposée à présent</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>sera retirée</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>imprimée, sera retirée</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>imprimée, reste</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>au lieu de</translation>
    </message>
    <message>
        <source>played</source>
        <translation>joué</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>ce que joueraient les nuances proposées</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>Faire suivre les nuances aux notes qui ont leur propre vélocité</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>Retirer les nuances de Mezzoforte</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>Nuances de Mezzoforte retirées</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>Cette partition n'a pas de nuances de Mezzoforte.</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>retirer</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Ajoutées</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Écoute</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>Comparaison seulement : rien n'est écrit.</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>Rien n'est coché.</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>Rien à ajouter : ces nuances sont déjà dans la partition.</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>Rien à ajouter : il y a déjà des nuances à ces endroits.</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>Rien à ajouter à cette densité : essayez plus de nuances.</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>Rien à ajouter : le jeu reste au même niveau.</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>Les indications de tempo de la partition restent, mais sans effet jusqu'au retrait des nuances de Mezzoforte.</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>Lecture de l'enregistrement à la mesure</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>cet endroit n'est pas joué dans l'enregistrement</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>Ouvrez l'enregistrement dans un lecteur</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>le pont ne trouve aucun programme qui lise le son (pw-play, paplay, aplay ou ffplay)</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>cet ordinateur n'a pas de périphérique audio qui fonctionne</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>refusée auparavant</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>pas de nuances aux mesures {} : non jouées dans l'enregistrement</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>pas de nuances aux mesures {} : trouvées sans certitude</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>le piano est supposé accordé à la = {} Hz</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>la page exportée diffère de la partition : ses liaisons et ses renvois ne sont pas utilisés</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>l'enregistrement sonne {} demi-ton plus haut que la partition</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>l'enregistrement sonne {} demi-tons plus haut que la partition</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>l'enregistrement sonne {} demi-ton plus bas que la partition</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>l'enregistrement sonne {} demi-tons plus bas que la partition</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>cause probable</translation>
    </message>
    <message>
        <source>the recording does not play this score</source>
        <translation>l'enregistrement ne joue pas cette partition</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>Vérifiez que l'enregistrement et la partition sont du même mouvement</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>l'enregistrement est silencieux et ne peut être rapporté à la partition</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>une partition transposée, ou un enregistrement à une autre hauteur ou vitesse</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>Transposez la partition dans le ton de l'enregistrement</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>l'enregistrement ne peut pas être ouvert</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>Vérifiez qu'il est toujours là</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>le contenu du fichier n'est pas du son</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>l'extension du fichier n'est pas celle d'un fichier audio</translation>
    </message>
</context>
</TS>

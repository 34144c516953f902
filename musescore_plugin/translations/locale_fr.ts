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
        <source>Analyse</source>
        <translation>Analyser</translation>
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
        <source>Where marks stand already</source>
        <translation>Là où il y a déjà des nuances</translation>
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
        <source>Beat</source>
        <translation>Temps</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Nuance</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Confiance</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Pourquoi</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Montrer</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Écrire aussi le tempo de l'enregistrement, invisible</translation>
    </message>
    <message>
        <source>Reset note velocities</source>
        <translation>Réinitialiser la vélocité des notes</translation>
    </message>
    <message>
        <source>Remove my marks</source>
        <translation>Retirer les nuances ajoutées</translation>
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
        <source>Analysing</source>
        <translation>Analyse</translation>
    </message>
    <message>
        <source>There is nothing to add.</source>
        <translation>Il n'y a rien à ajouter.</translation>
    </message>
    <message>
        <source>Marks added</source>
        <translation>Nuances ajoutées</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>retirées</translation>
    </message>
    <message>
        <source>Marks removed</source>
        <translation>Nuances retirées</translation>
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
        <source>ours, unchanged</source>
        <translation>ajouté ici, inchangé</translation>
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
</context>
</TS>

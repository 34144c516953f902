<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en">
<context>
    <name>Mezzoforte</name>
    <message>
        <source>1 mark</source>
        <translation>1 nuance</translation>
    </message>
    <message>
        <source>a bar begins at {time}</source>
        <translation>une mesure commence à {time}</translation>
    </message>
    <message>
        <source>A bar begins here</source>
        <translation>Une mesure commence ici</translation>
    </message>
    <message>
        <source>a beat is at {time}</source>
        <translation>un temps est à {time}</translation>
    </message>
    <message>
        <source>a beat moved to {time}</source>
        <translation>un temps déplacé à {time}</translation>
    </message>
    <message>
        <source>a broken copy or download</source>
        <translation>une copie ou un téléchargement interrompu</translation>
    </message>
    <message>
        <source>a different piece or movement, fewer than four bars of it, or a recording without enough piano</source>
        <translation>une autre pièce ou un autre mouvement, moins de quatre mesures, ou un enregistrement où l'on entend trop peu le piano</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>une nuance est ici</translation>
    </message>
    <message>
        <source>a path on another computer is not opened</source>
        <translation>un chemin sur un autre ordinateur n'est pas ouvert</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>une partition transposée, ou un enregistrement à une autre hauteur ou vitesse</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>encore environ {time}</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>accent</translation>
    </message>
    <message>
        <source>Accents and sforzati are changed in the score.</source>
        <translation>Les accents et sforzandos se changent dans la partition.</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Accepter</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Ajouter</translation>
    </message>
    <message>
        <source>Add dynamics from audio</source>
        <translation>Ajouter les nuances d'un enregistrement</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Ajoutées</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Toutes</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Tous les fichiers</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Écrire aussi le tempo de l'enregistrement, invisible</translation>
    </message>
    <message>
        <source>Another window has changed this recording: its corrections are shown now.</source>
        <translation>Une autre fenêtre a modifié cet enregistrement : ses corrections sont affichées.</translation>
    </message>
    <message>
        <source>Ardour and REAPER</source>
        <translation>Ardour et REAPER</translation>
    </message>
    <message>
        <source>as heard</source>
        <translation>comme entendu</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>comme le système</translation>
    </message>
    <message>
        <source>Audacity labels</source>
        <translation>marqueurs Audacity</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Fichiers audio</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>Mesure</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>mesure</translation>
    </message>
    <message>
        <source>bar by bar; or moves the chosen mark</source>
        <translation>mesure par mesure ; ou déplace la nuance choisie</translation>
    </message>
    <message>
        <source>bars may have {n} beats</source>
        <translation>les mesures ont peut-être {n} temps</translation>
    </message>
    <message>
        <source>Bars one beat later</source>
        <translation>Mesures un temps plus tard</translation>
    </message>
    <message>
        <source>Bars {n} beats later</source>
        <translation>Mesures {n} temps plus tard</translation>
    </message>
    <message>
        <source>bars {} have the same notes as bars {}: the first place is taken</source>
        <translation>les mesures {} ont les mêmes notes que les mesures {} : le premier endroit est retenu</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>temps</translation>
    </message>
    <message>
        <source>beat by beat</source>
        <translation>temps par temps</translation>
    </message>
    <message>
        <source>Beat earlier</source>
        <translation>Temps plus tôt</translation>
    </message>
    <message>
        <source>Beat later</source>
        <translation>Temps plus tard</translation>
    </message>
    <message>
        <source>Beats in a bar</source>
        <translation>Temps par mesure</translation>
    </message>
    <message>
        <source>beats that would change: {n}</source>
        <translation>temps qui changeraient : {n}</translation>
    </message>
    <message>
        <source>browsers do not play such files</source>
        <translation>les navigateurs ne lisent pas ces fichiers</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Parcourir…</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>à la main</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>annulé</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Modifier</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>Vérifiez qu'il est toujours là</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>Vérifiez que l'enregistrement et la partition sont du même mouvement</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>Choisir des fichiers…</translation>
    </message>
    <message>
        <source>Choose the file, or write where it is from the first folder on, without '..'</source>
        <translation>Choisissez le fichier, ou écrivez son emplacement depuis le premier dossier, sans « .. »</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>Netteté</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>netteté</translation>
    </message>
    <message>
        <source>click track</source>
        <translation>piste de clics</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>Clics</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
    <message>
        <source>Closer</source>
        <translation>Plus près</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Couleurs</translation>
    </message>
    <message>
        <source>Convert it to FLAC, OGG or MP3</source>
        <translation>Convertissez-le en FLAC, OGG ou MP3</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC first</source>
        <translation>Convertissez-le d'abord en WAV ou FLAC</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copier</translation>
    </message>
    <message>
        <source>Copy or download it again, or re-encode the part that plays</source>
        <translation>Copiez-le ou téléchargez-le de nouveau, ou réencodez la partie lisible</translation>
    </message>
    <message>
        <source>Copy the recording here</source>
        <translation>Copiez l'enregistrement ici</translation>
    </message>
    <message>
        <source>Correct beats and bars</source>
        <translation>Corriger temps et mesures</translation>
    </message>
    <message>
        <source>corrections</source>
        <translation>corrections</translation>
    </message>
    <message>
        <source>crescendo</source>
        <translation>crescendo</translation>
    </message>
    <message>
        <source>Cut it into pieces</source>
        <translation>Découpez-le en morceaux</translation>
    </message>
    <message>
        <source>Cut it up</source>
        <translation>Découpez-le</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>sombre</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>refusée auparavant</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Supprimer</translation>
    </message>
    <message>
        <source>Delete some that are no longer needed</source>
        <translation>Supprimez-en qui ne servent plus</translation>
    </message>
    <message>
        <source>Delete this analysis? Files that you opened by their path stay.</source>
        <translation>Supprimer cette analyse ? Les fichiers ouverts par leur chemin restent.</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Densité</translation>
    </message>
    <message>
        <source>diminuendo</source>
        <translation>diminuendo</translation>
    </message>
    <message>
        <source>Drop a score beside the recording</source>
        <translation>Déposez une partition avec l'enregistrement</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>Déposez un fichier audio ici ou écrivez son chemin</translation>
    </message>
    <message>
        <source>Drop it</source>
        <translation>Abandonner</translation>
    </message>
    <message>
        <source>Drop recordings here, each with its score if you have one</source>
        <translation>Déposez des enregistrements ici, chacun avec sa partition si vous l'avez</translation>
    </message>
    <message>
        <source>Drop the recording again</source>
        <translation>Déposez de nouveau l'enregistrement</translation>
    </message>
    <message>
        <source>Dropped.</source>
        <translation>Abandonné.</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>peu de nuances</translation>
    </message>
    <message>
        <source>fewer than two attacks of the score were found in the recording</source>
        <translation>moins de deux attaques de la partition ont été trouvées dans l'enregistrement</translation>
    </message>
    <message>
        <source>ffmpeg is not installed</source>
        <translation>ffmpeg n'est pas installé</translation>
    </message>
    <message>
        <source>for any use, with credit</source>
        <translation>pour tout usage, en citant les auteurs</translation>
    </message>
    <message>
        <source>Forget all corrections of beats</source>
        <translation>Oublier toutes les corrections des temps</translation>
    </message>
    <message>
        <source>Further</source>
        <translation>Plus loin</translation>
    </message>
    <message>
        <source>Hairpins that are added when this window is closed</source>
        <translation>Soufflets ajoutés à la fermeture de cette fenêtre</translation>
    </message>
    <message>
        <source>Half a beat over</source>
        <translation>Décaler d'un demi-temps</translation>
    </message>
    <message>
        <source>Half as many beats</source>
        <translation>Deux fois moins de temps</translation>
    </message>
    <message>
        <source>Half speed</source>
        <translation>Demi-vitesse</translation>
    </message>
    <message>
        <source>hear the notes too: better beats, about four times as long</source>
        <translation>entendre aussi les notes : de meilleurs temps, environ quatre fois plus long</translation>
    </message>
    <message>
        <source>Heard with {model} ({licence})</source>
        <translation>Entendu avec {model} ({licence})</translation>
    </message>
    <message>
        <source>how many beats a bar has is not sure, least of all from {first} to {last}: count there</source>
        <translation>le nombre de temps par mesure est incertain, surtout de {first} à {last} : comptez-les là</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>au lieu de</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>les garder</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Touches</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Langue</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>Faire suivre les nuances aux notes qui ont leur propre vélocité</translation>
    </message>
    <message>
        <source>light</source>
        <translation>clair</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>cause probable</translation>
    </message>
    <message>
        <source>Links and devices are not opened</source>
        <translation>Les liens et les périphériques ne sont pas ouverts</translation>
    </message>
    <message>
        <source>Listen and propose</source>
        <translation>Écouter et proposer</translation>
    </message>
    <message>
        <source>Listen and see</source>
        <translation>Écouter et voir</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Écoute</translation>
    </message>
    <message>
        <source>Listening again with your correction…</source>
        <translation>Nouvelle écoute avec votre correction…</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>Écoute un enregistrement de cette pièce et propose des nuances et des soufflets</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Boucle</translation>
    </message>
    <message>
        <source>louder</source>
        <translation>plus fort</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>beaucoup de nuances</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Nuance</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Nuances</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>Nuances des visites précédentes</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>Nuances de Mezzoforte retirées</translation>
    </message>
    <message>
        <source>Move this file away, or mend it</source>
        <translation>Déplacez ce fichier ou réparez-le</translation>
    </message>
    <message>
        <source>move to the left</source>
        <translation>déplacer à gauche</translation>
    </message>
    <message>
        <source>move to the right</source>
        <translation>déplacer à droite</translation>
    </message>
    <message>
        <source>New mark</source>
        <translation>Nouvelle nuance</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>pas de nuances aux mesures {} : trouvées sans certitude</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>pas de nuances aux mesures {} : non jouées dans l'enregistrement</translation>
    </message>
    <message>
        <source>No recording is open.</source>
        <translation>Aucun enregistrement n'est ouvert.</translation>
    </message>
    <message>
        <source>no score came with this recording</source>
        <translation>aucune partition n'accompagne cet enregistrement</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucune</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>pas pour un usage commercial</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>Rien n'est coché.</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>Rien à ajouter à cette densité : essayez plus de nuances.</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>Rien à ajouter : il y a déjà des nuances à ces endroits.</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>Rien à ajouter : le jeu reste au même niveau.</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>Rien à ajouter : ces nuances sont déjà dans la partition.</translation>
    </message>
    <message>
        <source>nothing was heard on the score's beats, so no marks are written</source>
        <translation>rien n'a été entendu sur les temps de la partition : aucune nuance n'est écrite</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>comparer seulement</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>Comparaison seulement : rien n'est écrit.</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>Ouvrez l'enregistrement dans un lecteur</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>image</translation>
    </message>
    <message>
        <source>Place in the recording</source>
        <translation>Position dans l'enregistrement</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Lire</translation>
    </message>
    <message>
        <source>played</source>
        <translation>joué</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>Lecture de l'enregistrement à la mesure</translation>
    </message>
    <message>
        <source>Press Ctrl+Z in the score to take this back.</source>
        <translation>Appuyez sur Ctrl+Z dans la partition pour annuler cela.</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>Nuances imprimées</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>imprimée, reste</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>imprimée, sera retirée</translation>
    </message>
    <message>
        <source>Put it here</source>
        <translation>Placer ici</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>prêt</translation>
    </message>
    <message>
        <source>REAPER project</source>
        <translation>projet REAPER</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Enregistrement</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Enregistrements</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Rétablir</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>retirer</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>Retirer les nuances de Mezzoforte</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>retirées</translation>
    </message>
    <message>
        <source>removes the chosen mark</source>
        <translation>retire la nuance choisie</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>les remplacer</translation>
    </message>
    <message>
        <source>report</source>
        <translation>rapport</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>Relancez l'analyse</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Enregistré.</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Partition</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>Envoi…</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Montrer</translation>
    </message>
    <message>
        <source>softer</source>
        <translation>plus doux</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Trier par</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Recommencer</translation>
    </message>
    <message>
        <source>Start the analysis again</source>
        <translation>Relancez l'analyse</translation>
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
        <source>Take it home</source>
        <translation>Emporter</translation>
    </message>
    <message>
        <source>Take the taps</source>
        <translation>Prendre les battues</translation>
    </message>
    <message>
        <source>Taken: {what}</source>
        <translation>Accepté : {what}</translation>
    </message>
    <message>
        <source>Tap a beat</source>
        <translation>Battre un temps</translation>
    </message>
    <message>
        <source>Tap T on every beat while the recording plays, then press Enter.</source>
        <translation>Appuyez sur T à chaque temps pendant la lecture, puis sur Entrée.</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>l'analyse a échoué</translation>
    </message>
    <message>
        <source>the analysis is {}</source>
        <translation>l'analyse est {}</translation>
    </message>
    <message>
        <source>the analysis process ended unexpectedly ({})</source>
        <translation>le processus d'analyse s'est terminé de façon inattendue ({})</translation>
    </message>
    <message>
        <source>the analysis took longer than {} s</source>
        <translation>l'analyse a duré plus de {} s</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>la réponse concerne une autre partition</translation>
    </message>
    <message>
        <source>the beats are not sure, least of all from {first} to {last}: tap a few bars there</source>
        <translation>les temps sont incertains, surtout de {first} à {last} : tapez-y quelques mesures</translation>
    </message>
    <message>
        <source>the beats may go twice as fast as the music: half as many would be {n} a minute</source>
        <translation>les temps vont peut-être deux fois trop vite : la moitié ferait {n} par minute</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>le pont ne répond pas</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>le pont ne trouve aucun programme qui lise le son (pw-play, paplay, aplay ou ffplay)</translation>
    </message>
    <message>
        <source>The bridge finds no sound device here: the page plays the recording, in your browser.</source>
        <translation>Le pont ne trouve ici aucun périphérique audio : la page joue l'enregistrement dans votre navigateur.</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>le pont ne fonctionne pas</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>Le pont ne fonctionne pas. Démarrez-le avec :</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>Le pont est d'une autre version : réinstallez l'extension.</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>Le pont fonctionne</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>Le pont démarre…</translation>
    </message>
    <message>
        <source>The bridge is there again.</source>
        <translation>Le pont est de retour.</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>le pont a refusé cette extension</translation>
    </message>
    <message>
        <source>The bridge was started anew. Open its page again; this one then goes on, too:</source>
        <translation>Le pont a été redémarré. Rouvrez sa page ; celle-ci continuera alors aussi :</translation>
    </message>
    <message>
        <source>the bridge was stopped before this analysis ended</source>
        <translation>le pont a été arrêté avant la fin de cette analyse</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>la réponse du pont est illisible</translation>
    </message>
    <message>
        <source>the chosen mark louder or softer</source>
        <translation>la nuance choisie plus forte ou plus douce</translation>
    </message>
    <message>
        <source>the contents are not those of a {} file</source>
        <translation>le contenu n'est pas celui d'un fichier {}</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>la fin</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>la page exportée diffère de la partition : ses liaisons et ses renvois ne sont pas utilisés</translation>
    </message>
    <message>
        <source>the file is empty (0 bytes)</source>
        <translation>le fichier est vide (0 octet)</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>le contenu du fichier n'est pas du son</translation>
    </message>
    <message>
        <source>the marked score</source>
        <translation>la partition annotée</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>les nuances n'ont pas pu être écrites ; la partition est intacte</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>le piano est supposé accordé à la = {} Hz</translation>
    </message>
    <message>
        <source>the recorder or export stopped before it wrote any audio</source>
        <translation>l'enregistreur ou l'export s'est arrêté avant d'écrire du son</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>l'enregistrement ne peut pas être ouvert</translation>
    </message>
    <message>
        <source>the recording does not play this score, or no part of it that could be told from another</source>
        <translation>l'enregistrement ne joue pas cette partition, ou aucune partie reconnaissable de celle-ci</translation>
    </message>
    <message>
        <source>the recording has 0 samples</source>
        <translation>l'enregistrement est vide</translation>
    </message>
    <message>
        <source>the recording is larger than {} MiB</source>
        <translation>l'enregistrement dépasse {} Mio</translation>
    </message>
    <message>
        <source>the recording is not a regular file</source>
        <translation>l'enregistrement n'est pas un fichier ordinaire</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>l'enregistrement est silencieux et ne peut être rapporté à la partition</translation>
    </message>
    <message>
        <source>The recording may be damaged, or memory ran out. Convert it to WAV and try again</source>
        <translation>L'enregistrement est peut-être endommagé, ou la mémoire a manqué. Convertissez-le en WAV et réessayez</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>l'enregistrement sonne {} demi-ton plus haut que la partition</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>l'enregistrement sonne {} demi-ton plus bas que la partition</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>l'enregistrement sonne {} demi-tons plus haut que la partition</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>l'enregistrement sonne {} demi-tons plus bas que la partition</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>l'extension du fichier n'est pas celle d'un fichier audio</translation>
    </message>
    <message>
        <source>the report can play the recording</source>
        <translation>le rapport peut lire l'enregistrement</translation>
    </message>
    <message>
        <source>the score cannot be engraved</source>
        <translation>la partition ne peut pas être gravée</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>la partition ne peut pas être lue</translation>
    </message>
    <message>
        <source>the score cannot be shown: Verovio is not installed</source>
        <translation>la partition ne peut pas être affichée : Verovio n'est pas installé</translation>
    </message>
    <message>
        <source>the score has no measures</source>
        <translation>la partition n'a pas de mesures</translation>
    </message>
    <message>
        <source>the score has no pitched notes</source>
        <translation>la partition n'a pas de notes de hauteur définie</translation>
    </message>
    <message>
        <source>the score is not well-formed XML</source>
        <translation>la partition n'est pas du XML bien formé</translation>
    </message>
    <message>
        <source>the score is played from {} s to {} s of the recording; the rest is left out</source>
        <translation>la partition est jouée de {} s à {} s de l'enregistrement ; le reste est laissé de côté</translation>
    </message>
    <message>
        <source>the score was changed after the analysis</source>
        <translation>la partition a été modifiée après l'analyse</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>Les indications de tempo de la partition restent, mais sans effet jusqu'au retrait des nuances de Mezzoforte.</translation>
    </message>
    <message>
        <source>the {} data breaks off after about {} s</source>
        <translation>les données {} s'interrompent après environ {} s</translation>
    </message>
    <message>
        <source>there</source>
        <translation>déjà là</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>Cette partition n'a pas de nuances de Mezzoforte.</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>ni note ni silence ici</translation>
    </message>
    <message>
        <source>there is no score to write marks into</source>
        <translation>il n'y a pas de partition où écrire des nuances</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>déjà là, non proposée à présent</translation>
    </message>
    <message>
        <source>this analysis is no longer there</source>
        <translation>cette analyse n'existe plus</translation>
    </message>
    <message>
        <source>This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it.</source>
        <translation>Ce navigateur ne lit pas ce type de fichier ; tout le reste fonctionne. Convertissez-le en FLAC, OGG ou MP3 pour l'entendre.</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>cet ordinateur n'a pas de périphérique audio qui fonctionne</translation>
    </message>
    <message>
        <source>this is not audio that can be read</source>
        <translation>ce n'est pas un fichier audio lisible</translation>
    </message>
    <message>
        <source>this is not the full path of a recording</source>
        <translation>ce n'est pas le chemin complet d'un enregistrement</translation>
    </message>
    <message>
        <source>this is {}, which needs ffmpeg to be read</source>
        <translation>c'est du {}, qu'il faut ffmpeg pour lire</translation>
    </message>
    <message>
        <source>This page needs the address that this command opens:</source>
        <translation>Cette page a besoin de l'adresse qu'ouvre cette commande :</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>cet endroit n'est pas joué dans l'enregistrement</translation>
    </message>
    <message>
        <source>this recording cannot be put into a report</source>
        <translation>cet enregistrement ne peut pas être inclus dans un rapport</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>cette version ne peut pas écrire d'accents</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Temps</translation>
    </message>
    <message>
        <source>to</source>
        <translation>à</translation>
    </message>
    <message>
        <source>To the recording</source>
        <translation>Vers l'enregistrement</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>Transposez la partition dans le ton de l'enregistrement</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Try again when one has ended</source>
        <translation>Réessayez quand l'une d'elles sera terminée</translation>
    </message>
    <message>
        <source>turn round</source>
        <translation>inverser</translation>
    </message>
    <message>
        <source>Twice as many beats</source>
        <translation>Deux fois plus de temps</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>Annuler cet ajout</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>Mettez à jour l'extension ou le pont</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>adapter à cet enregistrement</translation>
    </message>
    <message>
        <source>Use a shorter recording</source>
        <translation>Prenez un enregistrement plus court</translation>
    </message>
    <message>
        <source>Verovio does not understand it</source>
        <translation>Verovio ne la comprend pas</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>En attente d'autres analyses</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Poids</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>ce que joueraient les nuances proposées</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>Ce qui a été entendu</translation>
    </message>
    <message>
        <source>what you said in {} is honoured</source>
        <translation>ce que vous avez dit dans {} est respecté</translation>
    </message>
    <message>
        <source>What you said of beats and bars: {n}</source>
        <translation>Ce que vous avez dit des temps et des mesures : {n}</translation>
    </message>
    <message>
        <source>where bars begin is not sure, least of all from {first} to {last}: set one bar line there</source>
        <translation>le début des mesures est incertain, surtout de {first} à {last} : placez-y une barre de mesure</translation>
    </message>
    <message>
        <source>Whole recording</source>
        <translation>Tout l'enregistrement</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>sera retirée</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Écriture…</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>déjà écrit</translation>
    </message>
    <message>
        <source>Your corrections are saved in {file}, beside the recording.</source>
        <translation>Vos corrections sont enregistrées dans {file}, à côté de l'enregistrement.</translation>
    </message>
    <message>
        <source>Your corrections are saved on this computer; take them home below if you like.</source>
        <translation>Vos corrections sont enregistrées sur cet ordinateur ; emportez-les ci-dessous si vous voulez.</translation>
    </message>
    <message>
        <source>{name}: a score needs its recording; drop both together</source>
        <translation>{name} : une partition a besoin de son enregistrement ; déposez les deux ensemble</translation>
    </message>
    <message>
        <source>{n} beats tapped</source>
        <translation>{n} temps battus</translation>
    </message>
    <message>
        <source>{n} marks</source>
        <translation>{n} nuances</translation>
    </message>
    <message>
        <source>{time}, bar {bar}, beat {beat}</source>
        <translation>{time}, mesure {bar}, temps {beat}</translation>
    </message>
    <message>
        <source>{} analyses are waiting already</source>
        <translation>{} analyses attendent déjà</translation>
    </message>
    <message>
        <source>{} cannot be written</source>
        <translation>{} ne peut pas être écrit</translation>
    </message>
</context>
</TS>

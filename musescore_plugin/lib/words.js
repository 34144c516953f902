// Made from runtime/words/words.json by `make translations`.

var TEXTS = {
    "a bar begins at {time}": {"de": "ein Takt beginnt bei {time}", "fr": "une mesure commence à {time}", "es": "un compás comienza en {time}", "zh": "小节从 {time} 开始"},
    "A bar begins here": {"de": "Hier beginnt ein Takt", "fr": "Une mesure commence ici", "es": "Aquí comienza un compás", "zh": "小节从这里开始"},
    "a beat moved to {time}": {"de": "ein Schlag nach {time} verschoben", "fr": "un temps déplacé à {time}", "es": "un pulso movido a {time}", "zh": "拍点移至 {time}"},
    "a mark is here": {"de": "hier steht ein Zeichen", "fr": "une nuance est ici", "es": "aquí hay una indicación", "zh": "此处已有记号"},
    "a transposed score, or a recording at another pitch or speed": {"de": "eine transponierte Partitur oder eine Aufnahme in anderer Tonhöhe oder Geschwindigkeit", "fr": "une partition transposée, ou un enregistrement à une autre hauteur ou vitesse", "es": "una partitura transportada o una grabación con otra afinación o velocidad", "zh": "乐谱已移调，或录音的音高或速度不同"},
    "about {time} left": {"de": "noch etwa {time}", "fr": "encore environ {time}", "es": "quedan unos {time}", "zh": "约剩 {time}"},
    "accent": {"de": "Akzent", "fr": "accent", "es": "acento", "zh": "重音"},
    "Accents and sforzati are changed in the score.": {"de": "Akzente und Sforzati werden in der Partitur geändert.", "fr": "Les accents et sforzandos se changent dans la partition.", "es": "Los acentos y sforzandos se cambian en la partitura.", "zh": "重音和突强请在乐谱中修改。"},
    "Accept": {"de": "Übernehmen", "fr": "Accepter", "es": "Aceptar", "zh": "接受"},
    "Add": {"de": "Hinzufügen", "fr": "Ajouter", "es": "Añadir", "zh": "添加"},
    "Add dynamics from audio": {"de": "Dynamik aus einer Aufnahme hinzufügen", "fr": "Ajouter les nuances d'un enregistrement", "es": "Añadir la dinámica de una grabación", "zh": "根据录音添加力度记号"},
    "Added": {"de": "Hinzugefügt", "fr": "Ajoutées", "es": "Añadidas", "zh": "已添加"},
    "All": {"de": "Alle", "fr": "Toutes", "es": "Todas", "zh": "全选"},
    "All files": {"de": "Alle Dateien", "fr": "Tous les fichiers", "es": "Todos los archivos", "zh": "所有文件"},
    "Also write the recording's tempo, invisibly": {"de": "Auch das Tempo der Aufnahme unsichtbar schreiben", "fr": "Écrire aussi le tempo de l'enregistrement, invisible", "es": "Escribir también el tempo de la grabación, invisible", "zh": "同时写入录音的速度（不可见）"},
    "Another window has changed this recording: its corrections are shown now.": {"de": "Ein anderes Fenster hat diese Aufnahme geändert: Seine Korrekturen sind jetzt zu sehen.", "fr": "Une autre fenêtre a modifié cet enregistrement : ses corrections sont affichées.", "es": "Otra ventana cambió esta grabación: ahora se muestran sus correcciones.", "zh": "另一个窗口修改了此录音：现在显示其更正。"},
    "Ardour and REAPER": {"de": "Ardour und REAPER", "fr": "Ardour et REAPER", "es": "Ardour y REAPER", "zh": "Ardour 和 REAPER"},
    "as heard": {"de": "wie gehört", "fr": "comme entendu", "es": "como se oyó", "zh": "按听到的"},
    "as the system": {"de": "wie das System", "fr": "comme le système", "es": "como el sistema", "zh": "跟随系统"},
    "Audacity labels": {"de": "Audacity-Textspur", "fr": "marqueurs Audacity", "es": "etiquetas de Audacity", "zh": "Audacity 标签"},
    "Audio files": {"de": "Audiodateien", "fr": "Fichiers audio", "es": "Archivos de audio", "zh": "音频文件"},
    "Bar": {"de": "Takt", "fr": "Mesure", "es": "Compás", "zh": "小节"},
    "bar": {"de": "Takt", "fr": "mesure", "es": "compás", "zh": "小节"},
    "bar by bar; or moves the chosen mark": {"de": "Takt für Takt; oder verschiebt das gewählte Zeichen", "fr": "mesure par mesure ; ou déplace la nuance choisie", "es": "compás a compás; o mueve la indicación elegida", "zh": "逐小节；或移动所选记号"},
    "Bars one beat later": {"de": "Takte einen Schlag später", "fr": "Mesures un temps plus tard", "es": "Compases un pulso más tarde", "zh": "小节线后移一拍"},
    "beat": {"de": "Schlag", "fr": "temps", "es": "pulso", "zh": "拍"},
    "beat by beat": {"de": "Schlag für Schlag", "fr": "temps par temps", "es": "pulso a pulso", "zh": "逐拍"},
    "Beat earlier": {"de": "Schlag früher", "fr": "Temps plus tôt", "es": "Pulso antes", "zh": "拍点提前"},
    "Beat later": {"de": "Schlag später", "fr": "Temps plus tard", "es": "Pulso después", "zh": "拍点推后"},
    "Beats in a bar": {"de": "Schläge im Takt", "fr": "Temps par mesure", "es": "Pulsos por compás", "zh": "每小节拍数"},
    "beats that would change: {n}": {"de": "Schläge, die sich ändern würden: {n}", "fr": "temps qui changeraient : {n}", "es": "pulsos que cambiarían: {n}", "zh": "将改变的拍点：{n}"},
    "Browse…": {"de": "Durchsuchen…", "fr": "Parcourir…", "es": "Examinar…", "zh": "浏览…"},
    "by hand": {"de": "von Hand", "fr": "à la main", "es": "a mano", "zh": "手动"},
    "Cancel": {"de": "Abbrechen", "fr": "Annuler", "es": "Cancelar", "zh": "取消"},
    "cancelled": {"de": "abgebrochen", "fr": "annulé", "es": "cancelado", "zh": "已取消"},
    "Change": {"de": "Ändern", "fr": "Modifier", "es": "Cambiar", "zh": "修改"},
    "Check that it is still there": {"de": "Prüfen Sie, ob sie noch da ist", "fr": "Vérifiez qu'il est toujours là", "es": "Compruebe que sigue ahí", "zh": "请检查它是否还在"},
    "Check that the recording and the score are of the same movement": {"de": "Prüfen Sie, ob Aufnahme und Partitur derselbe Satz sind", "fr": "Vérifiez que l'enregistrement et la partition sont du même mouvement", "es": "Compruebe que la grabación y la partitura son del mismo movimiento", "zh": "请确认录音和乐谱是同一乐章"},
    "Choose files…": {"de": "Dateien wählen…", "fr": "Choisir des fichiers…", "es": "Elegir archivos…", "zh": "选择文件…"},
    "Clearness": {"de": "Deutlichkeit", "fr": "Netteté", "es": "Claridad", "zh": "明显程度"},
    "clearness": {"de": "Deutlichkeit", "fr": "netteté", "es": "claridad", "zh": "明显程度"},
    "click track": {"de": "Klickspur", "fr": "piste de clics", "es": "pista de clics", "zh": "节拍音轨"},
    "Clicks": {"de": "Klicks", "fr": "Clics", "es": "Clics", "zh": "节拍声"},
    "Close": {"de": "Schließen", "fr": "Fermer", "es": "Cerrar", "zh": "关闭"},
    "Closer": {"de": "Näher", "fr": "Plus près", "es": "Más cerca", "zh": "放大"},
    "Colours": {"de": "Farben", "fr": "Couleurs", "es": "Colores", "zh": "颜色"},
    "Copy": {"de": "Kopieren", "fr": "Copier", "es": "Copiar", "zh": "复制"},
    "Correct beats and bars": {"de": "Schläge und Takte korrigieren", "fr": "Corriger temps et mesures", "es": "Corregir pulsos y compases", "zh": "更正拍点和小节"},
    "corrections": {"de": "Korrekturen", "fr": "corrections", "es": "correcciones", "zh": "更正"},
    "crescendo": {"de": "crescendo", "fr": "crescendo", "es": "crescendo", "zh": "渐强"},
    "dark": {"de": "dunkel", "fr": "sombre", "es": "oscuro", "zh": "深色"},
    "declined before": {"de": "früher abgelehnt", "fr": "refusée auparavant", "es": "rechazada antes", "zh": "以前未采用"},
    "Delete": {"de": "Löschen", "fr": "Supprimer", "es": "Eliminar", "zh": "删除"},
    "Delete some that are no longer needed": {"de": "Löschen Sie einige, die nicht mehr gebraucht werden", "fr": "Supprimez-en qui ne servent plus", "es": "Elimine algunos que ya no necesite", "zh": "请删除一些不再需要的分析"},
    "Delete this analysis? Files that you opened by their path stay.": {"de": "Diese Analyse löschen? Dateien, die über ihren Pfad geöffnet wurden, bleiben.", "fr": "Supprimer cette analyse ? Les fichiers ouverts par leur chemin restent.", "es": "¿Eliminar este análisis? Los archivos abiertos por su ruta se conservan.", "zh": "删除此分析？按路径打开的文件会保留。"},
    "Density": {"de": "Dichte", "fr": "Densité", "es": "Densidad", "zh": "密度"},
    "diminuendo": {"de": "diminuendo", "fr": "diminuendo", "es": "diminuendo", "zh": "渐弱"},
    "Drop an audio file here, or write its path": {"de": "Audiodatei hierher ziehen oder Pfad eingeben", "fr": "Déposez un fichier audio ici ou écrivez son chemin", "es": "Suelte aquí un archivo de audio o escriba su ruta", "zh": "将音频文件拖到此处，或输入其路径"},
    "Drop it": {"de": "Verwerfen", "fr": "Abandonner", "es": "Descartar", "zh": "放弃"},
    "Drop recordings here, each with its score if you have one": {"de": "Aufnahmen hierher ziehen, jede mit ihrer Partitur, falls vorhanden", "fr": "Déposez des enregistrements ici, chacun avec sa partition si vous l'avez", "es": "Suelte aquí grabaciones, cada una con su partitura si la tiene", "zh": "将录音拖到此处，如有乐谱请一并拖入"},
    "Drop the recording again": {"de": "Ziehen Sie die Aufnahme noch einmal hierher", "fr": "Déposez de nouveau l'enregistrement", "es": "Suelte de nuevo la grabación", "zh": "请重新拖入录音"},
    "Dropped.": {"de": "Verworfen.", "fr": "Abandonné.", "es": "Descartado.", "zh": "已放弃。"},
    "few marks": {"de": "wenige Zeichen", "fr": "peu de nuances", "es": "pocas indicaciones", "zh": "记号少"},
    "Forget all corrections of beats": {"de": "Alle Korrekturen der Schläge vergessen", "fr": "Oublier toutes les corrections des temps", "es": "Olvidar todas las correcciones de pulsos", "zh": "取消所有拍点更正"},
    "Further": {"de": "Weiter weg", "fr": "Plus loin", "es": "Más lejos", "zh": "缩小"},
    "Hairpins that are added when this window is closed": {"de": "Gabeln, die beim Schließen dieses Fensters hinzugefügt werden", "fr": "Soufflets ajoutés à la fermeture de cette fenêtre", "es": "Reguladores que se añaden al cerrar esta ventana", "zh": "关闭此窗口时添加的渐强渐弱记号"},
    "Half a beat over": {"de": "Einen halben Schlag versetzt", "fr": "Décaler d'un demi-temps", "es": "Medio pulso desplazado", "zh": "错开半拍"},
    "Half as many beats": {"de": "Halb so viele Schläge", "fr": "Deux fois moins de temps", "es": "La mitad de pulsos", "zh": "拍点减半"},
    "Half speed": {"de": "Halbes Tempo", "fr": "Demi-vitesse", "es": "Media velocidad", "zh": "半速"},
    "hear the notes too: better beats, about four times as long": {"de": "auch die Noten hören: bessere Schläge, etwa viermal so lang", "fr": "entendre aussi les notes : de meilleurs temps, environ quatre fois plus long", "es": "oír también las notas: mejores pulsos, unas cuatro veces más lento", "zh": "同时聆听音符：拍点更准，约需四倍时间"},
    "instead of": {"de": "statt", "fr": "au lieu de", "es": "en lugar de", "zh": "代替"},
    "keep them": {"de": "behalten", "fr": "les garder", "es": "conservarlas", "zh": "保留"},
    "Keys": {"de": "Tasten", "fr": "Touches", "es": "Teclas", "zh": "按键"},
    "Language": {"de": "Sprache", "fr": "Langue", "es": "Idioma", "zh": "语言"},
    "Let the notes with velocities of their own follow the marks": {"de": "Noten mit eigener Anschlagstärke den Zeichen folgen lassen", "fr": "Faire suivre les nuances aux notes qui ont leur propre vélocité", "es": "Que las notas con velocidad propia sigan las indicaciones", "zh": "让自带力度的音符服从记号"},
    "light": {"de": "hell", "fr": "clair", "es": "claro", "zh": "浅色"},
    "likely cause": {"de": "wahrscheinliche Ursache", "fr": "cause probable", "es": "causa probable", "zh": "可能的原因"},
    "Listen and propose": {"de": "Anhören und vorschlagen", "fr": "Écouter et proposer", "es": "Escuchar y proponer", "zh": "聆听并建议"},
    "Listen and see": {"de": "Hören und sehen", "fr": "Écouter et voir", "es": "Escuchar y ver", "zh": "听与看"},
    "Listening": {"de": "Zuhören", "fr": "Écoute", "es": "Escuchando", "zh": "聆听中"},
    "Listening again with your correction…": {"de": "Hört mit Ihrer Korrektur noch einmal…", "fr": "Nouvelle écoute avec votre correction…", "es": "Escuchando de nuevo con su corrección…", "zh": "正在按您的更正重新聆听…"},
    "Listens to a recording of this piece and proposes dynamics and hairpins": {"de": "Hört eine Aufnahme dieses Stücks und schlägt Dynamik und Gabeln vor", "fr": "Écoute un enregistrement de cette pièce et propose des nuances et des soufflets", "es": "Escucha una grabación de esta pieza y propone dinámicas y reguladores", "zh": "聆听本曲录音，并建议力度记号和渐强渐弱记号"},
    "Loop": {"de": "Schleife", "fr": "Boucle", "es": "Bucle", "zh": "循环"},
    "louder": {"de": "lauter", "fr": "plus fort", "es": "más fuerte", "zh": "更强"},
    "many marks": {"de": "viele Zeichen", "fr": "beaucoup de nuances", "es": "muchas indicaciones", "zh": "记号多"},
    "Mark": {"de": "Zeichen", "fr": "Nuance", "es": "Indicación", "zh": "记号"},
    "Marks": {"de": "Zeichen", "fr": "Nuances", "es": "Indicaciones", "zh": "记号"},
    "Marks from earlier visits": {"de": "Zeichen früherer Besuche", "fr": "Nuances des visites précédentes", "es": "Indicaciones de visitas anteriores", "zh": "以前添加的记号"},
    "Mezzoforte's marks removed": {"de": "Zeichen von Mezzoforte entfernt", "fr": "Nuances de Mezzoforte retirées", "es": "Indicaciones de Mezzoforte quitadas", "zh": "已移除 Mezzoforte 的记号"},
    "move to the left": {"de": "nach links schieben", "fr": "déplacer à gauche", "es": "mover a la izquierda", "zh": "左移"},
    "move to the right": {"de": "nach rechts schieben", "fr": "déplacer à droite", "es": "mover a la derecha", "zh": "右移"},
    "New mark": {"de": "Neues Zeichen", "fr": "Nouvelle nuance", "es": "Nueva indicación", "zh": "新记号"},
    "no marks in bars {}: not placed with confidence": {"de": "keine Zeichen in Takt {}: nicht sicher gefunden", "fr": "pas de nuances aux mesures {} : trouvées sans certitude", "es": "sin indicaciones en los compases {}: no se encontraron con seguridad", "zh": "第 {} 小节没有记号：位置不够确定"},
    "no marks in bars {}: not played in the recording": {"de": "keine Zeichen in Takt {}: in der Aufnahme nicht gespielt", "fr": "pas de nuances aux mesures {} : non jouées dans l'enregistrement", "es": "sin indicaciones en los compases {}: no se tocan en la grabación", "zh": "第 {} 小节没有记号：录音中未演奏"},
    "No recording is open.": {"de": "Keine Aufnahme ist geöffnet.", "fr": "Aucun enregistrement n'est ouvert.", "es": "No hay ninguna grabación abierta.", "zh": "没有打开的录音。"},
    "None": {"de": "Keine", "fr": "Aucune", "es": "Ninguna", "zh": "全不选"},
    "Nothing is ticked.": {"de": "Nichts ist angekreuzt.", "fr": "Rien n'est coché.", "es": "No hay nada marcado.", "zh": "未勾选任何项。"},
    "Nothing to add at this density: try more marks.": {"de": "Bei dieser Dichte ist nichts hinzuzufügen: Versuchen Sie mehr Zeichen.", "fr": "Rien à ajouter à cette densité : essayez plus de nuances.", "es": "Nada que añadir con esta densidad: pruebe con más indicaciones.", "zh": "此密度下没有可添加的内容：请尝试更多记号。"},
    "Nothing to add: marks stand at these places already.": {"de": "Nichts hinzuzufügen: An diesen Stellen stehen schon Zeichen.", "fr": "Rien à ajouter : il y a déjà des nuances à ces endroits.", "es": "Nada que añadir: ya hay indicaciones en estos lugares.", "zh": "没有可添加的内容：这些位置已有记号。"},
    "Nothing to add: the playing stays at one level.": {"de": "Nichts hinzuzufügen: Das Spiel bleibt gleich laut.", "fr": "Rien à ajouter : le jeu reste au même niveau.", "es": "Nada que añadir: la interpretación se mantiene en un nivel.", "zh": "没有可添加的内容：演奏力度始终不变。"},
    "Nothing to add: these marks are in the score already.": {"de": "Nichts hinzuzufügen: Diese Zeichen stehen schon in der Partitur.", "fr": "Rien à ajouter : ces nuances sont déjà dans la partition.", "es": "Nada que añadir: estas indicaciones ya están en la partitura.", "zh": "没有可添加的内容：这些记号已在乐谱中。"},
    "only compare": {"de": "nur vergleichen", "fr": "comparer seulement", "es": "solo comparar", "zh": "仅比较"},
    "Only comparing: nothing is written.": {"de": "Nur Vergleich: Es wird nichts geschrieben.", "fr": "Comparaison seulement : rien n'est écrit.", "es": "Solo se compara: no se escribe nada.", "zh": "仅比较：不写入任何内容。"},
    "Open the recording in a player": {"de": "Öffnen Sie die Aufnahme in einem Abspielprogramm", "fr": "Ouvrez l'enregistrement dans un lecteur", "es": "Abra la grabación en un reproductor", "zh": "请在播放器中打开录音"},
    "Pause": {"de": "Pause", "fr": "Pause", "es": "Pausa", "zh": "暂停"},
    "picture": {"de": "Bild", "fr": "image", "es": "imagen", "zh": "图片"},
    "Place in the recording": {"de": "Stelle in der Aufnahme", "fr": "Position dans l'enregistrement", "es": "Lugar en la grabación", "zh": "录音中的位置"},
    "Play": {"de": "Abspielen", "fr": "Lire", "es": "Reproducir", "zh": "播放"},
    "played": {"de": "gespielt", "fr": "joué", "es": "tocado", "zh": "演奏"},
    "Playing the recording at bar": {"de": "Aufnahme wird abgespielt ab Takt", "fr": "Lecture de l'enregistrement à la mesure", "es": "Reproduciendo la grabación en el compás", "zh": "正在播放录音，小节"},
    "Press Ctrl+Z in the score to take this back.": {"de": "Drücken Sie in der Partitur Strg+Z, um dies zurückzunehmen.", "fr": "Appuyez sur Ctrl+Z dans la partition pour annuler cela.", "es": "Pulse Ctrl+Z en la partitura para deshacer esto.", "zh": "请在乐谱中按 Ctrl+Z 撤销。"},
    "Printed marks": {"de": "Gedruckte Zeichen", "fr": "Nuances imprimées", "es": "Indicaciones impresas", "zh": "原有记号"},
    "printed, stays": {"de": "gedruckt, bleibt", "fr": "imprimée, reste", "es": "impresa, se queda", "zh": "原有记号，保留"},
    "printed, will be removed": {"de": "gedruckt, wird entfernt", "fr": "imprimée, sera retirée", "es": "impresa, se quitará", "zh": "原有记号，将移除"},
    "Put it here": {"de": "Hier setzen", "fr": "Placer ici", "es": "Poner aquí", "zh": "放在这里"},
    "ready": {"de": "fertig", "fr": "prêt", "es": "listo", "zh": "就绪"},
    "Recording": {"de": "Aufnahme", "fr": "Enregistrement", "es": "Grabación", "zh": "录音"},
    "Recordings": {"de": "Aufnahmen", "fr": "Enregistrements", "es": "Grabaciones", "zh": "录音"},
    "Redo": {"de": "Wiederholen", "fr": "Rétablir", "es": "Rehacer", "zh": "重做"},
    "remove": {"de": "entfernen", "fr": "retirer", "es": "quitar", "zh": "移除"},
    "Remove Mezzoforte's marks": {"de": "Zeichen von Mezzoforte entfernen", "fr": "Retirer les nuances de Mezzoforte", "es": "Quitar las indicaciones de Mezzoforte", "zh": "移除 Mezzoforte 的记号"},
    "removed": {"de": "entfernt", "fr": "retirées", "es": "quitadas", "zh": "已移除"},
    "removes the chosen mark": {"de": "entfernt das gewählte Zeichen", "fr": "retire la nuance choisie", "es": "quita la indicación elegida", "zh": "移除所选记号"},
    "replace them": {"de": "ersetzen", "fr": "les remplacer", "es": "sustituirlas", "zh": "替换"},
    "report": {"de": "Bericht", "fr": "rapport", "es": "informe", "zh": "报告"},
    "Run the analysis again": {"de": "Analysieren Sie noch einmal", "fr": "Relancez l'analyse", "es": "Repita el análisis", "zh": "请重新分析"},
    "Saved.": {"de": "Gespeichert.", "fr": "Enregistré.", "es": "Guardado.", "zh": "已保存。"},
    "Score": {"de": "Partitur", "fr": "Partition", "es": "Partitura", "zh": "乐谱"},
    "Sending…": {"de": "Wird übertragen…", "fr": "Envoi…", "es": "Enviando…", "zh": "正在发送…"},
    "softer": {"de": "leiser", "fr": "plus doux", "es": "más suave", "zh": "更弱"},
    "Sort by": {"de": "Sortieren nach", "fr": "Trier par", "es": "Ordenar por", "zh": "排序"},
    "Start again": {"de": "Neu beginnen", "fr": "Recommencer", "es": "Empezar de nuevo", "zh": "重新开始"},
    "Start the analysis again": {"de": "Beginnen Sie die Analyse neu", "fr": "Relancez l'analyse", "es": "Inicie de nuevo el análisis", "zh": "请重新开始分析"},
    "Start the bridge": {"de": "Starten Sie die Bridge", "fr": "Démarrez le pont", "es": "Inicie el puente", "zh": "请启动桥接程序"},
    "Start the bridge again": {"de": "Starten Sie die Bridge neu", "fr": "Redémarrez le pont", "es": "Reinicie el puente", "zh": "请重新启动桥接程序"},
    "Take it home": {"de": "Mitnehmen", "fr": "Emporter", "es": "Llevárselo", "zh": "导出"},
    "Take the taps": {"de": "Geklopftes übernehmen", "fr": "Prendre les battues", "es": "Tomar los golpes", "zh": "采用敲击"},
    "Taken: {what}": {"de": "Übernommen: {what}", "fr": "Accepté : {what}", "es": "Aceptado: {what}", "zh": "已采用：{what}"},
    "Tap a beat": {"de": "Schlag klopfen", "fr": "Battre un temps", "es": "Marcar un pulso", "zh": "敲一拍"},
    "Tap T on every beat while the recording plays, then press Enter.": {"de": "Drücken Sie T bei jedem Schlag, während die Aufnahme läuft, dann die Eingabetaste.", "fr": "Appuyez sur T à chaque temps pendant la lecture, puis sur Entrée.", "es": "Pulse T en cada pulso mientras suena la grabación y luego Intro.", "zh": "播放录音时在每拍按 T，然后按回车。"},
    "the analysis failed": {"de": "die Analyse ist fehlgeschlagen", "fr": "l'analyse a échoué", "es": "el análisis falló", "zh": "分析失败"},
    "the answer belongs to another score": {"de": "die Antwort gehört zu einer anderen Partitur", "fr": "la réponse concerne une autre partition", "es": "la respuesta es de otra partitura", "zh": "响应属于另一份乐谱"},
    "the bridge does not answer": {"de": "die Bridge antwortet nicht", "fr": "le pont ne répond pas", "es": "el puente no responde", "zh": "桥接程序没有响应"},
    "the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)": {"de": "die Bridge findet kein Programm, das Ton abspielt (pw-play, paplay, aplay oder ffplay)", "fr": "le pont ne trouve aucun programme qui lise le son (pw-play, paplay, aplay ou ffplay)", "es": "el puente no encuentra ningún programa que reproduzca sonido (pw-play, paplay, aplay o ffplay)", "zh": "桥接程序找不到播放声音的程序（pw-play、paplay、aplay 或 ffplay）"},
    "The bridge finds no sound device here: the page plays the recording, in your browser.": {"de": "Die Bridge findet hier kein Tongerät: Die Seite spielt die Aufnahme im Browser ab.", "fr": "Le pont ne trouve ici aucun périphérique audio : la page joue l'enregistrement dans votre navigateur.", "es": "El puente no encuentra aquí ningún dispositivo de sonido: la página reproduce la grabación en su navegador.", "zh": "桥接程序在此找不到音频设备：将在浏览器页面中播放录音。"},
    "the bridge is not running": {"de": "die Bridge läuft nicht", "fr": "le pont ne fonctionne pas", "es": "el puente no está en marcha", "zh": "桥接程序未运行"},
    "The bridge is not running. Start it with:": {"de": "Die Bridge läuft nicht. Starten mit:", "fr": "Le pont ne fonctionne pas. Démarrez-le avec :", "es": "El puente no está en marcha. Inícielo con:", "zh": "桥接程序未运行。启动命令："},
    "The bridge is of another version: install the plugin again.": {"de": "Die Bridge hat eine andere Version: Installieren Sie die Erweiterung neu.", "fr": "Le pont est d'une autre version : réinstallez l'extension.", "es": "El puente es de otra versión: instale de nuevo la extensión.", "zh": "桥接程序版本不同：请重新安装插件。"},
    "The bridge is running": {"de": "Die Bridge läuft", "fr": "Le pont fonctionne", "es": "El puente está en marcha", "zh": "桥接程序正在运行"},
    "The bridge is starting…": {"de": "Die Bridge startet…", "fr": "Le pont démarre…", "es": "El puente se está iniciando…", "zh": "桥接程序正在启动…"},
    "The bridge is there again.": {"de": "Die Bridge ist wieder da.", "fr": "Le pont est de retour.", "es": "El puente vuelve a estar ahí.", "zh": "桥接程序已恢复。"},
    "the bridge refused this plugin": {"de": "die Bridge hat diese Erweiterung abgewiesen", "fr": "le pont a refusé cette extension", "es": "el puente rechazó esta extensión", "zh": "桥接程序拒绝了此插件"},
    "The bridge was started anew. Open its page again; this one then goes on, too:": {"de": "Die Bridge wurde neu gestartet. Öffnen Sie ihre Seite noch einmal; dann geht es auch hier weiter:", "fr": "Le pont a été redémarré. Rouvrez sa page ; celle-ci continuera alors aussi :", "es": "El puente se ha reiniciado. Abra de nuevo su página; esta también continuará:", "zh": "桥接程序已重新启动。请重新打开其页面，本页随后也会继续："},
    "the bridge was stopped before this analysis ended": {"de": "die Bridge wurde angehalten, bevor diese Analyse fertig war", "fr": "le pont a été arrêté avant la fin de cette analyse", "es": "el puente se detuvo antes de que terminara este análisis", "zh": "桥接程序在此分析结束前已停止"},
    "the bridge's answer cannot be read": {"de": "die Antwort der Bridge ist nicht lesbar", "fr": "la réponse du pont est illisible", "es": "no se puede leer la respuesta del puente", "zh": "无法读取桥接程序的响应"},
    "the chosen mark louder or softer": {"de": "das gewählte Zeichen lauter oder leiser", "fr": "la nuance choisie plus forte ou plus douce", "es": "la indicación elegida más fuerte o más suave", "zh": "所选记号更强或更弱"},
    "the end": {"de": "Schluss", "fr": "la fin", "es": "el final", "zh": "结尾"},
    "the exported page differs from the score, so its ties and jumps are not used": {"de": "die exportierte Seite weicht von der Partitur ab; ihre Bindungen und Sprünge werden nicht benutzt", "fr": "la page exportée diffère de la partition : ses liaisons et ses renvois ne sont pas utilisés", "es": "la página exportada difiere de la partitura: no se usan sus ligaduras ni sus saltos", "zh": "导出的页面与乐谱不同，因此不使用其连线和跳转"},
    "the file's content is not that of an audio file": {"de": "der Inhalt der Datei ist kein Ton", "fr": "le contenu du fichier n'est pas du son", "es": "el contenido del archivo no es de audio", "zh": "文件内容不是音频"},
    "the marked score": {"de": "die bezeichnete Partitur", "fr": "la partition annotée", "es": "la partitura con indicaciones", "zh": "带记号的乐谱"},
    "the marks could not be written; the score is as it was": {"de": "die Zeichen konnten nicht geschrieben werden; die Partitur ist unverändert", "fr": "les nuances n'ont pas pu être écrites ; la partition est intacte", "es": "no se pudieron escribir las indicaciones; la partitura está como estaba", "zh": "无法写入记号；乐谱保持原样"},
    "the piano is taken to be tuned to a' = {} Hz": {"de": "das Klavier gilt als auf a' = {} Hz gestimmt", "fr": "le piano est supposé accordé à la = {} Hz", "es": "se supone que el piano está afinado a la = {} Hz", "zh": "假定钢琴的标准音为 a' = {} Hz"},
    "the recording cannot be opened": {"de": "die Aufnahme kann nicht geöffnet werden", "fr": "l'enregistrement ne peut pas être ouvert", "es": "no se puede abrir la grabación", "zh": "无法打开录音"},
    "the recording does not play this score": {"de": "die Aufnahme spielt nicht diese Partitur", "fr": "l'enregistrement ne joue pas cette partition", "es": "la grabación no toca esta partitura", "zh": "录音演奏的不是这份乐谱"},
    "the recording is silent, so it cannot be matched with the score": {"de": "die Aufnahme ist stumm und kann der Partitur nicht zugeordnet werden", "fr": "l'enregistrement est silencieux et ne peut être rapporté à la partition", "es": "la grabación está en silencio y no se puede comparar con la partitura", "zh": "录音没有声音，无法与乐谱对应"},
    "the recording sounds {} semitone higher than the score": {"de": "die Aufnahme klingt {} Halbton höher als die Partitur", "fr": "l'enregistrement sonne {} demi-ton plus haut que la partition", "es": "la grabación suena {} semitono más alta que la partitura", "zh": "录音比乐谱高 {} 个半音"},
    "the recording sounds {} semitone lower than the score": {"de": "die Aufnahme klingt {} Halbton tiefer als die Partitur", "fr": "l'enregistrement sonne {} demi-ton plus bas que la partition", "es": "la grabación suena {} semitono más baja que la partitura", "zh": "录音比乐谱低 {} 个半音"},
    "the recording sounds {} semitones higher than the score": {"de": "die Aufnahme klingt {} Halbtöne höher als die Partitur", "fr": "l'enregistrement sonne {} demi-tons plus haut que la partition", "es": "la grabación suena {} semitonos más alta que la partitura", "zh": "录音比乐谱高 {} 个半音"},
    "the recording sounds {} semitones lower than the score": {"de": "die Aufnahme klingt {} Halbtöne tiefer als die Partitur", "fr": "l'enregistrement sonne {} demi-tons plus bas que la partition", "es": "la grabación suena {} semitonos más baja que la partitura", "zh": "录音比乐谱低 {} 个半音"},
    "the recording's suffix is not one of an audio file": {"de": "die Endung der Datei ist keine einer Audiodatei", "fr": "l'extension du fichier n'est pas celle d'un fichier audio", "es": "la extensión no es la de un archivo de audio", "zh": "文件扩展名不是音频文件的"},
    "the report can play the recording": {"de": "der Bericht kann die Aufnahme abspielen", "fr": "le rapport peut lire l'enregistrement", "es": "el informe puede reproducir la grabación", "zh": "报告可播放录音"},
    "the score cannot be engraved": {"de": "die Partitur kann nicht gesetzt werden", "fr": "la partition ne peut pas être gravée", "es": "no se puede grabar la partitura", "zh": "无法排印乐谱"},
    "the score cannot be read": {"de": "die Partitur kann nicht gelesen werden", "fr": "la partition ne peut pas être lue", "es": "no se puede leer la partitura", "zh": "无法读取乐谱"},
    "the score cannot be shown: Verovio is not installed": {"de": "die Partitur kann nicht gezeigt werden: Verovio ist nicht installiert", "fr": "la partition ne peut pas être affichée : Verovio n'est pas installé", "es": "no se puede mostrar la partitura: Verovio no está instalado", "zh": "无法显示乐谱：未安装 Verovio"},
    "the score was changed after the analysis": {"de": "die Partitur wurde nach der Analyse geändert", "fr": "la partition a été modifiée après l'analyse", "es": "la partitura cambió después del análisis", "zh": "乐谱在分析后被修改"},
    "The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.": {"de": "Die Tempoangaben der Partitur bleiben stehen, wirken aber erst wieder, wenn die Zeichen von Mezzoforte entfernt sind.", "fr": "Les indications de tempo de la partition restent, mais sans effet jusqu'au retrait des nuances de Mezzoforte.", "es": "Las indicaciones de tempo de la partitura se quedan, pero sin efecto hasta que se quiten las de Mezzoforte.", "zh": "乐谱原有的速度记号保留，但在移除 Mezzoforte 的记号之前不起作用。"},
    "there": {"de": "steht schon", "fr": "déjà là", "es": "ya está", "zh": "已有"},
    "There are no marks of Mezzoforte in this score.": {"de": "In dieser Partitur stehen keine Zeichen von Mezzoforte.", "fr": "Cette partition n'a pas de nuances de Mezzoforte.", "es": "En esta partitura no hay indicaciones de Mezzoforte.", "zh": "此乐谱中没有 Mezzoforte 的记号。"},
    "there is no note or rest here": {"de": "hier ist weder Note noch Pause", "fr": "ni note ni silence ici", "es": "aquí no hay nota ni silencio", "zh": "此处没有音符或休止符"},
    "there, not proposed now": {"de": "steht schon, jetzt nicht vorgeschlagen", "fr": "déjà là, non proposée à présent", "es": "ya está, ahora no propuesta", "zh": "已有，此次未建议"},
    "this analysis is no longer there": {"de": "diese Analyse ist nicht mehr da", "fr": "cette analyse n'existe plus", "es": "este análisis ya no está", "zh": "此分析已不存在"},
    "This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it.": {"de": "Dieser Browser kann diese Art Datei nicht abspielen; alles andere geht. Wandeln Sie sie in FLAC, OGG oder MP3 um, um sie zu hören.", "fr": "Ce navigateur ne lit pas ce type de fichier ; tout le reste fonctionne. Convertissez-le en FLAC, OGG ou MP3 pour l'entendre.", "es": "Este navegador no reproduce este tipo de archivo; todo lo demás funciona. Conviértalo a FLAC, OGG o MP3 para oírlo.", "zh": "此浏览器无法播放这种文件；其他功能正常。请转换为 FLAC、OGG 或 MP3 后收听。"},
    "this computer has no sound device that works": {"de": "dieser Computer hat kein Tongerät, das funktioniert", "fr": "cet ordinateur n'a pas de périphérique audio qui fonctionne", "es": "este equipo no tiene ningún dispositivo de sonido que funcione", "zh": "此电脑没有可用的声音设备"},
    "This page needs the address that this command opens:": {"de": "Diese Seite braucht die Adresse, die dieser Befehl öffnet:", "fr": "Cette page a besoin de l'adresse qu'ouvre cette commande :", "es": "Esta página necesita la dirección que abre esta orden:", "zh": "此页面需要由以下命令打开的地址："},
    "this place is not played in the recording": {"de": "diese Stelle wird in der Aufnahme nicht gespielt", "fr": "cet endroit n'est pas joué dans l'enregistrement", "es": "este lugar no se toca en la grabación", "zh": "录音中没有演奏此处"},
    "this version cannot write accents": {"de": "diese Version kann keine Akzente setzen", "fr": "cette version ne peut pas écrire d'accents", "es": "esta versión no puede escribir acentos", "zh": "此版本无法写入重音记号"},
    "Time": {"de": "Zeit", "fr": "Temps", "es": "Tiempo", "zh": "时间"},
    "to": {"de": "bis", "fr": "à", "es": "a", "zh": "至"},
    "To the recording": {"de": "Zur Aufnahme", "fr": "Vers l'enregistrement", "es": "A la grabación", "zh": "转到录音"},
    "Transpose the score to the key of the recording": {"de": "Transponieren Sie die Partitur in die Tonart der Aufnahme", "fr": "Transposez la partition dans le ton de l'enregistrement", "es": "Transporte la partitura a la tonalidad de la grabación", "zh": "请把乐谱移调到录音的调"},
    "Try again": {"de": "Erneut versuchen", "fr": "Réessayer", "es": "Reintentar", "zh": "重试"},
    "turn round": {"de": "umkehren", "fr": "inverser", "es": "invertir", "zh": "反向"},
    "Twice as many beats": {"de": "Doppelt so viele Schläge", "fr": "Deux fois plus de temps", "es": "El doble de pulsos", "zh": "拍点加倍"},
    "Undo": {"de": "Rückgängig", "fr": "Annuler", "es": "Deshacer", "zh": "撤销"},
    "Undo this": {"de": "Rückgängig", "fr": "Annuler cet ajout", "es": "Deshacer esto", "zh": "撤销此操作"},
    "Update the plugin or the bridge": {"de": "Aktualisieren Sie die Erweiterung oder die Bridge", "fr": "Mettez à jour l'extension ou le pont", "es": "Actualice la extensión o el puente", "zh": "请更新插件或桥接程序"},
    "update to this recording": {"de": "an diese Aufnahme anpassen", "fr": "adapter à cet enregistrement", "es": "adaptarlas a esta grabación", "zh": "按此录音更新"},
    "Waiting for other analyses": {"de": "Warten auf andere Analysen", "fr": "En attente d'autres analyses", "es": "Esperando otros análisis", "zh": "等待其他分析"},
    "what the proposed marks would play": {"de": "was die vorgeschlagenen Zeichen spielen würden", "fr": "ce que joueraient les nuances proposées", "es": "lo que tocarían las indicaciones propuestas", "zh": "建议记号的播放效果"},
    "What was heard": {"de": "Was zu hören war", "fr": "Ce qui a été entendu", "es": "Lo que se oyó", "zh": "听到的内容"},
    "Whole recording": {"de": "Ganze Aufnahme", "fr": "Tout l'enregistrement", "es": "Toda la grabación", "zh": "整个录音"},
    "will be removed": {"de": "wird entfernt", "fr": "sera retirée", "es": "se quitará", "zh": "将移除"},
    "Writing…": {"de": "Wird geschrieben…", "fr": "Écriture…", "es": "Escribiendo…", "zh": "正在写入…"},
    "written already": {"de": "steht schon da", "fr": "déjà écrit", "es": "ya está escrito", "zh": "已写明"},
    "Your corrections are saved in {file}, beside the recording.": {"de": "Ihre Korrekturen sind in {file} neben der Aufnahme gespeichert.", "fr": "Vos corrections sont enregistrées dans {file}, à côté de l'enregistrement.", "es": "Sus correcciones se guardan en {file}, junto a la grabación.", "zh": "您的更正保存在录音旁的 {file} 中。"},
    "Your corrections are saved on this computer; take them home below if you like.": {"de": "Ihre Korrekturen sind auf diesem Computer gespeichert; unten können Sie sie mitnehmen.", "fr": "Vos corrections sont enregistrées sur cet ordinateur ; emportez-les ci-dessous si vous voulez.", "es": "Sus correcciones se guardan en este equipo; abajo puede llevárselas.", "zh": "您的更正保存在此电脑上；可在下方导出。"},
    "{name}: a score needs its recording; drop both together": {"de": "{name}: Eine Partitur braucht ihre Aufnahme; ziehen Sie beide zusammen hierher", "fr": "{name} : une partition a besoin de son enregistrement ; déposez les deux ensemble", "es": "{name}: una partitura necesita su grabación; suelte ambas juntas", "zh": "{name}：乐谱需要对应的录音；请一起拖入"},
    "{n} beats tapped": {"de": "{n} Schläge geklopft", "fr": "{n} temps battus", "es": "{n} pulsos marcados", "zh": "已敲 {n} 拍"},
    "{n} marks": {"de": "{n} Zeichen", "fr": "{n} nuances", "es": "{n} indicaciones", "zh": "{n} 个记号"},
    "{time}, bar {bar}, beat {beat}": {"de": "{time}, Takt {bar}, Schlag {beat}", "fr": "{time}, mesure {bar}, temps {beat}", "es": "{time}, compás {bar}, pulso {beat}", "zh": "{time}，第 {bar} 小节第 {beat} 拍"}
};
var MARKS = {
 "languages": [
  "en",
  "de",
  "fr",
  "es",
  "zh"
 ],
 "reasons": {
  "louder_than": {
   "values": [
    "steps",
    "first_bar",
    "last_bar"
   ],
   "en": "{steps} louder than {range}",
   "de": "{steps} lauter als {range}",
   "fr": "plus fort {steps} que {range}",
   "es": "{steps} más fuerte que {range}",
   "zh": "比{range}响{steps}"
  },
  "softer_than": {
   "values": [
    "steps",
    "first_bar",
    "last_bar"
   ],
   "en": "{steps} softer than {range}",
   "de": "{steps} leiser als {range}",
   "fr": "plus doux {steps} que {range}",
   "es": "{steps} más suave que {range}",
   "zh": "比{range}弱{steps}"
  },
  "loudest": {
   "values": [],
   "en": "the loudest passage",
   "de": "die lauteste Stelle",
   "fr": "le passage le plus fort",
   "es": "el pasaje más fuerte",
   "zh": "全曲最响之处"
  },
  "softest": {
   "values": [],
   "en": "the softest passage",
   "de": "die leiseste Stelle",
   "fr": "le passage le plus doux",
   "es": "el pasaje más suave",
   "zh": "全曲最弱之处"
  },
  "rises_over": {
   "values": [
    "bars",
    "db"
   ],
   "en": "rises over {bars} by {db}",
   "de": "steigt über {bars} um {db}",
   "fr": "monte de {db} en {bars}",
   "es": "crece {db} a lo largo de {bars}",
   "zh": "在{bars}内增强 {db}"
  },
  "falls_over": {
   "values": [
    "bars",
    "db"
   ],
   "en": "falls over {bars} by {db}",
   "de": "fällt über {bars} um {db}",
   "fr": "descend de {db} en {bars}",
   "es": "baja {db} a lo largo de {bars}",
   "zh": "在{bars}内减弱 {db}"
  },
  "swell": {
   "values": [
    "bars",
    "db"
   ],
   "en": "swells and falls back over {bars} by {db}",
   "de": "schwillt über {bars} um {db} an und wieder ab",
   "fr": "enfle puis retombe de {db} en {bars}",
   "es": "crece y vuelve a bajar {db} a lo largo de {bars}",
   "zh": "在{bars}内先强后弱，幅度 {db}"
  },
  "accent": {
   "values": [
    "db"
   ],
   "en": "struck {db} harder than the notes around it",
   "de": "{db} stärker angeschlagen als die Töne ringsum",
   "fr": "frappé {db} plus fort que les notes voisines",
   "es": "atacado {db} más fuerte que las notas vecinas",
   "zh": "比周围的音强 {db}"
  },
  "begins_at": {
   "values": [],
   "en": "how the playing begins",
   "de": "so beginnt das Spiel",
   "fr": "le jeu commence ainsi",
   "es": "así comienza la interpretación",
   "zh": "演奏由此开始"
  },
  "returns_to": {
   "values": [
    "first_bar",
    "last_bar"
   ],
   "en": "as loud again as {range}",
   "de": "wieder so laut wie {range}",
   "fr": "de nouveau comme {range}",
   "es": "de nuevo como {range}",
   "zh": "回到{range}的力度"
  },
  "second_time": {
   "values": [
    "level"
   ],
   "en": "the second time {level}",
   "de": "beim zweiten Mal {level}",
   "fr": "la seconde fois {level}",
   "es": "la segunda vez {level}",
   "zh": "第二遍为 {level}"
  },
  "louder_than_written": {
   "values": [
    "steps",
    "first_bar",
    "last_bar",
    "level"
   ],
   "en": "{range}: {steps} louder than the written {level}",
   "de": "{range}: {steps} lauter als das geschriebene {level}",
   "fr": "{range} : plus fort {steps} que le {level} écrit",
   "es": "{range}: {steps} más fuerte que el {level} escrito",
   "zh": "{range}：比所写的{level}响{steps}"
  },
  "softer_than_written": {
   "values": [
    "steps",
    "first_bar",
    "last_bar",
    "level"
   ],
   "en": "{range}: {steps} softer than the written {level}",
   "de": "{range}: {steps} leiser als das geschriebene {level}",
   "fr": "{range} : plus doux {steps} que le {level} écrit",
   "es": "{range}: {steps} más suave que el {level} escrito",
   "zh": "{range}：比所写的{level}弱{steps}"
  },
  "by_hand": {
   "values": [],
   "en": "put in by hand",
   "de": "von Hand gesetzt",
   "fr": "ajouté à la main",
   "es": "puesto a mano",
   "zh": "手动添加"
  }
 },
 "parts": {
  "steps": {
   "little": {
    "en": "a little",
    "de": "etwas",
    "fr": "un peu",
    "es": "un poco",
    "zh": "一点"
   },
   "one": {
    "en": "about one step",
    "de": "etwa eine Stufe",
    "fr": "d'environ un degré",
    "es": "cerca de un grado",
    "zh": "约一级"
   },
   "many": {
    "en": "about {n} steps",
    "de": "etwa {n} Stufen",
    "fr": "d'environ {n} degrés",
    "es": "unos {n} grados",
    "zh": "约{n}级"
   }
  },
  "bars": {
   "half": {
    "en": "half a bar",
    "de": "einen halben Takt",
    "fr": "une demi-mesure",
    "es": "medio compás",
    "zh": "半小节"
   },
   "one": {
    "en": "one bar",
    "de": "einen Takt",
    "fr": "une mesure",
    "es": "un compás",
    "zh": "一小节"
   },
   "many": {
    "en": "{n} bars",
    "de": "{n} Takte",
    "fr": "{n} mesures",
    "es": "{n} compases",
    "zh": "{n}小节"
   }
  },
  "range": {
   "one": {
    "en": "bar {first}",
    "de": "Takt {first}",
    "fr": "la mesure {first}",
    "es": "el compás {first}",
    "zh": "第{first}小节"
   },
   "many": {
    "en": "bars {first}–{last}",
    "de": "Takt {first}–{last}",
    "fr": "les mesures {first}–{last}",
    "es": "los compases {first}–{last}",
    "zh": "第{first}–{last}小节"
   }
  },
  "db": {
   "many": {
    "en": "{n} dB",
    "de": "{n} dB",
    "fr": "{n} dB",
    "es": "{n} dB",
    "zh": "{n} dB"
   }
  }
 },
 "clearness": {
  "clear": {
   "en": "clear",
   "de": "deutlich",
   "fr": "net",
   "es": "claro",
   "zh": "明显"
  },
  "likely": {
   "en": "likely",
   "de": "wahrscheinlich",
   "fr": "probable",
   "es": "probable",
   "zh": "可能"
  },
  "slight": {
   "en": "slight",
   "de": "schwach",
   "fr": "léger",
   "es": "leve",
   "zh": "轻微"
  }
 }
};

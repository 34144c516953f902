// The words of dialog and marks in every language. Keys of TABLE are English.
// Made from translations/words.json and runtime/marks/words.json by `make translations`.

var LANGUAGES = ["de", "fr", "es", "zh"];
var TABLE = {
    "Recording": ["Aufnahme", "Enregistrement", "Grabación", "录音"],
    "Drop an audio file here, or write its path": ["Audiodatei hierher ziehen oder Pfad eingeben", "Déposez un fichier audio ici ou écrivez son chemin", "Suelte aquí un archivo de audio o escriba su ruta", "将音频文件拖到此处，或输入其路径"],
    "Browse…": ["Durchsuchen…", "Parcourir…", "Examinar…", "浏览…"],
    "Cancel": ["Abbrechen", "Annuler", "Cancelar", "取消"],
    "The bridge is running": ["Die Bridge läuft", "Le pont fonctionne", "El puente está en marcha", "桥接程序正在运行"],
    "The bridge is not running. Start it with:": ["Die Bridge läuft nicht. Starten mit:", "Le pont ne fonctionne pas. Démarrez-le avec :", "El puente no está en marcha. Inícielo con:", "桥接程序未运行。启动命令："],
    "Copy": ["Kopieren", "Copier", "Copiar", "复制"],
    "Try again": ["Erneut versuchen", "Réessayer", "Reintentar", "重试"],
    "keep them": ["behalten", "les garder", "conservarlas", "保留"],
    "replace them": ["ersetzen", "les remplacer", "sustituirlas", "替换"],
    "only compare": ["nur vergleichen", "comparer seulement", "solo comparar", "仅比较"],
    "Density": ["Dichte", "Densité", "Densidad", "密度"],
    "Bar": ["Takt", "Mesure", "Compás", "小节"],
    "Mark": ["Zeichen", "Nuance", "Indicación", "记号"],
    "Also write the recording's tempo, invisibly": ["Auch das Tempo der Aufnahme unsichtbar schreiben", "Écrire aussi le tempo de l'enregistrement, invisible", "Escribir también el tempo de la grabación, invisible", "同时写入录音的速度（不可见）"],
    "Undo this": ["Rückgängig", "Annuler cet ajout", "Deshacer esto", "撤销此操作"],
    "Add": ["Hinzufügen", "Ajouter", "Añadir", "添加"],
    "Close": ["Schließen", "Fermer", "Cerrar", "关闭"],
    "Waiting for other analyses": ["Warten auf andere Analysen", "En attente d'autres analyses", "Esperando otros análisis", "等待其他分析"],
    "removed": ["entfernt", "retirées", "quitadas", "已移除"],
    "written already": ["steht schon da", "déjà écrit", "ya está escrito", "已写明"],
    "a mark is here": ["hier steht ein Zeichen", "une nuance est ici", "aquí hay una indicación", "此处已有记号"],
    "there is no note or rest here": ["hier ist weder Note noch Pause", "ni note ni silence ici", "aquí no hay nota ni silencio", "此处没有音符或休止符"],
    "the bridge is not running": ["die Bridge läuft nicht", "le pont ne fonctionne pas", "el puente no está en marcha", "桥接程序未运行"],
    "the bridge does not answer": ["die Bridge antwortet nicht", "le pont ne répond pas", "el puente no responde", "桥接程序没有响应"],
    "the bridge refused this plugin": ["die Bridge hat diese Erweiterung abgewiesen", "le pont a refusé cette extension", "el puente rechazó esta extensión", "桥接程序拒绝了此插件"],
    "Start the bridge": ["Starten Sie die Bridge", "Démarrez le pont", "Inicie el puente", "请启动桥接程序"],
    "Start the bridge again": ["Starten Sie die Bridge neu", "Redémarrez le pont", "Reinicie el puente", "请重新启动桥接程序"],
    "the score was changed after the analysis": ["die Partitur wurde nach der Analyse geändert", "la partition a été modifiée après l'analyse", "la partitura cambió después del análisis", "乐谱在分析后被修改"],
    "Run the analysis again": ["Analysieren Sie noch einmal", "Relancez l'analyse", "Repita el análisis", "请重新分析"],
    "the score cannot be read": ["die Partitur kann nicht gelesen werden", "la partition ne peut pas être lue", "no se puede leer la partitura", "无法读取乐谱"],
    "the marks could not be written; the score is as it was": ["die Zeichen konnten nicht geschrieben werden; die Partitur ist unverändert", "les nuances n'ont pas pu être écrites ; la partition est intacte", "no se pudieron escribir las indicaciones; la partitura está como estaba", "无法写入记号；乐谱保持原样"],
    "accent": ["Akzent", "accent", "acento", "重音"],
    "this version cannot write accents": ["diese Version kann keine Akzente setzen", "cette version ne peut pas écrire d'accents", "esta versión no puede escribir acentos", "此版本无法写入重音记号"],
    "the bridge's answer cannot be read": ["die Antwort der Bridge ist nicht lesbar", "la réponse du pont est illisible", "no se puede leer la respuesta del puente", "无法读取桥接程序的响应"],
    "Update the plugin or the bridge": ["Aktualisieren Sie die Erweiterung oder die Bridge", "Mettez à jour l'extension ou le pont", "Actualice la extensión o el puente", "请更新插件或桥接程序"],
    "the analysis failed": ["die Analyse ist fehlgeschlagen", "l'analyse a échoué", "el análisis falló", "分析失败"],
    "the answer belongs to another score": ["die Antwort gehört zu einer anderen Partitur", "la réponse concerne une autre partition", "la respuesta es de otra partitura", "响应属于另一份乐谱"],
    "Listen and propose": ["Anhören und vorschlagen", "Écouter et proposer", "Escuchar y proponer", "聆听并建议"],
    "The bridge is starting…": ["Die Bridge startet…", "Le pont démarre…", "El puente se está iniciando…", "桥接程序正在启动…"],
    "The bridge is of another version: install the plugin again.": ["Die Bridge hat eine andere Version: Installieren Sie die Erweiterung neu.", "Le pont est d'une autre version : réinstallez l'extension.", "El puente es de otra versión: instale de nuevo la extensión.", "桥接程序版本不同：请重新安装插件。"],
    "few marks": ["wenige Zeichen", "peu de nuances", "pocas indicaciones", "记号少"],
    "many marks": ["viele Zeichen", "beaucoup de nuances", "muchas indicaciones", "记号多"],
    "All": ["Alle", "Toutes", "Todas", "全选"],
    "None": ["Keine", "Aucune", "Ninguna", "全不选"],
    "Printed marks": ["Gedruckte Zeichen", "Nuances imprimées", "Indicaciones impresas", "原有记号"],
    "Marks from earlier visits": ["Zeichen früherer Besuche", "Nuances des visites précédentes", "Indicaciones de visitas anteriores", "以前添加的记号"],
    "update to this recording": ["an diese Aufnahme anpassen", "adapter à cet enregistrement", "adaptarlas a esta grabación", "按此录音更新"],
    "Sort by": ["Sortieren nach", "Trier par", "Ordenar por", "排序"],
    "bar": ["Takt", "mesure", "compás", "小节"],
    "clearness": ["Deutlichkeit", "netteté", "claridad", "明显程度"],
    "Clearness": ["Deutlichkeit", "Netteté", "Claridad", "明显程度"],
    "What was heard": ["Was zu hören war", "Ce qui a été entendu", "Lo que se oyó", "听到的内容"],
    "beat": ["Schlag", "temps", "pulso", "拍"],
    "to": ["bis", "à", "a", "至"],
    "the end": ["Schluss", "la fin", "el final", "结尾"],
    "there": ["steht schon", "déjà là", "ya está", "已有"],
    "there, not proposed now": ["steht schon, jetzt nicht vorgeschlagen", "déjà là, non proposée à présent", "ya está, ahora no propuesta", "已有，此次未建议"],
    "will be removed": ["wird entfernt", "sera retirée", "se quitará", "将移除"],
    "printed, will be removed": ["gedruckt, wird entfernt", "imprimée, sera retirée", "impresa, se quitará", "原有记号，将移除"],
    "printed, stays": ["gedruckt, bleibt", "imprimée, reste", "impresa, se queda", "原有记号，保留"],
    "instead of": ["statt", "au lieu de", "en lugar de", "代替"],
    "played": ["gespielt", "joué", "tocado", "演奏"],
    "what the proposed marks would play": ["was die vorgeschlagenen Zeichen spielen würden", "ce que joueraient les nuances proposées", "lo que tocarían las indicaciones propuestas", "建议记号的播放效果"],
    "Let the notes with velocities of their own follow the marks": ["Noten mit eigener Anschlagstärke den Zeichen folgen lassen", "Faire suivre les nuances aux notes qui ont leur propre vélocité", "Que las notas con velocidad propia sigan las indicaciones", "让自带力度的音符服从记号"],
    "Remove Mezzoforte's marks": ["Zeichen von Mezzoforte entfernen", "Retirer les nuances de Mezzoforte", "Quitar las indicaciones de Mezzoforte", "移除 Mezzoforte 的记号"],
    "Mezzoforte's marks removed": ["Zeichen von Mezzoforte entfernt", "Nuances de Mezzoforte retirées", "Indicaciones de Mezzoforte quitadas", "已移除 Mezzoforte 的记号"],
    "There are no marks of Mezzoforte in this score.": ["In dieser Partitur stehen keine Zeichen von Mezzoforte.", "Cette partition n'a pas de nuances de Mezzoforte.", "En esta partitura no hay indicaciones de Mezzoforte.", "此乐谱中没有 Mezzoforte 的记号。"],
    "remove": ["entfernen", "retirer", "quitar", "移除"],
    "Added": ["Hinzugefügt", "Ajoutées", "Añadidas", "已添加"],
    "Listening": ["Zuhören", "Écoute", "Escuchando", "聆听中"],
    "Only comparing: nothing is written.": ["Nur Vergleich: Es wird nichts geschrieben.", "Comparaison seulement : rien n'est écrit.", "Solo se compara: no se escribe nada.", "仅比较：不写入任何内容。"],
    "Nothing is ticked.": ["Nichts ist angekreuzt.", "Rien n'est coché.", "No hay nada marcado.", "未勾选任何项。"],
    "Nothing to add: these marks are in the score already.": ["Nichts hinzuzufügen: Diese Zeichen stehen schon in der Partitur.", "Rien à ajouter : ces nuances sont déjà dans la partition.", "Nada que añadir: estas indicaciones ya están en la partitura.", "没有可添加的内容：这些记号已在乐谱中。"],
    "Nothing to add: marks stand at these places already.": ["Nichts hinzuzufügen: An diesen Stellen stehen schon Zeichen.", "Rien à ajouter : il y a déjà des nuances à ces endroits.", "Nada que añadir: ya hay indicaciones en estos lugares.", "没有可添加的内容：这些位置已有记号。"],
    "Nothing to add at this density: try more marks.": ["Bei dieser Dichte ist nichts hinzuzufügen: Versuchen Sie mehr Zeichen.", "Rien à ajouter à cette densité : essayez plus de nuances.", "Nada que añadir con esta densidad: pruebe con más indicaciones.", "此密度下没有可添加的内容：请尝试更多记号。"],
    "Nothing to add: the playing stays at one level.": ["Nichts hinzuzufügen: Das Spiel bleibt gleich laut.", "Rien à ajouter : le jeu reste au même niveau.", "Nada que añadir: la interpretación se mantiene en un nivel.", "没有可添加的内容：演奏力度始终不变。"],
    "The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.": ["Die Tempoangaben der Partitur bleiben stehen, wirken aber erst wieder, wenn die Zeichen von Mezzoforte entfernt sind.", "Les indications de tempo de la partition restent, mais sans effet jusqu'au retrait des nuances de Mezzoforte.", "Las indicaciones de tempo de la partitura se quedan, pero sin efecto hasta que se quiten las de Mezzoforte.", "乐谱原有的速度记号保留，但在移除 Mezzoforte 的记号之前不起作用。"],
    "Playing the recording at bar": ["Aufnahme wird abgespielt ab Takt", "Lecture de l'enregistrement à la mesure", "Reproduciendo la grabación en el compás", "正在播放录音，小节"],
    "this place is not played in the recording": ["diese Stelle wird in der Aufnahme nicht gespielt", "cet endroit n'est pas joué dans l'enregistrement", "este lugar no se toca en la grabación", "录音中没有演奏此处"],
    "Open the recording in a player": ["Öffnen Sie die Aufnahme in einem Abspielprogramm", "Ouvrez l'enregistrement dans un lecteur", "Abra la grabación en un reproductor", "请在播放器中打开录音"],
    "the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)": ["die Bridge findet kein Programm, das Ton abspielt (pw-play, paplay, aplay oder ffplay)", "le pont ne trouve aucun programme qui lise le son (pw-play, paplay, aplay ou ffplay)", "el puente no encuentra ningún programa que reproduzca sonido (pw-play, paplay, aplay o ffplay)", "桥接程序找不到播放声音的程序（pw-play、paplay、aplay 或 ffplay）"],
    "this computer has no sound device that works": ["dieser Computer hat kein Tongerät, das funktioniert", "cet ordinateur n'a pas de périphérique audio qui fonctionne", "este equipo no tiene ningún dispositivo de sonido que funcione", "此电脑没有可用的声音设备"],
    "declined before": ["früher abgelehnt", "refusée auparavant", "rechazada antes", "以前未采用"],
    "no marks in bars {}: not played in the recording": ["keine Zeichen in Takt {}: in der Aufnahme nicht gespielt", "pas de nuances aux mesures {} : non jouées dans l'enregistrement", "sin indicaciones en los compases {}: no se tocan en la grabación", "第 {} 小节没有记号：录音中未演奏"],
    "no marks in bars {}: not placed with confidence": ["keine Zeichen in Takt {}: nicht sicher gefunden", "pas de nuances aux mesures {} : trouvées sans certitude", "sin indicaciones en los compases {}: no se encontraron con seguridad", "第 {} 小节没有记号：位置不够确定"],
    "the piano is taken to be tuned to a' = {} Hz": ["das Klavier gilt als auf a' = {} Hz gestimmt", "le piano est supposé accordé à la = {} Hz", "se supone que el piano está afinado a la = {} Hz", "假定钢琴的标准音为 a' = {} Hz"],
    "the exported page differs from the score, so its ties and jumps are not used": ["die exportierte Seite weicht von der Partitur ab; ihre Bindungen und Sprünge werden nicht benutzt", "la page exportée diffère de la partition : ses liaisons et ses renvois ne sont pas utilisés", "la página exportada difiere de la partitura: no se usan sus ligaduras ni sus saltos", "导出的页面与乐谱不同，因此不使用其连线和跳转"],
    "the recording sounds {} semitone higher than the score": ["die Aufnahme klingt {} Halbton höher als die Partitur", "l'enregistrement sonne {} demi-ton plus haut que la partition", "la grabación suena {} semitono más alta que la partitura", "录音比乐谱高 {} 个半音"],
    "the recording sounds {} semitones higher than the score": ["die Aufnahme klingt {} Halbtöne höher als die Partitur", "l'enregistrement sonne {} demi-tons plus haut que la partition", "la grabación suena {} semitonos más alta que la partitura", "录音比乐谱高 {} 个半音"],
    "the recording sounds {} semitone lower than the score": ["die Aufnahme klingt {} Halbton tiefer als die Partitur", "l'enregistrement sonne {} demi-ton plus bas que la partition", "la grabación suena {} semitono más baja que la partitura", "录音比乐谱低 {} 个半音"],
    "the recording sounds {} semitones lower than the score": ["die Aufnahme klingt {} Halbtöne tiefer als die Partitur", "l'enregistrement sonne {} demi-tons plus bas que la partition", "la grabación suena {} semitonos más baja que la partitura", "录音比乐谱低 {} 个半音"],
    "likely cause": ["wahrscheinliche Ursache", "cause probable", "causa probable", "可能的原因"],
    "the recording does not play this score": ["die Aufnahme spielt nicht diese Partitur", "l'enregistrement ne joue pas cette partition", "la grabación no toca esta partitura", "录音演奏的不是这份乐谱"],
    "Check that the recording and the score are of the same movement": ["Prüfen Sie, ob Aufnahme und Partitur derselbe Satz sind", "Vérifiez que l'enregistrement et la partition sont du même mouvement", "Compruebe que la grabación y la partitura son del mismo movimiento", "请确认录音和乐谱是同一乐章"],
    "the recording is silent, so it cannot be matched with the score": ["die Aufnahme ist stumm und kann der Partitur nicht zugeordnet werden", "l'enregistrement est silencieux et ne peut être rapporté à la partition", "la grabación está en silencio y no se puede comparar con la partitura", "录音没有声音，无法与乐谱对应"],
    "a transposed score, or a recording at another pitch or speed": ["eine transponierte Partitur oder eine Aufnahme in anderer Tonhöhe oder Geschwindigkeit", "une partition transposée, ou un enregistrement à une autre hauteur ou vitesse", "una partitura transportada o una grabación con otra afinación o velocidad", "乐谱已移调，或录音的音高或速度不同"],
    "Transpose the score to the key of the recording": ["Transponieren Sie die Partitur in die Tonart der Aufnahme", "Transposez la partition dans le ton de l'enregistrement", "Transporte la partitura a la tonalidad de la grabación", "请把乐谱移调到录音的调"],
    "the recording cannot be opened": ["die Aufnahme kann nicht geöffnet werden", "l'enregistrement ne peut pas être ouvert", "no se puede abrir la grabación", "无法打开录音"],
    "Check that it is still there": ["Prüfen Sie, ob sie noch da ist", "Vérifiez qu'il est toujours là", "Compruebe que sigue ahí", "请检查它是否还在"],
    "the file's content is not that of an audio file": ["der Inhalt der Datei ist kein Ton", "le contenu du fichier n'est pas du son", "el contenido del archivo no es de audio", "文件内容不是音频"],
    "the recording's suffix is not one of an audio file": ["die Endung der Datei ist keine einer Audiodatei", "l'extension du fichier n'est pas celle d'un fichier audio", "la extensión no es la de un archivo de audio", "文件扩展名不是音频文件的"]
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

function lookup(text, locale) {
    var at = LANGUAGES.indexOf(String(locale).slice(0, 2));
    if (at < 0)
        return text;
    return TABLE[text] ? TABLE[text][at] : sentence(text, at);
}

// A sentence of the bridge with values in it: keys have {} there, in the order of all languages.
function sentence(text, at) {
    for (var key in TABLE) {
        if (key.indexOf("{}") < 0)
            continue;
        var pattern = key.split("{}").map(function (part) { return part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"); });
        var values = RegExp("^" + pattern.join("(.+)") + "$").exec(text);
        if (values) {
            var said = 0;
            return TABLE[key][at].replace(/{}/g, function () { said += 1; return values[said]; });
        }
    }
    return text;
}

function known(locale) {
    var code = String(locale).slice(0, 2).toLowerCase();
    return MARKS.languages.indexOf(code) >= 0 ? code : "en";
}

function filled(text, values) {
    return text.replace(/{(\w+)}/g, function (_, name) { return values[name]; });
}

// What was heard, as `runtime.marks.words.reason` says it.
function reason(key, values, locale) {
    var row = MARKS.reasons[key];
    var language = known(locale);
    if (!row)
        return "";
    var parts = {};
    row.values.forEach(function (name) { parts[name] = String(values[name]); });
    if ("steps" in parts)
        parts.steps = counted("steps", Number(values.steps), "little", language);
    if ("bars" in parts)
        parts.bars = counted("bars", Number(values.bars), "half", language);
    if ("db" in parts)
        parts.db = filled(MARKS.parts.db.many[language], { n: rounded(Number(values.db)) });
    if ("first_bar" in parts)
        parts.range = filled(MARKS.parts.range[parts.first_bar === parts.last_bar ? "one" : "many"][language],
                             { first: parts.first_bar, last: parts.last_bar });
    return filled(row[language], parts);
}

function counted(name, number, small, language) {
    var n = rounded(number);
    return filled(MARKS.parts[name][number < 0.75 ? small : n === 1 ? "one" : "many"][language], { n: n });
}

function rounded(number) {
    return Math.max(1, Math.floor(number + 0.5));
}

function clearness(word, locale) {
    return MARKS.clearness[word] ? MARKS.clearness[word][known(locale)] : "";
}

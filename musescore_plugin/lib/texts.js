// The dialog's words in other languages, for programs that load no translation files. Keys are English.
// Made from translations/*.ts by `make translations`.

var LANGUAGES = ["de", "fr", "es", "zh"];
var TABLE = {
    "Recording": ["Aufnahme", "Enregistrement", "Grabación", "录音"],
    "Drop an audio file here, or write its path": ["Audiodatei hierher ziehen oder Pfad eingeben", "Déposez un fichier audio ici ou écrivez son chemin", "Suelte aquí un archivo de audio o escriba su ruta", "将音频文件拖到此处，或输入其路径"],
    "Browse…": ["Durchsuchen…", "Parcourir…", "Examinar…", "浏览…"],
    "Analyse": ["Analysieren", "Analyser", "Analizar", "分析"],
    "Cancel": ["Abbrechen", "Annuler", "Cancelar", "取消"],
    "The bridge is running": ["Die Bridge läuft", "Le pont fonctionne", "El puente está en marcha", "桥接程序正在运行"],
    "The bridge is not running. Start it with:": ["Die Bridge läuft nicht. Starten mit:", "Le pont ne fonctionne pas. Démarrez-le avec :", "El puente no está en marcha. Inícielo con:", "桥接程序未运行。启动命令："],
    "Copy": ["Kopieren", "Copier", "Copiar", "复制"],
    "Try again": ["Erneut versuchen", "Réessayer", "Reintentar", "重试"],
    "Where marks stand already": ["Wo schon Zeichen stehen", "Là où il y a déjà des nuances", "Donde ya hay indicaciones", "已有记号之处"],
    "keep them": ["behalten", "les garder", "conservarlas", "保留"],
    "replace them": ["ersetzen", "les remplacer", "sustituirlas", "替换"],
    "only compare": ["nur vergleichen", "comparer seulement", "solo comparar", "仅比较"],
    "Density": ["Dichte", "Densité", "Densidad", "密度"],
    "Bar": ["Takt", "Mesure", "Compás", "小节"],
    "Beat": ["Schlag", "Temps", "Pulso", "拍"],
    "Mark": ["Zeichen", "Nuance", "Indicación", "记号"],
    "Confidence": ["Sicherheit", "Confiance", "Confianza", "置信度"],
    "Why": ["Warum", "Pourquoi", "Por qué", "原因"],
    "Show": ["Zeigen", "Montrer", "Mostrar", "显示"],
    "Also write the recording's tempo, invisibly": ["Auch das Tempo der Aufnahme unsichtbar schreiben", "Écrire aussi le tempo de l'enregistrement, invisible", "Escribir también el tempo de la grabación, invisible", "同时写入录音的速度（不可见）"],
    "Reset note velocities": ["Anschlagstärken der Noten zurücksetzen", "Réinitialiser la vélocité des notes", "Restablecer la velocidad de las notas", "重置音符力度"],
    "Remove my marks": ["Zeichen der Erweiterung entfernen", "Retirer les nuances ajoutées", "Quitar las indicaciones añadidas", "移除已添加的记号"],
    "Undo this": ["Rückgängig", "Annuler cet ajout", "Deshacer esto", "撤销此操作"],
    "Add": ["Hinzufügen", "Ajouter", "Añadir", "添加"],
    "Close": ["Schließen", "Fermer", "Cerrar", "关闭"],
    "Waiting for other analyses": ["Warten auf andere Analysen", "En attente d'autres analyses", "Esperando otros análisis", "等待其他分析"],
    "Analysing": ["Analyse", "Analyse", "Analizando", "分析中"],
    "There is nothing to add.": ["Es gibt nichts hinzuzufügen.", "Il n'y a rien à ajouter.", "No hay nada que añadir.", "没有可添加的内容。"],
    "Marks added": ["Zeichen hinzugefügt", "Nuances ajoutées", "Indicaciones añadidas", "已添加记号"],
    "removed": ["entfernt", "retirées", "quitadas", "已移除"],
    "Marks removed": ["Zeichen entfernt", "Nuances retirées", "Indicaciones quitadas", "已移除记号"],
    "written already": ["steht schon da", "déjà écrit", "ya está escrito", "已写明"],
    "a mark is here": ["hier steht ein Zeichen", "une nuance est ici", "aquí hay una indicación", "此处已有记号"],
    "there is no note or rest here": ["hier ist weder Note noch Pause", "ni note ni silence ici", "aquí no hay nota ni silencio", "此处没有音符或休止符"],
    "ours, unchanged": ["von hier, unverändert", "ajouté ici, inchangé", "añadida aquí, sin cambios", "已添加，未变"],
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
    "the answer belongs to another score": ["die Antwort gehört zu einer anderen Partitur", "la réponse concerne une autre partition", "la respuesta es de otra partitura", "响应属于另一份乐谱"]
};

function lookup(text, locale) {
    var at = LANGUAGES.indexOf(String(locale).slice(0, 2));
    var row = TABLE[text];
    return at >= 0 && row ? row[at] : text;
}

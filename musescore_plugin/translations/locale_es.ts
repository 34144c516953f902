<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es_ES" sourcelanguage="en">
<context>
    <name>AddDynamicsFromAudio</name>
    <message>
        <source>Add dynamics from audio</source>
        <translation>Añadir la dinámica de una grabación</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>Escucha una grabación de esta pieza y propone dinámicas y reguladores</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Archivos de audio</translation>
    </message>
</context>
<context>
    <name>Panel</name>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>Suelte aquí un archivo de audio o escriba su ruta</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Examinar…</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>Analizar</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>El puente está en marcha</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>El puente no está en marcha. Inícielo con:</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Where marks stand already</source>
        <translation>Donde ya hay indicaciones</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>conservarlas</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>sustituirlas</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>solo comparar</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Densidad</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>Compás</translation>
    </message>
    <message>
        <source>Beat</source>
        <translation>Pulso</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Indicación</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Confianza</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Por qué</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Mostrar</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Escribir también el tempo de la grabación, invisible</translation>
    </message>
    <message>
        <source>Reset note velocities</source>
        <translation>Restablecer la velocidad de las notas</translation>
    </message>
    <message>
        <source>Remove my marks</source>
        <translation>Quitar las indicaciones añadidas</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>Deshacer esto</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Añadir</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>Esperando otros análisis</translation>
    </message>
    <message>
        <source>Analysing</source>
        <translation>Analizando</translation>
    </message>
    <message>
        <source>There is nothing to add.</source>
        <translation>No hay nada que añadir.</translation>
    </message>
    <message>
        <source>Marks added</source>
        <translation>Indicaciones añadidas</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>quitadas</translation>
    </message>
    <message>
        <source>Marks removed</source>
        <translation>Indicaciones quitadas</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>ya está escrito</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>aquí hay una indicación</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>aquí no hay nota ni silencio</translation>
    </message>
    <message>
        <source>ours, unchanged</source>
        <translation>añadida aquí, sin cambios</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>el puente no está en marcha</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>el puente no responde</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>el puente rechazó esta extensión</translation>
    </message>
    <message>
        <source>Start the bridge</source>
        <translation>Inicie el puente</translation>
    </message>
    <message>
        <source>Start the bridge again</source>
        <translation>Reinicie el puente</translation>
    </message>
    <message>
        <source>the score was changed after the analysis</source>
        <translation>la partitura cambió después del análisis</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>Repita el análisis</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>no se puede leer la partitura</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>no se pudieron escribir las indicaciones; la partitura está como estaba</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>acento</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>esta versión no puede escribir acentos</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>no se puede leer la respuesta del puente</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>Actualice la extensión o el puente</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>el análisis falló</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>la respuesta es de otra partitura</translation>
    </message>
</context>
</TS>

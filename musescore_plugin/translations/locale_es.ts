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
    <message>
        <source>All files</source>
        <translation>Todos los archivos</translation>
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
        <source>Mark</source>
        <translation>Indicación</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Escribir también el tempo de la grabación, invisible</translation>
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
        <source>removed</source>
        <translation>quitadas</translation>
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
    <message>
        <source>Listen and propose</source>
        <translation>Escuchar y proponer</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>El puente se está iniciando…</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>El puente es de otra versión: instale de nuevo la extensión.</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>pocas indicaciones</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>muchas indicaciones</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Todas</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Ninguna</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>Indicaciones impresas</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>Indicaciones de visitas anteriores</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>adaptarlas a esta grabación</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Ordenar por</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>compás</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>claridad</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>Claridad</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>Lo que se oyó</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>pulso</translation>
    </message>
    <message>
        <source>to</source>
        <translation>a</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>el final</translation>
    </message>
    <message>
        <source>there</source>
        <translation>ya está</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>ya está, ahora no propuesta</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>se quitará</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>impresa, se quitará</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>impresa, se queda</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>en lugar de</translation>
    </message>
    <message>
        <source>played</source>
        <translation>tocado</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>lo que tocarían las indicaciones propuestas</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>Que las notas con velocidad propia sigan las indicaciones</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>Quitar las indicaciones de Mezzoforte</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>Indicaciones de Mezzoforte quitadas</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>En esta partitura no hay indicaciones de Mezzoforte.</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>quitar</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Añadidas</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Escuchando</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>Solo se compara: no se escribe nada.</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>No hay nada marcado.</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>Nada que añadir: estas indicaciones ya están en la partitura.</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>Nada que añadir: ya hay indicaciones en estos lugares.</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>Nada que añadir con esta densidad: pruebe con más indicaciones.</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>Nada que añadir: la interpretación se mantiene en un nivel.</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>Las indicaciones de tempo de la partitura se quedan, pero sin efecto hasta que se quiten las de Mezzoforte.</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>Reproduciendo la grabación en el compás</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>este lugar no se toca en la grabación</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>Abra la grabación en un reproductor</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>el puente no encuentra ningún programa que reproduzca sonido (pw-play, paplay, aplay o ffplay)</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>este equipo no tiene ningún dispositivo de sonido que funcione</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>rechazada antes</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>sin indicaciones en los compases {}: no se tocan en la grabación</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>sin indicaciones en los compases {}: no se encontraron con seguridad</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>se supone que el piano está afinado a la = {} Hz</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>la página exportada difiere de la partitura: no se usan sus ligaduras ni sus saltos</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>la grabación suena {} semitono más alta que la partitura</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>la grabación suena {} semitonos más alta que la partitura</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>la grabación suena {} semitono más baja que la partitura</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>la grabación suena {} semitonos más baja que la partitura</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>causa probable</translation>
    </message>
    <message>
        <source>the recording does not play this score</source>
        <translation>la grabación no toca esta partitura</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>Compruebe que la grabación y la partitura son del mismo movimiento</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>la grabación está en silencio y no se puede comparar con la partitura</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>una partitura transportada o una grabación con otra afinación o velocidad</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>Transporte la partitura a la tonalidad de la grabación</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>no se puede abrir la grabación</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>Compruebe que sigue ahí</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>el contenido del archivo no es de audio</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>la extensión no es la de un archivo de audio</translation>
    </message>
</context>
</TS>

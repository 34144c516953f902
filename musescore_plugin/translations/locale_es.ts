<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es_ES" sourcelanguage="en">
<context>
    <name>Mezzoforte</name>
    <message>
        <source>1 mark</source>
        <translation>1 indicación</translation>
    </message>
    <message>
        <source>a bar begins at {time}</source>
        <translation>un compás comienza en {time}</translation>
    </message>
    <message>
        <source>A bar begins here</source>
        <translation>Aquí comienza un compás</translation>
    </message>
    <message>
        <source>a beat is at {time}</source>
        <translation>hay un pulso en {time}</translation>
    </message>
    <message>
        <source>a beat moved to {time}</source>
        <translation>un pulso movido a {time}</translation>
    </message>
    <message>
        <source>a broken copy or download</source>
        <translation>una copia o descarga incompleta</translation>
    </message>
    <message>
        <source>a different piece or movement, fewer than four bars of it, or a recording without enough piano</source>
        <translation>otra pieza u otro movimiento, menos de cuatro compases, o una grabación con muy poco piano</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>aquí hay una indicación</translation>
    </message>
    <message>
        <source>a path on another computer is not opened</source>
        <translation>no se abre una ruta de otro ordenador</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>una partitura transportada o una grabación con otra afinación o velocidad</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>quedan unos {time}</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>acento</translation>
    </message>
    <message>
        <source>Accents and sforzati are changed in the score.</source>
        <translation>Los acentos y sforzandos se cambian en la partitura.</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Aceptar</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Añadir</translation>
    </message>
    <message>
        <source>Add dynamics from audio</source>
        <translation>Añadir la dinámica de una grabación</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Añadidas</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Todas</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Todos los archivos</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>Escribir también el tempo de la grabación, invisible</translation>
    </message>
    <message>
        <source>Another window has changed this recording: its corrections are shown now.</source>
        <translation>Otra ventana cambió esta grabación: ahora se muestran sus correcciones.</translation>
    </message>
    <message>
        <source>Ardour and REAPER</source>
        <translation>Ardour y REAPER</translation>
    </message>
    <message>
        <source>as heard</source>
        <translation>como se oyó</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>como el sistema</translation>
    </message>
    <message>
        <source>Audacity labels</source>
        <translation>etiquetas de Audacity</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Archivos de audio</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>Compás</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>compás</translation>
    </message>
    <message>
        <source>bar by bar; or moves the chosen mark</source>
        <translation>compás a compás; o mueve la indicación elegida</translation>
    </message>
    <message>
        <source>bars may have {n} beats</source>
        <translation>los compases pueden tener {n} pulsos</translation>
    </message>
    <message>
        <source>Bars one beat later</source>
        <translation>Compases un pulso más tarde</translation>
    </message>
    <message>
        <source>Bars {n} beats later</source>
        <translation>Compases {n} pulsos más tarde</translation>
    </message>
    <message>
        <source>bars {} have the same notes as bars {}: the first place is taken</source>
        <translation>los compases {} tienen las mismas notas que los compases {}: se toma el primer lugar</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>pulso</translation>
    </message>
    <message>
        <source>beat by beat</source>
        <translation>pulso a pulso</translation>
    </message>
    <message>
        <source>Beat earlier</source>
        <translation>Pulso antes</translation>
    </message>
    <message>
        <source>Beat later</source>
        <translation>Pulso después</translation>
    </message>
    <message>
        <source>Beats in a bar</source>
        <translation>Pulsos por compás</translation>
    </message>
    <message>
        <source>beats that would change: {n}</source>
        <translation>pulsos que cambiarían: {n}</translation>
    </message>
    <message>
        <source>browsers do not play such files</source>
        <translation>los navegadores no reproducen estos archivos</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Examinar…</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>a mano</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>cancelado</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Cambiar</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>Compruebe que sigue ahí</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>Compruebe que la grabación y la partitura son del mismo movimiento</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>Elegir archivos…</translation>
    </message>
    <message>
        <source>Choose the file, or write where it is from the first folder on, without '..'</source>
        <translation>Elija el archivo o escriba dónde está desde la primera carpeta, sin «..»</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>Claridad</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>claridad</translation>
    </message>
    <message>
        <source>click track</source>
        <translation>pista de clics</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>Clics</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Closer</source>
        <translation>Más cerca</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Colores</translation>
    </message>
    <message>
        <source>Convert it to FLAC, OGG or MP3</source>
        <translation>Conviértala a FLAC, OGG o MP3</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC first</source>
        <translation>Conviértalo primero a WAV o FLAC</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Copy or download it again, or re-encode the part that plays</source>
        <translation>Cópielo o descárguelo de nuevo, o recodifique la parte que suena</translation>
    </message>
    <message>
        <source>Copy the recording here</source>
        <translation>Copie la grabación aquí</translation>
    </message>
    <message>
        <source>Correct beats and bars</source>
        <translation>Corregir pulsos y compases</translation>
    </message>
    <message>
        <source>corrections</source>
        <translation>correcciones</translation>
    </message>
    <message>
        <source>crescendo</source>
        <translation>crescendo</translation>
    </message>
    <message>
        <source>Cut it into pieces</source>
        <translation>Córtela en trozos</translation>
    </message>
    <message>
        <source>Cut it up</source>
        <translation>Divídala</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>oscuro</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>rechazada antes</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Eliminar</translation>
    </message>
    <message>
        <source>Delete some that are no longer needed</source>
        <translation>Elimine algunos que ya no necesite</translation>
    </message>
    <message>
        <source>Delete this analysis? Files that you opened by their path stay.</source>
        <translation>¿Eliminar este análisis? Los archivos abiertos por su ruta se conservan.</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Densidad</translation>
    </message>
    <message>
        <source>diminuendo</source>
        <translation>diminuendo</translation>
    </message>
    <message>
        <source>Drop a score beside the recording</source>
        <translation>Suelte una partitura junto con la grabación</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>Suelte aquí un archivo de audio o escriba su ruta</translation>
    </message>
    <message>
        <source>Drop it</source>
        <translation>Descartar</translation>
    </message>
    <message>
        <source>Drop recordings here, each with its score if you have one</source>
        <translation>Suelte aquí grabaciones, cada una con su partitura si la tiene</translation>
    </message>
    <message>
        <source>Drop the recording again</source>
        <translation>Suelte de nuevo la grabación</translation>
    </message>
    <message>
        <source>Dropped.</source>
        <translation>Descartado.</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>pocas indicaciones</translation>
    </message>
    <message>
        <source>fewer than two attacks of the score were found in the recording</source>
        <translation>se encontraron menos de dos ataques de la partitura en la grabación</translation>
    </message>
    <message>
        <source>ffmpeg is not installed</source>
        <translation>ffmpeg no está instalado</translation>
    </message>
    <message>
        <source>for any use, with credit</source>
        <translation>para cualquier uso, citando a los autores</translation>
    </message>
    <message>
        <source>Forget all corrections of beats</source>
        <translation>Olvidar todas las correcciones de pulsos</translation>
    </message>
    <message>
        <source>Further</source>
        <translation>Más lejos</translation>
    </message>
    <message>
        <source>Hairpins that are added when this window is closed</source>
        <translation>Reguladores que se añaden al cerrar esta ventana</translation>
    </message>
    <message>
        <source>Half a beat over</source>
        <translation>Medio pulso desplazado</translation>
    </message>
    <message>
        <source>Half as many beats</source>
        <translation>La mitad de pulsos</translation>
    </message>
    <message>
        <source>Half speed</source>
        <translation>Media velocidad</translation>
    </message>
    <message>
        <source>hear the notes too: better beats, about four times as long</source>
        <translation>oír también las notas: mejores pulsos, unas cuatro veces más lento</translation>
    </message>
    <message>
        <source>Heard with {model} ({licence})</source>
        <translation>Escuchado con {model} ({licence})</translation>
    </message>
    <message>
        <source>how many beats a bar has is not sure, least of all from {first} to {last}: count there</source>
        <translation>no es seguro cuántos pulsos tiene un compás, sobre todo de {first} a {last}: cuéntelos ahí</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>en lugar de</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>conservarlas</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Teclas</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>Que las notas con velocidad propia sigan las indicaciones</translation>
    </message>
    <message>
        <source>light</source>
        <translation>claro</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>causa probable</translation>
    </message>
    <message>
        <source>Links and devices are not opened</source>
        <translation>No se abren enlaces ni dispositivos</translation>
    </message>
    <message>
        <source>Listen and propose</source>
        <translation>Escuchar y proponer</translation>
    </message>
    <message>
        <source>Listen and see</source>
        <translation>Escuchar y ver</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Escuchando</translation>
    </message>
    <message>
        <source>Listening again with your correction…</source>
        <translation>Escuchando de nuevo con su corrección…</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>Escucha una grabación de esta pieza y propone dinámicas y reguladores</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Bucle</translation>
    </message>
    <message>
        <source>louder</source>
        <translation>más fuerte</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>muchas indicaciones</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Indicación</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Indicaciones</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>Indicaciones de visitas anteriores</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>Indicaciones de Mezzoforte quitadas</translation>
    </message>
    <message>
        <source>Move this file away, or mend it</source>
        <translation>Mueva este archivo o arréglelo</translation>
    </message>
    <message>
        <source>move to the left</source>
        <translation>mover a la izquierda</translation>
    </message>
    <message>
        <source>move to the right</source>
        <translation>mover a la derecha</translation>
    </message>
    <message>
        <source>New mark</source>
        <translation>Nueva indicación</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>sin indicaciones en los compases {}: no se encontraron con seguridad</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>sin indicaciones en los compases {}: no se tocan en la grabación</translation>
    </message>
    <message>
        <source>No recording is open.</source>
        <translation>No hay ninguna grabación abierta.</translation>
    </message>
    <message>
        <source>no score came with this recording</source>
        <translation>esta grabación vino sin partitura</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Ninguna</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>no para uso comercial</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>No hay nada marcado.</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>Nada que añadir con esta densidad: pruebe con más indicaciones.</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>Nada que añadir: ya hay indicaciones en estos lugares.</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>Nada que añadir: la interpretación se mantiene en un nivel.</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>Nada que añadir: estas indicaciones ya están en la partitura.</translation>
    </message>
    <message>
        <source>nothing was heard on the score's beats, so no marks are written</source>
        <translation>no se oyó nada en los pulsos de la partitura, así que no se escriben indicaciones</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>solo comparar</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>Solo se compara: no se escribe nada.</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>Abra la grabación en un reproductor</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausa</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>imagen</translation>
    </message>
    <message>
        <source>Place in the recording</source>
        <translation>Lugar en la grabación</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Reproducir</translation>
    </message>
    <message>
        <source>played</source>
        <translation>tocado</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>Reproduciendo la grabación en el compás</translation>
    </message>
    <message>
        <source>Press Ctrl+Z in the score to take this back.</source>
        <translation>Pulse Ctrl+Z en la partitura para deshacer esto.</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>Indicaciones impresas</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>impresa, se queda</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>impresa, se quitará</translation>
    </message>
    <message>
        <source>Put it here</source>
        <translation>Poner aquí</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>listo</translation>
    </message>
    <message>
        <source>REAPER project</source>
        <translation>proyecto de REAPER</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Grabaciones</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Rehacer</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>quitar</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>Quitar las indicaciones de Mezzoforte</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>quitadas</translation>
    </message>
    <message>
        <source>removes the chosen mark</source>
        <translation>quita la indicación elegida</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>sustituirlas</translation>
    </message>
    <message>
        <source>report</source>
        <translation>informe</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>Repita el análisis</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Guardado.</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Partitura</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>Enviando…</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Mostrar</translation>
    </message>
    <message>
        <source>softer</source>
        <translation>más suave</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Ordenar por</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Empezar de nuevo</translation>
    </message>
    <message>
        <source>Start the analysis again</source>
        <translation>Inicie de nuevo el análisis</translation>
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
        <source>Take it home</source>
        <translation>Llevárselo</translation>
    </message>
    <message>
        <source>Take the taps</source>
        <translation>Tomar los golpes</translation>
    </message>
    <message>
        <source>Taken: {what}</source>
        <translation>Aceptado: {what}</translation>
    </message>
    <message>
        <source>Tap a beat</source>
        <translation>Marcar un pulso</translation>
    </message>
    <message>
        <source>Tap T on every beat while the recording plays, then press Enter.</source>
        <translation>Pulse T en cada pulso mientras suena la grabación y luego Intro.</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>el análisis falló</translation>
    </message>
    <message>
        <source>the analysis is {}</source>
        <translation>el análisis está {}</translation>
    </message>
    <message>
        <source>the analysis process ended unexpectedly ({})</source>
        <translation>el proceso de análisis terminó de forma inesperada ({})</translation>
    </message>
    <message>
        <source>the analysis took longer than {} s</source>
        <translation>el análisis duró más de {} s</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>la respuesta es de otra partitura</translation>
    </message>
    <message>
        <source>the beats are not sure, least of all from {first} to {last}: tap a few bars there</source>
        <translation>los pulsos son inciertos, sobre todo de {first} a {last}: marque ahí algunos compases</translation>
    </message>
    <message>
        <source>the beats may go twice as fast as the music: half as many would be {n} a minute</source>
        <translation>los pulsos pueden ir al doble de la música: la mitad serían {n} por minuto</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>el puente no responde</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>el puente no encuentra ningún programa que reproduzca sonido (pw-play, paplay, aplay o ffplay)</translation>
    </message>
    <message>
        <source>The bridge finds no sound device here: the page plays the recording, in your browser.</source>
        <translation>El puente no encuentra aquí ningún dispositivo de sonido: la página reproduce la grabación en su navegador.</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>el puente no está en marcha</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>El puente no está en marcha. Inícielo con:</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>El puente es de otra versión: instale de nuevo la extensión.</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>El puente está en marcha</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>El puente se está iniciando…</translation>
    </message>
    <message>
        <source>The bridge is there again.</source>
        <translation>El puente vuelve a estar ahí.</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>el puente rechazó esta extensión</translation>
    </message>
    <message>
        <source>The bridge was started anew. Open its page again; this one then goes on, too:</source>
        <translation>El puente se ha reiniciado. Abra de nuevo su página; esta también continuará:</translation>
    </message>
    <message>
        <source>the bridge was stopped before this analysis ended</source>
        <translation>el puente se detuvo antes de que terminara este análisis</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>no se puede leer la respuesta del puente</translation>
    </message>
    <message>
        <source>the chosen mark louder or softer</source>
        <translation>la indicación elegida más fuerte o más suave</translation>
    </message>
    <message>
        <source>the contents are not those of a {} file</source>
        <translation>el contenido no es el de un archivo {}</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>el final</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>la página exportada difiere de la partitura: no se usan sus ligaduras ni sus saltos</translation>
    </message>
    <message>
        <source>the file is empty (0 bytes)</source>
        <translation>el archivo está vacío (0 bytes)</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>el contenido del archivo no es de audio</translation>
    </message>
    <message>
        <source>the marked score</source>
        <translation>la partitura con indicaciones</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>no se pudieron escribir las indicaciones; la partitura está como estaba</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>se supone que el piano está afinado a la = {} Hz</translation>
    </message>
    <message>
        <source>the recorder or export stopped before it wrote any audio</source>
        <translation>la grabadora o la exportación se detuvo antes de escribir audio</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>no se puede abrir la grabación</translation>
    </message>
    <message>
        <source>the recording does not play this score, or no part of it that could be told from another</source>
        <translation>la grabación no toca esta partitura, o ninguna parte de ella que se pueda distinguir de otra</translation>
    </message>
    <message>
        <source>the recording has 0 samples</source>
        <translation>la grabación está vacía</translation>
    </message>
    <message>
        <source>the recording is larger than {} MiB</source>
        <translation>la grabación supera los {} MiB</translation>
    </message>
    <message>
        <source>the recording is not a regular file</source>
        <translation>la grabación no es un archivo normal</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>la grabación está en silencio y no se puede comparar con la partitura</translation>
    </message>
    <message>
        <source>The recording may be damaged, or memory ran out. Convert it to WAV and try again</source>
        <translation>La grabación puede estar dañada o faltó memoria. Conviértala a WAV e inténtelo de nuevo</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>la grabación suena {} semitono más alta que la partitura</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>la grabación suena {} semitono más baja que la partitura</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>la grabación suena {} semitonos más alta que la partitura</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>la grabación suena {} semitonos más baja que la partitura</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>la extensión no es la de un archivo de audio</translation>
    </message>
    <message>
        <source>the report can play the recording</source>
        <translation>el informe puede reproducir la grabación</translation>
    </message>
    <message>
        <source>the score cannot be engraved</source>
        <translation>no se puede grabar la partitura</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>no se puede leer la partitura</translation>
    </message>
    <message>
        <source>the score cannot be shown: Verovio is not installed</source>
        <translation>no se puede mostrar la partitura: Verovio no está instalado</translation>
    </message>
    <message>
        <source>the score has no measures</source>
        <translation>la partitura no tiene compases</translation>
    </message>
    <message>
        <source>the score has no pitched notes</source>
        <translation>la partitura no tiene notas con altura</translation>
    </message>
    <message>
        <source>the score is not well-formed XML</source>
        <translation>la partitura no es XML bien formado</translation>
    </message>
    <message>
        <source>the score is played from {} s to {} s of the recording; the rest is left out</source>
        <translation>la partitura se toca de {} s a {} s de la grabación; el resto se deja fuera</translation>
    </message>
    <message>
        <source>the score was changed after the analysis</source>
        <translation>la partitura cambió después del análisis</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>Las indicaciones de tempo de la partitura se quedan, pero sin efecto hasta que se quiten las de Mezzoforte.</translation>
    </message>
    <message>
        <source>the {} data breaks off after about {} s</source>
        <translation>los datos {} se cortan tras unos {} s</translation>
    </message>
    <message>
        <source>there</source>
        <translation>ya está</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>En esta partitura no hay indicaciones de Mezzoforte.</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>aquí no hay nota ni silencio</translation>
    </message>
    <message>
        <source>there is no score to write marks into</source>
        <translation>no hay partitura en la que escribir indicaciones</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>ya está, ahora no propuesta</translation>
    </message>
    <message>
        <source>this analysis is no longer there</source>
        <translation>este análisis ya no está</translation>
    </message>
    <message>
        <source>This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it.</source>
        <translation>Este navegador no reproduce este tipo de archivo; todo lo demás funciona. Conviértalo a FLAC, OGG o MP3 para oírlo.</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>este equipo no tiene ningún dispositivo de sonido que funcione</translation>
    </message>
    <message>
        <source>this is not audio that can be read</source>
        <translation>esto no es audio que se pueda leer</translation>
    </message>
    <message>
        <source>this is not the full path of a recording</source>
        <translation>esta no es la ruta completa de una grabación</translation>
    </message>
    <message>
        <source>this is {}, which needs ffmpeg to be read</source>
        <translation>esto es {}, que necesita ffmpeg para leerse</translation>
    </message>
    <message>
        <source>This page needs the address that this command opens:</source>
        <translation>Esta página necesita la dirección que abre esta orden:</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>este lugar no se toca en la grabación</translation>
    </message>
    <message>
        <source>this recording cannot be put into a report</source>
        <translation>esta grabación no se puede incluir en un informe</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>esta versión no puede escribir acentos</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Tiempo</translation>
    </message>
    <message>
        <source>to</source>
        <translation>a</translation>
    </message>
    <message>
        <source>To the recording</source>
        <translation>A la grabación</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>Transporte la partitura a la tonalidad de la grabación</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Try again when one has ended</source>
        <translation>Inténtelo de nuevo cuando termine uno</translation>
    </message>
    <message>
        <source>turn round</source>
        <translation>invertir</translation>
    </message>
    <message>
        <source>Twice as many beats</source>
        <translation>El doble de pulsos</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>Deshacer esto</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>Actualice la extensión o el puente</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>adaptarlas a esta grabación</translation>
    </message>
    <message>
        <source>Use a shorter recording</source>
        <translation>Use una grabación más corta</translation>
    </message>
    <message>
        <source>Verovio does not understand it</source>
        <translation>Verovio no la entiende</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>Esperando otros análisis</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Pesos</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>lo que tocarían las indicaciones propuestas</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>Lo que se oyó</translation>
    </message>
    <message>
        <source>what you said in {} is honoured</source>
        <translation>se respeta lo que dijo en {}</translation>
    </message>
    <message>
        <source>What you said of beats and bars: {n}</source>
        <translation>Lo que dijo de pulsos y compases: {n}</translation>
    </message>
    <message>
        <source>where bars begin is not sure, least of all from {first} to {last}: set one bar line there</source>
        <translation>no es seguro dónde empiezan los compases, sobre todo de {first} a {last}: ponga ahí una barra de compás</translation>
    </message>
    <message>
        <source>Whole recording</source>
        <translation>Toda la grabación</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>se quitará</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Escribiendo…</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>ya está escrito</translation>
    </message>
    <message>
        <source>Your corrections are saved in {file}, beside the recording.</source>
        <translation>Sus correcciones se guardan en {file}, junto a la grabación.</translation>
    </message>
    <message>
        <source>Your corrections are saved on this computer; take them home below if you like.</source>
        <translation>Sus correcciones se guardan en este equipo; abajo puede llevárselas.</translation>
    </message>
    <message>
        <source>{name}: a score needs its recording; drop both together</source>
        <translation>{name}: una partitura necesita su grabación; suelte ambas juntas</translation>
    </message>
    <message>
        <source>{n} beats tapped</source>
        <translation>{n} pulsos marcados</translation>
    </message>
    <message>
        <source>{n} marks</source>
        <translation>{n} indicaciones</translation>
    </message>
    <message>
        <source>{time}, bar {bar}, beat {beat}</source>
        <translation>{time}, compás {bar}, pulso {beat}</translation>
    </message>
    <message>
        <source>{} analyses are waiting already</source>
        <translation>ya esperan {} análisis</translation>
    </message>
    <message>
        <source>{} cannot be written</source>
        <translation>no se puede escribir {}</translation>
    </message>
</context>
</TS>

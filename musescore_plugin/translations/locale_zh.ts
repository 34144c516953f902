<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Mezzoforte</name>
    <message>
        <source>1 mark</source>
        <translation>1 个记号</translation>
    </message>
    <message>
        <source>a bar begins at {time}</source>
        <translation>小节从 {time} 开始</translation>
    </message>
    <message>
        <source>A bar begins here</source>
        <translation>小节从这里开始</translation>
    </message>
    <message>
        <source>a beat is at {time}</source>
        <translation>拍点位于 {time}</translation>
    </message>
    <message>
        <source>a beat moved to {time}</source>
        <translation>拍点移至 {time}</translation>
    </message>
    <message>
        <source>a broken copy or download</source>
        <translation>复制或下载不完整</translation>
    </message>
    <message>
        <source>a different piece or movement, fewer than four bars of it, or a recording without enough piano</source>
        <translation>另一首乐曲或乐章、不足四小节，或录音中的钢琴声过少</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>此处已有记号</translation>
    </message>
    <message>
        <source>a path on another computer is not opened</source>
        <translation>不打开其他计算机上的路径</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>乐谱已移调，或录音的音高或速度不同</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>约剩 {time}</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>重音</translation>
    </message>
    <message>
        <source>Accents and sforzati are changed in the score.</source>
        <translation>重音和突强请在乐谱中修改。</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>接受</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add dynamics from audio</source>
        <translation>根据录音添加力度记号</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>已添加</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>同时写入录音的速度（不可见）</translation>
    </message>
    <message>
        <source>Another window has changed this recording: its corrections are shown now.</source>
        <translation>另一个窗口修改了此录音：现在显示其更正。</translation>
    </message>
    <message>
        <source>Ardour and REAPER</source>
        <translation>Ardour 和 REAPER</translation>
    </message>
    <message>
        <source>as heard</source>
        <translation>按听到的</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Audacity labels</source>
        <translation>Audacity 标签</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>音频文件</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>小节</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>小节</translation>
    </message>
    <message>
        <source>bar by bar; or moves the chosen mark</source>
        <translation>逐小节；或移动所选记号</translation>
    </message>
    <message>
        <source>bars may have {n} beats</source>
        <translation>每小节可能有 {n} 拍</translation>
    </message>
    <message>
        <source>Bars one beat later</source>
        <translation>小节线后移一拍</translation>
    </message>
    <message>
        <source>Bars {n} beats later</source>
        <translation>小节线后移 {n} 拍</translation>
    </message>
    <message>
        <source>bars {} have the same notes as bars {}: the first place is taken</source>
        <translation>第 {} 小节与第 {} 小节的音相同：取第一处</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>拍</translation>
    </message>
    <message>
        <source>beat by beat</source>
        <translation>逐拍</translation>
    </message>
    <message>
        <source>Beat earlier</source>
        <translation>拍点提前</translation>
    </message>
    <message>
        <source>Beat later</source>
        <translation>拍点推后</translation>
    </message>
    <message>
        <source>Beats in a bar</source>
        <translation>每小节拍数</translation>
    </message>
    <message>
        <source>beats that would change: {n}</source>
        <translation>将改变的拍点：{n}</translation>
    </message>
    <message>
        <source>browsers do not play such files</source>
        <translation>浏览器无法播放此类文件</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>手动</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>修改</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>请检查它是否还在</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>请确认录音和乐谱是同一乐章</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Choose the file, or write where it is from the first folder on, without '..'</source>
        <translation>请选择文件，或从最上层文件夹开始写出其位置，不含“..”</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>明显程度</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>明显程度</translation>
    </message>
    <message>
        <source>click track</source>
        <translation>节拍音轨</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>节拍声</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Closer</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Convert it to FLAC, OGG or MP3</source>
        <translation>请转换为 FLAC、OGG 或 MP3</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC first</source>
        <translation>请先转换为 WAV 或 FLAC</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy or download it again, or re-encode the part that plays</source>
        <translation>请重新复制或下载，或重新编码可播放的部分</translation>
    </message>
    <message>
        <source>Copy the recording here</source>
        <translation>请将录音复制到本机</translation>
    </message>
    <message>
        <source>Correct beats and bars</source>
        <translation>更正拍点和小节</translation>
    </message>
    <message>
        <source>corrections</source>
        <translation>更正</translation>
    </message>
    <message>
        <source>crescendo</source>
        <translation>渐强</translation>
    </message>
    <message>
        <source>Cut it into pieces</source>
        <translation>请将其分割</translation>
    </message>
    <message>
        <source>Cut it up</source>
        <translation>请将其分割</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>以前未采用</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete some that are no longer needed</source>
        <translation>请删除一些不再需要的分析</translation>
    </message>
    <message>
        <source>Delete this analysis? Files that you opened by their path stay.</source>
        <translation>删除此分析？按路径打开的文件会保留。</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>diminuendo</source>
        <translation>渐弱</translation>
    </message>
    <message>
        <source>Drop a score beside the recording</source>
        <translation>请将乐谱与录音一起拖入</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>将音频文件拖到此处，或输入其路径</translation>
    </message>
    <message>
        <source>Drop it</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Drop recordings here, each with its score if you have one</source>
        <translation>将录音拖到此处，如有乐谱请一并拖入</translation>
    </message>
    <message>
        <source>Drop the recording again</source>
        <translation>请重新拖入录音</translation>
    </message>
    <message>
        <source>Dropped.</source>
        <translation>已放弃。</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>记号少</translation>
    </message>
    <message>
        <source>fewer than two attacks of the score were found in the recording</source>
        <translation>在录音中找到的乐谱起音少于两个</translation>
    </message>
    <message>
        <source>ffmpeg is not installed</source>
        <translation>未安装 ffmpeg</translation>
    </message>
    <message>
        <source>for any use, with credit</source>
        <translation>可用于任何用途，须署名</translation>
    </message>
    <message>
        <source>Forget all corrections of beats</source>
        <translation>取消所有拍点更正</translation>
    </message>
    <message>
        <source>Further</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Hairpins that are added when this window is closed</source>
        <translation>关闭此窗口时添加的渐强渐弱记号</translation>
    </message>
    <message>
        <source>Half a beat over</source>
        <translation>错开半拍</translation>
    </message>
    <message>
        <source>Half as many beats</source>
        <translation>拍点减半</translation>
    </message>
    <message>
        <source>Half speed</source>
        <translation>半速</translation>
    </message>
    <message>
        <source>hear the notes too: better beats, about four times as long</source>
        <translation>同时聆听音符：拍点更准，约需四倍时间</translation>
    </message>
    <message>
        <source>Heard with {model} ({licence})</source>
        <translation>由 {model} 聆听（{licence}）</translation>
    </message>
    <message>
        <source>how many beats a bar has is not sure, least of all from {first} to {last}: count there</source>
        <translation>每小节有几拍不确定，{first} 至 {last} 尤甚：请在那里数一数</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>代替</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>让自带力度的音符服从记号</translation>
    </message>
    <message>
        <source>light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>可能的原因</translation>
    </message>
    <message>
        <source>Links and devices are not opened</source>
        <translation>不打开链接和设备</translation>
    </message>
    <message>
        <source>Listen and propose</source>
        <translation>聆听并建议</translation>
    </message>
    <message>
        <source>Listen and see</source>
        <translation>听与看</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>聆听中</translation>
    </message>
    <message>
        <source>Listening again with your correction…</source>
        <translation>正在按您的更正重新聆听…</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>聆听本曲录音，并建议力度记号和渐强渐弱记号</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>louder</source>
        <translation>更强</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>记号多</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>记号</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>记号</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>以前添加的记号</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>已移除 Mezzoforte 的记号</translation>
    </message>
    <message>
        <source>Move this file away, or mend it</source>
        <translation>请移走或修复此文件</translation>
    </message>
    <message>
        <source>move to the left</source>
        <translation>左移</translation>
    </message>
    <message>
        <source>move to the right</source>
        <translation>右移</translation>
    </message>
    <message>
        <source>New mark</source>
        <translation>新记号</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>第 {} 小节没有记号：位置不够确定</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>第 {} 小节没有记号：录音中未演奏</translation>
    </message>
    <message>
        <source>No recording is open.</source>
        <translation>没有打开的录音。</translation>
    </message>
    <message>
        <source>no score came with this recording</source>
        <translation>此录音没有附带乐谱</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>不得用于商业用途</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>未勾选任何项。</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>此密度下没有可添加的内容：请尝试更多记号。</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>没有可添加的内容：这些位置已有记号。</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>没有可添加的内容：演奏力度始终不变。</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>没有可添加的内容：这些记号已在乐谱中。</translation>
    </message>
    <message>
        <source>nothing was heard on the score's beats, so no marks are written</source>
        <translation>在乐谱的拍点上没有听到声音，因此不写记号</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>仅比较</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>仅比较：不写入任何内容。</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>请在播放器中打开录音</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Place in the recording</source>
        <translation>录音中的位置</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>played</source>
        <translation>演奏</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>正在播放录音，小节</translation>
    </message>
    <message>
        <source>Press Ctrl+Z in the score to take this back.</source>
        <translation>请在乐谱中按 Ctrl+Z 撤销。</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>原有记号</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>原有记号，保留</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>原有记号，将移除</translation>
    </message>
    <message>
        <source>Put it here</source>
        <translation>放在这里</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>REAPER project</source>
        <translation>REAPER 工程</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>移除 Mezzoforte 的记号</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>已移除</translation>
    </message>
    <message>
        <source>removes the chosen mark</source>
        <translation>移除所选记号</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>请重新分析</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>已保存。</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>乐谱</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>正在发送…</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>softer</source>
        <translation>更弱</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Start the analysis again</source>
        <translation>请重新开始分析</translation>
    </message>
    <message>
        <source>Start the bridge</source>
        <translation>请启动桥接程序</translation>
    </message>
    <message>
        <source>Start the bridge again</source>
        <translation>请重新启动桥接程序</translation>
    </message>
    <message>
        <source>Take it home</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Take the taps</source>
        <translation>采用敲击</translation>
    </message>
    <message>
        <source>Taken: {what}</source>
        <translation>已采用：{what}</translation>
    </message>
    <message>
        <source>Tap a beat</source>
        <translation>敲一拍</translation>
    </message>
    <message>
        <source>Tap T on every beat while the recording plays, then press Enter.</source>
        <translation>播放录音时在每拍按 T，然后按回车。</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>分析失败</translation>
    </message>
    <message>
        <source>the analysis is {}</source>
        <translation>分析状态：{}</translation>
    </message>
    <message>
        <source>the analysis process ended unexpectedly ({})</source>
        <translation>分析进程意外结束（{}）</translation>
    </message>
    <message>
        <source>the analysis took longer than {} s</source>
        <translation>分析超过 {} 秒</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>响应属于另一份乐谱</translation>
    </message>
    <message>
        <source>the beats are not sure, least of all from {first} to {last}: tap a few bars there</source>
        <translation>拍子不确定，{first} 至 {last} 尤甚：请在那里敲几小节</translation>
    </message>
    <message>
        <source>the beats may go twice as fast as the music: half as many would be {n} a minute</source>
        <translation>拍子可能比音乐快一倍：减半为每分钟 {n} 拍</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>桥接程序没有响应</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>桥接程序找不到播放声音的程序（pw-play、paplay、aplay 或 ffplay）</translation>
    </message>
    <message>
        <source>The bridge finds no sound device here: the page plays the recording, in your browser.</source>
        <translation>桥接程序在此找不到音频设备：将在浏览器页面中播放录音。</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>桥接程序未运行</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>桥接程序未运行。启动命令：</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>桥接程序版本不同：请重新安装插件。</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>桥接程序正在运行</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>桥接程序正在启动…</translation>
    </message>
    <message>
        <source>The bridge is there again.</source>
        <translation>桥接程序已恢复。</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>桥接程序拒绝了此插件</translation>
    </message>
    <message>
        <source>The bridge was started anew. Open its page again; this one then goes on, too:</source>
        <translation>桥接程序已重新启动。请重新打开其页面，本页随后也会继续：</translation>
    </message>
    <message>
        <source>the bridge was stopped before this analysis ended</source>
        <translation>桥接程序在此分析结束前已停止</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>无法读取桥接程序的响应</translation>
    </message>
    <message>
        <source>the chosen mark louder or softer</source>
        <translation>所选记号更强或更弱</translation>
    </message>
    <message>
        <source>the contents are not those of a {} file</source>
        <translation>内容不是 {} 文件</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>结尾</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>导出的页面与乐谱不同，因此不使用其连线和跳转</translation>
    </message>
    <message>
        <source>the file is empty (0 bytes)</source>
        <translation>文件为空（0 字节）</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>文件内容不是音频</translation>
    </message>
    <message>
        <source>the marked score</source>
        <translation>带记号的乐谱</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>无法写入记号；乐谱保持原样</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>假定钢琴的标准音为 a' = {} Hz</translation>
    </message>
    <message>
        <source>the recorder or export stopped before it wrote any audio</source>
        <translation>录音或导出在写入音频之前就停止了</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>无法打开录音</translation>
    </message>
    <message>
        <source>the recording does not play this score, or no part of it that could be told from another</source>
        <translation>录音演奏的不是这份乐谱，或者不是其中可辨认的部分</translation>
    </message>
    <message>
        <source>the recording has 0 samples</source>
        <translation>录音是空的</translation>
    </message>
    <message>
        <source>the recording is larger than {} MiB</source>
        <translation>录音大于 {} MiB</translation>
    </message>
    <message>
        <source>the recording is not a regular file</source>
        <translation>录音不是普通文件</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>录音没有声音，无法与乐谱对应</translation>
    </message>
    <message>
        <source>The recording may be damaged, or memory ran out. Convert it to WAV and try again</source>
        <translation>录音可能已损坏，或内存不足。请转换为 WAV 后重试</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>录音比乐谱高 {} 个半音</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>录音比乐谱低 {} 个半音</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>录音比乐谱高 {} 个半音</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>录音比乐谱低 {} 个半音</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>文件扩展名不是音频文件的</translation>
    </message>
    <message>
        <source>the report can play the recording</source>
        <translation>报告可播放录音</translation>
    </message>
    <message>
        <source>the score cannot be engraved</source>
        <translation>无法排印乐谱</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>无法读取乐谱</translation>
    </message>
    <message>
        <source>the score cannot be shown: Verovio is not installed</source>
        <translation>无法显示乐谱：未安装 Verovio</translation>
    </message>
    <message>
        <source>the score has no measures</source>
        <translation>乐谱没有小节</translation>
    </message>
    <message>
        <source>the score has no pitched notes</source>
        <translation>乐谱中没有有音高的音符</translation>
    </message>
    <message>
        <source>the score is not well-formed XML</source>
        <translation>乐谱不是格式正确的 XML</translation>
    </message>
    <message>
        <source>the score is played from {} s to {} s of the recording; the rest is left out</source>
        <translation>乐谱在录音的 {} 秒至 {} 秒处演奏；其余部分略去</translation>
    </message>
    <message>
        <source>the score was changed after the analysis</source>
        <translation>乐谱在分析后被修改</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>乐谱原有的速度记号保留，但在移除 Mezzoforte 的记号之前不起作用。</translation>
    </message>
    <message>
        <source>the {} data breaks off after about {} s</source>
        <translation>{} 数据在约 {} 秒后中断</translation>
    </message>
    <message>
        <source>there</source>
        <translation>已有</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>此乐谱中没有 Mezzoforte 的记号。</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>此处没有音符或休止符</translation>
    </message>
    <message>
        <source>there is no score to write marks into</source>
        <translation>没有可写入记号的乐谱</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>已有，此次未建议</translation>
    </message>
    <message>
        <source>this analysis is no longer there</source>
        <translation>此分析已不存在</translation>
    </message>
    <message>
        <source>This browser cannot play this kind of file; everything else works. Convert it to FLAC, OGG or MP3 to hear it.</source>
        <translation>此浏览器无法播放这种文件；其他功能正常。请转换为 FLAC、OGG 或 MP3 后收听。</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>此电脑没有可用的声音设备</translation>
    </message>
    <message>
        <source>this is not audio that can be read</source>
        <translation>这不是可读取的音频</translation>
    </message>
    <message>
        <source>this is not the full path of a recording</source>
        <translation>这不是录音的完整路径</translation>
    </message>
    <message>
        <source>this is {}, which needs ffmpeg to be read</source>
        <translation>这是 {}，需要 ffmpeg 才能读取</translation>
    </message>
    <message>
        <source>This page needs the address that this command opens:</source>
        <translation>此页面需要由以下命令打开的地址：</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>录音中没有演奏此处</translation>
    </message>
    <message>
        <source>this recording cannot be put into a report</source>
        <translation>此录音无法放入报告</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>此版本无法写入重音记号</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>To the recording</source>
        <translation>转到录音</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>请把乐谱移调到录音的调</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try again when one has ended</source>
        <translation>请在其中一个结束后重试</translation>
    </message>
    <message>
        <source>turn round</source>
        <translation>反向</translation>
    </message>
    <message>
        <source>Twice as many beats</source>
        <translation>拍点加倍</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>撤销此操作</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>请更新插件或桥接程序</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>按此录音更新</translation>
    </message>
    <message>
        <source>Use a shorter recording</source>
        <translation>请使用较短的录音</translation>
    </message>
    <message>
        <source>Verovio does not understand it</source>
        <translation>Verovio 无法理解</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>等待其他分析</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>建议记号的播放效果</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>听到的内容</translation>
    </message>
    <message>
        <source>what you said in {} is honoured</source>
        <translation>已遵循您在 {} 中的更正</translation>
    </message>
    <message>
        <source>What you said of beats and bars: {n}</source>
        <translation>您对拍点和小节的更正：{n}</translation>
    </message>
    <message>
        <source>where bars begin is not sure, least of all from {first} to {last}: set one bar line there</source>
        <translation>小节从哪里开始不确定，{first} 至 {last} 尤甚：请在那里定一条小节线</translation>
    </message>
    <message>
        <source>Whole recording</source>
        <translation>整个录音</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>将移除</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>正在写入…</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>已写明</translation>
    </message>
    <message>
        <source>Your corrections are saved in {file}, beside the recording.</source>
        <translation>您的更正保存在录音旁的 {file} 中。</translation>
    </message>
    <message>
        <source>Your corrections are saved on this computer; take them home below if you like.</source>
        <translation>您的更正保存在此电脑上；可在下方导出。</translation>
    </message>
    <message>
        <source>{name}: a score needs its recording; drop both together</source>
        <translation>{name}：乐谱需要对应的录音；请一起拖入</translation>
    </message>
    <message>
        <source>{n} beats tapped</source>
        <translation>已敲 {n} 拍</translation>
    </message>
    <message>
        <source>{n} marks</source>
        <translation>{n} 个记号</translation>
    </message>
    <message>
        <source>{time}, bar {bar}, beat {beat}</source>
        <translation>{time}，第 {bar} 小节第 {beat} 拍</translation>
    </message>
    <message>
        <source>{} analyses are waiting already</source>
        <translation>已有 {} 个分析在等待</translation>
    </message>
    <message>
        <source>{} cannot be written</source>
        <translation>无法写入 {}</translation>
    </message>
</context>
</TS>

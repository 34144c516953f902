<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AddDynamicsFromAudio</name>
    <message>
        <source>Add dynamics from audio</source>
        <translation>根据录音添加力度记号</translation>
    </message>
    <message>
        <source>Listens to a recording of this piece and proposes dynamics and hairpins</source>
        <translation>聆听本曲录音，并建议力度记号和渐强渐弱记号</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>音频文件</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
</context>
<context>
    <name>Panel</name>
    <message>
        <source>Recording</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>Drop an audio file here, or write its path</source>
        <translation>将音频文件拖到此处，或输入其路径</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The bridge is running</source>
        <translation>桥接程序正在运行</translation>
    </message>
    <message>
        <source>The bridge is not running. Start it with:</source>
        <translation>桥接程序未运行。启动命令：</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>keep them</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>replace them</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>only compare</source>
        <translation>仅比较</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>Bar</source>
        <translation>小节</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>记号</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>同时写入录音的速度（不可见）</translation>
    </message>
    <message>
        <source>Undo this</source>
        <translation>撤销此操作</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Waiting for other analyses</source>
        <translation>等待其他分析</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>已移除</translation>
    </message>
    <message>
        <source>written already</source>
        <translation>已写明</translation>
    </message>
    <message>
        <source>a mark is here</source>
        <translation>此处已有记号</translation>
    </message>
    <message>
        <source>there is no note or rest here</source>
        <translation>此处没有音符或休止符</translation>
    </message>
    <message>
        <source>the bridge is not running</source>
        <translation>桥接程序未运行</translation>
    </message>
    <message>
        <source>the bridge does not answer</source>
        <translation>桥接程序没有响应</translation>
    </message>
    <message>
        <source>the bridge refused this plugin</source>
        <translation>桥接程序拒绝了此插件</translation>
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
        <source>the score was changed after the analysis</source>
        <translation>乐谱在分析后被修改</translation>
    </message>
    <message>
        <source>Run the analysis again</source>
        <translation>请重新分析</translation>
    </message>
    <message>
        <source>the score cannot be read</source>
        <translation>无法读取乐谱</translation>
    </message>
    <message>
        <source>the marks could not be written; the score is as it was</source>
        <translation>无法写入记号；乐谱保持原样</translation>
    </message>
    <message>
        <source>accent</source>
        <translation>重音</translation>
    </message>
    <message>
        <source>this version cannot write accents</source>
        <translation>此版本无法写入重音记号</translation>
    </message>
    <message>
        <source>the bridge's answer cannot be read</source>
        <translation>无法读取桥接程序的响应</translation>
    </message>
    <message>
        <source>Update the plugin or the bridge</source>
        <translation>请更新插件或桥接程序</translation>
    </message>
    <message>
        <source>the analysis failed</source>
        <translation>分析失败</translation>
    </message>
    <message>
        <source>the answer belongs to another score</source>
        <translation>响应属于另一份乐谱</translation>
    </message>
    <message>
        <source>Listen and propose</source>
        <translation>聆听并建议</translation>
    </message>
    <message>
        <source>The bridge is starting…</source>
        <translation>桥接程序正在启动…</translation>
    </message>
    <message>
        <source>The bridge is of another version: install the plugin again.</source>
        <translation>桥接程序版本不同：请重新安装插件。</translation>
    </message>
    <message>
        <source>few marks</source>
        <translation>记号少</translation>
    </message>
    <message>
        <source>many marks</source>
        <translation>记号多</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
    <message>
        <source>Printed marks</source>
        <translation>原有记号</translation>
    </message>
    <message>
        <source>Marks from earlier visits</source>
        <translation>以前添加的记号</translation>
    </message>
    <message>
        <source>update to this recording</source>
        <translation>按此录音更新</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>bar</source>
        <translation>小节</translation>
    </message>
    <message>
        <source>clearness</source>
        <translation>明显程度</translation>
    </message>
    <message>
        <source>Clearness</source>
        <translation>明显程度</translation>
    </message>
    <message>
        <source>What was heard</source>
        <translation>听到的内容</translation>
    </message>
    <message>
        <source>beat</source>
        <translation>拍</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>结尾</translation>
    </message>
    <message>
        <source>there</source>
        <translation>已有</translation>
    </message>
    <message>
        <source>there, not proposed now</source>
        <translation>已有，此次未建议</translation>
    </message>
    <message>
        <source>will be removed</source>
        <translation>将移除</translation>
    </message>
    <message>
        <source>printed, will be removed</source>
        <translation>原有记号，将移除</translation>
    </message>
    <message>
        <source>printed, stays</source>
        <translation>原有记号，保留</translation>
    </message>
    <message>
        <source>instead of</source>
        <translation>代替</translation>
    </message>
    <message>
        <source>played</source>
        <translation>演奏</translation>
    </message>
    <message>
        <source>what the proposed marks would play</source>
        <translation>建议记号的播放效果</translation>
    </message>
    <message>
        <source>Let the notes with velocities of their own follow the marks</source>
        <translation>让自带力度的音符服从记号</translation>
    </message>
    <message>
        <source>Remove Mezzoforte's marks</source>
        <translation>移除 Mezzoforte 的记号</translation>
    </message>
    <message>
        <source>Mezzoforte's marks removed</source>
        <translation>已移除 Mezzoforte 的记号</translation>
    </message>
    <message>
        <source>There are no marks of Mezzoforte in this score.</source>
        <translation>此乐谱中没有 Mezzoforte 的记号。</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>已添加</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>聆听中</translation>
    </message>
    <message>
        <source>Only comparing: nothing is written.</source>
        <translation>仅比较：不写入任何内容。</translation>
    </message>
    <message>
        <source>Nothing is ticked.</source>
        <translation>未勾选任何项。</translation>
    </message>
    <message>
        <source>Nothing to add: these marks are in the score already.</source>
        <translation>没有可添加的内容：这些记号已在乐谱中。</translation>
    </message>
    <message>
        <source>Nothing to add: marks stand at these places already.</source>
        <translation>没有可添加的内容：这些位置已有记号。</translation>
    </message>
    <message>
        <source>Nothing to add at this density: try more marks.</source>
        <translation>此密度下没有可添加的内容：请尝试更多记号。</translation>
    </message>
    <message>
        <source>Nothing to add: the playing stays at one level.</source>
        <translation>没有可添加的内容：演奏力度始终不变。</translation>
    </message>
    <message>
        <source>The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.</source>
        <translation>乐谱原有的速度记号保留，但在移除 Mezzoforte 的记号之前不起作用。</translation>
    </message>
    <message>
        <source>Playing the recording at bar</source>
        <translation>正在播放录音，小节</translation>
    </message>
    <message>
        <source>this place is not played in the recording</source>
        <translation>录音中没有演奏此处</translation>
    </message>
    <message>
        <source>Open the recording in a player</source>
        <translation>请在播放器中打开录音</translation>
    </message>
    <message>
        <source>the bridge finds no program that plays sound (pw-play, paplay, aplay or ffplay)</source>
        <translation>桥接程序找不到播放声音的程序（pw-play、paplay、aplay 或 ffplay）</translation>
    </message>
    <message>
        <source>this computer has no sound device that works</source>
        <translation>此电脑没有可用的声音设备</translation>
    </message>
    <message>
        <source>declined before</source>
        <translation>以前未采用</translation>
    </message>
    <message>
        <source>no marks in bars {}: not played in the recording</source>
        <translation>第 {} 小节没有记号：录音中未演奏</translation>
    </message>
    <message>
        <source>no marks in bars {}: not placed with confidence</source>
        <translation>第 {} 小节没有记号：位置不够确定</translation>
    </message>
    <message>
        <source>the piano is taken to be tuned to a' = {} Hz</source>
        <translation>假定钢琴的标准音为 a' = {} Hz</translation>
    </message>
    <message>
        <source>the exported page differs from the score, so its ties and jumps are not used</source>
        <translation>导出的页面与乐谱不同，因此不使用其连线和跳转</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone higher than the score</source>
        <translation>录音比乐谱高 {} 个半音</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones higher than the score</source>
        <translation>录音比乐谱高 {} 个半音</translation>
    </message>
    <message>
        <source>the recording sounds {} semitone lower than the score</source>
        <translation>录音比乐谱低 {} 个半音</translation>
    </message>
    <message>
        <source>the recording sounds {} semitones lower than the score</source>
        <translation>录音比乐谱低 {} 个半音</translation>
    </message>
    <message>
        <source>likely cause</source>
        <translation>可能的原因</translation>
    </message>
    <message>
        <source>the recording does not play this score</source>
        <translation>录音演奏的不是这份乐谱</translation>
    </message>
    <message>
        <source>Check that the recording and the score are of the same movement</source>
        <translation>请确认录音和乐谱是同一乐章</translation>
    </message>
    <message>
        <source>the recording is silent, so it cannot be matched with the score</source>
        <translation>录音没有声音，无法与乐谱对应</translation>
    </message>
    <message>
        <source>a transposed score, or a recording at another pitch or speed</source>
        <translation>乐谱已移调，或录音的音高或速度不同</translation>
    </message>
    <message>
        <source>Transpose the score to the key of the recording</source>
        <translation>请把乐谱移调到录音的调</translation>
    </message>
    <message>
        <source>the recording cannot be opened</source>
        <translation>无法打开录音</translation>
    </message>
    <message>
        <source>Check that it is still there</source>
        <translation>请检查它是否还在</translation>
    </message>
    <message>
        <source>the file's content is not that of an audio file</source>
        <translation>文件内容不是音频</translation>
    </message>
    <message>
        <source>the recording's suffix is not one of an audio file</source>
        <translation>文件扩展名不是音频文件的</translation>
    </message>
</context>
</TS>

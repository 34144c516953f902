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
        <source>Analyse</source>
        <translation>分析</translation>
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
        <source>Where marks stand already</source>
        <translation>已有记号之处</translation>
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
        <source>Beat</source>
        <translation>拍</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>记号</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Also write the recording's tempo, invisibly</source>
        <translation>同时写入录音的速度（不可见）</translation>
    </message>
    <message>
        <source>Reset note velocities</source>
        <translation>重置音符力度</translation>
    </message>
    <message>
        <source>Remove my marks</source>
        <translation>移除已添加的记号</translation>
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
        <source>Analysing</source>
        <translation>分析中</translation>
    </message>
    <message>
        <source>There is nothing to add.</source>
        <translation>没有可添加的内容。</translation>
    </message>
    <message>
        <source>Marks added</source>
        <translation>已添加记号</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>已移除</translation>
    </message>
    <message>
        <source>Marks removed</source>
        <translation>已移除记号</translation>
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
        <source>ours, unchanged</source>
        <translation>已添加，未变</translation>
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
</context>
</TS>

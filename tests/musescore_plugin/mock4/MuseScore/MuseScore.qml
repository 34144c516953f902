// Stand-in for MuseScore 4's plugin object in Qt 6: what it does not have, the plugin must not need.
import QtQuick 2.9
import "../../mock_score.js" as Mock
Item {
    signal run()
    property string description: ""
    property string version: ""
    property string title: ""
    property string categoryCode: ""
    property string pluginType: ""
    property bool requiresScore: true
    property bool gone: false
    property int mscoreMajorVersion: 4
    property int mscoreMinorVersion: minorVersion
    property var mock: Mock.makeMock(4 + minorVersion / 10, members)
    property var curScore: mock.ms.score
    function newElement(type) { return mock.ms.newElement(type); }
    function removeElement(element) { mock.ms.removeElement(element); }
    function cmd(name) { mock.ms.cmd(name); }
    function fraction(n, d) { return mock.ms.fraction(n, d); }
    function quit() { gone = true; mock.window.open = false; }
}

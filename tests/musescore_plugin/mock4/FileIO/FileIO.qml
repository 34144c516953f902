// Stand-in for the file object; `files` comes from mock_load.py.
import QtQuick 2.9
QtObject {
    property string source: ""
    function exists() { return files.exists(source); }
    function read() { return files.read(source); }
    function homePath() { return files.home(); }
    function tempPath() { return files.home(); }
}

// A line of text in the dialog's own colour, whatever the program around it prefers.
import QtQuick 2.9

Text {
    color: "#202020"
    verticalAlignment: Text.AlignVCenter
}

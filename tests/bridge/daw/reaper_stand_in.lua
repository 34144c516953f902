-- The REAPER functions that our script calls, on tables. Written from REAPER's API documentation; not REAPER.
local tempo, marks, tracks, undo, boxes = {}, {}, {}, {}, {}
local folder, script, runs = arg[1], arg[2], tonumber (arg[3])
local selected

tracks[1] = { name = "piano", mode = 1, envelopes = {} }
marks[1] = { false, 3, 0, "the user's own" }
tempo[1] = { 0, 120, 4, 4 }

reaper = {}
function reaper.GetProjectPath () return folder end
function reaper.GetUserFileNameForRead () return false, "" end
function reaper.ShowMessageBox (text) boxes[#boxes + 1] = text end
function reaper.Undo_BeginBlock2 () undo[#undo + 1] = "begin" end
function reaper.Undo_EndBlock2 (_, name) undo[#undo + 1] = name end
function reaper.PreventUIRefresh () end
function reaper.UpdateTimeline () end
function reaper.CountTracks () return #tracks end
function reaper.GetTrack (_, i) return tracks[i + 1] end
function reaper.GetMediaTrackInfo_Value (track) return track.mode end
function reaper.SetMediaTrackInfo_Value (track, _, value) track.mode = value; return true end
function reaper.GetSetMediaTrackInfo_String (track, _, name, set)
	if set then track.name = name end
	return true, track.name
end
function reaper.InsertTrackAtIndex (at) table.insert (tracks, at + 1, { name = "", mode = -1, envelopes = {} }) end
function reaper.SetOnlyTrackSelected (track) selected = track end
function reaper.Main_OnCommand (command) if command == 40406 then selected.envelopes.Volume = {} end end
function reaper.GetTrackEnvelopeByName (track, name) return track.envelopes[name] end
function reaper.GetEnvelopeScalingMode () return 1 end
function reaper.ScaleToEnvelopeMode (_, amplitude) return amplitude * 1000 end
function reaper.DeleteEnvelopePointRange (envelope) for i = #envelope, 1, -1 do envelope[i] = nil end; return true end
function reaper.InsertEnvelopePoint (envelope, ...) envelope[#envelope + 1] = { ... }; return true end
function reaper.Envelope_SortPoints (envelope) table.sort (envelope, function (a, b) return a[1] < b[1] end) end
function reaper.CountTempoTimeSigMarkers () return #tempo end
function reaper.DeleteTempoTimeSigMarker (_, i) table.remove (tempo, i + 1); return true end
function reaper.SetTempoTimeSigMarker (_, index, time, measure, beat, bpm, num, den, linear)
	assert (index == -1 and measure == -1 and beat == -1 and linear == false)
	for _, track in ipairs (tracks) do assert (track.mode == 0, "items would move") end
	if bpm <= 0 or bpm > 960 * 4 then return false end
	tempo[#tempo + 1] = { time, bpm, num, den }
	return true
end
function reaper.CountProjectMarkers ()
	local regions = 0
	for _, mark in ipairs (marks) do if mark[1] then regions = regions + 1 end end
	return #marks, #marks - regions, regions
end
function reaper.EnumProjectMarkers3 (_, i)
	local mark = marks[i + 1]
	return i + 1, mark[1], mark[2], mark[3], mark[4], i, 0
end
function reaper.DeleteProjectMarkerByIndex (_, i) table.remove (marks, i + 1); return true end
function reaper.AddProjectMarker2 (_, region, start, stop, name)
	marks[#marks + 1] = { region, start, stop, name }
	return #marks
end
setmetatable (reaper, { __index = function (_, name) error ("REAPER function " .. name .. " has no stand-in") end })

for _ = 1, runs do dofile (script) end

for _, row in ipairs (tempo) do print ("tempo", table.unpack (row)) end
for _, row in ipairs (marks) do print ("mark", table.unpack (row)) end
for _, track in ipairs (tracks) do
	print ("track", track.name, track.mode, #(track.envelopes.Volume or {}))
	for _, point in ipairs (track.envelopes.Volume or {}) do print ("point", point[1], point[2]) end
end
for _, name in ipairs (undo) do print ("undo", name) end
for _, text in ipairs (boxes) do print ("box", text) end

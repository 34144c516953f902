-- Mezzoforte for REAPER: reads mezzoforte.daw.json beside the project (or asks for it) and writes tempo map, metres,
-- markers, regions and a dynamics lane in one undo step. What an earlier run wrote is replaced; what you wrote is
-- kept, except the tempo map. Run it by hand, or over OSC with /action/_COMMAND_ID.
-- Not run in REAPER itself: the project's tests run it against a stand-in of the functions that it calls.

local PREFIX = "mf: "
local TRACK = "Mezzoforte dynamics"
local PLAN = "mezzoforte.daw.json"
local SHOW_VOLUME_ENVELOPE = 40406

-- JSON reader (begin)
local function read_json (text)
	local at = 1
	local value
	local function fail (what) error ("not JSON at byte " .. at .. ": " .. what, 0) end
	local function skip () at = text:find ("[^ \t\r\n]", at) or #text + 1 end
	local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
	local function string_ ()
		local out = {}
		at = at + 1
		while true do
			local stop = text:find ('["\\]', at) or fail ("a string without end")
			out[#out + 1] = text:sub (at, stop - 1)
			at = stop + 1
			if text:sub (stop, stop) == '"' then return table.concat (out) end
			local kind = text:sub (at, at)
			at = at + 1
			if kind == "u" then
				local code = tonumber (text:sub (at, at + 3), 16) or fail ("a broken escape")
				out[#out + 1] = utf8.char (code)
				at = at + 4
			else
				out[#out + 1] = escapes[kind] or kind
			end
		end
	end
	local function list ()
		local out = {}
		at = at + 1
		skip ()
		if text:sub (at, at) == "]" then at = at + 1; return out end
		while true do
			out[#out + 1] = value ()
			skip ()
			local mark = text:sub (at, at)
			at = at + 1
			if mark == "]" then return out end
			if mark ~= "," then fail ("',' or ']' expected") end
		end
	end
	local function object ()
		local out = {}
		at = at + 1
		skip ()
		if text:sub (at, at) == "}" then at = at + 1; return out end
		while true do
			skip ()
			if text:sub (at, at) ~= '"' then fail ("a name expected") end
			local name = string_ ()
			skip ()
			if text:sub (at, at) ~= ":" then fail ("':' expected") end
			at = at + 1
			out[name] = value ()
			skip ()
			local mark = text:sub (at, at)
			at = at + 1
			if mark == "}" then return out end
			if mark ~= "," then fail ("',' or '}' expected") end
		end
	end
	local words = { ["true"] = true, ["false"] = false }
	function value ()
		skip ()
		local first = text:sub (at, at)
		if first == "{" then return object () end
		if first == "[" then return list () end
		if first == '"' then return string_ () end
		local word = text:match ("^[%w%.%+%-]+", at) or fail ("a value expected")
		at = at + #word
		if words[word] ~= nil then return words[word] end
		if word == "null" then return nil end
		return tonumber (word) or fail (word)
	end
	return value ()
end
-- JSON reader (end)

local function read_file (path)
	local file = io.open (path, "r")
	if not file then return nil end
	local text = file:read ("*a")
	file:close ()
	return text
end

local function load_plan ()
	local path = reaper.GetProjectPath ("") .. "/" .. PLAN
	local text = read_file (path)
	if not text then
		local chosen, other = reaper.GetUserFileNameForRead ("", "Mezzoforte plan (" .. PLAN .. ")", ".json")
		if not chosen then return nil end
		path, text = other, read_file (other)
	end
	local plan = read_json (text or error ("cannot read " .. path, 0))
	if type (plan) ~= "table" or plan.mezzoforte ~= 1 then error (path .. " is not a Mezzoforte plan", 0) end
	return plan
end

-- Tempo changes move items of tracks whose time base is beats; for the while of writing it is time.
local function hold_items (work)
	local before = {}
	for i = 0, reaper.CountTracks (0) - 1 do
		local track = reaper.GetTrack (0, i)
		before[i] = reaper.GetMediaTrackInfo_Value (track, "C_BEATATTACHMODE")
		reaper.SetMediaTrackInfo_Value (track, "C_BEATATTACHMODE", 0)
	end
	local fine, problem = pcall (work)
	for i, mode in pairs (before) do
		reaper.SetMediaTrackInfo_Value (reaper.GetTrack (0, i), "C_BEATATTACHMODE", mode)
	end
	if not fine then error (problem, 0) end
end

local function write_tempo (plan)
	for i = reaper.CountTempoTimeSigMarkers (0) - 1, 0, -1 do reaper.DeleteTempoTimeSigMarker (0, i) end
	local metre = {}
	for _, row in ipairs (plan.metres) do metre[row[2]] = row end
	local rows = {}
	for _, row in ipairs (plan.tempi) do
		rows[#rows + 1] = { time = row[1], quarters = row[2], bpm = row[3], metre = metre[row[2]] }
		metre[row[2]] = nil
	end
	for _, row in pairs (metre) do
		local bpm = plan.tempi[1][3]
		for _, tempo in ipairs (plan.tempi) do
			if tempo[2] <= row[2] then bpm = tempo[3] end
		end
		rows[#rows + 1] = { time = row[1], quarters = row[2], bpm = bpm, metre = row }
	end
	table.sort (rows, function (a, b) return a.quarters < b.quarters end)
	for _, row in ipairs (rows) do
		local num, den = 0, 0
		if row.metre then num, den = row.metre[3], row.metre[4] end
		if not reaper.SetTempoTimeSigMarker (0, -1, row.time, -1, -1, row.bpm, num, den, false) then
			error (string.format ("REAPER refuses a tempo of %.3f at %.3f s", row.bpm, row.time), 0)
		end
	end
end

local function remove_marks ()
	local _, markers, regions = reaper.CountProjectMarkers (0)
	for i = markers + regions - 1, 0, -1 do
		local _, _, _, _, name = reaper.EnumProjectMarkers3 (0, i)
		if name and name:sub (1, #PREFIX) == PREFIX then reaper.DeleteProjectMarkerByIndex (0, i) end
	end
end

local function write_marks (plan)
	for _, row in ipairs (plan.marks) do
		local region = row[4] == "hairpin" and row[2] > row[1]
		reaper.AddProjectMarker2 (0, region, row[1], region and row[2] or 0, PREFIX .. row[3], -1, 0)
	end
end

local function lane_track ()
	for i = 0, reaper.CountTracks (0) - 1 do
		local track = reaper.GetTrack (0, i)
		local _, name = reaper.GetSetMediaTrackInfo_String (track, "P_NAME", "", false)
		if name == TRACK then return track end
	end
	local at = reaper.CountTracks (0)
	reaper.InsertTrackAtIndex (at, false)
	local track = reaper.GetTrack (0, at)
	reaper.GetSetMediaTrackInfo_String (track, "P_NAME", TRACK, true)
	return track
end

local function volume_envelope (track)
	local envelope = reaper.GetTrackEnvelopeByName (track, "Volume")
	if envelope then return envelope end
	reaper.SetOnlyTrackSelected (track)
	reaper.Main_OnCommand (SHOW_VOLUME_ENVELOPE, 0)
	return reaper.GetTrackEnvelopeByName (track, "Volume") or error ("the volume envelope does not show", 0)
end

local function write_gain (plan)
	if #plan.gain == 0 then return end
	local envelope = volume_envelope (lane_track ())
	local mode = reaper.GetEnvelopeScalingMode (envelope)
	reaper.DeleteEnvelopePointRange (envelope, -1, math.huge)
	for _, row in ipairs (plan.gain) do
		local value = reaper.ScaleToEnvelopeMode (mode, 10 ^ (row[2] / 20))
		reaper.InsertEnvelopePoint (envelope, row[1], value, 0, 0, false, true)
	end
	reaper.Envelope_SortPoints (envelope)
end

local function run ()
	local plan = load_plan ()
	if not plan then return end
	reaper.Undo_BeginBlock2 (0)
	reaper.PreventUIRefresh (1)
	local fine, problem = pcall (function ()
		hold_items (function () write_tempo (plan) end)
		remove_marks ()
		write_marks (plan)
		write_gain (plan)
	end)
	reaper.PreventUIRefresh (-1)
	reaper.Undo_EndBlock2 (0, "Mezzoforte: tempo map and dynamics", -1)
	reaper.UpdateTimeline ()
	if not fine then error (problem, 0) end
end

local fine, problem = pcall (run)
if not fine then reaper.ShowMessageBox (tostring (problem), "Mezzoforte", 0) end

ardour {
	["type"] = "EditorAction",
	name = "Mezzoforte: tempo map and dynamics",
	author = "Mezzoforte",
	license = "MIT",
	description = [[Reads mezzoforte.daw.json in the session folder and writes tempo map, metres, markers, ranges and a
dynamics lane. What an earlier run wrote is replaced; what you wrote is kept, except the tempo map.]]
}

-- Everything is inside the factory: Ardour keeps only that. `params` is given by the headless route alone.
function factory (params) return function ()
	local PREFIX = "mf: "
	local TRACK = "Mezzoforte dynamics"
	local RANGE = PREFIX .. "recording"
	local SNAPSHOT = "before mezzoforte"
	local options = params or {}

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

	local function load_plan (path)
		local file = io.open (path, "r") or error ("there is no " .. path, 0)
		local text = file:read ("*a")
		file:close ()
		local plan = read_json (text)
		if type (plan) ~= "table" or plan.mezzoforte ~= 1 then error (path .. " is not a Mezzoforte plan", 0) end
		for _, row in ipairs (plan.tempi) do
			-- Ardour would move it to the nearest whole quarter.
			if row[2] ~= math.floor (row[2]) then error (path .. " is not for Ardour; use python -m bridge.daw.ardour", 0) end
		end
		return plan
	end

	local function at_seconds (seconds)
		return Temporal.timepos_t (math.floor (seconds * Session:nominal_sample_rate () + 0.5))
	end

	local function at_quarters (quarters)
		return Temporal.timepos_t.from_ticks (math.floor (quarters * Temporal.ticks_per_beat + 0.5))
	end

	local function starts_with_prefix (name) return name:sub (1, #PREFIX) == PREFIX end

	-- Our range tells how far the map of an earlier run reached.
	local function earlier_end_quarters (map)
		for location in Session:locations ():list ():iter () do
			if location:name () == RANGE then
				local stop, quarter = location:_end ():samples (), 0
				while map:sample_at (at_quarters (quarter)) < stop do quarter = quarter + 1 end
				return quarter
			end
		end
		return 0
	end

	-- Ardour's Lua cannot remove a tempo, so where an earlier map has one that the new map has not, it is given the
	-- tempo that holds there.
	local function write_tempo (plan)
		local map = Temporal.TempoMap.fetch_writable ()
		local fine, problem = pcall (function ()
			local wanted = {}
			for _, row in ipairs (plan.tempi) do wanted[#wanted + 1] = { row[2], row[3] } end
			if not options.clean then
				local known = {}
				for _, pair in ipairs (wanted) do known[pair[1]] = true end
				local last, holding = math.floor (math.max (earlier_end_quarters (map), plan.end_quarters)), 1
				local more = {}
				for quarter = 0, last do
					while wanted[holding + 1] and wanted[holding + 1][1] <= quarter do holding = holding + 1 end
					local position = at_quarters (quarter)
					-- A tick later, lest rounding finds the point before.
					local later = at_quarters (quarter + 1 / Temporal.ticks_per_beat)
					local point = map:tempo_at (later):to_point ()
					local stale = math.abs (point:sample (Session:nominal_sample_rate ()) - map:sample_at (position)) <= 1
					if stale and not known[quarter] then more[#more + 1] = { quarter, wanted[holding][2] } end
				end
				for _, pair in ipairs (more) do wanted[#wanted + 1] = pair end
				table.sort (wanted, function (a, b) return a[1] < b[1] end)
			end
			for _, row in ipairs (plan.metres) do
				map:set_meter (Temporal.Meter (row[3], row[4]), at_quarters (row[2]))
			end
			for _, pair in ipairs (wanted) do
				map:set_tempo (Temporal.Tempo (pair[2], pair[2], 4), at_quarters (pair[1]))
			end
			-- Metres of an earlier map can stand in the way: rather nothing than a map that is wrong.
			for _, row in ipairs (plan.tempi) do
				local off = map:sample_at (at_quarters (row[2])) - row[1] * Session:nominal_sample_rate ()
				if math.abs (off) > Session:nominal_sample_rate () / 1000 then
					error ("The tempo map that is there cannot be replaced while Ardour runs. Close the session and use "
						.. "python -m bridge.daw.ardour without --live", 0)
				end
			end
		end)
		if not fine then
			Temporal.TempoMap.abort_update ()
			error (problem, 0)
		end
		Temporal.TempoMap.update (map)
	end

	local function remove_marks ()
		local ours = {}
		for location in Session:locations ():list ():iter () do
			if starts_with_prefix (location:name ()) then ours[#ours + 1] = location end
		end
		for _, location in ipairs (ours) do Session:locations ():remove (location) end
	end

	local function add_range (start_s, end_s, name)
		local location = Session:locations ():add_range (at_seconds (start_s), at_seconds (end_s))
		location:set_name (name)
	end

	-- Point markers need the editor; the headless route puts them into the session file itself. The editor's own undo
	-- step for each would bring back the marks of that moment and leave the tempo map: no step is better than that one.
	local function add_marker (time_s, name)
		local position = at_seconds (time_s)
		Session:begin_reversible_command ("Mezzoforte")
		Editor:mouse_add_new_marker (position, ARDOUR.LocationFlags.IsMark, 0)
		Session:abort_reversible_command ()
		for location in Session:locations ():list ():iter () do
			if location:is_mark () and not starts_with_prefix (location:name ()) and location:start () == position then
				location:set_name (name)
				return
			end
		end
	end

	local function write_marks (plan)
		add_range (0, plan.duration_s, RANGE)
		for _, row in ipairs (plan.marks) do
			if row[4] == "hairpin" and row[2] > row[1] then
				add_range (row[1], row[2], PREFIX .. row[3])
			elseif not options.headless then
				add_marker (row[1], PREFIX .. row[3])
			end
		end
	end

	local function lane_track ()
		local name = options.track or TRACK
		local route = Session:route_by_name (name)
		if not route:isnil () then return route end
		if options.track then error ("there is no track " .. name, 0) end
		local made = Session:new_audio_track (
			1, 2, nil, 1, name, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
		for track in made:iter () do return track end
		error ("no track could be added", 0)
	end

	local function write_gain (plan)
		if #plan.gain == 0 then return end
		local control = lane_track ():amp ():gain_control ()
		local list = control:alist ()
		list:clear_list ()
		for _, row in ipairs (plan.gain) do
			list:add (at_seconds (row[1]), 10 ^ (row[2] / 20), false, true)
		end
		control:set_automation_state (ARDOUR.AutoState.Play)
	end

	-- The recording as a track of its own at 0, unless the session has a region of that name. Only the editor imports.
	local function import_recording (plan)
		if options.headless or not plan.audio then return end
		local file = io.open (plan.audio, "rb")
		if not file then return end
		file:close ()
		local name = plan.audio:match ("[^/\\]+$"):gsub ("%.[^.]*$", "")
		for _, region in ARDOUR.RegionFactory.regions ():iter () do
			if region:name ():sub (1, #name) == name then return end
		end
		local files = C.StringVector ()
		files:push_back (plan.audio)
		Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportAsTrack, ARDOUR.SrcQuality.SrcBest,
			ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore,
			Temporal.timepos_t (0), ARDOUR.PluginInfo (), ARDOUR.Track (), false)
	end

	-- Ardour's Lua can record no undo step for a tempo map, so the way back is a snapshot of the session.
	local function save_snapshot ()
		local name = SNAPSHOT .. os.date (" %Y-%m-%d %H.%M.%S")
		if Session:save_state (name, false, false, false, false, false) ~= 0 then
			error ("The snapshot " .. name .. " cannot be saved, so nothing was changed", 0)
		end
	end

	local function run ()
		local plan = load_plan (options.plan or (Session:path () .. "/mezzoforte.daw.json"))
		if not options.headless then save_snapshot () end
		write_tempo (plan)
		if not options.clean then remove_marks () end
		write_marks (plan)
		write_gain (plan)
		import_recording (plan)
		return #plan.tempi
	end

	local fine, result = pcall (run)
	if options.headless then
		if not fine then error (result, 0) end
	elseif not fine then
		-- An error that leaves the script would make Ardour forget the action.
		LuaDialog.Message ("Mezzoforte", tostring (result), LuaDialog.MessageType.Error, LuaDialog.ButtonType.Close):run ()
	end
end end

-- Runs the editor action in a session without Ardour's window. Paths come from the environment, see bridge/daw/ardour.py.
local folder, name = os.getenv ("MEZZOFORTE_SESSION_FOLDER"), os.getenv ("MEZZOFORTE_SESSION_NAME")
local track = os.getenv ("MEZZOFORTE_TRACK")

function ardour () end
dofile (os.getenv ("MEZZOFORTE_SCRIPT"))

local backend = AudioEngine:set_backend ("None (Dummy)", "", "")
backend:set_sample_rate (tonumber (os.getenv ("MEZZOFORTE_RATE")))
assert (AudioEngine:start (false) == 0, "the audio engine does not start")
local session = load_session (folder, name)
assert (session, "the session does not load")

local action = factory ({
	headless = true, clean = true, plan = os.getenv ("MEZZOFORTE_PLAN"), track = track ~= "" and track or nil
})
local fine, problem = pcall (action)
if fine then fine = session:save_state ("") == 0; problem = "the session is not saved" end
session = nil
close_session ()
print (fine and "MEZZOFORTE DONE" or ("MEZZOFORTE FAILED " .. tostring (problem)))
quit ()

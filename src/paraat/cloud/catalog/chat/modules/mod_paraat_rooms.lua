-- The room "crisis" is there from the start, for members only, and every account of this tenant is a member once it comes in.
local jid = require "util.jid";
local muc = module:depends("muc");
local tenant = module.host:gsub("^rooms%.", "");
local address = "crisis@" .. module.host;

local function ensure()
	if muc.get_room_from_jid(address) then return; end
	local room = muc.create_room(address);
	room:set_name("Crisis");
	room:set_persistent(true);
	room:set_members_only(true);
	room:set_public(true);
	room:save(true);
end

-- Before members_only (priority -5) looks.
module:hook("muc-occupant-pre-join", function (event)
	local _, host = jid.split(event.stanza.attr.from);
	local bare = jid.bare(event.stanza.attr.from);
	if host == tenant and event.room:get_affiliation(bare) == nil then
		event.room:set_affiliation(true, bare, "member");
	end
end, 50);

module:add_timer(0, ensure);

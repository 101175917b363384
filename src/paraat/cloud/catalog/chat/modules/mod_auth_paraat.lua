-- Who may log in: /accounts/prosody/<login>.dat, written by the tenant's accounts service and read at every login, so that a password that is
-- chosen, changed or taken away counts at once. And the login of verification, whose password is a secret of the tenant. Nothing is written here.
local new_sasl = require "util.sasl".new;
local envload = require "util.envload".envload;
local hashers = require "util.sasl.scram".hashers;
local hex = require "util.hex";
local uuid = require "util.uuid".generate;

local host = module.host;
local get_auth_db = hashers["SHA-256"];
local iterations = 10000;

local function read(path)
	local file = io.open(path, "r");
	if not file then return nil; end
	local text = file:read("*a");
	file:close();
	return text;
end

local verifier;
do
	local password = read("/etc/verifier/password");
	if password then
		local salt = uuid();
		local ok, stored, server = get_auth_db((password:gsub("%s+$", "")), salt, iterations);
		if ok then
			verifier = { salt = salt, iteration_count = iterations, stored_key = hex.encode(stored), server_key = hex.encode(server) };
		end
	end
end

local function encoded(login)
	return (login:gsub("[^%w]", function (sign) return string.format("%%%02x", sign:byte()); end));
end

-- A table of Lua that holds texts and numbers; it is loaded without anything in reach.
local function account(login)
	if login == "verifier" and verifier then return verifier; end
	local text = read("/accounts/prosody/" .. encoded(login) .. ".dat");
	if not text then return nil; end
	local chunk = envload(text, "=" .. login, {});
	local ok, found = pcall(chunk or error);
	if ok and type(found) == "table" and found.salt and found.stored_key and found.server_key then return found; end
	module:log("warn", "the account file of %s cannot be read", login);
	return nil;
end

local provider = {};

function provider.test_password(login, password)
	local found = account(login);
	if not found then return nil, "Auth failed."; end
	local ok, stored = get_auth_db(password, found.salt, found.iteration_count);
	if ok and hex.encode(stored) == found.stored_key then return true; end
	return nil, "Auth failed.";
end

function provider.user_exists(login) return account(login) ~= nil; end
function provider.set_password() return nil, "Passwords are chosen on the account page."; end
function provider.create_user() return nil, "Accounts are made elsewhere."; end
function provider.delete_user() return nil, "Accounts are taken away elsewhere."; end

function provider.get_sasl_handler()
	return new_sasl(host, {
		scram_sha_256 = function (_, login)
			local found = account(login);
			if not found then return; end
			return hex.decode(found.stored_key), hex.decode(found.server_key), found.iteration_count, found.salt, true;
		end;
	});
end

module:provides("auth", provider);

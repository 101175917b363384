-- Chat within one tenant: no other server is spoken to, nobody registers, nobody is let in without a password.
local domain = ENV_DOMAIN
pidfile = "/tmp/prosody.pid"
data_path = "/data"
storage = "internal"
plugin_paths = { "/usr/local/lib/prosody" }
log = { info = "*console" }
modules_enabled = {
    "roster", "saslauth", "disco", "posix", "private", "blocklist", "vcard4", "pep", "bookmarks",
    "carbons", "mam", "smacks", "csi_simple", "ping", "limits", "bosh", "websocket", "http_files", "cron",
}
modules_disabled = { "s2s", "s2s_auth_certs", "tls", "offline" }
allow_registration = false

-- Accounts of the whole tenant, read at every login (modules/mod_auth_paraat.lua). TLS ends at the entrance; the password itself never travels: SCRAM only.
authentication = "paraat"
password_hash = "SHA-256"
c2s_require_encryption = false
allow_unencrypted_plain_auth = false
disable_sasl_mechanisms = { "PLAIN", "LOGIN", "OAUTHBEARER" }
limits = { c2s = { rate = "64kb/s", burst = "2s" } }

-- What was said is kept: the tenant lives for weeks and is destroyed as a whole.
archive_expires_after = "never"
default_archive_policy = true
muc_log_by_default = true
muc_log_expires_after = "never"

http_ports = { 8080 }
http_interfaces = { "*" }
https_ports = {}
http_default_host = domain
http_files_dir = "/srv/www"
http_paths = { files = "/", bosh = "/http-bind", websocket = "/xmpp-websocket" }
http_files_cache_max_file_size = 4096
consider_bosh_secure = true
consider_websocket_secure = true
trusted_proxies = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.1" }

VirtualHost(domain)

Component("rooms." .. domain) "muc"
    name = "Rooms"
    modules_enabled = { "muc_mam", "paraat_rooms" }
    restrict_room_creation = "local"
    muc_room_default_persistent = true
    muc_room_default_public = true
    muc_room_default_public_jids = true
    muc_room_default_history_length = 50

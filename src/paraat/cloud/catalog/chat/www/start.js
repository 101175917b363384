// Starts the client with what this tenant says (config.json), in the browser's language.
"use strict";
const CHOOSE = {
  nl: "Een eenmalige code? Kies eerst uw wachtwoord.",
  fr: "Un code à usage unique ? Choisissez d’abord votre mot de passe.",
  de: "Ein Einmalcode? Wählen Sie zuerst Ihr Passwort.",
  en: "A one-time code? Choose your password first.",
};

fetch("config.json").then((answer) => answer.json()).then((tenant) => {
  const wanted = (navigator.languages || [navigator.language]).map((one) => one.slice(0, 2));
  const language = wanted.find((one) => one in CHOOSE) || tenant.language;
  document.documentElement.lang = language;
  document.title = tenant.name;
  const link = document.getElementById("account");
  link.href = tenant.account;
  link.textContent = CHOOSE[language];
  const socket = location.protocol === "https:" ? "wss://" : "ws://";
  window.converse.initialize({
    view_mode: "fullscreen",
    authentication: "login",
    locked_domain: tenant.domain,
    websocket_url: `${socket}${location.host}/xmpp-websocket`,
    bosh_service_url: "/http-bind",
    discover_connection_methods: false,
    allow_registration: false,
    auto_join_rooms: [`crisis@rooms.${tenant.domain}`],
    muc_domain: `rooms.${tenant.domain}`,
    locked_muc_domain: "hidden",
    auto_list_rooms: true,
    muc_history_max_stanzas: 500,
    muc_nickname_from_jid: true,
    i18n: language,
    assets_path: "/dist/",
    persistent_store: "sessionStorage",
    use_system_emojis: true,
    render_media: false,
    fetch_url_headers: false,
    show_client_info: false,
    omemo_default: false,
    play_sounds: false,
  });
});

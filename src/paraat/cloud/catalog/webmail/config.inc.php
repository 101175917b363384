<?php
// Roundcube for every tenant; what is a tenant's own comes as JSON and a key in files.
$tenant = json_decode(file_get_contents('/etc/webmail/tenant.json'), true);
$config = [];
$config['db_dsnw'] = 'sqlite:////data/roundcube.db?mode=0600';
$config['imap_host'] = 'mail:1143';
$config['smtp_host'] = 'mail:1587';
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '%p';
$config['username_domain'] = $tenant['domain'];
$config['username_domain_forced'] = true;
$config['mail_domain'] = $tenant['domain'];
$config['product_name'] = $tenant['name'];
$config['support_url'] = $tenant['account'];

// AES wants 32 bytes; the secret may have any length.
$config['cipher_method'] = 'AES-256-CBC';
$config['des_key'] = substr(hash('sha256', trim(file_get_contents('/etc/webmail-key/key'))), 0, 32);
$config['session_lifetime'] = 30;
$config['session_samesite'] = 'Strict';
$config['login_autocomplete'] = 0;
$config['login_rate_limit'] = 5;
$config['x_frame_options'] = 'sameorigin';
$config['enable_installer'] = false;
$config['enable_spellcheck'] = false;
$config['show_images'] = 0;
$config['http_received_header'] = false;
$config['useragent'] = '';

$config['language'] = null;  // the browser's
$config['skin'] = 'elastic';
$config['plugins'] = ['paraat'];
$config['max_message_size'] = '36M';  // 25 MB of attachments as they travel
$config['create_default_folders'] = false;  // dovecot does
$config['drafts_mbox'] = 'Drafts';
$config['sent_mbox'] = 'Sent';
$config['junk_mbox'] = 'Junk';
$config['trash_mbox'] = 'Trash';

$config['log_driver'] = 'stdout';
$config['log_logins'] = false;
$config['temp_dir'] = '/tmp';
$config['auto_create_user'] = true;

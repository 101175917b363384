<?php

/**
 * The way from the login page to the page where somebody with a one-time code chooses a password.
 */
class paraat extends rcube_plugin
{
    public $task = 'login|logout';

    public function init()
    {
        $this->add_texts('localization/');
        $this->add_hook('template_object_loginform', [$this, 'link']);
    }

    /** Adds the link below the form. */
    public function link($form)
    {
        $address = rcmail::get_instance()->config->get('support_url');
        if ($address) {
            $form['content'] .= html::p(
                ['class' => 'paraat-account'],
                html::a(['href' => $address], rcube::Q($this->gettext('choose')))
            );
        }

        return $form;
    }
}

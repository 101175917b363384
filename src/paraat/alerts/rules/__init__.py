"""The pure decisions of alerts: frozen values in, value out, `now` passed in. No Django, no I/O."""

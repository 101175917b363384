"""Pure decisions about the emergency cloud: no Django, no clock, no container."""

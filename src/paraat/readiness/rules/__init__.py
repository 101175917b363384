"""Pure decisions of this floor: frozen values in, value out, `now` passed in; no Django."""

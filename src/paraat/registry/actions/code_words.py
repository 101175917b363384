"""The code word of a constituent: asked by both sides on the telephone, printed on its paper card, never in a message."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import NotFound
from paraat.platform import crypto, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation
from paraat.registry.rules.code_words import make_code_word


@action
def rotate_code_word(*, organisation: Organisation, by: Actor) -> None:
    """Make a new code word; the old card is void from now on. The journal says who asked, never the word."""
    sealed = crypto.encrypt_field(make_code_word()).encode("ascii")
    Organisation.objects.filter(pk=organisation.pk).update(code_word=sealed, code_word_at=moment.now())
    record("codeword.rotate", by=by, on=organisation, organisation=organisation.pk)
    organisation.refresh_from_db()


@action
def read_code_word(*, organisation: Organisation, by: Actor) -> str:
    """The code word, for printing the card or for a call; the journal says who read it. Raises NotFound when there is none yet."""
    if not organisation.code_word:
        raise NotFound("This organisation has no code word yet")
    record("codeword.read", by=by, on=organisation, organisation=organisation.pk)
    return crypto.decrypt_field(bytes(organisation.code_word).decode("ascii"))

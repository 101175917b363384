"""In which languages an organisation is told.

A public body is told in its administrative language (Belgian laws of 18 July 1966 on the use of languages in administrative matters): that is
data of the organisation, and no contact can replace it. A contact may add a second language. Anybody else is told in the contact's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

KNOWN = ("nl", "fr", "de", "en")
FALLBACK = "nl"
MOST = 3
"""A mail carries at most this many languages: two administrative ones and a contact's own."""


def notice_languages(
    administrative: Sequence[str], chosen: Sequence[str] = (), *, public: bool = True
) -> tuple[str, ...]:
    """The languages of a written notice, first one first; never empty.

    `administrative`: of the organisation, first one first. `chosen`: of the contact. `public`: whether it is a public body.
    """
    first, then = (administrative, chosen) if public else (chosen, administrative[:1] if not chosen else ())
    return _known([*first, *then])[:MOST] or (FALLBACK,)


def short_language(written: Sequence[str], chosen: Sequence[str]) -> str:
    """The one language of a short message (SMS, voice, Matrix): what the contact prefers among those of the notice, else the first."""
    return next((language for language in chosen if language in written), written[0])


def together(languages: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The languages of one message about several organisations, in the order in which they first occur."""
    return _known([language for some in languages for language in some])[:MOST] or (FALLBACK,)


def _known(languages: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language for language in languages if language in KNOWN))

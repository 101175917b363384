"""The words of every message: who is told what, when, what may happen, what to do now, and how to say "seen".

Plain words in the recipient's languages; a mail to a bilingual organisation carries both. The code word of the paper card is never in a message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraat.alerts import links
from paraat.alerts.models import Delivery, DeliveryQuerySet, Notice, Told
from paraat.alerts.rules import content, ladder
from paraat.alerts.rules.content import Content
from paraat.alerts.wording import View, in_language, moment_text, view
from paraat.formats.reply_text import MARKER
from paraat.kernel.marking import Tlp
from paraat.platform import configuration
from paraat.platform.channels import Outgoing

__all__ = ["Words", "is_needed", "open_notices", "outgoing", "patience", "says_how_much", "view", "with_notices"]

Purpose = Delivery.Purpose
WORDED = frozenset({Purpose.PAGE, Purpose.INVITATION, Purpose.TEST, Purpose.RECEIPT})
"""Purposes whose words stand in the delivery itself."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message in one language: a heading and blocks; a block is a paragraph, or a list of lines."""

    subject: str
    blocks: tuple[str | tuple[str, ...], ...]


def with_notices(deliveries: DeliveryQuerySet) -> DeliveryQuerySet:
    """The deliveries with all that rendering needs, in a constant number of queries."""
    told = Told.objects.select_related("notice__organisation", "notice__alert").order_by(
        "notice__organisation__name", "pk"
    )
    rows: QuerySet[Any] = deliveries.select_related("alert__corrects", "contact__organisation", "user", "channel")
    found: DeliveryQuerySet = rows.prefetch_related(Prefetch("told", told))  # type: ignore[assignment]
    return found


def is_needed(delivery: Delivery) -> bool:
    """Whether there is still a reason to send it: a notice that waits, or words that are not about a notice."""
    return delivery.purpose != Purpose.NOTICE or bool(open_notices(delivery))


def open_notices(delivery: Delivery) -> list[Notice]:
    """The notices of a delivery that still wait for an acknowledgement."""
    return [notice for notice in _notices(delivery) if notice.state == Notice.State.OPEN]


def _notices(delivery: Delivery) -> list[Notice]:
    """Each notice once: a reminder that had not left takes the next one along."""
    return list({told.notice_id: told.notice for told in delivery.told.all()}.values())


def outgoing(delivery: Delivery) -> Outgoing:
    """The delivery ready for its channel. The delivery comes from `with_notices`."""
    key = _key(delivery)
    says = says_how_much(delivery)
    if delivery.purpose in WORDED or not _notices(delivery):
        subject, text, html = _exercise(delivery, delivery.subject), delivery.body, None
    elif says is Content.WAKE_UP:
        words = [_wake_up(delivery, language) for language in _languages(delivery)]
        subject, text, html = _subject(delivery, words), _short(delivery, words), None
    else:
        words = [_full(delivery, language) for language in _languages(delivery)]
        subject, text, html = _subject(delivery, words), _text(delivery, words), _html(words, _languages(delivery))
    return Outgoing(
        delivery=delivery.pk,
        address=delivery.channel.address if delivery.channel else delivery.address,
        subject=subject[:200],
        text=text,
        html=html,
        language=delivery.language,
        exercise=delivery.exercise,
        pgp_key=key,
        wake_up=_text(delivery, [_wake_up(delivery, language) for language in _languages(delivery)]) if key else None,
        payload=_payload(delivery, says) if delivery.kind == "webhook" else None,
        secret=links.webhook_secret(delivery.channel_id)
        if delivery.kind == "webhook" and delivery.channel_id
        else None,
        written=delivery.created_at,
    )


def says_how_much(delivery: Delivery) -> Content:
    """What this message may carry. What the page behind its link shows is `docs/decisions/0004-what-a-link-shows.md`."""
    tlp = max((notice.tlp for notice in _notices(delivery)), default=int(Tlp.CLEAR))
    return content.content(delivery.kind, tlp, has_key=_key(delivery) is not None)


def patience(delivery: Delivery) -> str:
    """The sentence that says what happens when nobody answers."""
    waits = ladder.interval(delivery.severity)
    minutes = int(waits.total_seconds() // 60)
    if minutes >= 120:
        within = ngettext("within %(num)d hour", "within %(num)d hours", minutes // 60) % {"num": minutes // 60}
    else:
        within = ngettext("within %(num)d minute", "within %(num)d minutes", minutes) % {"num": minutes}
    then = {
        "again": _("then we try to reach you in another way"),
        "deputy": _("then we warn your deputy"),
        "ict_on_call": _("then we warn your ICT on-call"),
        "call_list": _("then we phone you"),
    }.get(delivery.upcoming, _("then we warn somebody else of your organisation"))
    return _("No answer %(within)s? %(then)s.") % {"within": within, "then": then[:1].upper() + then[1:]}


def _full(delivery: Delivery, language: str) -> Words:
    with translation.override(language):
        if delivery.purpose == Purpose.CORRECTION:
            return _correction(delivery, language)
        if delivery.purpose == Purpose.REMINDER:
            return _reminder(delivery, language)
        return _notice(delivery, language)


def _notice(delivery: Delivery, language: str) -> Words:
    views = [view(notice, language) for notice in open_notices(delivery)]
    first = views[0]
    blocks: list[str | tuple[str, ...]] = [_for(views), f"{first.tlp}. {first.provider}"]
    for one in views:
        blocks += _about(one, named=len(views) > 1)
    blocks.append(_facts(first))
    blocks += [first.consequence] if first.consequence else []
    blocks += [first.text] if first.text else []
    blocks += [_("I have seen this:"), links.notice_url(delivery)]
    blocks += (
        [_("Do now"), tuple(f"{place}. {step}" for place, step in enumerate(first.steps, start=1))]
        if first.steps
        else []
    )
    blocks += [patience(delivery), _closing(first.notice)]
    return Words(first.title, tuple(blocks))


def _correction(delivery: Delivery, language: str) -> Words:
    alert = delivery.alert
    assert alert is not None  # noqa: S101  # a correction is an alert
    notices = _notices(delivery)
    names = ", ".join(notice.organisation.name_in(language) for notice in notices)
    number = alert.corrects.number if alert.corrects else alert.number
    return Words(
        _("Correction: alert %(number)s is withdrawn") % {"number": number},
        (
            _("For %(names)s.") % {"names": names},
            _("We warned you with alert %(number)s: %(title)s.")
            % {"number": number, "title": in_language(alert.title, language)},
            _("That alert is withdrawn. You need not do anything more for it."),
            _("Why: %(reason)s") % {"reason": in_language(alert.text, language)},
            _closing(notices[0]),
        ),
    )


def _reminder(delivery: Delivery, language: str) -> Words:
    views = [view(notice, language) for notice in _notices(delivery)]
    lines = tuple(
        _("%(name)s: \u201c%(what)s\u201d ends on %(until)s.")
        % {"name": one.organisation, "what": one.notice.mitigation, "until": moment_text(one.notice.mitigation_until)}
        for one in views
        if one.notice.mitigation_until
    )
    return Words(
        _("Your measure against this ends soon: %(title)s") % {"title": views[0].title},
        (lines, _("Does it still hold? Tell us until when:"), links.notice_url(delivery), _closing(views[0].notice)),
    )


def _wake_up(delivery: Delivery, language: str) -> Words:
    """A wake-up, a code and a sign-in link: nothing of what it is about."""
    waiting = open_notices(delivery) or _notices(delivery)
    values = {"team": configuration.TEAM_NAME.get(), "code": waiting[0].code, "url": links.notice_url(delivery)}
    with translation.override(language):
        subject = _("%(team)s has an urgent message for you (%(code)s)") % values
        if delivery.purpose == Purpose.CORRECTION:
            return Words(
                _("%(team)s corrects an earlier message (%(code)s)") % values,
                (_("%(team)s corrects message %(code)s. Sign in: %(url)s") % values,),
            )
        if delivery.purpose == Purpose.REMINDER:
            return Words(
                _("%(team)s reminds you (%(code)s)") % values,
                (_("%(team)s reminds you of message %(code)s. Sign in: %(url)s") % values,),
            )
        if delivery.kind == "voice":
            return Words(
                subject,
                (
                    _(
                        "This is %(team)s with an urgent message. Press 1 to say that you will read it. The code is %(code)s."
                    )
                    % values,
                ),
            )
        if delivery.kind == "sms":
            return Words(
                subject, (_("%(team)s: urgent message for you. Answer %(code)s or sign in: %(url)s") % values,)
            )
        return Words(
            subject, (_("%(team)s has an urgent message for you. Code %(code)s. Sign in to read it: %(url)s") % values,)
        )


def _short(delivery: Delivery, words: Sequence[Words]) -> str:
    """A short channel carries one language and no frame; a mail that may say no more keeps all of its languages."""
    if delivery.kind in content.SHORT:
        return _exercise(delivery, str(words[0].blocks[0]))
    return _text(delivery, words)


def _languages(delivery: Delivery) -> list[str]:
    if delivery.kind in content.SHORT:
        return [delivery.language]
    return list(delivery.languages) or [delivery.language]


def _about(one: View, *, named: bool) -> list[str | tuple[str, ...]]:
    blocks: list[str | tuple[str, ...]] = [one.organisation] if named else []
    blocks += [one.targets] if one.targets else []
    if one.more:
        blocks.append(
            ngettext("and %(num)d more, on the page", "and %(num)d more, on the page", one.more) % {"num": one.more}
        )
    return [*blocks, one.through] if one.through else blocks


def _facts(one: View) -> tuple[str, ...]:
    lines = [_("Who says so: %(source)s") % {"source": one.source}] if one.source else []
    return (*lines, _("When: %(when)s") % {"when": one.when})


def _for(views: Sequence[View]) -> str:
    names = ", ".join(one.organisation for one in views)
    return _("Notice %(number)s for %(names)s") % {"number": views[0].notice.alert.number, "names": names}


def _closing(notice: Notice) -> str:
    phone = configuration.TEAM_PHONE.get()
    call = _("Rather phone? %(phone)s, day and night.") % {"phone": phone} if phone else ""
    doubt = _("Do you doubt that it is us? Ask for the code word of your contact card.")
    code = _("Code of this message: %(code)s") % {"code": notice.code}
    return " ".join(part for part in (call, doubt, code + ".") if part)


def _subject(delivery: Delivery, words: Sequence[Words]) -> str:
    return _exercise(delivery, " / ".join(dict.fromkeys(one.subject for one in words)))


def _exercise(delivery: Delivery, text: str) -> str:
    if not delivery.exercise:
        return text
    with translation.override(delivery.language):
        mark = _("EXERCISE")
        return f"{mark}: {text}"


def _text(delivery: Delivery, words: Sequence[Words]) -> str:
    with translation.override(delivery.language):
        first = MARKER + _("Write your answer above this line")
    return first + "\n\n" + "\n\n----------\n\n".join(_plain(one) for one in words) + "\n"


def _plain(words: Words) -> str:
    blocks = [block if isinstance(block, str) else "\n".join(block) for block in words.blocks]
    return "\n\n".join([words.subject, *(block for block in blocks if block)])


def _html(words: Sequence[Words], languages: Sequence[str]) -> str:
    """A page that a screen reader handles: the language of each part, headings, lists; no pictures, nothing that is fetched."""
    parts = [
        f'<section lang="{language}"><h1>{escape(one.subject)}</h1>'
        + "".join(_html_block(block) for block in one.blocks if block)
        + "</section>"
        for one, language in zip(words, languages, strict=True)
    ]
    title = escape(words[0].subject)
    head = (
        f'<!DOCTYPE html>\n<html lang="{languages[0]}"><head><meta charset="utf-8"><title>{title}</title></head><body>'
    )
    return head + "<hr>".join(parts) + "</body></html>\n"


def _html_block(block: str | tuple[str, ...]) -> str:
    if isinstance(block, tuple):
        return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in block) + "</ul>"
    if block.startswith(("http://", "https://")):
        address = escape(block)
        return f'<p><a href="{address}">{address}</a></p>'
    return f"<p>{escape(block)}</p>"


def _key(delivery: Delivery) -> bytes | None:
    if delivery.kind != "mail" or delivery.contact is None or not delivery.contact.pgp_key.strip():
        return None
    return delivery.contact.pgp_key.encode()


def _payload(delivery: Delivery, says: Content) -> bytes:
    """What a constituent's own system gets: the notice in fields, or only that there is one."""
    notices = open_notices(delivery) or _notices(delivery)
    full = says is Content.FULL
    told = [
        {"code": notice.code, "organisation": notice.organisation.name, "tlp": Tlp(notice.tlp).label}
        | (
            {
                "targets": notice.targets,
                "title": in_language(notice.alert.title, delivery.language),
                "severity": notice.severity,
            }
            if full
            else {}
        )
        for notice in notices
    ]
    body = {
        "delivery": str(delivery.pk),
        "purpose": delivery.purpose,
        "exercise": delivery.exercise,
        "url": links.notice_url(delivery),
        "notices": told,
    }
    return json.dumps(body, ensure_ascii=False).encode()

"""The only writers of alerts: one verb per function, keyword-only, journalled."""

from paraat.alerts.actions.acknowledging import (
    acknowledge_delivery,
    acknowledge_notice,
    acknowledge_notices,
    open_notice,
    report_mitigation,
    report_site,
    take_exhausted,
)
from paraat.alerts.actions.announcing import approve_announcement, draft_announcement, send_announcement
from paraat.alerts.actions.calls import claim_call, release_call, reopen_call
from paraat.alerts.actions.climbing import climb_ladders
from paraat.alerts.actions.deliveries import recover
from paraat.alerts.actions.expiring import expire, remind_mitigations
from paraat.alerts.actions.paging import page_officers
from paraat.alerts.actions.phoning import close_call
from paraat.alerts.actions.raising import decided, raise_alert
from paraat.alerts.actions.receiving import read_inbound, receive, receive_event
from paraat.alerts.actions.releasing import decline_alert, release_alert
from paraat.alerts.actions.ringing import let_ring
from paraat.alerts.actions.switch import is_stopped, resume_sending, set_pace, stop_sending
from paraat.alerts.actions.telling import tell_contact
from paraat.alerts.actions.webhooks import add_webhook, end_webhook, is_asked, note_event
from paraat.alerts.actions.withdrawing import withdraw_alert

__all__ = [
    "acknowledge_delivery",
    "acknowledge_notice",
    "acknowledge_notices",
    "add_webhook",
    "approve_announcement",
    "claim_call",
    "climb_ladders",
    "close_call",
    "decided",
    "decline_alert",
    "draft_announcement",
    "end_webhook",
    "expire",
    "is_asked",
    "is_stopped",
    "let_ring",
    "note_event",
    "open_notice",
    "page_officers",
    "raise_alert",
    "read_inbound",
    "receive",
    "receive_event",
    "recover",
    "release_alert",
    "release_call",
    "remind_mitigations",
    "reopen_call",
    "report_mitigation",
    "report_site",
    "resume_sending",
    "send_announcement",
    "set_pace",
    "stop_sending",
    "take_exhausted",
    "tell_contact",
    "withdraw_alert",
]

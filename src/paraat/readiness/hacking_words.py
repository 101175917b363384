"""The words of ethical hacking, findings and disclosures: of keys that rules give, for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

METHODS = {
    "reading": _("Reading public sources"),
    "scanning": _("Scanning for open services and their versions"),
    "web": _("Testing web applications"),
    "passwords": _("Guessing passwords, within the limits that are agreed"),
    "exploiting": _("Using a vulnerability to show that it is one"),
    "inside": _("Going on from a system that was entered"),
    "wireless": _("Testing wireless networks"),
    "physical": _("Entering buildings"),
    "load": _("Load that may take a service down"),
    "social": _("Deceiving people (social engineering)"),
}
LACKS = {
    "scope": _("Put at least one asset in the scope."),
    "dates": _("Say from which day until which day."),
    "methods": _("Say which methods are allowed."),
    "stop_phone": _("Give the telephone number for an emergency stop."),
    "social_words": _("Deceiving people needs the permission in words: who, how, and what is off limits."),
    "provider": _("Shared infrastructure is in the scope: say whose it is."),
}
REASONS = {
    "in_scope": _("In scope: authorised, and still theirs today."),
    "unreadable": _("This cannot be read as one host, address, network or web address. Write it plainly."),
    "stopped": _("Testing is STOPPED. Touch nothing."),
    "not_testing": _("Testing has not begun, or is over."),
    "not_authorised": _("No signed authorisation is in force."),
    "too_early": _("The authorisation begins on a later day."),
    "too_late": _("The authorisation has ended."),
    "method_unknown": _("This method is not known."),
    "method_forbidden": _("This method is forbidden by the authorisation."),
    "method_social": _("Deceiving people is not permitted in words."),
    "method_not_allowed": _("This method is not among those that the authorisation allows."),
    "excluded": _("The authorisation names this to be left alone."),
    "partly_excluded": _("Part of this is to be left alone. Name a smaller target."),
    "not_in_scope": _("Not in the scope that was signed."),
    "partly": _("Only part of this is in the scope. Name a smaller target."),
    "not_owned": _("The register does not say that this is theirs today."),
    "other_owner": _("The register says that this is another organisation's today."),
    "partly_other": _("Part of this is another organisation's. Name a smaller target."),
    "shared": _("Others sit behind the same infrastructure, and no provider is named that could sign for it."),
    "shared_unsigned": _("Shared infrastructure of a provider that has not signed."),
}
"""Every answer of `rules.scope`; none of them names whose something else is."""
SEVERITIES = {
    "": _("not scored"),
    "none": _("none"),
    "low": _("low"),
    "medium": _("medium"),
    "high": _("high"),
    "critical": _("critical"),
}
SEVERITY_LOOKS = {
    "": "none",
    "none": "known",
    "low": "known",
    "medium": "waiting",
    "high": "silent",
    "critical": "silent",
}
LOOKS = {
    "draft": "waiting",
    "authorised": "calm",
    "going": "known",
    "stopped": "silent",
    "reporting": "waiting",
    "closed": "none",
}
FINDING_LOOKS = {
    "draft": "waiting",
    "disclosed": "silent",
    "seen": "waiting",
    "fixed": "waiting",
    "retested": "known",
    "reopened": "silent",
    "accepted": "none",
}
DISCLOSURE_LOOKS = {"new": "silent", "passed_on": "waiting", "answered": "known", "closed": "none", "refused": "none"}
NEXT = {
    "draft": _(
        "Next: fill in what is missing, make the authorisation, have it signed, and let somebody of the team compare it."
    ),
    "authorised": _("Next: invite the testers and begin on the first day."),
    "going": _("Ask before each new target. Whoever sees something go wrong stops it."),
    "stopped": _("Nobody touches anything. It goes on when the owner says yes and the team resumes it."),
    "reporting": _("Next: every finding is told to its owner; then close it."),
    "closed": _("It is over. Its testers see it no longer."),
}
CWES = {
    "CWE-20": _("input that is not checked"),
    "CWE-22": _("paths that leave their folder"),
    "CWE-78": _("commands of the operating system from outside"),
    "CWE-79": _("scripts of others in web pages"),
    "CWE-89": _("database commands from outside"),
    "CWE-200": _("information given to who should not have it"),
    "CWE-269": _("rights that are wider than needed"),
    "CWE-287": _("signing in that can be evaded"),
    "CWE-306": _("something important without signing in"),
    "CWE-352": _("requests that another site makes for you"),
    "CWE-434": _("dangerous files that can be uploaded"),
    "CWE-521": _("passwords that are too easy"),
    "CWE-798": _("passwords that stand in programs"),
    "CWE-862": _("rights that nobody checks"),
    "CWE-1104": _("parts that nobody maintains any more"),
}
"""Our own words for kinds of weakness that are common; MITRE keeps the list of all of them."""

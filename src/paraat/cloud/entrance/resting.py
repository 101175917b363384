"""What the entrance says while a service does not answer: it starts anew after a change, or it is broken. For citizens and staff, in plain words."""

from __future__ import annotations

WORDS = {
    "nl": "Deze dienst antwoordt nu niet. Wacht een minuut en laad deze pagina opnieuw. U kunt met een gerust hart opnieuw proberen.",
    "fr": "Ce service ne répond pas pour le moment. Attendez une minute et rechargez cette page. Vous pouvez réessayer sans crainte.",
    "de": "Dieser Dienst antwortet gerade nicht. Warten Sie eine Minute und laden Sie diese Seite neu. Sie können es ruhig noch einmal versuchen.",
    "en": "This service does not answer right now. Wait a minute and load this page again. It is safe to try again.",
}


def page() -> str:
    """A whole page in four languages, without a quote or a dollar sign: it stands in nginx's configuration. It does not reload itself
    (WCAG 2.2.1)."""
    said = "".join(f'<p lang="{language}">{words}</p>' for language, words in WORDS.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>503</title></head><body><main><h1>503</h1>{said}</main></body></html>"
    )

"""What others are told about an incident that may reach them, in four languages; it never names the victim."""

from __future__ import annotations

from paraat.incidents.playbooks import LANGUAGES

_SUPPLIER_TITLE = {
    "en": "Check your connection with {supplier}",
    "nl": "Controleer uw verbinding met {supplier}",
    "fr": "Vérifiez votre liaison avec {supplier}",
    "de": "Prüfen Sie Ihre Verbindung mit {supplier}",
}
_SUPPLIER_TEXT = {
    "en": "{supplier} is involved in an incident that we work on. Nothing says that you are hit; please check today.\n"
    "1. Look at the sign-ins and connections of {supplier} of the last weeks, and keep these logs.\n"
    "2. Close the remote access that is not needed now.\n"
    "3. Renew the passwords and keys that {supplier} knows.\n"
    "4. Tell us what you found, also when it is nothing.",
    "nl": "{supplier} is betrokken bij een incident waaraan wij werken. Niets wijst erop dat u getroffen bent; controleer het vandaag.\n"
    "1. Bekijk de aanmeldingen en verbindingen van {supplier} van de laatste weken en bewaar die logs.\n"
    "2. Sluit de toegang op afstand die nu niet nodig is.\n"
    "3. Vernieuw de wachtwoorden en sleutels die {supplier} kent.\n"
    "4. Zeg ons wat u vond, ook als het niets is.",
    "fr": "{supplier} est concerné par un incident que nous traitons. Rien n'indique que vous soyez touché; vérifiez aujourd'hui.\n"
    "1. Regardez les connexions de {supplier} des dernières semaines et gardez ces journaux.\n"
    "2. Fermez les accès à distance qui ne sont pas nécessaires maintenant.\n"
    "3. Renouvelez les mots de passe et clés que {supplier} connaît.\n"
    "4. Dites-nous ce que vous avez trouvé, même si ce n'est rien.",
    "de": "{supplier} ist an einem Vorfall beteiligt, den wir bearbeiten. Nichts deutet darauf hin, dass Sie betroffen sind; "
    "bitte prüfen Sie heute.\n"
    "1. Sehen Sie sich die Anmeldungen und Verbindungen von {supplier} der letzten Wochen an und bewahren Sie diese Protokolle auf.\n"
    "2. Schließen Sie den Fernzugriff, der jetzt nicht nötig ist.\n"
    "3. Erneuern Sie die Passwörter und Schlüssel, die {supplier} kennt.\n"
    "4. Sagen Sie uns, was Sie gefunden haben, auch wenn es nichts ist.",
}
_DATA_TITLE = {
    "en": "Data about your organisation may have got out",
    "nl": "Er zijn misschien gegevens over uw organisatie gelekt",
    "fr": "Des données concernant votre organisation ont peut-être fuité",
    "de": "Daten über Ihre Organisation sind vielleicht abgeflossen",
}
_DATA_TEXT = {
    "en": "In an incident elsewhere data was taken that concerns your organisation too. Please call us: we tell you by telephone which data.",
    "nl": "Bij een incident elders zijn gegevens buitgemaakt die ook uw organisatie aangaan. Bel ons: wij zeggen u telefonisch welke gegevens.",
    "fr": "Lors d'un incident ailleurs, des données qui concernent aussi votre organisation ont été prises. "
    "Appelez-nous: nous vous dirons par téléphone lesquelles.",
    "de": "Bei einem Vorfall anderswo wurden Daten erbeutet, die auch Ihre Organisation betreffen. "
    "Rufen Sie uns an: wir sagen Ihnen telefonisch, welche.",
}


def about_supplier(supplier: str) -> tuple[dict[str, str], dict[str, str]]:
    """Title and text per language for the customers of an involved supplier."""
    return (
        {language: _SUPPLIER_TITLE[language].format(supplier=supplier) for language in LANGUAGES},
        {language: _SUPPLIER_TEXT[language].format(supplier=supplier) for language in LANGUAGES},
    )


def about_data() -> tuple[dict[str, str], dict[str, str]]:
    """Title and text per language for an organisation that captured data concerns; which data is told by telephone."""
    return dict(_DATA_TITLE), dict(_DATA_TEXT)

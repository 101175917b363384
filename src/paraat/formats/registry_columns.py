"""What the columns and words of a register may be called: the vocabulary of `registry_file`, in Dutch, French, English and German."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_OTHER = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """A heading without case, accents and signs: "Nom (français)" is nom_francais."""
    bare = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return _OTHER.sub("_", bare).strip("_")


FIELDS: dict[str, str] = {
    "type": "type kind soort categorie category genre art organisatietype type_organisatie type_d_organisation classificatie",
    "name": "name naam nom organisatie organisation organization organisme gemeente commune municipality gemeinde bestuur bestuurseenheid entite",
    "name_nl": "name_nl naam_nl nom_nl nederlandse_naam naam_nederlands nom_neerlandais",
    "name_fr": "name_fr naam_fr nom_fr franse_naam naam_frans nom_francais",
    "name_de": "name_de naam_de nom_de duitse_naam naam_duits nom_allemand",
    "kbo": "kbo bce kbo_nummer kbo_nr kbonummer numero_bce ondernemingsnummer numero_d_entreprise enterprise_number "
    "unternehmensnummer zdu zdu_nummer cbe vat btw",
    "ovo": "ovo ovo_code ovo_nummer",
    "nis": "nis nis_code niscode nis_nummer code_ins ins refnis",
    "province": "province_nis provincie_nis nis_provincie province provincie provinz",
    "region": "region_nis gewest_nis nis_gewest region gewest",
    "population": "population inwoners inwonertal inwonersaantal habitants nombre_d_habitants einwohner inhabitants bevolking",
    "population_as_of": "population_as_of inwoners_op population_au",
    "active_from": "active_from actief_vanaf actif_depuis aktiv_seit opgericht start startdatum",
    "active_until": "active_until actief_tot actif_jusqu_au aktiv_bis opgeheven einde einddatum",
    "status": "status statut toestand etat",
    "merged_into": "merged_into gefuseerd_tot opgegaan_in fusionne_dans fusioniert_zu",
    "languages": "languages taal talen bestuurstaal langue langues sprache sprachen language",
    "citizen_languages": "citizen_languages talen_burgers langues_citoyens",
    "constituent": "constituent achterban beneficiaire",
    "website": "website websites web_site url site site_web site_internet webadres homepage webseite internet",
    "stale": "website_may_be_stale website_mogelijk_verouderd",
    "welfare_kbo": "ocmw_kbo cpas_bce kbo_ocmw bce_cpas",
    "domains": "domains domain domein domeinen domeinnaam domeinnamen domaine domaines",
    "hosts": "hosts host hostnaam hostnames",
    "networks": "networks network netwerk netwerken reseau reseaux ip ips ip_adres ip_adressen ip_range ip_ranges ip_reeks cidr adresse_ip plage_ip",
    "asns": "asns asn as_nummer",
    "email_domains": "email_domains email_domain maildomein maildomeinen domaine_mail mail_domain",
    "unverified": "unverified niet_geverifieerd non_verifie ungepruft",
    "source": "source bron quelle",
}
"""Field -> the headings that mean it, each as `plain` writes it; the first is what an export uses."""

ROLES: dict[str, str] = {
    "spoc": "spoc contact contactpersoon personne_de_contact contact_person ansprechpartner aanspreekpunt",
    "deputy": "deputy plaatsvervanger vervanger suppleant adjoint vertreter stellvertreter backup",
    "ict_on_call": "ict_on_call ict it ict_wacht wachtdienst informatique informatica garde_informatique",
    "head": "head algemeen_directeur directeur_general leidend_ambtenaar generaldirektor director",
    "dpo": "dpo functionaris_gegevensbescherming delegue_protection_donnees datenschutzbeauftragter",
}
PARTS: dict[str, str] = {
    "name": "name naam nom",
    "mail": "mail e_mail email courriel mailadres e_mailadres emailadres adresse_mail",
    "sms": "sms gsm mobile mobiel handy gsm_nummer portable",
    "voice": "voice phone telefoon tel telephone telefon telefoonnummer vaste_lijn",
    "languages": "languages language taal talen langue sprache",
}

KINDS: dict[str, str] = {
    "municipality": "municipality gemeente commune gemeinde stad ville",
    "welfare_centre": "welfare_centre ocmw cpas oshz public_centre_for_social_welfare openbaar_centrum_voor_maatschappelijk_welzijn",
    "municipal_agency": "municipal_agency autonoom_gemeentebedrijf agb regie_communale_autonome rca",
    "provincial_agency": "provincial_agency autonoom_provinciebedrijf apb regie_provinciale_autonome",
    "welfare_association": "welfare_association welzijnsvereniging association_chapitre_xii",
    "care_institution": "care_institution autonome_verzorgingsinstelling",
    "intermunicipal_association": "intermunicipal_association dienstverlenende_vereniging opdrachthoudende_vereniging intercommunale"
    " opdrachthoudende_vereniging_met_private_deelname dienstverlenende_vereniging_opdrachthoudende_vereniging interkommunale",
    "project_association": "project_association projectvereniging association_de_projet",
    "private_law_body": "private_law_body peva_gemeente peva_provincie peva eva privaatrechtelijke_eva",
    "district": "district distrikt",
    "province": "province provincie provinz",
    "police_zone": "police_zone politiezone zone_de_police polizeizone pz",
    "fire_zone": "fire_zone hulpverleningszone zone_de_secours brandweerzone hilfeleistungszone hvz",
    "port": "port haven havenbedrijf autorite_portuaire hafen",
    "state_agency": "state_agency agentschap vlaams_agentschap agence overheidsinstantie",
    "provider": "provider dienstverlener leverancier ict_leverancier fournisseur prestataire lieferant service_provider",
    "partner": "partner partenaire",
}

STATUSES: dict[str, str] = {
    "active": "active actief actif aktiv 1 yes ja oui",
    "inactive": "inactive inactief niet_actief inactif inaktiv stopgezet closed 0 no nee non nein",
    "being_formed": "being_formed in_oprichting en_constitution in_grundung",
}

LANGUAGES: dict[str, str] = {
    "nl": "nl nld dut nederlands neerlandais dutch niederlandisch",
    "fr": "fr fra fre frans francais french franzosisch",
    "de": "de deu ger duits allemand german deutsch",
    "en": "en eng engels anglais english englisch",
}

PROVINCES: dict[str, str] = {
    "10000": "antwerpen anvers",
    "20001": "vlaams_brabant brabant_flamand",
    "20002": "waals_brabant brabant_wallon",
    "30000": "west_vlaanderen flandre_occidentale",
    "40000": "oost_vlaanderen flandre_orientale",
    "50000": "henegouwen hainaut",
    "60000": "luik liege luttich",
    "70000": "limburg limbourg",
    "80000": "luxemburg luxembourg",
    "90000": "namen namur",
}
REGIONS: dict[str, str] = {
    "02000": "vlaanderen vlaams_gewest flandre region_flamande 2000",
    "03000": "wallonie waals_gewest region_wallonne 3000",
    "04000": "brussel bruxelles brussels_hoofdstedelijk_gewest region_de_bruxelles_capitale 4000",
}


def lookup(words: dict[str, str]) -> dict[str, str]:
    """Word -> meaning, turned around; every meaning is also a word for itself."""
    return {word: meaning for meaning, listed in words.items() for word in [plain(meaning), *listed.split()]}


def _contact_headings() -> Iterable[tuple[str, str]]:
    for role, role_words in ROLES.items():
        for part, part_words in PARTS.items():
            for first in role_words.split():
                for second in part_words.split():
                    yield f"{first}_{second}", f"{role}_{part}"
                    yield f"{second}_{first}", f"{role}_{part}"
        for word in role_words.split():
            yield word, f"{role}_name"
    for part in ("mail", "sms", "voice"):  # without a role it is the one point of contact
        for word in PARTS[part].split():
            yield word, f"spoc_{part}"


HEADINGS: dict[str, str] = dict(_contact_headings()) | lookup(FIELDS)
"""Every heading that is understood -> its field (`spoc_mail` for contacts)."""

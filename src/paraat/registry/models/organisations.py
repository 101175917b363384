"""Who we look after: organisations, their assets, the contacts that answer for them, and who supplies what to whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel, MarkedQuerySet


class DatedQuerySet(MarkedQuerySet):
    """Rows that hold from a day until the day before another (both open when null)."""

    since: ClassVar[str] = "valid_from"
    until: ClassVar[str] = "valid_until"

    def as_of(self, day: date) -> Self:
        """The rows that hold on `day`."""
        started = models.Q(**{f"{self.since}__isnull": True}) | models.Q(**{f"{self.since}__lte": day})
        going_on = models.Q(**{f"{self.until}__isnull": True}) | models.Q(**{f"{self.until}__gt": day})
        return self.filter(started & going_on)


class OrganisationQuerySet(DatedQuerySet):
    """Organisations; their days are those of their legal existence."""

    since = "active_from"
    until = "active_until"

    def constituents(self) -> Self:
        """Those that the team looks after."""
        return self.filter(constituent=True)

    def called(self, words: str) -> Self:
        """Those with exactly this name (whatever its case), NIS or KBO number."""
        number = words.replace(".", "").replace(" ", "")
        return self.filter(models.Q(name__iexact=words.strip()) | models.Q(nis=number) | models.Q(kbo=number))

    def matching(self, words: str) -> Self:
        """Those whose name (in any language), number or asset holds every word."""
        found = self
        for word in words.split()[:8]:
            named = (
                models.Q(name__icontains=word)
                | models.Q(names__icontains=word)
                | models.Q(nis=word)
                | models.Q(kbo=word)
            )
            owned = Asset.objects.filter(organisation=models.OuterRef("pk"), value__icontains=word.lower())
            found = found.filter(named | models.Exists(owned))
        return found

    def with_reach(self, day: date) -> Self:
        """Each with `has_asset` and `reach` on `day`: "ok" (also when its own systems are down), "not_out_of_band" or "none"."""
        channels = ContactChannel.objects.usable(day).filter(contact__organisation=models.OuterRef("pk"))
        owned = Asset.objects.as_of(day).exclude(kind=Asset.Kind.PAGE).filter(organisation=models.OuterRef("pk"))
        reach = models.Case(
            models.When(models.Exists(channels.filter(out_of_band=True)), then=models.Value("ok")),
            models.When(models.Exists(channels), then=models.Value("not_out_of_band")),
            default=models.Value("none"),
        )
        return self.annotate(reach=reach, has_asset=models.Exists(owned))

    def with_onboarding(self, day: date) -> Self:
        """Each with `onboarding`, the `rules.Stage` of its best SPOC on `day` as a number, and `spoc_confirmed_at`."""
        spocs = (
            Contact.objects.as_of(day)
            .answering()
            .with_stage()
            .filter(organisation=models.OuterRef("pk"), role=Contact.Role.SPOC)
        )
        best = spocs.order_by("-stage", "-confirmed_at")[:1]
        stage = Coalesce(models.Subquery(best.values("stage")), models.Value(0))
        return self.annotate(onboarding=stage, spoc_confirmed_at=models.Subquery(best.values("confirmed_at")))


class Organisation(MarkedModel):
    """A local government, another public body, a service provider or a partner of the team. NIS is not unique: several bodies share one."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("Municipality")
        WELFARE_CENTRE = "welfare_centre", _("Public centre for social welfare")
        MUNICIPAL_AGENCY = "municipal_agency", _("Municipal agency")
        PROVINCIAL_AGENCY = "provincial_agency", _("Provincial agency")
        WELFARE_ASSOCIATION = "welfare_association", _("Welfare association")
        CARE_INSTITUTION = "care_institution", _("Autonomous care institution")
        INTERMUNICIPAL_ASSOCIATION = "intermunicipal_association", _("Intermunicipal association")
        PROJECT_ASSOCIATION = "project_association", _("Project association")
        PRIVATE_LAW_BODY = "private_law_body", _("Private-law body")
        DISTRICT = "district", _("District")
        PROVINCE = "province", _("Province")
        POLICE_ZONE = "police_zone", _("Police zone")
        FIRE_ZONE = "fire_zone", _("Fire and rescue zone")
        PORT = "port", _("Port")
        STATE_AGENCY = "state_agency", _("State agency")
        PROVIDER = "provider", _("Service provider")
        PARTNER = "partner", _("Team partner")

    organisation_field = "id"

    kind = models.CharField(max_length=30, choices=Kind.choices)
    name = models.CharField(max_length=200)  # in its first administrative language
    names = models.JSONField(default=dict)  # {"nl": "Ronse", "fr": "Renaix"}
    languages = ArrayField(models.CharField(max_length=2), default=list)  # administrative languages, first one first
    citizen_languages = ArrayField(models.CharField(max_length=2), default=list)
    nis = models.CharField(max_length=5, blank=True, db_index=True)
    kbo = models.CharField(max_length=10, blank=True, db_index=True)
    ovo = models.CharField(max_length=12, blank=True)
    region = models.CharField(max_length=5, blank=True)  # NIS of the region
    province = models.CharField(max_length=5, blank=True)  # NIS of the province
    population = models.PositiveIntegerField(null=True)
    population_as_of = models.DateField(null=True)
    active_from = models.DateField(null=True)
    active_until = models.DateField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")
    constituent = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)
    manual_fields = ArrayField(models.CharField(max_length=40), default=list)  # entered by hand: no import changes them
    provider_consent = models.BooleanField(default=False)  # its service provider may be alerted in its place
    code_word = models.BinaryField(null=True)  # encrypted; on its paper card, never in a message
    code_word_at = models.DateTimeField(null=True)
    tlp = models.PositiveSmallIntegerField(default=Tlp.GREEN, choices=[(level.value, level.label) for level in Tlp])

    objects = OrganisationQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["province", "name"], name="organisation_board")
        ]  # the board: a block a province

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """The name in `language`, else the official one."""
        return str(self.names.get(language) or self.name)


class AssetQuerySet(DatedQuerySet):
    """Assets."""

    def for_attribution(self, day: date) -> models.QuerySet[Any, dict[str, Any]]:
        """What matching needs of every asset that holds on `day`: one query of dicts.

        Keys: asset_id, asset_kind, value, shared, guessed (by the www.<name>.be rule, not confirmed), owner_id, owner_kind, owner_name,
        owner_names, owner_nis.
        An organisation that merged leaves its assets to its successor, which still answers for the old site.
        """
        gone = models.Q(organisation__active_until__lte=day)
        unborn = models.Q(organisation__active_from__gt=day)
        columns = {
            "owner_id": "id",
            "owner_kind": "kind",
            "owner_name": "name",
            "owner_names": "names",
            "owner_nis": "nis",
        }
        owner = {
            key: models.Case(
                models.When(gone, then=models.F(f"organisation__merged_into__{column}")),
                default=models.F(f"organisation__{column}"),
            )
            for key, column in columns.items()
        }
        held = self.as_of(day).exclude(gone & models.Q(organisation__merged_into=None)).exclude(unborn)
        asset = {"asset_id": models.F("id"), "asset_kind": models.F("kind")}
        by_rule = models.Q(verified_at=None, source__startswith="rule")
        guessed = models.ExpressionWrapper(by_rule, models.BooleanField())
        found: models.QuerySet[Any, dict[str, Any]] = held.annotate(guessed=guessed, **asset, **owner).values(
            *asset, "value", "shared", "guessed", *owner
        )
        return found


class Asset(MarkedModel):
    """What makes something ours: a domain, host, network, ASN or e-mail domain. A page (web site with a path) is known but owns nothing."""

    class Kind(models.TextChoices):
        DOMAIN = "domain", _("Domain")
        HOST = "host", _("Host")
        NETWORK = "network", _("IP network")
        ASN = "asn", _("ASN")
        EMAIL_DOMAIN = "email_domain", _("E-mail domain")
        PAGE = "page", _("Web page")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="assets")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    value = models.CharField(max_length=300)  # normalised: lower-case ASCII host, CIDR, digits
    shared = models.BooleanField(default=False)  # shared infrastructure: never matches by IP alone
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    verified_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=200, blank=True)

    objects = AssetQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "value"], condition=models.Q(valid_until=None), name="asset_once"
            )
        ]
        indexes = [models.Index(fields=["value"], name="asset_value")]

    def __str__(self) -> str:
        return self.value


class ContactQuerySet(DatedQuerySet):
    """Contacts."""

    def answering(self) -> Self:
        """Those whose personal data is still on file."""
        return self.filter(erased_at=None)

    def with_stage(self) -> Self:
        """Each with `stage`, the same number as `rules.stage` gives."""
        called_and_confirmed = models.Q(called_at__isnull=False, confirmed_at__isnull=False)
        invited = (
            models.Q(invited_at__isnull=False)
            | models.Q(called_at__isnull=False)
            | models.Q(confirmed_at__isnull=False)
        )
        return self.annotate(
            stage=models.Case(
                models.When(called_and_confirmed & models.Q(tested_at__isnull=False), then=models.Value(4)),
                models.When(called_and_confirmed, then=models.Value(3)),
                models.When(invited, then=models.Value(2)),
                default=models.Value(1),
            )
        )


class Contact(MarkedModel):
    """Somebody who answers for an organisation. As little personal data as works: a role, a name to ask for, languages, channels."""

    class Role(models.TextChoices):
        SPOC = "spoc", _("Single point of contact")
        DEPUTY = "deputy", _("Deputy")
        ICT_ON_CALL = "ict_on_call", _("ICT on-call")
        HEAD = "head", _("Head of administration")
        DPO = "dpo", _("Data protection officer")

    class Night(models.TextChoices):
        SEVERE = "severe", _("Ring at night from severity 3")
        ALWAYS = "always", _("Always ring at night")
        NEVER = "never", _("Never ring at night")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="contacts")
    role = models.CharField(max_length=12, choices=Role.choices)
    name = models.CharField(max_length=200)
    languages = ArrayField(models.CharField(max_length=2), default=list)
    pgp_key = models.TextField(blank=True)
    smime_certificate = models.TextField(blank=True)
    night = models.CharField(max_length=8, choices=Night.choices, default=Night.SEVERE)
    away_from = models.DateTimeField(null=True)
    away_until = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    nominated_by = models.CharField(max_length=200, blank=True)  # the head of administration
    invited_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)  # called once, code word asked by both sides
    confirmed_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)  # last test alert answered
    source = models.CharField(max_length=200, blank=True)
    manual_fields = ArrayField(models.CharField(max_length=40), default=list)
    erased_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["organisation", "role", "name"]
        indexes = [models.Index(fields=["organisation", "role"], name="contact_ladder")]

    def __str__(self) -> str:
        return self.name

    def is_away(self, at: Any) -> bool:
        """Whether the contact said to be away at the moment `at` (aware)."""
        return self.away_from is not None and self.away_from <= at and (self.away_until is None or at < self.away_until)


class ChannelQuerySet(models.QuerySet[Any]):
    """Channels."""

    def usable(self, day: date) -> Self:
        """Those of contacts that hold on `day`."""
        current = models.Q(contact__valid_until=None) | models.Q(contact__valid_until__gt=day)
        return self.filter(current, contact__erased_at=None)


class ContactChannel(models.Model):
    """A way to reach a contact, in the order in which it is tried. A new address by link counts only after confirmation through the old one."""

    class Kind(models.TextChoices):
        MAIL = "mail", _("Mail")
        SMS = "sms", _("SMS")
        VOICE = "voice", _("Voice call")
        MATRIX = "matrix", _("Matrix")
        WEBHOOK = "webhook", _("Webhook")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    address = models.CharField(max_length=254)
    position = models.PositiveSmallIntegerField(default=1)
    out_of_band = models.BooleanField(default=False)  # by rules.out_of_band: still works when the owner is down
    confirmed_at = models.DateTimeField(null=True)
    pending_address = models.CharField(max_length=254, blank=True)
    pending_since = models.DateTimeField(null=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["contact", "position"]
        constraints = [models.UniqueConstraint(fields=["contact", "kind", "address"], name="channel_once")]
        indexes = [models.Index(fields=["address"], name="channel_address")]  # replies and bounces come in by address


class Supply(MarkedModel):
    """A supplier and what it supplies to whom; `consent` of the customer lets the provider read along and be alerted."""

    supplier = models.ForeignKey(Organisation, models.CASCADE, related_name="supplies")
    customer = models.ForeignKey(Organisation, models.CASCADE, related_name="supplied_by")
    what = models.CharField(max_length=200)
    consent = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)

    organisation_field = "customer_id"
    objects = DatedQuerySet.as_manager()  # type: ignore[misc]  # as above

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "customer", "what"], name="supply_once")]

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Both ends know of the relation."""
        return models.Q(customer__in=list(organisations)) | models.Q(supplier__in=list(organisations))


class TestCall(models.Model):
    """The test alert of half a year to one contact; who does not answer becomes a task."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="tests")
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    task_at = models.DateTimeField(null=True)

    __test__ = False  # not a test case, whatever pytest thinks of the name

    class Meta:
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(answered_at=None, task_at=None), name="test_call_due")
        ]

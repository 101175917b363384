"""What a demonstration starts with: sources that the duty officer confirmed, and the project's own small list of October 2024."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from django.utils.translation import gettext as _
from django.utils.translation import override

from paraat.feeds import actions, sources
from paraat.feeds.models import Source
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import configuration

OFFICER = Actor(ActorKind.SYSTEM, None, "Duty officer (demonstration)")
FILE_NAME = "october-2024-reconstruction.txt"


def target_list() -> Traversable:
    """The list as a file: host names as the press named them, labelled a reconstruction. It carries no date, so it is of the day it is dropped."""
    return files(__package__) / FILE_NAME


def load() -> None:
    """One source for each format, confirmed; lists with announced targets alert at once. Again changes nothing."""
    with override(configuration.LANGUAGE.get()):
        for name, known in sources.formats().items():
            if Source.objects.filter(slug=name).exists():
                continue
            at_once = known.defaults.guidance == "ddos"
            policy = Source.Policy.AT_ONCE if at_once else known.defaults.policy
            made = actions.add_source(slug=name, title=_(str(known.title)), format=name, policy=policy, by=OFFICER)
            actions.confirm_source(source=made, by=OFFICER)

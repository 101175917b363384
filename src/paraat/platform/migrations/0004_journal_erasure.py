"""The readable part of an entry may be emptied, and nothing else may become of it: the application cannot put other words in its place."""

from typing import ClassVar

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION paraat_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.entry = OLD.entry AND NEW.salt = OLD.salt AND NEW.detail IS NULL AND NEW.actor_label = '' AND NEW.erased_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% may be erased, not changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER journal_detail_only_erased BEFORE UPDATE ON platform_journaldetail FOR EACH ROW EXECUTE FUNCTION paraat_only_erased();
"""

BACKWARD = """
DROP TRIGGER journal_detail_only_erased ON platform_journaldetail;
DROP FUNCTION paraat_only_erased();
"""


class Migration(migrations.Migration):
    """A trigger on the details."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("platform", "0003_limits")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(FORWARD, BACKWARD)]

"""The journal writes its own chain, and nothing can take an entry back.

The trigger runs with the owner's rights: the application's role needs no right on the heads. TRUNCATE is not seen by row triggers, hence the
statement trigger. The text that is hashed is rebuilt by `platform.journal.verify`, in Python, so keep both the same.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION paraat_journal_text(entry platform_journalentry) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws('|', entry.chain, entry.seq, entry.id, (extract(epoch FROM entry.at) * 1000000)::bigint, entry.tlp,
                     entry.exercise::int, entry.actor_kind, coalesce(entry.actor_id::text, '-'), entry.verb, entry.object_type,
                     entry.object_id, entry.rows, encode(entry.digest, 'hex'), encode(entry.previous, 'hex'))
$$;

CREATE FUNCTION paraat_journal_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head platform_journalhead;
BEGIN
    INSERT INTO platform_journalhead (chain, seq, hash) VALUES (NEW.chain, 0, ''::bytea) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM platform_journalhead WHERE chain = NEW.chain FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.at := clock_timestamp();
    NEW.previous := head.hash;
    NEW.hash := sha256(convert_to(paraat_journal_text(NEW), 'UTF8'));
    UPDATE platform_journalhead SET seq = NEW.seq, hash = NEW.hash WHERE chain = NEW.chain;
    RETURN NEW;
END $$;

CREATE FUNCTION paraat_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER journal_chain BEFORE INSERT ON platform_journalentry FOR EACH ROW EXECUTE FUNCTION paraat_journal_chain();
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON platform_journalentry FOR EACH ROW EXECUTE FUNCTION paraat_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON platform_journalentry FOR EACH STATEMENT EXECUTE FUNCTION paraat_append_only();
CREATE TRIGGER journal_detail_kept BEFORE DELETE ON platform_journaldetail FOR EACH ROW EXECUTE FUNCTION paraat_append_only();
CREATE TRIGGER journal_detail_no_truncate BEFORE TRUNCATE ON platform_journaldetail FOR EACH STATEMENT EXECUTE FUNCTION paraat_append_only();
CREATE TRIGGER journal_head_kept BEFORE DELETE ON platform_journalhead FOR EACH ROW EXECUTE FUNCTION paraat_append_only();
CREATE TRIGGER journal_head_no_truncate BEFORE TRUNCATE ON platform_journalhead FOR EACH STATEMENT EXECUTE FUNCTION paraat_append_only();
"""

BACKWARD = """
DROP TRIGGER journal_head_no_truncate ON platform_journalhead;
DROP TRIGGER journal_head_kept ON platform_journalhead;
DROP TRIGGER journal_detail_no_truncate ON platform_journaldetail;
DROP TRIGGER journal_detail_kept ON platform_journaldetail;
DROP TRIGGER journal_no_truncate ON platform_journalentry;
DROP TRIGGER journal_append_only ON platform_journalentry;
DROP TRIGGER journal_chain ON platform_journalentry;
DROP FUNCTION paraat_append_only();
DROP FUNCTION paraat_journal_chain();
DROP FUNCTION paraat_journal_text(platform_journalentry);
"""


class Migration(migrations.Migration):
    """Triggers of the journal."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("platform", "0001_initial")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(FORWARD, BACKWARD)]

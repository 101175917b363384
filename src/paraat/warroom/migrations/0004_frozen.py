"""The database keeps a frozen situation report and an approved statement as they are, and no line above a report's TLP in a frozen one."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION paraat_sitrep_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state IN ('frozen', 'superseded') THEN
      RAISE EXCEPTION 'a frozen situation report is not removed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state IN ('frozen', 'superseded') AND (
    NEW.state NOT IN ('frozen', 'superseded') OR (OLD.state = 'superseded' AND NEW.state <> 'superseded')
    OR (NEW.room_id, NEW.sequence, NEW.version, NEW.language, NEW.left_out, NEW.as_of, NEW.made_at, NEW.frozen_at, NEW.digest,
        NEW.pdf, NEW.docx, NEW.next_at, NEW.supersedes_id, NEW.tlp, NEW.exercise, NEW.content)
    IS DISTINCT FROM
       (OLD.room_id, OLD.sequence, OLD.version, OLD.language, OLD.left_out, OLD.as_of, OLD.made_at, OLD.frozen_at, OLD.digest,
        OLD.pdf, OLD.docx, OLD.next_at, OLD.supersedes_id, OLD.tlp, OLD.exercise, OLD.content)) THEN
    RAISE EXCEPTION 'a frozen situation report does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state IN ('frozen', 'superseded') AND (NEW.sequence IS NULL OR NEW.digest = '' OR jsonb_typeof(NEW.content) <> 'object'
    OR jsonb_path_exists(NEW.content, '$.*[*] ? (!(@.tlp.type() == "number") || @.tlp > $top)', jsonb_build_object('top', NEW.tlp))) THEN
    RAISE EXCEPTION 'a frozen situation report has a number, a digest and no line above its TLP' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER warroom_situationreport_frozen BEFORE INSERT OR UPDATE OR DELETE ON warroom_situationreport
  FOR EACH ROW EXECUTE FUNCTION paraat_sitrep_frozen();
CREATE TRIGGER warroom_situationreport_no_truncate BEFORE TRUNCATE ON warroom_situationreport
  FOR EACH STATEMENT EXECUTE FUNCTION paraat_append_only();

CREATE FUNCTION paraat_statement_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('approved', 'withdrawn') AND (
    NEW.state NOT IN ('approved', 'withdrawn') OR (OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn')
    OR (NEW.room_id, NEW.subject, NEW.text, NEW.authority, NEW.quoted_at, NEW.quote_source, NEW.expires_at, NEW.tlp, NEW.exercise,
        NEW.made_at, NEW.approved_at)
    IS DISTINCT FROM
       (OLD.room_id, OLD.subject, OLD.text, OLD.authority, OLD.quoted_at, OLD.quote_source, OLD.expires_at, OLD.tlp, OLD.exercise,
        OLD.made_at, OLD.approved_at)) THEN
    RAISE EXCEPTION 'an approved statement does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER warroom_statement_approved BEFORE UPDATE ON warroom_statement
  FOR EACH ROW EXECUTE FUNCTION paraat_statement_approved();
"""
BACKWARD = """
DROP TRIGGER warroom_statement_approved ON warroom_statement;
DROP FUNCTION paraat_statement_approved();
DROP TRIGGER warroom_situationreport_no_truncate ON warroom_situationreport;
DROP TRIGGER warroom_situationreport_frozen ON warroom_situationreport;
DROP FUNCTION paraat_sitrep_frozen();
"""


class Migration(migrations.Migration):
    """Triggers of what is frozen."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("warroom", "0003_statements_and_reports")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(FORWARD, BACKWARD)]

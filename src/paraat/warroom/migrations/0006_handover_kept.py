"""What a shift handed over is kept as it was: the database refuses other content."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION paraat_handover_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.content, NEW.remarks, NEW.made_at, NEW.due_at, NEW.tlp, NEW.exercise)
     IS DISTINCT FROM (OLD.content, OLD.remarks, OLD.made_at, OLD.due_at, OLD.tlp, OLD.exercise)
     OR (OLD.taken_at IS NOT NULL AND NEW.taken_at IS DISTINCT FROM OLD.taken_at) THEN
    RAISE EXCEPTION 'a hand-over does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER warroom_handover_kept BEFORE UPDATE ON warroom_handover FOR EACH ROW EXECUTE FUNCTION paraat_handover_kept();
"""
BACKWARD = """
DROP TRIGGER warroom_handover_kept ON warroom_handover;
DROP FUNCTION paraat_handover_kept();
"""


class Migration(migrations.Migration):
    """The trigger of what was handed over."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("warroom", "0005_disinformation_goes")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(FORWARD, BACKWARD)]

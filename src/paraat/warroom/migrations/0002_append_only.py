"""The room's log, its threat levels and the words that were approved can only be added to."""

from typing import ClassVar

from django.db import migrations

TABLES = ("warroom_logentry", "warroom_threatlevel", "warroom_statementtext")

FORWARD = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION paraat_append_only();\n"
    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION paraat_append_only();\n"
    for table in TABLES
)
BACKWARD = "".join(
    f"DROP TRIGGER {table}_no_truncate ON {table};\nDROP TRIGGER {table}_append_only ON {table};\n" for table in TABLES
)


class Migration(migrations.Migration):
    """Triggers of what is append-only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("warroom", "0001_initial"), ("platform", "0002_journal_chain")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(FORWARD, BACKWARD)]

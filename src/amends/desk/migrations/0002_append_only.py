"""The database itself refuses to change or remove an event."""

from django.db import migrations

_SQLITE = [
    """CREATE TRIGGER desk_event_no_update BEFORE UPDATE ON desk_event
       BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
    """CREATE TRIGGER desk_event_no_delete BEFORE DELETE ON desk_event
       BEGIN SELECT RAISE(ABORT, 'events are never removed'); END""",
]
_POSTGRESQL = [
    """CREATE FUNCTION desk_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'events are never changed or removed'; END $$""",
    """CREATE TRIGGER desk_event_no_change BEFORE UPDATE OR DELETE ON desk_event
       FOR EACH ROW EXECUTE FUNCTION desk_event_refuse()""",
    """CREATE TRIGGER desk_event_no_truncate BEFORE TRUNCATE ON desk_event
       FOR EACH STATEMENT EXECUTE FUNCTION desk_event_refuse()""",
]


def refuse_changes(apps, schema_editor):
    statements = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes, migrations.RunPython.noop)]

/* Invariant 5: the archive in ledger order, with the same models and secret, gives the same dimensions. */
#include "oracle.h"

#include "oracle_private.h"
#include "weir.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void
copy_file (Home *from, const char *from_name, Home *to, const char *to_name)
{
  g_autofree char *text = home_read_file (from, from_name);
  home_write_file (to, to_name, text);
}

/* Everything of a dimension but times and run ids. */
static char *
dimension_digest (Home *home, const char *table, bool renamed)
{
  return sql_scalar (
      home,
      "select md5(string_agg(line, E'\\n' order by line)) from (select (to_jsonb(whole) - coalesce(names_ ->> 'start', "
      "'effective_start_date')"
      " - coalesce(names_ ->> 'end', 'effective_end_date') - 'opened_by' - 'closed_by' - once_%s)::text as line from warehouse.%s "
      "whole"
      " cross join (select history -> 'names' as names_, case when history ->> 'scd' = '1' then array['created_at', 'updated_at', "
      "'loaded_by']"
      " else '{}' end as once_ from weir.table where table_name = '%s') kept) l",
      renamed ? " - 'row_hash'" : "", table, table);
}

static void
compare_dimensions (Home *home, Home *replay, GString *violations)
{
  g_autofree char *tables =
      sql_text_rows (home, "select relname from pg_class c join weir.table on table_name = relname and kind = 'dimension'"
                           " where relnamespace = to_regnamespace('warehouse') and relkind in ('r', 'p')");
  g_auto (GStrv) lines = g_strsplit (tables, "\n", -1);
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      if (sql_number (replay, "select count(*) from pg_tables where schemaname = 'warehouse' and tablename = '%s'", *line) == 0)
        {
          g_string_append_printf (violations, "- replaying the archive gives no %s\n", *line);
          continue;
        }
      bool renamed = (home->oracle & ORACLE_RENAMED) != 0;
      g_autofree char *ours = dimension_digest (home, *line, renamed);
      g_autofree char *theirs = dimension_digest (replay, *line, renamed);
      if (g_strcmp0 (ours, theirs) != 0)
        g_string_append_printf (violations, "- replaying the archive gives another %s\n", *line);
    }
}

/* The files of a table are loaded in the order of their times, however they are named on the command line. */
static void
set_time (Home *home, const char *name, unsigned seconds)
{
  g_autofree char *path = home_path (home, name);
  const struct timespec times[] = { { .tv_sec = 1700000000 + seconds }, { .tv_sec = 1700000000 + seconds } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

void
oracle_check_replay (Home *home, GString *violations)
{
  g_autoptr (Home) replay = home_new (home->cluster);
  replay->oracle = ORACLE_BY_HAND;
  g_autoptr (GPtrArray) models = home_list_files (home, "models");
  for (guint i = 0; i < models->len; i++)
    copy_file (home, models->pdata[i], replay, models->pdata[i]);
  if (home_has_file (home, ".weir/key_secret"))
    {
      g_autofree char *path = home_path (replay, ".weir/key_secret");
      copy_file (home, ".weir/key_secret", replay, ".weir/key_secret");
      chmod (path, 0600);
    }
  g_autofree char *runs = sql_text_rows (home, "select place, file_name, coalesce((declaration - 'bookmark' - 'pulled')::text, '') "
                                               "from weir.file join weir.execution on execution_id = run_id where state = 'applied'"
                                               " and disposition = 'archived' order by completed_on");
  g_auto (GStrv) lines = g_strsplit (runs, "\n", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (argv, g_strdup ("load"));
  g_ptr_array_add (argv, g_strdup ("--force"));
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      g_auto (GStrv) cells = g_strsplit (*line, "|", 3);
      g_autofree char *name = g_strdup_printf ("replay/%u/%s", argv->len, cells[1]);
      copy_file (home, cells[0], replay, name);
      set_time (replay, name, argv->len);
      if (*cells[2] != '\0')
        {
          g_autofree char *beside = g_strdup_printf ("replay/%u/.%s.json", argv->len, cells[1]);
          home_write_file (replay, beside, cells[2]);
        }
      g_ptr_array_add (argv, g_steal_pointer (&name));
    }
  if (argv->len == 2)
    return;
  g_ptr_array_add (argv, NULL);
  g_autoptr (Outcome) outcome = run_weir_argv (replay, (const char *const *) argv->pdata);
  if (outcome->code > 1)
    g_string_append_printf (violations, "- replaying the archive ends with %d: %s\n", outcome->code, outcome->err);
  compare_dimensions (home, replay, violations);
}

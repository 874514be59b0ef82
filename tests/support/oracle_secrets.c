/* Invariant 6: no secret and no stray file anywhere, no cell where messages are, and nothing that a sanitizer reported. */
#include "oracle.h"

#include "base/text.h"
#include "oracle_private.h"
#include "weir.h"

#include <string.h>

static void
check_text (GString *violations, const char *where, const char *text, const char *secret, const char *what)
{
  if (text != NULL && secret != NULL && *secret != '\0' && strstr (text, secret) != NULL)
    g_string_append_printf (violations, "- the %s is in %s\n", what, where);
}

static void
check_everywhere (Home *home, GString *violations, const char *secret, const char *what)
{
  check_text (violations, "what weir printed", home->transcript->str, secret, what);
  check_text (violations, "the server's log of statements", statement_log_read (&home->log), secret, what);
  const char *const folders[] = { ".weir", "failed", "models" };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) files = home_list_files (home, folders[i]);
      for (guint j = 0; j < files->len; j++)
        {
          g_autofree char *path = home_path (home, files->pdata[j]);
          g_autofree char *text = NULL;
          if (strcmp (files->pdata[j], ".weir/key_secret") != 0 && g_file_get_contents (path, &text, NULL, NULL))
            check_text (violations, files->pdata[j], text, secret, what);
        }
    }
}

/* Of the tables for which the condition on pg_tables holds. Temporary ones of a session that has just ended may be there still. */
static void
check_tables (Home *home, GString *violations, const char *condition, const char *secret, const char *what)
{
  g_autofree char *tables = sql_text_rows (
      home, "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname not like 'pg_temp%%' and (%s)",
      condition);
  g_auto (GStrv) lines = g_strsplit (tables, "\n", -1);
  g_autoptr (GString) statement = g_string_new ("select '' where false");
  /* In two parts: the server's log of statements must not have it from us. */
  size_t half = strlen (secret) / 2;
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    {
      g_autofree char *name = text_quote_literal (*line);
      g_string_append_printf (statement, "\nunion all (select %s from %s t where position('%.*s' || '%s' in t::text) > 0 limit 1)",
                              name, *line, (int) half, secret, secret + half);
    }
  g_autofree char *found = sql_text_rows (home, "%s", statement->str);
  if (*found != '\0')
    g_string_append_printf (violations, "- the %s is in table %s\n", what, found);
}

static void
check_secret (Home *home, GString *violations, const char *secret, const char *what)
{
  check_everywhere (home, violations, secret, what);
  if (home->url != NULL)
    check_tables (home, violations, "schemaname not in ('pg_catalog', 'information_schema')", secret, what);
}

/* A cell that a test has marked is where rows are, and nowhere else. An embedded server's files are rows. */
static void
check_cells (Home *home, GString *violations)
{
  static const char what[] = "cell of a test";
  const char *const folders[] = { ".weir", "failed" };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) files = home_list_files (home, folders[i]);
      for (guint j = 0; j < files->len; j++)
        {
          g_autofree char *path = home_path (home, files->pdata[j]);
          g_autofree char *text = NULL;
          bool rows = g_str_has_prefix (files->pdata[j], ".weir/postgres/")
                      || (i == 1 && !g_str_has_suffix (files->pdata[j], ".error.json"));
          if (!rows && g_file_get_contents (path, &text, NULL, NULL))
            check_text (violations, files->pdata[j], text, ORACLE_CANARY, what);
        }
    }
  if (home->url != NULL)
    check_tables (home, violations, "schemaname = 'weir' and tablename <> 'reject'", ORACLE_CANARY, what);
}

static void
check_schemas (Home *home, GString *violations)
{
  g_autofree char *schemas = sql_text_rows (home, "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in"
                                                  " ('information_schema', 'public', 'weir', 'staging', 'warehouse')");
  if (*schemas != '\0')
    g_string_append_printf (violations, "- schemas nobody asked for: %s\n", schemas);
  if (sql_number (home, "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'public'") > 0)
    g_string_append (violations, "- something was made in schema public\n");
}

static void
check_strays (Home *home, GString *violations)
{
  g_autoptr (GPtrArray) files = list_files (home->elsewhere, home->elsewhere);
  for (guint i = 0; i < files->len; i++)
    g_string_append_printf (violations, "- written outside the home: %s\n", (char *) files->pdata[i]);
  if (home->url != NULL)
    check_schemas (home, violations);
}

static void
check_sanitizers (Home *home, GString *violations)
{
  g_autofree char *folder = g_build_filename (home->cluster->folder, "sanitizer", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      if (g_file_get_contents (path, &text, NULL, NULL))
        g_string_append_printf (violations, "- a sanitizer reported:\n%s\n", text);
      remove (path);
    }
}

void
oracle_check_secrets (Home *home, GString *violations)
{
  check_secret (home, violations, CLUSTER_PASSWORD, "database password");
  if (home_has_file (home, ".weir/key_secret"))
    {
      g_autofree char *secret = g_strstrip (home_read_file (home, ".weir/key_secret"));
      check_secret (home, violations, secret, "key secret");
    }
  check_cells (home, violations);
  check_strays (home, violations);
  check_sanitizers (home, violations);
}

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

/* What must not be found, and where it may be all the same: the cell that a test has marked is where rows are. */
typedef struct
{
  const char *text, *what;
  bool in_rows;
} Secret;

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

/* The rows of a table as text, beside those of the secrets that must not be in them. */
static void
ask_table (GString *statement, const char *table, bool of_rows, const Secret *secrets, size_t n_secrets)
{
  g_autofree char *name = text_quote_literal (table);
  g_string_append_printf (statement,
                          "%s(select what || ' is in table ' || %s from (select t::text as line from %s t offset 0) l, (values",
                          statement->len > 0 ? "\nunion all " : "", name, table);
  const char *comma = "";
  for (size_t i = 0; i < n_secrets; i++)
    if (!of_rows || !secrets[i].in_rows)
      {
        /* In two parts: the server's log of statements must not have it from us. */
        size_t half = strlen (secrets[i].text) / 2;
        g_string_append_printf (statement, "%s ('%.*s' || '%s', '%s')", comma, (int) half, secrets[i].text, secrets[i].text + half,
                                secrets[i].what);
        comma = ",";
      }
  g_string_append (statement, ") s (secret, what) where position(secret in line) > 0 limit 3)");
}

/* Of all tables that have rows, at once: a server that is new to a table takes longer to plan a statement than to look through it. */
static void
check_tables (Home *home, GString *violations, const Secret *secrets, size_t n_secrets)
{
  g_autoptr (DbResult) tables = sql_query (home, "select format('%%I.%%I', nspname, relname), nspname <> 'weir' or relname = "
                                                 "'reject' from pg_class c join pg_namespace n on n.oid ="
                                                 " relnamespace where relkind = 'r' and nspname !~ '^pg_' and nspname <> "
                                                 "'information_schema' and pg_relation_size(c.oid) > 0");
  g_autoptr (GString) statement = g_string_new (NULL);
  for (int row = 0; row < db_result_rows (tables); row++)
    ask_table (statement, db_result_value (tables, row, 0), db_result_bool (tables, row, 1), secrets, n_secrets);
  g_autofree char *found = statement->len > 0 ? sql_text_rows (home, "%s", statement->str) : g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (found, "\n", -1);
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    g_string_append_printf (violations, "- the %s\n", *line);
}

/* A marked cell is where rows are, and in no file but theirs. An embedded server's files are rows. */
static void
check_cells (Home *home, GString *violations, const Secret *cell)
{
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
            check_text (violations, files->pdata[j], text, cell->text, cell->what);
        }
    }
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
  bool has_key = home_has_file (home, ".weir/key_secret");
  g_autofree char *key = has_key ? g_strstrip (home_read_file (home, ".weir/key_secret")) : NULL;
  const Secret secrets[] = { { ORACLE_CANARY, "cell of a test", .in_rows = true },
                             { CLUSTER_PASSWORD, "database password", false },
                             { key, "key secret", false } };
  size_t n_secrets = key != NULL && *key != '\0' ? 3 : 2;
  check_cells (home, violations, &secrets[0]);
  for (size_t i = 1; i < n_secrets; i++)
    check_everywhere (home, violations, secrets[i].text, secrets[i].what);
  if (home->url != NULL)
    check_tables (home, violations, secrets, n_secrets);
  check_strays (home, violations);
  check_sanitizers (home, violations);
}

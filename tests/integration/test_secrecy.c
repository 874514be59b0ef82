/* Cells are in staging, in the warehouse and with the rejects, and nowhere else: whatever refuses a file that has them, no message,
 * log, report or ledger does. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define CANARY ORACLE_CANARY
#define USERS(more) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]" more "}"
#define KEYLESS "{\"table\": \"users\", \"kind\": \"fact\"}"

static const char good[] = "email,name,joined\na@x.org,Ann,2026-01-02\nb@x.org,Bob,2026-01-03\n";

/* A trigger that raises a value, in that way. */
#define TRIGGER(raise)                                                                                                             \
  "create function public.refuse() returns trigger language plpgsql as $$ begin " raise "; return new; end $$;;"                   \
  "create trigger refuse before insert on warehouse.users for each row execute function public.refuse()"

typedef struct
{
  const char *name, *model, *before, *sql, *file, *says;
} SecrecyCase;

static const SecrecyCase secrecy_cases[] = {
  { "a date that is none", USERS (", \"columns\": {\"joined\": {\"type\": \"date\"}}"), NULL, NULL,
    "email,name,joined\nc@x.org,Cyd," CANARY "@x.org\n" CANARY ",Dan,2026-01-02\n",
    "1 of them: bad_value in joined, first on line 2: the cell is not of type date" },
  { "a date in another form", USERS (", \"columns\": {\"joined\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}"), NULL, NULL,
    "email,name,joined\nc@x.org,Cyd," CANARY "\n", "first on line 2: the cell is not a date written DD/MM/YYYY" },
  { "another type than pinned", USERS (", \"contract\": {\"types\": \"freeze\"}"), good, NULL,
    "email,name,joined\nc@x.org,Cyd," CANARY "\n", "joined: date so far, text in this file; line 2 is the first" },
  { "a text that becomes no date", USERS (", \"columns\": {\"name\": {\"type\": \"date\"}}"), "email,name\na@x.org," CANARY "\n",
    NULL, "email,name\nb@x.org,2026-01-01\n", "1 of its values are not" },
  { "a row that is off", USERS (", \"ragged\": \"fail\""), NULL, NULL,
    "email,name\na@x.org,Ann\n" CANARY "," CANARY "," CANARY "\n", "line 3 of" },
  { "a quote that is off", USERS (", \"ragged\": \"fail\""), NULL, NULL,
    "email,name\n\"a@x.org\",\"Ann\"\n\"b@x.org\",\"" CANARY "\"" CANARY "\n", "line 3 of" },
  { "no header, and a key", USERS (", \"dialect\": {\"header_rows\": 1}"), NULL, NULL, CANARY "@x.org," CANARY "\nb@x.org,Bob\n",
    "none of its 2 cells is a name that the model or an earlier file has" },
  { "no header, and frozen columns",
    "{\"table\": \"users\", \"kind\": \"fact\", \"contract\": {\"columns\": \"freeze\"},"
    " \"dialect\": {\"header_rows\": 1}}",
    good, NULL, CANARY "@x.org," CANARY "\nb@x.org,Bob\n", "none of its header is known" },
  { "a unique index", USERS (""), good, "create unique index users_name on warehouse.users (name)",
    "email,name,joined\nc@x.org," CANARY ",2026-01-02\nd@x.org," CANARY ",2026-01-02\n", "\\\"users_name\\\"" },
  { "a check", USERS (""), good, "alter table warehouse.users add constraint short check (length (name) < 5)",
    "email,name,joined\nc@x.org," CANARY ",2026-01-02\n", "schema warehouse, table users, constraint short" },
  { "a foreign key", USERS (""), good,
    "create table warehouse.names (name text primary key);; insert into warehouse.names values ('Ann'), ('Bob');;"
    "alter table warehouse.users add constraint known foreign key (name) references warehouse.names",
    "email,name,joined\nc@x.org," CANARY ",2026-01-02\n", "constraint known" },
  { "a value of another type", USERS (""), good, TRIGGER ("perform new.name::integer"),
    "email,name,joined\nc@x.org,\"" CANARY "\"\"" CANARY "\",2026-01-02\n", "invalid input syntax for type integer: \\\"...\\\"" },
  { "a raised value", USERS (""), good, TRIGGER ("raise '% is not welcome', new.name using hint = new.name, detail = new.name"),
    "email,name,joined\nc@x.org," CANARY ",2026-01-02\n",
    "an error was raised by PL/pgSQL function public.refuse() line 1 at RAISE" },
  { "a raised value with another code", USERS (""), good,
    TRIGGER ("raise '% is not welcome', new.name using errcode = 'object_in_use', hint = new.name"),
    "email,name,joined\nc@x.org," CANARY ",2026-01-02\n", "an error was raised by" },
  { "a statement made of a value", USERS (""), good, TRIGGER ("execute 'select ' || new.name"),
    "email,name,joined\nc@x.org,'" CANARY " '' " CANARY ",2026-01-02\n", "\\\"...\\\"" },
};

static void
try_case (Home *home, const SecrecyCase *this_case)
{
  home_write_model (home, "users",
                    strstr (this_case->model, "\"name\": {\"type\": \"date\"}") != NULL ? USERS ("") : this_case->model);
  if (this_case->before != NULL)
    json_decref (load_text (home, "users.csv", this_case->before, NULL));
  home_write_model (home, "users", this_case->model);
  g_auto (GStrv) statements = g_strsplit (this_case->sql != NULL ? this_case->sql : "", ";;", -1);
  for (char **sql = statements; *sql != NULL; sql++)
    sql_run_text (home, "%s", *sql);
  home_drop (home, "users.csv", this_case->file);
  g_autoptr (Outcome) load = run_weir (home, "load", "--json", "--archive", "imports/users.csv", NULL);
  g_autoptr (Outcome) status = run_weir (home, "status", NULL);
  g_autoptr (Outcome) run = run_weir (home, "runs", "last", NULL);
  const char *const said[] = { load->out, load->err, status->out, run->out };
  if (strstr (load->out, this_case->says) == NULL && strstr (load->err, this_case->says) == NULL)
    fail_msg ("%s: \"%s\" is not said:\n%s%s", this_case->name, this_case->says, load->out, load->err);
  for (size_t i = 0; i < G_N_ELEMENTS (said); i++)
    if (strstr (said[i], CANARY) != NULL)
      fail_msg ("%s: a cell is in what was said:\n%s", this_case->name, said[i]);
}

static void
test_no_message_has_a_cell (void **state)
{
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (secrecy_cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home->oracle = ORACLE_BY_HAND;
      try_case (home, &secrecy_cases[i]);
    }
}

/* The oracle itself, on what it must find. */
static void
test_the_oracle_finds_a_cell (void **state)
{
  static const char *const leaks[] = { "update weir.execution set error = 'is " CANARY "'",
                                       "update weir.file set summary = '{\"notes\": [\"" CANARY "\"]}'" };
  Home *outer = *state;
  for (size_t i = 0; i <= G_N_ELEMENTS (leaks); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home->oracle = ORACLE_BY_HAND;
      home_write_model (home, "users", USERS (""));
      json_decref (load_text (home, "users.csv", good, NULL));
      if (i < G_N_ELEMENTS (leaks))
        sql_run_text (home, "%s", leaks[i]);
      else
        home_write_file (home, "failed/users.error.json", "{\"message\": \"is " CANARY "\"}");
      g_autofree char *found = home_end (g_steal_pointer (&home));
      assert_contains (found, "the cell of a test is in");
    }
}

/* ---- passwords ---- */

/* Whether the text is in that file of /proc of one of the home's processes, which are at least this many. */
static bool
is_in_proc (Home *home, guint least, const char *name, const char *text)
{
  g_autoptr (GHashTable) processes = process_list (home->path);
  assert_true (g_hash_table_size (processes) >= least);
  GHashTableIter each;
  gpointer pid;
  bool found = false;
  g_hash_table_iter_init (&each, processes);
  while (!found && g_hash_table_iter_next (&each, &pid, NULL))
    {
      g_autofree char *path = g_strdup_printf ("/proc/%d/%s", GPOINTER_TO_INT (pid), name);
      g_autofree char *bytes = NULL;
      gsize length = 0;
      found = g_file_get_contents (path, &bytes, &length, NULL) && memmem (bytes, length, text, strlen (text)) != NULL;
    }
  return found;
}

/* However a password comes to the watch, its arguments and environment do not show it, nor do its workers' and its helper's, and
 * they can connect. */
static void
test_no_process_shows_a_password (void **state)
{
  Home *outer = *state;
  for (int by = 0; by < 3; by++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_file (home, "weir.json", "{\"settle\": 0.1}");
      g_autofree char *url = g_strdup (home->url), *bare = g_strdup (home->url);
      char *at = strstr (bare, ":" CLUSTER_PASSWORD);
      memmove (at, at + strlen (":" CLUSTER_PASSWORD), strlen (at + strlen (":" CLUSTER_PASSWORD)) + 1);
      home_set_environment (home, "WEIR_DATABASE", by == 1 ? url : by == 2 ? bare : NULL);
      home_set_environment (home, "PGPASSWORD", by == 2 ? CLUSTER_PASSWORD : NULL);
      g_autoptr (Background) watch =
          by == 0 ? spawn_weir (home, "watch", "--database", url, NULL) : spawn_weir (home, "watch", NULL);
      home_drop (home, "users.csv", good);
      wait_until (home_count_files (home, "archive") == 1);
      wait_until (process_find (home->path, "--worker") != 0);
      assert_false (is_in_proc (home, 2, "cmdline", CLUSTER_PASSWORD));
      assert_false (is_in_proc (home, 2, "environ", CLUSTER_PASSWORD));
      assert_true (is_in_proc (home, 2, "environ", PROCESS_MARK));
      assert_true (is_in_proc (home, 2, "limits", "Max core file size        0                    0 "));
      assert_false (is_in_proc (home, 2, "limits", "Max core file size        unlimited"));
      stop_watch (watch);
    }
}

/* psql connects with it, and neither it nor what it starts shows it. */
static void
test_psql_gets_a_password (void **state)
{
  Home *home = *state;
  g_autofree char *url = cluster_url (home->cluster, home->database, CLUSTER_GUARDED_ROLE, CLUSTER_GUARDED_PASSWORD);
  home_write_file (home, "weir.json", "{}");
  home_set_environment (home, "WEIR_DATABASE", url);
  g_autoptr (Outcome) outcome =
      expect_weir (home, 0, "psql", "-X", "-At", "-c", "select current_user", "-c",
                   "\\! cat /proc/self/environ /proc/$PPID/environ /proc/$PPID/cmdline | tr '\\0' '\\n'", NULL);
  assert_true (g_str_has_prefix (outcome->out, CLUSTER_GUARDED_ROLE "\n"));
  assert_contains (outcome->out, PROCESS_MARK);
  assert_null (strstr (outcome->out, CLUSTER_GUARDED_PASSWORD));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_no_message_has_a_cell, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_oracle_finds_a_cell, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_no_process_shows_a_password, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_psql_gets_a_password, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

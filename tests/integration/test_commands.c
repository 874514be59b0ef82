/* The commands: what they print, their JSON, and their exit codes. */
#include "src/commands/cli.h"
#include "tests/support/json_page.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <sys/stat.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}}"

static const char users_text[] = "name,email\nAnn,a@x.org\nEve,\nBob,b@x.org\n";

/* Loads the file of three lines; the run's id. */
static char *
load_users_run (Home *home)
{
  home_write_model (home, "users", USERS);
  g_autoptr (Json) published = load_text (home, "users.csv", users_text, NULL);
  assert_load (published, "applied", "read=3 rejected=1 inserted=2 staged=2");
  return json_at (published, "run");
}

static void
load_users (Home *home)
{
  g_free (load_users_run (home));
}

static void
test_no_home (void **state)
{
  Home *home = *state;
  home_remove_file (home, "weir.json");
  static const char *const commands[][4] = {
    { "status", NULL },
    { "runs", NULL },
    { "rejects", "last", NULL },
    { "check", NULL },
    { "migrate", "up", NULL },
    { "retry", "last", NULL },
    { "psql", NULL },
    { "model", "users", NULL },
    { "key", "users", "x", NULL },
    { "db", "stop", NULL },
    { "log", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      print_message ("  weir %s\n", commands[i][0]);
      g_autoptr (Outcome) outcome = run_weir_argv (home, commands[i]);
      assert_int_equal (outcome->code, 2);
      assert_contains (outcome->err, "home");
      assert_contains (outcome->err, "weir init");
      assert_string_equal (outcome->out, "");
    }
  assert_int_equal (home_count_files (home, "."), 0);
}

static void
test_usage (void **state)
{
  Home *home = *state;
  static const struct
  {
    const char *argv[4];
    const char *says;
  } cases[] = {
    { { "lod", NULL }, "load" },
    { { "hlep", NULL }, "did you mean \"help\"?" },
    { { "load", NULL }, "load" },
    { { "load", "--archve", "x.csv", NULL }, "archve" },
    { { "migrate", "sideways", NULL }, "migrate" },
    { { "db", "dance", NULL }, "db" },
    { { "model", NULL }, "model" },
    { { "key", "users", NULL }, "key" },
    { { "log", "--level", "loud", NULL }, "--level is one of error, warning, info and debug" },
    { { "log", "--since", "often", NULL }, "--since takes a time" },
    { { "log", "--lines=-2", NULL }, "--lines" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Outcome) outcome = run_weir_argv (home, cases[i].argv);
      print_message ("  weir %s\n", cases[i].argv[0]);
      assert_int_equal (outcome->code, 2);
      assert_contains (outcome->err, cases[i].says);
      assert_string_equal (outcome->out, "");
    }
  g_autoptr (Outcome) help = expect_weir (home, 0, "--help", NULL);
  assert_contains (help->out, "watch");
  g_autoptr (Outcome) help_help = expect_weir (home, 0, "help", "help", NULL);
  assert_string_equal (help_help->out, help->out);
  g_autoptr (Outcome) help_word = expect_weir (home, 0, "help", "bookmark", "rewind", NULL);
  g_autoptr (Outcome) word_help = expect_weir (home, 0, "bookmark", "rewind", "--help", NULL);
  assert_string_equal (help_word->out, word_help->out);
  g_autoptr (Outcome) load_help = expect_weir (home, 0, "load", "--help", NULL);
  assert_contains (load_help->out, "--archive");
  g_autoptr (Outcome) version = expect_weir (home, 0, "--version", NULL);
  assert_contains (version->out, "weir");
}

static void
test_init (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  static const char *const made[] = { "imports",
                                      "models",
                                      "jobs",
                                      "archive",
                                      "failed",
                                      ".weir/key_secret",
                                      "schema/model.schema.json",
                                      "schema/job.schema.json",
                                      "schema/weir.schema.json" };
  for (size_t i = 0; i < G_N_ELEMENTS (made); i++)
    assert_true (home_has_file (home, made[i]));
  assert_sql (home, "3", "select count(*) from pg_namespace where nspname in ('weir', 'staging', 'warehouse')");
  g_autofree char *secret = home_read_file (home, ".weir/key_secret");
  /* Again: nothing changes. */
  assert_weir (home, 0, "init", NULL);
  g_autofree char *same = home_read_file (home, ".weir/key_secret");
  assert_string_equal (secret, same);
  assert_weir (home, 0, "check", NULL);
}

/* Root's own home has no service; anybody else's has one of his own. */
static void
test_init_with_a_unit (void **state)
{
  Home *home = *state;
  g_autofree char *units = home_path (home, "units");
  home_set_environment (home, "SYSTEMD_UNIT_PATH", units);
  g_autoptr (Outcome) outcome = run_weir (home, "init", "--systemd", NULL);
  if (geteuid () == 0)
    {
      assert_int_equal (outcome->code, 2);
      assert_contains (outcome->err, "does not run as root");
      return;
    }
  assert_int_equal (outcome->code, 0);
  assert_contains (outcome->out, "made unit ");
  assert_contains (outcome->out, "systemctl --user daemon-reload && systemctl --user enable --now ");
  home_set_environment (home, "SYSTEMD_UNIT_PATH", NULL);
}

/* The same counts, or none, in an object and in the "rows" of a published one. */
static void
assert_counts (const Json *told, const Json *rows)
{
  static const char *const names[] = { "read",        "rejected", "repaired", "duplicate", "unchanged", "inserted", "updated",
                                       "deactivated", "staged",   "waiting",  "late",      "corrected", "deleted",  "absent" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *count = json_is_object (rows) ? json_at (rows, names[i]) : g_strdup ("null");
      assert_json (told, names[i], count);
    }
}

static void
test_runs (void **state)
{
  Home *home = *state;
  g_autofree char *run = load_users_run (home);
  g_autoptr (Outcome) text = expect_weir (home, 0, "runs", NULL);
  assert_contains (text->out, "users.csv");
  assert_contains (text->out, "applied");

  g_autoptr (Outcome) outcome = expect_weir (home, 0, "runs", "--json", NULL);
  g_autoptr (Json) list = outcome_json (outcome);
  assert_int_equal (json_array_size (list), 1);
  assert_json (list, "0.run", run);
  assert_json (list, "0.table", "users");
  assert_json (list, "0.file", "users.csv");
  g_autofree char *started = json_at (list, "0.started");
  assert_true (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$", started, 0, 0));

  /* One run, by its id, the beginning of it, the file's name and "last". */
  g_autofree char *beginning = g_strndup (run, 8);
  const char *const names[] = { run, beginning, "users.csv", "last" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Outcome) one = expect_weir (home, 0, "runs", names[i], "--json", NULL);
      g_autoptr (Json) object = outcome_json (one);
      assert_json (object, "run", run);
      assert_json (object, "table", "users");
    }
  g_autoptr (Outcome) detail = expect_weir (home, 0, "runs", "last", NULL);
  assert_contains (detail->out, "LOAD");
  assert_contains (detail->out, "TRANSFORM");
  g_autofree char *day = g_strndup (started, 10);
  g_autofree char *human = g_strdup_printf ("started        %s %.8s\n", day, started + 11);
  assert_contains (detail->out, human);
  g_autoptr (Outcome) none = expect_weir (home, 2, "runs", "nothing.csv", NULL);
  assert_contains (none->err, "nothing.csv");
}

/* A run is told as it was published, whatever became of it. */
static void
test_runs_as_published (void **state)
{
  static const struct
  {
    const char *name, *text, *status, *counts;
  } files[] = {
    { "users.csv", users_text, "applied", "read=3 rejected=1 inserted=2 staged=2" },
    { "users.csv", "name,email\nAnna,a@x.org\nBob,b@x.org\nBob,b@x.org\nDan,d@x.org\n", "applied",
      "read=4 duplicate=1 unchanged=1 inserted=1 updated=1 deactivated=1 staged=3" },
    { "users.csv", "name,email\nAnna,a@x.org\nBob,b@x.org\nBob,b@x.org\nDan,d@x.org\n", "duplicate", NULL },
    { "shops.csv", "code,city\nS1,Oslo\n", "staged", "read=1 staged=1" },
    { "users.csv", "name\nAnn\n", "failed", NULL },
  };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      print_message ("  case %zu\n", i);
      g_autoptr (Json) published = load_text (home, files[i].name, files[i].text, NULL);
      assert_load (published, files[i].status, files[i].counts);
      assert_ledger (home, published);
      g_autofree char *run = json_at (published, "run");
      g_autoptr (Outcome) outcome = run_weir (home, "runs", "--json", run, NULL);
      g_autoptr (Json) told = outcome_json (outcome);
      assert_json (told, "state", files[i].status);
      assert_counts (told, json_object_get (published, "rows"));
    }
}

static void
test_rejects (void **state)
{
  Home *home = *state;
  g_autofree char *run = load_users_run (home);
  g_autoptr (Outcome) text = expect_weir (home, 0, "rejects", run, NULL);
  assert_contains (text->out, "Eve,");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "rejects", "last", "--json", NULL);
  g_autoptr (Json) list = outcome_json (outcome);
  assert_int_equal (json_array_size (list), 1);
  assert_json (list, "0.line", "3");
  assert_json (list, "0.column", "email");
  assert_json (list, "0.original", "Eve,");
}

/* Not by g_strsplit: for each line a sanitizer looks for the end of all the text. */
static int
count_lines (const char *text)
{
  int lines = 0;
  for (; *text != '\0'; text++)
    lines += *text == '\n';
  return lines;
}

/* More than are read at once, in each form. */
static void
test_many_rejects (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"ragged\": \"repair\","
                    " \"rejects\": {\"max_percent\": 100}}");
  g_autoptr (GString) text = g_string_new ("name,email,city\nEve,e@x.org,Oslo\nAnn,a@x.org\n");
  for (int i = 4; i <= 4204; i++)
    g_string_append_printf (text, "n%d,,\n", i);
  g_autoptr (Json) published = load_text (home, "users.csv", text->str, NULL);
  assert_json (published, "rows.repaired", "1");
  assert_json (published, "rows.rejected", "4201");
  g_autoptr (Outcome) json = expect_weir (home, 0, "rejects", "last", "--json", NULL);
  g_autoptr (Json) list = outcome_json (json);
  assert_int_equal (json_array_size (list), 4202);
  for (int i = 0; i <= 4200; i++)
    assert_int_equal (json_integer_value (json_object_get (json_array_get (list, (size_t) i + 1), "line")), i + 4);
  g_autoptr (Outcome) csv = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  assert_int_equal (count_lines (csv->out), 4202); /* with a header */
  g_autoptr (Outcome) table = expect_weir (home, 0, "rejects", "last", NULL);
  assert_int_equal (count_lines (table->out), 4203);
  assert_contains (table->out, "repaired: too_few_fields  2 fields where there are 3 columns");
}

/* What is said where there is no reject. */
static void
test_no_rejects (void **state)
{
  Home *home = *state;
  g_autoptr (Json) failed = load_text (home, "users.csv", "name,email\n", NULL);
  assert_json (failed, "status", "failed");
  g_autoptr (Outcome) refused = expect_weir (home, 0, "rejects", "last", NULL);
  assert_contains (refused->out, "its state is \"failed\"");
  g_autoptr (Outcome) array = expect_weir (home, 0, "rejects", "last", "--json", NULL);
  assert_string_equal (array->out, "[]\n");

  home_write_model (home, "shops",
                    "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"shop\"], \"ragged\": \"repair\"}");
  g_autoptr (Json) repaired = load_text (home, "shops.csv", "shop,city,land\nA,Oslo,no\nB,Bonn\nC,Rome,it\n", NULL);
  assert_load (repaired, "applied", "read=3 repaired=1 inserted=3 staged=3");
  g_autoptr (Outcome) all_in = expect_weir (home, 0, "rejects", "last", NULL);
  assert_contains (all_in->out, "No row was refused: these were repaired, and loaded.");
}

static void
test_status (void **state)
{
  Home *home = *state;
  load_users (home);
  g_autoptr (Outcome) quiet = expect_weir (home, 0, "status", NULL);
  assert_contains (quiet->out, "\nusers  dimension ");
  assert_null (strstr (quiet->out, "failed"));
  g_autoptr (Outcome) json = expect_weir (home, 0, "status", "--json", NULL);
  g_autoptr (Json) object = outcome_json (json);
  assert_json (object, "tables.0.table", "users");
  assert_json (object, "tables.0.last_state", "applied");

  /* Something failed: exit code 1, until it was retried with success. */
  g_autoptr (Json) failed = load_text (home, "users.csv", "", NULL);
  assert_json (failed, "status", "failed");
  g_autoptr (Outcome) loud = expect_weir (home, 1, "status", NULL);
  assert_contains (loud->out, "1 refused file, the latest: failed/users.");
}

static void
test_check (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) before = run_weir (home, "check", "--json", NULL);
  g_autoptr (Json) told = outcome_json (before);
  assert_non_null (told);
  /* Checking changes nothing. */
  assert_sql (home, "0", "select count(*) from pg_namespace where nspname in ('weir', 'staging', 'warehouse')");
  load_users (home);
  assert_weir (home, 0, "check", NULL);
}

static void
test_migrate (void **state)
{
  Home *home = *state;
  g_autoptr (Outcome) pending = run_weir (home, "migrate", "status", NULL);
  assert_contains (pending->out, "pending");
  assert_weir (home, 0, "migrate", "up", NULL);
  g_autoptr (Outcome) status = expect_weir (home, 0, "migrate", "status", "--json", NULL);
  g_autoptr (Json) list = outcome_json (status);
  assert_true (json_array_size (list) >= 1);
  assert_sql (home, "29", "select count(*) from pg_tables where schemaname = 'weir'");
  /* Down while it is empty, up again, down refused once it has rows. */
  for (int i = (int) json_array_size (list); i > 0; i--)
    {
      assert_weir (home, 0, "migrate", "down", NULL);
    }
  assert_sql (home, "migration", "select string_agg(tablename, ',') from pg_tables where schemaname = 'weir'");
  load_users (home);
  for (int i = (int) json_array_size (list); i > 1; i--) /* those above the first lose no rows */
    assert_weir (home, 0, "migrate", "down", NULL);
  g_autoptr (Outcome) refused = expect_weir (home, 2, "migrate", "down", NULL);
  assert_contains (refused->err, "lose");
  assert_null (strstr (refused->err, "inline_code_block"));
  assert_sql (home, "1", "select count(*) from weir.execution");
  assert_weir (home, 0, "migrate", "up", NULL);
}

/* What lies beside a file counts for both, as it does for a load. */
static void
test_sniff_and_cat_declared (void **state)
{
  Home *home = *state;
  home_write_file (home, "a.csv", "\"code\",\"n\"\n\"12\",\n\"7\",\"\"\n");
  home_write_file (home, ".a.csv.json",
                   "{\"declared\": 1, \"columns\": [{\"name\": \"code\"}, {\"name\": \"n\", \"type\": \"numeric\"}]}");
  g_autoptr (Outcome) sniff = expect_weir (home, 0, "sniff", "--json", "--explain", "a.csv", NULL);
  g_autoptr (Json) told = outcome_json (sniff);
  assert_json (told, "declared", "true");
  assert_json (told, "confidence_percent", "null");
  assert_json (told, "columns.0.type", "text");
  assert_json (told, "columns.1.type", "numeric");
  g_autoptr (Outcome) text = expect_weir (home, 0, "sniff", "a.csv", NULL);
  assert_contains (text->out, "as the declaration beside it says");
  g_autoptr (Outcome) cat = expect_weir (home, 0, "cat", "a.csv", NULL);
  assert_string_equal (cat->out, "code,n\n12,\n7,\"\"\n");
  assert_string_equal (cat->err, "");
  home_write_file (home, ".a.csv.json", "{\"declared\": 1, \"columns\": [{\"name\": \"code\"}]}");
  g_autoptr (Outcome) other = expect_weir (home, 1, "cat", "a.csv", NULL);
  assert_contains (other->err, "is not what its declaration says");
  home_write_file (home, ".a.csv.json", "{}");
  g_autoptr (Outcome) bad = expect_weir (home, 1, "sniff", "a.csv", NULL);
  assert_contains (bad->err, "the declaration of \"a.csv\" has 1 mistake");
}

static void
test_sniff_and_cat (void **state)
{
  Home *home = *state;
  home_write_file (home, "odd.csv", "\xEF\xBB\xBFName;Born;Code\r\n\"A;nn\";2001-02-03;00123\r\nBob;;+44\r\n");
  g_autoptr (Outcome) sniff = expect_weir (home, 0, "sniff", "--json", "odd.csv", NULL);
  g_autoptr (Json) told = outcome_json (sniff);
  assert_json (told, "dialect.delimiter", ";");
  g_autofree char *all = weir_json_text (told);
  assert_contains (all, "\"date\"");
  assert_contains (all, "\"text\"");
  assert_null (json_object_get (told, "runners_up"));
  g_autoptr (Outcome) text = expect_weir (home, 0, "sniff", "odd.csv", NULL);
  assert_contains (text->out, "born");
  assert_null (strstr (text->out, "or: "));

  /* The runners-up, each with its table. */
  home_write_file (home, "two.csv", "name;n\nann;1,5\nbob;2,5\ncyd;3,75\n");
  g_autoptr (Outcome) more = expect_weir (home, 0, "sniff", "--explain", "two.csv", NULL);
  assert_contains (more->out,
                   "in a model: \"dialect\": {\"delimiter\": \";\", \"blanks\": \"keep\", \"quote\": \"\\\"\", \"escape\": "
                   "\"doubled\", \"comment\": \"\", \"header_rows\": 1, \"skip_lines\": 0}");
  assert_contains (more->out, "or: 4 rows, 2 columns\n  delimiter , : 3 of 4 rows have 2 fields\n");
  assert_contains (more->out, "column_1  column_2\nname;n\nann;1     5\n");
  g_autoptr (Outcome) explained = expect_weir (home, 0, "sniff", "--explain", "--json", "two.csv", NULL);
  g_autoptr (Json) ways = outcome_json (explained);
  assert_json (ways, "runners_up.0.dialect.delimiter", ",");
  assert_json (ways, "runners_up.0.columns.1", "column_2");
  assert_json (ways, "runners_up.0.first_rows.2.0", "bob;2");
  assert_json (
      ways, "runners_up.0.model",
      "\"dialect\": {\"delimiter\": \",\", \"blanks\": \"keep\", \"quote\": \"\\\"\", \"escape\": \"doubled\", \"comment\": \"\", "
      "\"header_rows\": 0, \"skip_lines\": 0}");

  /* Delimiters of two characters are tried here, too. */
  home_write_file (home, "pairs.csv", "id;words;n\n1;a||b;2\n5;c||d;7\n9;e||f;1\n");
  g_autoptr (Outcome) pairs = expect_weir (home, 0, "sniff", "--explain", "pairs.csv", NULL);
  assert_contains (pairs->out, "delimiter || : 3 of 4 rows have 2 fields");

  g_autoptr (Outcome) cat = expect_weir (home, 0, "cat", "odd.csv", NULL);
  assert_string_equal (cat->out, "Name,Born,Code\nA;nn,2001-02-03,00123\nBob,,+44\n");

  /* What the sniffer did not see names the file once. */
  g_autoptr (GString) bytes = g_string_new ("a,b\n");
  while (bytes->len < 300000)
    g_string_append (bytes, "1,2\n");
  g_string_append_len (bytes, "\0\n", 2);
  g_autofree char *path = home_path (home, "nul.csv");
  assert_true (g_file_set_contents (path, bytes->str, (gssize) bytes->len, NULL));
  g_autoptr (Outcome) nul = run_weir (home, "cat", "nul.csv", NULL);
  assert_true (g_str_has_prefix (nul->err, "weir: nul.csv: there is a NUL byte on line 75001\n"));
}

static void
test_retry (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"mail\"]}");
  g_autoptr (Json) failed = load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL);
  assert_json (failed, "status", "failed");
  g_autofree char *failed_run = json_at (failed, "run");
  /* Not mended: refused again, and still kept once. */
  assert_weir (home, 1, "retry", failed_run, NULL);
  assert_int_equal (home_count_files (home, "failed"), 2);
  home_write_model (home, "users", USERS);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "retry", "last", "--json", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_load (published, "applied", "read=1 inserted=1 staged=1");
  assert_json (published, "file", "users.csv");
  assert_int_equal (home_count_files (home, "failed"), 0);
  assert_int_equal (home_count_files (home, "archive/users"), 1);
}

static void
test_load_leaves_the_file (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/users.csv", "name,email\nAnn,a@x.org\n");
  assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);
  assert_true (home_has_file (home, "elsewhere/users.csv"));
  assert_int_equal (home_count_files (home, "archive"), 0);
  assert_sql (home, "left", "select disposition from weir.file");
}

static void
test_other_places (void **state)
{
  Home *home = *state;
  load_users (home);
  /* From a folder below the home, by --home, and by WEIR_HOME. */
  g_autofree char *below = home_path (home, "models");
  home->started = below;
  g_autoptr (Outcome) nearest = run_weir (home, "runs", NULL);
  home->started = "/";
  g_autoptr (Outcome) option = run_weir (home, "runs", "--home", home->path, NULL);
  home_set_environment (home, "WEIR_HOME", home->path);
  g_autoptr (Outcome) variable = run_weir (home, "runs", NULL);
  assert_contains (nearest->out, "users.csv");
  assert_contains (option->out, "users.csv");
  assert_contains (variable->out, "users.csv");
}

/* Of an error the list has the message, one run alone everything. */
static void
test_runs_error (void **state)
{
  Home *home = *state;
  g_autoptr (Json) failed = load_text (home, "users.csv", "name,email\n", NULL);
  assert_json (failed, "error.code", "no_rows");
  g_autoptr (Outcome) list = expect_weir (home, 0, "runs", NULL);
  assert_contains (list->out, "has a header but no rows");
  assert_null (strstr (list->out, "DETAIL"));
  assert_null (strstr (list->out, "\\x0A"));
  g_autoptr (Outcome) one = expect_weir (home, 0, "runs", "last", NULL);
  assert_contains (one->out, "HINT:  ");
  g_autoptr (Outcome) json = expect_weir (home, 0, "runs", "--json", NULL);
  assert_contains (json->out, "HINT:  ");

  g_autoptr (GPtrArray) files = home_list_files (home, "failed");
  assert_int_equal (files->len, 2);
  g_autofree char *report = home_read_file (home, files->pdata[1]);
  assert_true (g_str_has_suffix (files->pdata[1], ".error.json"));
  assert_true (g_str_has_suffix (report, "}\n"));
}

/* Where each load adds its rows, they are added once more only when that is meant. */
static void
test_retry_append_all (void **state)
{
  Home *home = *state;
  home_write_model (home, "visits", "{\"table\": \"visits\", \"kind\": \"fact\", \"append\": \"all\"}");
  g_autoptr (Json) published = load_text (home, "visits.csv", "page,seconds\na,1\nb,2\n", NULL);
  assert_json (published, "status", "applied");
  g_autoptr (Outcome) retry = expect_weir (home, 0, "retry", "last", NULL);
  assert_contains (retry->out, "duplicate");
  assert_sql (home, "2", "select count(*) from warehouse.visits");
  assert_weir (home, 0, "retry", "--force", "last", NULL);
  assert_sql (home, "4", "select count(*) from warehouse.visits");
}

static void
test_status_database_away (void **state)
{
  Home *home = *state;
  load_users (home);
  g_autoptr (Outcome) there = expect_weir (home, 0, "status", "--json", NULL);
  g_autoptr (Json) known = outcome_json (there);
  assert_json (known, "tables.0.files", "1");
  assert_json (known, "tables.0.rejected", "1");
  home_lose_database (home);
  g_autoptr (Outcome) away = expect_weir (home, 3, "status", NULL);
  assert_null (strstr (away->out, "never loaded"));
  g_autoptr (Outcome) json = expect_weir (home, 3, "status", "--json", NULL);
  g_autoptr (Json) unknown = outcome_json (json);
  assert_json (unknown, "tables.0.files", "null");
  home_configure (home, "");
}

/* A load that is told to stop says so, and not that something is wrong with the file. */
static void
test_load_is_stopped (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/users.csv", users_text);
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.table users', 0))");
  g_autoptr (Background) load = spawn_weir (home, "load", "elsewhere/users.csv", NULL);
  wait_until (is_waiting_for_lock (home));
  assert_int_equal (background_stop (load, SIGTERM, 10), 130);
  g_autofree char *said = background_text (load);
  assert_true (g_str_has_prefix (said, "users.csv: stopped; nothing was changed\n"));
  assert_null (strstr (said, "ledger/"));
  sql_run_text (home, "select pg_advisory_unlock(hashtextextended('weir.table users', 0))");
}

static void
test_watch_json (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) watch = spawn_weir (home, "watch", "--json", NULL);
  home_drop (home, "users.csv", users_text);
  wait_until (background_said (watch, "\n{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\","));
  stop_watch (watch);
}

/* Every file has its published object, also where none could be begun. */
static void
test_load_json_without_a_start (void **state)
{
  static const struct
  {
    const char *settings;
    const char *option, *value;
    int code;
    const char *error, *table;
  } cases[] = {
    { NULL, "--database", "postgresql://127.0.0.1:1/none?connect_timeout=2", 3, "database_unreachable", "users" },
    { NULL, "--table", "A B", 2, "model", "A B" },
    { "{\"watch\": \"poll\",,}", "--force", NULL, 2, "invalid_json", "null" },
    { "{\"wach\": \"poll\"}", "--force", NULL, 2, NULL, "null" },
  };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "users.csv", users_text);
  home_write_file (home, "users-2.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (cases[i].settings != NULL)
        home_write_file (home, "weir.json", cases[i].settings);
      g_autoptr (Outcome) outcome =
          expect_weir (home, cases[i].code, "load", "--json", "users.csv", "users-2.csv", cases[i].option, cases[i].value, NULL);
      for (int file = 0; file < 2; file++)
        {
          g_autoptr (Json) published = outcome_json_at (outcome, file);
          assert_json (published, "file", file == 0 ? "users.csv" : "users-2.csv");
          assert_json (published, "status", "failed");
          assert_json (published, "run", "null");
          assert_json (published, "rows", "null");
          assert_json (published, "table", cases[i].table);
          if (cases[i].error != NULL)
            assert_json (published, "error.code", cases[i].error);
        }
    }
  home_configure (home, "");
}

/* Ids are made with the secret that the database knows, or not at all. */
static void
test_secret_and_database (void **state)
{
  static const char *const commands[][5] = {
    { "key", "users", "a@x.org" }, { "load", "--archive", "imports/users-2.csv" }, { "init" }, { "watch" }
  };
  Home *home = *state;
  load_users (home);
  g_autofree char *secret = home_read_file (home, ".weir/key_secret");
  g_autofree char *path = home_path (home, ".weir/key_secret");
  g_autoptr (Outcome) same = expect_weir (home, 0, "key", "users", "a@x.org", NULL);
  assert_string_equal (same->err, "");

  home_write_file (home, ".weir/key_secret", "another secret of 28 letters");
  assert_int_equal (chmod (path, 0600), 0);
  g_autoptr (Outcome) other = expect_weir (home, 2, "key", "users", "a@x.org", NULL);
  assert_string_equal (other->out, "");
  assert_contains (other->err, "the key secret of table \"users\" is not the one");

  home_remove_file (home, ".weir/key_secret");
  home_write_file (home, "imports/users-2.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (Outcome) missing = run_weir_argv (home, commands[i]);
      assert_int_equal (missing->code, 2);
      assert_false (home_has_file (home, ".weir/key_secret"));
    }

  home_write_file (home, ".weir/key_secret", secret);
  assert_int_equal (chmod (path, 0600), 0);
  home_lose_database (home);
  g_autoptr (Outcome) away = expect_weir (home, 0, "key", "users", "a@x.org", NULL);
  assert_string_equal (away->out, same->out);
  assert_contains (away->err, "could not be compared");
  home_configure (home, "");
  home_remove_file (home, "imports/users-2.csv");
}

/* Who named the database, and a ledger that this weir did not make. */
static void
test_watch_says_which_database (void **state)
{
  Home *home = *state;
  g_autoptr (Background) watch = spawn_weir (home, "watch", "--database", home->url, NULL);
  wait_until (background_said (watch, ", by --database\n"));
  stop_watch (watch);
  sql_run_text (home, "update weir.migration set checksum = 'another'");
  g_autoptr (Outcome) other = expect_weir (home, 2, "watch", NULL);
  g_autofree char *said = g_strconcat (other->out, other->err, NULL);
  assert_contains (said, "another migration");
}

/* Not everything that has a database's name is one that weir can use; and no password is shown of those either. */
static void
test_another_kind_of_database (void **state)
{
  Home *home = *state;
  static const char *const urls[] = { "mysql://ann:pa55@db/shop", "jdbc:postgresql://ann:pa55@db/shop", "sqlite://shop.db" };
  static const char *const schemes[] = { "\"mysql://\"", "\"jdbc:postgresql://\"", "\"sqlite://\"" };
  for (size_t i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (Outcome) refused = expect_weir (home, 2, "status", "--database", urls[i], NULL);
      assert_contains (refused->out, schemes[i]);
      assert_null (strstr (refused->out, "pa55"));
      g_autoptr (Outcome) check = expect_weir (home, 1, "check", "--database", urls[i], NULL);
      assert_contains (check->out, "postgresql://user@host");
      assert_null (strstr (check->out, "pa55"));
    }
}

/* One thing is to be done then, and is said as one. */
static void
test_check_a_fresh_home (void **state)
{
  Home *home = *state;
  home_write_file (home, "fresh/weir.json", "{}");
  home_write_file (home, "fresh/models/bad.json", "{");
  g_autofree char *fresh = home_path (home, "fresh");
  g_autofree char *empty = home_path (home, "fresh/.weir");
  assert_int_equal (mkdir (empty, 0700), 0); /* as a container's empty volume is */
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "check", "--home", fresh, "--json", NULL);
  g_autoptr (Json) told = outcome_json (outcome);
  size_t i;
  Json *check;
  g_autoptr (GString) failed = g_string_new (NULL);
  json_array_foreach (json_object_get (told, "checks"), i, check)
    if (json_is_false (json_object_get (check, "ok")))
      g_string_append_printf (failed, "%s ", json_string_value (json_object_get (check, "check")));
  assert_string_equal (failed->str, "init model ");
  assert_contains (outcome->out, "weir init");
  assert_int_equal (home_count_files (home, "fresh"), 2);
}

/* A folder of files is not made a home in which nobody looks at them. */
static void
test_watch_a_folder_of_files (void **state)
{
  Home *home = *state;
  home_write_file (home, "files/a.csv", "a\n1\n");
  home_write_file (home, "files/b.tsv", "a\n1\n");
  home_write_file (home, "files/notes.txt", "no file of ours");
  static const char *const ways[][4] = { { "watch", "files", NULL },
                                         { "watch", "--once", "files", NULL },
                                         { "watch", "--home", "files", NULL } };
  for (size_t i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (Outcome) refused = run_weir_argv (home, ways[i]);
      assert_int_equal (refused->code, 2);
      assert_contains (refused->err, "has 2 CSV files in it");
      assert_contains (refused->err, "weir init ");
      assert_int_equal (home_count_files (home, "files"), 3);
      assert_false (home_has_file (home, "files/imports"));
    }
  assert_weir (home, 0, "init", NULL);
  g_autoptr (Outcome) drop_folder = expect_weir (home, 2, "watch", "imports", NULL);
  assert_contains (drop_folder->err, "is the drop folder of the home");
  assert_false (home_has_file (home, "imports/.weir"));
}

static void
test_status_of_a_dropped_table (void **state)
{
  Home *home = *state;
  home->oracle |= ORACLE_BY_HAND;
  g_autofree char *run = load_users_run (home);
  sql_run_text (home, "drop table warehouse.users cascade");
  g_autoptr (Outcome) with_model = run_weir (home, "status", NULL);
  assert_contains (with_model->out, "users: its warehouse table is gone; the next file makes it anew");
  g_autofree char *retry = g_strdup_printf ("weir retry %.8s", run);
  assert_contains (with_model->out, retry);
  home_remove_file (home, "models/users.json");
  g_autoptr (Outcome) without = run_weir (home, "status", NULL);
  assert_contains (without->out, "users: its model and its warehouse table are gone");
  assert_null (strstr (without->out, "its rows stay"));
  g_autoptr (Outcome) json = run_weir (home, "status", "--json", NULL);
  g_autoptr (Json) told = outcome_json (json);
  assert_json (told, "tables.0.gone", "true");
}

/* How often it has been said so far. */
static int
count_said (const Background *background, const char *text)
{
  g_autofree char *all = background_text (background);
  g_auto (GStrv) parts = g_strsplit (all, text, -1);
  return (int) g_strv_length (parts) - 1;
}

/* Again and again, as the ledger is by then. */
static void
test_status_watched (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_autoptr (Background) text = spawn_weir (home, "status", "--watch", NULL);
  wait_until (count_said (text, "never loaded") >= 2);
  g_autoptr (Background) json = spawn_weir (home, "status", "--watch", "--json", NULL);
  wait_until (count_said (json, "\"last_file\":null") >= 1);
  load_users (home);
  wait_until (count_said (text, "users.csv") >= 2 && count_said (json, "\"last_file\":\"users.csv\"") >= 2);
  assert_int_equal (background_stop (text, SIGTERM, DEADLINE_SECONDS), 128 + SIGTERM);
  assert_int_equal (background_stop (json, SIGTERM, DEADLINE_SECONDS), 128 + SIGTERM);
  g_autofree char *lines = background_text (json);
  g_autoptr (Json) first = json_loads (lines, JSON_DISABLE_EOF_CHECK, NULL);
  assert_json (first, "tables.0.table", "users");
}

/* What is in each object of it, each test that sees one looks at (json_page.h). */
static void
test_json_of_each_command_is_told (void **state)
{
  (void) state;
  for (const Command *const *command = cli_table; *command != NULL; command++)
    if ((*command)->takes & TAKES_JSON && !json_page_has ((*command)->name))
      fail_msg ("docs/json.md says nothing of weir %s", (*command)->name);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
#define TEST_EMPTY(name) cmocka_unit_test_setup_teardown (name, home_setup_empty, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_no_home),
    TEST (test_json_of_each_command_is_told),
    TEST (test_usage),
    TEST_EMPTY (test_init),
    TEST_EMPTY (test_init_with_a_unit),
    TEST (test_runs),
    TEST (test_runs_as_published),
    TEST (test_rejects),
    TEST (test_many_rejects),
    TEST (test_no_rejects),
    TEST (test_status),
    TEST_EMPTY (test_check),
    TEST_EMPTY (test_migrate),
    TEST (test_sniff_and_cat),
    TEST (test_sniff_and_cat_declared),
    TEST (test_retry),
    TEST (test_load_leaves_the_file),
    TEST (test_other_places),
    TEST (test_runs_error),
    TEST (test_retry_append_all),
    TEST (test_status_database_away),
    TEST (test_load_is_stopped),
    TEST (test_watch_json),
    TEST (test_load_json_without_a_start),
    TEST (test_secret_and_database),
    TEST (test_watch_says_which_database),
    TEST (test_another_kind_of_database),
    TEST_EMPTY (test_check_a_fresh_home),
    TEST (test_watch_a_folder_of_files),
    TEST (test_status_of_a_dropped_table),
    TEST (test_status_watched),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

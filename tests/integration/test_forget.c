/* `weir forget`: somebody is erased, wherever weir has them, and no later file brings them back. */
#include "pipeline/stage/forget_key.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>
#include <sys/stat.h>

#define USERS(more)                                                                                                                \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"normalize\": [\"trim\", "             \
  "\"lowercase\"]}, \"columns\": {\"age\": {\"type\": \"bigint\"}}, \"rejects\": {\"max_percent\": 100}" more "}"
#define SALES(reference, more)                                                                                                     \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"" reference "}], \"columns\": {\"amount\": {\"type\": \"bigint\"}}, \"rejects\": {\"max_percent\": 100}" more "}"
#define KEYED ", \"business_key\": [\"no\"]"

#define BOB "bob@example.org"

/* ---- where somebody may be found ---- */

static bool
has_text (const char *bytes, gsize length, const char *text)
{
  return memmem (bytes, length, text, strlen (text)) != NULL;
}

/* A file as it is, unpacked, and without the zeros of UTF-16. */
static bool
is_in_file (Home *home, const char *name, const char *text)
{
  g_autofree char *path = home_path (home, name), *bytes = NULL;
  gsize length = 0;
  if (g_str_has_suffix (name, ".gz") || g_str_has_suffix (name, ".zst"))
    {
      const char *argv[] = { g_str_has_suffix (name, ".gz") ? "gzip" : "zstd", "-dc", path, NULL };
      g_autofree char *command = g_strjoinv (" ", (char **) argv);
      g_autofree char *hex = NULL, *whole = g_strdup_printf ("sh -c '%s | od -An -v -tx1 | tr -d \" \\n\"'", command);
      assert_true (g_spawn_command_line_sync (whole, &hex, NULL, NULL, NULL));
      length = strlen (hex) / 2;
      bytes = g_malloc (length + 1);
      for (gsize i = 0; i < length; i++)
        bytes[i] = (char) (g_ascii_xdigit_value (hex[2 * i]) * 16 + g_ascii_xdigit_value (hex[2 * i + 1]));
    }
  else
    assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  gsize kept = 0;
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != '\0')
      bytes[kept++] = g_ascii_tolower (bytes[i]);
  return has_text (bytes, kept, text);
}

/* Of the whole database, as pg_dump has it, and of all files of the home but those in the folder "but". */
static void
assert_nowhere (Home *home, const char *text, const char *but)
{
  g_autofree char *dump = NULL, *problem = NULL;
  const char *argv[] = { "pg_dump", "--inserts", home->url, NULL };
  int status = 0;
  assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &dump, &problem, &status, NULL));
  if (status != 0)
    fail_msg ("pg_dump: %s", problem);
  assert_contains (dump, "weir.forgotten");
  g_autofree char *lower = g_ascii_strdown (dump, -1);
  const char *found = strstr (lower, text);
  if (found != NULL)
    fail_msg ("the database has it: %.200s", found - lower > 100 ? found - 100 : lower);
  static const char *const folders[] = { "archive", "failed", "imports", ".weir" };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) files = home_list_files (home, folders[i]);
      for (guint n = 0; n < files->len; n++)
        if ((but == NULL || !g_str_has_prefix (files->pdata[n], but)) && is_in_file (home, files->pdata[n], text))
          fail_msg ("%s has it", (char *) files->pdata[n]);
    }
}

static void
prepare (Home *home, const char *users, const char *sales)
{
  home_write_model (home, "users", users);
  home_write_model (home, "sales", sales);
}

static Json *
forget (Home *home, const char *key)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "forget", "users", key, "--yes", "--json", NULL);
  return outcome_json (outcome);
}

/* ---- the whole of it ---- */

static const char users_text[] =
    "email,age,note\nann@example.org,1,\"a\nb\"\nBOB@example.org,2,\"x, \"\"y\"\"\"\ncid@example.org,x,bad\n"
    " bob@example.org ,zz,bad\nbob@example.org,9,8,7\n";
static const char sales_text[] =
    "no,email,amount\n1,ann@example.org,5\n2,bob@example.org,6\n3,bob@example.org,zz\n4,dan@example.org,1\n";

static void
load_all (Home *home)
{
  g_autoptr (Json) users = load_text (home, "users.csv", users_text, NULL);
  assert_load (users, "applied", "read=5 inserted=2 rejected=3 staged=2");
  g_autoptr (Json) again = load_text (home, "users-2.csv", "email,age,note\nbob@example.org,3,y\nann@example.org,1,z\n", NULL);
  assert_load (again, "applied", "read=2 updated=2 deactivated=2 staged=2");
  g_autoptr (Json) sales = load_text (home, "sales.csv", sales_text, NULL);
  assert_load (sales, "applied", "read=4 inserted=2 rejected=1 waiting=1 staged=2");
}

static void
test_nothing_is_left (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autoptr (Json) receipt = forget (home, "Bob@Example.org");
  assert_json (receipt, "counts.rows", "2");
  assert_json (receipt, "counts.facts_null", "1");
  assert_json (receipt, "counts.rejects", "3");
  assert_json (receipt, "forgotten", "true");
  assert_json (receipt, "unreached", "[]");
  assert_nowhere (home, BOB, NULL);
  assert_nowhere (home, "bob", NULL);
  assert_sql (home, "ann@example.org|1\nann@example.org|2", "select email, version_number from warehouse.users order by 2");
  assert_sql (home, "1|t\n2|f", "select no, user_id is not null from warehouse.sales order by 1");
  assert_sql (home, "3,,zz",
              "select convert_from(original, 'UTF8') from weir.reject r join weir.file using (run_id) where table_name = 'sales' "
              "and not waiting");
  assert_sql (home, "5|1|2", "select rows_read, rows_rejected, rows_forgotten from weir.file where file_name = 'users.csv'");
  assert_weir (home, 0, "verify", NULL);
}

/* All other bytes stay, the file's mode and time, too. */
static void
test_files_keep_the_rest (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'users.csv'");
  g_autofree char *path = home_path (home, place);
  struct stat before, after;
  assert_int_equal (stat (path, &before), 0);
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autofree char *text = home_read_file (home, place);
  assert_string_equal (text, "email,age,note\nann@example.org,1,\"a\nb\"\ncid@example.org,x,bad\n");
  assert_int_equal (stat (path, &after), 0);
  assert_int_equal (before.st_mode, after.st_mode);
  assert_int_equal (before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  g_autofree char *sales = sql_scalar (home, "select place from weir.file where file_name = 'sales.csv'");
  g_autofree char *blanked = home_read_file (home, sales);
  assert_string_equal (blanked, "no,email,amount\n1,ann@example.org,5\n2,,6\n3,,zz\n4,dan@example.org,1\n");
  g_autofree char *kept = home_sha256 (home, place);
  assert_sql (home, kept, "select kept_sha256 from weir.file where file_name = 'users.csv'");
}

/* A dry run tells the same and changes nothing; nobody says yes, nothing happens. */
static void
test_dry_run (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autofree char *before = sql_text_rows (home, "select * from warehouse.users order by 1, version_number");
  g_autoptr (Outcome) dry = expect_weir (home, 0, "forget", "users", BOB, "--dry-run", NULL);
  assert_contains (dry->out, "2 rows or versions");
  assert_contains (dry->out, "archive/users/users");
  assert_weir (home, 2, "forget", "users", BOB, NULL);
  g_autoptr (Outcome) slip = expect_weir (home, 0, "forget", "users", "boob@example.org", "--dry-run", NULL);
  assert_contains (slip->out, "nothing of it was found");
  g_autoptr (Outcome) nobody = expect_weir (home, 0, "forget", "users", NULL);
  assert_contains (nobody->out, "Nothing is left");
  g_autoptr (Outcome) none = expect_weir (home, 0, "forget", "users", "--json", NULL);
  g_autoptr (Json) empty = outcome_json (none);
  assert_json (empty, "keys", "0");
  assert_json (empty, "forgotten", "false");
  g_autofree char *after = sql_text_rows (home, "select * from warehouse.users order by 1, version_number");
  assert_string_equal (before, after);
  assert_sql (home, "0|0|0",
              "select (select count(*) from weir.forgotten), (select count(*) from weir.forget_key), (select count(*) from "
              "weir.file where forgetting is not null or kept_sha256 is not null)");
}

/* ---- what comes later ---- */

static void
test_later_files_bring_nobody_back (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autoptr (Json) receipt = forget (home, BOB);
  /* The very bytes again, newer ones, refused ones, and facts. */
  g_autoptr (Json) same = load_text (home, "users-3.csv", users_text, NULL);
  assert_load (same, "applied", "read=5 updated=1 deactivated=1 rejected=1 forgotten=3 staged=1");
  assert_ledger (home, same);
  g_autoptr (Json) sales =
      load_text (home, "sales-2.csv", "no,email,amount\n5,BOB@example.org,7\n6,bob@example.org,q\n7,bob@example.org,1,2\n", NULL);
  assert_load (sales, "applied", "read=3 inserted=1 rejected=1 forgotten=1 staged=1");
  assert_sql (home, "-", "select user_id from warehouse.sales where no = 5");
  assert_sql (home, "0", "select count(*) from staging.sales where email is not null");
  assert_sql (home, "0", "select count(*) from weir.reject where convert_from(original, 'UTF8') ilike '%%bob%%'");
  assert_sql (home, "0", "select count(*) from warehouse.users where email ilike '%%bob%%'");
  assert_weir (home, 0, "verify", "--quick", NULL);
  /* The files that brought it are kept without it. */
  assert_nowhere (home, BOB, NULL);
  assert_weir (home, 0, "verify", NULL);
}

static void
test_duplicates_are_kept_without (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  static const char text[] = "email,age,note\nann@example.org,1,x\nbob@example.org,2,y\n";
  g_autoptr (Json) first = load_text (home, "users.csv", text, NULL);
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autoptr (Json) again = load_text (home, "users-2.csv", text, NULL);
  assert_load (again, "duplicate", NULL);
  assert_nowhere (home, BOB, NULL);
  assert_weir (home, 0, "verify", NULL);
}

/* A file of nobody else is empty then, which makes no table another one. */
static void
test_files_of_nobody_else (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  g_autoptr (Json) first = load_text (home, "users.csv", "email,age,note\nbob@example.org,2,y\n", NULL);
  g_autoptr (Json) second = load_text (home, "users-2.csv", "email,age,note\nann@example.org,1,x\n", NULL);
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autoptr (Outcome) same = expect_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_contains (same->out, "is the same");
  assert_weir (home, 0, "verify", NULL);
  g_autoptr (Json) third = load_text (home, "users-3.csv", "email,age,note\nbob@example.org,5,y\n", NULL);
  assert_load (third, "applied", "read=1 forgotten=1");
}

static void
test_held_files (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\"}");
  g_autoptr (Json) first =
      load_text (home, "users.csv", "email,v\nbob@example.org,1\nann@example.org,1\ncid@example.org,1\n", NULL);
  assert_json (first, "status", "applied");
  home_drop (home, "users-2.csv", "email,v\nbob@example.org,2\nann@example.org,1\n");
  assert_weir (home, 1, "load", "--archive", "imports/users-2.csv", NULL);
  home_drop (home, "users-3.csv", "email,v\nann@example.org,1\n");
  assert_weir (home, 1, "load", "--archive", "imports/users-3.csv", NULL);
  /* The sample of the second names him by his id. */
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autofree char *id = json_at (receipt, "ids.0");
  assert_nowhere (home, id, NULL);
  assert_nowhere (home, BOB, NULL);
  assert_weir (home, 0, "approve", "users-2.csv", NULL);
  assert_sql (home, "ann@example.org", "select email from warehouse.users_current");
  assert_weir (home, 0, "discard", "users-3.csv", NULL);
  assert_weir (home, 0, "verify", NULL);
  home->oracle = ORACLE_BY_HAND; /* a later run has read other bytes than were dropped */
}

static void
test_rebuild_and_undo_bring_nobody_back (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autoptr (Json) receipt = forget (home, BOB);
  for (size_t i = 0; i < 2; i++)
    {
      g_autoptr (Outcome) same = expect_weir (home, 0, "rebuild", i == 0 ? "users" : "sales", NULL);
      assert_contains (same->out, "is the same");
      assert_weir (home, 0, "rebuild", i == 0 ? "users" : "sales", "--write", NULL);
    }
  assert_weir (home, 0, "verify", NULL);
  assert_weir (home, 0, "undo", "users-2.csv", "--yes", NULL);
  assert_sql (home, "ann@example.org|1", "select email, version_number from warehouse.users");
  assert_weir (home, 0, "retry", "users-2.csv", NULL);
  assert_nowhere (home, BOB, NULL);
  home->oracle = ORACLE_BY_HAND; /* a later run has read other bytes than were dropped */
}

static void
test_lifted (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autoptr (Outcome) listed = expect_weir (home, 0, "forget", "users", "--list", NULL);
  assert_contains (listed->out, "users: 1 key");
  assert_weir (home, 2, "forget", "user", "--list", NULL);
  assert_weir (home, 2, "forget", "users", "--lift", NULL);
  g_autoptr (Outcome) dry = expect_weir (home, 0, "forget", "users", BOB, "--lift", "--dry-run", NULL);
  assert_contains (dry->out, "1 key of users could be loaded again. Nothing was changed.");
  g_autoptr (Outcome) lifted = expect_weir (home, 0, "forget", "users", BOB, "--lift", "--json", NULL);
  g_autoptr (Json) answer = outcome_json (lifted);
  assert_json (answer, "marks", "1");
  assert_json (answer, "lifted", "true");
  g_autoptr (Json) again = load_text (home, "users-3.csv", "email,age,note\nbob@example.org,3,y\n", NULL);
  assert_load (again, "applied", "read=1 inserted=1 staged=1");
}

/* Who drops a table does not let them come back. */
static void
test_marks_outlive_the_table (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autoptr (Json) receipt = forget (home, BOB);
  assert_weir (home, 0, "drop", "users", "--ledger", "--archive", "--cascade", "--yes", NULL);
  g_autoptr (Json) again = load_text (home, "users.csv", "email,age,note\nbob@example.org,3,y\nann@example.org,1,z\n", NULL);
  assert_load (again, "applied", "read=2 inserted=1 forgotten=1 staged=1");
  home->oracle = ORACLE_BY_HAND;
}

/* ---- what facts say ---- */

static void
test_facts_that_go (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES (", \"forgotten\": \"delete\"", KEYED));
  load_all (home);
  g_autoptr (Json) receipt = forget (home, BOB);
  assert_json (receipt, "counts.facts_deleted", "1");
  assert_sql (home, "1", "select no from warehouse.sales");
  g_autoptr (Json) later = load_text (home, "sales-2.csv", "no,email,amount\n5,bob@example.org,7\n6,ann@example.org,1\n", NULL);
  assert_load (later, "applied", "read=2 inserted=1 forgotten=1 staged=1");
  assert_nowhere (home, "bob", NULL);
}

/* Rows without a key are known by their values: they are still the same ones when they come again. */
static void
test_facts_without_a_key (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", ""));
  static const char text[] = "no,email,amount\n1,ann@example.org,5\n2,bob@example.org,6\n2,bob@example.org,6\n2,,6\n3,dan@example."
                             "org,1\n4,bob@example.org,8\n";
  g_autoptr (Json) users = load_text (home, "users.csv", users_text, NULL);
  g_autoptr (Json) sales = load_text (home, "sales.csv", text, NULL);
  assert_load (sales, "applied", "read=6 inserted=5 waiting=1 staged=5");
  g_autoptr (Json) receipt = forget (home, BOB);
  assert_json (receipt, "counts.facts_null", "3");
  assert_sql (home, "2|1\n2|2\n2|3\n4|1", "select no, occurrence from warehouse.sales where user_id is null order by 1, 2");
  g_autoptr (Json) again =
      load_text (home, "sales-2.csv", "no,email,amount\n2,bob@example.org,6\n4,bob@example.org,8\n5,ann@example.org,5\n", NULL);
  assert_load (again, "applied", "read=3 unchanged=2 inserted=1 staged=3");
  g_autoptr (Outcome) same = expect_weir (home, 0, "rebuild", "sales", NULL);
  assert_contains (same->out, "is the same");
  assert_nowhere (home, BOB, NULL);
}

/* One row names him twice, and somebody else. */
static void
test_two_references (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (""));
  home_write_model (
      home, "gifts",
      "{\"table\": \"gifts\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"giver\"], \"as\": "
      "\"giver_id\", \"missing\": \"allow\"}, {\"dimension\": \"users\", \"columns\": [\"taker\"], \"as\": \"taker_id\", "
      "\"missing\": \"placeholder\"}]}");
  g_autoptr (Json) users = load_text (home, "users.csv", "email,age,note\nann@example.org,1,x\n", NULL);
  static const char text[] = "giver,taker,what\nbob@example.org,bob@example.org,cup\nann@example.org,bob@example.org,pot\nann@"
                             "example.org,ann@example.org,tin\n";
  g_autoptr (Json) gifts = load_text (home, "gifts.csv", text, NULL);
  assert_load (gifts, "applied", "read=3 inserted=3 staged=3");
  assert_sql (home, "1", "select count(*) from warehouse.users where is_inferred");
  g_autoptr (Json) receipt = forget (home, BOB);
  assert_json (receipt, "counts.rows", "1");
  assert_nowhere (home, "bob", NULL);
  g_autoptr (Json) again = load_text (home, "gifts-2.csv", text, "--force", NULL);
  assert_load (again, "applied", "read=3 unchanged=3 staged=3");
  assert_sql (home, "0", "select count(*) from warehouse.users where is_inferred");
  assert_sql (home, "cup|f|f\npot|t|f\ntin|t|t",
              "select what, giver_id is not null, taker_id is not null from warehouse.gifts order by 1");
  /* Whose model cannot be read may refer to them, too. */
  home_write_model (home, "broken", "{");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "forget", "users", "ann@example.org", "--yes", NULL);
  assert_contains (refused->err, "its model is broken");
}

static void
test_facts_that_refuse (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES (", \"forgotten\": \"refuse\"", KEYED));
  load_all (home);
  g_autoptr (Outcome) refused = expect_weir (home, 2, "forget", "users", BOB, "--yes", NULL);
  assert_contains (refused->err, "1 row of sales refers to them");
  assert_sql (home, "0", "select count(*) from weir.forgotten");
  /* By default, too, where the fact is known by it. */
  home_write_model (home, "sales", SALES ("", ", \"business_key\": [\"no\", \"email\"]"));
  assert_weir (home, 0, "drop", "sales", "--ledger", "--archive", "--yes", NULL);
  g_autoptr (Json) sales = load_text (home, "sales.csv", "no,email,amount\n2,bob@example.org,6\n", NULL);
  assert_load (sales, "applied", "read=1 inserted=1 staged=1");
  assert_weir (home, 2, "forget", "users", BOB, "--yes", NULL);
  g_autoptr (Json) receipt = forget (home, "ann@example.org");
  assert_json (receipt, "counts.rows", "2");
  home->oracle = ORACLE_BY_HAND;
}

static void
test_a_fact_s_own_row (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  load_all (home);
  g_autoptr (Json) changed = load_text (home, "sales-2.csv", "no,email,amount\n1,ann@example.org,50\n", NULL);
  assert_load (changed, "applied", "read=1 updated=1 staged=1");
  assert_weir (home, 0, "forget", "sales", "1", "4", "--yes", NULL);
  assert_sql (home, "2|0|0",
              "select string_agg(no::text, ' '), (select count(*) from weir.waiting), (select count(*) from weir.overwritten where "
              "table_name = 'sales') from warehouse.sales");
  g_autoptr (Json) later = load_text (home, "sales-3.csv", "no,email,amount\n1,ann@example.org,50\n8,ann@example.org,1\n", NULL);
  assert_load (later, "applied", "read=2 inserted=1 forgotten=1 staged=1");
}

/* ---- other files, other keys ---- */

static const struct
{
  const char *charset, *begin, *line_end;
} encodings[] = {
  { "UTF-8", "\xEF\xBB\xBF", "\r\n" },
  { "UTF-16LE", "\xFF\xFE", "\r\n" },
  { "UTF-16BE", "\xFE\xFF", "\n" },
  { "CP1252", "", "\r\n" },
  { "UTF-8", "", "\r" },
};

/* As a file of that kind has it. Owned by the caller. */
static GString *
write_as (const char *text, size_t which)
{
  g_autoptr (GString) lines = g_string_new (text);
  g_string_replace (lines, "\n", encodings[which].line_end, 0);
  gsize length;
  g_autofree char *bytes = g_convert (lines->str, -1, encodings[which].charset, "UTF-8", NULL, &length, NULL);
  GString *file = g_string_new (encodings[which].begin);
  return g_string_append_len (file, bytes, (gssize) length);
}

static void
test_encodings (void **state)
{
  Home *outer = *state;
  static const char text[] =
      "email;name\nann@example.org;J\xC3\xBCrgen\nbob@example.org;\"B\xC3\xB6\nb\"\ncid@example.org;\xC3\x85se";
  for (size_t i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autoptr (GString) file = write_as (text, i);
      g_autoptr (GString) rest = write_as ("email;name\nann@example.org;J\xC3\xBCrgen\ncid@example.org;\xC3\x85se", i);
      home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
      g_autofree char *path = home_path (home, "users.csv"), *found = NULL;
      gsize length;
      assert_true (g_file_set_contents (path, file->str, (gssize) file->len, NULL));
      g_ptr_array_add (home->dropped, home_sha256 (home, "users.csv"));
      assert_weir (home, 0, "load", "--archive", "users.csv", NULL);
      g_autoptr (Json) receipt = forget (home, BOB);
      g_autofree char *place = sql_scalar (home, "select place from weir.file"), *kept_path = home_path (home, place);
      assert_true (g_file_get_contents (kept_path, &found, &length, NULL));
      assert_int_equal (length, rest->len);
      assert_memory_equal (found, rest->str, length);
      assert_weir (home, 0, "verify", NULL);
    }
}

static void
test_packed_files (void **state)
{
  Home *outer = *state;
  static const char *const packers[][2] = { { "gzip", "users.csv.gz" }, { "zstd -q --rm", "users.csv.zst" } };
  for (size_t i = 0; i < G_N_ELEMENTS (packers); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS (""));
      home_write_file (home, "users.csv", users_text);
      g_autofree char *path = home_path (home, "users.csv"), *command = g_strdup_printf ("%s '%s'", packers[i][0], path);
      assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
      g_ptr_array_add (home->dropped, home_sha256 (home, packers[i][1]));
      assert_weir (home, 0, "load", "--archive", "--rejects-ok", packers[i][1], NULL);
      g_autoptr (Json) receipt = forget (home, BOB);
      assert_json (receipt, "files.0.removed", "3");
      assert_nowhere (home, "bob", NULL);
      g_autoptr (Outcome) same = expect_weir (home, 0, "rebuild", "users", NULL);
      assert_contains (same->out, "is the same");
    }
}

static void
test_keys_of_several_columns (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "users",
      "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"shop\", \"no\"], \"rejects\": {\"max_percent\": 90}}");
  g_autoptr (Json) first =
      load_text (home, "users.csv", "name,shop,no\nBob,oslo,7\nAnn,oslo,8\nBob,rome,7\nBobby,oslo,7,x\nBobo,rome,7,x\n", NULL);
  assert_load (first, "applied", "read=5 inserted=3 rejected=2 staged=3");
  home_write_file (home, "keys.txt", "oslo,007\noslo,7\n");
  assert_weir (home, 2, "forget", "users", "oslo", "--yes", NULL);
  assert_weir (home, 0, "forget", "users", "--keys", "keys.txt", "--yes", NULL);
  assert_sql (home, "Ann\nBob", "select name from warehouse.users order by 1");
  assert_sql (home, "Bobo,rome,7,x", "select convert_from(original, 'UTF8') from weir.reject");
  g_autofree char *place = sql_scalar (home, "select place from weir.file"), *text = home_read_file (home, place);
  assert_string_equal (text, "name,shop,no\nAnn,oslo,8\nBob,rome,7\nBobo,rome,7,x\n");
}

/* The database alone gives no names away, whatever ids are made by. */
static void
test_another_secret (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"hash\": \"md5\"}}");
  g_autoptr (Json) first = load_text (home, "users.csv", "email,v\nbob@example.org,1\nann@example.org,1\n", NULL);
  assert_json (first, "status", "applied");
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autofree char *secret = home_read_file (home, ".weir/key_secret");
  home_write_file (home, ".weir/key_secret", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
  g_autofree char *path = home_path (home, ".weir/key_secret");
  chmod (path, 0600);
  g_autoptr (Json) refused = load_text (home, "users-2.csv", "email,v\nbob@example.org,1\n", NULL);
  assert_error_says (refused, "key secret");
  assert_sql (home, "1", "select count(*) from warehouse.users");
  home_write_file (home, ".weir/key_secret", secret);
  chmod (path, 0600);
  home->oracle = ORACLE_BY_HAND;
}

/* A home that gets another secret takes the key of the marks along. */
static void
test_a_new_secret (void **state)
{
  Home *home = *state;
  static const char fresh[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {\"hash\": \"md5\"}}");
  g_autoptr (Json) first = load_text (home, "users.csv", "email,v\nbob@example.org,1\nann@example.org,1\n", NULL);
  g_autoptr (Db) db = db_connect (home->url, "test", -1, NULL);
  assert_true (forget_key_rewrap (db, fresh, strlen (fresh), fresh, strlen (fresh), NULL)); /* nobody is forgotten yet */
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autofree char *secret = home_read_file (home, ".weir/key_secret"), *path = home_path (home, ".weir/key_secret");
  g_strchomp (secret);
  assert_false (forget_key_rewrap (db, fresh, strlen (fresh), secret, strlen (secret), NULL));
  assert_true (forget_key_rewrap (db, secret, strlen (secret), fresh, strlen (fresh), NULL));
  home_write_file (home, ".weir/key_secret", fresh);
  chmod (path, 0600);
  g_autoptr (Json) later = load_text (home, "users-2.csv", "email,v\nbob@example.org,1\nann@example.org,2\n", NULL);
  assert_load (later, "applied", "read=2 updated=1 deactivated=1 forgotten=1 staged=1");
}

/* ---- full exports ---- */

static void
test_exports_do_not_shrink (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"absent\": \"close\", "
                    "\"guard\": {\"close_percent\": 100, \"shrink_percent\": 90}}");
  g_autoptr (Json) first = load_text (home, "users.csv", "email,v\nbob@example.org,1\nann@example.org,1\n", NULL);
  assert_json (first, "status", "applied");
  g_autoptr (Json) receipt = forget (home, BOB);
  g_autoptr (Json) without = load_text (home, "users-2.csv", "email,v\nann@example.org,2\n", NULL);
  assert_load (without, "applied", "read=1 updated=1 deactivated=1 staged=1");
  g_autoptr (Json) with = load_text (home, "users-3.csv", "email,v\nann@example.org,3\nbob@example.org,1\n", NULL);
  assert_load (with, "applied", "read=2 updated=1 deactivated=1 forgotten=1 staged=1");
  g_autoptr (Json) again = load_text (home, "users-4.csv", "email,v\nann@example.org,4\ncid@example.org,1\n", NULL);
  assert_load (again, "applied", "read=2 inserted=1 updated=1 deactivated=1 staged=2");
  /* Whose rows do not count makes it no longer either. */
  g_autoptr (Json) lacking = load_text (home, "users-5.csv", "email,v\nann@example.org,4\nbob@example.org,2\n", NULL);
  assert_json (lacking, "status", "held");
}

/* ---- what cannot be done ---- */

static void
test_what_is_not_reached (void **state)
{
  Home *home = *state;
  prepare (home, USERS (""), SALES ("", KEYED));
  home_write_file (home, "users.csv", users_text);
  assert_weir (home, 0, "load", "--rejects-ok", "users.csv", NULL);
  g_autoptr (Json) second = load_text (home, "users-2.csv", "email,age,note\nbob@example.org,3,y\n", NULL);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'users-2.csv'");
  home_remove_file (home, place);
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "forget", "users", BOB, "--yes", "--json", NULL);
  g_autoptr (Json) receipt = outcome_json (outcome);
  g_autofree char *unreached = json_at (receipt, "unreached");
  assert_contains (unreached, "not weir's to change");
  assert_contains (unreached, "No such file");
  assert_sql (home, "0", "select count(*) from warehouse.users where email ilike 'bob%%'");
  home->oracle = ORACLE_BY_HAND;
}

/* ---- in the middle of it ---- */

static void
test_killed (void **state)
{
  Home *outer = *state;
  static const char *const points[] = { "forget-before-commit", "forget-after-commit", "forget-file-written", "forget-file" };
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      print_message ("  %s\n", points[i]);
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home, USERS (""), SALES ("", KEYED));
      load_all (home);
      g_autofree char *fault = g_strdup_printf ("kill:%s", points[i]);
      home_set_environment (home, "WEIR_FAULT", fault);
      g_autoptr (Outcome) killed = run_weir (home, "forget", "users", BOB, "--yes", NULL);
      assert_int_equal (killed->code, 128 + 9);
      home_set_environment (home, "WEIR_FAULT", NULL);
      bool erased = i > 0;
      assert_sql (home, erased ? "0" : "2", "select count(*) from warehouse.users where email = 'bob@example.org'");
      g_autoptr (Outcome) verified = run_weir (home, "verify", NULL);
      assert_int_equal (verified->code, erased ? 1 : 0);
      if (erased)
        {
          assert_contains (verified->out, "have still to be cut");
          g_autoptr (Outcome) same = expect_weir (home, 0, "rebuild", "users", NULL);
          assert_contains (same->out, "is the same");
          assert_weir (home, 0, "forget", "users", "--yes", NULL);
        }
      else
        {
          g_autoptr (Json) receipt = forget (home, BOB);
        }
      assert_nowhere (home, BOB, NULL);
      assert_weir (home, 0, "verify", NULL);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_nothing_is_left),
    TEST (test_files_keep_the_rest),
    TEST (test_dry_run),
    TEST (test_later_files_bring_nobody_back),
    TEST (test_duplicates_are_kept_without),
    TEST (test_files_of_nobody_else),
    TEST (test_held_files),
    TEST (test_rebuild_and_undo_bring_nobody_back),
    TEST (test_lifted),
    TEST (test_marks_outlive_the_table),
    TEST (test_facts_that_go),
    TEST (test_facts_without_a_key),
    TEST (test_two_references),
    TEST (test_facts_that_refuse),
    TEST (test_a_fact_s_own_row),
    TEST (test_encodings),
    TEST (test_packed_files),
    TEST (test_keys_of_several_columns),
    TEST (test_another_secret),
    TEST (test_a_new_secret),
    TEST (test_exports_do_not_shrink),
    TEST (test_what_is_not_reached),
    TEST (test_killed),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

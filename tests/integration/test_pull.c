/* Pulls of one job, with a connector that does what the test says: what comes, what does not, and where the bookmark is then. */
#include "tests/support/oracle.h"
#include "tests/support/source.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNC "\"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"changed\""
#define ROWS "select id, name from warehouse.users where is_current order by id::bigint"

static void
given (Home *home, const char *members, const char *rows)
{
  source_setup (home, "");
  source_job (home, "users", members);
  source_rows (home, rows);
}

static void
assert_rows (Home *home, const char *expected)
{
  g_autofree char *rows = sql_text_rows (home, ROWS);
  assert_string_equal (rows, expected);
}

/* Whose home it is: where root runs the tests another one's, as with a `sudo weir pull`. */
static uid_t
give_away (Home *home)
{
  static const char *const folders[] = { "imports", "models", "archive" };
  uid_t owner = geteuid () == 0 ? 12345 : geteuid ();
  if (geteuid () != 0)
    print_message ("  whose it is what root makes: skipped, for this is not root\n");
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = home_path (home, folders[i]);
      assert_true (g_mkdir_with_parents (path, 0755) == 0 && chown (path, owner, (gid_t) -1) == 0);
    }
  return owner;
}

static void
assert_owner (Home *home, const char *name, uid_t owner)
{
  struct stat info;
  g_autofree char *path = home_path (home, name);
  assert_int_equal (stat (path, &info), 0);
  assert_int_equal (info.st_uid, owner);
}

/* The first pull brings all, the next what is new, and then nothing is. */
static void
test_what_is_new (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann ann@x.org\n2 b Bob bob@x.org\n");
  uid_t owner = give_away (home);
  g_autoptr (Outcome) first = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (first->err, "models/users.json was written");
  assert_owner (home, "models/users.json", owner);
  assert_owner (home, "imports/.spool", owner);
  assert_owner (home, "imports/.claimed", owner);
  assert_owner (home, "archive/users", owner);
  g_autofree char *place = sql_scalar (home, "select place from weir.file");
  assert_owner (home, place, owner);
  assert_rows (home, "1|Ann\n2|Bob");
  assert_position (home, "users", "{\"id\": 2, \"changed\": \"b\"}");
  source_rows (home, "1 c Anna ann@x.org\n2 b Bob bob@x.org\n3 d Cid cid@x.org\n");
  g_autoptr (Json) second = source_pull (home, 0, "users");
  assert_json (second, "rows.read", "2");
  assert_json (second, "rows.updated", "1");
  assert_json (second, "job", "users");
  assert_json (second, "stream", "rows");
  assert_json (second, "position.id", "3");
  assert_rows (home, "1|Anna\n2|Bob\n3|Cid");
  g_autoptr (Json) third = source_pull (home, 0, "users");
  assert_json (third, "status", "nothing new");
  assert_json (third, "run", "null");
  assert_sql (home, "2", "select count(*) from weir.file");
  /* Another job into the same table may be a slip: its first pull says so. */
  source_job (home, "more", SYNC ", \"to_table\": \"users\", \"where\": {\"id\": [4, 5]}");
  source_rows (home, "4 e Dan dan@x.org\n");
  g_autoptr (Outcome) other = expect_weir (home, 0, "pull", "more", NULL);
  assert_contains (other->err, "more: users has rows already, of the job users, and these are the first of this job");
  assert_weir (home, 0, "bookmark", "forget", "more", "--yes", NULL);
  g_autoptr (Outcome) again = expect_weir (home, 0, "pull", "more", NULL);
  assert_null (strstr (again->err, "has rows already"));
  assert_nothing_left (home);
}

/* Batches end where the job says, and each has its own place. */
static void
test_batches (void **state)
{
  Home *home = *state;
  g_autoptr (GString) rows = g_string_new (NULL);
  for (int i = 1; i <= 25; i++)
    g_string_append_printf (rows, "%d t%02d Name%d x\n", i, i, i);
  given (home, SYNC ", \"batch\": {\"rows\": 10}", rows->str);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--json", "users", NULL);
  g_autoptr (Json) last = outcome_json_at (outcome, 2);
  assert_json (last, "rows.read", "5");
  assert_json (last, "position.id", "25");
  assert_sql (home, "3|25", "select (select count(*) from weir.file where state = 'applied'), count(*) from warehouse.users");
  g_autoptr (Json) request = source_request (home, 1);
  assert_json (request, "position.id", "10");
  assert_json (request, "limits.rows", "10");
}

/* What the connector is asked is all that the job says, and nothing of it is in its arguments. */
static void
test_request (void **state)
{
  Home *home = *state;
  given (home, SYNC ", \"overlap\": \"10 minutes\", \"where\": {\"tenant\": 7}, \"columns\": {\"email\": {\"drop\": true}}",
         "1 a Ann x\n");
  json_decref (source_pull (home, 0, "users"));
  g_autoptr (Json) request = source_request (home, 0);
  static const char *const members[][2] = {
    { "protocol", "1" },     { "verb", "read" },     { "job", "users" },        { "from.table", "rows" },
    { "mode", "sync" },      { "key.0", "id" },      { "bookmark", "changed" }, { "overlap", "600" },
    { "where.tenant", "7" }, { "position", "null" }, { "part", "rows" },        { "columns.email.drop", "true" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    assert_json (request, members[i][0], members[i][1]);
  g_autofree char *run = json_at (request, "run");
  assert_sql (home, run, "select run_id::text from weir.file");
}

/* ---- modes ---- */

static void
test_full (void **state)
{
  Home *home = *state;
  given (home, "\"mode\": \"full\", \"key\": [\"id\"], \"verify\": \"count\"", "1 a Ann x\n2 b Bob x\n3 c Cid x\n4 d Dan x\n");
  json_decref (source_pull (home, 0, "users"));
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"absent\": \"close\","
                    " \"id\": {\"normalize\": []}, \"guard\": {\"close_percent\": 60, \"shrink_percent\": 10}}");
  source_rows (home, "1 a Ann x\n2 b Bobby x\n");
  g_autoptr (Json) second = source_pull (home, 0, "users");
  assert_json (second, "rows.absent", "2");
  assert_rows (home, "1|Ann\n2|Bobby");
  assert_nothing_left (home);
}

/* An empty source closes nobody. */
static void
test_full_and_empty (void **state)
{
  Home *home = *state;
  given (home, "\"mode\": \"full\", \"key\": [\"id\"]", "1 a Ann x\n2 b Bob x\n");
  json_decref (source_pull (home, 0, "users"));
  source_rows (home, "");
  g_autoptr (Outcome) outcome = run_weir (home, "pull", "users", NULL);
  print_message ("exit code %d\n", outcome->code);
  assert_rows (home, "1|Ann\n2|Bob");
}

static void
test_mirror (void **state)
{
  Home *home = *state;
  g_autoptr (GString) rows = g_string_new (NULL);
  for (int i = 1; i <= 20; i++)
    g_string_append_printf (rows, "%d a Name%d x\n", i, i);
  given (home, "\"mode\": \"mirror\", \"key\": [\"id\"], \"bookmark\": \"changed\", \"verify\": \"count\"", rows->str);
  json_decref (source_pull (home, 0, "users"));
  g_string_erase (rows, 0, (gssize) strlen ("1 a Name1 x\n"));
  g_string_append (rows, "21 b New x\n");
  source_rows (home, rows->str);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--json", "users", NULL);
  g_autoptr (Json) keys = outcome_json_at (outcome, 1);
  assert_json (keys, "rows.absent", "1");
  assert_sql (home, "20|0|1",
              "select count(*) filter (where is_current), count(*) filter (where is_current and id::bigint = 1),"
              " count(*) filter (where is_current and id::bigint = 21) from warehouse.users");
  assert_position (home, "users", "{\"id\": 21, \"changed\": \"b\"}");
  assert_nothing_left (home);
}

static void
test_log_and_dump (void **state)
{
  Home *home = *state;
  given (home, "\"mode\": \"log\", \"key\": [\"id\"], \"to_table\": \"events\"", "1 a Ann x\n2 a Bob x\n");
  source_job (home, "dumps", "\"mode\": \"dump\", \"to_table\": \"dumps\"");
  for (int i = 0; i < 2; i++)
    {
      json_decref (source_pull (home, 0, "users"));
      json_decref (source_pull (home, 0, "dumps"));
      source_rows (home, "1 a Ann x\n2 a Bob x\n3 b Cid x\n");
    }
  assert_sql (home, "3", "select count(*) from warehouse.events");
  assert_sql (home, "5|2", "select count(*), count(distinct snapshot_at) from warehouse.dumps");

  /* One that says neither a time nor a position: the same rows of another moment are others, however soon they come. */
  source_job (home, "bare", "\"mode\": \"dump\", \"to_table\": \"bare\"");
  source_deed (home, "leak 2");
  json_decref (source_pull (home, 0, "bare"));
  json_decref (source_pull (home, 0, "bare"));
  assert_sql (home, "6", "select count(*) from warehouse.bare");
  assert_sql (home, "t",
              "select position ->> 'pulled_on' ~ '[.][0-9]{6}Z$' and position ->> 'pulled_on' !~ '[.]000000Z$' from weir.bookmark "
              "where source = 'bare'");
}

/* ---- what the job says of columns ---- */

static void
test_columns (void **state)
{
  Home *home = *state;
  given (home, SYNC ", \"columns\": {\"email\": {\"mask\": \"hash\"}, \"name\": {\"rename\": \"called\"}}", "1 a Ann ann@x.org\n");
  json_decref (source_pull (home, 0, "users"));
  assert_sql (home, "Ann|64", "select called, length(email) from warehouse.users");
}

/* A connector that does not do it brings nothing, and nothing of it is kept. */
static void
test_leak (void **state)
{
  Home *home = *state;
  given (home, SYNC ", \"columns\": {\"email\": {\"mask\": \"hash\"}, \"name\": {\"drop\": true}}", "1 a Ann ann@x.org\n");
  source_deed (home, "leak 1");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (outcome->err, "name is to be dropped, and is there");
  assert_contains (outcome->err, "email is to be masked, and does not say that it is");
  assert_position (home, "users", "-");
  assert_sql (home, "0", "select count(*) from weir.file");
  assert_nothing_left (home);
  assert_false (home_has_file (home, "models/users.json"));
  json_decref (source_pull (home, 0, "users"));
}

/* One that says that it has, and has not, is found out by its rows; none of them is told, or kept. */
static void
test_lie (void **state)
{
  Home *home = *state;
  given (home, SYNC ", \"columns\": {\"email\": {\"mask\": \"hash\"}}", "1 a Ann ann@x.org\n2 b Bob bob@x.org\n");
  source_deed (home, "lie 1");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (outcome->err, "did not do what the job says of columns, in row 1");
  assert_contains (outcome->err, "email is to be masked as \"hash\"");
  assert_null (strstr (outcome->err, "ann@"));
  assert_position (home, "users", "-");
  assert_sql (home, "0", "select count(*) from weir.file");
  assert_nothing_left (home);
  /* What cannot be read is no mistake of the job's. */
  source_deed (home, "damaged 1");
  g_autoptr (Outcome) damaged = expect_weir (home, 1, "pull", "users", NULL);
  assert_contains (damaged->err, "users: what the connector brought cannot be read: there is a NUL byte on line 2");
  assert_sql (home, "nul_byte", "select detail ->> 'class' from weir.incident where ended is null");
  json_decref (source_pull (home, 0, "users"));
}

/* Rows of two windows that look the same are two rows, where nothing tells them apart. */
static void
test_windows_of_the_same_bytes (void **state)
{
  Home *home = *state;
  given (home,
         "\"mode\": \"incremental\", \"bookmark\": \"changed\", \"overlap\": 0, \"to_table\": \"clicks\", \"columns\": "
         "{\"id\": {\"drop\": true}, \"changed\": {\"drop\": true}, \"email\": {\"drop\": true}}",
         "1 a click x\n");
  json_decref (source_pull (home, 0, "users"));
  source_rows (home, "1 a click x\n2 b click x\n");
  g_autoptr (Json) second = source_pull (home, 0, "users");
  assert_json (second, "status", "applied");
  source_rows (home, "1 a click x\n2 b click x\n3 c click x\n4 c click x\n");
  json_decref (source_pull (home, 0, "users"));
  assert_sql (home, "4", "select count(*) from warehouse.clicks");
}

/* ---- what goes wrong ---- */

/* Rows behind a position, and no word where they end: they would come again and again. */
static void
test_a_position_is_not_lost (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  json_decref (source_pull (home, 0, "users"));
  source_rows (home, "1 a Ann x\n2 b Bob x\n");
  source_deed (home, "lost 1");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (outcome->err, "does not say where it ended");
  assert_position (home, "users", "{\"id\": 1, \"changed\": \"a\"}");
  json_decref (source_pull (home, 0, "users"));
  assert_rows (home, "1|Ann\n2|Bob");
}

static const struct
{
  const char *deed;
  int code;
  const char *says, *class;
} wrongs[] = {
  { "transient 9", 3, "the source is away", "transient" },
  { "full 1", 4, "Make room.", "transient" },
  { "credentials 1", 2, "the password is wrong", "credentials" },
  { "configuration 1", 2, "there is no such table", "configuration" },
  { "gap 1", 2, "weir pull --full", "gap" },
  { "crash 9", 3, "was killed by signal 9", "crashed" },
  { "silent 9", 3, "ended without \"done\"", "crashed" },
  { "endless 1", 2, "there is more, and not where", "configuration" },
};

static void
test_what_goes_wrong (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  json_decref (source_pull (home, 0, "users"));
  source_rows (home, "1 a Ann x\n2 b Bob x\n");
  for (size_t i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      print_message ("  %s\n", wrongs[i].deed);
      source_deed (home, wrongs[i].deed);
      g_autoptr (Outcome) outcome = expect_weir (home, wrongs[i].code, "pull", "users", NULL);
      assert_contains (outcome->err, wrongs[i].says);
      assert_position (home, "users", "{\"id\": 1, \"changed\": \"a\"}");
      assert_sql (home, wrongs[i].class, "select detail ->> 'class' from weir.incident where ended is null");
      assert_nothing_left (home);
      g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
      assert_contains (status->out, "pulling users fails");
    }
  g_autoptr (Outcome) jobs = expect_weir (home, 0, "jobs", NULL);
  assert_contains (jobs->out, "failing");
  assert_contains (jobs->out, "users fails: ");
  assert_sql (home, "1|8", "select count(*), max(detail ->> 'times')::int from weir.incident");
  assert_sql (home, "8", "select count(*) from weir.runs where pipeline = 'pull users' and status = 'FAILED'");
  source_deed (home, "");
  g_autoptr (Json) well = source_pull (home, 0, "users");
  assert_json (well, "rows.inserted", "1");
  assert_sql (home, "pull", "select detail ->> 'ended_by' from weir.incident where ended is not null");
  assert_weir (home, 0, "status", NULL);
  g_autoptr (Outcome) mended = expect_weir (home, 0, "jobs", NULL);
  assert_contains (mended->out, "ready");
  /* The bookmark of the second one has two positions. */
  for (int i = 0; i < 2; i++)
    {
      source_rows (home, i == 0 ? "3 c Cid x\n" : "4 d Dan x\n");
      source_deed (home, "wordy 1");
      g_autoptr (Json) wordy = source_pull (home, 0, "users");
      assert_json (wordy, "rows.inserted", "1");
    }
  assert_sql (home, "and 1 more note", "select declaration -> 'notes' ->> -1 from weir.file order by seen_on desc limit 1");
}

/* Of several streams none waits for another that a person has to mend; what is the trouble of all is told once. */
static void
test_streams (void **state)
{
  Home *home = *state;
  given (home, "\"from\": {\"connection\": \"app\"}, \"streams\": {\"one\": \"users\", \"two\": \"others\"}, " SYNC, "1 a Ann x\n");
  source_deed (home, "configuration 1");
  g_autoptr (Outcome) missing = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (missing->err, "users: stream one: there is no such table");
  assert_null (strstr (strstr (missing->err, "no such table") + 1, "no such table"));
  assert_sql (home, "configuration", "select detail ->> 'class' from weir.incident where ended is null");
  source_rows (home, "1 a Ann x\n2 b Bob x\n");
  source_deed (home, "wrong 1");
  g_autoptr (Outcome) refused = expect_weir (home, 1, "pull", "users", NULL);
  assert_contains (refused->err, "its checksum is another");
  assert_sql (home, "two|2", "select stream, (select count(*) from warehouse.others) from weir.bookmark");
  int asked = source_asked (home);
  source_deed (home, "configuration 9");
  g_autoptr (Outcome) both = expect_weir (home, 2, "pull", "users", NULL);
  assert_null (strstr (both->err, "stream two"));
  assert_int_equal (source_asked (home), asked + 2);
  source_deed (home, "configuration 1\ncredentials 9");
  g_autoptr (Outcome) first = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (first->err, "users: stream one: there is no such table");
  assert_contains (first->err, "users: the password is wrong");
  asked += 2;
  source_deed (home, "credentials 9");
  assert_weir (home, 2, "pull", "users", NULL);
  assert_int_equal (source_asked (home), asked + 3);
  source_deed (home, "");
  assert_weir (home, 0, "pull", "users", NULL);
  assert_sql (home, "one|2, two|2",
              "select string_agg(stream || '|' || (position ->> 'id'), ', ' order by stream) from weir.bookmark");
}

/* What one stream brought that cannot be read keeps no other one waiting; and what is wrong with our disk is not taken for what was wrong with the one before. */
static void
test_streams_of_their_own (void **state)
{
  Home *home = *state;
  given (home,
         "\"from\": {\"connection\": \"app\"}, \"streams\": {\"one\": \"users\", \"two\": \"others\"}, "
         "\"columns\": {\"email\": {\"mask\": \"hash\"}}, " SYNC,
         "1 a Ann x\n");
  source_deed (home, "damaged 1");
  g_autoptr (Outcome) damaged = expect_weir (home, 1, "pull", "users", NULL);
  assert_contains (damaged->err, "what the connector brought cannot be read");
  assert_sql (home, "two", "select stream from weir.bookmark");
  int asked = source_asked (home);
  source_deed (home, "stall 1");
  g_autoptr (Background) pull = spawn_weir (home, "pull", "--json", "users", NULL);
  wait_until (source_asked (home) == asked + 1);
  g_autofree char *spool = home_path (home, "imports/.spool"), *aside = home_path (home, "imports/.aside");
  assert_int_equal (rename (spool, aside), 0);
  home_write_file (home, "imports/.spool", "");
  home_write_file (home, "source/go", "");
  assert_int_equal (background_stop (pull, 0, 20), 4);
  assert_true (background_said (pull, "stream one: there is no such table"));
  assert_true (background_said (pull, "\"class\":null"));
  assert_sql (home, "local", "select detail ->> 'class' from weir.incident where ended is null");
  home_remove_file (home, "imports/.spool");
  assert_int_equal (rename (aside, spool), 0);
  assert_weir (home, 0, "pull", "users", NULL);
}

/* A fact that comes before its dimension, in the same job: it lies there, is not read again, and is loaded once the other is. */
static void
test_streams_in_the_wrong_order (void **state)
{
  Home *home = *state;
  given (home, "\"from\": {\"connection\": \"app\"}, \"streams\": {\"one\": \"orders\", \"two\": \"users\"}, " SYNC, "1 a Ann x\n");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  home_write_model (
      home, "orders",
      "{\"table\": \"orders\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"id\"], "
      "\"as\": \"user_id\", \"missing\": \"reject\"}]}");
  home_set_environment (home, "WEIR_FAULT", "kill:pull-dropped");
  assert_weir (home, 128 + SIGKILL, "pull", "users", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  int asked = source_asked (home);
  g_autoptr (Outcome) waits = expect_weir (home, 1, "pull", "users", NULL);
  assert_contains (waits->err, "refers to users, which was never loaded");
  /* What it is called, and what it refers to, is not the job's name. */
  assert_contains (waits->err, "weir: users: \"orders");
  assert_int_equal (source_asked (home), asked + 1);
  assert_sql (home, "two|1", "select stream, (select count(*) from warehouse.users) from weir.bookmark");
  assert_weir (home, 0, "pull", "users", NULL);
  assert_sql (home, "1", "select count(*) from warehouse.orders");
  assert_nothing_left (home);
}

/* A source that is away for a moment is waited for. */
static void
test_once_more (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  source_deed (home, "transient 1");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (outcome->err, "once more in 1 s");
  g_autoptr (Json) first = source_request (home, 1), second = source_request (home, 0);
  assert_true (json_equal (json_object_get (first, "run"), json_object_get (second, "run")));
  assert_sql (home, "0", "select count(*) from weir.incident");
}

/* Bytes that are not those of which the connector told the SHA-256. */
static void
test_other_bytes (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  source_deed (home, "wrong 1");
  g_autoptr (Json) published = source_pull (home, 1, "users");
  assert_json (published, "status", "failed");
  assert_position (home, "users", "-");
  json_decref (source_pull (home, 0, "users"));
  assert_rows (home, "1|Ann");
}

static void
test_full_that_is_not (void **state)
{
  Home *home = *state;
  given (home, "\"mode\": \"full\", \"key\": [\"id\"]", "1 a Ann x\n");
  source_deed (home, "incomplete 1");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (outcome->err, "does not say that what it brought is all there is");
  assert_sql (home, "0", "select count(*) from weir.file");
}

/* ---- by hand ---- */

static void
test_full_again (void **state)
{
  Home *home = *state;
  given (home, SYNC ", \"batch\": {\"rows\": 2}", "1 a Ann x\n2 b Bob x\n3 c Cid x\n");
  json_decref (source_pull (home, 0, "users"));
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--json", "--full", "users", NULL);
  g_autoptr (Json) first = outcome_json_at (outcome, 0), second = outcome_json_at (outcome, 1);
  assert_json (first, "rows.unchanged", "2");
  assert_json (second, "rows.unchanged", "1");
  assert_position (home, "users", "{\"id\": 3, \"changed\": \"c\"}");
  assert_sql (home, "3", "select count(*) from warehouse.users");
  /* Of the same bytes nothing is said that a pull cannot do. */
  source_rows (home, "1 a Ann x\n");
  assert_weir (home, 0, "pull", "--full", "users", NULL);
  g_autoptr (Outcome) same = expect_weir (home, 0, "pull", "--full", "users", NULL);
  assert_contains (same->out, "nothing new: the same bytes were applied already");
  assert_null (strstr (same->out, "--force"));
}

/* A window of before is loaded once more, and the bookmark stays. */
static void
test_window_by_hand (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 2026-01-01 Ann x\n2 2026-01-02 Bob x\n3 2026-01-03 Cid x\n");
  json_decref (source_pull (home, 0, "users"));
  source_rows (home, "1 2026-01-01 Ann x\n2 2026-01-02 Bobby x\n3 2026-01-03 Cidney x\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "users", "--from", "2026-01-02", "--to", "2026-01-03", NULL);
  assert_rows (home, "1|Ann\n2|Bobby\n3|Cid");
  assert_position (home, "users", "{\"id\": 3, \"changed\": \"2026-01-03\"}");
  g_autoptr (Json) request = source_request (home, 0);
  assert_json (request, "window.start", "2026-01-02");
  assert_json (request, "position", "null");
}

#define WINDOWS                                                                                                                    \
  "\"mode\": \"incremental\", \"key\": [\"id\"], \"bookmark\": \"changed\", \"window\": {\"period\": \"1 day\", \"start\": "       \
  "\"%s\"}"

/* What ends by hand while it is read was not over when it was asked for: what came meanwhile may be missing. */
static void
test_a_window_that_ends_meanwhile (void **state)
{
  Home *home = *state;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), start = g_date_time_add_days (now, -1);
  g_autofree char *first = g_date_time_format (start, "%Y-%m-%d"), *members = g_strdup_printf (WINDOWS, first);
  bool is_early = false;
  given (home, members, "");
  for (int seconds = 2; !is_early; seconds *= 2)
    {
      int asked = source_asked (home);
      int64_t end = g_get_real_time () / G_USEC_PER_SEC + seconds;
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (end);
      g_autofree char *to = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
      if (home_has_file (home, "source/go"))
        home_remove_file (home, "source/go");
      source_deed (home, "wait 1");
      g_autoptr (Background) pull = spawn_weir (home, "pull", "users", "--from", first, "--to", to, NULL);
      wait_until (source_asked (home) == asked + 1);
      is_early = g_get_real_time () / G_USEC_PER_SEC < end;
      wait_until (g_get_real_time () / G_USEC_PER_SEC > end);
      home_write_file (home, "source/go", "");
      assert_int_equal (background_stop (pull, 0, 20), 0);
      assert_true (!is_early || background_said (pull, "may still come: it does not count as pulled"));
    }
}

/* A window that is over here, and not at the source, is asked for again. */
static void
test_a_window_waits_for_the_source (void **state)
{
  Home *home = *state;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), start = g_date_time_add_days (now, -1);
  g_autofree char *first = g_date_time_format (start, "%Y-%m-%d"), *members = g_strdup_printf (WINDOWS, first);
  g_autofree char *rows = g_strdup_printf ("1 %sT10:00:00Z Ann x\n", first);
  g_autofree char *old = g_strdup_printf (WINDOWS, "1999-12-31T12:00:00Z");
  given (home, old, rows);
  source_deed (home, "open 2");
  g_autoptr (Outcome) half = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (half->err, "transactions of the source may add to it what is of 2000-01-01T00:00:00Z and later");
  source_job (home, "users", members);
  g_autoptr (Outcome) early = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (early->err, "the source may still add to any part of it");
  assert_position (home, "users", "-");
  assert_int_equal (source_asked (home), 2);
  json_decref (source_pull (home, 0, "users"));
  assert_rows (home, "1|Ann");
}

/* The days that are over are pulled one by one; what is missing between them is told. */
static void
test_windows (void **state)
{
  Home *home = *state;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), start = g_date_time_add_days (now, -3),
                        before = g_date_time_add_days (now, -10);
  g_autofree char *first = g_date_time_format (start, "%Y-%m-%d"), *members = g_strdup_printf (WINDOWS, first);
  g_autofree char *rows = g_strdup_printf ("1 %sT10:00:00Z Ann x\n", first);
  g_autofree char *early = g_date_time_format (before, "%Y-%m-%d");
  g_autoptr (GDateTime) next = g_date_time_add_days (before, 1);
  g_autofree char *early_end = g_date_time_format (next, "%Y-%m-%d");
  given (home, members, rows);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (outcome->err, "users: 2 windows without rows\n");
  assert_int_equal (source_asked (home), 3);
  assert_rows (home, "1|Ann");
  assert_sql (home, "1", "select jsonb_array_length(position -> 'windows') from weir.bookmark");
  g_autoptr (Json) again = source_pull (home, 0, "users");
  assert_json (again, "status", "nothing new");
  assert_int_equal (source_asked (home), 3);
  g_autoptr (Outcome) back = expect_weir (home, 0, "pull", "users", "--from", early, "--to", early_end, NULL);
  assert_contains (back->err, "there is a gap: weir pull users --from");
  assert_contains (back->err, "users: 1 window without rows\n");
  assert_string_equal (back->out, "users: nothing new\n");
  g_autoptr (Outcome) gaps = expect_weir (home, 0, "pull", "--gaps", "users", NULL);
  g_autofree char *gap = g_strdup_printf ("--from %sT00:00:00Z --to %sT00:00:00Z", early_end, first);
  assert_contains (gaps->out, gap);
  g_autoptr (Outcome) filled = expect_weir (home, 0, "pull", "users", "--from", early_end, "--to", first, NULL);
  assert_null (strstr (filled->err, "there is a gap"));

  /* What is not over does not count. */
  g_autoptr (GDateTime) soon = g_date_time_add_days (now, 3), late = g_date_time_add_days (now, 5);
  g_autofree char *soon_day = g_date_time_format (soon, "%Y-%m-%d"), *late_day = g_date_time_format (late, "%Y-%m-%d");
  g_autoptr (Outcome) coming = expect_weir (home, 0, "pull", "users", "--from", soon_day, "--to", late_day, NULL);
  assert_contains (coming->err, "may still come: it does not count as pulled");
  assert_null (strstr (coming->err, "there is a gap"));
  assert_weir (home, 0, "pull", "users", "--from", first, "--to", late_day, NULL);
  assert_sql (home, "1 t",
              "select jsonb_array_length(position -> 'windows') || ' ' || ((position #>> '{windows,0,1}')::timestamptz "
              "<= now())::text::char from weir.bookmark");
  source_job (home, "others", "\"mode\": \"log\", \"key\": [\"id\"], \"to_table\": \"others\"");
  g_autoptr (Outcome) none = expect_weir (home, 2, "pull", "--gaps", "others", NULL);
  assert_contains (none->err, "job \"others\" has no \"window\"");
}

/* Sessions that end while the source is read: a window without a row is over all the same. */
static void
test_windows_without_a_session (void **state)
{
  Home *home = *state;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc (), start = g_date_time_add_days (now, -3);
  g_autofree char *first = g_date_time_format (start, "%Y-%m-%d"), *members = g_strdup_printf (WINDOWS, first);
  given (home, members, "");
  source_deed (home, "wait 1");
  g_autoptr (Background) pull = spawn_weir (home, "pull", "users", NULL);
  wait_until (source_asked (home) == 1);
  assert_sql (
      home, "t",
      "select bool_and(pg_terminate_backend(pid, 10000)) from pg_stat_activity where datname = current_database() and pid <> "
      "pg_backend_pid() and backend_type = 'client backend'");
  home_write_file (home, "source/go", "");
  assert_int_equal (background_stop (pull, 0, 20), 0);
  assert_int_equal (source_asked (home), 3);
  assert_sql (home, "1", "select jsonb_array_length(position -> 'windows') from weir.bookmark");
}

/* ---- a source of files ---- */

#define FILES "\"from\": {\"connection\": \"out\", \"path\": \"*.csv\"}, \"to_table\": \"users\""

static void
test_files (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  source_job (home, "users", FILES);
  source_file (home, "export-b.csv", "id,name\n1,Anna\n2,Bob\n", 20);
  source_file (home, "users_1.csv", "id,name\n1,Ann\n", 10);
  g_autofree char *link = home_path (home, "source/files/nowhere");
  assert_int_equal (symlink ("nothing", link), 0);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--json", "users", NULL);
  assert_contains (outcome->err, "users: \"nowhere\" is no file");
  g_autoptr (Json) first = outcome_json_at (outcome, 0), second = outcome_json_at (outcome, 1);
  assert_json (first, "file", "users_1.csv");
  assert_json (second, "file", "users-1.export-b.csv");
  assert_rows (home, "1|Anna\n2|Bob");
  g_autoptr (Json) again = source_pull (home, 0, "users");
  assert_json (again, "status", "nothing new");
  source_file (home, "users_1.csv", "id,name\n1,Anne\n", 30);
  json_decref (source_pull (home, 0, "users"));
  assert_rows (home, "1|Anne\n2|Bob");
  assert_sql (home, "3", "select count(*) from weir.pulled_file where source = 'users'");
  assert_true (home_has_file (home, "source/files/users_1.csv"));
  assert_nothing_left (home);
}

/* One that is refused is not pulled again until it changes, and keeps none from coming. */
static void
test_a_file_that_is_refused (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  source_job (home, "users", FILES);
  source_file (home, "users_1.csv", "nothing,of,use\n1,2,3\n", 10);
  source_file (home, "users_2.csv", "id,name\n2,Bob\n", 20);
  assert_weir (home, 1, "pull", "users", NULL);
  assert_rows (home, "2|Bob");
  g_autoptr (Outcome) again = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (again->err, "was refused, and is not pulled again until it changes");
  source_file (home, "users_1.csv", "id,name\n1,Ann\n", 30);
  assert_weir (home, 0, "pull", "users", NULL);
  assert_rows (home, "1|Ann\n2|Bob");
}

/* Nor does one that cannot be read. */
static void
test_a_file_that_is_closed (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  source_job (home, "users", FILES ", \"after\": {\"action\": \"delete\"}");
  g_autofree char *closed = home_path (home, "source/files/users_1.csv");
  const struct timespec long_ago[] = { { 1000000000, 0 }, { 1000000000, 0 } };
  source_file (home, "users_2.csv", "id,name\n2,Bob\n", 20);
  assert_true (g_mkdir (closed, 0755) == 0 && utimensat (AT_FDCWD, closed, long_ago, 0) == 0);
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (outcome->err, "users_1.csv");
  assert_rows (home, "2|Bob");
  assert_false (home_has_file (home, "source/files/users_2.csv"));
  assert_true (g_rmdir (closed) == 0);
  source_file (home, "users_1.csv", "id,name\n1,Ann\n", 10);
  assert_weir (home, 0, "pull", "users", NULL);
  assert_rows (home, "1|Ann\n2|Bob");
}

/* Nor does one that has changed since it was listed, which is asked for once; what a person has to mend is told before it. */
static void
test_a_file_that_grows (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  source_job (home, "users", FILES ", \"after\": {\"action\": \"delete\"}");
  source_file (home, "users_1.csv", "id,name\n1,A", 10);
  source_file (home, "users_2.csv", "id,name\n2,Bob\n", 20);
  home_write_file (home, "source/grows", "users_1.csv");
  g_autoptr (Outcome) outcome = expect_weir (home, 3, "pull", "users", NULL);
  assert_contains (outcome->err, "it is not as it was listed");
  assert_int_equal (source_asked (home), 4);
  assert_rows (home, "2|Bob");
  assert_false (home_has_file (home, "source/files/users_2.csv"));
  assert_sql (home, "transient", "select detail ->> 'class' from weir.incident where kind = 'pull'");
  g_autofree char *closed = home_path (home, "source/files/users_3.csv");
  assert_int_equal (g_mkdir (closed, 0755), 0);
  g_autoptr (Outcome) both = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (both->err, "it is not as it was listed");
  assert_contains (both->err, "users_3.csv");
}

/* What is done with them afterwards is done once they are loaded, by this pull or the next. */
static void
test_files_afterwards (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  source_job (home, "users", FILES ", \"after\": {\"action\": \"delete\"}");
  source_file (home, "users_1.csv", "id,name\n1,Ann\n", 10);
  assert_weir (home, 0, "pull", "users", NULL);
  assert_false (home_has_file (home, "source/files/users_1.csv"));
  assert_sql (home, "1", "select count(*) from weir.pulled_file where settled_on is not null");
  source_file (home, "users_2.csv", "id,name\n2,Bob\n", 20);
  home_set_environment (home, "WEIR_FAULT", "kill:pull-loaded");
  assert_weir (home, 128 + SIGKILL, "pull", "users", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_true (home_has_file (home, "source/files/users_2.csv"));
  assert_weir (home, 0, "pull", "users", NULL);
  assert_false (home_has_file (home, "source/files/users_2.csv"));
  assert_rows (home, "1|Ann\n2|Bob");
  assert_sql (home, "2", "select count(*) from weir.pulled_file where settled_on is not null");
  source_file (home, "users_3.csv", "id,name\n2,Bert\n", 30);
  home_set_environment (home, "WEIR_FAULT", "kill:pull-loaded");
  assert_weir (home, 128 + SIGKILL, "pull", "users", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  home_remove_file (home, "source/files/users_3.csv");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "users", NULL);
  assert_contains (outcome->err, "users: \"users_3.csv\" is not there any more");
}

/* One with which it cannot be done keeps none from coming, and no other from being done with; it is tried again by each pull. */
static void
test_a_file_that_stays (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}");
  source_job (home, "users", FILES ", \"after\": {\"action\": \"delete\"}");
  source_file (home, "users_1.csv", "id,name\n1,Ann\n", 10);
  home_set_environment (home, "WEIR_FAULT", "kill:pull-loaded");
  assert_weir (home, 128 + SIGKILL, "pull", "users", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  source_file (home, "users_2.csv", "id,name\n2,Bob\n", 20);
  home_write_file (home, "source/stays", "users_1.csv");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  assert_contains (outcome->err, "users_1.csv was loaded, and stays as it is: it may not be removed");
  const char *said = strstr (outcome->err, "it may not be removed");
  assert_null (strstr (said + 1, "it may not be removed"));
  assert_rows (home, "1|Ann\n2|Bob");
  assert_true (home_has_file (home, "source/files/users_1.csv"));
  assert_false (home_has_file (home, "source/files/users_2.csv"));
  home_write_file (home, "source/stays", "");
  assert_weir (home, 0, "pull", "users", NULL);
  assert_false (home_has_file (home, "source/files/users_1.csv"));
  assert_sql (home, "2", "select count(*) from weir.pulled_file where settled_on is not null");
  /* What two of them in a row end with is the trouble of all. */
  for (int i = 3; i <= 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("users_%d.csv", i), *text = g_strdup_printf ("id,name\n%d,Cid\n", i);
      source_file (home, name, text, i * 10);
    }
  int asked = source_asked (home);
  source_deed (home, "keep 99");
  assert_weir (home, 2, "pull", "users", NULL);
  assert_int_equal (source_asked (home), asked + 1 + 3 + 2);
}

/* A job that asks for what cannot be done to a file as it lies there: that is told once, however many files there are. */
static void
test_files_are_not_masked (void **state)
{
  Home *home = *state;
  source_setup (home, "");
  source_job (home, "users", FILES ", \"columns\": {\"name\": {\"drop\": true}}");
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("users_%d.csv", i);
      source_file (home, name, "id,name\n1,Ann\n", 10);
    }
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "pull", "users", NULL);
  const char *said = strstr (outcome->err, "columns");
  assert_non_null (said);
  assert_null (strstr (outcome->err, "of columns\nusers: "));
  assert_int_equal (source_asked (home), 3);
  assert_sql (home, "0", "select count(*) from weir.file");
}

/* ---- with others ---- */

static void
test_one_at_a_time (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  source_job (home, "others", "\"mode\": \"log\", \"key\": [\"id\"], \"to_table\": \"others\"");
  source_deed (home, "wait 1");
  g_autoptr (Background) first = spawn_weir (home, "pull", "users", NULL);
  wait_until (source_asked (home) == 1);
  g_autoptr (Outcome) second = expect_weir (home, 3, "pull", "users", NULL);
  assert_contains (second->err, "users is being pulled already");
  g_autoptr (Outcome) listed = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) jobs = outcome_json (listed);
  assert_json (jobs, "0.state", "ready");
  assert_json (jobs, "1.name", "users");
  assert_json (jobs, "1.state", "under way");
  assert_contains (second->err, "It is session ");
  assert_weir (home, 0, "pull", "others", NULL);
  home_write_file (home, "source/go", "");
  assert_int_equal (background_stop (first, 0, 20), 0);
  assert_rows (home, "1|Ann");
  assert_sql (home, "0", "select count(*) from weir.incident");
}

static void
test_stopped (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  source_deed (home, "wait 1");
  g_autoptr (Background) pull = spawn_weir (home, "pull", "users", NULL);
  wait_until (source_asked (home) == 1);
  assert_int_equal (background_stop (pull, SIGINT, 20), 130);
  assert_true (
      background_said (pull, "users: stopped; nothing of what was under way counts\nHINT:  Nothing is lost: `weir pull users`"));
  assert_position (home, "users", "-");
  assert_nothing_left (home);
  json_decref (source_pull (home, 0, "users"));
  assert_rows (home, "1|Ann");
}

/* A running watch may be quicker: then its end is waited for. */
static void
test_with_a_watch (void **state)
{
  Home *home = *state;
  given (home, SYNC ", \"batch\": {\"rows\": 2}", "1 a Ann x\n2 b Bob x\n3 c Cid x\n4 d Dan x\n5 e Eve x\n");
  g_autoptr (Background) watch = start_watch (home);
  home_set_environment (home, "WEIR_FAULT", "sleep:pull-dropped");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "pull", "--json", "users", NULL);
  g_autoptr (Json) last = outcome_json_at (outcome, 2);
  assert_json (last, "status", "applied");
  assert_rows (home, "1|Ann\n2|Bob\n3|Cid\n4|Dan\n5|Eve");
  assert_position (home, "users", "{\"id\": 5, \"changed\": \"e\"}");
  stop_watch (watch);
  assert_nothing_left (home);
}

/* The database is lost while the connector works. */
static void
test_database_away (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  source_deed (home, "wait 1");
  g_autoptr (Background) pull = spawn_weir (home, "pull", "users", NULL);
  wait_until (source_asked (home) == 1);
  sql_run_text (home, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                      " and pid <> pg_backend_pid()");
  home_write_file (home, "source/go", "");
  assert_int_equal (background_stop (pull, 0, 20), 0);
  assert_rows (home, "1|Ann");
}

/* What dead pulls have left goes, and what somebody has in hand stays. */
static void
test_leftovers (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  home_write_file (home, "imports/.spool/users-dead.csv", "old");
  home_write_file (home, "imports/.users-20260101T000000Z-00000000.csv.json", "{\"declared\": 1, \"job\": \"users\"}");
  json_decref (source_pull (home, 0, "users"));
  assert_nothing_left (home);
}

/* A file that waits for a person: nothing goes before it, no other stream of that pull, and nothing of the next. */
static void
test_held (void **state)
{
  Home *home = *state;
  g_autoptr (GString) rows = g_string_new (NULL);
  for (int i = 1; i <= 20; i++)
    g_string_append_printf (rows, "%d a Name%d x\n", i, i);
  given (home,
         "\"from\": {\"connection\": \"app\"}, \"streams\": {\"one\": \"users\", \"two\": \"others\"}, \"mode\": \"full\", "
         "\"key\": [\"id\"]",
         rows->str);
  json_decref (source_pull (home, 0, "users"));
  source_rows (home, "1 a Name1 x\n");
  int asked = source_asked (home);
  g_autoptr (Json) held = source_pull (home, 1, "users");
  assert_json (held, "status", "held");
  assert_int_equal (source_asked (home), ++asked);
  g_autoptr (Outcome) next = expect_weir (home, 1, "pull", "users", NULL);
  assert_contains (next->err, "of a pull before is held");
  assert_int_equal (source_asked (home), asked);
  g_autofree char *run = json_at (held, "run"), *waits = g_strdup_printf ("is held (weir approve %.8s,", run);
  g_autoptr (Outcome) jobs = expect_weir (home, 0, "jobs", NULL);
  assert_contains (jobs->out, waits);
  assert_null (strstr (jobs->out, "users fails"));
  g_autoptr (Outcome) listed = expect_weir (home, 0, "jobs", "--json", NULL);
  g_autoptr (Json) list = outcome_json (listed);
  assert_json (list, "0.state", "held");
  assert_weir (home, 0, "approve", run, NULL);
  g_autoptr (Outcome) decided = expect_weir (home, 0, "jobs", NULL);
  assert_null (strstr (decided->out, "users waits"));
  json_decref (source_pull (home, 1, "users"));
  assert_sql (home, "others", "select table_name from weir.file where state = 'held'");
  assert_rows (home, "1|Name1");
}

/* ---- wrong use ---- */

static const struct
{
  const char *arguments[6];
  int code;
  const char *says;
} uses[] = {
  { { NULL }, 2, "names of jobs are needed" },
  { { "--all", "users" }, 2, "names of jobs are needed" },
  { { "usres" }, 2, "did you mean \"users\"?" },
  { { "users", "--to", "2026-01-01" }, 2, "--to needs --from" },
  { { "users", "--full", "--from", "2026-01-01" }, 2, "are not for the same pull" },
  { { "users", "--from", "2026-01-02", "--to", "2026-01-01" }, 2, "--to is not behind --from" },
  { { "users", "--from", "7" }, 2, "--from \"7\" is no time, as \"2026-01-31\"" },
};

static void
test_wrong_use (void **state)
{
  Home *home = *state;
  given (home, SYNC, "1 a Ann x\n");
  for (size_t i = 0; i < G_N_ELEMENTS (uses); i++)
    {
      const char *arguments[8] = { "pull" };
      memcpy (arguments + 1, uses[i].arguments, sizeof uses[i].arguments);
      g_autoptr (Outcome) outcome = run_weir_argv (home, arguments);
      assert_int_equal (outcome->code, uses[i].code);
      assert_contains (outcome->err, uses[i].says);
    }
  assert_sql (home, "0|0", "select (select count(*) from weir.file), (select count(*) from weir.incident)");
}

#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)

int
main (void)
{
  const struct CMUnitTest tests[] = {
    TEST (test_what_is_new),
    TEST (test_batches),
    TEST (test_request),
    TEST (test_full),
    TEST (test_full_and_empty),
    TEST (test_mirror),
    TEST (test_log_and_dump),
    TEST (test_columns),
    TEST (test_leak),
    TEST (test_lie),
    TEST (test_windows_of_the_same_bytes),
    TEST (test_a_position_is_not_lost),
    TEST (test_what_goes_wrong),
    TEST (test_streams),
    TEST (test_streams_of_their_own),
    TEST (test_streams_in_the_wrong_order),
    TEST (test_once_more),
    TEST (test_other_bytes),
    TEST (test_full_that_is_not),
    TEST (test_full_again),
    TEST (test_window_by_hand),
    TEST (test_a_window_that_ends_meanwhile),
    TEST (test_a_window_waits_for_the_source),
    TEST (test_windows),
    TEST (test_windows_without_a_session),
    TEST (test_files),
    TEST (test_a_file_that_is_refused),
    TEST (test_a_file_that_is_closed),
    TEST (test_a_file_that_grows),
    TEST (test_files_afterwards),
    TEST (test_a_file_that_stays),
    TEST (test_files_are_not_masked),
    TEST (test_one_at_a_time),
    TEST (test_stopped),
    TEST (test_with_a_watch),
    TEST (test_database_away),
    TEST (test_leftovers),
    TEST (test_held),
    TEST (test_wrong_use),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

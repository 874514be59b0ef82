/* Jobs: every mistake of a file is told at once, each with its place and, where one is near, the word that was meant. */
#include "src/jobs/job.h"

#include "tests/support/process.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECTIONS                                                                                                                \
  "{\"connections\": {\"app\": {\"type\": \"postgresql\", \"url\": \"${env:APP_URL}\"}, \"dwh\": {\"type\": \"postgresql\"},"      \
  " \"sftp1\": {\"type\": \"sftp\"}, \"crm\": {\"type\": \"singer\"}, \"mail\": {\"type\": \"smtp\"}, \"api\": {\"type\": "        \
  "\"http\"}, \"own\": {\"type\": \"http\", \"program\": \"weir-connect-own\"}}}"

static const char good[] =
    "{\"$schema\": \"x\", \"description\": \"y\", \"from\": {\"connection\": \"app\", \"table\": \"public.orders\"},"
    " \"to_table\": \"orders\", \"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"updated_at\", \"overlap\": \"10 minutes\","
    " \"columns\": {\"note\": {\"drop\": true}, \"email\": {\"mask\": \"hash\"},"
    "               \"amount\": {\"rename\": \"total\", \"type\": \"numeric\", \"default\": 0}},"
    " \"where\": {\"tenant\": 128765, \"state\": [\"paid\", \"sent\"], \"none\": []},"
    " \"batch\": {\"rows\": 100000, \"bytes\": \"64 MB\"}, \"cron\": \"*/10 * * * *\", \"time_zone\": \"Europe/Oslo\","
    " \"cut_off\": \"23:30\", \"deliver\": [{\"to\": \"dwh\", \"mode\": \"upsert\"}], \"verify\": \"count\"}";

static int
folder_setup (void **state)
{
  g_autofree char *path = g_dir_make_tmp ("weir-jobs-XXXXXX", NULL);
  assert_non_null (path);
  *state = realpath (path, NULL);
  g_autofree char *jobs = g_build_filename (*state, "jobs", NULL), *models = g_build_filename (*state, "models", NULL);
  g_autofree char *settings = g_build_filename (*state, "weir.json", NULL);
  assert_true (g_file_set_contents (settings, CONNECTIONS, -1, NULL));
  return g_mkdir_with_parents (jobs, 0700) + g_mkdir_with_parents (models, 0700);
}

static int
folder_teardown (void **state)
{
  remove_tree (*state);
  free (*state);
  return 0;
}

static void
put (const char *home, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (home, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static Settings *
load_settings (const char *home)
{
  g_autoptr (GError) error = NULL;
  Settings *settings = settings_load_home (home, HOME_REQUIRED, &error);
  if (settings == NULL)
    fail_msg ("%s", error->message);
  return settings;
}

static Jobs *
load (const Settings *settings)
{
  g_autoptr (GError) error = NULL;
  Jobs *jobs = jobs_load (settings, &error);
  assert_non_null (jobs);
  return jobs;
}

static void
test_no_folder (void **state)
{
  g_autofree char *folder = g_build_filename (*state, "jobs", NULL);
  assert_int_equal (rmdir (folder), 0);
  g_autoptr (Settings) settings = load_settings (*state);
  g_autoptr (Jobs) jobs = load (settings);
  assert_int_equal (jobs->jobs->len + jobs->broken->len, 0);
}

static void
test_every_member (void **state)
{
  put (*state, "jobs/orders.json", good);
  put (*state, "jobs/.hidden.json", "{");
  put (*state, "jobs/README.md", "{");
  g_autoptr (Settings) settings = load_settings (*state);
  g_autoptr (Jobs) jobs = load (settings);
  for (guint i = 0; i < jobs->broken->len; i++)
    print_error ("%s\n", weir_error_get_detail (((BrokenJob *) jobs->broken->pdata[i])->error));
  assert_int_equal (jobs->broken->len, 0);
  const Job *job = jobs_find (jobs, "orders", NULL);
  assert_non_null (job);
  assert_string_equal (job->path, "jobs/orders.json");
  assert_string_equal (job->connection, "app");
  g_autofree char *from = weir_json_text (job->from);
  assert_string_equal (from, "{\"table\":\"public.orders\"}");
  assert_int_equal (job->streams->len, 1);
  assert_null (((JobStream *) job->streams->pdata[0])->stream);
  assert_string_equal (((JobStream *) job->streams->pdata[0])->table, "orders");
  assert_int_equal (job->mode, MODE_SYNC);
  assert_true (job->has_mode && job->has_overlap && job->verify_count);
  assert_string_equal (job->key[0], "id");
  assert_string_equal (job->bookmark, "updated_at");
  assert_true (job->overlap == 600);
  assert_int_equal (json_object_size (job->columns), 3);
  assert_int_equal (json_object_size (job->where), 3);
  assert_int_equal (job->batch_rows, 100000);
  assert_int_equal (job->batch_bytes, 64 * 1024 * 1024);
  assert_string_equal (job->cron, "*/10 * * * *");
  assert_string_equal (job->time_zone, "Europe/Oslo");
  assert_string_equal (job->cut_off, "23:30");
  const JobDelivery *delivery = job->deliver->pdata[0];
  assert_string_equal (delivery->connection, "dwh");
  g_autofree char *rest = weir_json_text (delivery->rest);
  assert_string_equal (rest, "{\"mode\":\"upsert\"}");
  assert_null (job->steps);
}

#define FROM "\"from\": {\"connection\": \"app\", \"table\": \"t\"}"
#define SYNC FROM ", \"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"u\""
#define TAP "\"from\": {\"connection\": \"crm\", \"stream\": \"t\"}"
#define FILES "\"from\": {\"connection\": \"sftp1\", \"path\": \"out/*.csv\"}"

static const struct
{
  const char *text;
  const char *mistakes; /* the whole detail, or the message where there is none; NULL: none */
} cases[] = {
  /* what it is a job of */
  { "{" SYNC "}", NULL },
  { "{" FILES "}", NULL },
  { "{" FILES ", \"after\": {\"action\": \"move\", \"folder\": \"done\"}}", NULL },
  { "{\"from\": {\"connection\": \"crm\"}, \"streams\": {\"a\": \"a\", \"b\": \"b\"}}", NULL },
  { "{\"table\": \"orders\", \"deliver\": [{\"to\": \"dwh\"}]}", NULL },
  { "{\"steps\": []}", "$.steps: must be an array of objects, at least one" },
  { "[]", "$: must be an object, not an array" },
  { "{}", "$: \"from\" is missing: where rows come from; or \"table\", of a job that only delivers; or \"steps\"" },
  { "{\"from\": \"app\"}", "$.from: must be an object with a \"connection\": the name of a connection of weir.json" },
  { "{\"from\": {\"conection\": \"app\"}, \"mode\": \"dump\"}",
    "$.from: must be an object with a \"connection\": the name of a connection of weir.json" },
  { "{\"from\": {\"connection\": \"ap\"}}", "$.from.connection: unknown connection \"ap\"; did you mean \"app\"?" },
  { "{\"from\": {\"connection\": \"warehouse\"}, \"mode\": \"dump\"}",
    "$.from.connection: unknown connection \"warehouse\"; expected one of: app, dwh, sftp1, crm, mail, api, own" },
  { "{\"form\": {\"connection\": \"app\"}, \"table\": \"t\", \"deliver\": [{\"to\": \"dwh\"}]}",
    "$.form: unknown member \"form\"; did you mean \"from\"?" },
  { "{\"table\": \"t\"}", "$: \"deliver\" is missing: where the table goes" },
  { "{\"table\": \"t\", \"deliver\": [], \"mode\": \"sync\", \"key\": [\"id\"]}",
    "$.deliver: must be an array of objects, each with \"to\"\n"
    "$.mode: is of rows that are pulled: there is no \"from\"\n"
    "$.key: is of rows that are pulled: there is no \"from\"" },
  { "{\"table\": \"t\", \"deliver\": [{\"to\": \"dw\"}, {\"mode\": \"x\"}, {\"to\": 1}]}",
    "$.deliver[1]: must be an object with a \"to\": the name of a connection of weir.json\n"
    "$.deliver[2].to: must be a string, not a number\n"
    "$.deliver[0].to: unknown connection \"dw\"; did you mean \"dwh\"?" },
  { "{\"steps\": {}}", "$.steps: must be an array of objects, at least one" },
  { "{" SYNC ", \"table\": \"t\"}", "$.table: is of a job that only delivers; did you mean \"to_table\"?" },
  { "{" SYNC ", \"to_table\": \"t\", \"streams\": {\"a\": \"a\"}}",
    "$.to_table: is there beside \"streams\", which says the table of each stream" },
  { "{" SYNC ", \"to_table\": \"My Orders\"}", "$.to_table: \"My Orders\" is no table's name; \"my_orders\" would be" },
  { "{" SYNC ", \"streams\": {}}", "$.streams: must be an object: a stream and its table, and so on" },
  { "{" SYNC ", \"streams\": {\"public.a b\": 1}}", "$.streams[\"public.a b\"]: must be a string, not a number" },
  { "{\"from\": {\"connection\": \"app\", \"query\": \"x${env:A}\"}, \"mode\": \"dump\"}",
    "$.from.query: \"${...}\" stands for a whole value: put all of the text into the file or the variable" },

  /* modes */
  { "{" FROM "}", "$: \"mode\" is missing; it is one of: dump, log, sync, mirror, full, incremental" },
  { "{" FROM ", \"mode\": \"synk\"}", "$.mode: unknown value \"synk\"; did you mean \"sync\"?" },
  { "{" FROM ", \"mode\": \"syncing\"}", "$.mode: unknown value \"syncing\"; did you mean \"sync\"?" },
  { "{" FROM ", \"mode\": \"Dumping\"}", "$.mode: unknown value \"Dumping\"; did you mean \"dump\"?" },
  { "{" FROM ", \"mode\": \"logging\"}", "$.mode: unknown value \"logging\"; did you mean \"log\"?" },
  { "{" FROM ", \"mode\": \"mirroring\"}", "$.mode: unknown value \"mirroring\"; did you mean \"mirror\"?" },
  { "{" FROM ", \"mode\": 1}", "$.mode: must be a string, not a number" },
  { "{" FROM ", \"mode\": \"dump\"}", NULL },
  { "{" FROM ", \"mode\": \"log\", \"key\": [\"id\"]}", NULL },
  { "{" FROM ", \"mode\": \"log\", \"key\": [\"a\", \"b\"], \"bookmark\": \"a\"}", NULL },
  { "{" FROM ", \"mode\": \"full\", \"key\": [\"id\"]}", NULL },
  { "{" FROM ", \"mode\": \"incremental\", \"bookmark\": \"day\", \"overlap\": 0}", NULL },
  { "{" FROM ", \"mode\": \"log\"}", "$: mode \"log\" needs a \"key\": the columns that tell one row from all others" },
  { "{" FROM ", \"mode\": \"log\", \"key\": [\"a\", \"b\"]}",
    "$: mode \"log\" goes by one column that grows: \"bookmark\" has to say which one of the key it is" },
  { "{" FROM ", \"mode\": \"mirror\"}",
    "$: mode \"mirror\" needs a \"key\": the columns that tell one row from all others\n"
    "$: mode \"mirror\" needs a \"bookmark\": the column that grows with each change of a row" },
  { "{" FROM ", \"mode\": \"full\", \"bookmark\": \"u\", \"overlap\": 1}",
    "$: mode \"full\" needs a \"key\": the columns that tell one row from all others\n"
    "$.bookmark: is of no use to mode \"full\", which takes all rows each time\n"
    "$.overlap: is of no use to mode \"full\", which takes all rows each time" },
  { "{" FROM ", \"mode\": \"incremental\", \"key\": [\"id\"]}",
    "$: mode \"incremental\" needs a \"bookmark\": the column that grows with each change of a row" },
  { "{" FROM ", \"mode\": \"incremental\", \"bookmark\": \"u\", \"overlap\": \"1 day\"}",
    "$.overlap: table \"x\" has no key and keeps every row of every file: what is read again would be there twice. Say "
    "\"overlap\": 0 if rows that are "
    "committed late may be missed, or a \"key\"" },

  /* overlap, batch, where, after, verify */
  { "{" SYNC ", \"overlap\": \"soon\"}",
    "$.overlap: must be a time, as \"10 minutes\", or a number from 0: of seconds, or of what the bookmark counts" },
  { "{" SYNC ", \"overlap\": \"forever\"}",
    "$.overlap: must be a time, as \"10 minutes\", or a number from 0: of seconds, or of what the bookmark counts" },
  { "{" SYNC ", \"overlap\": -1}",
    "$.overlap: must be a time, as \"10 minutes\", or a number from 0: of seconds, or of what the bookmark counts" },
  { "{" SYNC ", \"batch\": {\"row\": 1, \"rows\": 0, \"bytes\": \"much\"}}",
    "$.batch.row: unknown member \"row\"; did you mean \"rows\"?\n"
    "$.batch.rows: must be a number of rows, from 1\n"
    "$.batch.bytes: must be a size, as \"64 MB\"" },
  { "{" SYNC ", \"where\": {\"a\": null, \"b\": [[1]], \"c\": {\"d\": 1}}}",
    "$.where.a: must be a string, a number, true or false, or an array of these\n"
    "$.where.b: must be a string, a number, true or false, or an array of these\n"
    "$.where.c: must be a string, a number, true or false, or an array of these" },
  { "{" SYNC ", \"where\": \"tenant = 1\"}", "$.where: must be an object: a column and a value, or an array of values, and so on" },
  { "{" SYNC ", \"after\": {\"action\": \"delete\"}}",
    "$.after: is of a source of files: a connection of type \"postgresql\" has none" },
  { "{\"from\": {\"connection\": \"own\"}, \"mode\": \"dump\", \"after\": {\"action\": \"delete\"}}", NULL },
  { "{\"from\": {\"connection\": \"mail\"}, \"mode\": \"full\", \"key\": [\"id\"], \"deliver\": [{\"to\": \"api\"}]}",
    "$.from.connection: nothing can be pulled from a connection of type \"smtp\"\n"
    "$.deliver[0].to: nothing can be delivered to a connection of type \"http\"" },
  { "{" FILES ", \"after\": {\"action\": \"mov\"}}", "$.after.action: unknown value \"mov\"; did you mean \"move\"?" },
  { "{" FILES ", \"after\": {\"action\": \"move\"}}", "$.after: needs a \"folder\" to move files to" },
  { "{" FILES ", \"after\": {\"action\": \"delete\", \"folder\": \"x\"}}",
    "$.after: has a \"folder\", which only \"move\" has a use for" },
  { "{" SYNC ", \"verify\": true}", "$.verify: must be a string, not a boolean" },

  /* columns */
  { "{" SYNC ", \"columns\": {\"a\": {\"typ\": \"text\", \"type\": \"txt\", \"mask\": \"hsh\", \"drop\": 1}}}",
    "$.columns.a.typ: unknown member \"typ\"; did you mean \"type\"?\n"
    "$.columns.a.type: unknown value \"txt\"; did you mean \"text\"?\n"
    "$.columns.a.mask: unknown value \"hsh\"; did you mean \"hash\"?\n"
    "$.columns.a.drop: must be true or false, not a number" },
  { "{" SYNC ", \"columns\": {\"a\": {\"drop\": true, \"mask\": \"hash\"}}}",
    "$.columns.a: is dropped: nothing else can be said of it" },
  { "{" SYNC ", \"columns\": {\"a\": {\"mask\": \"null\", \"default\": 1}}}",
    "$.columns.a: has a \"default\" for what \"mask\": \"null\" takes out: leave one of them out" },
  { "{" SYNC ", \"columns\": {\"a\": {\"mask\": \"last4\", \"type\": \"bigint\"}}}",
    "$.columns.a: is text when it is masked by \"last4\", and no \"bigint\": leave one of them out" },
  { "{" SYNC ", \"columns\": {\"a\": {\"mask\": \"last4\", \"type\": \"text\", \"default\": \"none\"}}}", NULL },
  { "{" SYNC ", \"columns\": {\"id\": {\"mask\": \"hash\"}}}",
    "$.columns.id: is part of the key, which cannot be masked: rows would become others" },
  { "{" SYNC ", \"columns\": {\"id\": {\"drop\": true}}}", "$.columns.id: is part of the key, which cannot be dropped" },
  { "{" SYNC
    ", \"columns\": {\"a\": {\"rename\": \"c\"}, \"b\": {\"rename\": \"c\"}, \"d\": {\"drop\": true}, \"e\": {\"rename\": \"d\"}}}",
    "$.columns.b: would be called \"c\", as \"a\" is" },
  { "{" SYNC ", \"columns\": [\"a\"]}",
    "$.columns: must be an object: a column's name at the source and what becomes of it, and so on" },
  { "{" SYNC ", \"columns\": {\"a\": {\"default\": null}}}", "$.columns.a.default: must be a string, a number, true or false" },

  /* when */
  { "{" SYNC ", \"every\": \"1 hour\"}", NULL },
  { "{" SYNC ", \"every\": \"daily 02:15\"}", NULL },
  { "{" SYNC ", \"every\": \"1 hour\", \"cron\": \"0 * * * *\"}",
    "$.cron: is there beside another word for the same: \"cron\" or \"every\", not both" },
  { "{" SYNC ", \"cron\": \"daily 02:15\"}",
    "$.cron: \"daily 02:15\" is no cron expression; did you mean \"every\": \"daily 02:15\"?" },
  { "{" SYNC ", \"cron\": \"1 hour\"}", "$.cron: \"1 hour\" is no cron expression; did you mean \"every\": \"1 hour\"?" },
  { "{" SYNC ", \"every\": \"02:15\"}", "$.every: \"02:15\" is a time of day; did you mean \"daily 02:15\"?" },
  { "{" SYNC ", \"every\": \"0 * * * *\"}", "$.every: \"0 * * * *\" is a cron expression; did you mean \"cron\": \"0 * * * *\"?" },
  { "{" SYNC ", \"every\": \"1 second\"}", "$.every: must be a time from \"10 seconds\" on, as \"1 hour\", or \"daily 02:15\"" },
  { "{" SYNC ", \"every\": \"daily 24:00\"}", "$.every: must be a time from \"10 seconds\" on, as \"1 hour\", or \"daily 02:15\"" },
  { "{" SYNC ", \"timezone\": \"UTC\"}", "$.timezone: unknown member \"timezone\"; did you mean \"time_zone\"?" },
  { "{" SYNC ", \"cut_off\": \"late\"}", "$.cut_off: \"late\" is no time of day, as \"23:30\" is" },

  /* words of older systems */
  { "{" SYNC ", \"batch_rows\": 10000, \"drop\": [\"user_id\"]}",
    "$.batch_rows: unknown member \"batch_rows\"; did you mean \"batch\": {\"rows\": 10000}?\n"
    "$.drop: unknown member \"drop\"; did you mean \"columns\": {\"NAME\": {\"drop\": true}}?" },
};

static void
test_mistakes (void **state)
{
  g_autoptr (Settings) settings = load_settings (*state);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      put (*state, "jobs/x.json", cases[i].text);
      g_autoptr (Jobs) jobs = load (settings);
      g_autoptr (GError) error = NULL;
      const Job *job = jobs_find (jobs, "x", &error);
      print_message ("  %s\n", cases[i].text);
      if (cases[i].mistakes == NULL)
        {
          if (job == NULL)
            print_error ("%s\n", weir_error_get_detail (error));
          assert_non_null (job);
          continue;
        }
      assert_null (job);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      assert_string_equal (weir_error_get_detail (error), cases[i].mistakes);
      assert_true (g_str_has_prefix (error->message, "job \"jobs/x.json\" has "));
    }
}

/* The file itself, and its name. */
static void
test_broken_files (void **state)
{
  static const struct
  {
    const char *name, *text, *says;
  } files[] = {
    { "jobs/a.json", "", "a.json" },
    { "jobs/b.json", "{\"mode\": \"sync\", \"mode\": \"full\"}", "duplicate" },
    { "jobs/my job.json", "{" FROM ", \"mode\": \"dump\", \"to_table\": \"t\"}",
      "$: the file must be called by at most 63 letters, digits, - and _, and .json" },
    { "jobs/my-job.json", "{" FROM ", \"mode\": \"dump\"}",
      "$: \"my-job\" is no table's name: \"to_table\" has to say which one it is" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    put (*state, files[i].name, files[i].text);
  put (*state, "jobs/orders.json", good);
  g_autoptr (Settings) settings = load_settings (*state);
  g_autoptr (Jobs) jobs = load (settings);
  assert_int_equal (jobs->jobs->len, 1);
  assert_int_equal (jobs->broken->len, G_N_ELEMENTS (files));
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      const BrokenJob *broken = jobs->broken->pdata[i];
      g_autofree char *text = weir_error_format (broken->error);
      print_message ("  %s: %s\n", broken->path, text);
      assert_string_equal (broken->path, files[i].name);
      assert_non_null (strstr (text, files[i].says));
    }
}

static void
test_times (void **state)
{
  static const struct
  {
    const char *every, *cron;
    int64_t seconds;
  } times[] = {
    { "1 hour", NULL, 3600 },
    { "90 seconds", NULL, 90 },
    { "daily 02:15", "15 2 * * *", 0 },
    { "daily 23:05:07", "7 5 23 * * *", 0 },
  };
  g_autoptr (Settings) settings = load_settings (*state);
  for (size_t i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = g_strdup_printf ("{" SYNC ", \"every\": \"%s\"}", times[i].every);
      put (*state, "jobs/x.json", text);
      g_autoptr (Jobs) jobs = load (settings);
      const Job *job = jobs_find (jobs, "x", NULL);
      assert_non_null (job);
      assert_int_equal (job->every, times[i].seconds);
      assert_true (g_strcmp0 (job->cron, times[i].cron) == 0);
    }
}

/* ---- jobs beside each other, and beside models ---- */

static void
test_together (void **state)
{
#define ONE(rest) "{" FROM ", \"to_table\": \"orders\", " rest "}"
#define OTHER(rest) "{\"from\": {\"connection\": \"dwh\", \"table\": \"t\"}, \"to_table\": \"orders\", " rest "}"
#define SYNC_MODE "\"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"u\""
#define FULL_MODE "\"mode\": \"full\", \"key\": [\"id\"]"
  static const struct
  {
    const char *one, *other;
    const char *says; /* of the first one; NULL: both may be there */
  } pairs[] = {
    { ONE (SYNC_MODE), OTHER (SYNC_MODE), NULL },
    { ONE (SYNC_MODE ", \"where\": {\"tenant\": 1}"), ONE (SYNC_MODE ", \"where\": {\"tenant\": 2}"), NULL },
    { ONE (SYNC_MODE), ONE (SYNC_MODE), "$: job \"b\" pulls the same rows into table \"orders\"" },
    { ONE (SYNC_MODE), OTHER (FULL_MODE),
      "$: job \"b\" feeds table \"orders\", too: mode \"full\" would close the rows of the other" },
    { ONE (SYNC_MODE), OTHER ("\"mode\": \"mirror\", \"key\": [\"id\"], \"bookmark\": \"u\""),
      "$: job \"b\" feeds table \"orders\", too: mode \"mirror\" would close the rows of the other" },
    { ONE (FULL_MODE), OTHER (SYNC_MODE),
      "$: job \"b\" feeds table \"orders\", too: mode \"full\" would close the rows of the other" },
    { "{\"from\": {\"connection\": \"crm\"}, \"streams\": {\"a\": \"orders\", \"c\": \"d\"}}", ONE (FULL_MODE),
      "$: job \"b\" feeds table \"orders\", too: mode \"full\" would close the rows of the other" },
    { "{\"table\": \"orders\", \"deliver\": [{\"to\": \"dwh\"}]}", ONE (FULL_MODE), NULL },
  };
  g_autoptr (Settings) settings = load_settings (*state);
  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      put (*state, "jobs/a.json", pairs[i].one);
      put (*state, "jobs/b.json", pairs[i].other);
      put (*state, "jobs/good.json", "{" FROM ", \"mode\": \"dump\"}");
      g_autoptr (Jobs) jobs = load (settings);
      g_autoptr (GError) error = NULL;
      assert_non_null (jobs_find (jobs, "good", NULL));
      bool is_there = jobs_find (jobs, "a", &error) != NULL;
      assert_int_equal (is_there, pairs[i].says == NULL);
      assert_int_equal (jobs_find (jobs, "b", NULL) != NULL, pairs[i].says == NULL);
      if (!is_there)
        assert_string_equal (weir_error_get_detail (error), pairs[i].says);
    }
}

static void
test_two_streams_of_one_table (void **state)
{
  put (*state, "jobs/x.json", "{" FROM ", \"streams\": {\"a\": \"t\", \"b\": \"t\"}, " FULL_MODE "}");
  g_autoptr (Settings) settings = load_settings (*state);
  g_autoptr (Jobs) jobs = load (settings);
  g_autoptr (GError) error = NULL;
  assert_null (jobs_find (jobs, "x", &error));
  assert_string_equal (weir_error_get_detail (error),
                       "$.streams: \"a\" and \"b\" feed table \"t\": mode \"full\" would close the rows of the other");
}

/* A fact that keeps every row of every file would have a row twice that is read again. */
static void
test_facts_without_a_key (void **state)
{
  static const struct
  {
    const char *model, *job;
    bool is_good;
  } pairs[] = {
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" SYNC "}", false },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" SYNC ", \"overlap\": 5}", false },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" SYNC ", \"overlap\": 0}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" FROM ", \"mode\": \"dump\"}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" FILES "}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" TAP "}", false },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" TAP ", \"mode\": \"sync\"}", false },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" TAP ", \"overlap\": 0}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"all\"}", "{" TAP ", \"mode\": \"dump\"}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"distinct\"}", "{" TAP "}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"append\": \"distinct\"}", "{" SYNC "}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\", \"business_key\": [\"id\"]}", "{" SYNC "}", true },
    { "{\"table\": \"x\", \"kind\": \"dimension\", \"business_key\": [\"id\"]}", "{" FROM ", \"mode\": \"full\"}", true },
    { "{\"table\": \"x\", \"kind\": \"fact\"}", "{" FROM ", \"mode\": \"full\"}", false },
  };
  g_autoptr (Settings) settings = load_settings (*state);
  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      put (*state, "models/x.json", pairs[i].model);
      put (*state, "jobs/x.json", pairs[i].job);
      g_autoptr (Jobs) jobs = load (settings);
      print_message ("  %s %s\n", pairs[i].model, pairs[i].job);
      assert_int_equal (jobs_find (jobs, "x", NULL) != NULL, pairs[i].is_good);
    }
}

/* ---- names ---- */

static void
test_near_names (void **state)
{
  put (*state, "jobs/orders.json", good);
  g_autoptr (Settings) settings = load_settings (*state);
  g_autoptr (Jobs) jobs = load (settings);
  g_autoptr (GError) near = NULL, far = NULL, connection = NULL, unknown = NULL;
  assert_null (jobs_find (jobs, "order", &near));
  assert_string_equal (near->message, "there is no job \"order\", did you mean \"orders\"?");
  assert_null (jobs_find (jobs, "users", &far));
  assert_string_equal (far->message, "there is no job \"users\"");
  assert_non_null (connection_find (settings, "app", NULL));
  assert_null (connection_find (settings, "ap", &connection));
  assert_string_equal (connection->message, "there is no connection \"ap\", did you mean \"app\"?");
  assert_null (connection_find (settings, "x", &unknown));
  assert_string_equal (unknown->message, "there is no connection \"x\"");
}

static void
test_references (void **state)
{
  g_autoptr (Settings) settings = load_settings (*state);
  g_autofree char *path = g_build_filename (*state, "secret", NULL);
  put (*state, "secret", "s3cret\n");
  assert_int_equal (chmod (path, 0600), 0);
  g_setenv ("WEIR_TEST_JOB", "from-outside", TRUE);
  g_unsetenv ("WEIR_TEST_NOT_THERE");
  g_autoptr (Json) part = json_pack ("{s:s, s:[s, i], s:{s:s}, s:n}", "password", "${file:secret}", "list", "${env:WEIR_TEST_JOB}",
                                     1, "inner", "a", "plain ${x}", "none");
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) resolved = job_resolve (settings, part, "$.connections.app", &error);
  assert_non_null (resolved);
  g_autofree char *text = weir_json_text (resolved);
  assert_string_equal (text,
                       "{\"password\":\"s3cret\",\"list\":[\"from-outside\",1],\"inner\":{\"a\":\"plain ${x}\"},\"none\":null}");
  g_autofree char *before = weir_json_text (part);
  assert_non_null (strstr (before, "${file:secret}"));
  assert_true (g_hash_table_contains (settings->resolved, "s3cret"));
  assert_true (g_hash_table_contains (settings->resolved, "from-outside"));
  assert_int_equal (g_hash_table_size (settings->resolved), 2);

  g_autoptr (Json) bad = json_pack ("{s:s, s:[s], s:s}", "a", "${env:WEIR_TEST_NOT_THERE}", "b", "${file:nowhere}", "c",
                                    "postgresql://u:${env:WEIR_TEST_JOB}@h/");
  assert_null (job_resolve (settings, bad, "$.connections.app", &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
  const char *detail = weir_error_get_detail (error);
  assert_non_null (strstr (detail, "$.connections.app.a: the environment has no WEIR_TEST_NOT_THERE"));
  assert_non_null (strstr (detail, "$.connections.app.b[0]: could not open secret"));
  assert_non_null (strstr (detail, "$.connections.app.c: \"${...}\" stands for a whole value"));
  assert_null (strstr (detail, "from-outside"));
  g_clear_error (&error);

  g_autoptr (Json) away = json_pack ("{s:s}", "b", "${file:nowhere}");
  assert_null (job_resolve (settings, away, "$", &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
  assert_non_null (strstr (error->message, "$.b: could not open secret")); /* lists show nothing but the message */
  g_clear_error (&error);

  g_autoptr (Json) unset = json_pack ("{s:s}", "b", "${env:WEIR_TEST_NOT_THERE}");
  assert_null (job_resolve (settings, unset, "$", &error));
  assert_string_equal (error->message, "$.b: the environment has no WEIR_TEST_NOT_THERE");
  assert_non_null (strstr (weir_error_get_hint (error), "Set it"));
}

/* Editors are given what the reader knows: a job with every member has no other. */
static void
test_schema (void **state)
{
  (void) state;
  g_autoptr (Json) schema = job_schema (), job = json_loads (good, 0, NULL);
  const Json *properties = json_object_get (schema, "properties");
  const char *name;
  Json *member;
  json_object_foreach (job, name, member)
    assert_non_null (json_object_get (properties, name));
  assert_non_null (json_object_get (properties, "steps"));
  assert_true (json_is_false (json_object_get (schema, "additionalProperties")));
  const Json *modes = json_object_get (json_object_get (properties, "mode"), "enum");
  assert_int_equal (json_array_size (modes), MODE_INCREMENTAL + 1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_no_folder, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_every_member, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_mistakes, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_broken_files, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_times, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_together, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_two_streams_of_one_table, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_facts_without_a_key, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_near_names, folder_setup, folder_teardown),
    cmocka_unit_test_setup_teardown (test_references, folder_setup, folder_teardown),
    cmocka_unit_test (test_schema),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

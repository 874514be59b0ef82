/* weir-connect-pg where transactions commit late: nothing is missed, whenever they began and whatever they had done by then. */
#include "tests/support/pg_source.h"
#include "tests/support/process.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

static void run_on (Db *db, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
run_on (Db *db, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  g_autofree char *sql = g_strdup_vprintf (format, list);
  va_end (list);
  g_autoptr (GError) error = NULL;
  if (!db_exec (db, sql, &error))
    fail_msg ("%s: %s", sql, error->message);
}

/* ---- late commits ---- */

/* What may be open when others are read: who wrote, who has a time or a number only, and who will be prepared. */
static const char *const firsts[] = { "insert into t (v) values ('late')", "select now()",
                                      "select nextval(pg_get_serial_sequence('t', 'id'))",
                                      "select nextval(pg_get_serial_sequence('t', 'id'))" };
#define LATE G_N_ELEMENTS (firsts)

/* Whoever commits late shows rows below those that were read. url: who that is. */
static void
late_commit (const PgSource *source, const char *url, const char *more)
{
  g_autoptr (PgPull) pull = pg_pull_new (source, more);
  Db *late[LATE];
  pg_sql (source,
          "create table t (id bigint generated always as identity primary key, at timestamptz not null default now(), v text)");
  for (size_t i = 0; i < LATE; i++)
    {
      late[i] = db_connect (url, "test", -1, NULL);
      run_on (late[i], "begin; %s", firsts[i]);
    }
  pg_sql (source, "insert into t (v) values ('early')");
  if (strstr (more, "'at'") != NULL)
    g_usleep (1300000); /* beyond the margin of a second */
  pg_sql (source, "insert into t (v) values ('early, too')");
  pg_pull (pull);
  pg_pull (pull);
  run_on (late[LATE - 1], "insert into t (v) values ('late, prepared'); prepare transaction '%s'", source->database);
  for (size_t i = 0; i < LATE - 1; i++)
    {
      pg_pull (pull);
      run_on (late[i], "insert into t (v) values ('late, later'); commit");
    }
  pg_pull (pull);
  bool waits = json_object_get (pull->position, "$earlier") != NULL;
  run_on (late[LATE - 1], "commit prepared '%s'", source->database);
  assert_true (waits);
  pg_pull (pull);
  pg_pull_quiet (pull);
  pg_pull_assert (pull, more);
  assert_null (json_object_get (pull->position, "$earlier"));
  pg_sql (source, "drop table t");
  for (size_t i = 0; i < LATE; i++)
    db_free (late[i]);
}

#define BY_TIME "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at'}"
#define BY_TIME_IN_BATCHES "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'limits': {'rows': 4}}"
#define BY_KEY "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id'], 'limits': {'rows': 4}}"

static void
test_late_commit (void **state)
{
  PgSource *source = *state;
  late_commit (source, source->url, BY_TIME);
  late_commit (source, source->url, BY_KEY);
}

/* The same of a role whose transactions ours may not see. */
static void
test_late_commit_hidden (void **state)
{
  PgSource *source = *state;
  g_autofree char *superuser = cluster_url (source->cluster, source->database, "postgres", CLUSTER_PASSWORD);
  late_commit (source, superuser, BY_TIME);
  late_commit (source, superuser, BY_TIME_IN_BATCHES);
  late_commit (source, superuser, BY_KEY);
}

/* A number that was set aside in a transaction, which has no id by then, and used when others had passed it. */
static void
test_number_set_aside (void **state)
{
  PgSource *source = *state;
  pg_sql (source,
          "create table t (id bigint primary key, at timestamptz default now(), v text); create sequence s; select nextval('s')");
  g_autoptr (Db) late = pg_session (source);
  g_autoptr (PgPull) pull = pg_pull_new (source, "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id']}");
  run_on (late, "begin; select nextval('s')"); /* 2: the first was logged for it, too */
  pg_sql (source, "insert into t select nextval('s'), now(), 'x' from generate_series(1, 5)");
  for (int i = 0; i < 3; i++)
    pg_pull (pull);
  run_on (late, "insert into t values (2, now(), 'late'); commit");
  pg_pull (pull);
  pg_pull_assert (pull, "a number set aside");
  pg_pull (pull);
  /* Once all is over nothing is read again. */
  pg_pull_quiet (pull);
  assert_json (pull->position, "id", "7");
}

/* ---- streams ---- */

#define WRITERS 4

typedef struct
{
  const PgSource *source;
  GRand *random;
  Db *writers[WRITERS];
  bool open[WRITERS];
  bool is_log;
} Stream;

/* Each writer has its own rows, so that none waits for another. */
static void
write_once (Stream *stream, int w)
{
  Db *db = stream->writers[w];
  int what = g_rand_int_range (stream->random, 0, stream->is_log ? 5 : 8);
  if (!stream->open[w])
    {
      run_on (db, what % 2 == 0 ? "begin; select now()" : "begin");
      stream->open[w] = true;
      return;
    }
  if (what <= 1)
    {
      run_on (db, g_rand_int_range (stream->random, 0, 5) > 0 ? "commit" : "rollback");
      stream->open[w] = false;
    }
  else if (what <= 4)
    run_on (db, "insert into t (at, n, v) select now(), nextval('versions'), 'w%d' from generate_series(1, %d)", w,
            g_rand_int_range (stream->random, 1, 4));
  else
    run_on (db,
            "update t set at = now(), n = nextval('versions'), v = v || '.' where id in (select id from t where id %% %d = %d "
            "order by hashint8(id + %d) limit 2)",
            WRITERS, w, g_rand_int_range (stream->random, 0, 1000));
}

static void
end_all (Stream *stream)
{
  for (int w = 0; w < WRITERS; w++)
    {
      if (stream->open[w])
        run_on (stream->writers[w], "commit");
      db_free (stream->writers[w]);
    }
}

/* Random writers, one pull after the other in between; in the end the destination has what the source has. */
static void
run_stream (const PgSource *source, unsigned seed, const char *more, bool is_log)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (PgPull) pull = pg_pull_new (source, more);
  Stream stream = { .source = source, .random = random, .is_log = is_log };
  pg_sql (
      source,
      "create sequence versions; create table t (id bigint generated always as identity primary key, at timestamptz not null, n "
      "bigint not null, v text);"
      " create index on t (at, id); insert into t (at, n, v) select now(), nextval('versions'), 'old' from generate_series(1, 9)");
  for (int w = 0; w < WRITERS; w++)
    stream.writers[w] = pg_session (source);
  for (int i = 0; i < 9; i++)
    {
      for (int n = g_rand_int_range (random, 3, 12); n > 0; n--)
        write_once (&stream, g_rand_int_range (random, 0, WRITERS));
      g_usleep (150000);
      pg_pull_batch (pull);
    }
  end_all (&stream);
  pg_pull (pull);
  pg_pull (pull);
  g_autofree char *wanted = pg_value (source, "select string_agg(format('%%s|%%s|%%s|%%s', id, at, n, v), E'\\n' order by "
                                              "format('%%s|%%s|%%s|%%s', id, at, n, v) collate \"C\") from t");
  g_autofree char *found = pg_pull_text (pull);
  if (strcmp (wanted, found) != 0)
    fail_msg ("seed %u, %s: the source has\n%s\nand the destination\n%s", seed, more, wanted, found);
  pg_sql (source, "drop table t; drop sequence versions");
}

/* WEIR_STREAMS=100 WEIR_STREAM=7: a hundred seeds, from 7 on. */
static void
run_streams (const PgSource *source, const char *more, bool is_log)
{
  unsigned first = g_getenv ("WEIR_STREAM") != NULL ? (unsigned) atoi (g_getenv ("WEIR_STREAM")) : 1;
  unsigned n = g_getenv ("WEIR_STREAMS") != NULL ? (unsigned) atoi (g_getenv ("WEIR_STREAMS")) : 1;
  for (unsigned seed = first; seed < first + n; seed++)
    run_stream (source, seed, more, is_log);
}

static void
test_stream_sync (void **state)
{
  run_streams (*state, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at'}", false);
}

static void
test_stream_sync_batches (void **state)
{
  run_streams (*state, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'at', 'limits': {'rows': 6}}", false);
}

static void
test_stream_log (void **state)
{
  run_streams (*state, "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id']}", true);
}

static void
test_stream_log_batches (void **state)
{
  run_streams (*state, "{'from': {'table': 't'}, 'mode': 'log', 'key': ['id'], 'limits': {'rows': 4}}", true);
}

static void
test_stream_versions (void **state)
{
  run_streams (*state, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'n'}", false);
}

static void
test_stream_versions_batches (void **state)
{
  run_streams (*state, "{'from': {'table': 't'}, 'mode': 'sync', 'key': ['id'], 'bookmark': 'n', 'limits': {'bytes': 200}}", false);
}

static void
test_stream_query (void **state)
{
  run_streams (*state, "{'from': {'query': 'select * from t'}, 'mode': 'incremental', 'bookmark': 'at', 'limits': {'rows': 7}}",
               false);
}

/* Rows that nobody knows again come once each: what may still get more is left for the next time. */
static void
come_once (const PgSource *source, const char *more)
{
  g_autoptr (Db) late = pg_session (source);
  g_autoptr (PgPull) pull = pg_pull_new (source, more);
  pg_sql (source,
          "create table t (v text, n bigint generated always as identity, at timestamp default (now() at time zone 'UTC'))");
  pg_sql (source, "insert into t (v, at) values ('old', '2026-01-01')");
  if (strstr (more, "'at'") != NULL)
    pg_sql (source, "insert into t (v, at) values ('none', null)");
  run_on (late, "begin; insert into t (v) values ('late')");
  for (int i = 0; i < 4; i++)
    {
      pg_sql (source, "insert into t (v) values ('a%d'), ('b%d'), ('c%d')", i, i, i);
      pg_pull (pull);
      if (i == 1)
        run_on (late, "insert into t (v) values ('later'); commit");
    }
  int64_t rows = pg_number (source, "select count(*) from t");
  int64_t deadline = deadline_new ();
  while (g_hash_table_size (pull->rows) < rows && deadline_sleep (deadline))
    pg_pull (pull);
  pg_pull (pull);
  assert_int_equal (g_hash_table_size (pull->rows), rows);
  assert_int_equal (pull->read, rows);
  pg_sql (source, "drop table t");
}

static void
test_come_once (void **state)
{
  come_once (*state, "{'from': {'table': 't', 'time_zone': 'UTC'}, 'mode': 'incremental', 'bookmark': 'at', 'overlap': 0}");
  come_once (
      *state,
      "{'from': {'table': 't', 'time_zone': 'UTC'}, 'mode': 'incremental', 'bookmark': 'at', 'overlap': 0, 'limits': {'rows': 1}}");
  come_once (*state, "{'from': {'table': 't'}, 'mode': 'incremental', 'bookmark': 'n', 'overlap': 0}");
  come_once (*state, "{'from': {'table': 't'}, 'mode': 'incremental', 'bookmark': 'n', 'overlap': 0, 'limits': {'rows': 2}}");
}

/* A role that may not see when others began says so where that costs something: not as long as nobody is there, or idle. */
static void
test_hidden_horizon (void **state)
{
  PgSource *source = *state;
  pg_sql (source, "create table t (id int primary key, at timestamptz not null); insert into t values (1, now() - interval '1 "
                  "hour'), (2, now() - interval '1 minute')");
  g_autofree char *superuser = cluster_url (source->cluster, source->database, "postgres", CLUSTER_PASSWORD);
  g_autoptr (Db) other = db_connect (superuser, "test", -1, NULL);
  for (int i = 0; i < 3; i++)
    {
      /* With track_activities off nobody sees it, whoever asks. */
      run_on (other, i == 2 ? "set track_activities = off; begin" : i == 1 ? "begin" : "select 1");
      g_autoptr (ConnectorRun) run = pg_expect (source, "read", BY_TIME);
      g_autofree char *text = connector_text (run);
      assert_true ((strstr (text, "pg_read_all_stats") != NULL) == (i > 0));
      const Json *earlier = json_object_get (json_object_get (connector_done (run), "position"), "$earlier");
      assert_int_equal (json_array_size (json_object_get (earlier, "$open")), i > 0);
      run_on (other, i == 0 ? "select 1" : "rollback");
    }
}

/* A client between Describe and Execute: its session is idle to the server, and its transaction has begun. */
static void
test_described (void **state)
{
  PgSource *source = *state;
  pg_sql (source,
          "create table t (id bigint generated always as identity primary key, at timestamptz not null default now(), v text)");
  g_autoptr (PgPull) pull = pg_pull_new (source, BY_TIME);
  PGconn *client = PQconnectdb (source->url);
  PQclear (PQprepare (client, "late", "insert into t (v) values ('late')", 0, NULL));
  assert_true (PQenterPipelineMode (client) && PQsendDescribePrepared (client, "late") && PQsendFlushRequest (client)
               && PQflush (client) == 0);
  wait_until (
      pg_number (
          source,
          "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle' and xact_start is not null")
      == 1);
  pg_sql (source, "insert into t (v) values ('soon')");
  pg_pull (pull);
  assert_true (PQsendQueryPrepared (client, "late", 0, NULL, NULL, NULL, 0) && PQpipelineSync (client));
  wait_until (pg_number (source, "select count(*) from t") == 2);
  PQfinish (client);
  pg_pull (pull);
  pg_pull_assert (pull, "a client that is slow");
}

int
main (void)
{
#define CASE(test) cmocka_unit_test_setup_teardown (test, pg_source_setup, pg_source_teardown)
  const struct CMUnitTest tests[] = {
    CASE (test_late_commit),        CASE (test_late_commit_hidden),  CASE (test_number_set_aside),
    CASE (test_stream_sync),        CASE (test_stream_sync_batches), CASE (test_stream_log),
    CASE (test_stream_log_batches), CASE (test_stream_versions),     CASE (test_stream_versions_batches),
    CASE (test_stream_query),       CASE (test_come_once),           CASE (test_hidden_horizon),
    CASE (test_described),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

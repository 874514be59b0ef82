/* What the supervisor says of its workers' answers, and what it does with the files. */
#include "src/watch/supervisor_state.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *log_path;
  Supervisor supervisor;
  Job *job; /* the file that the answers are about */
} Fixture;

static int
set_up (void **state)
{
  Fixture *fixture = g_new0 (Fixture, 1);
  fixture->folder = g_dir_make_tmp ("weir-replies-XXXXXX", NULL);
  fixture->log_path = g_build_filename (fixture->folder, "weir.log", NULL);
  /* One that is stopping takes answers, but hands nothing out: it needs neither crew nor folder. */
  fixture->supervisor =
      (Supervisor) { .log = log_open (&(LogOptions) { .path = fixture->log_path, .level = LEVEL_INFO }), .stopping = true };
  fixture->supervisor.holds = holds_new ();
  fixture->supervisor.troubles = troubles_new ();
  fixture->supervisor.jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  fixture->supervisor.ended = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  fixture->job = job_new ("sales.csv", "sales.csv", "sales");
  fixture->job->inode = 1;
  *state = fixture;
  return 0;
}

static int
tear_down (void **state)
{
  Fixture *fixture = *state;
  log_free (fixture->supervisor.log);
  holds_free (fixture->supervisor.holds);
  troubles_free (fixture->supervisor.troubles);
  g_ptr_array_unref (fixture->supervisor.jobs);
  g_ptr_array_unref (fixture->supervisor.ended);
  for (OutageKind kind = 0; kind < OUTAGE_KINDS; kind++)
    g_free (fixture->supervisor.outages[kind].reason);
  job_free (fixture->job);
  remove_tree (fixture->folder);
  g_free (fixture->log_path);
  g_free (fixture->folder);
  g_free (fixture);
  return 0;
}

static void
take (Fixture *fixture, const char *answer)
{
  g_autoptr (Json) reply = weir_json_parse (answer, strlen (answer), "answer", NULL);
  assert_non_null (reply);
  supervisor_take_reply (fixture->job, reply, &fixture->supervisor);
}

static int
times_said (const Fixture *fixture, const char *text)
{
  g_autofree char *log = NULL;
  int times = 0;
  assert_true (g_file_get_contents (fixture->log_path, &log, NULL, NULL));
  for (const char *at = log; (at = strstr (at, text)); at++)
    times++;
  return times;
}

static HoldCause
cause_of (const Fixture *fixture)
{
  int64_t until;
  return holds_find (fixture->supervisor.holds, fixture->job, g_get_monotonic_time (), &until);
}

static void
every_answer_has_its_words_and_its_hold (void **state)
{
  static const struct
  {
    const char *answer;
    HoldCause cause;
    const char *said; /* NULL: nothing */
  } cases[] = {
    { "{\"outcome\": \"waits\", \"waits_for\": \"users\"}", HOLD_WAITS,
      "INFO    -        sales.csv: waits for users, which was never loaded\n" },
    { "{\"outcome\": \"busy\"}", HOLD_BUSY, NULL },
    { "{\"outcome\": \"gone\"}", HOLD_GONE, NULL },
    { "{\"outcome\": \"model\", \"error\": {\"message\": \"no good\"}}", HOLD_MODEL,
      "ERROR   -        sales.csv: left where it is: no good\n" },
    { "{\"outcome\": \"local\", \"error\": {\"message\": \"full\"}}", HOLD_LOCAL,
      "ERROR   -        sales.csv: left where it is: full\n" },
    { "{\"outcome\": \"stop\", \"error\": {\"message\": \"stopped\"}}", HOLD_NONE, NULL },
    { "{\"outcome\": \"new word\"}", HOLD_LOCAL,
      "ERROR   -        sales.csv: the worker answered \"new word\", which is not understood\n" },
    { "{\"outcome\": \"ready\"}", HOLD_LOCAL,
      "ERROR   -        sales.csv: the worker answered \"ready\", which is not understood\n" },
    { "{\"outcome\": \"retry\", \"scope\": \"database\", \"error\": {\"message\": \"gone\"}}", HOLD_NONE,
      "ERROR   -        the database is away; files stay where they are, and are tried again: gone\n" },
    { "{\"outcome\": \"retry\", \"scope\": \"table\", \"error\": {\"message\": \"a lock\"}}", HOLD_RETRY,
      "WARNING -        sales.csv: is tried again: a lock\n" },
    { "{\"outcome\": \"retry\", \"scope\": \"file\", \"error\": {\"message\": \"it grows\"}}", HOLD_RETRY,
      "WARNING -        sales.csv: is tried again: it grows\n" },
    { "{\"outcome\": \"local\", \"scope\": \"machine\", \"error\": {\"message\": \"full\"}}", HOLD_NONE,
      "ERROR   -        this machine is in trouble; files stay where they are, and are tried again: full\n" },
    { "{\"outcome\": \"done\", \"status\": \"applied\", \"file\": \"sales.csv\", \"table\": \"sales\"}", HOLD_NONE,
      "INFO    -        sales.csv: applied to sales\n" },
    { "{\"outcome\": \"done\", \"status\": \"applied\", \"file\": \"sales.csv\", \"table\": \"sales\", \"run\": \"12345678-9\", "
      "\"rows\": {\"read\": 2, \"rejected\": 1}}",
      HOLD_NONE, "WARNING 12345678 sales.csv: applied to sales: 2 rows read, 1 rejected\n" },
    { "{\"outcome\": \"done\", \"status\": \"held\", \"file\": \"sales.csv\", \"table\": \"sales\"}", HOLD_NONE,
      "WARNING -        sales.csv: held\n" },
    { "{\"outcome\": \"done\", \"status\": \"failed\", \"file\": \"sales.csv\", \"error\": {\"code\": \"input\", \"message\": "
      "\"bad\"}}",
      HOLD_NONE, "ERROR   -        sales.csv: refused  bad\n" },
    { "{\"outcome\": \"done\", \"status\": \"failed\", \"file\": \"sales.csv\", \"error\": {\"code\": \"stop\", \"message\": "
      "\"s\"}}",
      HOLD_NONE, "INFO    -        sales.csv: stopped; nothing was changed\n" },
    { "{\"outcome\": \"local\", \"scope\": \"file\", \"run\": \"12345678-9\", \"error\": {\"message\": \"full\"}}", HOLD_NONE,
      "ERROR   12345678 sales.csv: left where it is: full\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture *fixture = NULL;
      set_up ((void **) &fixture);
      take (fixture, cases[i].answer);
      if (cause_of (fixture) != cases[i].cause)
        fail_msg ("%s: held by cause %d", cases[i].answer, (int) cause_of (fixture));
      if (times_said (fixture, cases[i].said ? cases[i].said : "\n") != (cases[i].said ? 1 : 0))
        fail_msg ("%s: said otherwise", cases[i].answer);
      tear_down ((void **) &fixture);
    }
  (void) state;
}

/* It is asked for again and again, and waits for the same thing: said once. For another: said anew. */
static void
why_a_file_waits_is_said_once (void **state)
{
  Fixture *fixture = *state;
  for (int i = 0; i < 3; i++)
    take (fixture, "{\"outcome\": \"waits\", \"waits_for\": \"users\"}");
  assert_int_equal (times_said (fixture, "sales.csv: waits for users, which was never loaded"), 1);
  take (fixture, "{\"outcome\": \"waits\", \"waits_for\": \"shops\"}");
  assert_int_equal (times_said (fixture, "sales.csv: waits for shops, which was never loaded"), 1);
}

static void
a_waiting_file_goes_on_when_its_dimension_was_applied (void **state)
{
  Fixture *fixture = *state;
  take (fixture, "{\"outcome\": \"waits\", \"waits_for\": \"users\"}");
  Job *fact = fixture->job;
  fixture->job = job_new ("users.csv", "users.csv", "users");
  take (fixture, "{\"outcome\": \"done\", \"status\": \"duplicate\", \"file\": \"users.csv\", \"table\": \"users\"}");
  g_autoptr (Job) dimension = g_steal_pointer (&fixture->job);
  fixture->job = fact;
  assert_int_equal (cause_of (fixture), HOLD_WAITS);
  fixture->job = dimension;
  take (fixture, "{\"outcome\": \"done\", \"status\": \"applied\", \"file\": \"users.csv\", \"table\": \"users\"}");
  fixture->job = fact;
  assert_int_equal (cause_of (fixture), HOLD_NONE);
}

/* A claim that a listing shows and no worker finds, a file that was taken away: neither stays. */
static void
what_has_left_is_forgotten (void **state)
{
  static const char *const answers[] = { "{\"outcome\": \"gone\"}", "{\"outcome\": \"done\", \"status\": \"staged\"}" };
  Fixture *fixture = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_ptr_array_add (fixture->supervisor.jobs, job_copy (fixture->job));
      g_ptr_array_add (fixture->supervisor.jobs, job_new ("other.csv", "other.csv", "other"));
      take (fixture, answers[i]);
      assert_int_equal (fixture->supervisor.jobs->len, 1);
      g_ptr_array_set_size (fixture->supervisor.jobs, 0);
    }
}

#define AWAY "{\"outcome\": \"retry\", \"scope\": \"database\", \"error\": {\"message\": \"away\"}}"
#define FULL "{\"outcome\": \"local\", \"scope\": \"machine\", \"error\": {\"message\": \"full\"}}"
#define LOCKED "{\"outcome\": \"retry\", \"scope\": \"table\", \"error\": {\"message\": \"locked\"}}"
#define BUSY "{\"outcome\": \"busy\"}"
#define GONE "{\"outcome\": \"gone\"}"
#define DONE "{\"outcome\": \"done\", \"status\": \"staged\", \"file\": \"sales.csv\", \"table\": \"sales\"}"

static void
an_outage_is_said_once_and_ends_with_what_proves_it (void **state)
{
  static const struct
  {
    OutageKind kind;
    const char *begins, *leaves, *ends, *said, *over;
  } cases[] = {
    { OUTAGE_DATABASE, AWAY, GONE, BUSY, "the database is away", "the database is back" },
    { OUTAGE_DATABASE, AWAY, FULL, LOCKED, "the database is away", "the database is back" },
    { OUTAGE_DATABASE, AWAY, AWAY, DONE, "the database is away", "the database is back" },
    { OUTAGE_MACHINE, FULL, BUSY, DONE, "this machine is in trouble", "this machine is well again" },
    { OUTAGE_MACHINE, FULL, AWAY, DONE, "this machine is in trouble", "this machine is well again" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture *fixture = NULL;
      set_up ((void **) &fixture);
      const Backoff *backoff = &fixture->supervisor.outages[cases[i].kind].backoff;
      for (int times = 0; times < 3; times++)
        take (fixture, cases[i].begins);
      take (fixture, cases[i].leaves);
      assert_true (backoff_is_failing (backoff));
      assert_int_equal (times_said (fixture, cases[i].said), 1);
      assert_int_equal (times_said (fixture, cases[i].over), 0);
      take (fixture, cases[i].ends);
      assert_false (backoff_is_failing (backoff));
      assert_int_equal (times_said (fixture, cases[i].over), 1);
      tear_down ((void **) &fixture);
    }
  (void) state;
}

/* A run that was begun leaves its file claimed: that is what is held then, also while it grows. */
static void
what_stays_claimed_is_held_as_a_claim (void **state)
{
  Fixture *fixture = *state;
  g_ptr_array_add (fixture->supervisor.jobs, job_copy (fixture->job));
  take (fixture, "{\"outcome\": \"retry\", \"scope\": \"file\", \"run\": \"r1\", \"error\": {\"message\": \"it grows\"}}");
  assert_int_equal (fixture->supervisor.jobs->len, 0);
  assert_int_equal (cause_of (fixture), HOLD_NONE);
  g_autoptr (Job) dropped = g_steal_pointer (&fixture->job);
  fixture->job = job_new ("r1", "sales.csv", "sales");
  fixture->job->inode = dropped->inode;
  fixture->job->size = 4711;
  assert_int_equal (cause_of (fixture), HOLD_RETRY);
  /* another file of that name is another file */
  fixture->job->inode++;
  assert_int_equal (cause_of (fixture), HOLD_NONE);
}

static void
a_file_that_crashes_its_workers_is_held_in_the_end (void **state)
{
  static const struct
  {
    const char *said;
    HoldCause cause;
  } crashes[] = { { "it is tried once more", HOLD_NONE },
                  { "it is given up", HOLD_NONE },
                  { "it is left where it is until it changes", HOLD_CRASHED } };
  Fixture *fixture = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (crashes); i++)
    {
      supervisor_worker_crashed (&fixture->supervisor, fixture->job, "was killed");
      assert_int_equal (times_said (fixture, crashes[i].said), 1);
      assert_int_equal (cause_of (fixture), crashes[i].cause);
    }
}

/* The board's entry of the only file, once it is shown. A new reference. */
static Json *
show_board (Fixture *fixture)
{
  Supervisor *supervisor = &fixture->supervisor;
  g_ptr_array_add (supervisor->jobs, job_copy (fixture->job));
  supervisor->board = board_new (fixture->folder);
  supervisor->stopping = false;
  supervisor_post (supervisor);
  wait_until (g_main_context_iteration (NULL, FALSE) && supervisor->board_timer == 0);
  g_autoptr (Json) files = board_read (fixture->folder);
  g_clear_pointer (&supervisor->board, board_free);
  assert_int_equal (json_array_size (files), 1);
  return json_incref (json_array_get (files, 0));
}

/* Whose session a file waited for is no news any more when the database is away. */
static void
an_outage_is_nobodys_session (void **state)
{
  static const char busy[] = "{\"outcome\":\"busy\",\"session\":{\"pid\":1}}";
  static const char away[] = "{\"outcome\":\"retry\",\"scope\":\"database\",\"error\":{\"message\":\"nobody answers\"}}";
  static const struct
  {
    bool is_away;
    const char *cause;
  } cases[] = { { false, "busy" }, { true, "database_away" } };
  Fixture *fixture = *state;
  fixture->job->state = JOB_READY;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_ptr_array_set_size (fixture->supervisor.jobs, 0);
      fixture->supervisor.stopping = true;
      take (fixture, busy);
      /* until it is looked at, or over before that */
      holds_set (fixture->supervisor.holds, fixture->job, HOLD_BUSY, cases[i].is_away ? 0 : INT64_MAX, NULL);
      if (cases[i].is_away)
        take (fixture, away);
      g_autoptr (Json) entry = show_board (fixture);
      assert_string_equal (json_string_value (json_object_get (entry, "cause")), cases[i].cause);
      assert_int_equal (json_object_get (entry, "session") != NULL, !cases[i].is_away);
    }
}

static void
keep_message (const Job *job, const Json *error, void *data)
{
  (void) job;
  *(char **) data = g_strdup (json_string_value (json_object_get (error, "message")));
}

/* By the claim that a listing shows. */
static void
what_is_said_of_a_file_in_work_has_its_run (void **state)
{
  static const struct
  {
    const char *name;
    bool is_claim;
    ino_t inode;
    const char *run;
  } cases[] = {
    { "sales.csv", true, 1, "12345678-9" },
    { "sales.csv", true, 2, NULL }, /* another file of that name, in another run */
    { "other.csv", true, 1, NULL },
    { "sales.csv", false, 1, NULL },
  };
  Fixture *fixture = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Job *known = job_new ("12345678-9", cases[i].name, "sales");
      known->is_claim = cases[i].is_claim;
      known->inode = cases[i].inode;
      g_ptr_array_set_size (fixture->supervisor.jobs, 0);
      g_ptr_array_add (fixture->supervisor.jobs, known);
      const LogSubject subject = supervisor_subject (&fixture->supervisor, fixture->job);
      assert_int_equal (g_strcmp0 (subject.run, cases[i].run), 0);
      assert_string_equal (subject.table, "sales");
    }
  fixture->job->is_claim = true;
  assert_string_equal (supervisor_subject (&fixture->supervisor, fixture->job).run, fixture->job->key);
}

/* A file that was claimed meanwhile has another key, and what its worker said of it is told all the same. */
static void
what_is_left_at_the_end_of_once_is_told_as_its_worker_said_it (void **state)
{
  Fixture *fixture = *state;
  Supervisor *supervisor = &fixture->supervisor;
  g_autoptr (GPtrArray) first = g_ptr_array_new ();
  g_ptr_array_add (first, fixture->job);
  supervisor->once = once_new (false);
  once_begin (supervisor->once, first, 1);
  take (fixture,
        "{\"outcome\":\"local\",\"over\":true,\"scope\":\"file\",\"run\":\"r-1\",\"error\":{\"message\":\"the archive is full\"}}");
  g_autoptr (Job) claim = job_new ("r-1", "sales.csv", "sales");
  claim->is_claim = true;
  claim->state = JOB_STUCK;
  g_autoptr (GArray) jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  g_array_append_val (jobs, *claim);
  g_auto (Plan) plan = { .steps = g_array_new (FALSE, FALSE, sizeof (Step)), .waits = g_array_new (FALSE, FALSE, sizeof (Step)) };
  g_autofree char *message = NULL;
  assert_int_equal (once_report (supervisor->once, &(OnceLook) { jobs, &plan, supervisor->holds, 0, 1 }, keep_message, &message),
                    4);
  assert_string_equal (message, "the archive is full");
  once_free (supervisor->once);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_answer_has_its_words_and_its_hold),
    TEST (why_a_file_waits_is_said_once),
    TEST (a_waiting_file_goes_on_when_its_dimension_was_applied),
    TEST (what_has_left_is_forgotten),
    TEST (an_outage_is_said_once_and_ends_with_what_proves_it),
    TEST (what_stays_claimed_is_held_as_a_claim),
    TEST (a_file_that_crashes_its_workers_is_held_in_the_end),
    TEST (what_is_said_of_a_file_in_work_has_its_run),
    cmocka_unit_test_setup_teardown (an_outage_is_nobodys_session, set_up, tear_down),
    cmocka_unit_test_setup_teardown (what_is_left_at_the_end_of_once_is_told_as_its_worker_said_it, set_up, tear_down),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

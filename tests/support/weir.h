/* Running weir in a test home, and asserting what it said and did. */
#ifndef WEIR_TESTS_SUPPORT_WEIR_H
#define WEIR_TESTS_SUPPORT_WEIR_H

#include "home.h"
#include "process.h"

/* What a weir that ended left behind. */
typedef struct
{
  int code;
  char *out;
  char *err;
} Outcome;

void outcome_free (Outcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

/* Runs `weir ARGUMENTS...` in the home's folder to its end. The arguments end with NULL. */
Outcome *run_weir (Home *home, ...) G_GNUC_NULL_TERMINATED;
Outcome *run_weir_argv (Home *home, const char *const *arguments);

/* The same, and the exit code must be this one. */
Outcome *expect_weir (Home *home, int code, ...) G_GNUC_NULL_TERMINATED;

/* The same, where only the exit code matters. */
void assert_weir (Home *home, int code, ...) G_GNUC_NULL_TERMINATED;

/* stdout as JSON: its only value, or the n-th (from 0) of several. */
Json *outcome_json (const Outcome *outcome);
Json *outcome_json_at (const Outcome *outcome, int index);

/* A weir in the background, `weir watch` for instance. It ends with the test. */
typedef struct
{
  Home *home;
  pid_t pid;
  char *output; /* path of its stdout and stderr */
} Background;

Background *spawn_weir (Home *home, ...) G_GNUC_NULL_TERMINATED;
Background *spawn_weir_argv (Home *home, const char *const *arguments);
/* `weir watch`, once it watches. */
Background *start_watch (Home *home);
/* Stops it by SIGTERM; it must end well within ten seconds, and leave no process behind. */
void stop_watch (Background *watch);

char *background_text (const Background *background);
bool background_said (const Background *background, const char *text);
/* Sends the signal (0: none), waits for the end, at most "seconds": fails the test otherwise. Returns the exit code. */
int background_stop (Background *background, int signal, int seconds);
void background_free (Background *background);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Background, background_free)

/* Drops the text and loads it with `weir load --json --archive [MORE...]`: the published object. */
Json *load_text (Home *home, const char *name, const char *text, ...) G_GNUC_NULL_TERMINATED;

/* The same where the file must be applied with these counts, which the ledger has, too; and where one of its notes says so. */
void load_and_count (Home *home, const char *name, const char *text, const char *counts);
void load_and_note (Home *home, const char *name, const char *text, const char *counts, const char *note);

/* The published object has this status, and exactly these counts: "read=3 inserted=2 duplicate=1 staged=2"; those not named are
 * zero. counts NULL: rows is null. Also that they add up. */
void assert_load (const Json *published, const char *status, const char *counts);
/* The same for the run as the ledger knows it. */
void assert_ledger (Home *home, const Json *published);
/* Loads the text as users.csv: this status and these counts, in the ledger too. */
void expect_load (Home *home, const char *text, const char *status, const char *counts);

/* "a.b.0.c" of a JSON value: the member as compact JSON, strings bare. NULL: there is none. */
char *json_at (const Json *json, const char *path);
void assert_json (const Json *json, const char *path, const char *expected);
/* "name" of the published object's error contains "text". */
void assert_error_says (const Json *published, const char *text);
void assert_contains (const char *haystack, const char *needle);

/* One statement on the test's own connection, formatted like printf. */
void sql_run_text (Home *home, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* By a connection of its own, as the server's superuser. */
void sql_run_as_superuser (Home *home, const char *sql);

/* Waits for a worker of the home that has stopped itself at a fault point. */
pid_t weir_wait_stopped (Home *home);
/* Lets one that has stopped itself go on, if there is any: for wait_until, where each load stops. */
void weir_let_go_on (Home *home);
/* Its rows. Owned by the caller. */
DbResult *sql_query (Home *home, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The first column of the first row, NULL for SQL NULL or no row. Owned by the caller. */
char *sql_scalar (Home *home, const char *format, ...) G_GNUC_PRINTF (2, 3);
int64_t sql_number (Home *home, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The rows as text: columns joined by |, rows by a newline, NULL as "-". */
char *sql_text_rows (Home *home, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Whether a session of the home's database waits for an advisory lock; or holds or waits for one. */
bool is_waiting_for_lock (Home *home);
bool is_locking (Home *home);
void assert_sql (Home *home, const char *expected, const char *format, ...) G_GNUC_PRINTF (3, 4);

#endif

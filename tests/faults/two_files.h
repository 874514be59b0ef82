/* What the tests of faults have in common: a dimension that has one file, and a second file on its way. */
#ifndef WEIR_TESTS_FAULTS_TWO_FILES_H
#define WEIR_TESTS_FAULTS_TWO_FILES_H

#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}}"

static const char first_text[] = "name,email\nAnn,a@x.org\nEve,\nBob,b@x.org\n";
static const char second_text[] = "name,email\nAnna,a@x.org\nBob,b@x.org\nCyd,c@x.org\n";

static inline void
set_fault (Home *home, const char *action, const char *point)
{
  g_autofree char *fault = point != NULL ? g_strdup_printf ("%s:%s", action, point) : NULL;
  home_set_environment (home, "WEIR_FAULT", fault);
}

static inline void
prepare (Home *home)
{
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  home_write_model (home, "users", USERS);
  g_autoptr (Json) first = load_text (home, "users.csv", first_text, NULL);
  assert_json (first, "status", "applied");
}

/* What the second file does, once. */
static inline void
assert_loaded_once (Home *home)
{
  assert_sql (home, "a@x.org|Ann|1|f\na@x.org|Anna|2|t\nb@x.org|Bob|1|t\nc@x.org|Cyd|1|t",
              "select email, name, version_number, is_current from warehouse.users order by 1, 3");
  assert_sql (home, "3|1|1|1",
              "select rows_read, rows_unchanged, rows_inserted, rows_updated from weir.file where state = 'applied'"
              " and rows_rejected = 0");
  home->oracle = ORACLE_REPLAY;
}

#endif

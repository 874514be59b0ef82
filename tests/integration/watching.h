/* What the tests of `weir watch` have in common: a dimension of two people, and how to tell that it was loaded once. */
#ifndef WEIR_TESTS_INTEGRATION_WATCHING_H
#define WEIR_TESTS_INTEGRATION_WATCHING_H

#include "tests/support/weir.h"

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

/* What psql prints, by `weir psql`. */
static inline char *
ask_psql (Home *home, const char *sql)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "psql", "-X", "-A", "-t", "-c", sql, NULL);
  return g_strstrip (g_strdup (outcome->out));
}

static inline Background *
watch_users (Home *home)
{
  home_write_model (home, "users", USERS);
  return start_watch (home);
}

static inline bool
is_archived (Home *home, int files)
{
  return home_count_files (home, "archive") == files;
}

static inline void
assert_loaded_once (Home *home, int runs)
{
  g_autofree char *names = ask_psql (home, "select string_agg(name, ',' order by name) from warehouse.users_current");
  assert_string_equal (names, "Ann,Bob");
  assert_int_equal (sql_number (home, "select count(*) from weir.execution"), runs);
}

#endif

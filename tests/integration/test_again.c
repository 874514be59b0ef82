/* The same file again, and a file that is older than the last: when nothing is to be done, and when it is loaded all the same. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <fcntl.h>
#include <sys/stat.h>

#define USERS(more)                                                                                                                \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}" more "}"
#define SALES(more) "{\"table\": \"users\", \"kind\": \"fact\", \"rejects\": {\"max_percent\": 60}" more "}"

#define GOOD "email,n\na@x.org,1\nb@x.org,2\n"
#define ONE_REJECT "email,n\na@x.org,1\nb@x.org\n"

/* Between the first load of a file and the second. */
typedef struct
{
  const char *title, *model, *text;
  const char *model_then; /* NULL: as before */
  const char *text_then;  /* of another file that is loaded; NULL: none */
  const char *sql_then;   /* NULL: none */
  const char *again;      /* the second load's counts; NULL: it is a duplicate */
} Case;

static const Case cases[] = {
  { "the same", USERS (""), GOOD, NULL, NULL, NULL, NULL },
  { "it had rejects", USERS (""), ONE_REJECT, NULL, NULL, NULL, "read=2 rejected=1 unchanged=1 staged=1" },
  { "another model", USERS (""), GOOD, USERS (", \"description\": \"x\""), NULL, NULL, "read=2 unchanged=2 staged=2" },
  /* As another version of weir would that pins more of a column. */
  { "other pins", USERS (""), GOOD, NULL, NULL,
    "update weir.\"table\" set pins = jsonb_insert(pins, '{columns,n,header}', '\"N\"')", "read=2 unchanged=2 staged=2" },
  { "another file between", USERS (""), GOOD, NULL, "email,n\na@x.org,5\n", NULL,
    "read=2 unchanged=1 updated=1 deactivated=1 staged=2" },
  { "a fact: the same", SALES (""), GOOD, NULL, NULL, NULL, NULL },
  { "a fact: another file between", SALES (""), GOOD, NULL, "email,n\na@x.org,5\n", NULL, NULL },
  { "a fact: it had rejects", SALES (""), ONE_REJECT, NULL, NULL, NULL, "read=2 rejected=1 unchanged=1 staged=1" },
  { "a fact: another model", SALES (""), GOOD, SALES (", \"description\": \"x\""), NULL, NULL, "read=2 unchanged=2 staged=2" },
  { "a fact: a type has grown", SALES (""), GOOD, NULL, "email,n\na@x.org,5.5\n", NULL, "read=2 unchanged=2 staged=2" },
};

static void
load_between (Home *home, const Case *c)
{
  if (c->model_then != NULL)
    home_write_model (home, "users", c->model_then);
  if (c->text_then != NULL)
    json_decref (load_text (home, "users.csv", c->text_then, NULL));
  if (c->sql_then != NULL)
    sql_run_text (home, "%s", c->sql_then);
}

static void
test_the_same_file (void **state)
{
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      print_message ("  %s\n", c->title);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", c->model);
      g_autoptr (Json) first = load_text (home, "users.csv", c->text, NULL);
      assert_json (first, "status", "applied");
      load_between (home, c);

      g_autoptr (Json) again = load_text (home, "users.csv", c->text, NULL);

      assert_load (again, c->again != NULL ? "applied" : "duplicate", c->again);
      if (c->again != NULL)
        assert_ledger (home, again);
    }
}

/* The bytes were applied, but what they made is gone. */
static void
test_the_table_is_gone (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (""));
  expect_load (home, GOOD, "applied", "read=2 inserted=2 staged=2");
  sql_run_text (home, "drop table warehouse.users cascade");
  expect_load (home, GOOD, "applied", "read=2 inserted=2 staged=2");
  home->oracle = ORACLE_BY_HAND;
}

static void
set_mtime (Home *home, const char *name, time_t seconds)
{
  g_autofree char *path = home_path (home, name);
  const struct timespec times[] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

static void
test_an_older_file_says_so (void **state)
{
  static const struct
  {
    time_t mtime; /* of the second file; the first's is 1700000100 */
    bool older;
  } second[] = { { 1700000099, true }, { 1700000100, false }, { 1700000101, false } };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (second); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS (""));
      home_drop (home, "users-1.csv", GOOD);
      set_mtime (home, "imports/users-1.csv", 1700000100);
      assert_weir (home, 0, "load", "imports/users-1.csv", NULL);
      home_drop (home, "users-2.csv", "email,n\na@x.org,7\n");
      set_mtime (home, "imports/users-2.csv", second[i].mtime);

      g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "imports/users-2.csv", NULL);

      g_autoptr (Json) published = outcome_json (outcome);
      assert_load (published, "applied", "read=1 updated=1 deactivated=1 staged=1");
      g_autofree char *notes = json_at (published, "notes");
      assert_int_equal (notes != NULL && strstr (notes, "out of order: a newer file was applied before it: users-1.csv") != NULL,
                        second[i].older);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_the_same_file),
    TEST (test_the_table_is_gone),
    TEST (test_an_older_file_says_so),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

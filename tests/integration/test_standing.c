/* Files that are compared with their table while they are loaded: whatever is proved there, the warehouse is as it would be without. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>
#include <sys/wait.h>

#define MODEL(kind, more) "{\"table\": \"people\", \"kind\": \"" kind "\"" more "}"
#define KEY ", \"business_key\": [\"email\"]"

#define ROWS 22500 /* of about 200 bytes: enough for a second connection, and to be given up where all are others */
#define NEW 100    /* rows that a file may have beside them */

/* A file: rows of the table from one to another, of which some have news since the last file. */
typedef struct
{
  const char *what;
  int from, to;
  int changed;           /* one of so many rows; 0: none */
  int added;             /* new rows, in the middle */
  int again;             /* rows that the file has once more, with news, at its end */
  bool shuffled, titled; /* in another order; with a header that makes it another file */
  const char *counts;
  const char *did, *did_not; /* what was done, of the names in "spent": between commas */
} File;

/* What each row says now; a fact without a key gets more rows by each change. */
typedef struct
{
  int values[ROWS + NEW];
  int files;
} World;

static void
append_row (GString *text, const World *world, int row)
{
  g_string_append_printf (text, "user%d@example.org,Name %d of %d,%0190d\n", row, row, world->values[row], row);
}

/* The order of the rows, by a generator that is the same each time. */
static void
shuffle (int *rows, int n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  for (int i = n - 1; i > 0; i--)
    {
      int other = g_rand_int_range (random, 0, i + 1), row = rows[i];
      rows[i] = rows[other];
      rows[other] = row;
    }
}

static char *
write_file (World *world, const File *file)
{
  GString *text = g_string_new (file->titled ? "\"email\",name,pad\n" : "email,name,pad\n");
  g_autofree int *rows = g_new (int, ROWS + NEW);
  int n = 0;
  world->files++;
  for (int row = file->from; row < file->to; row++)
    {
      for (int add = 0; row == (file->from + file->to) / 2 && add < file->added; add++)
        rows[n++] = ROWS + add;
      rows[n++] = row;
      if (file->changed > 0 && row % file->changed == 0)
        world->values[row] = world->files;
    }
  if (file->shuffled)
    shuffle (rows, n);
  for (int i = 0; i < n; i++)
    append_row (text, world, rows[i]);
  for (int row = file->from; row < file->from + file->again; row++)
    {
      world->values[row] = world->files;
      append_row (text, world, row);
    }
  return g_string_free (text, FALSE);
}

/* ",sniff,infer,...," */
static char *
names_of (const Json *published)
{
  GString *names = g_string_new (",");
  const Json *spent = json_object_get (published, "spent");
  for (size_t i = 0; i < json_array_size (spent); i++)
    g_string_append_printf (names, "%s,", json_string_value (json_object_get (json_array_get (spent, i), "what")));
  return g_string_free (names, FALSE);
}

/* Each name of the list, which commas part. */
static void
assert_names (const char *names, const char *list, bool there)
{
  g_auto (GStrv) each = g_strsplit (list, ",", -1);
  for (char **name = each; *name != NULL; name++)
    {
      g_autofree char *between = g_strdup_printf (",%s,", *name);
      if ((strstr (names, between) != NULL) != there)
        fail_msg ("%s is %sthere: %s", *name, there ? "not " : "", names);
    }
}

static void
load_files (Home *home, const char *model, const File *files, size_t n)
{
  g_autofree World *world = g_new0 (World, 1);
  home_write_model (home, "people", model);
  for (size_t i = 0; i < n; i++)
    {
      print_message ("  %s\n", files[i].what);
      g_autofree char *text = write_file (world, &files[i]);
      g_autoptr (Json) published = load_text (home, "people.csv", text, "--explain", NULL);
      assert_load (published, "applied", files[i].counts);
      assert_ledger (home, published);
      g_autofree char *names = names_of (published);
      assert_names (names, files[i].did, true);
      assert_names (names, files[i].did_not, false);
    }
}

#define COMPARED "table's rows"
#define ASKED "table/suspects"
#define JOINED "table/analyze_suspects"
#define TABLE "table/delta_table"

static void
test_dimension (void **state)
{
  static const File files[] = {
    { "the first", 0, ROWS, 0, 0, 0, false, false, "read=22500 inserted=22500 staged=22500", "dimension/first", COMPARED },
    { "nothing new", 0, ROWS, 0, 0, 0, false, true, "read=22500 unchanged=22500 staged=22500", COMPARED, ASKED "," TABLE },
    { "some changed, some new", 0, ROWS, 300, NEW, 0, false, false,
      "read=22600 inserted=100 updated=75 deactivated=75 unchanged=22425 staged=22600", COMPARED "," ASKED, JOINED "," TABLE },
    { "the first 2,000 left out", 2000, ROWS, 0, 0, 0, false, true, "read=20500 unchanged=20500 staged=20500", COMPARED, TABLE },
    { "in another order", 0, ROWS, 1000, 0, 0, true, false, "read=22500 updated=23 deactivated=23 unchanged=22477 staged=22500",
      COMPARED, "table/forget_sifted" },
    { "many changed", 0, ROWS, 3, 0, 0, false, false, "read=22500 updated=7500 deactivated=7500 unchanged=15000 staged=22500",
      COMPARED "," ASKED "," JOINED "," TABLE, "table/forget_sifted" },
    { "keys twice", 0, ROWS, 0, 0, 10, false, false,
      "read=22510 duplicate=10 updated=10 deactivated=10 unchanged=22490 staged=22500", COMPARED "," ASKED ",table/forget_sifted",
      "" },
    { "all changed", 0, ROWS, 1, 0, 0, false, false, "read=22500 updated=22500 deactivated=22500 staged=22500", COMPARED "," TABLE,
      ASKED },
  };
  Home *home = *state;
  load_files (home, MODEL ("dimension", KEY), files, G_N_ELEMENTS (files));
  assert_sql (home, "0",
              "select count(*) from (select email, name, pad from staging.people"
              " except select email, name, pad from warehouse.people_current) q");
  assert_sql (home, "22600|22600", "select count(*), count(distinct email) from warehouse.people_current");
}

static void
test_keyed_fact (void **state)
{
  static const File files[] = {
    { "the first", 0, ROWS, 0, 0, 0, false, false, "read=22500 inserted=22500 staged=22500", "fact/first", COMPARED },
    { "some changed, some new", 0, ROWS, 300, NEW, 0, false, false,
      "read=22600 inserted=100 updated=75 unchanged=22425 staged=22600", COMPARED "," ASKED, JOINED "," TABLE },
    { "keys twice", 0, ROWS, 0, 0, 10, false, false, "read=22510 duplicate=10 updated=10 unchanged=22490 staged=22500",
      COMPARED "," ASKED ",table/forget_sifted", "" },
  };
  Home *home = *state;
  load_files (home, MODEL ("fact", KEY), files, G_N_ELEMENTS (files));
  assert_sql (home, "0",
              "select count(*) from (select email, name, pad from staging.people"
              " except select email, name, pad from warehouse.people) q");
}

/* Rows that are there once and now come twice are told apart by their number. */
static void
test_bag (void **state)
{
  static const File files[] = {
    { "the first", 0, ROWS, 0, 0, 0, false, false, "read=22500 inserted=22500 staged=22500", "fact/first_keyless", COMPARED },
    { "nothing new", 0, ROWS, 0, 0, 0, false, true, "read=22500 unchanged=22500 staged=22500", COMPARED, ASKED },
    { "some new", 0, ROWS, 300, NEW, 0, false, false, "read=22600 inserted=175 unchanged=22425 staged=22600", COMPARED "," ASKED,
      JOINED "," TABLE },
  };
  Home *home = *state;
  load_files (home, MODEL ("fact", ""), files, G_N_ELEMENTS (files));
  GString *text = g_string_new ("email,name,pad\n");
  World world = { 0 };
  for (int row = 1; row < 20000; row++)
    append_row (text, &world, row);
  for (int row = 1; row < 6; row++)
    append_row (text, &world, row);
  g_autoptr (Json) twice = load_text (home, "people.csv", text->str, "--explain", NULL);
  g_string_append (text, "\n");
  g_autoptr (Json) again = load_text (home, "people.csv", text->str, "--explain", NULL);
  g_string_free (text, TRUE);
  assert_load (twice, "applied", "read=20004 inserted=5 unchanged=19999 staged=20004");
  assert_load (again, "applied", "read=20004 unchanged=20004 staged=20004");
  assert_sql (home, "5|2", "select count(*), max(occurrence) from warehouse.people where occurrence > 1");
}

/* Rows that are taken out of staging, for what they refer to is not there, are not compared either. */
static void
test_sifted (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  home_write_model (home, "people",
                    "{\"table\": \"people\", \"kind\": \"fact\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 50},"
                    " \"references\": [{\"dimension\": \"users\", \"columns\": [\"name\"], \"as\": \"user_id\","
                    " \"missing\": \"reject\"}]}");
  expect_load (home, "email\nann\n", "applied", "read=1 inserted=1 staged=1");
  for (int round = 1; round <= 2; round++)
    {
      GString *text = g_string_new ("email,name,pad\n");
      for (int row = 0; row < ROWS; row++)
        g_string_append_printf (text, "user%d@example.org,%s,%0190d\n", row, row % 1000 == 0 && round == 2 ? "bob" : "ann",
                                row == 17 ? round : row);
      g_autoptr (Json) published = load_text (home, "people.csv", text->str, "--explain", NULL);
      g_string_free (text, TRUE);
      assert_load (published, "applied",
                   round == 1 ? "read=22500 inserted=22500 staged=22500"
                              : "read=22500 rejected=23 updated=1 unchanged=22476 staged=22477");
      g_autofree char *names = names_of (published);
      assert_names (names, "table/forget_sifted,table/count_missing", round == 2);
      assert_names (names, "table/count_referred", true);
    }
}

/* Rows that wait already are known, too, whether the file is another one or not. */
static void
test_waiting (void **state)
{
  static const char *const keys[] = { KEY, "" };
  for (size_t k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      Home *outer = *state;
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model =
          g_strdup_printf ("{\"table\": \"people\", \"kind\": \"fact\"%s, \"references\": [{\"dimension\": \"users\","
                           " \"columns\": [\"name\"], \"as\": \"user_id\"}]}",
                           keys[k]);
      home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
      home_write_model (home, "people", model);
      expect_load (home, "email\nann\n", "applied", "read=1 inserted=1 staged=1");
      for (int round = 0; round < 2; round++)
        {
          GString *text = g_string_new ("email,name,pad\n");
          for (int row = 0; row < ROWS + round; row++)
            g_string_append_printf (text, "user%d@example.org,%s,%0190d\n", row, row == 17 ? "bob" : "ann", row);
          g_autoptr (Json) published = load_text (home, "people.csv", text->str, NULL);
          g_string_free (text, TRUE);
          assert_load (published, "applied",
                       round == 0 ? "read=22500 inserted=22499 staged=22499 waiting=1"
                                  : "read=22501 inserted=1 unchanged=22500 staged=22501");
        }
      assert_sql (home, "22500|1", "select (select count(*) from warehouse.people), (select count(*) from weir.waiting)");
    }
}

/* A file that is read twice, for its last cell is no number, as all before it were: it is compared in the second pass, too. */
static void
test_second_pass (void **state)
{
  Home *home = *state;
  home_write_model (home, "people", MODEL ("dimension", KEY));
  for (int round = 0; round < 2; round++)
    {
      GString *text = g_string_new ("email,n,pad\n");
      for (int row = 0; row < ROWS; row++)
        g_string_append_printf (text, "user%d@example.org,%s,%0200d\n", row, round == 1 && row == ROWS - 1 ? "late" : "7", row);
      g_autoptr (Json) published = load_text (home, "people.csv", text->str, "--explain", NULL);
      g_string_free (text, TRUE);
      assert_load (published, "applied",
                   round == 0 ? "read=22500 inserted=22500 staged=22500"
                              : "read=22500 updated=1 deactivated=1 unchanged=22499 staged=22500");
      g_autofree char *names = names_of (published);
      assert_names (names, COMPARED, round == 1);
    }
}

/* The second connection is ended by somebody while it reads: the load goes on without it. */
static void
test_second_connection_lost (void **state)
{
  static const File file = { "", 0, ROWS, 300, 0, 0, false, false, "", "", "" };
  g_autofree World *world = g_new0 (World, 1);
  Home *home = *state;
  bool ended = false;
  home_write_model (home, "people", MODEL ("dimension", KEY));
  for (int round = 0; round < 6 && !ended; round++)
    {
      g_autofree char *text = write_file (world, &file);
      home_drop (home, "people.csv", text);
      g_autoptr (Background) load = spawn_weir (home, "load", "--archive", "imports/people.csv", NULL);
      while (round > 0 && !ended && waitid (P_PID, (id_t) load->pid, &(siginfo_t) { 0 }, WEXITED | WNOHANG | WNOWAIT) == 0
             && !background_said (load, "applied"))
        ended = sql_number (home,
                            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                            " where datname = current_database() and query like '%%copy (select w.%%' and pid <> pg_backend_pid()")
                > 0;
      assert_int_equal (background_stop (load, 0, 60), 0);
    }
  assert_true (ended);
  assert_sql (home, "0",
              "select count(*) from (select email, name, pad from staging.people"
              " except select email, name, pad from warehouse.people_current) q");
}

/* Where the hashes that were compared are no proof any more, all is compared. */
static void
test_no_proof (void **state)
{
  static const File file = { "", 0, ROWS, 0, 0, 0, false, false, "", "", "" };
  g_autofree World *world = g_new0 (World, 1);
  Home *home = *state;
  home_write_model (home, "people", MODEL ("dimension", KEY));
  g_autofree char *text = write_file (world, &file);
  g_autoptr (Json) first = load_text (home, "people.csv", text, NULL);
  sql_run_text (home, "alter table warehouse.people add column note text");
  sql_run_text (home, "update warehouse.people set note = 'by hand' where email = 'user17@example.org'");
  char *end = strchr (text, '\n');
  g_autofree char *noted = g_strdup_printf ("email,name,pad,note%s", end);
  for (char *at = strchr (noted, '\n') + 1, *next; (next = strchr (at, '\n')) != NULL; at = next + 1)
    next[-1] = ','; /* the last digit of the pad makes room for an empty cell */
  g_autoptr (Json) published = load_text (home, "people.csv", noted, "--explain", NULL);
  g_autofree char *names = names_of (published);
  assert_names (names, "table/distrust", true);
  assert_names (names, ASKED, false);
  assert_sql (home, "-", "select note from warehouse.people where email = 'user17@example.org' and is_current");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_dimension),
                                      TEST (test_keyed_fact),
                                      TEST (test_bag),
                                      TEST (test_sifted),
                                      TEST (test_waiting),
                                      TEST (test_second_pass),
                                      TEST (test_second_connection_lost),
                                      TEST (test_no_proof) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

/* Files that are compared with their table while they are loaded: whatever is proved there, the warehouse is as it would be without. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <string.h>

#define MODEL(kind, more) "{\"table\": \"people\", \"kind\": \"" kind "\"" more "}"
#define KEY ", \"business_key\": [\"email\"]"

#define ROWS 30000 /* of about 200 bytes: enough for a second connection, and to be given up where all are others */
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
  g_string_append_printf (text, "user%d@example.org,Name %d of %d,%0170d\n", row, row, world->values[row], row);
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
    { "the first", 0, ROWS, 0, 0, 0, false, false, "read=30000 inserted=30000 staged=30000", "dimension/first", COMPARED },
    { "nothing new", 0, ROWS, 0, 0, 0, false, true, "read=30000 unchanged=30000 staged=30000", COMPARED, ASKED "," TABLE },
    { "some changed, some new", 0, ROWS, 300, NEW, 0, false, false,
      "read=30100 inserted=100 updated=100 deactivated=100 unchanged=29900 staged=30100", COMPARED "," ASKED, JOINED "," TABLE },
    { "the first 2,000 left out", 2000, ROWS, 0, 0, 0, false, true, "read=28000 unchanged=28000 staged=28000", COMPARED, TABLE },
    { "in another order", 0, ROWS, 1000, 0, 0, true, false, "read=30000 updated=30 deactivated=30 unchanged=29970 staged=30000",
      COMPARED, "table/forget_sifted" },
    { "many changed", 0, ROWS, 3, 0, 0, false, false, "read=30000 updated=10000 deactivated=10000 unchanged=20000 staged=30000",
      COMPARED "," ASKED "," JOINED "," TABLE, "table/forget_sifted" },
    { "keys twice", 0, ROWS, 0, 0, 10, false, false,
      "read=30010 duplicate=10 updated=10 deactivated=10 unchanged=29990 staged=30000", COMPARED "," ASKED ",table/forget_sifted",
      "" },
    { "all changed", 0, ROWS, 1, 0, 0, false, false, "read=30000 updated=30000 deactivated=30000 staged=30000", COMPARED "," TABLE,
      ASKED },
  };
  Home *home = *state;
  load_files (home, MODEL ("dimension", KEY), files, G_N_ELEMENTS (files));
  assert_sql (home, "0",
              "select count(*) from (select email, name, pad from staging.people"
              " except select email, name, pad from warehouse.people_current) q");
  assert_sql (home, "30100|30100", "select count(*), count(distinct email) from warehouse.people_current");
}

static void
test_keyed_fact (void **state)
{
  static const File files[] = {
    { "the first", 0, ROWS, 0, 0, 0, false, false, "read=30000 inserted=30000 staged=30000", "fact/first", COMPARED },
    { "some changed, some new", 0, ROWS, 300, NEW, 0, false, false,
      "read=30100 inserted=100 updated=100 unchanged=29900 staged=30100", COMPARED "," ASKED, JOINED "," TABLE },
    { "keys twice", 0, ROWS, 0, 0, 10, false, false, "read=30010 duplicate=10 updated=10 unchanged=29990 staged=30000",
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
    { "the first", 0, ROWS, 0, 0, 0, false, false, "read=30000 inserted=30000 staged=30000", "fact/first_keyless", COMPARED },
    { "nothing new", 0, ROWS, 0, 0, 0, false, true, "read=30000 unchanged=30000 staged=30000", COMPARED, ASKED },
    { "some new", 0, ROWS, 300, NEW, 0, false, false, "read=30100 inserted=200 unchanged=29900 staged=30100", COMPARED "," ASKED,
      JOINED "," TABLE },
  };
  Home *home = *state;
  load_files (home, MODEL ("fact", ""), files, G_N_ELEMENTS (files));
  GString *text = g_string_new ("email,name,pad\n");
  World world = { 0 };
  for (int row = 1; row < 27000; row++)
    append_row (text, &world, row);
  for (int row = 1; row < 6; row++)
    append_row (text, &world, row);
  g_autoptr (Json) twice = load_text (home, "people.csv", text->str, "--explain", NULL);
  g_string_append (text, "\n");
  g_autoptr (Json) again = load_text (home, "people.csv", text->str, "--explain", NULL);
  g_string_free (text, TRUE);
  assert_load (twice, "applied", "read=27004 inserted=5 unchanged=26999 staged=27004");
  assert_load (again, "applied", "read=27004 unchanged=27004 staged=27004");
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
        g_string_append_printf (text, "user%d@example.org,%s,%0170d\n", row, row % 1000 == 0 && round == 2 ? "bob" : "ann",
                                row == 17 ? round : row);
      g_autoptr (Json) published = load_text (home, "people.csv", text->str, "--explain", NULL);
      g_string_free (text, TRUE);
      assert_load (published, "applied",
                   round == 1 ? "read=30000 inserted=30000 staged=30000"
                              : "read=30000 rejected=30 updated=1 unchanged=29969 staged=29970");
      g_autofree char *names = names_of (published);
      assert_names (names, "table/forget_sifted,table/count_missing", round == 2);
      assert_names (names, "table/count_referred", true);
    }
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
  const struct CMUnitTest tests[] = { TEST (test_dimension), TEST (test_keyed_fact), TEST (test_bag), TEST (test_sifted),
                                      TEST (test_no_proof) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

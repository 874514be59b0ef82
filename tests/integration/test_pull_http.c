/* Pulls of an HTTP API whose rows are written, changed and deleted meanwhile, with a pull that is killed now and then: each mode keeps what it promises. */
#include "tests/support/api.h"
#include "tests/support/weir.h"

#include <string.h>
#include <sys/stat.h>

#define ROUNDS 6
#define ROWS_MOST 60

#define DIMENSION(table)                                                                                                           \
  "{\"table\": \"" table "\", \"kind\": \"dimension\", \"business_key\": [\"id\"], \"absent\": \"close\","                         \
  " \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}}"

#define JOB(mode)                                                                                                                  \
  "{\"from\": {\"connection\": \"shop\", \"path\": \"items\", \"query\": {\"since\": \"{window.start}\"},"                         \
  " \"pages\": {\"number\": {\"query\": \"page\"}}}, \"columns\": {\"at\": {\"type\": \"timestamptz\"}}, " mode "}"

/* What the API has. */
typedef struct
{
  bool is_there;
  int minute; /* of the last change; each has its own */
  int cents;
} Item;

typedef struct
{
  Item items[ROWS_MOST];
  int minute;
} Shop;

static void
change (Shop *shop, GRand *random)
{
  for (int n = g_rand_int_range (random, 1, 9); n > 0; n--)
    {
      Item *item = &shop->items[g_rand_int_range (random, 0, ROWS_MOST)];
      bool is_gone = item->is_there && g_rand_int_range (random, 0, 4) == 0;
      *item = (Item) { .is_there = !is_gone, .minute = ++shop->minute, .cents = g_rand_int_range (random, 0, 100000) };
    }
}

static char *
time_of (const Item *item)
{
  return g_strdup_printf ("2026-11-28T%02d:%02d:00Z", item->minute / 60, item->minute % 60);
}

static void
publish (const Api *api, const Shop *shop)
{
  g_autoptr (GString) rules = g_string_new ("[{'page': {'at': 'at', 'size': 7, 'of': [");
  const char *comma = "";
  for (int i = 0; i < ROWS_MOST; i++)
    {
      const Item *item = &shop->items[i];
      g_autofree char *at = time_of (item);
      if (!item->is_there)
        continue;
      g_string_append_printf (rules, "%s{'id': %d, 'at': '%s', 'price': %d.%d, 'tags': [%d]}", comma, i, at, item->cents / 4,
                              item->cents % 4, item->cents);
      comma = ", ";
    }
  g_string_append (rules, "]}}]");
  api_rules (api, rules->str);
}

/* only_there: what was deleted stays as it was seen last, and plays no part. */
static void
compare (Home *home, const Shop *shop, const char *table, bool only_there)
{
  g_autoptr (GString) wanted = g_string_new (NULL), ids = g_string_new ("-1");
  for (int i = 0; i < ROWS_MOST; i++)
    {
      const Item *item = &shop->items[i];
      if (!item->is_there)
        continue;
      g_string_append_printf (wanted, "%s%d|%d.%d|[%d]", wanted->len > 0 ? "\n" : "", i, item->cents / 4, item->cents % 4,
                              item->cents);
      g_string_append_printf (ids, ", %d", i);
    }
  g_autofree char *condition = only_there ? g_strdup_printf ("id in (%s)", ids->str) : g_strdup ("true");
  g_autofree char *found =
      sql_text_rows (home, "select id, price, tags from warehouse.%s where is_current and %s order by id", table, condition);
  if (strcmp (found, wanted->str) != 0)
    fail_msg ("%s has\n%s\nand the API\n%s", table, found, wanted->str);
}

static void
given (Home *home, const Api *api)
{
  g_autofree char *members =
      g_strdup_printf (", \"connections\": {\"shop\": {\"type\": \"http\", \"url\": \"http://127.0.0.1:%d/v2\", \"auth\": "
                       "{\"type\": \"bearer\", \"token\": \"${file:token}\"}}}",
                       api->port);
  g_autofree char *token = home_path (home, "token");
  home_write_file (home, "token", "token-of-the-shop\n");
  assert_int_equal (chmod (token, 0600), 0);
  home_configure (home, members);
  home_write_model (home, "mirrored", DIMENSION ("mirrored"));
  home_write_model (home, "whole", DIMENSION ("whole"));
  home_write_file (home, "jobs/mirrored.json", JOB ("\"mode\": \"mirror\", \"key\": [\"id\"], \"bookmark\": \"at\""));
  home_write_file (home, "jobs/whole.json", JOB ("\"mode\": \"full\", \"key\": [\"id\"]"));
  home_write_file (home, "jobs/synced.json", JOB ("\"mode\": \"sync\", \"key\": [\"id\"], \"bookmark\": \"at\""));
}

static void
test_api_that_goes_on (void **state)
{
  static const char *const points[] = { "pull-spooled", "pull-dropped", "pull-loaded" };
  Home *home = *state;
  Shop shop = { .minute = 1 };
  g_autofree char *folder = g_build_filename (home->cluster->folder, "api", NULL);
  Api *api = api_start (folder, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  given (home, api);
  for (int round = 0; round < ROUNDS; round++)
    {
      change (&shop, random);
      publish (api, &shop);
      if (round % 2 == 1)
        {
          g_autofree char *fault = g_strdup_printf ("kill:%s", points[round / 2 % (int) G_N_ELEMENTS (points)]);
          home_set_environment (home, "WEIR_FAULT", fault);
          outcome_free (run_weir (home, "pull", "--all", NULL));
          home_set_environment (home, "WEIR_FAULT", NULL);
        }
      assert_weir (home, 0, "pull", "--all", NULL);
      compare (home, &shop, "mirrored", false);
      compare (home, &shop, "whole", false);
      compare (home, &shop, "synced", true);
    }
  /* The token is wrong from now on: nothing changes, and it is not told. */
  api_rules (api, "[{'status': 401, 'text': 'bad token: token-of-the-shop'}]");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "pull", "synced", NULL);
  assert_contains (refused->err, "HTTP 401: bad token");
  assert_null (strstr (refused->err, "token-of-the-shop"));
  compare (home, &shop, "synced", true);
  api_stop (api);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_api_that_goes_on, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

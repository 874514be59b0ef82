#include "base/text.h"
#include "schema/ledger_words.h"
#include "src/words/command_name.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static const struct
{
  const char *argv[6];
  const char *shown;
} cases[] = {
  { { "make", "-C", "/srv/reports", "all" }, "make -C /srv/reports all" },
  { { "echo", "a b", "it's", "", "$x", "*" }, "echo 'a b' 'it'\\''s' '' '$x' '*'" },
  { { "echo", "\xc3\xa6", "new\nline", "\xff" }, "echo '\xc3\xa6' 'new\\x0Aline' '\\xFF'" },
  { { "psql", "postgresql://ann:s3cret@db/shop" }, "psql postgresql://ann:***@db/shop" },
  { { "psql", "postgresql://ann:p@w@db/shop" }, "psql postgresql://ann:***@db/shop" },
  { { "psql", "postgresql://ann@db:5432/shop?sslmode=require" }, "psql 'postgresql://ann@db:5432/shop?sslmode=require'" },
  { { "psql", "host=db password=s3cret user=ann" }, "psql 'host=db password=*** user=ann'" },
  { { "sh", "-c", "psql postgresql://a:b@h/d; mysql --password=s3cret x" },
    "sh -c 'psql postgresql://a:***@h/d; mysql --password=*** x'" },
  { { "env", "PGPASSWORD=s3cret", "x" }, "env PGPASSWORD=*** x" },
  { { "x", "--url=http://u:pw@h/p", "--token=a", "y" }, "x --url=http://u:***@h/p --token=*** y" },
  { { "x", "--api-key", "s3cret", "y" }, "x --api-key *** y" },
  { { "x", "--password", "s3 cret", "y" }, "x --password *** y" },
  { { "x", "--password", "--verbose", "y" }, "x --password --verbose y" },
  { { "x", "--password" }, "x --password" },
  { { "x", "tokens.csv", "passwords", "y" }, "x tokens.csv passwords y" },
};

static void
test_how_commands_are_shown (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *argv[7] = { NULL };
      for (size_t j = 0; j < G_N_ELEMENTS (cases[i].argv); j++)
        argv[j] = (char *) cases[i].argv[j];
      g_autofree char *shown = command_name_shown (argv);
      assert_string_equal (shown, cases[i].shown);
    }
}

/* Given a name of letters of two bytes that is too long by one, what is kept of it is whole letters, and two that differ far behind differ. */
static void
test_names_of_pipelines (void **state)
{
  (void) state;
  g_autofree char *fits = g_strnfill (WORDS_MOST_PIPELINE, 'x'), *same = command_name_pipeline (fits);
  assert_string_equal (same, fits);
  for (int shift = 0; shift < 2; shift++)
    {
      g_autoptr (GString) text = g_string_new (shift ? "x" : "");
      while (text->len <= WORDS_MOST_PIPELINE)
        g_string_append (text, "\xc3\xa6");
      g_autofree char *one = command_name_pipeline (text->str), *again = command_name_pipeline (text->str);
      g_string_append_c (text, 'y');
      g_autofree char *two = command_name_pipeline (text->str);
      assert_string_equal (one, again);
      assert_string_not_equal (one, two);
      assert_true (strlen (one) <= WORDS_MOST_PIPELINE);
      assert_true (strlen (one) > WORDS_MOST_PIPELINE - 4);
      assert_true (text_is_utf8 (one, strlen (one), NULL));
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_how_commands_are_shown), cmocka_unit_test (test_names_of_pipelines) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

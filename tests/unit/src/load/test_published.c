#include "src/load/published.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* The text as a whole is wording; what must be in it, and what must not, is the contract. */
static void
every_status_says_what_matters (void **state)
{
  (void) state;
  static const struct
  {
    const char *json;
    const char *words[8]; /* in it */
    const char *never;    /* not in it, or NULL */
  } rows[] = {
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\",\"milliseconds\":212,\"rows\":{\"read\":10000,"
      "\"rejected\":0,"
      "\"repaired\":0,\"duplicate\":60,\"unchanged\":0,\"inserted\":9845,\"updated\":95,\"deactivated\":95,\"staged\":9940}}",
      { "users.csv", "applied", "0.21 s", "10,000", "9,845 inserted", "95 updated", "60 duplicate" },
      "rejected" },
    { "{\"file\":\"sales.csv\",\"table\":\"sales\",\"status\":\"applied\",\"milliseconds\":9,\"rows\":{\"read\":3,\"rejected\":0,"
      "\"inserted\":1,\"staged\":1,\"waiting\":2}}",
      { "3 rows read, 1 inserted, 2 waiting" },
      "rejected" },
    { "{\"file\":\"sales.csv\",\"table\":\"sales\",\"status\":\"staged\",\"milliseconds\":9,\"rows\":{\"read\":3,\"rejected\":1,"
      "\"staged\":2}}",
      { "sales.csv", "staged", "no model", "3 rows", "1 rejected" },
      "inserted" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"duplicate\",\"milliseconds\":9,\"rows\":null}",
      { "users.csv", "duplicate" },
      "rows read" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"failed\",\"milliseconds\":9,\"rows\":null,\"error\":{\"code\":"
      "\"missing_key_column\","
      "\"message\":\"no column email\",\"detail\":\"It has name.\",\"hint\":\"Mend it.\",\"line\":7}}",
      { "users.csv", "refused", "no column email", "line 7", "DETAIL:  It has name.", "HINT:  Mend it." },
      NULL },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"failed\",\"milliseconds\":9,\"rows\":null,\"error\":{\"message\":"
      "\"empty\","
      "\"detail\":null,\"hint\":null,\"line\":null}}",
      { "empty" },
      "HINT" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"failed\",\"milliseconds\":9,\"rows\":null,\"error\":{\"message\":"
      "\"empty\"}}",
      { "refused in 0.01 s\nempty" },
      "(line" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\",\"milliseconds\":9,\"rows\":{\"read\":1,\"inserted\":1},"
      "\"notes\":[\"column phone is new\"]}",
      { "1 row read", "NOTE:  column phone is new" },
      "HINT" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\",\"milliseconds\":9,\"rows\":{\"read\":1,\"inserted\":1},"
      "\"lines\":{\"total\":6,\"above\":3,\"header\":1,\"rows\":1,\"below\":1,\"first_below\":6},\"notes\":[\"a\"]}",
      { "1 row read, 1 inserted; 4 lines left out: 3 above the table, 1 below it on line 6\nNOTE:  a" },
      "blank" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\",\"milliseconds\":9,\"rows\":{\"read\":1,\"inserted\":1},"
      "\"lines\":{\"total\":3,\"above\":0,\"header\":1,\"rows\":1,\"blank\":1}}",
      { "1 row read, 1 inserted" },
      "left out" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\",\"milliseconds\":9,\"rows\":{\"read\":1,\"inserted\":1},"
      "\"confidence_percent\":79}",
      { "1 row read, 1 inserted; confidence 79 %: `weir sniff --explain` says why" },
      "NOTE" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"applied\",\"milliseconds\":9,\"rows\":{\"read\":1,\"inserted\":1},"
      "\"confidence_percent\":80}",
      { "1 row read, 1 inserted" },
      "confidence" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"failed\",\"milliseconds\":0,\"rows\":null,\"error\":{\"message\":"
      "\"bad quote on line 7\",\"line\":7}}",
      { "refused\nbad quote on line 7" },
      "(line" },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"failed\",\"milliseconds\":9,\"rows\":null,\"error\":{\"message\":"
      "\"bad quote on line 70\",\"line\":7}}",
      { "(line 7)" },
      NULL },
    { "{\"file\":\"users.csv\",\"table\":\"users\",\"status\":\"failed\",\"milliseconds\":0,\"rows\":null,\"error\":{\"code\":"
      "\"stop\",\"message\":\"stopped while working\",\"hint\":\"Start it again.\"}}",
      { "users.csv: stopped; nothing was changed", "HINT:  Start it again." },
      "refused" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Json) published = weir_json_parse (rows[i].json, strlen (rows[i].json), "test", NULL);
      assert_non_null (published);
      g_autofree char *text = published_text (published);
      for (size_t j = 0; rows[i].words[j]; j++)
        if (!strstr (text, rows[i].words[j]))
          fail_msg ("\"%s\" is not in: %s", rows[i].words[j], text);
      if (rows[i].never && strstr (text, rows[i].never))
        fail_msg ("\"%s\" is in: %s", rows[i].never, text);
    }
}

static void
an_error_without_words_still_says_something (void **state)
{
  (void) state;
  g_autofree char *text = published_error_text (NULL);
  assert_true (strlen (text) > 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (every_status_says_what_matters),
    cmocka_unit_test (an_error_without_words_still_says_something),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

/* Which page comes after which, and which stretch is read. */
#include "connect/curl/http_pages.h"
#include "connect/curl/http_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* Turns pages, whose answers are given, and notes what each next request says. */
static char *
turn_all (const HttpPaging *paging, const char *const *answers, const char *rows_name, GError **error)
{
  const char *problem;
  g_auto (HttpPages) pages = { NULL };
  GString *asked = g_string_new (NULL);
  g_autoptr (GUri) url = http_url_parse ("https://h/x", &problem);
  http_pages_begin (&pages, paging);
  bool has_next = true;
  for (int i = 0; has_next && answers[i] != NULL; i++)
    {
      HttpPage page = { .root = slice_of (answers[i], strlen (answers[i])), .url = url };
      Slice row;
      slice_find (page.root, rows_name, strlen (rows_name), &page.rows);
      for (SliceWalk walk = slice_walk (page.rows); slice_next (&walk, NULL, &row);)
        page.n++;
      if (!http_pages_turn (&pages, &page, &has_next, error))
        break;
      g_autofree char *next = pages.next != NULL ? http_url_text (pages.next) : NULL;
      g_string_append_printf (asked, "%s%s%" G_GINT64_FORMAT, next != NULL ? next : "", pages.cursor != NULL ? pages.cursor : "",
                              pages.number);
      g_string_append (asked, has_next ? " " : ".");
    }
  return g_string_free (asked, FALSE);
}

static void
test_turning (void **state)
{
  (void) state;
  static const struct
  {
    PagesKind kind;
    const char *from;
    const char *answers[5], *asked, *error;
  } cases[] = {
    { PAGES_ONE, NULL, { "{\"r\": [1]}", "{}" }, "0.", NULL },
    { PAGES_NUMBER, NULL, { "{\"r\": [1]}", "{\"r\": [2]}", "{\"r\": []}" }, "1 2 2.", NULL },
    { PAGES_OFFSET, NULL, { "{\"r\": [1, 2]}", "{\"r\": [3]}", "{\"r\": []}" }, "2 3 3.", NULL },
    { PAGES_NUMBER,
      NULL,
      { "{\"r\": [1], \"at\": 1}", "{\"r\": [1], \"at\": 2}" },
      "1 ",
      "page 2 has the very rows of the page before" },
    { PAGES_CURSOR,
      "n",
      { "{\"r\": [1], \"n\": \"a\"}", "{\"r\": [], \"n\": 7}", "{\"r\": [1], \"n\": \"\"}" },
      "a0 70 70.",
      NULL },
    { PAGES_CURSOR, "r[-1]", { "{\"r\": [1, 2], \"more\": true}", "{\"r\": [3], \"more\": false}" }, "20 20.", NULL },
    { PAGES_CURSOR, "n", { "{\"r\": [1], \"n\": \"a\"}", "{\"r\": [], \"n\": \"a\"}" }, "a0 a0.", NULL },
    { PAGES_CURSOR, "n", { "{\"r\": [], \"n\": false}" }, "0.", NULL },
    { PAGES_CURSOR, "n", { "{\"r\": [], \"n\": null}" }, "0.", NULL },
    { PAGES_CURSOR, "n.m", { "{\"r\": []}" }, "0.", NULL },
    { PAGES_CURSOR,
      "n",
      { "{\"r\": [1], \"n\": \"a\"}", "{\"r\": [2], \"n\": \"b\"}", "{\"r\": [1], \"n\": \"a\"}" },
      "a0 b0 ",
      "page 3 has a cursor that was there before" },
    { PAGES_CURSOR, "n", { "{\"r\": [1], \"n\": true}" }, "", "no text and no number" },
    { PAGES_NEXT,
      "n",
      { "{\"r\": [1], \"n\": \"?p=2\"}", "{\"r\": [1], \"n\": \"https://h/x?p=3\"}", "{\"r\": []}" },
      "https://h/x?p=20 https://h/x?p=30 https://h/x?p=30.",
      NULL },
    { PAGES_NEXT, "n", { "{\"r\": [1], \"n\": \"https://h/x\"}" }, "", "that was there before" },
    { PAGES_NEXT, "n", { "{\"r\": [1], \"n\": \"https://g/x?key\"}" }, "", "at https://g, which is not followed" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *problem;
      g_autoptr (GError) error = NULL;
      HttpPaging paging = { .kind = cases[i].kind };
      g_autoptr (HttpPath) from = cases[i].from != NULL ? http_path_parse (cases[i].from, &problem) : NULL;
      g_autoptr (HttpPath) more = http_path_parse ("more", &problem);
      paging.from = from;
      paging.more = more;
      g_autofree char *asked = turn_all (&paging, cases[i].answers, "r", &error);
      if (strcmp (asked, cases[i].asked) != 0 || (error != NULL) != (cases[i].error != NULL)
          || (error != NULL && strstr (error->message, cases[i].error) == NULL))
        fail_msg ("%zu: %s %s", i, asked, error != NULL ? error->message : "");
    }
}

#define NOW (INT64_C (1795939200) * MOMENT_SECOND) /* 2026-11-29 08:00:00 UTC */
#define HOUR (3600 * MOMENT_SECOND)

/* The pieces of a plan as "start/end/day " each. */
static void
test_plans (void **state)
{
  (void) state;
  static const struct
  {
    const char *mode, *since;
    double overlap;
    bool uses_start, uses_end, uses_day;
    MomentFormat format;
    const char *first;
    int64_t step;
    const char *pieces, *position; /* with a server's clock that shows 07:59, and a bookmark's greatest value at 07:00 */
  } cases[] = {
    { "sync", NULL, 0, true, false, false, FORMAT_DATETIME, NULL, 0, "-/2026-11-29T08:00:00Z/- ", "2026-11-29T07:00:00Z" },
    { "sync", NULL, 0, true, false, false, FORMAT_DATE, "2020-01-01T05:00:00Z", 0, "2020-01-01/2026-11-29/- ",
      "2026-11-29T07:00:00Z" },
    { "sync", "2026-11-28T00:00:30Z", 60, true, false, false, FORMAT_DATETIME, "2020-01-01", 0,
      "2026-11-27T23:59:30Z/2026-11-29T08:00:00Z/- ", "2026-11-29T07:00:00Z" },
    { "sync", "2026-11-29T07:30:00Z", 0, true, false, false, FORMAT_DATETIME, NULL, 0,
      "2026-11-29T07:30:00Z/2026-11-29T08:00:00Z/- ", "2026-11-29T07:30:00Z" },
    { "incremental", "2026-11-28T00:00:00Z", 0, true, true, false, FORMAT_DATETIME, NULL, 0,
      "2026-11-28T00:00:00Z/2026-11-29T08:00:00Z/- ", "2026-11-29T07:59:00Z" },
    { "incremental", "2026-11-27T05:00:00Z", 0, true, true, false, FORMAT_DATE, NULL, 0, "2026-11-27/2026-11-29/- ",
      "2026-11-29T00:00:00Z" },
    { "incremental", "2026-11-27T20:00:00Z", 7200, false, false, true, FORMAT_DATETIME, NULL, 0,
      "2026-11-27T00:00:00Z/2026-11-28T00:00:00Z/2026-11-27 2026-11-28T00:00:00Z/2026-11-29T00:00:00Z/2026-11-28 "
      "2026-11-29T00:00:00Z/2026-11-30T00:00:00Z/2026-11-29 ",
      "2026-11-29T07:59:00Z" },
    { "incremental", "2026-11-29T04:00:00Z", 0, true, true, false, FORMAT_EPOCH, NULL, 3 * HOUR,
      "1795924800/1795935600/2026-11-29 1795935600/1795939200/2026-11-29 ", "2026-11-29T07:59:00Z" },
    { "incremental", "2026-11-29T09:00:00Z", 0, true, true, false, FORMAT_DATETIME, NULL, HOUR, "", "2026-11-29T09:00:00Z" },
    { "full", "2026-11-29T04:00:00Z", 600, true, false, false, FORMAT_DATETIME, NULL, 0, "-/2026-11-29T08:00:00Z/- ", NULL },
    { "full", NULL, 0, false, false, true, FORMAT_DATETIME, "2026-11-29", 0,
      "2026-11-29T00:00:00Z/2026-11-30T00:00:00Z/2026-11-29 ", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) position = cases[i].since != NULL ? json_pack ("{s:s}", "since", cases[i].since) : NULL;
      const Request request = { .verb = "read", .mode = cases[i].mode, .position = position, .overlap = cases[i].overlap };
      const HttpSource source = { .uses_start = cases[i].uses_start,
                                  .uses_end = cases[i].uses_end,
                                  .uses_day = cases[i].uses_day,
                                  .format = cases[i].format,
                                  .first = cases[i].first,
                                  .step = cases[i].step };
      g_auto (HttpPlan) plan = { NULL };
      g_auto (HttpWords) words = { NULL };
      g_auto (Moment) greatest = { 0 }, at = { 0 };
      g_autoptr (GString) pieces = g_string_new (NULL);
      assert_true (http_plan_make (&request, &source, NOW, &plan));
      while (http_plan_next (&plan, &words))
        g_string_append_printf (pieces, "%s/%s/%s ", words.start != NULL ? words.start : "-", words.end,
                                words.day != NULL ? words.day : "-");
      moment_set_instant (NOW - HOUR, &greatest);
      http_plan_position (&plan, &greatest, NOW - 60 * MOMENT_SECOND, true, &at);
      if (strcmp (pieces->str, cases[i].pieces) != 0 || (cases[i].position != NULL && g_strcmp0 (at.text, cases[i].position) != 0)
          || plan.moves != (cases[i].position != NULL))
        fail_msg ("%zu: %s; %s", i, pieces->str, at.text);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_turning), cmocka_unit_test (test_plans) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

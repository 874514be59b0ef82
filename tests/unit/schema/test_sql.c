/* Templates: psql's variables, parameters, and casts that only look like variables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema/sql.h"

#include <stdlib.h>
#include <string.h>

static const SqlVar vars[] = {
  { "table", "users" }, { "odd", "a\"b" }, { "columns", "x, y," }, { "run", "r1" }, { "none", NULL },
};

typedef struct
{
  const char *text;
  const char *sql;
  const char *params; /* joined by | ; NULL is shown as (null) */
} Case;

static const Case cases[] = {
  { "select 1", "select 1", "" },
  { "select :columns 2 from :\"table\"", "select x, y, 2 from \"users\"", "" },
  { "select * from :\"odd\"", "select * from \"a\"\"b\"", "" },
  { "where a = :'run' and b = :'none'", "where a = $1 and b = $2", "r1|(null)" },
  { "where a = :'run' or b = :'run'", "where a = $1 or b = $1", "r1" },
  { "select a::text, :'run'::uuid", "select a::text, $1::uuid", "r1" },
  { "using x::text:::table", "using x::text::users", "" },
  { "select 'a: b', a[1:2]", "select 'a: b', a[1:2]", "" },
};

static void
test_expand (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) params = g_ptr_array_new ();
      g_autofree char *sql = sql_expand (cases[i].text, vars, G_N_ELEMENTS (vars), params);
      assert_string_equal (sql, cases[i].sql);
      g_autoptr (GString) joined = g_string_new (NULL);
      for (guint p = 0; p < params->len; p++)
        g_string_append_printf (joined, "%s%s", p > 0 ? "|" : "",
                                params->pdata[p] == NULL ? "(null)" : (const char *) params->pdata[p]);
      assert_string_equal (joined->str, cases[i].params);
    }
}

/* Every migration can be taken back, and they are numbered without gaps. */
static void
test_migrations_come_in_pairs (void **state)
{
  (void) state;
  g_autofree const char **files = sql_files ("migrations/");
  int up = 0;
  for (const char **file = files; *file != NULL; file++)
    {
      if (!g_str_has_suffix (*file, ".up.sql"))
        continue;
      up++;
      assert_int_equal (atoi (*file + strlen ("migrations/")), up);
      g_autofree char *stem = g_strndup (*file, strlen (*file) - strlen (".up.sql"));
      g_autofree char *down = g_strconcat (stem, ".down.sql", NULL);
      assert_non_null (sql_file (down));
    }
  assert_true (up > 0);
  assert_null (sql_file ("migrations/none.up.sql"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_expand),
    cmocka_unit_test (test_migrations_come_in_pairs),
  };
  return cmocka_run_group_tests_name ("schema/sql", tests, NULL, NULL);
}

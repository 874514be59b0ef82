#include "base/conninfo.h"

#include <glib.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct
{
  const char *conninfo;
  const char *without;
  const char *password; /* NULL: none */
} cases[] = {
  { "", "", NULL },
  { "postgresql:///shop", "postgresql:///shop", NULL },
  { "postgresql://ann@db/shop", "postgresql://ann@db/shop", NULL },
  { "postgresql://ann:pw@db:5432/shop", "postgresql://ann@db:5432/shop", "pw" },
  { "postgres://ann:a%40b%3A@db/shop", "postgres://ann@db/shop", "a@b:" },
  { "postgresql://ann:p@w@db/shop", "postgresql://ann@db/shop", "p@w" },
  { "postgresql://ann:@db/shop", "postgresql://ann@db/shop", "" },
  { "postgresql://[::1]:5432/shop", "postgresql://[::1]:5432/shop", NULL },
  { "postgresql://db1:5432,db2:5433/shop", "postgresql://db1:5432,db2:5433/shop", NULL },
  { "postgresql://db/shop?password=pw", "postgresql://db/shop", "pw" },
  { "postgresql://db/shop?user=ann&password=p%26w&sslmode=require", "postgresql://db/shop?user=ann&sslmode=require", "p&w" },
  { "postgresql://ann:one@db/shop?password=two", "postgresql://ann@db/shop", "two" },
  { "postgresql:///weir?host=/run/weir/x&port=5432", "postgresql:///weir?host=/run/weir/x&port=5432", NULL },
  { "host=db password=pw user=ann", "host=db user=ann", "pw" },
  { "password = 'p w\\'s' host = db", "host = db", "p w's" },
  { "host=db password=a\\ b", "host=db", "a b" },
  { "host='d b' sslpassword=kept", "host='d b' sslpassword=kept", NULL },
  { "password='never closed", "", "never closed" },
  { "shop", "shop", NULL },
  { "mysql://ann:pw@db/shop", "mysql://ann@db/shop", "pw" }, /* weir refuses it, and has to say what */
  { "jdbc:postgresql://ann:pw@db/shop", "jdbc:postgresql://ann@db/shop", "pw" },
};

static void
test_the_password_is_taken_out (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *password = NULL;
      g_autofree char *without = conninfo_without_password (cases[i].conninfo, &password);
      assert_string_equal (without, cases[i].without);
      if (cases[i].password == NULL)
        assert_null (password);
      else
        assert_string_equal (password, cases[i].password);
    }
}

static void
test_the_driver_is_taken_out (void **state)
{
  (void) state;
  static const struct
  {
    const char *conninfo, *without; /* NULL: none was named */
  } drivers[] = {
    { "postgresql+psycopg2://ann:pw@db:5432/shop", "postgresql://ann:pw@db:5432/shop" },
    { "postgresql+pg8000://db/shop?application_name=x", "postgresql://db/shop?application_name=x" },
    { "postgres+psycopg2:///shop", "postgresql:///shop" },
    { "postgresql://ann:a+b@db/shop", NULL },
    { "postgresql+://db/shop", "postgresql://db/shop" },
    { "postgresql+psycopg2:shop", NULL },
    { "postgresql+a/b://db", NULL },
    { "mysql+pymysql://db/shop", NULL },
    { "host=db dbname=postgresql+x", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      bool had;
      g_autofree char *without = conninfo_without_driver (drivers[i].conninfo, &had);
      assert_string_equal (without, drivers[i].without != NULL ? drivers[i].without : drivers[i].conninfo);
      assert_int_equal (had, drivers[i].without != NULL);
    }
}

/* What people see, also of what nobody could connect with. */
static const struct
{
  const char *conninfo, *shown;
} shown_cases[] = {
  { "", "" },
  { "shop", "shop" },
  { "postgresql://ann:pw@db:5432/shop", "postgresql://ann@db:5432/shop" },
  { "postgresql://[::1]:5432,db2:5433/shop?sslmode=require", "postgresql://[::1]:5432,db2:5433/shop?sslmode=require" },
  { "postgresql://db/shop?sslpassword=pw&sslmode=require", "postgresql://db/shop?sslpassword=***&sslmode=require" },
  { "postgresql://db/shop?p%61ssword=pw&user=ann", "postgresql://db/shop?p%61ssword=***&user=ann" },
  { "postgresql://db/shop?PASSWORD=pw", "postgresql://db/shop?PASSWORD=***" },
  { "postgresql://ann:p/w@db/shop", "postgresql://ann:***@db/shop" },
  { "postgresql://ann:1/w@db/shop", "postgresql://ann:***@db/shop" },
  { "postgresql://ann:pw", "postgresql://ann:***" },
  { "postgresql://ann:pw/shop", "postgresql://ann:***" },
  { "mysql://ann:pw@db/shop", "mysql://ann@db/shop" },
  { "jdbc:postgresql://ann:pw@db/shop", "jdbc:postgresql://ann@db/shop" },
  { "POSTGRESQL://ann:p/w@db/shop", "POSTGRESQL://ann:***@db/shop" },
  { "host=db password=pw user=ann", "host=db user=ann" },
  { "host=db PASSWORD=pw user=ann", "host=db PASSWORD=*** user=ann" },
  { "host=db sslpassword='p w' passfile=/etc/pass", "host=db sslpassword=*** passfile=/etc/pass" },
  { "password=my secret host=db", "*** host=db" },
  { "host=db password secret", "host=db ***" },
};

static void
test_what_people_see (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (shown_cases); i++)
    {
      g_autofree char *shown = conninfo_shown (shown_cases[i].conninfo);
      assert_string_equal (shown, shown_cases[i].shown);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_the_password_is_taken_out),
                                      cmocka_unit_test (test_the_driver_is_taken_out), cmocka_unit_test (test_what_people_see) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

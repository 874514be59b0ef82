/* Business keys to UUIDs: the values, checked against PostgreSQL and openssl, and the pins that keep them. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <sys/stat.h>

#define MODEL(id) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"id\": {" id "}}"
#define FILE_TEXT "name,email\nAnn,\" Ann@X.org \"\nBob,bob@x.org\nÅsa,ÅSA@x.org\n"

static void
load_users (Home *home)
{
  g_autoptr (Json) published = load_text (home, "users.csv", FILE_TEXT, NULL);
  assert_load (published, "applied", "read=3 inserted=3 staged=3");
}

/* What `weir key users VALUE` prints. */
static char *
key_of (Home *home, const char *value)
{
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "key", "users", value, NULL);
  return g_strstrip (g_strdup (outcome->out));
}

static void
assert_key_command_agrees (Home *home)
{
  g_autofree char *id = sql_scalar (home, "select user_id from warehouse.users where name = 'Bob'");
  g_autofree char *key = key_of (home, "bob@x.org");
  assert_string_equal (key, id);
}

static void
test_md5 (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL ("\"hash\": \"md5\", \"normalize\": []"));
  load_users (home);
  assert_sql (home, "0", "select count(*) from warehouse.users where user_id <> md5(email)::uuid");
  assert_sql (home, " Ann@X.org ", "select email from warehouse.users where name = 'Ann'");
  assert_key_command_agrees (home);
  home->oracle = ORACLE_REPLAY;
}

static void
test_md5_normalised (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL ("\"hash\": \"md5\", \"normalize\": [\"trim\", \"lowercase\"]"));
  load_users (home);
  assert_sql (home, "ann@x.org|bob@x.org|åsa@x.org",
              "select string_agg(email, '|' order by email collate \"C\") from warehouse.users");
  assert_sql (home, "0", "select count(*) from warehouse.users where user_id <> md5(email)::uuid");
  /* Another spelling is the same person. */
  g_autoptr (Json) again = load_text (home, "users.csv", "name,email\nAnn,ANN@x.ORG\n", NULL);
  assert_load (again, "applied", "read=1 unchanged=1 staged=1");
  g_autofree char *a = key_of (home, "ann@x.org");
  g_autofree char *b = key_of (home, "  ANN@X.ORG");
  assert_string_equal (a, b);
  home->oracle = ORACLE_REPLAY;
}

static void
test_uuid5 (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL ("\"hash\": \"uuid5\", \"namespace\": \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\""));
  load_users (home);
  /* RFC 9562: SHA-1 of namespace and name, cut to 128 bits, with version 5 and the variant set. PostgreSQL has SHA-1 in an
   * extension only: the known answer for "www.example.com" in the DNS namespace stands for it. */
  g_autofree char *key = key_of (home, "www.example.com");
  assert_string_equal (key, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  assert_key_command_agrees (home);
  home->oracle = ORACLE_REPLAY;
}

/* HMAC-SHA-256 in SQL, by its definition (RFC 2104); PostgreSQL has sha256 () built in. The secret comes in two parts, for the oracle
 * looks for it among the statements. */
static char *
hmac_in_sql (Home *home, const char *secret, const char *message)
{
  int half = (int) strlen (secret) / 2;
  sql_run_text (home, "create or replace function pg_temp.pad(key bytea, byte int) returns bytea language plpgsql as $$"
                      " declare result bytea := ''; padded bytea := key; begin"
                      " if length(padded) > 64 then padded := sha256(padded); end if;"
                      " while length(padded) < 64 loop padded := padded || '\\x00'::bytea; end loop;"
                      " for i in 0..63 loop result := result || set_byte('\\x00', 0, get_byte(padded, i) # byte); end loop;"
                      " return result; end $$");
  return sql_scalar (
      home,
      "select encode(sha256(pg_temp.pad(key, 92) || sha256(pg_temp.pad(key, 54) || convert_to('%s', 'UTF8'))), 'hex')"
      " from convert_to('%.*s' || '%s', 'UTF8') key",
      message, half, secret, secret + half);
}

/* A version 8 UUID of the first 16 bytes. */
static char *
uuid8 (const char *hex)
{
  g_autofree char *digits = g_strndup (hex, 32);
  digits[12] = '8';
  digits[16] = "89ab"[g_ascii_xdigit_value (digits[16]) & 3];
  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16, digits + 20);
}

static void
test_hmac (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  assert_key_command_agrees (home);
  g_autofree char *path = home_path (home, ".weir/key_secret");
  struct stat status;
  assert_int_equal (stat (path, &status), 0);
  assert_int_equal (status.st_mode & 0777, 0600);
  g_autofree char *key = key_of (home, "bob@x.org");
  assert_int_equal (key[14], '8');
  home->oracle = ORACLE_REPLAY;
}

static void
test_hmac_value (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  g_autofree char *path = home_path (home, ".weir/key_secret");
  /* A secret of the user's own: its bytes are the key, less the line end. */
  home_write_file (home, ".weir/key_secret", "a secret of thirty-two characters\n");
  chmod (path, 0600);
  load_users (home);
  home->oracle = ORACLE_REPLAY;
  g_autofree char *digest = hmac_in_sql (home, "a secret of thirty-two characters", "bob@x.org");
  g_autofree char *expected = uuid8 (digest);
  assert_sql (home, expected, "select user_id from warehouse.users where name = 'Bob'");
}

static void
test_two_secrets_two_ids (void **state)
{
  Home *home = *state;
  g_autoptr (Home) other = home_new (home->cluster);
  home_write_model (home, "users", MODEL (""));
  home_write_model (other, "users", MODEL (""));
  load_users (home);
  load_users (other);
  g_autofree char *a = key_of (home, "bob@x.org");
  g_autofree char *b = key_of (other, "bob@x.org");
  assert_string_not_equal (a, b);
}

static void
test_composite (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "shops",
      "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"country\", \"code\"], \"id\": {\"hash\": \"md5\"}}");
  g_autoptr (Json) published = load_text (home, "shops.csv", "country,code,name\na,bc,one\nab,c,two\n", NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  assert_sql (home, "2", "select count(distinct shop_id) from warehouse.shops");
  /* Netstrings. */
  assert_sql (home, "one", "select name from warehouse.shops where shop_id = md5('1:a,2:bc,')::uuid");
  assert_sql (home, "two", "select name from warehouse.shops where shop_id = md5('2:ab,1:c,')::uuid");
  g_autoptr (Outcome) key = expect_weir (home, 0, "key", "shops", "a", "bc", NULL);
  g_autofree char *id = sql_scalar (home, "select shop_id from warehouse.shops where name = 'one'");
  assert_contains (key->out, id);
  home->oracle = ORACLE_REPLAY;
}

/* What changes between two loads must not be: exit code 2, the file stays, nothing is loaded. */
static void
assert_refused_by_pin (Home *home, const char *says)
{
  home_drop (home, "users.csv", "name,email\nBob,bob@x.org\nNew,new@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (outcome->err, says);
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_sql (home, "3", "select count(*) from warehouse.users");
}

static void
test_pinned_hash (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  home_write_model (home, "users", MODEL ("\"hash\": \"md5\""));
  assert_refused_by_pin (home, "md5");
}

static void
test_pinned_normalize (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  home_write_model (home, "users", MODEL ("\"normalize\": [\"lowercase\"]"));
  assert_refused_by_pin (home, "normalize");
}

static void
test_pinned_key_columns (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"name\"]}");
  assert_refused_by_pin (home, "users");
}

static void
test_pinned_kind (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"email\"]}");
  assert_refused_by_pin (home, "was loaded as a dimension");
}

/* Two histories of one table would be in two places. */
static void
test_pinned_schema (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  home_configure (home, ", \"schemas\": {\"warehouse\": \"marts\"}");
  assert_refused_by_pin (home, "table \"users\" was loaded into schema \"warehouse\"");
  assert_sql (home, "0", "select count(*) from pg_tables where schemaname = 'marts'");
}

static void
test_changed_secret (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  g_autofree char *path = home_path (home, ".weir/key_secret");
  g_autofree char *old = home_read_file (home, ".weir/key_secret");
  home_write_file (home, ".weir/key_secret", "another secret that nobody has used before");
  chmod (path, 0600);
  assert_refused_by_pin (home, "secret");
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  g_autofree char *said = g_strconcat (check->out, check->err, NULL);
  assert_contains (said, "secret");

  /* The right one again: the file, which was kept, loads. */
  home_write_file (home, ".weir/key_secret", old);
  chmod (path, 0600);
  assert_weir (home, 0, "load", "--archive", "imports/users.csv", NULL);
  assert_sql (home, "4", "select count(*) from warehouse.users");
}

static void
test_lost_secret (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  home_remove_file (home, ".weir/key_secret");
  /* A new one made in silence would make everyone a second person. */
  assert_refused_by_pin (home, "secret");
}

static void
test_secret_others_can_read (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL (""));
  load_users (home);
  g_autofree char *path = home_path (home, ".weir/key_secret");
  chmod (path, 0644);
  home_drop (home, "users.csv", "name,email\nNew,new@x.org\n");
  g_autoptr (Outcome) outcome = run_weir (home, "load", "--archive", "imports/users.csv", NULL);
  assert_true (outcome->code == 2 || outcome->code == 4);
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_contains (outcome->err, "key_secret");
}

static void
test_renamed_id_column (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL ("\"hash\": \"md5\""));
  load_users (home);
  home_write_model (home, "users", MODEL ("\"hash\": \"md5\", \"column\": \"person\""));
  home_drop (home, "users.csv", "name,email\nNew,new@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--archive", "imports/users.csv", NULL);
  assert_contains (outcome->err, "has no column \"person\" for the id");
  assert_true (home_has_file (home, "imports/users.csv"));
}

/* Lower case would make these cells no instants and no numbers any more. */
static void
test_normalised_key_of_other_types (void **state)
{
  Home *home = *state;
  home_write_model (home, "readings",
                    "{\"table\": \"readings\", \"kind\": \"fact\", \"business_key\": [\"device\", \"at\"],"
                    " \"id\": {\"hash\": \"md5\", \"normalize\": [\"trim\", \"lowercase\"]}}");
  g_autoptr (Json) published =
      load_text (home, "readings.csv", "device,at,v\nA,2026-01-01T00:00:00Z,1\nb,2026-01-01T00:00:01Z,2\n", NULL);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  assert_sql (home, "a|2026-01-01 00:00:00+00|1\nb|2026-01-01 00:00:01+00|2",
              "select device, at, v from warehouse.readings order by 1");
  assert_sql (home, "1", "select count(*) from warehouse.readings where reading_id = md5('1:a,20:2026-01-01t00:00:00z,')::uuid");
  home->oracle = ORACLE_REPLAY;
}

#define PRICES(columns)                                                                                                            \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"k\"]," columns                                             \
  " \"id\": {\"column\": \"user_id\", \"hash\": \"md5\"}}"

/* Equal values are one entity, however they are written, in one file or in two. */
static void
test_key_by_value (void **state)
{
  static const struct
  {
    const char *columns, *first, *second, *counts;
    const char *ids;        /* the texts that the ids are made of */
    const char *value, *as; /* of `weir key` */
  } cases[] = {
    { "", "k;v\n1.234,50;a\n2,75;b\n", "k;v\n1234.5;a\n2.75;c\n", "read=2 unchanged=1 updated=1 deactivated=1 staged=2",
      "1234.5|2.75", "1234,50", "1234.5" },
    { "", "k,v\n1,a\n2,b\n", "k,v\n1.0,a\n2.50,c\n", "read=2 unchanged=1 inserted=1 staged=2", "1|2|2.5", "1.00", "1" },
    { "", "k,v\n1,a\n2,b\n", "k,v\n1,a\nx,b\n1.0,c\n", "read=3 unchanged=1 inserted=2 staged=3", "1|1.0|2|x", "1.0", "1.0" },
    { "", "k,v\n550E8400-e29b-41d4-a716-446655440000,a\n",
      "k,v\n550e8400-E29B-41d4-a716-446655440000,b\n550e8400-e29b-41d4-a716-446655440000,a\n",
      "read=2 duplicate=1 unchanged=1 staged=1", "550e8400-e29b-41d4-a716-446655440000", "550E8400-E29B-41D4-A716-446655440000",
      "550e8400-e29b-41d4-a716-446655440000" },
    { "\"columns\": {\"k\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}},", "k,v\n01/02/2026,a\n", "k,v\n1/2/2026,a\n",
      "read=1 unchanged=1 staged=1", "2026-02-01", "2026-02-01", "2026-02-01" },
    { "\"columns\": {\"k\": {\"type\": \"boolean\"}},", "k,v\nyes,a\n0,b\n", "k,v\nTRUE,a\nno,b\n", "read=2 unchanged=2 staged=2",
      "false|true", "f", "false" },
    { "", "k,v\n2026-01-01 01:00:00+01,a\n", "k,v\n2026-01-01T00:00Z,a\n", "read=1 unchanged=1 staged=1", "2026-01-01T00:00:00Z",
      "2026-01-01 02:00+02", "2026-01-01T00:00:00Z" },
    { "", "k,v\n007,a\n1.50,b\n", "k,v\n 007 ,a\n1.5,c\n", "read=2 unchanged=1 inserted=1 staged=2", "007|1.5|1.50", "1.50",
      "1.50" },
  };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) own = home_new (home->cluster);
      g_autofree char *model = g_strdup_printf (PRICES ("%s"), cases[i].columns);
      home_write_model (own, "users", model);
      g_autoptr (Json) first = load_text (own, "users.csv", cases[i].first, NULL);
      assert_json (first, "status", "applied");
      expect_load (own, cases[i].second, "applied", cases[i].counts);
      g_auto (GStrv) texts = g_strsplit (cases[i].ids, "|", -1);
      for (char **text = texts; *text != NULL; text++)
        assert_sql (own, "1", "select count(*) from warehouse.users where is_current and user_id = md5('%s')::uuid", *text);
      g_autofree char *count = g_strdup_printf ("%u", g_strv_length (texts));
      assert_sql (own, count, "select count(*) from warehouse.users where is_current");
      g_autofree char *key = key_of (own, cases[i].value);
      g_autofree char *expected = sql_scalar (own, "select md5('%s')::uuid", cases[i].as);
      assert_string_equal (key, expected);
      own->oracle = ORACLE_REPLAY;
    }
}

/* A reference is known as the dimension knows its key, however the fact's file writes it. */
static void
test_reference_by_value (void **state)
{
  Home *home = *state;
  home_write_model (
      home, "prices",
      "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"k\", \"day\"], \"id\": {\"column\": \"price_id\"},"
      " \"columns\": {\"day\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}}");
  home_write_model (home, "sales",
                    "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"n\"], \"references\": [{\"dimension\": "
                    "\"prices\", \"columns\":"
                    " [\"price\", \"day\"], \"as\": \"price_id\"}]}");
  g_autoptr (Json) prices = load_text (home, "prices.csv", "k;day\n1234.5;01/02/2026\n2.75;03/04/2026\n", NULL);
  assert_load (prices, "applied", "read=2 inserted=2 staged=2");
  g_autoptr (Json) sales =
      load_text (home, "sales.csv", "n;price;day\n1.50;1.234,50;1/2/2026\n2.25;2,750;2026-04-03\n3.5;;\n", NULL);
  assert_load (sales, "applied", "read=3 inserted=3 staged=3");
  assert_sql (home, "1.5|1234.5\n2.25|2.75\n3.5|-",
              "select n, k from warehouse.sales left join warehouse.prices using (price_id) order by n");
  home->oracle = ORACLE_REPLAY;
}

/* Where no row was made with the key as it was, the next load takes the new one, and so does the command. */
static void
test_key_of_a_table_that_is_gone (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", MODEL ("\"hash\": \"hmac-sha256\""));
  load_users (home);
  home_write_model (home, "users", MODEL ("\"hash\": \"hmac-sha256\", \"normalize\": [\"trim\", \"lowercase\"]"));
  g_autoptr (Outcome) refused = expect_weir (home, 2, "key", "users", "bob@x.org", NULL);
  assert_contains (refused->err, "the key definition of table \"users\" is not the one its rows were loaded with");
  sql_run_text (home, "drop table warehouse.users cascade");
  g_autofree char *key = key_of (home, "bob@x.org");
  g_autoptr (Json) published = load_text (home, "users-2.csv", FILE_TEXT, NULL);
  assert_json (published, "status", "applied");
  assert_key_command_agrees (home);
  g_autofree char *after = key_of (home, "bob@x.org");
  assert_string_equal (key, after);
  home->oracle = ORACLE_BY_HAND;
}

/* No load would give this value an id. */
static void
test_key_of_another_type (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", PRICES ("\"columns\": {\"k\": {\"type\": \"bigint\"}},"));
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "key", "users", "x", NULL);
  assert_contains (outcome->err, "\"x\" is not of type bigint");
  /* Neither a secret nor a pin is needed: the database is not asked. */
  home_lose_database (home);
  g_autofree char *key = key_of (home, "1");
  assert_string_equal (key, "c4ca4238-a0b9-2382-0dcc-509a6f75849b");
  home_write_model (home, "users", PRICES (""));
  g_autoptr (Outcome) away = expect_weir (home, 0, "key", "users", "1", NULL);
  assert_contains (away->err, "could not be asked for the key's types");
  home_configure (home, "");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_md5),
    TEST (test_md5_normalised),
    TEST (test_uuid5),
    TEST (test_hmac),
    TEST (test_hmac_value),
    TEST (test_two_secrets_two_ids),
    TEST (test_composite),
    TEST (test_pinned_hash),
    TEST (test_pinned_normalize),
    TEST (test_pinned_key_columns),
    TEST (test_pinned_kind),
    TEST (test_pinned_schema),
    TEST (test_changed_secret),
    TEST (test_lost_secret),
    TEST (test_secret_others_can_read),
    TEST (test_renamed_id_column),
    TEST (test_normalised_key_of_other_types),
    TEST (test_key_by_value),
    TEST (test_reference_by_value),
    TEST (test_key_of_another_type),
    TEST (test_key_of_a_table_that_is_gone),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}

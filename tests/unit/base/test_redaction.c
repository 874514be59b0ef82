/* What people may read of what others say: secrets in all their forms, and what is none. */
#include "base/redaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct
{
  const char *said, *shown;
} shown[] = {
  { "nothing of it", "nothing of it" },
  { "password=hunter2!", "password=<config.password>!" },
  { "42: pin '42', 420, 142, \xc3\xa5"
    "42, 42",
    "<config.login.pin>: pin '<config.login.pin>', 420, 142, \xc3\xa5"
    "42, <config.login.pin>" },
  { "7 of 7 rows", "7 of 7 rows" }, /* one digit is in any text */
  { "no such file /data/x.csv", "no such file <config.path>" },
  { "{\"text\": \"a\\\"quoted\\\"b\"}", "{\"text\": \"<config.text>\"}" },
  { "b'p\\u00e5s\\t\\ud83d\\ude00'", "b'<config.word>'" },
  { "{\"word\": \"p\xc3\xa5s\\t\xf0\x9f\x98\x80\"}", "{\"word\": \"<config.word>\"}" },
  { "https://x?p=p%40ss%20w", "https://x?p=<config.tokens[0]>" },
  { "{'pass': 'dom\\\\ann\"s'}, \"dom\\\\ann\\\"s\"", "{'pass': '<config.pass>'}, \"<config.pass>\"" }, /* of Python, and of JSON */
  { "Basic ZG9tXGFubiJz or ZG9tXGFubiJzIQ==", "Basic <config.pass> or <config.pass>IQ==" },
  { "eDpkb21cYW5uInM= eHg6ZG9tXGFubiJz", "eDpk<config.pass>InM= eHg6<config.pass>" }, /* behind x: and xx: */
  { "MIIEvQIBADANBgkq is a line of it", "<config.private_key> is a line of it" },
  { "no user ann with sesame9", "no user ann with <config.url>" },
  { "table id of cat, at most 1024", "table id of cat, at most 1024" }, /* short words that are no secrets, columns, numbers */
  { "name of id", "name of id" },
  { "schema public", "schema <config.schema>" },
  { "abcdefgh", "<config.one>" }, /* the rest of the one that begins within the other */
  { "a\x1b[31mred", "a\\x1B[31mred" },
};

static Json *
config (void)
{
  return json_pack ("{s:s, s:{s:i, s:i}, s:s, s:s, s:s, s:[s], s:s, s:s, s:s, s:[s], s:s, s:i, s:s, s:s, s:s}", "password",
                    "hunter2", "login", "pin", 42, "api_key", 7, "path", "/data/x.csv", "text", "a\"quoted\"b", "word",
                    "p\xc3\xa5s\t\xf0\x9f\x98\x80", "tokens", "p@ss w", "private_key", "-----BEGIN\nMIIEvQIBADANBgkq\n-----END",
                    "url", "postgresql://ann:sesame9@h/x", "schema", "public", "primary_keys", "id", "animal", "cat", "most", 1024,
                    "one", "abcdef", "two", "defgh", "pass", "dom\\ann\"s");
}

static void
a_configuration_is_not_shown (void **state)
{
  (void) state;
  g_autoptr (Json) all = config ();
  g_autoptr (Redaction) redaction = redaction_new ();
  redaction_add_all (redaction, all, "config", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autofree char *text = redact (redaction, shown[i].said, strlen (shown[i].said), SIZE_MAX);
      assert_string_equal (text, shown[i].shown);
    }
  g_autofree char *all_of_it = redact (NULL, "hunter2", 7, SIZE_MAX);
  assert_string_equal (all_of_it, "hunter2");
}

static bool
is_harmless (const char *name, const Json *value)
{
  (void) value;
  return strcmp (name, "host") == 0;
}

/* Of what a job says those alone that are called as secrets are. */
static const struct
{
  const char *json, *said, *shown;
} named[] = {
  { "{'path': 'orders', 'key': ['id'], 'mapping': {'customer': 'kunde'}}", "no orders: id of kunde", "no orders: id of kunde" },
  { "{'query': {'api_key': 'ab12'}}", "a ab12", "a ..." },
  { "{'query': {'Subscription-Key': 'xy'}}", "a xy", "a ..." },
  { "{'query': {'author': 'me'}}", "no message of me", "no message of ..." },
  { "{'headers': {'X-Page': '50', 'X-Own': 'abcd'}}", "HTTP 500 for abcd", "HTTP 500 for ..." },
  { "{'auth': {'host': 'example.org', 'token': ['abc', 123]}}", "abc, 123 at example.org", "..., ... at example.org" },
  { "{'steps': {'credentials': {'name': 'deep'}}}", "is deep", "is ..." },
  { "{'token': true, 'secret': null}", "true null", "true null" },
};

static void
what_is_called_a_secret_is_not_shown (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (named); i++)
    {
      g_autofree char *text = g_strdelimit (g_strdup (named[i].json), "'", '"');
      g_autoptr (Json) json = json_loads (text, 0, NULL);
      g_autoptr (Redaction) redaction = redaction_new ();
      redaction_add_named (redaction, json, is_harmless);
      g_autofree char *got = redact (redaction, named[i].said, strlen (named[i].said), SIZE_MAX);
      assert_string_equal (got, named[i].shown);
    }
}

/* Cut when all is hidden; what stands for a secret may be cut, too. */
static void
no_beginning_is_left_at_the_cut (void **state)
{
  (void) state;
  g_autoptr (Redaction) redaction = redaction_new ();
  redaction_add (redaction, NULL, NULL, true);
  redaction_add (redaction, "hunter2", NULL, true);
  redaction_add (redaction, "x", NULL, true);
  static const char said[] = "x says hunter2 and\0hunter2";
  for (size_t limit = 0; limit <= sizeof said; limit++)
    {
      g_autofree char *text = redact (redaction, said, sizeof said - 1, limit);
      assert_null (strstr (text, "hu"));
      assert_null (strstr (text, "er2"));
    }
  g_autofree char *text = redact (redaction, said, sizeof said - 1, SIZE_MAX);
  assert_string_equal (text, "x says ... and\\x00...");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_configuration_is_not_shown),
    cmocka_unit_test (what_is_called_a_secret_is_not_shown),
    cmocka_unit_test (no_beginning_is_left_at_the_cut),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

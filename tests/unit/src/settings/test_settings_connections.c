/* "connections" of weir.json: what may stand there, and what others may see of it. */
#include "src/settings/settings_connections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void
test_mistakes (void **state)
{
  (void) state;
  static const struct
  {
    const char *tree;
    const char *mistakes; /* a line each; "": none */
  } cases[] = {
    { "{}", "" },
    { "{\"app\": {\"type\": \"postgresql\", \"url\": \"${env:APP_URL}\", \"whatever\": {\"a\": [1]}}}", "" },
    { "{\"a_b-1\": {\"type\": \"my-store\", \"program\": \"/opt/x\"}}", "" },
    { "[]", "$.connections: must be an object: a name and a connection, and so on\n" },
    { "{\"app\": 1}", "$.connections.app: must be an object with a \"type\", as \"postgresql\"\n" },
    { "{\"app\": {\"typ\": \"x\"}}", "$.connections.app: must be an object with a \"type\", as \"postgresql\"\n" },
    { "{\"app\": {\"type\": 1, \"program\": \"\"}, \"b\": {\"type\": \"../x\"}}",
      "$.connections.app.type: must be a string, not a number\n"
      "$.connections.app.program: must not be empty\n"
      "$.connections.b.type: must be a word of small letters, digits, - and _, as \"postgresql\" is\n" },
    { "{\"1st\": {\"type\": \"x\"}}",
      "$.connections[\"1st\"]: must be called by at most 63 letters, digits, - and _, the first of them no digit\n" },
    { "{\"a b\": {\"type\": \"x\"}}",
      "$.connections[\"a b\"]: must be called by at most 63 letters, digits, - and _, the first of them no digit\n" },
    { "{\"app\": {\"type\": \"x\\n\"}}",
      "$.connections.app.type: must be a word of small letters, digits, - and _, as \"postgresql\" is\n" },
    { "{\"app\": {\"type\": \"x\", \"url\": \"postgresql://u:${env:P}@h/\", \"list\": [{\"a\": \"x${file:b}\"}], \"plain\": \"a $ "
      "{b}\"}}",
      "$.connections.app.url: \"${...}\" stands for a whole value: put all of the text into the file or the variable\n"
      "$.connections.app.list[0].a: \"${...}\" stands for a whole value: put all of the text into the file or the variable\n" },
    { "{\"app\": {\"type\": \"x\", \"url\": \"${evn:P}\", \"user\": \"${USER}\", \"plain\": \"${a} b\"}}",
      "$.connections.app.url: \"${evn:P}\" stands for nothing: a variable is \"${env:NAME}\", a file \"${file:PATH}\"\n"
      "$.connections.app.user: \"${USER}\" stands for nothing: a variable is \"${env:NAME}\", a file \"${file:PATH}\"\n" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].tree);
      g_autoptr (Json) tree = json_loads (cases[i].tree, 0, NULL);
      g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GString) all = g_string_new (NULL);
      assert_non_null (tree);
      settings_check_connections (tree, "$.connections", mistakes);
      for (guint j = 0; j < mistakes->len; j++)
        g_string_append_printf (all, "%s\n", (const char *) mistakes->pdata[j]);
      assert_string_equal (all->str, cases[i].mistakes);
    }
}

/* What is not known to be harmless is a secret. */
static void
test_shown (void **state)
{
  (void) state;
  g_autoptr (Json) tree =
      json_loads ("{\"app\": {\"type\": \"x\", \"host\": \"h\", \"port\": 1, \"user\": \"u\", \"password\": \"p\","
                  " \"url\": \"https://a:b@c\", \"token\": \"${env:T}\", \"config\": {\"host\": \"h\"}, \"path\": {\"a\": \"b\"},"
                  " \"pin\": 1234, \"headers\": [\"Authorization: x\"], \"command\": [\"tap\", \"-k\"]},"
                  "\"b\": {\"type\": \"x\", \"command\": [\"tap\"], \"kind\": \"target\", \"host_key\": [\"SHA256:a\"]}}",
                  0, NULL);
  g_autofree char *before = weir_json_text (tree);
  g_autoptr (Json) shown = settings_show_connections (tree);
  g_autofree char *text = weir_json_text (shown), *after = weir_json_text (tree);
  assert_string_equal (
      text, "{\"app\":{\"type\":\"x\",\"host\":\"h\",\"port\":1,\"user\":\"u\",\"password\":\"...\",\"url\":\"...\","
            "\"token\":\"${env:T}\",\"config\":\"...\",\"path\":\"...\",\"pin\":\"...\",\"headers\":\"...\",\"command\":\"...\"},"
            "\"b\":{\"type\":\"x\",\"command\":[\"tap\"],\"kind\":\"target\",\"host_key\":[\"SHA256:a\"]}}");
  assert_string_equal (before, after);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_mistakes), cmocka_unit_test (test_shown) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

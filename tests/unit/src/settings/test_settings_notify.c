/* "notify" of weir.json: every mistake is told with its place, at once. */
#include "src/settings/settings_notify.h"
#include "src/settings/settings_reference.h"

#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TARGET(members) "{\"targets\": {\"ops\": {" members "}}}"
#define HOOK "\"type\": \"webhook\", \"url\": \"https://x.org/a\""
#define SMTP_AT(host) "\"type\": \"smtp\", \"host\": \"" host "\", \"from\": \"a@x.org\", \"to\": [\"b@x.org\"], \"tls\": \"none\""
#define MAIL "\"type\": \"smtp\", \"host\": \"x.org\", \"from\": \"a@x.org\", \"to\": [\"b@x.org\"]"

static const struct
{
  const char *tree;
  const char *mistakes[4];
} mistake_cases[] = {
  { "{}", { NULL } },
  { TARGET (HOOK), { NULL } },
  { TARGET (HOOK ", \"secret\": \"${env:X}\", \"ca_file\": \"ca.pem\""), { NULL } },
  { TARGET (MAIL ", \"user\": \"ann\", \"password\": \"${file:p}\""), { NULL } },
  { TARGET ("\"type\": \"command\", \"command\": [\"/bin/x\", \"\"]"), { NULL } },
  { "[]", { "$.notify: must be an object, not an array" } },
  { "{\"target\": {}}", { "$.notify.target: unknown member \"target\"; did you mean \"targets\"?" } },
  { TARGET ("\"url\": \"https://x.org\""),
    { "$.notify.targets.ops: must be an object with a \"type\": \"webhook\", \"smtp\" or \"command\"" } },
  { TARGET ("\"type\": \"webhok\""), { "$.notify.targets.ops.type: unknown value \"webhok\"; did you mean \"webhook\"?" } },
  { TARGET ("\"type\": \"webhook\", \"url\": \"ftp://x.org\", \"secret\": \"abc\""),
    { "$.notify.targets.ops.url: must be a URL that begins with https:// or http://, or \"${file:PATH}\", or \"${env:NAME}\"",
      "$.notify.targets.ops.secret: must be \"${file:PATH}\" or \"${env:NAME}\": a secret does not stand in weir.json itself" } },
  { TARGET (HOOK ", \"body\": \"slack\", \"secret\": \"${env:X}\""),
    { "$.notify.targets.ops: has a \"secret\": a \"slack\" body is not signed" } },
  { TARGET (MAIL ", \"user\": \"ann\""), { "$.notify.targets.ops: needs \"user\" and \"password\", or neither" } },
  { TARGET (MAIL ", \"tls\": \"none\""),
    { "$.notify.targets.ops: has \"tls\": \"none\", which is for a mail server on this machine, without a password" } },
  { TARGET (SMTP_AT ("127.0.0.1")), { NULL } },
  { TARGET (SMTP_AT ("::1")), { NULL } },
  { TARGET (SMTP_AT ("127.example.org")),
    { "$.notify.targets.ops: has \"tls\": \"none\", which is for a mail server on this machine, without a password" } },
  { TARGET ("\"type\": \"smtp\", \"host\": \"smtp://x.org\", \"port\": 0, \"from\": \"a\", \"to\": [\"b@x.org>\"]"),
    { "$.notify.targets.ops.host: must be a host's name or address, and nothing else",
      "$.notify.targets.ops.port: must be a whole number from 1 to 65535",
      "$.notify.targets.ops.from: must be an address such as weir@example.org, of ASCII letters",
      "$.notify.targets.ops.to[0]: must be an address such as ann@example.org, of ASCII letters" } },
  { TARGET ("\"type\": \"smtp\", \"host\": \"x\\r\\n.org\", \"from\": \"a@x.org\", \"to\": [\"a@x.org\\r\\nBcc: e@x.org\"]"),
    { "$.notify.targets.ops.host: must not have control characters in it",
      "$.notify.targets.ops.to[0]: must be an address such as ann@example.org, of ASCII letters" } },
  { TARGET ("\"type\": \"command\", \"command\": \"mail -s x\""),
    { "$.notify.targets.ops.command: must be an array: a program and its arguments; no shell reads them" } },
  { "{\"targets\": {\"my ops\": {" HOOK "}}}",
    { "$.notify.targets[\"my ops\"]: must be called by at most 63 letters, digits, - and _" } },
  { "{\"targets\": {\"ops\\n\": {" HOOK "}}}",
    { "$.notify.targets[\"ops\\n\"]: must be called by at most 63 letters, digits, - and _" } },
  { "{\"targets\": {\"ops\": {" HOOK "}}, \"rules\": [{\"on\": [\"refusd\"], \"to\": [\"opps\"]}, {\"tables\": []}]}",
    { "$.notify.rules[0].on[0]: unknown value \"refusd\"; did you mean \"refused\"?", "$.notify.rules[1].tables: must not be empty",
      "$.notify.rules[1]: \"on\" is missing", "$.notify.rules[0].to[0]: unknown target \"opps\"; did you mean \"ops\"?" } },
  { "{\"gather\": \"0 seconds\", \"every\": \"forever\"}",
    { "$.notify.gather: must be a time from \"1 second\" to \"7 days\"",
      "$.notify.every: must be a time from \"1 second\" to \"7 days\"" } },
};

static void
test_mistakes (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (mistake_cases); i++)
    {
      print_message ("  %s\n", mistake_cases[i].tree);
      g_autoptr (Json) tree = json_loads (mistake_cases[i].tree, 0, NULL);
      g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
      settings_check_notify (tree, "$.notify", mistakes);
      for (guint j = 0; j < mistakes->len; j++)
        assert_string_equal (mistakes->pdata[j],
                             j < G_N_ELEMENTS (mistake_cases[i].mistakes) && mistake_cases[i].mistakes[j] != NULL
                                 ? mistake_cases[i].mistakes[j]
                                 : "no more");
      assert_true (mistakes->len == G_N_ELEMENTS (mistake_cases[i].mistakes) || mistake_cases[i].mistakes[mistakes->len] == NULL);
    }
}

/* What the reader says of a tree with one mistake. Owned by the caller. */
static char *
mistake_of (const char *text)
{
  g_autoptr (Json) tree = json_loads (text, 0, NULL);
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
  assert_non_null (tree);
  settings_check_notify (tree, "$.notify", mistakes);
  assert_true (mistakes->len > 0);
  return g_strdup (mistakes->pdata[0]);
}

static const Json *
follow (const Json *schema, const char *pointer)
{
  g_auto (GStrv) names = g_strsplit (pointer, "/", -1);
  for (char **name = names; *name != NULL; name++)
    schema = json_is_array (schema) ? json_array_get (schema, (size_t) atoi (*name)) : json_object_get (schema, *name);
  assert_non_null (schema);
  return schema;
}

/* Editors are given what the reader knows, and no more. */
static void
test_the_schema_has_the_readers_words (void **state)
{
  (void) state;
#define TARGETS "properties/targets/additionalProperties/oneOf/"
  static const struct
  {
    const char *pointer; /* of properties or of a list of words */
    const char *tree;    /* with one at that place that there is not */
  } cases[] = {
    { "properties", "{\"~~~~~~~~\": 1}" },
    { TARGETS "0/properties", TARGET (HOOK ", \"~~~~~~~~\": 1") },
    { TARGETS "1/properties", TARGET (MAIL ", \"~~~~~~~~\": 1") },
    { TARGETS "2/properties", TARGET ("\"type\": \"command\", \"command\": [\"/bin/x\"], \"~~~~~~~~\": 1") },
    { TARGETS "0/properties/body/enum", TARGET (HOOK ", \"body\": \"~~~~~~~~\"") },
    { TARGETS "1/properties/tls/enum", TARGET (MAIL ", \"tls\": \"~~~~~~~~\"") },
    { "properties/rules/items/properties", "{\"rules\": [{\"on\": [\"late\"], \"~~~~~~~~\": 1}]}" },
    { "properties/rules/items/properties/on/items/enum", "{\"rules\": [{\"on\": [\"~~~~~~~~\"]}]}" },
  };
  g_autoptr (Json) schema = settings_notify_schema ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *mistake = mistake_of (cases[i].tree);
      const char *list = strstr (mistake, "expected one of: ");
      assert_non_null (list);
      g_auto (GStrv) known = g_strsplit (list + strlen ("expected one of: "), ", ", -1);
      const Json *there = follow (schema, cases[i].pointer);
      for (guint j = 0; known[j] != NULL; j++)
        if (json_is_array (there) ? strcmp (json_string_value (json_array_get (there, j)), known[j]) != 0
                                  : json_object_get (there, known[j]) == NULL)
          fail_msg ("the schema has no %s in %s", known[j], cases[i].pointer);
      assert_int_equal (json_is_array (there) ? json_array_size (there) : json_object_size (there), g_strv_length (known));
    }
  assert_int_equal (json_array_size (follow (schema, "properties/targets/additionalProperties/oneOf")), 3);
}

/* An indented block of docs/alerts.md as what "notify" may be: all of weir.json, members of "notify", or targets; NULL: it is
 * something else. */
static Json *
read_example (const char *block)
{
  g_autofree char *text = block[strspn (block, " \n")] == '{' ? g_strdup (block) : g_strdup_printf ("{%s}", block);
  g_autoptr (Json) value = json_loads (text, 0, NULL);
  if (json_object_get (value, "notify") != NULL)
    return json_incref (json_object_get (value, "notify"));
  if (json_object_get (value, "rules") != NULL)
    return json_pack ("{s:O, s:{s:{s:s, s:[s]}, s:{s:s, s:[s]}}}", "rules", json_object_get (value, "rules"), "targets", "ops",
                      "type", "command", "command", "x", "mail", "type", "command", "command", "x");
  return json_object_size (value) > 0 && json_object_get (value, "data") == NULL ? json_pack ("{s:O}", "targets", value) : NULL;
}

static void
test_the_examples_are_good (void **state)
{
  (void) state;
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs/alerts.md", NULL), *page = NULL;
  assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_auto (GStrv) paragraphs = g_regex_split_simple ("\n(?!    )[^\n]*", page, 0, 0);
  int examples = 0;
  for (char **block = paragraphs; *block != NULL; block++)
    {
      g_autoptr (Json) notify = read_example (*block);
      g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
      if (notify == NULL)
        continue;
      settings_check_notify (notify, "$.notify", mistakes);
      if (mistakes->len > 0)
        fail_msg ("%s\n%s", *block, (char *) mistakes->pdata[0]);
      examples++;
    }
  assert_int_equal (examples, 6);
}

/* Where no rule says so, targets are told of all but what goes well. */
static void
test_who_is_told (void **state)
{
  (void) state;
  g_autoptr (Json) tree = json_loads (TARGET (HOOK), 0, NULL);
  g_autoptr (AlertPlan) plan = alert_plan_read (tree, "$.notify", NULL);
  const AlertTarget *ops = alert_plan_find (plan, "ops");
  for (unsigned kind = 0; kind < ALERT_RULES; kind++)
    assert_true (alert_plan_tells (plan, ops, (AlertKind) kind) == (kind != ALERT_APPLIED));
  assert_int_equal (plan->gather, 60);
  assert_int_equal (plan->every, 3600);
  assert_null (alert_plan_find (plan, "none"));
}

static void
test_shown (void **state)
{
  (void) state;
  static const char *const cases[][2] = { { "https://hooks.x.org/services/T0/B0/secret", "https://hooks.x.org/..." },
                                          { "https://ann:pw@x.org:8443?key=secret", "https://x.org:8443/..." },
                                          { "http://x.org", "http://x.org/..." },
                                          { "${file:secrets/slack}", "${file:secrets/slack}" } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = alert_shown_url (cases[i][0]);
      assert_string_equal (shown, cases[i][1]);
    }
  g_autoptr (Json) tree = json_loads (TARGET (HOOK), 0, NULL);
  g_autoptr (Json) safe = settings_show_notify (tree);
  g_autofree char *text = weir_json_text (safe);
  assert_string_equal (text, "{\"targets\":{\"ops\":{\"type\":\"webhook\",\"url\":\"https://x.org/...\"}}}");
}

/* What a reference stands for; a file must be closed to others, and have one line. */
static void
test_references (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *contents;
    mode_t mode;
    const char *value; /* NULL: an error */
  } cases[] = {
    { "as it is", NULL, 0, "as it is" },
    { "${file:a}", "secret\n", 0600, "secret" },
    { "${file:a}", "secret\n", 0640, NULL },
    { "${file:a}", "\n", 0600, NULL },
    { "${file:a}", "two\nlines\n", 0600, NULL },
    { "${file:none}", NULL, 0, NULL },
    { "${env:WEIR_TEST_THERE}", NULL, 0, "there" },
    { "${env:WEIR_TEST_NOT}", NULL, 0, NULL },
    { "${env:}", NULL, 0, "${env:}" },
    { "a ${env:WEIR_TEST_THERE}", NULL, 0, "a ${env:WEIR_TEST_THERE}" },
  };
  g_autofree char *folder = g_dir_make_tmp ("weir-notify-XXXXXX", NULL), *path = g_build_filename (folder, "a", NULL);
  const Settings settings = { .home = folder };
  g_setenv ("WEIR_TEST_THERE", "there", TRUE);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      if (cases[i].contents != NULL)
        assert_true (g_file_set_contents (path, cases[i].contents, -1, NULL) && chmod (path, cases[i].mode) == 0);
      g_autofree char *value = settings_resolve (&settings, cases[i].text, &error);
      assert_true ((value == NULL) == (cases[i].value == NULL) && (value == NULL) == (error != NULL));
      if (value != NULL)
        assert_string_equal (value, cases[i].value);
      assert_true (error == NULL || strstr (error->message, "secret\n") == NULL);
    }
  remove_tree (folder);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_mistakes),
    cmocka_unit_test (test_the_schema_has_the_readers_words),
    cmocka_unit_test (test_the_examples_are_good),
    cmocka_unit_test (test_who_is_told),
    cmocka_unit_test (test_shown),
    cmocka_unit_test (test_references),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

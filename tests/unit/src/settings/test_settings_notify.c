/* "notify" of weir.json: every mistake is told with its place, at once. */
#include "src/settings/settings_notify.h"
#include "src/settings/settings_reference.h"

#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>

#define TARGET(members) "{\"targets\": {\"ops\": {" members "}}}"
#define HOOK "\"type\": \"webhook\", \"url\": \"https://x.org/a\""
#define MAIL "\"type\": \"smtp\", \"host\": \"x.org\", \"from\": \"a@x.org\", \"to\": [\"b@x.org\"]"

static void
test_mistakes (void **state)
{
  (void) state;
  static const struct
  {
    const char *tree;
    const char *mistakes[4];
  } cases[] = {
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
    { "{\"targets\": {\"ops\": {" HOOK "}}, \"rules\": [{\"on\": [\"refusd\"], \"to\": [\"opps\"]}, {\"tables\": []}]}",
      { "$.notify.rules[0].on[0]: unknown value \"refusd\"; did you mean \"refused\"?",
        "$.notify.rules[1].tables: must not be empty", "$.notify.rules[1]: \"on\" is missing",
        "$.notify.rules[0].to[0]: unknown target \"opps\"; did you mean \"ops\"?" } },
    { "{\"gather\": \"0 seconds\", \"every\": \"forever\"}",
      { "$.notify.gather: must be a time from \"1 second\" to \"7 days\"",
        "$.notify.every: must be a time from \"1 second\" to \"7 days\"" } },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].tree);
      g_autoptr (Json) tree = json_loads (cases[i].tree, 0, NULL);
      g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
      settings_check_notify (tree, "$.notify", mistakes);
      for (guint j = 0; j < mistakes->len; j++)
        assert_string_equal (mistakes->pdata[j], j < G_N_ELEMENTS (cases[i].mistakes) && cases[i].mistakes[j] != NULL
                                                     ? cases[i].mistakes[j]
                                                     : "no more");
      assert_true (mistakes->len == G_N_ELEMENTS (cases[i].mistakes) || cases[i].mistakes[mistakes->len] == NULL);
    }
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
    cmocka_unit_test (test_who_is_told),
    cmocka_unit_test (test_shown),
    cmocka_unit_test (test_references),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

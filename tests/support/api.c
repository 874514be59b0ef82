#include "api.h"

#include "http.h"
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#define PYTHON "/usr/bin/python3"

Json *
json_of (const char *text)
{
  g_autofree char *quoted = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  Json *json = weir_json_parse (quoted, strlen (quoted), "of the test", &error);
  if (json == NULL)
    fail_msg ("%s: %s", error->message, quoted);
  return json;
}

Api *
api_start (const char *folder, const char *pem)
{
  Api *api = g_new0 (Api, 1);
  assert_int_equal (g_mkdir_with_parents (folder, 0700), 0);
  g_autofree char *script = g_build_filename (g_getenv ("WEIR_SOURCE"), "tests", "support", "api_server.py", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL), *port_path = g_build_filename (folder, "port", NULL), *port = NULL;
  const char *const argv[] = { PYTHON, script, folder, pem, NULL };
  const char *const environment[] = { "PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1", NULL };
  api->process = process_start (&(ProcessSetup) { .folder = folder, .environment = environment, .out = log }, argv);
  int code = 0;
  wait_until (g_file_get_contents (port_path, &port, NULL, NULL) || process_ended (api->process, &code));
  if (port == NULL)
    {
      g_autofree char *said = NULL;
      g_file_get_contents (log, &said, NULL, NULL);
      fail_msg ("the API did not start (scripts/deps --test installs python3): %s", said);
    }
  api->port = (int) g_ascii_strtoll (port, NULL, 10);
  return api;
}

void
api_stop (Api *api)
{
  kill (api->process, SIGKILL);
  process_wait (api->process);
  g_free (api);
}

void
api_rules (const Api *api, const char *rules)
{
  g_autoptr (Json) json = json_of (rules);
  g_autofree char *text = weir_json_text (json);
  g_autoptr (Reply) reply = http_ask (api->port, "POST", "/_rules", "Connection: close\r\n", text);
  assert_int_equal (reply->status, 200);
}

Json *
api_log (const Api *api)
{
  g_autoptr (Reply) reply = http_ask (api->port, "GET", "/_log", "Connection: close\r\n", NULL);
  assert_int_equal (reply->status, 200);
  return reply_json (reply);
}

char *
api_targets (const Api *api)
{
  g_autoptr (Json) log = api_log (api);
  GString *targets = g_string_new (NULL);
  size_t i;
  const Json *asked;
  json_array_foreach (log, i, asked)
    g_string_append_printf (targets, "%s\n", json_string_value (json_object_get (asked, "target")));
  return g_string_free (targets, FALSE);
}

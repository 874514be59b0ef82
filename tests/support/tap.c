#include "tap.h"

#include "process.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

int
tap_setup (void **state)
{
  TapPlace *place = g_new0 (TapPlace, 1);
  place->path = g_dir_make_tmp ("weir-singer-XXXXXX", NULL);
  *state = place;
  return place->path == NULL;
}

char *
tap_path (const TapPlace *place, const char *name)
{
  return g_build_filename (place->path, name, NULL);
}

int
tap_teardown (void **state)
{
  TapPlace *place = *state;
  process_kill_all (place->path);
  remove_tree (place->path);
  g_free (place->path);
  g_free (place);
  return 0;
}

void
tap_write_file (const TapPlace *place, const char *name, const char *text)
{
  g_autofree char *path = tap_path (place, name);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

char *
tap_read_file (const TapPlace *place, const char *name)
{
  g_autofree char *path = tap_path (place, name);
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

void
assert_tap_file_has (const TapPlace *place, const char *name, const char *text)
{
  g_autofree char *all = tap_read_file (place, name);
  if (all == NULL || strstr (all, text) == NULL)
    fail_msg ("%s has no %s: %s", name, text, all != NULL ? all : "(not there)");
}

/* A tap that writes "messages", and then does "more". What it was given is kept: seen-config, seen-catalog, seen-state, seen-option. */
void
tap_write (const TapPlace *place, const char *catalog, const char *messages, const char *more)
{
  tap_write_file (place, "catalog", catalog);
  tap_write_file (place, "messages", messages);
  g_autofree char *script =
      g_strdup_printf ("while [ $# -gt 0 ]; do\n"
                       "  case $1 in\n"
                       "    --config) cp \"$2\" seen-config; stat -c %%a \"$2\" >seen-mode; shift ;;\n"
                       "    --discover) cat catalog; exit ;;\n"
                       "    --catalog | --properties) echo $1 >seen-option; cp \"$2\" seen-catalog; shift ;;\n"
                       "    --state) cp \"$2\" seen-state; shift ;;\n"
                       "  esac\n"
                       "  shift\n"
                       "done\n"
                       "cat messages\n%s\n",
                       more);
  tap_write_file (place, "tap", script);
}

/* A target that keeps what it reads in "got", and gives the states back at the end. */
void
tap_write_target (const TapPlace *place, const char *more)
{
  g_autofree char *script = g_strdup_printf ("cp \"$2\" seen-config\n"
                                             "cat >got\n%s\n"
                                             "sed -n 's/^{\"type\":\"STATE\",\"value\":\\(.*\\)}$/\\1/p' got\n",
                                             more);
  tap_write_file (place, "target", script);
}

/* text: members of a request, with ' for ". A new reference. */
Json *
tap_request (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  Json *request = json_loads (json, 0, NULL);
  if (request == NULL)
    fail_msg ("no JSON: %s", json);
  return request;
}

ConnectorRun *
tap_run (const TapPlace *place, const char *verb, const char *text)
{
  g_autoptr (Json) request = tap_request (text);
  ConnectorRun *left = connector_run (place->path, SINGER, verb, request, NULL);
  if (strstr (left->said, "hunter22") != NULL || strstr (left->said, "/data/very/long") != NULL)
    fail_msg ("a secret was told: %s", left->said);
  g_autofree char *all = connector_text (left);
  assert_null (strstr (all, "hunter22"));
  return left;
}

void
assert_tap_spool (const ConnectorRun *left, const char *text)
{
  assert_connector_done (left);
  if (strcmp (left->spool, text) != 0)
    fail_msg ("the spool file is\n%s, not\n%s", left->spool, text);
}

void
assert_tap_json (const Json *json, const char *text)
{
  g_autofree char *got = json != NULL ? weir_json_line (json) : g_strdup ("(none)");
  if (strcmp (got, text) != 0)
    fail_msg ("%s, not %s", got, text);
}

void
assert_tap_note (const ConnectorRun *left, const char *text)
{
  const Json *note;
  for (int i = 0; (note = connector_line (left, "note", i)) != NULL; i++)
    if (strstr (json_string_value (note), text) != NULL)
      return;
  g_autofree char *all = connector_text (left);
  fail_msg ("no note has \"%s\":\n%s", text, all);
}

void
assert_tap_no_note (const ConnectorRun *left)
{
  g_autofree char *all = connector_text (left);
  if (connector_line (left, "note", 0) != NULL)
    fail_msg ("%s", all);
}

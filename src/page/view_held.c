/* Files that are held: why, and leave to apply or to reject them. */
#include "src/page/view.h"

#include "src/page/pass.h"
#include "src/report/guarded.h"

static Json *
strays_to_json (const Settings *settings, const GPtrArray *strays)
{
  Json *array = json_array ();
  for (guint i = 0; i < strays->len; i++)
    {
      g_autofree char *shown = settings_shown_path (settings, strays->pdata[i]);
      json_array_append_new (array, weir_json_string (shown));
    }
  return array;
}

static Json *
read_held (const Visit *visit, GError **error)
{
  const Settings *settings = visit->page->settings;
  g_autoptr (GPtrArray) strays = guarded_list (settings);
  const Catalog *catalog = page_db_catalog (visit->page->db, error);
  Db *db = catalog != NULL ? page_db_get (visit->page->db, error) : NULL;
  g_autoptr (GPtrArray) held = db != NULL ? guarded_read (db, settings, catalog, error) : NULL;
  if (held == NULL)
    return NULL;
  guarded_keep_strays (strays, settings, held);
  return json_pack ("{s:o, s:o, s:o, s:b}", "held", guarded_to_json (held), "not_held", strays_to_json (settings, strays), "deeds",
                    deeds_to_json (visit->page->deeds), "may_act", visit->session != NULL);
}

static char *
title (const Visit *visit, const Json *object)
{
  (void) visit;
  (void) object;
  return g_strdup ("Held files");
}

static void
hidden (Html *html, const char *name, const char *value)
{
  html_open (html, "input", "type", "hidden", "name", name, "value", value, NULL);
}

/* The seal says that the form is one that this page gave to this session, for this run. */
static void
show_form (Html *html, const Visit *visit, const char *run)
{
  g_autofree char *purpose = g_strdup_printf ("act %s %s", run, visit->session);
  g_autofree char *seal = pass_make (visit->page->token, purpose, visit->now / G_USEC_PER_SEC + PASS_SESSION_SECONDS);
  g_autofree char *path = html_path ("held", run, NULL);
  html_open (html, "form", "method", "post", "action", path, "class", "act", NULL);
  hidden (html, "seal", seal);
  html_element (html, "button", "Approve: apply it", "type", "submit", "name", "act", "value", "approve", "class", "go", NULL);
  html_element (html, "button", "Reject: move it to failed", "type", "submit", "name", "act", "value", "discard", "class", "stop",
                NULL);
  html_close (html, "form");
}

static void
show_keys (Html *html, const Json *file)
{
  const Json *keys = json_object_get (file, "keys");
  bool is_late = g_strcmp0 (view_text (json_object_get (file, "held"), "guard"), "late") == 0;
  if (json_array_size (keys) == 0)
    {
      if (json_array_size (json_object_get (json_object_get (file, "held"), "sample")) > 0)
        html_element (html, "p", "Its keys are not shown here: they are personal data, or its model is another one by now.",
                      "class", "withheld", NULL);
      return;
    }
  html_open (html, "p", NULL);
  html_text (html, is_late ? "It would change, for instance: " : "It would close, for instance: ");
  for (size_t i = 0; i < json_array_size (keys); i++)
    {
      const char *column;
      Json *value;
      html_text (html, i > 0 ? ", " : "");
      bool first = true;
      json_object_foreach (json_array_get (keys, i), column, value)
        {
          html_text (html, first ? "" : "/");
          html_text (html, json_string_value (value));
          first = false;
        }
    }
  html_close (html, "p");
}

static void
show_file (Html *html, const Visit *visit, const Json *file)
{
  const char *run = view_text (file, "run");
  html_open (html, "article", "class", "held", NULL);
  html_open (html, "h2", NULL);
  html_link (html, view_text (file, "file"), "runs", run, NULL);
  html_close (html, "h2");
  view_error (html, json_object_get (file, "error"), false);
  show_keys (html, file);
  html_open (html, "dl", "class", "facts", NULL);
  view_fact (html, "Table", view_text (file, "table"));
  view_fact (html, "The file is in", view_text (file, "place"));
  view_fact (html, "A newer one was applied since", view_text (file, "overtaken_by"));
  html_close (html, "dl");
  html_open (html, "p", NULL);
  html_text (html, "Held since ");
  html_time (html, view_text (file, "since"), visit->now);
  html_close (html, "p");
  if (visit->session != NULL)
    show_form (html, visit, run);
  html_close (html, "article");
}

static void
show_leave (Html *html, const Visit *visit, const Json *held)
{
  if (visit->session != NULL || json_array_size (held) == 0)
    return;
  html_open (html, "p", "class", "callout", NULL);
  html_text (html, "To approve or reject here, open the address that ");
  html_element (html, "code", "weir page token", NULL);
  html_text (html, " prints on the machine that runs weir.");
  html_close (html, "p");
}

static void
show_strays (Html *html, const Json *strays)
{
  if (json_array_size (strays) == 0)
    return;
  html_element (html, "h2", "In the folder of held files, and held by no run", NULL);
  html_open (html, "ul", NULL);
  for (size_t i = 0; i < json_array_size (strays); i++)
    html_element (html, "li", json_string_value (json_array_get (strays, i)), NULL);
  html_close (html, "ul");
}

static void
show_deed (Html *html, const Visit *visit, const Json *deed)
{
  const Json *code = json_object_get (deed, "code");
  const char *run = view_text (deed, "run"), *said = view_text (deed, "said");
  html_open (html, "li", NULL);
  html_format (html, "weir %s ", view_text (deed, "command"));
  g_autofree char *digits = g_strndup (run, 8);
  html_link (html, digits, "runs", run, NULL);
  if (json_is_null (code))
    html_text (html, ": under way, since ");
  else if (json_integer_value (code) == 0)
    html_text (html, ": done, begun ");
  else
    html_format (html, ": ended with %" JSON_INTEGER_FORMAT ", begun ", json_integer_value (code));
  html_time (html, view_text (deed, "since"), visit->now);
  if (said != NULL && said[0] != '\0')
    {
      html_open (html, "pre", NULL);
      html_lines (html, said);
      html_close (html, "pre");
    }
  html_close (html, "li");
}

static void
show_deeds (Html *html, const Visit *visit, const Json *deeds)
{
  if (json_array_size (deeds) == 0)
    return;
  html_element (html, "h2", "What was decided here", NULL);
  html_open (html, "ul", "class", "deeds", NULL);
  for (size_t i = 0; i < json_array_size (deeds); i++)
    show_deed (html, visit, json_array_get (deeds, i));
  html_close (html, "ul");
}

static void
show (Html *html, const Visit *visit, const Json *object)
{
  const Json *held = json_object_get (object, "held");
  html_element (html, "h1", "Held files", NULL);
  html_element (
      html, "p",
      "A file is held where it would close more keys than its model lets it, or would change the past where the model wants to "
      "be asked. Nothing of it was applied.",
      NULL);
  show_leave (html, visit, held);
  if (json_array_size (held) == 0)
    html_element (html, "p", "No file is held.", "class", "empty", NULL);
  for (size_t i = 0; i < json_array_size (held); i++)
    show_file (html, visit, json_array_get (held, i));
  show_strays (html, json_object_get (object, "not_held"));
  show_deeds (html, visit, json_object_get (object, "deeds"));
}

const View view_held = { "held", "held", read_held, title, show };

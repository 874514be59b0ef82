#include "src/load/declaring.h"

#include "base/error.h"
#include "src/settings/settings.h"

#include <string.h>

char *
declaring_text (const char *text)
{
  if (text == NULL)
    return NULL;
  g_autoptr (Json) json = weir_json_parse (text, strlen (text), "declaration", NULL);
  if (json == NULL)
    json = weir_json_string (text);
  return weir_json_text (json);
}

/* As it lay beside the file: one that is no JSON is kept as a string of JSON. Owned by the caller. */
static char *
text_beside (const char *kept)
{
  g_autoptr (Json) json = json_loads (kept, JSON_DECODE_ANY, NULL);
  return g_strdup (json_is_string (json) ? json_string_value (json) : kept);
}

static bool
refuse_table (const Run *run, const char *table, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("Name the file after its table, as %s_1.csv, or leave \"table\" out.", table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_NOT_AS_DECLARED, .detail = "Nothing was loaded.", .hint = hint },
                    "\"%s\" is a file of %s by its name, and its declaration says \"%s\"", run->file, run->table, table);
}

bool
declaring_read (const Run *run, Declaration **ret_declaration, GError **error)
{
  *ret_declaration = NULL;
  if (run->declaration == NULL)
    return true;
  const ModelWords words = settings_model_words ();
  g_autofree char *text = text_beside (run->declaration);
  g_autoptr (Declaration) declaration = declaration_parse (text, strlen (text), run->file, &words, error);
  if (declaration == NULL)
    return false;
  if (declaration->table != NULL && strcmp (declaration->table, run->table) != 0)
    return refuse_table (run, declaration->table, error);
  *ret_declaration = g_steal_pointer (&declaration);
  return true;
}

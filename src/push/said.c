#include "src/push/said.h"

#include "base/error.h"

#define CRASHES 3 /* then it needs a person */

void
said_error (Json *detail, const char *class_word, const GError *error)
{
  json_object_set_new (detail, "class", json_string (class_word));
  json_object_set_new (detail, "message", weir_json_string (error->message));
  if (weir_error_get_detail (error) != NULL)
    json_object_set_new (detail, "detail", weir_json_string (weir_error_get_detail (error)));
  if (weir_error_get_hint (error) != NULL)
    json_object_set_new (detail, "hint", weir_json_string (weir_error_get_hint (error)));
}

/* Receivers that were sent it before, and of whom nothing is said now, are not forgotten. */
static Json *
all_delivered (const Json *before, const Json *now)
{
  Json *all = json_copy ((Json *) now);
  for (size_t i = 0; i < json_array_size (before); i++)
    {
      Json *one = json_array_get (before, i);
      bool said = false;
      for (size_t j = 0; j < json_array_size (now); j++)
        said = said || json_equal (json_object_get (one, "name"), json_object_get (json_array_get (now, j), "name"));
      if (!said)
        json_array_append (all, one);
    }
  return all;
}

void
said_by_connector (Json *detail, const Json *before, const Connected *connected)
{
  g_autoptr (Json) delivered = all_delivered (before, connected->delivered);
  if (json_array_size (connected->notes) > 0)
    json_object_set (detail, "notes", connected->notes);
  if (json_array_size (delivered) > 0)
    json_object_set (detail, "delivered", delivered);
}

Json *
said_names (const Json *delivered, const char *status)
{
  Json *names = json_array ();
  for (size_t i = 0; i < json_array_size (delivered); i++)
    {
      const Json *one = json_array_get (delivered, i);
      if (g_strcmp0 (json_string_value (json_object_get (one, "status")), status) == 0)
        json_array_append (names, json_object_get (one, "name"));
    }
  return names;
}

bool
said_is_stopped (const Connected *connected)
{
  return connected->how == CONNECTED_STOPPED && !connected->is_late;
}

bool
said_may_help (const Connected *connected, int64_t attempts)
{
  return connected->how == CONNECTED_TRANSIENT || connected->is_late || (connected->how == CONNECTED_CRASHED && attempts < CRASHES);
}

const char *
said_class (const Connected *connected)
{
  return connected_words[connected->is_late ? CONNECTED_TRANSIENT : connected->how];
}

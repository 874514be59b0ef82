#include "src/page/request.h"

#include <string.h>

const char *
request_query (const Request *request, const char *name)
{
  const char *value = g_hash_table_lookup (request->query, name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* "a+b%20c". Owned by the caller; NULL where it is not well written. */
static char *
decode (const char *text)
{
  g_autofree char *plain = g_strdelimit (g_strdup (text), "+", ' ');
  return g_uri_unescape_string (plain, NULL);
}

GStrv
request_fields (const Request *request, const char *name)
{
  GPtrArray *values = g_ptr_array_new ();
  g_auto (GStrv) pairs = g_strsplit (request->body != NULL ? request->body : "", "&", 100);
  for (char **pair = pairs; *pair != NULL; pair++)
    {
      char *is = strchr (*pair, '=');
      g_autofree char *field = is != NULL ? g_strndup (*pair, (gsize) (is - *pair)) : NULL;
      char *value = field != NULL && g_str_equal (field, name) ? decode (is + 1) : NULL;
      if (value != NULL)
        g_ptr_array_add (values, value);
    }
  g_ptr_array_add (values, NULL);
  return (GStrv) g_ptr_array_free (values, FALSE);
}

char *
request_field (const Request *request, const char *name)
{
  g_auto (GStrv) values = request_fields (request, name);
  return g_strdup (values[0]);
}

char *
request_cookie (const Request *request, const char *name)
{
  g_auto (GStrv) cookies = g_strsplit (request->cookie != NULL ? request->cookie : "", ";", 100);
  size_t length = strlen (name);
  for (char **cookie = cookies; *cookie != NULL; cookie++)
    {
      const char *text = g_strstrip (*cookie);
      if (strncmp (text, name, length) == 0 && text[length] == '=')
        return g_strdup (text + length + 1);
    }
  return NULL;
}

void
answer_begin (Answer *answer)
{
  *answer = (Answer) { .status = 200,
                       .type = "text/html; charset=utf-8",
                       .body = g_string_new (NULL),
                       .headers = g_ptr_array_new_with_free_func (g_free) };
}

void
answer_clear (Answer *answer)
{
  g_string_free (answer->body, TRUE);
  g_ptr_array_unref (answer->headers);
  if (answer->data != NULL)
    answer->free_data (answer->data);
}

void
answer_header (Answer *answer, const char *name, const char *value)
{
  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_strdup (value));
}

void
answer_redirect (Answer *answer, const char *path)
{
  answer->status = 303;
  answer_header (answer, "Location", path);
}

void
answer_json (Answer *answer, unsigned status, const Json *json)
{
  g_autofree char *text = weir_json_pretty (json);
  answer->status = status;
  answer->type = "application/json";
  g_string_append_printf (answer->body, "%s\n", text);
}

void
answer_text (Answer *answer, unsigned status, const char *text)
{
  answer->status = status;
  answer->type = "text/plain; charset=utf-8";
  g_string_append (answer->body, text);
}

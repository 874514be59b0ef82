#include "connect/curl/delivered.h"

#include "base/digest.h"

#include <string.h>

PathFacts
delivered_facts (const Request *request)
{
  const Json *delivery = request->delivery;
  const char *run = json_string_value (json_object_get (delivery, "run"));
  const char *on = json_string_value (json_object_get (delivery, "on"));
  PathFacts facts = { .table = json_string_value (json_object_get (delivery, "table")),
                      .run = run != NULL ? run : request->run,
                      .job = request->job,
                      .on = g_get_real_time () / G_USEC_PER_SEC };
  int64_t time = 0;
  if (on != NULL && path_time_read (on, &time))
    facts.on = time / G_USEC_PER_SEC;
  return facts;
}

char *
delivered_mark (const Request *request)
{
  const PathFacts facts = delivered_facts (request);
  const char *item = json_string_value (json_object_get (request->delivery, "item"));
  const char *const said[] = { request->run, facts.run, facts.job, facts.table, item };
  GString *name = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (said); i++)
    g_string_append_printf (name, "%s\n", said[i] != NULL ? said[i] : "");
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (name->str, name->len, hex);
  g_string_free (name, TRUE);
  return g_strndup (hex, 8);
}

int64_t
delivered_rows (const Request *request)
{
  return json_integer_value (json_object_get (request->delivery, "rows"));
}

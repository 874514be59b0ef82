#include "connect/curl/delivered.h"

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

int64_t
delivered_rows (const Request *request)
{
  return json_integer_value (json_object_get (request->delivery, "rows"));
}

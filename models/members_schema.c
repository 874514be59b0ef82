#include "models/members.h"

static Json *
words_to_schema (const char *const *words)
{
  Json *list = json_array ();
  for (; *words != NULL; words++)
    json_array_append_new (list, json_string (*words));
  return json_pack ("{s:o}", "enum", list);
}

static Json *
own_to_schema (const Member *member)
{
  if (member->words != NULL)
    return json_pack ("{s:s, s:i, s:b, s:o}", "type", "array", "minItems", 1, "uniqueItems", true, "items",
                      words_to_schema (member->words));
  Json *schema = member->schema != NULL ? json_loads (member->schema, 0, NULL) : json_object ();
  g_assert (schema != NULL);
  return schema;
}

static Json *
member_to_schema (const Member *member)
{
  switch (member->kind)
    {
    case MEMBER_OWN:
      return own_to_schema (member);
    case MEMBER_TEXT:
      return json_pack ("{s:s, s:i}", "type", "string", "minLength", 1);
    case MEMBER_TEXTS:
      return json_pack ("{s:s, s:i, s:b, s:{s:s, s:i}}", "type", "array", "minItems", 1, "uniqueItems", true, "items", "type",
                        "string", "minLength", 1);
    case MEMBER_BOOLEAN:
      return json_pack ("{s:s}", "type", "boolean");
    case MEMBER_WORD:
      return words_to_schema (member->words);
    }
  g_assert_not_reached ();
}

Json *
members_to_schema (const Member *members)
{
  Json *properties = json_object (), *required = json_array ();
  for (; members->name != NULL; members++)
    {
      if (members->later)
        continue;
      json_object_set_new (properties, members->name, member_to_schema (members));
      if (members->required)
        json_array_append_new (required, json_string (members->name));
    }
  return json_pack ("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", false, "properties", properties, "required",
                    required);
}

#include "connect/singer/types.h"

#include <string.h>

#define MOST_REFERENCES 8 /* that lead from one to the next */

const char *const cell_words[] = { "text",        "boolean", "bigint", "numeric", "double precision", "date", "time",
                                   "timestamptz", "uuid",    "jsonb",  NULL };

static const struct
{
  const char *word;
  unsigned kind;
} kinds[] = {
  { "null", SLICE_NULL },     { "boolean", SLICE_BOOLEAN }, { "integer", SLICE_INTEGER }, { "number", SLICE_NUMBER },
  { "string", SLICE_STRING }, { "object", SLICE_OBJECT },   { "array", SLICE_ARRAY },
};

static const struct
{
  const char *word;
  Format format;
} formats[] = {
  { "date-time", FORMAT_DATE_TIME },
  { "date", FORMAT_DATE },
  { "time", FORMAT_TIME },
  { "uuid", FORMAT_UUID },
  { "singer.decimal", FORMAT_DECIMAL },
  { "x-singer.decimal", FORMAT_DECIMAL },
  { "double", FORMAT_DOUBLE },
  { "float", FORMAT_DOUBLE },
};

static unsigned
kind_of_word (const Json *word)
{
  const char *text = json_string_value (word);
  for (size_t i = 0; text != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].word, text) == 0)
      return kinds[i].kind;
  return 0;
}

static Format
format_of_word (const Json *word)
{
  const char *text = json_string_value (word);
  for (size_t i = 0; text != NULL && i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].word, text) == 0)
      return formats[i].format;
  return FORMAT_NONE;
}

static unsigned
kind_of_value (const Json *value)
{
  switch (json_typeof (value))
    {
    case JSON_NULL:
      return SLICE_NULL;
    case JSON_TRUE:
    case JSON_FALSE:
      return SLICE_BOOLEAN;
    case JSON_INTEGER:
      return SLICE_INTEGER;
    case JSON_REAL:
      return SLICE_NUMBER;
    case JSON_STRING:
      return SLICE_STRING;
    case JSON_OBJECT:
      return SLICE_OBJECT;
    default:
      return SLICE_ARRAY;
    }
}

/* A name within a reference, in which % is that of URLs, and ~ and / are ~0 and ~1. Owned by the caller. */
static char *
name_of_part (const char *part)
{
  g_autofree char *plain = g_uri_unescape_string (part, NULL);
  GString *name = g_string_new (plain != NULL ? plain : part);
  g_string_replace (name, "~1", "/", 0);
  g_string_replace (name, "~0", "~", 0);
  return g_string_free (name, FALSE);
}

/* Where "#/definitions/address" leads, or "#", the schema itself; NULL: nowhere. */
static const Json *
follow (const Json *root, const char *reference)
{
  if (strcmp (reference, "#") == 0)
    return root;
  if (!g_str_has_prefix (reference, "#/"))
    return NULL;
  g_auto (GStrv) parts = g_strsplit (reference + 2, "/", -1);
  const Json *at = root;
  for (int i = 0; parts[i] != NULL && at != NULL; i++)
    {
      g_autofree char *name = name_of_part (parts[i]);
      at = json_is_array (at) ? json_array_get (at, (size_t) g_ascii_strtoull (name, NULL, 10)) : json_object_get (at, name);
    }
  return at;
}

static bool
has_format (Shape shape)
{
  return (shape.kinds & (SLICE_STRING | SLICE_NUMBER)) != 0;
}

Shape
shape_join (Shape one, Shape other)
{
  Shape joined = { .kinds = one.kinds | other.kinds };
  /* A format is of texts, or of numbers: null and objects have no say in it. */
  if (has_format (one) && has_format (other) && one.format != other.format)
    joined.format = FORMAT_MIXED;
  else
    joined.format = has_format (one) ? one.format : has_format (other) ? other.format : FORMAT_NONE;
  return joined;
}

/* What the property itself says, without the choices in it. */
static Shape
shape_said (const Json *property)
{
  Shape shape = { 0 };
  size_t i;
  const Json *item, *type = json_object_get (property, "type");
  shape.kinds = kind_of_word (type);
  json_array_foreach ((Json *) type, i, item)
    shape.kinds |= kind_of_word (item);
  if (shape.kinds == 0)
    {
      json_array_foreach ((Json *) json_object_get (property, "enum"), i, item)
        shape.kinds |= kind_of_value (item);
      const Json *only = json_object_get (property, "const");
      shape.kinds |= only != NULL ? kind_of_value (only) : 0;
    }
  if (shape.kinds == 0 && json_object_get (property, "properties") != NULL)
    shape.kinds = SLICE_OBJECT;
  Format format = format_of_word (json_object_get (property, "format"));
  bool fits = format == FORMAT_DOUBLE ? (shape.kinds & SLICE_NUMBER) != 0 : has_format (shape);
  shape.format = fits ? format : FORMAT_NONE;
  return shape;
}

/* One place of the schema that is still to be looked at. */
typedef struct
{
  const Json *schema;
  int references;
} Place;

static void
push (GArray *places, const Json *schema, int references)
{
  Place place = { schema, references };
  if (json_is_object (schema) && references <= MOST_REFERENCES && places->len < 1000)
    g_array_append_val (places, place);
}

Shape
shape_of (const Json *property, const Json *root)
{
  static const char *const choices[] = { "anyOf", "oneOf", "allOf" };
  Shape shape = { 0 };
  bool is_first = true;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  push (places, property, 0);
  for (guint at = 0; at < places->len; at++)
    {
      Place place = g_array_index (places, Place, at);
      Shape said = shape_said (place.schema);
      if (said.kinds != 0)
        shape = is_first ? said : shape_join (shape, said);
      is_first = is_first && said.kinds == 0;
      const char *reference = json_string_value (json_object_get (place.schema, "$ref"));
      if (reference != NULL)
        push (places, follow (root, reference), place.references + 1);
      for (size_t c = 0; c < G_N_ELEMENTS (choices); c++)
        {
          size_t i;
          const Json *choice;
          json_array_foreach ((Json *) json_object_get (place.schema, choices[c]), i, choice)
            push (places, choice, place.references + 1);
        }
    }
  return shape;
}

void
seen_add (Seen *seen, Slice value)
{
  unsigned kind = slice_kind (value);
  seen->kinds |= kind;
  /* For JSON Schema 1e+16 is an integer, too. */
  bool has_exponent = kind == SLICE_NUMBER && (memchr (value.bytes, 'e', value.length) || memchr (value.bytes, 'E', value.length));
  seen->large = seen->large || has_exponent || (kind == SLICE_INTEGER && !slice_is_bigint (value));
}

static CellType
text_type (Format format)
{
  switch (format)
    {
    case FORMAT_DATE_TIME:
      return CELL_TIMESTAMPTZ;
    case FORMAT_DATE:
      return CELL_DATE;
    case FORMAT_TIME:
      return CELL_TIME;
    case FORMAT_UUID:
      return CELL_UUID;
    case FORMAT_DECIMAL:
      return CELL_NUMERIC;
    default:
      return CELL_TEXT;
    }
}

CellType
shape_type (Shape shape, Seen seen)
{
  unsigned said = shape.kinds & ~(unsigned) SLICE_NULL, single = seen.kinds & ~(unsigned) (SLICE_NULL | SLICE_NESTED);
  if (said == SLICE_BOOLEAN)
    return CELL_BOOLEAN;
  if (said == SLICE_INTEGER)
    return seen.large ? CELL_NUMERIC : CELL_BIGINT;
  if (said != 0 && (said & ~SLICE_NUMERIC) == 0)
    return shape.format == FORMAT_DOUBLE ? CELL_DOUBLE : CELL_NUMERIC;
  if (said == SLICE_STRING)
    return text_type (shape.format);
  if (said != 0 && shape.format == FORMAT_DECIMAL && (said & ~(SLICE_NUMERIC | SLICE_STRING)) == 0)
    return CELL_NUMERIC;
  if (said != 0 && (said & ~(unsigned) SLICE_NESTED) == 0)
    return CELL_JSONB;
  /* Anything: as objects where that is all that came, for a jsonb of weir has no single value. */
  bool may_be_nested = said == 0 || (said & SLICE_NESTED) != 0;
  return may_be_nested && single == 0 && (seen.kinds & SLICE_NESTED) != 0 ? CELL_JSONB : CELL_TEXT;
}

char *
shape_words (Shape shape)
{
  g_autoptr (GString) words = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if ((shape.kinds & kinds[i].kind) != 0 && kinds[i].kind != SLICE_NULL)
      g_string_append_printf (words, "%s%s", words->len > 0 ? "|" : "", kinds[i].word);
  if (words->len == 0)
    g_string_append (words, "any");
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].format == shape.format)
      {
        g_string_append_printf (words, " (%s)", formats[i].word);
        break;
      }
  return g_string_free (g_steal_pointer (&words), FALSE);
}

Json *
property_of (const char *type, bool nullable, bool decimals_as_text)
{
  static const struct
  {
    const char *type, *word, *format;
  } known[] = {
    { "boolean", "boolean", NULL },         { "bigint", "integer", NULL },
    { "numeric", "number", NULL },          { "double precision", "number", NULL },
    { "date", "string", "date" },           { "time", "string", "time" },
    { "timestamp", "string", "date-time" }, { "timestamptz", "string", "date-time" },
    { "uuid", "string", "uuid" },           { "jsonb", NULL, NULL },
  };
  size_t i = 0;
  while (i < G_N_ELEMENTS (known) && strcmp (known[i].type, type) != 0)
    i++;
  const char *word = i < G_N_ELEMENTS (known) ? known[i].word : "string";
  const char *format = i < G_N_ELEMENTS (known) ? known[i].format : NULL;
  if (decimals_as_text && strcmp (type, "numeric") == 0)
    word = "string", format = "singer.decimal";
  Json *types = json_array ();
  if (word != NULL)
    json_array_append_new (types, json_string (word));
  else
    for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
      if (kinds[k].kind != SLICE_NULL)
        json_array_append_new (types, json_string (kinds[k].word));
  if (nullable)
    json_array_append_new (types, json_string ("null"));
  Json *property = json_pack ("{s:o}", "type", types);
  if (format != NULL)
    json_object_set_new (property, "format", json_string (format));
  return property;
}

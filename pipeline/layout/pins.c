#include "pipeline/layout/pins.h"

#include "base/error.h"
#include "models/name.h"
#include "pipeline/types/null_word.h"

#include <string.h>

void
pin_free (Pin *pin)
{
  g_free (pin->format);
  g_free (pin->header);
  g_free (pin->hashed);
  g_free (pin);
}

Pins *
pins_new (void)
{
  Pins *pins = g_new0 (Pins, 1);
  pins->columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) pin_free);
  pins->dimensions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) pins_free);
  pins->former = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return pins;
}

void
pins_free (Pins *pins)
{
  if (pins == NULL)
    return;
  g_hash_table_unref (pins->columns);
  g_hash_table_unref (pins->dimensions);
  g_hash_table_unref (pins->former);
  json_decref (pins->dialect);
  g_free (pins);
}

Pin *
pins_add (Pins *pins, const char *column)
{
  Pin *pin = g_hash_table_lookup (pins->columns, column);
  if (pin == NULL)
    {
      pin = g_new0 (Pin, 1);
      g_hash_table_insert (pins->columns, g_strdup (column), pin);
    }
  return pin;
}

void
pins_set (Pins *pins, const char *column, const Type *type, const char *format)
{
  Pin *pin = pins_add (pins, column);
  pin->type = type;
  g_free (pin->format);
  pin->format = g_strdup (format);
}

static bool
comes_first (const char *name, const char *other)
{
  size_t length = strlen (name), others = strlen (other);
  return length != others ? length < others : strcmp (name, other) < 0;
}

/* Of the names that the same header has: 1 of the plain one, n of what ident.h has numbered, which may be cut to the same length.
 * */
static guint64
number_of (const char *name, const char *plain)
{
  const char *number = strrchr (name, '_');
  return strcmp (name, plain) == 0 || number == NULL ? 1 : g_ascii_strtoull (number + 1, NULL, 10);
}

const char *
pins_find_header (const Pins *pins, const char *header, GHashTable *taken)
{
  const char *found = NULL;
  g_autofree char *plain = name_of_column (header, 0);
  GHashTableIter columns;
  gpointer name, value;
  g_hash_table_iter_init (&columns, pins->columns);
  while (g_hash_table_iter_next (&columns, &name, &value))
    {
      const Pin *pin = value;
      if (strcmp (pin->header != NULL ? pin->header : name, header) == 0 && !g_hash_table_contains (taken, name)
          && (found == NULL || number_of (name, plain) < number_of (found, plain)))
        found = name;
    }
  return found;
}

bool
pin_is_nameless (const Pin *pin)
{
  return pin != NULL && pin->header != NULL && pin->header[0] == '\0';
}

const char *
pins_find_nameless (const Pins *pins, const char *place, GHashTable *taken)
{
  const char *found = NULL;
  size_t length = strlen (place);
  GHashTableIter columns;
  gpointer name, pin;
  g_hash_table_iter_init (&columns, pins->columns);
  while (g_hash_table_iter_next (&columns, &name, &pin))
    {
      const char *rest = (const char *) name + length;
      if (pin_is_nameless (pin) && g_str_has_prefix (name, place) && (*rest == '\0' || *rest == '_')
          && !g_hash_table_contains (taken, name) && (found == NULL || comes_first (name, found)))
        found = name;
    }
  return found;
}

static bool
is_hashed_by_another (const Pins *pins, const char *column, const char *hashed)
{
  GHashTableIter columns;
  gpointer name, value;
  g_hash_table_iter_init (&columns, pins->columns);
  while (g_hash_table_iter_next (&columns, &name, &value))
    if (strcmp (name, column) != 0 && g_strcmp0 (((const Pin *) value)->hashed, hashed) == 0)
      return true;
  return false;
}

char *
pins_hash_name (const Pins *pins, const char *column)
{
  const Pin *pin = g_hash_table_lookup (pins->columns, column);
  if (pin != NULL)
    return g_strdup (pin->hashed != NULL ? pin->hashed : column);
  char *hashed = g_strdup (column);
  for (int n = 2; is_hashed_by_another (pins, column, hashed); n++)
    {
      g_free (hashed);
      hashed = g_strdup_printf ("%s %d", column, n); /* no identifier has a blank */
    }
  return hashed;
}

const Pin *
pins_find (const Pins *pins, const char *column)
{
  const Pin *pin = g_hash_table_lookup (pins->columns, column);
  return pin != NULL && pin->type != NULL ? pin : NULL;
}

bool
pins_know (const Pins *pins, const char *column)
{
  return g_hash_table_contains (pins->columns, column);
}

const char **
pins_names (const Pins *pins)
{
  return (const char **) g_hash_table_get_keys_as_array (pins->columns, NULL);
}

bool
pins_are_empty (const Pins *pins)
{
  return g_hash_table_size (pins->columns) == 0;
}

static uint64_t
parse_nulls (const Json *texts)
{
  uint64_t nulls = 0;
  for (size_t i = 0; i < json_array_size (texts); i++)
    {
      const Json *text = json_array_get (texts, i);
      int word = json_is_string (text) ? null_word_find (json_string_value (text), json_string_length (text)) : -1;
      nulls |= word >= 0 ? UINT64_C (1) << word : 0;
    }
  return nulls;
}

Pins *
pins_parse (const char *text, GError **error)
{
  g_autoptr (Pins) pins = pins_new ();
  pins->keep_empties = text == NULL;
  if (text == NULL)
    return g_steal_pointer (&pins);
  g_autoptr (Json) root = weir_json_parse (text, strlen (text), "pins", error);
  if (root == NULL)
    return NULL;
  pins->dialect = json_incref (json_object_get (root, "dialect"));
  pins->keep_empties = json_is_true (json_object_get (root, "empty_texts"));
  const char *name;
  Json *column;
  json_object_foreach (json_object_get (root, "columns"), name, column)
    {
      const char *word = json_string_value (json_object_get (column, "type"));
      const Type *type = word == NULL ? NULL : types_find (word);
      if (type == NULL && !json_is_null (json_object_get (column, "type")))
        return weir_error (error, WEIR_ERROR_MODEL, "column \"%s\" is pinned to type \"%s\", which this weir does not know", name,
                           word == NULL ? "" : word),
               NULL;
      pins_set (pins, name, type, json_string_value (json_object_get (column, "format")));
      Pin *pin = pins_add (pins, name);
      pin->header = g_strdup (json_string_value (json_object_get (column, "header")));
      pin->hashed = g_strdup (json_string_value (json_object_get (column, "hashed")));
      pin->was_number = json_is_true (json_object_get (column, "was_number"));
      pin->nulls = parse_nulls (json_object_get (column, "null"));
    }
  return g_steal_pointer (&pins);
}

void
pins_set_dimension (Pins *pins, const char *table, Pins *dimension)
{
  g_hash_table_replace (pins->dimensions, g_strdup (table), dimension);
}

static KeyType
declared_type (const Model *model, const char *name, const char *ident)
{
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = model->columns->pdata[i];
      g_autofree char *own = name_of_column (column->name, 0);
      if (column->type != NULL && (strcmp (column->name, name) == 0 || strcmp (own, ident) == 0))
        return (KeyType) { .type = types_find (column->type), .format = column->format };
    }
  return (KeyType) { 0 };
}

KeyType *
key_types (const Model *model, const Pins *pins)
{
  guint n = g_strv_length (model->business_key);
  KeyType *key = g_new0 (KeyType, n + 1);
  for (guint part = 0; part < n; part++)
    {
      g_autofree char *ident = name_of_column (model->business_key[part], 0);
      key[part] = declared_type (model, model->business_key[part], ident);
      const Pin *pin = pins == NULL ? NULL : pins_find (pins, ident);
      if (key[part].type == NULL && pin != NULL)
        key[part] = (KeyType) { .type = pin->type, .format = pin->format };
    }
  return key;
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

Json *
null_words_to_json (uint64_t words)
{
  Json *texts = json_array ();
  for (; words != 0; words &= words - 1)
    json_array_append_new (texts, json_string (null_word_text (__builtin_ctzll (words))));
  return texts;
}

static Json *
columns_to_json (const Pins *pins)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (pins->columns), compare_strings);
  Json *columns = json_object ();
  for (GList *name = names; name != NULL; name = name->next)
    {
      const Pin *pin = g_hash_table_lookup (pins->columns, name->data);
      Json *column = json_pack ("{s:s?}", "type", pin->type == NULL ? NULL : pin->type->name);
      if (pin->format != NULL)
        json_object_set_new (column, "format", json_string (pin->format));
      if (pin->header != NULL)
        json_object_set_new (column, "header", weir_json_string (pin->header));
      if (pin->hashed != NULL)
        json_object_set_new (column, "hashed", json_string (pin->hashed));
      if (pin->was_number)
        json_object_set_new (column, "was_number", json_true ());
      if (pin->nulls != 0)
        json_object_set_new (column, "null", null_words_to_json (pin->nulls));
      json_object_set_new (columns, name->data, column);
    }
  return columns;
}

/* Whatever was kept before, this load has kept the empty texts. */
char *
pins_text (const Pins *pins)
{
  g_autoptr (Json) root =
      json_pack ("{s:o,s:O*,s:b}", "columns", columns_to_json (pins), "dialect", pins->dialect, "empty_texts", true);
  return weir_json_text (root);
}

void
pins_checksum (const Pins *pins, char hex[SHA256_HEX_SIZE])
{
  g_autoptr (Json) columns = columns_to_json (pins);
  g_autofree char *text = weir_json_text (columns);
  sha256_bytes (text, strlen (text), hex);
}

void
pins_set_dialect (Pins *pins, Json *dialect)
{
  if (pins->dialect == NULL)
    pins->dialect = dialect;
  else
    json_decref (dialect);
}

char *
pins_compare_dialect (const Pins *pins, const Json *dialect)
{
  static const char *const members[] = { "delimiter", "blanks", "quote", "escape", "header_rows", "encoding", NULL };
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; pins->dialect != NULL && members[i] != NULL; i++)
    {
      Json *was = json_object_get (pins->dialect, members[i]), *is = json_object_get (dialect, members[i]);
      if (was == NULL || is == NULL || json_equal (was, is))
        continue;
      g_autofree char *before = json_is_null (was) ? g_strdup_printf ("no %s", members[i]) : weir_json_text (was);
      g_autofree char *now = json_is_null (is) ? g_strdup_printf ("no %s", members[i]) : weir_json_text (is);
      g_string_append_printf (text, "%s%s%s%s instead of %s", text->len > 0 ? ", " : "", json_is_null (is) ? "" : members[i],
                              json_is_null (is) ? "" : " ", now, before);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
key_definition (const Model *model, const void *secret, size_t secret_length)
{
  if (model_is_keyless (model))
    return NULL;
  Json *columns = json_array ();
  for (char **column = model->business_key; *column != NULL; column++)
    json_array_append_new (columns, json_string (*column));
  g_autofree char *normalize = normalize_words (model->normalize);
  g_autoptr (Json) root =
      json_pack ("{s:o,s:s,s:s}", "columns", columns, "hash", key_hash_word (model->hash), "normalize", normalize);
  if (model->hash == KEY_UUID5)
    json_object_set_new (root, "namespace", json_string (model->name_space));
  if (model->hash == KEY_HMAC_SHA256)
    {
      g_autofree char *fingerprint = key_fingerprint (secret, secret_length);
      json_object_set_new (root, "fingerprint", json_string (fingerprint));
    }
  return weir_json_text (root);
}

bool
key_definition_check (const char *table, const char *pinned, const char *now, GError **error)
{
  if (pinned == NULL || now == NULL)
    return true;
  g_autoptr (Json) was = weir_json_parse (pinned, strlen (pinned), "key pins", error);
  if (was == NULL)
    return false;
  g_autoptr (Json) is = weir_json_parse (now, strlen (now), "key definition", error);
  if (is == NULL)
    return false;
  if (json_equal (was, is))
    return true;
  /* Alike but for the fingerprint: it is the secret that changed. */
  Json *fingerprint = json_object_get (is, "fingerprint");
  bool secret = fingerprint != NULL && json_object_get (was, "fingerprint") != NULL
                && json_object_set (was, "fingerprint", fingerprint) == 0 && json_equal (was, is);
  g_autofree char *detail =
      g_strdup_printf ("Loading would give every entity a second id. Pinned: %s. Now: %s. Nothing was changed.", pinned, now);
  g_autofree char *hint =
      secret ? g_strdup ("Put the original key secret back (.weir/key_secret or WEIR_KEY_SECRET_FILE).")
             : g_strdup_printf ("Put business_key, hash, normalize and namespace back as they were. Or begin anew: `weir drop %s` "
                                "forgets the table, and `weir retry` loads its files with the new key.",
                                table);
  return weir_fail (
      error, &(Failure) { WEIR_ERROR_MODEL, secret ? REASON_SECRET_CHANGED : REASON_KEY_CHANGED, .detail = detail, .hint = hint },
      "the key %s of table \"%s\" is not the one its rows were loaded with", secret ? "secret" : "definition", table);
}

#include "pipeline/layout/naming.h"

#include "base/error.h"
#include "models/name.h"
#include "pipeline/layout/ident.h"
#include "pipeline/records/annotation.h"
#include "pipeline/records/bad_text.h"

#include <string.h>

typedef struct
{
  const char *const *texts;
  char **names;  /* NULL: not known yet */
  GStrv spelled; /* the texts, and column_3 where there is none */
  size_t count;
  const Model *model; /* NULL: none */
  const Pins *pins;
  GHashTable *taken; /* the names, borrowed */
} Naming;

bool
naming_means (const char *header, const char *name)
{
  if (strcmp (header, name) == 0)
    return true;
  g_autofree char *one = name_fold (header), *other = name_fold (name);
  return one[0] != '\0' && strcmp (one, other) == 0;
}

char *
naming_of_declared (const char *name, const Pins *pins)
{
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  const char *known = pins_find_header (pins, name, none);
  return known != NULL ? g_strdup (known) : name_of_column (name, 0);
}

/* Takes the name. */
static void
give (Naming *naming, size_t i, char *name)
{
  naming->names[i] = name;
  g_hash_table_add (naming->taken, name);
}

/* ---- 1. other names of a declared column ---- */

static bool
is_from (const ModelColumn *column, const char *spelled)
{
  for (char **from = column->from; from != NULL && *from != NULL; from++)
    if (naming_means (spelled, *from))
      return true;
  return false;
}

static bool
refuse_two (const Naming *naming, const ModelColumn *column, size_t one, size_t two, GError **error)
{
  g_autofree char *detail =
      g_strdup_printf ("%s lists the names of that column in \"from\". Nothing was loaded.", naming->model->path);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_INPUT, REASON_COLUMNS_DRIFT, .detail = detail,
                                 .hint = "Take one of the two out of the file, or its name out of \"from\"." },
                    "the headers \"%s\" and \"%s\" (columns %zu and %zu of the file) are both column \"%s\"", naming->spelled[one],
                    naming->spelled[two], one + 1, two + 1, column->name);
}

static bool
give_declared (Naming *naming, const ModelColumn *column, GError **error)
{
  size_t found = naming->count;
  bool renamed = false;
  for (size_t i = 0; i < naming->count; i++)
    {
      bool own = naming_means (naming->spelled[i], column->name), former = !own && is_from (column, naming->spelled[i]);
      if (!own && !former)
        continue;
      if (found < naming->count && (former || renamed))
        return refuse_two (naming, column, found, i, error);
      found = i;
      renamed = former;
    }
  if (renamed)
    give (naming, found, naming_of_declared (column->name, naming->pins));
  return true;
}

static bool
give_by_model (Naming *naming, GError **error)
{
  for (guint i = 0; naming->model != NULL && i < naming->model->columns->len; i++)
    {
      const ModelColumn *column = naming->model->columns->pdata[i];
      if (column->from != NULL && !give_declared (naming, column, error))
        return false;
    }
  return true;
}

/* ---- 2. pins ---- */

static void
give_by_header (Naming *naming)
{
  for (size_t i = 0; i < naming->count; i++)
    {
      bool empty = naming->texts[i][0] == '\0';
      const char *known = naming->names[i] != NULL ? NULL
                          : empty                  ? pins_find_nameless (naming->pins, naming->spelled[i], naming->taken)
                                                   : pins_find_header (naming->pins, naming->texts[i], naming->taken);
      if (known != NULL)
        give (naming, i, g_strdup (known));
    }
}

static void
give_made (Naming *naming)
{
  for (size_t i = 0; i < naming->count; i++)
    {
      const Pin *pin = g_hash_table_lookup (naming->pins->columns, naming->texts[i]);
      if (naming->names[i] == NULL && pin_is_nameless (pin) && !g_hash_table_contains (naming->taken, naming->texts[i]))
        give (naming, i, g_strdup (naming->texts[i]));
    }
}

/* ---- 3. damage ---- */

/* The names by which the model and the pins know columns, each with its column. Keys borrowed, values owned. */
static GHashTable *
known_names (const Naming *naming)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  GHashTableIter columns;
  gpointer name, value;
  g_hash_table_iter_init (&columns, naming->pins->columns);
  while (g_hash_table_iter_next (&columns, &name, &value))
    {
      const Pin *pin = value;
      g_hash_table_insert (known, pin->header != NULL && !pin_is_nameless (pin) ? pin->header : name, g_strdup (name));
    }
  g_autoptr (GPtrArray) names = model_column_names (naming->model);
  for (guint i = 0; i < names->len; i++)
    {
      const ModelColumn *column = model_find_column_from (naming->model, names->pdata[i]);
      g_hash_table_insert (known, names->pdata[i],
                           naming_of_declared (column != NULL ? column->name : names->pdata[i], naming->pins));
    }
  return known;
}

static bool
is_elsewhere (const Naming *naming, size_t but, const char *name)
{
  for (size_t i = 0; i < naming->count; i++)
    if (i != but && naming_means (naming->spelled[i], name))
      return true;
  return g_hash_table_contains (naming->taken, name);
}

/* The one column that header i may be; NULL: none, or several. Borrowed from "known". */
static const char *
find_damaged (const Naming *naming, size_t i, GHashTable *known)
{
  const char *found = NULL, *text = naming->texts[i];
  GHashTableIter names;
  gpointer spelling, name;
  g_hash_table_iter_init (&names, known);
  while (g_hash_table_iter_next (&names, &spelling, &name))
    {
      bool may = bad_text_may_be (text, spelling) || bad_text_may_be (spelling, text);
      if (!may || is_elsewhere (naming, i, spelling) || is_elsewhere (naming, i, name))
        continue;
      if (found != NULL && strcmp (found, name) != 0)
        return NULL;
      found = name;
    }
  return found;
}

static void
give_damaged (Naming *naming)
{
  g_autoptr (GHashTable) known = known_names (naming);
  for (size_t i = 0; i < naming->count; i++)
    {
      const char *name = naming->names[i] == NULL ? find_damaged (naming, i, known) : NULL;
      if (name != NULL && !g_hash_table_contains (known, naming->texts[i]))
        give (naming, i, g_strdup (name));
    }
}

/* ---- 4. identifiers ---- */

/* Whether weir numbered the column because its header's own identifier was given already: b_2 of the second "b". */
static bool
is_numbered (const char *name, const Pin *pin)
{
  if (pin->header == NULL || pin_is_nameless (pin))
    return false;
  g_autofree char *base = name_of_column (pin->header, 0);
  size_t length = strlen (base);
  return g_str_has_prefix (name, base) && name[length] == '_' && name[length + 1] != '\0'
         && strspn (name + length + 1, "0123456789_") == strlen (name + length + 1);
}

static void
give_identifiers (Naming *naming)
{
  g_autoptr (GHashTable) plain = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) numbered = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter columns;
  gpointer name, pin;
  g_hash_table_iter_init (&columns, naming->pins->columns);
  while (g_hash_table_iter_next (&columns, &name, &pin))
    g_hash_table_add (is_numbered (name, pin) ? numbered : plain, name);
  const IdentReserved kept = { plain, numbered };
  ident_fill (naming->names, naming->texts, naming->count, &kept);
}

/* ---- all together ---- */

/* The texts as a model may call them: column_3 where there is none, by its place among the file's own. */
static GStrv
spell (const char *const *texts, size_t count)
{
  GStrv spelled = g_new0 (char *, count + 1);
  size_t annotations = 0;
  for (size_t i = 0; i < count; i++)
    {
      spelled[i] = texts[i][0] != '\0' ? g_strdup (texts[i]) : name_of_column ("", i - annotations);
      annotations += annotation_is (texts[i]);
    }
  return spelled;
}

GStrv
naming_columns (const char *const *texts, size_t count, const Model *model, const Pins *pins, GError **error)
{
  g_auto (GStrv) spelled = spell (texts, count);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char **names = g_new0 (char *, count + 1);
  Naming naming = { texts, names, spelled, count, model, pins, taken };
  if (!give_by_model (&naming, error))
    {
      for (size_t i = 0; i < count; i++)
        g_free (names[i]);
      return NULL;
    }
  give_by_header (&naming);
  give_made (&naming);
  give_damaged (&naming);
  give_identifiers (&naming);
  return g_steal_pointer (&names);
}

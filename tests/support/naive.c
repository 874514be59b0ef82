#include "naive.h"

#include <string.h>

const NaiveWrites naive_writes[NAIVE_COLUMNS] = { WRITES_WORDS,   WRITES_WORDS, WRITES_WORDS, WRITES_NUMBERS,
                                                  WRITES_NUMBERS, WRITES_DATES, WRITES_KEYS };

/* What the table has of a column. */
typedef enum
{
  HOLDS_NOTHING, /* it never had a value */
  HOLDS_WORDS,
  HOLDS_NUMBERS,
  HELD_NUMBERS, /* and has words by now */
  HOLDS_DATES,
  HOLDS_IDS,
} Holds;

typedef struct
{
  char *key;
  int number;
  bool current;
  char *values[NAIVE_COLUMNS]; /* NULL: NULL */
} Version;

typedef struct
{
  bool there; /* the table has it */
  bool known; /* a file has had it */
  char name;  /* c or n, which its number follows: in the table */
  Holds holds;
} Column;

struct Naive
{
  NaiveKind kind;
  bool loaded;
  Column columns[NAIVE_COLUMNS];
  bool renamed[NAIVE_COLUMNS]; /* in the model */
  GPtrArray *versions;         /* of Version; of a key the last one is current */
};

static void
version_free (Version *version)
{
  g_free (version->key);
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    g_free (version->values[i]);
  g_free (version);
}

Naive *
naive_new (NaiveKind kind)
{
  Naive *naive = g_new0 (Naive, 1);
  naive->kind = kind;
  naive->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) version_free);
  return naive;
}

void
naive_free (Naive *naive)
{
  if (naive == NULL)
    return;
  g_ptr_array_unref (naive->versions);
  g_free (naive);
}

static void
row_free (NaiveRow *row)
{
  g_free (row->key);
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    g_free (row->cells[i]);
  g_free (row);
}

void
naive_file_init (NaiveFile *file)
{
  *file = (NaiveFile) { .rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free) };
}

void
naive_file_clear (NaiveFile *file)
{
  g_clear_pointer (&file->rows, g_ptr_array_unref);
}

NaiveRow *
naive_file_add (NaiveFile *file, const char *key)
{
  NaiveRow *row = g_new0 (NaiveRow, 1);
  row->key = g_strdup (key);
  g_ptr_array_add (file->rows, row);
  return row;
}

static bool
is_number (const char *text)
{
  return text[0] != '\0' && strspn (text, "0123456789.") == strlen (text);
}

/* Of 1.50 it is 1.5, of 2.0 it is 2. */
static char *
plain_number (const char *text)
{
  char *plain = g_strdup (text);
  if (strchr (plain, '.') == NULL)
    return plain;
  while (g_str_has_suffix (plain, "0"))
    plain[strlen (plain) - 1] = '\0';
  if (g_str_has_suffix (plain, "."))
    plain[strlen (plain) - 1] = '\0';
  return plain;
}

static bool
is_reference (const Naive *naive, int column)
{
  return naive_writes[column] == WRITES_KEYS && naive->kind != NAIVE_DIMENSION;
}

/* What the column holds once the file is loaded. */
static Holds
holds_then (const Naive *naive, const NaiveFile *file, int i)
{
  Holds holds = naive->columns[i].holds;
  bool numbers = true, values = false;
  for (guint row = 0; row < file->rows->len; row++)
    {
      const char *cell = ((const NaiveRow *) file->rows->pdata[row])->cells[i];
      if (cell == NULL || cell[0] == '\0')
        continue;
      values = true;
      numbers = numbers && is_number (cell);
    }
  if (is_reference (naive, i))
    return HOLDS_IDS;
  if (!values)
    return holds;
  if (holds == HOLDS_NUMBERS)
    return numbers ? HOLDS_NUMBERS : HELD_NUMBERS;
  if (holds != HOLDS_NOTHING)
    return holds;
  return naive_writes[i] == WRITES_DATES ? HOLDS_DATES : numbers ? HOLDS_NUMBERS : HOLDS_WORDS;
}

/* The value of a cell. "" is one of a column of words, and of one that has had no value so far. */
static char *
value_of (const Naive *naive, int i, const char *cell)
{
  Holds holds = naive->columns[i].holds;
  bool text = (holds == HOLDS_WORDS || holds == HOLDS_NOTHING) && naive->kind != NAIVE_BAG;
  if (cell == NULL || (cell[0] == '\0' && !text))
    return NULL;
  bool number = (holds == HOLDS_NUMBERS || holds == HELD_NUMBERS) && is_number (cell);
  return number ? plain_number (cell) : g_strdup (cell);
}

/* A column that turns out to hold no words never had empty ones. */
static void
forget_empties (Naive *naive, int i)
{
  for (guint v = 0; v < naive->versions->len; v++)
    {
      Version *version = naive->versions->pdata[v];
      if (g_strcmp0 (version->values[i], "") == 0)
        g_clear_pointer (&version->values[i], g_free);
    }
}

/* What the columns are with this file. "fresh" are those that hold values only from it on. */
static void
bring_columns (Naive *naive, const NaiveFile *file, bool added[NAIVE_COLUMNS], bool fresh[NAIVE_COLUMNS])
{
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      Column *column = &naive->columns[i];
      added[i] = fresh[i] = false;
      if (!file->has[i])
        continue;
      Holds then = holds_then (naive, file, i);
      added[i] = naive->loaded && !column->there;
      fresh[i] = added[i] || (naive->loaded && column->holds == HOLDS_NOTHING && then != HOLDS_NOTHING);
      if (column->holds == HOLDS_NOTHING && then != HOLDS_NOTHING && then != HOLDS_WORDS)
        forget_empties (naive, i);
      *column = (Column) { true, true, 'c', then };
    }
}

static Version *
add_version (Naive *naive, const Version *before, const char *key)
{
  Version *version = g_new0 (Version, 1);
  version->key = g_strdup (key);
  version->number = before == NULL ? 1 : before->number + 1;
  version->current = true;
  for (int i = 0; before != NULL && i < NAIVE_COLUMNS; i++)
    version->values[i] = g_strdup (before->values[i]);
  g_ptr_array_add (naive->versions, version);
  return version;
}

static void
take_values (Naive *naive, Version *version, const NaiveFile *file, const NaiveRow *row)
{
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    if (file->has[i])
      {
        g_free (version->values[i]);
        version->values[i] = value_of (naive, i, row->cells[i]);
      }
}

/* Whether the row says what the version says, in these columns of the file. */
static bool
is_same (const Naive *naive, const Version *version, const NaiveFile *file, const NaiveRow *row, const bool left_out[NAIVE_COLUMNS])
{
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      if (!file->has[i] || left_out[i])
        continue;
      g_autofree char *value = value_of (naive, i, row->cells[i]);
      if (g_strcmp0 (value, version->values[i]) != 0)
        return false;
    }
  return true;
}

static Version *
find_current (const Naive *naive, const char *key)
{
  for (guint v = naive->versions->len; v > 0; v--)
    if (strcmp (((Version *) naive->versions->pdata[v - 1])->key, key) == 0)
      return naive->versions->pdata[v - 1];
  return NULL;
}

static bool
is_repeated_later (const NaiveFile *file, guint row)
{
  for (guint later = row + 1; later < file->rows->len; later++)
    if (strcmp (((NaiveRow *) file->rows->pdata[row])->key, ((NaiveRow *) file->rows->pdata[later])->key) == 0)
      return true;
  return false;
}

static void
load_keyed_row (Naive *naive, const NaiveFile *file, const NaiveRow *row, const bool added[NAIVE_COLUMNS], NaiveCounts *counts)
{
  Version *current = find_current (naive, row->key);
  if (current == NULL)
    {
      counts->inserted++;
      take_values (naive, add_version (naive, NULL, row->key), file, row);
      return;
    }
  if (is_same (naive, current, file, row, added))
    counts->unchanged++;
  else
    {
      counts->updated++;
      if (naive->kind == NAIVE_DIMENSION)
        {
          counts->deactivated++;
          current->current = false;
          current = add_version (naive, current, row->key);
        }
    }
  /* The same row takes what is new, and what it has in other words: NULL, "" and 1.50 are what they were. */
  take_values (naive, current, file, row);
}

static void
load_keyed (Naive *naive, const NaiveFile *file, const bool added[NAIVE_COLUMNS], NaiveCounts *counts)
{
  for (guint row = 0; row < file->rows->len; row++)
    if (is_repeated_later (file, row))
      counts->duplicate++;
    else
      load_keyed_row (naive, file, file->rows->pdata[row], added, counts);
}

/* Of the versions that no row of the file was taken for: the first that says the same, but for the columns left out. */
static Version *
find_partner (const Naive *naive, GHashTable *taken, const NaiveFile *file, const NaiveRow *row, const bool left_out[NAIVE_COLUMNS])
{
  for (guint v = 0; v < naive->versions->len; v++)
    {
      Version *version = naive->versions->pdata[v];
      if (!g_hash_table_contains (taken, version) && is_same (naive, version, file, row, left_out))
        return version;
    }
  return NULL;
}

/* Each row of the file is one that is there, as often as it is there: first those that are so to the last value, then those that are so
 * but for the fresh columns, which they get. */
static void
load_bag (Naive *naive, const NaiveFile *file, const bool fresh[NAIVE_COLUMNS], NaiveCounts *counts)
{
  static const bool none[NAIVE_COLUMNS] = { false };
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL), found = g_hash_table_new (NULL, NULL);
  for (int pass = 0; pass < 2; pass++)
    for (guint row = 0; row < file->rows->len; row++)
      {
        NaiveRow *one = file->rows->pdata[row];
        Version *partner =
            g_hash_table_contains (found, one) ? NULL : find_partner (naive, taken, file, one, pass == 0 ? none : fresh);
        if (partner == NULL)
          continue;
        g_hash_table_add (taken, partner);
        g_hash_table_add (found, one);
        take_values (naive, partner, file, one);
      }
  counts->unchanged = (int) g_hash_table_size (found);
  for (guint row = 0; row < file->rows->len; row++)
    if (!g_hash_table_contains (found, file->rows->pdata[row]))
      {
        counts->inserted++;
        take_values (naive, add_version (naive, NULL, ""), file, file->rows->pdata[row]);
      }
}

static bool
has_any (const bool columns[NAIVE_COLUMNS])
{
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    if (columns[i])
      return true;
  return false;
}

/* Without a key a file must not bring a column and lack another, or bring one that somebody dropped, for then nobody can tell which rows
 * are there; and its numbers stay numbers, for words would not be what is there. */
static bool
must_be_refused (const Naive *naive, const Column before[NAIVE_COLUMNS], const NaiveFile *file, const bool fresh[NAIVE_COLUMNS])
{
  bool lacking = false, dropped = false, turned = false;
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      lacking = lacking || (before[i].there && before[i].holds != HOLDS_NOTHING && !file->has[i]);
      dropped = dropped || (before[i].known && !before[i].there && file->has[i]);
      turned = turned || (before[i].holds == HOLDS_NUMBERS && naive->columns[i].holds == HELD_NUMBERS);
    }
  return naive->kind == NAIVE_BAG && (turned || dropped || (lacking && has_any (fresh)));
}

bool
naive_load (Naive *naive, const NaiveFile *file, NaiveCounts *ret_counts)
{
  bool added[NAIVE_COLUMNS], fresh[NAIVE_COLUMNS];
  Column before[NAIVE_COLUMNS];
  memcpy (before, naive->columns, sizeof before);
  bring_columns (naive, file, added, fresh);
  *ret_counts = (NaiveCounts) { .read = (int) file->rows->len };
  if (must_be_refused (naive, before, file, fresh))
    return memcpy (naive->columns, before, sizeof before), false;
  if (naive->kind == NAIVE_BAG)
    load_bag (naive, file, fresh, ret_counts);
  else
    load_keyed (naive, file, added, ret_counts);
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    naive->columns[i].name = naive->renamed[i] ? 'n' : 'c';
  naive->loaded = true;
  return true;
}

void
naive_rename (Naive *naive, int column)
{
  naive->renamed[column] = true;
}

char *
naive_drop (Naive *naive, int column)
{
  if (!naive->columns[column].there)
    return NULL;
  naive->columns[column].there = false;
  for (guint v = 0; v < naive->versions->len; v++)
    g_clear_pointer (&((Version *) naive->versions->pdata[v])->values[column], g_free);
  return g_strdup_printf ("%c%d%s", naive->columns[column].name, column, is_reference (naive, column) ? "_id" : "");
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Lines are sorted here and there by their bytes. */
char *
naive_text (const Naive *naive)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  for (guint v = 0; v < naive->versions->len; v++)
    {
      const Version *version = naive->versions->pdata[v];
      GString *line = g_string_new (version->key);
      if (naive->kind == NAIVE_DIMENSION)
        g_string_append_printf (line, " %d%s", version->number, version->current ? "t" : "f");
      for (int i = 0; i < NAIVE_COLUMNS; i++)
        if (version->values[i] != NULL)
          g_string_append_printf (line, " c%d=%s", i, version->values[i]);
      g_ptr_array_add (lines, g_string_free (line, FALSE));
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

char *
naive_query (const Naive *naive, const char *table)
{
  GString *line = g_string_new (naive->kind == NAIVE_BAG ? "''" : "key");
  if (naive->kind == NAIVE_DIMENSION)
    g_string_append (line, " || ' ' || version_number || left(is_current::text, 1)");
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      Holds holds = naive->columns[i].holds;
      char c = naive->columns[i].name;
      if (!naive->columns[i].there)
        continue;
      g_string_append_printf (line, " || coalesce(' c%d=' || ", i);
      if (holds == HOLDS_IDS)
        g_string_append_printf (line, "(select d.key from warehouse.dims_current d where d.dim_id = t.c%d_id)", i);
      else if (holds == HOLDS_NUMBERS || holds == HELD_NUMBERS)
        g_string_append_printf (line,
                                "case when %c%d::text ~ '^[0-9.]+$' then trim_scale(%c%d::text::numeric)::text else %c%d::text end",
                                c, i, c, i, c, i);
      else
        g_string_append_printf (line, "%c%d::text", c, i);
      g_string_append (line, ", '')");
    }
  char *query = g_strdup_printf ("select coalesce(string_agg(line, e'\\n' order by line collate \"C\"), '') from"
                                 " (select %s as line from warehouse.%s t) l",
                                 line->str, table);
  g_string_free (line, TRUE);
  return query;
}

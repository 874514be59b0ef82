#include "models/name.h"
#include "models/propose.h"

#include <string.h>

enum
{
  PAIR_COLUMNS = 8,  /* columns that pairs are made of */
  KEY_PERCENT = 98,  /* of a key-like column's values that are different at least: the rest are duplicates in the file */
  FULL_PERCENT = 99, /* of the rows that have a value at least: the rest would be rejects */
};

/* How much a name looks like a key's; the lower the more. */
typedef enum
{
  RANK_OWN_ID, /* transaction_id in transactions */
  RANK_ID,
  RANK_EMAIL,
  RANK_CODE,
  RANK_OTHER,
} Rank;

static bool
has_suffix_of (const char *name, const char *const *suffixes)
{
  for (; *suffixes != NULL; suffixes++)
    if (g_str_has_suffix (name, *suffixes))
      return true;
  return false;
}

static Rank
rank_of (const StagedTable *staged, const StagedColumn *column)
{
  static const char *const ids[] = { "id", "uuid", "guid", NULL };
  static const char *const emails[] = { "email", "e_mail", "email_address", "mail", NULL };
  static const char *const codes[] = { "code", "key", "number", "sku", "isbn", "iban", "ean", NULL };
  static const char *const suffixes[] = { "_id", "_uuid", "_guid", "_email", "_code", "_key", "_number", "_no", NULL };
  g_autofree char *singular = name_singular (staged->table);
  g_autofree char *own = g_strconcat (singular, "_id", NULL);
  if (g_str_equal (column->name, own))
    return RANK_OWN_ID;
  if (g_strv_contains (ids, column->name))
    return RANK_ID;
  if (g_strv_contains (emails, column->name))
    return RANK_EMAIL;
  if (g_strv_contains (codes, column->name) || has_suffix_of (column->name, suffixes))
    return RANK_CODE;
  return RANK_OTHER;
}

bool
propose_is_of_key (ProposedKey key, guint index)
{
  return (key.count > 0 && key.columns[0] == index) || (key.count > 1 && key.columns[1] == index);
}

bool
propose_names_a_key (const StagedTable *staged, const StagedColumn *column)
{
  return rank_of (staged, column) != RANK_OTHER;
}

/* Amounts, moments and documents that happen to be unique identify nothing. */
static bool
may_be_key (const StagedColumn *column)
{
  static const char *const types[] = { "text", "bigint", "uuid", "date", NULL };
  return g_strv_contains (types, column->type) && !propose_is_measure (column);
}

static bool
is_filled (const StagedTable *staged, const StagedColumn *column)
{
  return column->values > 0 && column->values * 100 >= staged->rows * FULL_PERCENT;
}

/* Without duplicates but for a few rows that are there twice. Events may be equal: many such rows speak against any key. */
static bool
is_unique (const StagedTable *staged, int64_t distinct, int64_t values)
{
  return distinct == values || (distinct == staged->different && distinct * 100 >= values * KEY_PERCENT);
}

static bool
is_single_key (const StagedTable *staged, const StagedColumn *column)
{
  if (!is_filled (staged, column))
    return false;
  if (rank_of (staged, column) != RANK_OTHER)
    return column->distinct * 100 >= column->values * KEY_PERCENT || column->distinct == staged->different;
  return may_be_key (column) && is_unique (staged, column->distinct, column->values);
}

ProposedKey
propose_single (const StagedTable *staged)
{
  ProposedKey best = { .count = 0 };
  Rank best_rank = RANK_OTHER;
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      Rank rank = rank_of (staged, column);
      if (!is_single_key (staged, column) || (best.count > 0 && rank >= best_rank))
        continue;
      best = (ProposedKey) { .columns = { i }, .count = 1, .distinct = column->distinct };
      best_rank = rank;
    }
  return best;
}

/* The first columns, by rank and then position, that can be half of a key. */
static GArray *
pair_columns (const StagedTable *staged)
{
  GArray *indices = g_array_new (FALSE, FALSE, sizeof (guint));
  for (Rank rank = RANK_OWN_ID; rank <= RANK_OTHER; rank++)
    for (guint i = 0; i < staged->columns->len && indices->len < PAIR_COLUMNS; i++)
      {
        const StagedColumn *column = g_ptr_array_index (staged->columns, i);
        if (rank_of (staged, column) == rank && column->values == staged->rows && column->distinct > 1
            && (may_be_key (column) || g_str_has_prefix (column->type, "timestamp")))
          g_array_append_val (indices, i);
      }
  return indices;
}

GArray *
propose_pairs (const StagedTable *staged)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (ProposedKey));
  g_autoptr (GArray) indices = pair_columns (staged);
  for (guint sum = 1; indices->len > 1 && sum <= 2 * indices->len - 3; sum++)
    for (guint a = 0; 2 * a < sum; a++)
      {
        guint b = sum - a;
        if (b >= indices->len)
          continue;
        ProposedKey pair = { .columns = { g_array_index (indices, guint, a), g_array_index (indices, guint, b) }, .count = 2 };
        const StagedColumn *first = g_ptr_array_index (staged->columns, pair.columns[0]);
        const StagedColumn *second = g_ptr_array_index (staged->columns, pair.columns[1]);
        if (first->distinct >= staged->different / second->distinct)
          g_array_append_val (pairs, pair);
      }
  return pairs;
}

/* Several rows of a key, each since its own time, are states of one entity: the other column is the key. */
static bool
take_dated (const StagedTable *staged, ProposedKey *pair)
{
  for (guint part = 0; part < 2; part++)
    if (propose_says_since (g_ptr_array_index (staged->columns, pair->columns[part])))
      {
        guint other = pair->columns[1 - part];
        const StagedColumn *column = g_ptr_array_index (staged->columns, other);
        *pair = (ProposedKey) { { other }, 1, column->distinct, true, pair->columns[part] };
        return true;
      }
  return false;
}

ProposedKey
propose_pair (const StagedTable *staged, const GArray *pairs)
{
  ProposedKey first = { .count = 0 };
  for (guint i = 0; i < pairs->len; i++)
    {
      ProposedKey pair = g_array_index (pairs, ProposedKey, i);
      if (pair.distinct == 0 || !is_unique (staged, pair.distinct, staged->rows))
        continue;
      if (take_dated (staged, &pair))
        return pair;
      if (first.count == 0)
        first = pair;
    }
  return first;
}

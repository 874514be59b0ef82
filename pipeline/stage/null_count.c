#include "pipeline/stage/null_count.h"

#include "pipeline/types/null_word.h"

struct NullCount
{
  int n_columns;
  int64_t **words; /* by column and word; NULL: never */
  GArray *met;     /* of MetWord, in this row */
};

typedef struct
{
  int column;
  int word;
} MetWord;

NullCount *
null_count_new (int n_columns)
{
  NullCount *count = g_new0 (NullCount, 1);
  count->n_columns = n_columns;
  count->words = g_new0 (int64_t *, n_columns + 1);
  count->met = g_array_new (FALSE, FALSE, sizeof (MetWord));
  return count;
}

void
null_count_free (NullCount *count)
{
  if (count == NULL)
    return;
  for (int i = 0; i < count->n_columns; i++)
    g_free (count->words[i]);
  g_free (count->words);
  g_array_unref (count->met);
  g_free (count);
}

void
null_count_begin_row (NullCount *count)
{
  g_array_set_size (count->met, 0);
}

void
null_count_meet (NullCount *count, int column, int word)
{
  const MetWord met = { column, word };
  g_array_append_val (count->met, met);
}

void
null_count_take_row (NullCount *count)
{
  for (guint i = 0; i < count->met->len; i++)
    {
      const MetWord met = g_array_index (count->met, MetWord, i);
      if (count->words[met.column] == NULL)
        count->words[met.column] = g_new0 (int64_t, NULL_WORDS_MOST);
      count->words[met.column][met.word]++;
    }
}

const int64_t *
null_count_words (const NullCount *count, int column)
{
  return count->words[column];
}

#include "pipeline/layout/layout.h"

#include "pipeline/types/null_word.h"

#include <string.h>

static bool
is_one_of (char *const *texts, const char *cell, size_t length)
{
  for (; texts != NULL && *texts != NULL; texts++)
    if (strlen (*texts) == length && memcmp (*texts, cell, length) == 0)
      return true;
  return false;
}

static bool
is_text (const LayoutColumn *column)
{
  return column->type != NULL && column->type->id == TYPE_TEXT;
}

static bool
is_known (const LayoutColumn *column, int word)
{
  return word >= 0 && (column->known_nulls >> word & 1) != 0;
}

bool
layout_is_null (const LayoutColumn *column, const Field *field)
{
  if (field->null || is_one_of (column->nulls, field->text, field->length))
    return true;
  if (column->exact)
    return false;
  if (is_text (column))
    return column->known_nulls != 0 && is_known (column, null_word_find (field->text, field->length));
  if (column->nulls == NULL || column->key_part >= 0)
    return false;
  const char *cell = field->text;
  size_t length = field->length;
  types_trim (&cell, &length);
  return length < field->length && is_one_of (column->nulls, cell, length);
}

int
layout_null_word (const LayoutColumn *column, const Field *field)
{
  bool finds = column->finds_nulls && column->origin != ORIGIN_DECLARED;
  if (column->exact || is_text (column) || (!finds && column->known_nulls == 0))
    return -1;
  int word = null_word_find (field->text, field->length);
  return finds || is_known (column, word) ? word : -1;
}

uint64_t
layout_null_words (const ColumnFinding *finding)
{
  uint64_t words = 0;
  for (int i = 0; i < NULL_WORDS_MOST && finding->null_words != NULL; i++)
    words |= finding->null_words[i] > 0 ? UINT64_C (1) << i : 0;
  return words;
}

bool
layout_is_blank (const Field *field)
{
  const char *cell = field->text;
  size_t length = field->length;
  if (length > 0 && g_ascii_isgraph (cell[0])) /* nearly every one */
    return false;
  types_trim (&cell, &length);
  return length == 0;
}

bool
layout_refuses_cells (const Layout *layout, const LayoutColumn *column)
{
  return column->exact || column->origin == ORIGIN_DECLARED
         || (column->origin == ORIGIN_PINNED && layout->model->contract_types == TYPES_REJECT);
}

void
layout_reader_init (LayoutReader *ret_reader, const LayoutColumn *column)
{
  const Type *type = column->type;
  bool inferred = column->origin == ORIGIN_INFERRED && !column->exact;
  ret_reader->parse = inferred && column->format == NULL && type->recognize != NULL ? type->recognize : type->parse;
  if (column->exact)
    ret_reader->parse = types_exact[type->id];
  ret_reader->exact = column->exact;
  cell_format_read (&ret_reader->format, type->id, column->format);
  ret_reader->refuses_plus = inferred && !column->takes_plus && type->id != TYPE_TEXT;
}

bool
layout_read_trimmed (const LayoutReader *reader, const char *cell, size_t length, Value *ret_value)
{
  size_t bare = length;
  types_trim (&cell, &bare);
  return !reader->exact && bare < length && layout_read_bare (reader, cell, bare, ret_value);
}

bool
layout_parse (const LayoutColumn *column, const char *cell, size_t length, Value *ret_value)
{
  LayoutReader reader;
  layout_reader_init (&reader, column);
  return layout_read (&reader, cell, length, ret_value);
}

bool
layout_is_bag (const Layout *layout)
{
  return layout->model != NULL && model_is_keyless (layout->model) && layout->model->append == APPEND_DISTINCT;
}

bool
layout_may_become (const Layout *layout, TypeId from, TypeId to)
{
  return types_widens (from, to) && !(layout_is_bag (layout) && to == TYPE_TEXT && from != TYPE_TEXT);
}

const LayoutColumn *
layout_find_convertible (const Layout *layout, const char *name)
{
  for (int i = 0; i < layout->n_columns && !layout_is_bag (layout); i++)
    if (strcmp (layout->columns[i].name, name) == 0 && layout->columns[i].origin == ORIGIN_DECLARED
        && layout->columns[i].key_part < 0)
      return &layout->columns[i];
  return NULL;
}

void
layout_pin (const Layout *layout, Pins *pins)
{
  for (int i = 0; i < layout->n_columns; i++)
    {
      const LayoutColumn *column = &layout->columns[i];
      if (column->discarded)
        continue;
      bool known = pins_know (pins, column->name);
      Pin *pin = pins_add (pins, column->name);
      pin->nulls = column->nulls != NULL ? 0 : pin->nulls | layout_null_words (&layout->findings[i]);
      if (layout->findings[i].other_format)
        continue;
      bool spelled = strcmp (column->header, column->name) == 0;
      if (!known && !spelled)
        pin->header = g_strdup (column->header);
      if (pin->hashed == NULL && strcmp (column->hashed, column->name) != 0)
        pin->hashed = g_strdup (column->hashed);
      if (spelled && pin_is_nameless (pin)) /* it has a header from now on */
        g_clear_pointer (&pin->header, g_free);
      if (!column->unknown)
        {
          pins_set (pins, column->name, column->type, column->format);
          pin->was_number = column->was_number && column->type->id == TYPE_TEXT;
        }
    }
}

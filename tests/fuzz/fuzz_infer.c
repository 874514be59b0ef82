/* A column of cells, one a line: what is inferred of them is the same in any order, and takes each of them. */
#include "tests/fuzz/fuzz.h"

#include "pipeline/types/infer.h"
#include "pipeline/types/null_word.h"
#include "pipeline/types/types.h"

#include <string.h>

typedef struct
{
  const char *text;
  size_t length;
} Cell;

static GArray *
cells_of (const uint8_t *data, size_t size)
{
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  const char *at = (const char *) data, *end = at + size;
  while (at < end)
    {
      const char *stop = memchr (at, '\n', (size_t) (end - at));
      const Cell cell = { at, (size_t) ((stop != NULL ? stop : end) - at) };
      g_array_append_val (cells, cell);
      at = stop != NULL ? stop + 1 : end;
    }
  return cells;
}

static void
infer (const GArray *cells, bool backwards, ColumnGuess *guess, InferResult *result)
{
  infer_init (guess);
  for (guint i = 0; i < cells->len; i++)
    {
      const Cell *cell = &g_array_index (cells, Cell, backwards ? cells->len - 1 - i : i);
      infer_cell (guess, cell->text, cell->length, false);
    }
  infer_result (guess, result);
}

static void
require_alike (const InferResult *one, const InferResult *other)
{
  REQUIRE (one->type == other->type && g_strcmp0 (one->format, other->format) == 0);
  REQUIRE (one->unknown == other->unknown && one->undecided == other->undecided && one->ambiguous == other->ambiguous);
  REQUIRE (one->declarable == other->declarable && one->either == other->either && one->nulls == other->nulls);
  for (size_t i = 0; i < G_N_ELEMENTS (one->ways); i++)
    REQUIRE (one->ways[i].type == other->ways[i].type && g_strcmp0 (one->ways[i].format, other->ways[i].format) == 0
             && g_strcmp0 (one->ways[i].sign, other->ways[i].sign) == 0);
}

/* A cell that says nothing is NULL in what is no text; every other one is of the type. */
static void
require_taken (const Cell *cell, const Type *type, const char *format, uint64_t nulls)
{
  const char *text = cell->text;
  size_t length = cell->length;
  int word = null_word_find (text, length);
  Value value;
  if (type->id != TYPE_TEXT)
    types_trim (&text, &length);
  if (length == 0 || (word >= 0 && (nulls & UINT64_C (1) << word) != 0))
    return;
  REQUIRE (type_parse (type, text, length, format, &value));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GArray) cells = cells_of (data, size);
  ColumnGuess guess, backwards;
  InferResult result, other;
  infer (cells, false, &guess, &result);
  infer (cells, true, &backwards, &other);
  require_alike (&result, &other);
  REQUIRE (result.format == NULL || types_format_fits (result.type->name, result.format));
  for (guint i = 0; i < cells->len; i++)
    {
      require_taken (&g_array_index (cells, Cell, i), result.type, result.format, result.nulls);
      for (size_t way = 0; way < G_N_ELEMENTS (result.ways); way++)
        if (result.ways[way].type != NULL)
          require_taken (&g_array_index (cells, Cell, i), result.ways[way].type, result.ways[way].format, result.nulls);
    }
  for (int way = 0; way < (int) G_N_ELEMENTS (result.ways); way++)
    {
      g_autofree char *text = infer_way (&result, way);
      REQUIRE ((text != NULL) == (result.ways[way].type != NULL));
    }
  return 0;
}

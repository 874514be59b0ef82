/* models/TABLE.json from any bytes. */
#include "tests/fuzz/fuzz.h"

#include "base/error.h"
#include "models/model_load.h"
#include "models/name.h"
#include "pipeline/types/types.h"

#include <string.h>

static void
require_sense (const Model *model)
{
  REQUIRE (name_is_usable (model->table));
  REQUIRE (model->business_key != NULL && model->columns != NULL && model->references != NULL);
  REQUIRE (model_is_keyless (model) || model->id_column != NULL);
  REQUIRE (strlen (model->checksum) == SHA256_HEX_SIZE - 1);
  for (guint i = 0; i < model->columns->len; i++)
    {
      const ModelColumn *column = g_ptr_array_index (model->columns, i);
      REQUIRE (column->name != NULL && model_find_column (model, column->name) != NULL);
      REQUIRE (column->type == NULL || types_find (column->type) != NULL);
      for (char **from = column->from; from != NULL && *from != NULL; from++)
        REQUIRE (**from != '\0' && g_utf8_validate (*from, -1, NULL));
      REQUIRE (column->format == NULL || column->type == NULL || types_format_fits (column->type, column->format));
    }
  g_autofree char *normalize = normalize_words (model->normalize);
  REQUIRE (model_kind_word (model->kind) != NULL && key_hash_word (model->hash) != NULL && normalize != NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const ModelWords words = { types_words (), types_format_fits };
  g_autoptr (GError) error = NULL;
  g_autoptr (Model) model = model_parse ((const char *) data, size, "models/fuzz.json", &words, &error);
  REQUIRE ((model == NULL) == (error != NULL));
  if (model != NULL)
    require_sense (model);
  else
    {
      REQUIRE (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      g_autofree char *message = weir_error_format (error);
      REQUIRE (g_utf8_validate (message, -1, NULL));
    }
  return 0;
}

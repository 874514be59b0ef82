#include "src/commands/cli.h"
#include "src/commands/named_key.h"

#include <stdio.h>

static bool
run (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *table = call->arguments[0];
  char **values = call->arguments + 1;
  g_autoptr (Catalog) catalog = settings_load_catalog (call->settings, error);
  const Model *model = NULL;
  if (catalog == NULL || !named_key_model (catalog, table, &model, error))
    return false;
  Uid id;
  g_autoptr (Json) normalized = NULL;
  if (!named_key_make (call->settings, model, values, &id, &normalized, error))
    return false;
  char text[UID_TEXT_SIZE];
  uid_format (id, text);
  if (!call->json)
    return puts (text), true;
  g_autoptr (Json) object = json_pack ("{s:s, s:s, s:s, s:O}", "table", model->table, "hash", key_hash_word (model->hash), "id",
                                       text, "normalized", normalized);
  show_json (object);
  return true;
}

const Command command_key = {
  .name = "key",
  .arguments = "TABLE VALUE...",
  .summary = "the UUID of a business key",
  .description = "  weir key users someone@example.com",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 2,
  .most = ANY_NUMBER,
  .usage = "a table and the values of its business key are needed",
  .run = run,
};

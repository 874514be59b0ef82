#include "src/commands/cli.h"
#include "src/commands/key_rotate.h"
#include "src/commands/named_key.h"

#include "base/error.h"

#include <stdio.h>

static bool
show_key (const Call *call, GError **error)
{
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

static bool
run (Call *call, int *ret_code, GError **error)
{
  const KeyRotateOptions *options = call->options;
  bool rotates = options->dry_run || options->yes || options->secret_file != NULL || options->aliases != NULL;
  if (call->n_arguments == 1 && g_str_equal (call->arguments[0], "rotate"))
    return key_rotate (call, ret_code, error);
  if (call->n_arguments == 1 || rotates)
    return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "weir key --help" }, "%s",
                      rotates ? "these options are those of `weir key rotate`"
                              : "a table and the values of its business key are needed");
  return show_key (call, error);
}

static const CommandOption options[] = {
  { "secret-file", 0, OPTION_TEXT (KeyRotateOptions, secret_file), "Of rotate: the new secret, made elsewhere; it stays there",
    "FILE" },
  { "aliases", 0, OPTION_TEXT (KeyRotateOptions, aliases), "Of rotate: write what each id was and is, as CSV", "FILE" },
  { "dry-run", 'n', OPTION_FLAG (KeyRotateOptions, dry_run), "Of rotate: only see whether it can be done", NULL },
  { "yes", 'y', OPTION_FLAG (KeyRotateOptions, yes), "Of rotate: do not ask", NULL },
  { NULL },
};

const Command command_key = {
  .name = "key",
  .arguments = "TABLE VALUE..., or rotate",
  .summary = "the UUID of a business key; a new key secret",
  .description =
      "  weir key users someone@example.com\n\n"
      "`rotate` makes a new secret and gives all tables the ids that it makes, in one transaction: no row gets a version, and\n"
      "runs can be taken back as before. The old secret stays beside the new one until somebody deletes it.\n\n"
      "  weir key rotate --dry-run\n"
      "  weir key rotate --aliases ids.csv    for whoever has copies of ids",
  .also = "rotate",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .least = 1,
  .most = ANY_NUMBER,
  .usage = "a table and the values of its business key are needed; or: rotate",
  .options = options,
  .options_size = sizeof (KeyRotateOptions),
  .run = run,
};

#include "src/commands/key_rotate.h"

#include "base/error.h"
#include "base/text.h"
#include "src/commands/confirm.h"
#include "src/load/rotating.h"

#include <stdio.h>

#define ROWS_A_SECOND 20000 /* on a busy machine of two cores: docs/operations.md */

static void
tell_file (const char *file)
{
  fprintf (stderr, "reading \"%s\" once more\n", file);
}

/* ---- telling ---- */

static void
print_tables (const Rotate *rotate)
{
  int64_t rows = 0;
  for (guint i = 0; i < rotate->tables->len; i++)
    {
      const RotateTable *table = rotate->tables->pdata[i];
      g_autofree char *count = text_count (table->rows);
      printf ("  %s.%s: %s row%s\n", table->schema, table->table, count, table->rows == 1 ? "" : "s");
      rows += table->rows;
    }
  int64_t minutes = rows / ROWS_A_SECOND / 60;
  if (rotate->tables->len == 0)
    puts ("No table has ids that the key secret made.");
  else if (minutes == 0)
    puts ("They get other ids, within a minute; nobody loads them meanwhile.");
  else
    printf ("They get other ids, in about %" G_GINT64_FORMAT
            " minutes; nobody loads them meanwhile, and they take up to twice the room.\n",
            minutes + 1);
  fflush (stdout);
}

static void
print_done (const Rotating *rotating, const RotatingWish *wish, const Settings *settings)
{
  char run[UID_TEXT_SIZE];
  uid_format (rotating->task.own, run);
  g_autofree char *ids = text_count (rotating->rotate->ids), *secret = settings_shown_path (settings, settings->secret_file);
  g_autofree char *former = rotating->former != NULL ? settings_shown_path (settings, rotating->former) : NULL;
  printf ("%s id%s are others now (run %.8s).\n", ids, rotating->rotate->ids == 1 ? "" : "s", run);
  if (former != NULL)
    printf ("The new secret is in %s: back it up. The old one is in %s: delete it once no backup of before is needed.\n", secret,
            former);
  else
    printf (
        "From now on only the secret in %s fits: set WEIR_KEY_SECRET_FILE to it for all that load, or put it in the place of %s. "
        "Until then their files wait.\n",
        wish->secret_file, secret);
  if (wish->aliases != NULL)
    printf ("%s has what each id was and is; whoever reads it can tell who is who, so delete it soon.\n", wish->aliases);
  else if (rotating->rotate->ids > 0)
    puts ("Ids that somebody has copied elsewhere are the old ones.");
}

static void
tell_json (const Rotating *rotating, const RotatingWish *wish, const Settings *settings, bool done)
{
  char run[UID_TEXT_SIZE];
  uid_format (rotating->task.own, run);
  g_autofree char *secret = settings_shown_path (settings, wish->secret_file != NULL ? wish->secret_file : settings->secret_file);
  g_autofree char *former = rotating->former != NULL && done ? settings_shown_path (settings, rotating->former) : NULL;
  g_autoptr (Json) json = rotate_to_json (rotating->rotate);
  json_object_set_new (json, "rotated", json_boolean (done));
  json_object_set_new (json, "run", done ? json_string (run) : json_null ());
  json_object_set_new (json, "secret", weir_json_string (secret));
  json_object_set_new (json, "old_secret", former != NULL ? weir_json_string (former) : json_null ());
  json_object_set_new (json, "aliases", wish->aliases != NULL && done ? weir_json_string (wish->aliases) : json_null ());
  show_json (json);
}

/* ---- doing ---- */

static bool
rotate_now (Loader *loader, Rotating *rotating, const RotatingWish *wish, const Call *call, int *ret_code, GError **error)
{
  const KeyRotateOptions *options = call->options;
  if (!call->json)
    print_tables (rotating->rotate);
  if (!wish->dry_run && !confirm ("Make a new secret?", options->yes, ret_code, error))
    return *ret_code != 0;
  if (!rotating_do (loader, rotating, wish, tell_file, error))
    return false;
  if (call->json)
    tell_json (rotating, wish, call->settings, !wish->dry_run);
  else if (wish->dry_run)
    puts ("It can be done. Nothing was changed.");
  else
    print_done (rotating, wish, call->settings);
  return true;
}

bool
key_rotate (Call *call, int *ret_code, GError **error)
{
  const KeyRotateOptions *options = call->options;
  const RotatingWish wish = { options->secret_file, options->aliases, options->dry_run };
  g_auto (Loader) loader = { 0 };
  Rotating rotating = { 0 };
  loader_init (&loader, call->settings, -1);
  loader.one_shot = true;
  if (!loader_refresh (&loader, error))
    return false;
  bool done = rotating_begin (&loader, &wish, &rotating, error) && rotate_now (&loader, &rotating, &wish, call, ret_code, error);
  rotating_clear (&rotating, call->settings);
  return done;
}

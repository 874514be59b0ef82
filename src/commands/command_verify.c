#include "base/error.h"
#include "base/text.h"
#include "src/commands/cli.h"
#include "src/report/verify.h"
#include "src/server/connect.h"

#include <stdio.h>
#include <unistd.h>

typedef struct
{
  gboolean quick;
} VerifyOptions;

/* On a terminal a line that the next one takes the place of. */
static void
tell (const char *what, int64_t done, int64_t total)
{
  g_autofree char *shown = g_utf8_make_valid (what, -1);
  if (total > 0)
    fprintf (stderr, "\r\033[K%s  %d %%", shown, (int) (done * 100 / total));
  else
    fprintf (stderr, "\r\033[K%s", shown);
  fflush (stderr);
}

static void
print_json (const Verification *verification)
{
  g_autoptr (Json) json = json_pack ("{s:O, s:I, s:I, s:o}", "findings", verification->findings, "tables",
                                     (json_int_t) verification->tables, "files", (json_int_t) verification->files, "bytes_read",
                                     verification->quick ? json_null () : json_integer ((json_int_t) verification->bytes));
  show_json (json);
}

static bool
run (Call *call, int *ret_code, GError **error)
{
  const VerifyOptions *options = call->options;
  bool is_terminal = show_is_fancy (STDERR_FILENO);
  g_autoptr (Catalog) catalog = settings_load_catalog (call->settings, error);
  g_autoptr (Db) db = catalog != NULL ? database_open (call->settings, error) : NULL;
  g_autoptr (Json) findings = json_array ();
  if (db == NULL)
    return false;
  Verification verification = { .db = db,
                                .settings = call->settings,
                                .catalog = catalog,
                                .table = call->n_arguments > 0 ? call->arguments[0] : NULL,
                                .quick = options->quick,
                                .tell = is_terminal ? tell : NULL,
                                .findings = findings };
  bool done = verify_database (&verification, error) && verify_files (&verification, error);
  if (is_terminal)
    fputs ("\r\033[K", stderr);
  if (!done)
    return false;
  if (call->json)
    print_json (&verification);
  else
    verify_print (&verification);
  *ret_code = json_array_size (findings) > 0 ? 1 : 0;
  return true;
}

static const CommandOption options[] = {
  { "quick", 0, OPTION_FLAG (VerifyOptions, quick), "Do not read the archived files: only see whether they are there", NULL },
  { NULL },
};

const Command command_verify = {
  .name = "verify",
  .arguments = "[TABLE]",
  .summary = "whether tables, ledger and archive hold together",
  .description =
      "Looks at the versions of dimensions, at what facts refer to, at the counts of runs, and at each archived file, whose bytes "
      "are hashed;\n"
      "and whether each file in archive/ and failed/ is one that the ledger knows. Nothing is changed. Each finding says what "
      "mends it.\n"
      "Ends with 1 where there are any.\n\n"
      "  weir verify\n"
      "  weir verify users --json",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = 1,
  .usage = "one table at most",
  .options = options,
  .options_size = sizeof (VerifyOptions),
  .run = run,
};

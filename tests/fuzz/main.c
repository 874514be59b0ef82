/* Runs a fuzz target over files, over all files of folders, or over standard input:
 *
 *   fuzz_parse tests/fuzz/corpus          fuzz_parse crash-0123       afl-fuzz -i tests/fuzz/corpus/parse -o out -- fuzz_parse @@
 *
 * What begins with - is ignored, so that libFuzzer's options may stay. */
#include "tests/fuzz/fuzz.h"

#include "base/autoptr.h"

#include <stdbool.h>
#include <string.h>

static void
run_stream (FILE *file)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  uint8_t piece[4096];
  for (size_t got; (got = fread (piece, 1, sizeof piece, file)) > 0;)
    g_byte_array_append (bytes, piece, (guint) got);
  uint8_t *exact = g_malloc (MAX (bytes->len, 1)); /* never NULL, as libFuzzer's */
  for (guint i = 0; i < bytes->len; i++)
    exact[i] = bytes->data[i];
  LLVMFuzzerTestOneInput (exact, bytes->len);
  g_free (exact);
}

static bool
run_path (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  if (folder != NULL)
    {
      bool good = true;
      for (const char *name; (name = g_dir_read_name (folder)) != NULL;)
        {
          g_autofree char *inside = g_build_filename (path, name, NULL);
          good = run_path (inside) && good;
        }
      return good;
    }
  g_autoptr (FILE) file = fopen (path, "rbe");
  if (file == NULL)
    return perror (path), false;
  printf ("%s\n", path); /* the last one is at fault when this ends early */
  fflush (stdout);
  run_stream (file);
  return true;
}

int
main (int argc, char **argv)
{
  bool good = true;
  int paths = 0;
  for (int i = 1; i < argc; i++)
    if (argv[i][0] != '-')
      {
        good = run_path (argv[i]) && good;
        paths++;
      }
  if (paths == 0)
    run_stream (stdin);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

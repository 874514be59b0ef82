#include "base/docs.h"

#include <glib.h>

char *
docs_path_beside (const char *program, const char *page)
{
  /* build/weir is one folder below docs/, bin/weir one beside share/. */
  static const char *const places[] = { "../docs", "../share/doc/weir" };
  g_autofree char *folder = g_path_get_dirname (program);
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], page, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_canonicalize_filename (path, NULL);
    }
  return g_build_filename ("docs", page, NULL);
}

char *
docs_path (const char *page)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  return docs_path_beside (program != NULL ? program : "", page);
}

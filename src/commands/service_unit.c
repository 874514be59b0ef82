#include "src/commands/service_unit.h"

#include "base/error.h"
#include "base/fsutil.h"
#include "schema/sql.h"
#include "src/settings/settings_table.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SERVICE_USER "weir"

/* ---- whose it is ---- */

static bool
make_folder_of_service (const char *home, uid_t *ret_owner, GError **error)
{
  const struct passwd *user = getpwnam (SERVICE_USER);
  if (user == NULL)
    return weir_fail (
        error, &(Failure) { WEIR_ERROR_MODEL, .hint = "Make the folder, and give it to who is to run weir: chown USER: DIR" },
        "there is no user \"" SERVICE_USER "\" whose home \"%s\" could be", home);
  if (!fs_make_folder (home, 0755, error))
    return false;
  if (lchown (home, user->pw_uid, user->pw_gid) != 0)
    return weir_system_error (error, errno, "could not give \"%s\" to " SERVICE_USER, home);
  *ret_owner = user->pw_uid;
  return true;
}

bool
service_unit_owner (const char *home, uid_t *ret_owner, GError **error)
{
  struct stat status;
  if (stat (home, &status) != 0)
    return make_folder_of_service (home, ret_owner, error);
  *ret_owner = status.st_uid;
  if (status.st_uid != 0)
    return true;
  g_autofree char *hint = g_strdup_printf ("Give it to who is to run weir: chown -R " SERVICE_USER ": %s", home);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint },
                    "\"%s\" is root's, and a service of weir does not run as root", home);
}

/* ---- its text ---- */

static bool
is_plain (const char *path)
{
  return path[strcspn (path, " \t\n\"'\\%$;#*?[]")] == '\0';
}

/* As `systemd-escape --path` does it. Owned by the caller. */
static char *
escape_path (const char *path)
{
  GString *escaped = g_string_new (NULL);
  for (const char *c = path + 1; *c != '\0'; c++)
    if (*c == '/')
      g_string_append_c (escaped, '-');
    else if (g_ascii_isalnum (*c) || strchr (":_", *c) != NULL || (*c == '.' && escaped->len > 0))
      g_string_append_c (escaped, *c);
    else
      g_string_append_printf (escaped, "\\x%02x", (unsigned char) *c);
  return g_string_free (escaped, FALSE);
}

/* Folders that the settings have elsewhere are written, too; a log is begun anew beside itself. */
static void
append_folders (GString *folders, const Settings *settings)
{
  g_autofree char *within = g_strconcat (settings->home, "/", NULL);
  for (const Setting *row = settings_table; row->help != NULL; row++)
    {
      bool is_file = row->type == SETTING_FILE;
      const char *path = is_file || row->type == SETTING_FOLDER ? *(char **) settings_member (settings, row) : NULL;
      g_autofree char *folder = path == NULL ? NULL : is_file ? g_path_get_dirname (path) : g_strdup (path);
      if (folder != NULL && !g_str_has_prefix (folder, within) && is_plain (folder) && !g_str_equal (folder, settings->home))
        g_string_append_printf (folders, "\nReadWritePaths=%s", folder);
    }
}

static bool
is_below_a_users_home (const char *path)
{
  return g_str_has_prefix (path, "/home/") || g_str_has_prefix (path, "/root/");
}

/* user: NULL, where it is no service of the machine. Owned by the caller. */
static char *
make_text (const Settings *settings, const char *program, const char *user)
{
  GString *text = g_string_new (sql_file (user != NULL ? "../packaging/weir.service.in" : "../packaging/weir-user.service.in"));
  g_autoptr (GString) folders = g_string_new ("ReadWritePaths=@HOME@ -/run/weir");
  append_folders (folders, settings);
  g_string_replace (text, "ReadWritePaths=@HOME@ -/run/weir", folders->str, 1);
  if (is_below_a_users_home (settings->home) || is_below_a_users_home (program))
    g_string_replace (text, "ProtectHome=yes", "ProtectHome=no", 1);
  g_string_replace (text, "@USER@", user != NULL ? user : "", 0);
  g_string_replace (text, "@PROGRAM@", program, 0);
  g_string_replace (text, "@HOME@", settings->home, 0);
  return g_string_free (text, FALSE);
}

/* ---- where it goes ---- */

/* The first folder of units that systemd looks into. Owned by the caller. */
static char *
find_folder (bool of_machine)
{
  const char *given = g_getenv ("SYSTEMD_UNIT_PATH");
  if (given != NULL && given[0] == '/')
    return g_strndup (given, strcspn (given, ":"));
  return of_machine ? g_strdup ("/etc/systemd/system") : g_build_filename (g_get_user_config_dir (), "systemd", "user", NULL);
}

bool
service_unit_write (const Settings *settings, uid_t owner, char **ret_name, char **ret_path, GError **error)
{
  bool of_machine = owner != geteuid ();
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *escaped = escape_path (settings->home), *folder = find_folder (of_machine);
  const struct passwd *user = of_machine ? getpwuid (owner) : NULL;
  if (program == NULL || !is_plain (program) || !is_plain (settings->home))
    return weir_error (error, WEIR_ERROR_MODEL, "the path \"%s\" has blanks, or what a unit of systemd would need quotes for",
                       program != NULL && is_plain (program) ? settings->home : program);
  if (of_machine && user == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "\"%s\" belongs to user %d, who has no name", settings->home, (int) owner);
  g_autofree char *text = make_text (settings, program, user != NULL ? user->pw_name : NULL);
  *ret_name = g_strdup_printf ("weir-%s.service", escaped);
  *ret_path = g_build_filename (folder, *ret_name, NULL);
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return weir_system_error (error, errno, "could not make \"%s\"", folder);
  return fs_write_file (*ret_path, text, strlen (text), 0644, error);
}

/* The units that `weir init --systemd` writes. */
#include "src/commands/service_unit.h"

#include "base/error.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
folder_setup (void **state)
{
  *state = g_dir_make_tmp ("weir-unit-XXXXXX", NULL);
  g_autofree char *units = g_build_filename (*state, "units", NULL);
  g_setenv ("SYSTEMD_UNIT_PATH", units, TRUE);
  return 0;
}

static int
folder_teardown (void **state)
{
  g_unsetenv ("SYSTEMD_UNIT_PATH");
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static uid_t
somebody_else (void)
{
  const struct passwd *nobody = getpwnam ("nobody");
  assert_non_null (nobody);
  return nobody->pw_uid;
}

/* The unit of a home with these settings. Owned by the caller. */
static char *
write_unit (const char *home, const char *archive, uid_t owner, const char *expected_name)
{
  const Settings settings = { .home = (char *) home, .archive = (char *) archive };
  g_autofree char *name = NULL, *path = NULL;
  char *text = NULL;
  g_autoptr (GError) error = NULL;
  if (!service_unit_write (&settings, owner, &name, &path, &error))
    fail_msg ("%s", error->message);
  assert_string_equal (name, expected_name);
  assert_true (g_file_get_contents (path, &text, NULL, NULL));
  assert_null (strstr (text, "@HOME@"));
  return text;
}

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\n%s\n", line);
  if (strstr (text, whole) == NULL)
    fail_msg ("\"%s\" is not in\n%s", line, text);
}

static void
test_a_service_of_the_machine (void **state)
{
  (void) state;
  g_autofree char *text = write_unit ("/srv/shop", "/srv/shop/archive", somebody_else (), "weir-srv-shop.service");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *start = g_strdup_printf ("ExecStart=%s watch --home /srv/shop", program);
  assert_line (text, start);
  assert_line (text, "User=nobody");
  assert_line (text, "ReadWritePaths=/srv/shop -/run/weir");
  assert_line (text, "WantedBy=multi-user.target");
  assert_line (text, "CapabilityBoundingSet=");
}

static void
test_folders_elsewhere (void **state)
{
  (void) state;
  g_autofree char *text = write_unit ("/home/ann/a-b.c", "/mnt/kept", somebody_else (), "weir-home-ann-a\\x2db.c.service");
  assert_line (text, "ReadWritePaths=/home/ann/a-b.c -/run/weir\nReadWritePaths=/mnt/kept");
  assert_line (text, "ProtectHome=no");
}

static void
test_a_service_of_ones_own (void **state)
{
  (void) state;
  g_autofree char *text = write_unit ("/srv/shop", "/srv/shop/archive", geteuid (), "weir-srv-shop.service");
  assert_line (text, "WantedBy=default.target");
  assert_null (strstr (text, "\nUser="));
}

static void
test_what_is_refused (void **state)
{
  const char *folder = *state;
  g_autoptr (GError) blanks = NULL, roots = NULL;
  g_autofree char *name = NULL, *path = NULL;
  const Settings settings = { .home = (char *) "/srv/my shop" };
  uid_t owner = 0;
  assert_false (service_unit_write (&settings, geteuid (), &name, &path, &blanks));
  assert_int_equal (blanks->code, WEIR_ERROR_MODEL);
  assert_non_null (strstr (blanks->message, "/srv/my shop"));
  assert_false (service_unit_owner ("/", &owner, &roots));
  assert_non_null (strstr (roots->message, "does not run as root"));
  if (geteuid () != 0)
    {
      assert_true (service_unit_owner (folder, &owner, NULL));
      assert_int_equal (owner, geteuid ());
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_a_service_of_the_machine),
    TEST (test_folders_elsewhere),
    TEST (test_a_service_of_ones_own),
    TEST (test_what_is_refused),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

#include "src/settings/settings.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Settings that know nothing but where the secret is. */
static int
secret_setup (void **state)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-secret-XXXXXX", NULL);
  Settings *settings = g_new0 (Settings, 1);
  settings->home = g_strdup (folder);
  settings->secret_file = g_build_filename (folder, "key_secret", NULL);
  *state = settings;
  return 0;
}

static int
secret_teardown (void **state)
{
  Settings *settings = *state;
  unlink (settings->secret_file);
  int status = rmdir (settings->home);
  settings_free (settings);
  return status;
}

static void
write_secret (const Settings *settings, const char *text, mode_t mode)
{
  unlink (settings->secret_file);
  assert_true (g_file_set_contents (settings->secret_file, text, -1, NULL));
  assert_int_equal (chmod (settings->secret_file, mode), 0);
}

static void
test_made_once (void **state)
{
  const Settings *settings = *state;
  char *missing = NULL;
  size_t length = 0, again_length = 0;
  g_autoptr (GError) error = NULL;
  assert_false (settings_read_secret (settings, false, &missing, &length, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));

  g_autofree char *secret = NULL;
  g_autofree char *again = NULL;
  assert_true (settings_read_secret (settings, true, &secret, &length, NULL));
  assert_true (settings_read_secret (settings, true, &again, &again_length, NULL));
  assert_int_equal (length, 64);
  assert_string_equal (secret, again);
  struct stat status;
  assert_int_equal (stat (settings->secret_file, &status), 0);
  assert_int_equal (status.st_mode & 07777, 0600);
}

static const struct
{
  const char *text;
  mode_t mode;
  int length; /* -1: refused */
} cases[] = {
  { "0123456789abcdef", 0600, 16 },
  { "0123456789abcdef\n", 0400, 16 },
  { "0123456789abcdef\r\n\n", 0600, 16 },
  { " 0123456789 abcdef ", 0600, 19 },
  { "0123456789abcde\n", 0600, -1 }, /* too short */
  { "", 0600, -1 },
  { "0123456789abcdef", 0604, -1 }, /* others may read it */
  { "0123456789abcdef", 0620, -1 },
  { "0123456789abcdef", 0644, -1 },
};

static void
test_what_is_taken (void **state)
{
  const Settings *settings = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_secret (settings, cases[i].text, cases[i].mode);
      g_autofree char *secret = NULL;
      size_t length = 0;
      g_autoptr (GError) error = NULL;
      bool taken = settings_read_secret (settings, true, &secret, &length, &error);
      assert_int_equal (taken, cases[i].length >= 0);
      if (taken)
        assert_int_equal (length, cases[i].length);
      else
        assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      /* Nothing of it in what is told. */
      g_autofree char *told = taken ? g_strdup ("") : weir_error_format (error);
      assert_null (strstr (told, "0123456789"));
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, secret_setup, secret_teardown)
  const struct CMUnitTest tests[] = { TEST (test_made_once), TEST (test_what_is_taken) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

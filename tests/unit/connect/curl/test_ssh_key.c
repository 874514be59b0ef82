/* What a key's file says of itself, and the fingerprint as ssh-keygen has it. */
#include "connect/curl/ssh_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* "ssh-ed25519 ..." and what `ssh-keygen -lf` says of it. */
static void
test_fingerprint (void **state)
{
  (void) state;
  gsize length;
  g_autofree guchar *key = g_base64_decode ("AAAAC3NzaC1lZDI1NTE5AAAAINu9JeDdY8xlk05xFWvatvnBS1RUxASUsfUDGFpffWtr", &length);
  g_autofree char *fingerprint = ssh_key_fingerprint ((const char *) key, length);
  g_autofree char *described = ssh_key_describe ((const char *) key, length);
  assert_string_equal (fingerprint, "SHA256:1p21IIL8aCyTTrSzz3c1nb7EfR4m0+Ls3zL0+mbQGOc");
  assert_string_equal (described, "SHA256:1p21IIL8aCyTTrSzz3c1nb7EfR4m0+Ls3zL0+mbQGOc (ssh-ed25519)");
  /* A server may show anything. */
  g_autofree char *short_one = ssh_key_describe ("\0\0", 2), *long_one = ssh_key_describe ("\xff\xff\xff\xff"
                                                                                           "abc",
                                                                                           7);
  g_autofree char *control = ssh_key_describe ("\0\0\0\3a\nb", 7);
  assert_null (strchr (short_one, '('));
  assert_null (strchr (long_one, '('));
  assert_true (g_str_has_suffix (control, " (a?b)"));
}

static void
append_string (GString *bytes, const char *text, size_t length)
{
  const char head[] = { 0, 0, (char) (length >> 8), (char) length };
  g_string_append_len (bytes, head, sizeof head);
  g_string_append_len (bytes, text, (gssize) length);
}

/* A file as ssh-keygen writes it, as far as it is looked at; cut: so many bytes of it are missing. Owned by the caller. */
static char *
openssh_file (const char *cipher, const char *type, size_t cut)
{
  g_autoptr (GString) bytes = g_string_new (NULL), public = g_string_new (NULL);
  append_string (public, type, strlen (type));
  append_string (public, "key", 3);
  g_string_append_len (bytes, "openssh-key-v1", sizeof "openssh-key-v1");
  append_string (bytes, cipher, strlen (cipher));
  append_string (bytes, "bcrypt", 6);
  append_string (bytes, "", 0);
  g_string_append_len (bytes, "\0\0\0\1", 4);
  append_string (bytes, public->str, public->len);
  g_autofree char *base64 = g_base64_encode ((const guchar *) bytes->str, bytes->len - cut);
  return g_strdup_printf ("-----BEGIN %s-----\n%s\n-----END %s-----\n", "OPENSSH PRIVATE KEY", base64, "OPENSSH PRIVATE KEY");
}

static void
assert_look (const char *text, bool is_key, bool is_rsa, bool is_encrypted)
{
  SshKeyLook look = ssh_key_look (text);
  assert_int_equal (look.is_key, is_key);
  assert_int_equal (look.is_rsa, is_rsa);
  assert_int_equal (look.is_encrypted, is_encrypted);
}

static void
test_openssh (void **state)
{
  (void) state;
  g_autofree char *plain = openssh_file ("none", "ssh-ed25519", 0), *encrypted = openssh_file ("aes256-ctr", "ssh-ed25519", 0);
  g_autofree char *rsa = openssh_file ("none", "ssh-rsa", 0), *both = openssh_file ("aes256-ctr", "ssh-rsa", 0);
  assert_look (plain, true, false, false);
  assert_look (encrypted, true, false, true);
  assert_look (rsa, true, true, false);
  assert_look (both, true, true, true);
  /* However much of it is missing. */
  for (size_t cut = 1; cut < 60; cut++)
    {
      g_autofree char *text = openssh_file ("none", "ssh-rsa", cut);
      SshKeyLook look = ssh_key_look (text);
      assert_true (look.is_key || !look.is_rsa);
    }
}

static void
test_others (void **state)
{
  (void) state;
#define BEGIN "-----BEGIN "
  assert_look (BEGIN "RSA PRIVATE KEY-----\nMIIE\n", true, true, false);
  assert_look (BEGIN "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", true, true, true);
  assert_look (BEGIN "PRIVATE KEY-----\nMIIE\n", true, false, false);
  assert_look (BEGIN "ENCRYPTED PRIVATE KEY-----\nMIIE\n", true, false, true);
  assert_look ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a public key", false, false, false);
  assert_look (BEGIN "CERTIFICATE-----\n", false, false, false);
  assert_look (BEGIN "OPENSSH PRIVATE KEY-----", false, false, false);
  assert_look (BEGIN "OPENSSH PRIVATE KEY-----\n????\n-----END", false, false, false);
  assert_look ("", false, false, false);
}

/* Made by ssh-keygen -H of "[files.example.org]:2222". */
#define HASHED_NAME "|1|8ZEB3SnTGOGV2PRvTSSWvJwM1BY=|ghWA3On5/S5ABUmn53c38HPYAQM="

/* What is known of a host, and which type is asked for. */
static void
test_known_hosts (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *host;
    int64_t port;
    const char *known;
  } cases[] = {
    /* As ssh-keyscan writes them: the type that works comes first. */
    { "a ssh-rsa R\na ecdsa-sha2-nistp256 E\na ssh-ed25519 D\n", "a", 22,
      "a ssh-ed25519 D\na ecdsa-sha2-nistp256 E\na ssh-rsa R\n" },
    { "b ssh-ed25519 B\r\na ssh-rsa R comment\r\n", "a", 22, "a ssh-rsa R\n" },
    { "# a ssh-rsa R\n\na\na ssh-rsa\na none N\n", "a", 22, "" },
    { "[a]:2222 ssh-ed25519 P\na ssh-ed25519 D\n", "A", 2222, "[A]:2222 ssh-ed25519 P\n[A]:2222 ssh-ed25519 D\n" },
    { "[a]:2222 ssh-ed25519 P\n", "a", 22, "" },
    { "x,*.Example.org,!bad.example.org\tssh-ed25519  D\n", "Files.example.org", 22, "Files.example.org ssh-ed25519 D\n" },
    { "*.example.org,!bad.example.org ssh-ed25519 D\n", "bad.example.org", 22, "" },
    { "@cert-authority * ssh-ed25519 C\n@revoked a ssh-ed25519 D\na ssh-ed25519 D\na ssh-ed25519 E\n", "a", 22,
      "a ssh-ed25519 E\n" },
    { "@revoked b ssh-ed25519 D\na ssh-ed25519 D\n@revoked a ssh-ed25519", "a", 22, "a ssh-ed25519 D\n" },
    { "|1|AAAA|AAAA ssh-ed25519 X\n|1|AAAA ssh-ed25519 X\n" HASHED_NAME " ssh-ed25519 D\n", "files.example.org", 2222,
      "[files.example.org]:2222 ssh-ed25519 D\n" },
    { HASHED_NAME " ssh-ed25519 D\n", "other.example.org", 2222, "" },
    { "", "a", 22, "" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *known = ssh_key_known_hosts (cases[i].text, cases[i].host, cases[i].port);
      assert_string_equal (known, cases[i].known);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_fingerprint),
    cmocka_unit_test (test_openssh),
    cmocka_unit_test (test_others),
    cmocka_unit_test (test_known_hosts),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

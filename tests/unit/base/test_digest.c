#include "base/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void
assert_hex (const uint8_t *digest, size_t length, const char *expected)
{
  g_autoptr (GString) hex = g_string_new (NULL);
  for (size_t i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  assert_string_equal (hex->str, expected);
}

/* FIPS 180-4's examples. */
static const struct
{
  const char *message;
  const char *hex;
} sha256_cases[] = {
  { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void
sha256_is_the_same_in_pieces_and_at_once (void **state)
{
  (void) state;
  g_autoptr (Sha256) sha = sha256_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (sha256_cases); i++)
    {
      const char *message = sha256_cases[i].message;
      char hex[SHA256_HEX_SIZE];
      sha256_bytes (message, strlen (message), hex);
      assert_string_equal (hex, sha256_cases[i].hex);

      sha256_reset (sha);
      for (const char *byte = message; *byte != '\0'; byte++)
        sha256_update (sha, byte, 1);
      sha256_finish (sha, hex);
      assert_string_equal (hex, sha256_cases[i].hex);
    }
}

static void
a_reset_forgets_what_came_before (void **state)
{
  (void) state;
  g_autoptr (Sha256) sha = sha256_new ();
  sha256_update (sha, "noise", 5);
  sha256_reset (sha);
  sha256_update (sha, "abc", 3);
  char hex[SHA256_HEX_SIZE];
  sha256_finish (sha, hex);
  assert_string_equal (hex, sha256_cases[1].hex);
}

/* Test cases 1, 2, 6 and 7 of RFC 4231, and one with neither secret nor message. */
static const struct
{
  uint8_t byte; /* the secret: this byte so many times, unless text is given */
  size_t times;
  const char *text;
  const char *message;
  const char *hex;
} hmac_cases[] = {
  { 0x0b, 20, NULL, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
  { 0, 0, "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
  { 0xaa, 131, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
  { 0xaa, 131, NULL,
    "This is a test using a larger than block-size key and a larger than block-size data. "
    "The key needs to be hashed before being used by the HMAC algorithm.",
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
  { 0, 0, NULL, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
};

static void
hmac_agrees_with_its_rfc (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (hmac_cases); i++)
    {
      uint8_t secret[131];
      memset (secret, hmac_cases[i].byte, sizeof secret);
      const char *text = hmac_cases[i].text;
      g_autoptr (Hmac) hmac = text != NULL ? hmac_new (text, strlen (text)) : hmac_new (secret, hmac_cases[i].times);

      /* Twice, with another message between: one Hmac serves many messages. */
      uint8_t digest[32];
      for (int round = 0; round < 2; round++)
        {
          hmac_digest (hmac, "other", 5, digest);
          hmac_digest (hmac, hmac_cases[i].message, strlen (hmac_cases[i].message), digest);
          assert_hex (digest, sizeof digest, hmac_cases[i].hex);
        }
    }
}

/* Where a message ends decides how its last block is filled. */
static void
hmac_agrees_with_glib_at_every_length (void **state)
{
  (void) state;
  uint8_t bytes[200];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t) (i * 7 + 1);
  for (size_t secret = 0; secret <= 130; secret += 13)
    {
      g_autoptr (Hmac) hmac = hmac_new (bytes, secret);
      for (size_t length = 0; length <= sizeof bytes; length++)
        {
          uint8_t digest[32];
          hmac_digest (hmac, bytes, length, digest);
          g_autofree char *expected = g_compute_hmac_for_data (G_CHECKSUM_SHA256, bytes, secret, bytes, length);
          assert_hex (digest, sizeof digest, expected);
        }
    }
}

static void
md5_agrees_with_its_rfc (void **state)
{
  (void) state;
  static const struct
  {
    const char *message;
    const char *hex;
  } cases[] = {
    { "", "d41d8cd98f00b204e9800998ecf8427e" },
    { "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
    { "someone@example.com", "16d113840f999444259f73bac9ab8b10" },
  };
  g_autoptr (Md5) md5 = md5_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      uint8_t digest[16];
      md5_digest (md5, cases[i].message, strlen (cases[i].message), digest);
      assert_hex (digest, sizeof digest, cases[i].hex);
    }
}

static void
random_bytes_differ (void **state)
{
  (void) state;
  uint8_t first[32] = { 0 };
  uint8_t second[32] = { 0 };
  random_bytes (first, sizeof first);
  random_bytes (second, sizeof second);
  assert_memory_not_equal (first, second, sizeof first);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (sha256_is_the_same_in_pieces_and_at_once),
    cmocka_unit_test (a_reset_forgets_what_came_before),
    cmocka_unit_test (hmac_agrees_with_its_rfc),
    cmocka_unit_test (hmac_agrees_with_glib_at_every_length),
    cmocka_unit_test (md5_agrees_with_its_rfc),
    cmocka_unit_test (random_bytes_differ),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

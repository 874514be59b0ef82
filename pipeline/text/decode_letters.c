#include "pipeline/text/decode_letters.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define STRANGER 0.006        /* how likely a letter is that a Western language does not have: names are borrowed */
#define OTHER_STRANGER 0.0005 /* and another: its encoding does not have most of them */
#define CLASH 1.4             /* as a logarithm, how unlikely a vowel is beside a vowel, and a consonant beside a consonant */
#define MARGIN 5.0            /* as a logarithm, how much likelier another encoding must be: four or five letters */

/* The small letters beyond ASCII, as bytes in the language's encoding, the most frequent first. */
typedef struct
{
  const char *encoding;
  const char *letters;
} Alphabet;

static const Alphabet western[] = {
  { "windows-1252", "\xF8\xE5\xE6\xE9" },                                     /* Danish, Norwegian */
  { "windows-1252", "\xE4\xF6\xE5\xE9" },                                     /* Swedish, Finnish */
  { "windows-1252", "\xE4\xF5\xFC\xF6\x9A" },                                 /* Estonian */
  { "windows-1252", "\xFC\xE4\xF6\xDF" },                                     /* German */
  { "windows-1252", "\xEB\xE9\xEF\xF6\xFC\xE8" },                             /* Dutch */
  { "windows-1252", "\xE9\xE8\xE0\xEA\xE7\xF4\xE2\xEE\xFB\xF9\xEF\xEB\x9C" }, /* French */
  { "windows-1252", "\xF3\xED\xE1\xE9\xF1\xFA\xFC" },                         /* Spanish */
  { "windows-1252", "\xE3\xE7\xE1\xE9\xED\xF5\xF3\xEA\xE2\xFA\xF4\xE0" },     /* Portuguese */
  { "windows-1252", "\xE0\xE8\xF9\xF2\xEC\xE9" },                             /* Italian */
  { "windows-1252", "\xE0\xF3\xE9\xE8\xED\xE7\xF2\xFA\xFC\xEF" },             /* Catalan */
  { "windows-1252", "\xF0\xE1\xED\xFE\xF3\xF6\xE6\xFA\xFD\xE9\xF8" },         /* Icelandic, Faroese */
};

static const Alphabet others[] = {
  { "windows-1250", "\xED\xE1\xE9\xEC\xF8\xE8\x9E\x9A\xFD\xF9\xFA\xF2\xF3\x9D\xEF" },         /* Czech */
  { "windows-1250", "\xE1\xED\xE8\x9A\x9E\xE9\xFD\xBE\xFA\x9D\xF2\xF3\xF4\xE4\xEF\xE5\xE0" }, /* Slovak */
  { "windows-1250", "\xE9\xE1\xF6\xF3\xF5\xFC\xED\xFA\xFB" },                                 /* Hungarian */
  { "windows-1250", "\xE8\x9A\x9E\xE6\xF0" },                                                 /* Croatian, Slovenian */
  { "windows-1250", "\xB3\xEA\xF3\xB9\xBF\x9C\xE6\xF1\x9F" },                                 /* Polish */
  { "windows-1250", "\xE3\xEE\xFE\xBA\xE2" },                                                 /* Romanian */
  { "windows-1254", "\xFD\xFC\xFE\xE7\xF0\xF6\xE2" },                                         /* Turkish */
  { "windows-1257", "\xEB\xF0\xE1\xF8\xFB\xFE\xE0\xE8\xE6" },                                 /* Lithuanian */
  { "windows-1257", "\xE2\xEE\xE7\xF0\xF2\xFB\xEF\xFE\xED\xE8\xEC" },                         /* Latvian */
};

/* Of these alphabets' letters; the others are vowels. */
static const Alphabet consonants[] = {
  { "windows-1252", "\xDF\xE7\xF0\xF1\xFE\x9A\x9E" },
  { "windows-1250", "\x9A\x9C\x9D\x9E\x9F\xB3\xBA\xBE\xBF\xE0\xE5\xE6\xE8\xEF\xF0\xF1\xF2\xF8\xFE" },
  { "windows-1254", "\xE7\xF0\xFE" },
  { "windows-1257", "\xE7\xE8\xEC\xED\xEF\xF0\xF2\xFE" },
};

typedef enum
{
  KIND_NONE, /* no letter, or one that is not the same in all of these encodings */
  KIND_VOWEL,
  KIND_CONSONANT,
  KINDS,
} Kind;

/* How many different neighbours each small letter has: a name that is there a thousand times says no more than once. */
typedef struct
{
  int counts[256][KINDS][KINDS]; /* by letter, what is before it, what is behind it */
  bool seen[32][256][32];
} Letters;

/* ---- the letters of a text ---- */

/* The small letter of a capital, in any of these encodings. */
static uint8_t
fold (uint8_t byte)
{
  static const char capitals[] = "\x8A\x8C\x8D\x8E\x8F\xA3\xA5\xAA\xAF\xBC", smalls[] = "\x9A\x9C\x9D\x9E\x9F\xB3\xB9\xBA\xBF\xBE";
  if (byte < 0x80)
    return (uint8_t) g_ascii_tolower ((char) byte);
  if (byte >= 0xC0 && byte <= 0xDE)
    return byte + 0x20;
  const char *found = strchr (capitals, byte);
  return found != NULL ? (uint8_t) smalls[found - capitals] : byte;
}

static bool
is_in (uint8_t letter, const char *letters)
{
  return letter != '\0' && strchr (letters, letter) != NULL;
}

static Kind
letter_kind (uint8_t letter)
{
  if (is_in (letter, "aeiouy\xE1\xE4\xE9\xF3\xF4\xF6\xFA\xFC"))
    return KIND_VOWEL;
  return g_ascii_isalpha ((char) letter) ? KIND_CONSONANT : KIND_NONE;
}

static bool
is_western_letter (uint8_t letter)
{
  return g_ascii_isalpha ((char) letter) || letter >= 0xDF || is_in (letter, "\x9A\x9C\x9E");
}

/* All of it that is not ASCII, or no letter, counts as one neighbour. */
static size_t
place_of (uint8_t letter)
{
  return g_ascii_isalpha ((char) letter) ? (size_t) (letter - 'a') + 1 : letter >= 0x80 ? 27 : 0;
}

/* What is a sign in Windows-1252 may be a letter only between letters. */
static void
count_letters (const uint8_t *bytes, size_t length, Letters *letters)
{
  for (size_t i = 0; i < length; i++)
    {
      if (bytes[i] < 0x80)
        continue;
      uint8_t letter = fold (bytes[i]);
      uint8_t before = i > 0 ? fold (bytes[i - 1]) : 0, behind = i + 1 < length ? fold (bytes[i + 1]) : 0;
      bool *seen = &letters->seen[place_of (before)][letter][place_of (behind)];
      if (*seen || (!is_western_letter (letter) && !(is_western_letter (before) && is_western_letter (behind))))
        continue;
      *seen = true;
      letters->counts[letter][letter_kind (before)][letter_kind (behind)]++;
    }
}

/* ---- how likely they are ---- */

static const char *
find_consonants (const char *encoding)
{
  for (size_t i = 0; i < G_N_ELEMENTS (consonants); i++)
    if (g_str_equal (consonants[i].encoding, encoding))
      return consonants[i].letters;
  return "";
}

/* A letter is about as frequent as its place in the list says. */
static void
add_shares (const char *list, double weight, double shares[256])
{
  double sum = 0;
  for (size_t i = 0; list[i] != '\0'; i++)
    sum += 1.0 / (double) (i + 2);
  for (size_t i = 0; list[i] != '\0'; i++)
    shares[(uint8_t) list[i]] += weight / (double) (i + 2) / sum;
}

/* The logarithm of how likely the letters are, with these shares, in that encoding. */
static double
weigh (const Letters *letters, const double shares[256], double stranger, const char *encoding)
{
  const char *list = find_consonants (encoding);
  double weight = 0;
  for (size_t i = 0; i < 256; i++)
    for (int before = 0; before < KINDS; before++)
      for (int behind = 0; behind < KINDS; behind++)
        {
          int kind = is_in ((uint8_t) i, list) ? KIND_CONSONANT : KIND_VOWEL;
          double each = log (shares[i] + stranger) - CLASH * (kind == before) - CLASH * (kind == behind);
          weight += letters->counts[i][before][behind] * each;
        }
  return weight;
}

/* One Western language, or all of them in one file. */
static double
weigh_western (const Letters *letters)
{
  double all[256] = { 0 }, best = -INFINITY;
  for (size_t i = 0; i < G_N_ELEMENTS (western); i++)
    {
      double shares[256] = { 0 };
      add_shares (western[i].letters, 1, shares);
      add_shares (western[i].letters, 1.0 / G_N_ELEMENTS (western), all);
      best = MAX (best, weigh (letters, shares, STRANGER, western[i].encoding));
    }
  return MAX (best, weigh (letters, all, STRANGER, western[0].encoding));
}

const char *
find_likelier_encoding (const char *bytes, size_t length)
{
  g_autofree Letters *letters = g_new0 (Letters, 1);
  count_letters ((const uint8_t *) bytes, length, letters);
  double least = weigh_western (letters) + MARGIN;
  const char *likelier = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    {
      double shares[256] = { 0 };
      add_shares (others[i].letters, 1, shares);
      double weight = weigh (letters, shares, OTHER_STRANGER, others[i].encoding);
      if (weight <= least)
        continue;
      least = weight;
      likelier = others[i].encoding;
    }
  return likelier;
}

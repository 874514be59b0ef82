#include "pipeline/text/decode_guess.h"

#include "pipeline/text/decode_alphabets.h"
#include "pipeline/text/transcode.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* How likely a byte is, as a share of all beyond ASCII, that is not a letter of the language. */
#define STRANGER 0.0005        /* another letter of its script */
#define WESTERN_STRANGER 0.006 /* the same in the West, where names are borrowed */
#define SIGN 0.01              /* a quotation mark, a currency, a blank */
#define ODD_SIGN 0.0005        /* a frame, a formula */
#define SIGN_WITHIN 0.0002     /* such between two letters */
#define UNDEFINED 0.00002      /* nothing, or a control character */

/* As logarithms, how unlikely things beside a letter are. */
#define CLASH 1.2       /* a vowel beside a vowel, a consonant beside a consonant */
#define ODD_CASE 4.0    /* a capital behind a small letter */
#define TWO_SCRIPTS 4.0 /* a letter of ASCII beside one of another script */

#define MARGIN 5.0 /* as a logarithm, how much likelier than every other encoding: four or five letters */
#define RARE 5.0   /* as a logarithm, how much rarer files are in encodings that nobody has asked weir to read */
#define SURE_MARGIN 10.0
#define SURE_EACH 4.0 /* as a logarithm, how unlikely each byte may be on an average */
#define NAMED_EACH 4.5
#define LEAST_PLACES 4 /* bytes with their neighbours, each counted once */

#define LEAST_COMMON 0.3 /* of East Asian characters, those that everybody uses */
#define TIMES_COMMON 2.0 /* so many times the share of the next encoding */
#define ENOUGH 8192      /* bytes of them */

typedef struct
{
  uint8_t before, byte, behind; /* 0: none */
} Place;

/* What each byte is in an encoding. */
typedef struct
{
  gunichar character[256]; /* 0: nothing */
  gunichar small[256];
  bool letter[256]; /* or a mark on one */
  bool capital[256], vowel[256];
} Table;

/* ---- encodings ---- */

static bool
is_in (const char *letters, gunichar character)
{
  return character != 0 && g_utf8_strchr (letters, -1, character) != NULL;
}

/* The letter without its accent is what makes it a vowel. */
static bool
is_vowel (gunichar small)
{
  gunichar base[2] = { small };
  g_unichar_fully_decompose (small, FALSE, base, 1);
  return is_in (vowels, small) || is_in (vowels, base[0]);
}

/* As iconv calls what the alphabets name; those that weir does not read are iconv's own. */
static const char *
charset_of (const char *word)
{
  Encoding encoding;
  if (!encoding_find (word, &encoding))
    return word;
  return encoding == ENCODING_WINDOWS_1252 ? "CP1252" : encoding_charset (encoding);
}

static void
set_character (Table *table, uint8_t byte, gunichar character)
{
  if (character == 0 || (character >= 0x80 && g_unichar_iscntrl (character)))
    return;
  table->character[byte] = character;
  table->letter[byte] = g_unichar_isalpha (character) || g_unichar_ismark (character);
  table->capital[byte] = g_unichar_isupper (character);
  table->small[byte] = g_unichar_tolower (character);
  table->vowel[byte] = table->letter[byte] && is_vowel (table->small[byte]);
}

/* ---- the text ---- */

typedef struct
{
  GArray *places;    /* of Place; each once: a name that is there a thousand times says no more than once */
  bool present[256]; /* bytes beyond ASCII */
} Text;

static void
text_clear (Text *text)
{
  g_clear_pointer (&text->places, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Text, text_clear)

/* All of ASCII but letters is one neighbour. */
static uint8_t
neighbour (const uint8_t *bytes, size_t length, size_t at)
{
  return at < length && (bytes[at] >= 0x80 || g_ascii_isalpha ((char) bytes[at])) ? bytes[at] : 0;
}

static void
find_places (const uint8_t *bytes, size_t length, Text *text)
{
  text->places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_autofree uint8_t *seen = g_malloc0 ((size_t) 1 << 20); /* a bit for each of 128 bytes between each two neighbours */
  for (size_t i = 0; i < length; i++)
    {
      if (bytes[i] < 0x80)
        continue;
      /* The place before the first byte wraps round to one that is not there. */
      const Place place = { neighbour (bytes, length, i - 1), bytes[i], neighbour (bytes, length, i + 1) };
      size_t bit = ((size_t) place.before << 8 | place.behind) << 7 | (place.byte & 0x7FU);
      if ((seen[bit / 8] >> bit % 8 & 1) != 0)
        continue;
      seen[bit / 8] = (uint8_t) (seen[bit / 8] | 1U << bit % 8);
      text->present[place.byte] = true;
      g_array_append_val (text->places, place);
    }
}

/* What the text's bytes are. False: this system's iconv does not know the encoding. */
static bool
fill_table (const Text *text, const char *word, Table *table)
{
  *table = (Table) { 0 };
  GIConv converter = g_iconv_open ("UTF-8", charset_of (word));
  if (converter == (GIConv) -1) /* NOLINT(performance-no-int-to-ptr) */
    return false;
  for (unsigned byte = 1; byte < 256; byte++)
    {
      char in = (char) byte, utf8[8] = "", *from = &in, *to = utf8;
      size_t left = 1, room = sizeof utf8 - 1;
      if (byte < 0x80)
        set_character (table, (uint8_t) byte, byte);
      else if (text->present[byte] && g_iconv (converter, &from, &left, &to, &room) != (size_t) -1)
        set_character (table, (uint8_t) byte, g_utf8_get_char (utf8));
    }
  g_iconv_close (converter);
  return true;
}

/* ---- how likely it is in a language and an encoding ---- */

/* The share of each of the text's bytes that is a letter of the language, as a logarithm. */
static void
fill_shares (const Text *text, const Alphabet *alphabet, const Table *table, double shares[256])
{
  double sum = 0, stranger = g_str_equal (alphabet->encodings[0], "windows-1252") ? WESTERN_STRANGER : STRANGER;
  glong n = g_utf8_strlen (alphabet->letters, -1);
  for (glong i = 0; i < n; i++)
    sum += 1.0 / (double) (i + 2);
  for (unsigned byte = 0x80; byte < 256; byte++)
    {
      if (!text->present[byte])
        continue;
      const char *found = table->letter[byte] ? g_utf8_strchr (alphabet->letters, -1, table->small[byte]) : NULL;
      glong rank = found != NULL ? g_utf8_pointer_to_offset (alphabet->letters, found) : 0;
      double other = table->letter[byte] ? stranger : is_in (signs, table->character[byte]) ? SIGN : ODD_SIGN;
      shares[byte] = log (found != NULL ? 1.0 / (double) (rank + 2) / sum : other);
    }
}

static double
weigh_neighbour (const Table *table, uint8_t byte, uint8_t other, GUnicodeScript script)
{
  if (!table->letter[other])
    return 0;
  if (script != G_UNICODE_SCRIPT_LATIN && other < 0x80)
    return -TWO_SCRIPTS;
  bool alternate = script == G_UNICODE_SCRIPT_LATIN || script == G_UNICODE_SCRIPT_CYRILLIC || script == G_UNICODE_SCRIPT_GREEK;
  return alternate && table->vowel[byte] == table->vowel[other] ? -CLASH : 0;
}

static double
weigh_place (const Table *table, const double shares[256], const Place *place, GUnicodeScript script)
{
  if (table->character[place->byte] == 0)
    return log (UNDEFINED);
  double weight = shares[place->byte];
  if (!table->letter[place->byte])
    {
      bool within = table->letter[place->before] && table->letter[place->behind];
      return within && !is_in (joining, table->character[place->byte]) ? MIN (log (SIGN_WITHIN), weight) : weight;
    }
  weight += weigh_neighbour (table, place->byte, place->before, script);
  weight += weigh_neighbour (table, place->byte, place->behind, script);
  bool odd = table->capital[place->byte] && table->letter[place->before] && !table->capital[place->before];
  return odd ? weight - ODD_CASE : weight;
}

static double
weigh (const Text *text, const Alphabet *alphabet, const Table *table)
{
  double shares[256] = { 0 }, weight = 0;
  GUnicodeScript script = g_unichar_get_script (g_utf8_get_char (alphabet->letters));
  fill_shares (text, alphabet, table, shares);
  for (guint i = 0; i < text->places->len; i++)
    weight += weigh_place (table, shares, &g_array_index (text->places, Place, i), script);
  return weight;
}

/* ---- East Asia ---- */

/* The share of the text's characters beyond ASCII that everybody uses, if it is in that encoding; 0: it cannot be. */
static double
common_share (const char *bytes, size_t length, const Characters *characters)
{
  Encoding encoding = ENCODING_UTF8;
  if (!encoding_find (characters->encoding, &encoding) || !encoding_is_installed (encoding))
    return 0;
  g_autofree char *text = g_malloc (length * TRANSCODE_GROWTH + 1);
  g_autoptr (GHashTable) common = g_hash_table_new (NULL, NULL);
  for (const char *at = characters->common; *at != '\0'; at = g_utf8_next_char (at))
    g_hash_table_add (common, GUINT_TO_POINTER (g_utf8_get_char (at)));
  size_t used = 0, size = transcode (encoding, bytes, length, false, text, &used), all = 0, good = 0, bad = 0;
  for (const char *at = text, *end = text + size; at < end;)
    {
      gunichar character = g_utf8_get_char_validated (at, end - at);
      if (character >= (gunichar) -2)
        {
          bad++;
          at++;
          continue;
        }
      all += character >= 0x80;
      good += g_hash_table_contains (common, GUINT_TO_POINTER (character));
      at = g_utf8_next_char (at);
    }
  return all < 2 || bad * 50 > all ? 0 : (double) good / (double) all;
}

static bool
guess_east_asia (const char *bytes, size_t length, Guess *ret_guess)
{
  size_t from = 0;
  while (from < length && (bytes[from] & 0x80) == 0)
    from++;
  bytes += from;
  length = MIN (length - from, ENOUGH);
  double best = 0, second = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (east_asia); i++)
    {
      double share = common_share (bytes, length, &east_asia[i]);
      if (share > best)
        {
          second = best;
          best = share;
          encoding_find (east_asia[i].encoding, &ret_guess->encoding);
        }
      else
        second = MAX (second, share);
    }
  ret_guess->kind = best >= LEAST_COMMON && best >= TIMES_COMMON * second ? GUESS_NAMED : GUESS_NONE;
  return ret_guess->kind != GUESS_NONE;
}

/* ---- all together ---- */

typedef struct
{
  const char *word;
  double weight; /* the best of the languages that are written in it */
} Candidate;

static Candidate *
find_candidate (GArray *candidates, const char *word)
{
  for (guint i = 0; i < candidates->len; i++)
    if (strcmp (g_array_index (candidates, Candidate, i).word, word) == 0)
      return &g_array_index (candidates, Candidate, i);
  const Candidate fresh = { word, -INFINITY };
  g_array_append_val (candidates, fresh);
  return &g_array_index (candidates, Candidate, candidates->len - 1);
}

/* All encodings of the alphabets, with their weights. */
static GArray *
weigh_all (const Text *text)
{
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  for (size_t i = 0; i < G_N_ELEMENTS (alphabets); i++)
    for (const char *const *word = alphabets[i].encodings; *word != NULL; word++)
      (void) find_candidate (candidates, *word);
  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *candidate = &g_array_index (candidates, Candidate, i);
      Table table;
      if (!fill_table (text, candidate->word, &table))
        continue;
      Encoding readable;
      double rare = encoding_find (candidate->word, &readable) ? 0 : RARE;
      for (size_t a = 0; a < G_N_ELEMENTS (alphabets); a++)
        if (g_strv_contains (alphabets[a].encodings, candidate->word))
          candidate->weight = MAX (candidate->weight, weigh (text, &alphabets[a], &table) - rare);
    }
  return candidates;
}

/* Whether two encodings have most of their letters in the same places, so that a few words are the same in both. */
static bool
are_near (const char *one, const char *other)
{
  static const char *const near[][2] = {
    { "windows-1250", "iso-8859-2" }, { "windows-1253", "iso-8859-7" }, { "windows-1257", "iso-8859-13" }, { "koi8-r", "koi8-u" }
  };
  for (size_t i = 0; i < G_N_ELEMENTS (near); i++)
    if ((strcmp (near[i][0], one) == 0 && strcmp (near[i][1], other) == 0)
        || (strcmp (near[i][1], one) == 0 && strcmp (near[i][0], other) == 0))
      return true;
  return false;
}

static const Candidate *
find_best (const GArray *candidates, const Candidate *but)
{
  const Candidate *best = NULL, *all = (const Candidate *) (void *) candidates->data;
  for (guint i = 0; i < candidates->len; i++)
    if ((but == NULL || (&all[i] != but && !are_near (all[i].word, but->word))) && (best == NULL || all[i].weight > best->weight))
      best = &all[i];
  return best;
}

static Guess
guess_letters (const Text *text)
{
  g_autoptr (GArray) candidates = weigh_all (text);
  const Candidate *best = find_best (candidates, NULL), *second = find_best (candidates, best);
  double margin = best->weight - second->weight, each = -best->weight / text->places->len;
  Guess guess = { .western = best->weight - find_candidate (candidates, "windows-1252")->weight <= MARGIN };
  if (!encoding_find (best->word, &guess.encoding) || !encoding_is_installed (guess.encoding) || margin < MARGIN
      || each > NAMED_EACH || text->places->len < LEAST_PLACES)
    return guess;
  guess.kind = margin >= SURE_MARGIN && each <= SURE_EACH ? GUESS_SURE : GUESS_NAMED;
  return guess;
}

Guess
guess_encoding (const char *bytes, size_t length)
{
  g_auto (Text) text = { 0 };
  find_places ((const uint8_t *) bytes, length, &text);
  if (text.places->len == 0)
    return (Guess) { .western = true };
  Guess letters = guess_letters (&text), characters = { 0 };
  return letters.kind != GUESS_SURE && guess_east_asia (bytes, length, &characters) ? characters : letters;
}

#include "models/encoding.h"

#include "base/text.h"

#include <glib.h>
#include <string.h>

/* The words, less what is neither letter nor digit, are found too. Not here, because iconv joins an accent to the letter before it
 * and so keeps that one back: windows-1255, windows-1258, big5-hkscs, the X0213 ones of Japan. */
static const struct
{
  const char *word, *charset, *synonyms;
} encodings[] = {
  [ENCODING_UTF8] = { "UTF-8", NULL, "ascii usascii" },
  [ENCODING_UTF16LE] = { "UTF-16LE", NULL, "utf16" },
  [ENCODING_UTF16BE] = { "UTF-16BE", NULL, "" },
  [ENCODING_WINDOWS_1252] = { "windows-1252", NULL, "cp1252 latin1 iso88591" },
  [ENCODING_OTHER] = { "windows-1250", "CP1250", "cp1250" },
  { "windows-1251", "CP1251", "cp1251" },
  { "windows-1253", "CP1253", "cp1253" },
  { "windows-1254", "CP1254", "cp1254" },
  { "windows-1256", "CP1256", "cp1256" },
  { "windows-1257", "CP1257", "cp1257" },
  { "windows-874", "CP874", "cp874" },
  { "iso-8859-2", "ISO-8859-2", "latin2" },
  { "iso-8859-3", "ISO-8859-3", "latin3" },
  { "iso-8859-4", "ISO-8859-4", "latin4" },
  { "iso-8859-5", "ISO-8859-5", "" },
  { "iso-8859-6", "ISO-8859-6", "" },
  { "iso-8859-7", "ISO-8859-7", "" },
  { "iso-8859-8", "ISO-8859-8", "" },
  { "iso-8859-9", "ISO-8859-9", "latin5" },
  { "iso-8859-10", "ISO-8859-10", "latin6" },
  { "iso-8859-13", "ISO-8859-13", "latin7" },
  { "iso-8859-15", "ISO-8859-15", "latin9" },
  { "iso-8859-16", "ISO-8859-16", "latin10" },
  { "koi8-r", "KOI8-R", "" },
  { "koi8-u", "KOI8-U", "" },
  { "ibm437", "IBM437", "cp437" },
  { "ibm850", "IBM850", "cp850" },
  { "ibm852", "IBM852", "cp852" },
  { "ibm855", "IBM855", "cp855" },
  { "ibm857", "IBM857", "cp857" },
  { "ibm858", "IBM858", "cp858" },
  { "ibm862", "IBM862", "cp862" },
  { "ibm865", "IBM865", "cp865" },
  { "ibm866", "IBM866", "cp866" },
  { "macintosh", "MACINTOSH", "mac macroman" },
  { "gb18030", "GB18030", "gbk gb2312 cp936" },
  { "big5", "BIG5", "cp950" },
  { "euc-kr", "UHC", "uhc cp949" },
  { "euc-jp", "EUC-JP", "" },
  { "shift_jis", "CP932", "sjis cp932 windows31j" },
};

const char *
encoding_word (Encoding encoding)
{
  return encodings[encoding].word;
}

const char *const *
encoding_words (void)
{
  static const char *words[G_N_ELEMENTS (encodings) + 1];
  for (size_t i = 0; i < G_N_ELEMENTS (encodings); i++)
    words[i] = encodings[i].word;
  return words;
}

const char *
encoding_charset (Encoding encoding)
{
  return encodings[encoding].charset;
}

bool
encoding_is_installed (Encoding encoding)
{
  if (encoding < ENCODING_OTHER)
    return true;
  GIConv converter = g_iconv_open ("UTF-8", encoding_charset (encoding));
  return converter != (GIConv) -1 && g_iconv_close (converter) == 0; /* NOLINT(performance-no-int-to-ptr) */
}

/* The letters, small, and the digits, or the digits alone. Owned by the caller. */
static char *
reduce (const char *word, bool letters)
{
  GString *text = g_string_new (NULL);
  for (; *word != '\0'; word++)
    if (g_ascii_isdigit (*word) || (letters && g_ascii_isalpha (*word)))
      g_string_append_c (text, g_ascii_tolower (*word));
  return g_string_free (text, FALSE);
}

static bool
is_synonym (const char *word, const char *synonyms)
{
  g_auto (GStrv) list = g_strsplit (synonyms, " ", -1);
  return g_strv_contains ((const char *const *) list, word);
}

bool
encoding_find (const char *word, Encoding *ret_encoding)
{
  g_autofree char *wanted = reduce (word, true);
  for (size_t i = 0; i < G_N_ELEMENTS (encodings) && *wanted != '\0'; i++)
    {
      g_autofree char *one = reduce (encodings[i].word, true);
      if (g_str_equal (one, wanted) || is_synonym (wanted, encodings[i].synonyms))
        return *ret_encoding = (Encoding) i, true;
    }
  return false;
}

const char *
encoding_nearest (const char *word)
{
  g_autofree char *digits = reduce (word, false);
  const char *candidates[G_N_ELEMENTS (encodings) + 1] = { NULL };
  size_t n = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (encodings) && *digits != '\0'; i++)
    {
      g_autofree char *theirs = reduce (encodings[i].word, false);
      if (g_str_equal (theirs, digits))
        candidates[n++] = encodings[i].word;
    }
  return text_nearest (word, candidates);
}

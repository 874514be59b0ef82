#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/text/decode.h"
#include "tests/support/effort.h"
#include "tests/unit/pipeline/text/languages.h"

#include <string.h>

#define OWN ((Encoding) -1)

/* What people write in each language, in its usual encoding, is known for Windows-1252 or for something else, however often it is
 * repeated. */
static const struct
{
  const char *charset;
  Encoding expected; /* OWN: that of the charset */
  const char *text;
} samples[] = {
  /* Danish, Norwegian */
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Søren,Jørgen,Møller,København,Århus,Ærø,Sørensen,Østergård" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Smørrebrød med rødgrød og fløde på åen" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Alle mennesker er født frie og lige i værdighed og rettigheder" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Tromsø,Bodø,Ålesund,Bjørn,Åse,Bøe,Høyre,Røed" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "søm;køer;øl" },
  /* Swedish, Finnish, Estonian */
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Växjö,Malmö,Göteborg,Åsa,Björn,Sjögren,Hägg,Öberg" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Jyväskylä,Hämeenlinna,Mäkinen,Hyvää päivää,yötä,Åbo" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Tõnu,Võru,Pärnu,Jõhvi,Õismäe,Kärdla,Jüri,Ülo,Põlva" },
  /* German, Dutch, French */
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Müller,Jäger,Größe,Straße,Köln,Österreich,Übung,weiß" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Größe [m²];Preis 5 €;Ge\u00ADbäu\u00ADde;20 °C;±5;½;„Übung“" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "price (£k),£5,5 ¢,§ 12,µm,10 m³,©2020,Nestlé®" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "België,coördinatie,één,reünie,patiënt" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "élève où garçon œuvre été forêt naïf Noël hôtel dû sûr Île" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "père,mère,frère,crème,très,La première pièce" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "sûr,août,goût" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Tête,fête,être,prêt,même" },
  /* Spanish, Portuguese, Catalan, Italian */
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "José,Muñoz,Peña,García,López,Martín,Núñez,pingüino,¿Ésta?,3º,1ª" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "São Paulo,coração,ações,João,limões,Conceição,avó,avô,três,à" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "València,Perpinyà,plaça,això,també,qüestió,col·lecció" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "città,perché,più,però,così,è,caffè,università,lunedì" },
  /* Icelandic, Faroese */
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Þórður,Guðmundsson,Ísafjörður,Sigríður,Björk,æfing,ýmsir,þýðing" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Jón Þór,Sigurður Örn,Guðrún Ýr" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Tórshavn,Føroyar,Heðin,Jógvan,Sørvágur" },
  /* names of many countries in one file */
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Müller,José,Søren,François,João,Åke,Ñandú,città" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Müller,José,Peña,Jürgen,Málaga,Köln,Córdoba,Düsseldorf,León,Lübeck" },
  { "WINDOWS-1252", ENCODING_WINDOWS_1252, "Škoda,Žižek,Müller,René,François,Élodie,Chloé" },
  /* too few to tell */
  { "WINDOWS-1254", ENCODING_WINDOWS_1252, "Aydın" },
  { "WINDOWS-1250", ENCODING_WINDOWS_1252, "Győr,Tűnde" },

  { "WINDOWS-1250", ENCODING_UTF8, "Dvořák,Plzeň,Jiří" },
  { "WINDOWS-1250", ENCODING_UTF8, "Černý,Novák,Kučera,Procházka,Veselý,Horák,Němec" },
  { "WINDOWS-1250", ENCODING_UTF8, "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv" },
  { "WINDOWS-1250", ENCODING_UTF8, "Jiří,Tomáš,Ondřej,Lukáš,Vojtěch" },
  { "ISO-8859-2", ENCODING_UTF8, "Příliš žluťoučký kůň úpěl ďábelské ódy" },
  { "WINDOWS-1250", ENCODING_UTF8, "Žilina,Košice,Prešov,Trenčín,Banská Bystrica,Ľubomír,Štefan,Ďuriš" },
  { "WINDOWS-1250", ENCODING_UTF8, "Kovács,Szabó,Horváth,Tóth,Erdős,Mező,Vörös,Gergő,Szűcs" },
  { "ISO-8859-2", ENCODING_UTF8, "Debrecen,Győr,Pécs,Székesfehérvár,Érd,Hódmezővásárhely,Gödöllő,Fertőd" },
  { "WINDOWS-1250", ENCODING_UTF8, "Marković,Babić,Đurić,Šimić,Živković,Knežević,Čačić" },
  { "WINDOWS-1250", ENCODING_UTF8, "Kočevje,Škofja Loka,Črnomelj,Žalec,Šmarje" },
  { "WINDOWS-1250", ENCODING_UTF8, "Bucureşti,Iaşi,Timişoara,Constanţa,Braşov,Ploieşti,Brăila" },
  { "WINDOWS-1250", ENCODING_UTF8, "Wałęsa,Kraków,Łódź,Poznań,Gdańsk,Częstochowa" },
  { "ISO-8859-2", ENCODING_UTF8, "Wiśniewski,Kowalczyk,Wójcik,Zieliński,Szymański,Woźniak,Dąbrowski" },
  { "WINDOWS-1254", ENCODING_UTF8, "Ayşe,Yıldız,Şahin,Çelik,Öztürk,Aydın,Doğan,Kılıç" },
  { "ISO-8859-9", ENCODING_UTF8, "Işık,İstanbul,Öğretmen,Yılmaz,Kaya,Şimşek,Çağlar" },
  { "WINDOWS-1257", ENCODING_UTF8, "Šiauliai,Panevėžys,Klaipėda,Žemaitė,Jonušas,Žukauskas,Kęstutis" },
  { "WINDOWS-1257", ENCODING_UTF8, "Rīga,Jūrmala,Bērziņš,Kalniņš,Ozoliņš,Liepāja,Zariņš" },
  { "MACINTOSH", OWN, "Müller,café,Größe,élève" },
  { "MACINTOSH", OWN, "Côte d’Azur,Île-de-France,à Nîmes,forêt,où,ça" },
  { "MACINTOSH", ENCODING_UTF8, "Köln,Schröder,Böhm,Göttingen,Österreich" }, /* too few, but not Windows-1252 with carons */
  { "MACINTOSH", OWN, "España,Muñoz,niño,¿Qué?,José" },
  { "WINDOWS-1251", OWN, "Москва,Санкт-Петербург,Иванов,Смирнова,количество,цена" },
  { "WINDOWS-1251", OWN, "МОСКВА;САНКТ-ПЕТЕРБУРГ;ИВАНОВ;СМИРНОВА;КОЛИЧЕСТВО" },
  { "WINDOWS-1251", OWN, "Київ,Харків,Одеса,Дніпро,Львів,Запоріжжя" },
  { "WINDOWS-1251", OWN, "ООО «Ромашка» – счёт № 5 от 12.03" },
  { "EUC-KR", ENCODING_UTF8, "서울,부산,대구" },
  { "EUC-KR", ENCODING_UTF8, "서울" },
  { "BIG5", ENCODING_UTF8, "台北,高雄,測試" },
  { "GBK", ENCODING_UTF8, "北京,上海,日本" },
  { "EUC-JP", ENCODING_UTF8, "東京,大阪,テスト" },
  { "SHIFT_JIS", ENCODING_UTF8, "東京,大阪,テスト" },
  { "WINDOWS-1251", ENCODING_UTF8, "Москва,да,нет" },
  { "WINDOWS-1253", ENCODING_UTF8, "Αθήνα,και,το" },
  { "WINDOWS-1255", ENCODING_UTF8, "שלום,לא" },
  { "IBM850", ENCODING_UTF8, "Müller,Köln,Größe" },
};

static Encoding
judge (const char *bytes, size_t length, char **ret_evidence)
{
  Decoding found = { 0 };
  assert_true (decode_head (&(SourceHead) { bytes, length, true }, NULL, "x.csv", &found, NULL));
  *ret_evidence = found.evidence;
  return found.encoding;
}

static void
letters_tell_the_language (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (samples); i++)
    for (int times = 1; times <= 100; times *= 10)
      {
        g_autoptr (GString) text = g_string_new ("id,name\n");
        for (int line = 0; line < times; line++)
          g_string_append_printf (text, "%d,%s\n", line, samples[i].text);
        gsize length = 0;
        g_autofree char *bytes = g_convert (text->str, -1, samples[i].charset, "UTF-8", NULL, &length, NULL);
        if (bytes == NULL)
          fail_msg ("%s is not %s", samples[i].text, samples[i].charset);
        g_autofree char *evidence = NULL;
        Encoding expected = samples[i].expected;
        if (expected == OWN)
          assert_true (encoding_find (samples[i].charset, &expected));
        if (judge (bytes, length, &evidence) != expected)
          fail_msg ("%s %s, %d times: %s", samples[i].charset, samples[i].text, times, evidence);
      }
}

static void
the_evidence_names_a_likelier_encoding (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes, *told;
  } cases[] = {
    { "Dvo\xF8\xE1k,Plze\xF2,Ji\xF8\xED\n",
      "5 bytes are neither that nor like Windows-1252 but like windows-1250, the first is byte 4" },
    { "Ay\xFE"
      "e,Y\xFDld\xFDz,\xDE"
      "ahin,\xC7"
      "elik,\xD6zt\xFCrk\n",
      "but like windows-1254, the first" },
    { "\xBC\xAD\xBF\xEF,\xBA\xCE\xBB\xEA\n", "but like euc-kr, the first is byte 1 of the text: rows with such bytes are rejected; "
                                             "\"dialect\": {\"encoding\": \"euc-kr\"} in a model" },
    { "\xFE\x81,\xFF\n", "3 bytes are neither that nor like Windows-1252, the first" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *evidence = NULL;
      judge (cases[i].bytes, strlen (cases[i].bytes), &evidence);
      if (strstr (evidence, cases[i].told) == NULL)
        fail_msg ("\"%s\" is not in: %s", cases[i].told, evidence);
    }
}

/* ---- files of words in many languages ---- */

typedef struct
{
  int files, right, wrong, none; /* of what is read: the same letters, others, or nothing beyond ASCII */
  int taken;                     /* wrong, and not for Windows-1252 */
  int named, misnamed;           /* of what is not read */
} Count;

/* A file of so many rows, in the encoding. Owned by the caller; *ret_text is what it says. */
static char *
make_file (const Language *language, const char *charset, int rows, guint32 seed, char **ret_text, gsize *ret_length)
{
  g_auto (GStrv) words = g_strsplit (language->words, " ", -1);
  gint32 n = (gint32) g_strv_length (words);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (GString) text = g_string_new ("id,name,city,amount\n");
  for (int row = 1; row <= rows; row++)
    g_string_append_printf (text, "%d,%s %s,%s,%d.%02d\n", row, words[g_rand_int_range (random, 0, n)],
                            words[g_rand_int_range (random, 0, n)], words[g_rand_int_range (random, 0, n)],
                            g_rand_int_range (random, 0, 1000), g_rand_int_range (random, 0, 100));
  g_autoptr (GError) error = NULL;
  char *bytes = g_convert_with_fallback (text->str, -1, charset, "UTF-8", "?", NULL, ret_length, &error);
  if (bytes == NULL)
    fail_msg ("%s in %s: %s", language->name, charset, error->message);
  *ret_text = g_string_free (g_steal_pointer (&text), FALSE);
  return bytes;
}

/* Whether what is read is what was written: another encoding that has the same letters there is no mistake. */
static bool
reads_well (const char *bytes, gsize length, const char *text, Encoding encoding)
{
  g_autoptr (GString) read = source_transcode (bytes, length, true, encoding);
  return strcmp (read->str, text) == 0;
}

/* Those of which a few words are the same in both. */
static bool
is_named (const char *likelier, const char *word)
{
  static const char *const near[] = { "windows-1250 iso-8859-2", "windows-1253 iso-8859-7", "koi8-r koi8-u",
                                      "windows-1257 iso-8859-13" };
  if (strcmp (likelier, word) == 0)
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (near); i++)
    {
      g_auto (GStrv) pair = g_strsplit (near[i], " ", 2);
      if (g_strv_contains ((const char *const *) pair, likelier) && g_strv_contains ((const char *const *) pair, word))
        return true;
    }
  return false;
}

static void
count_file (const Language *language, const char *word, int rows, guint32 seed, Count *count)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  Encoding encoding = ENCODING_UTF8;
  bool known = encoding_find (word, &encoding);
  const char *charset = !known ? word : encoding == ENCODING_WINDOWS_1252 ? "CP1252" : encoding_charset (encoding);
  g_autofree char *bytes = make_file (language, charset, rows, seed, &text, &length);
  g_auto (Decoding) found = { 0 };
  assert_true (decode_head (&(SourceHead) { bytes, length, true }, NULL, "x.csv", &found, NULL));
  if (g_utf8_validate (bytes, (gssize) length, NULL))
    return;
  count->files++;
  if (found.encoding != ENCODING_UTF8)
    {
      bool well = reads_well (bytes, length, text, found.encoding);
      (*(well ? &count->right : &count->wrong))++;
      count->taken += !well && found.encoding != ENCODING_WINDOWS_1252;
    }
  else
    count->none++;
  if (found.likelier != NULL)
    (*(is_named (found.likelier, word) ? &count->named : &count->misnamed))++;
}

static const int sizes[] = { 1, 3, 10, 50 };
#define FILES 6

/* All files of these languages in that encoding ("" for each language's own, whatever they are), by their numbers of rows. */
static void
count_files (const char *charset, Count counts[G_N_ELEMENTS (sizes)])
{
  memset (counts, 0, sizeof (Count) * G_N_ELEMENTS (sizes));
  for (size_t i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      g_auto (GStrv) own = g_strsplit (languages[i].charsets, " ", -1);
      if (!g_strv_contains ((const char *const *) own, charset))
        continue;
      for (size_t size = 0; size < G_N_ELEMENTS (sizes); size++)
        for (guint32 seed = 0; seed < FILES; seed++)
          count_file (&languages[i], charset, sizes[size], seed * 100 + (guint32) sizes[size], &counts[size]);
    }
}

/* What is read by itself is read right, and what is not is named, but for files of one row or three, whose few letters could be a Western text's:
 * those are taken for Windows-1252. In percent of the files, by their rows: 1, 3, 10, 50. */
static void
files_are_read_right_or_not_at_all (void **state)
{
  (void) state;
  static const struct
  {
    const char *charset;
    int right[G_N_ELEMENTS (sizes)]; /* at least */
    int named[G_N_ELEMENTS (sizes)];
    int wrong, misnamed; /* files of all sizes, at most */
  } cases[] = {
    { "windows-1252", { 100, 100, 100, 100 }, { 0 }, 0, 0 }, { "windows-1251", { 50, 95, 100, 100 }, { 20 }, 0, 1 },
    { "macintosh", { 8, 80, 100, 100 }, { 5, 10 }, 2, 0 },   { "ibm850", { 0 }, { 20, 95, 100, 100 }, 4, 0 },
    { "windows-1250", { 0 }, { 20, 90, 100, 100 }, 17, 0 },  { "iso-8859-2", { 0 }, { 20, 90, 100, 100 }, 16, 1 },
    { "windows-1254", { 0 }, { 50, 100, 100, 100 }, 2, 0 },  { "windows-1257", { 0 }, { 15, 90, 100, 100 }, 11, 0 },
    { "koi8-r", { 0 }, { 60, 100, 100, 100 }, 0, 0 },        { "ibm866", { 0 }, { 80, 100, 100, 100 }, 0, 0 },
    { "iso-8859-5", { 0 }, { 90, 100, 100, 100 }, 0, 1 },    { "windows-1253", { 0 }, { 80, 100, 100, 100 }, 0, 0 },
    { "iso-8859-8", { 0 }, { 100, 100, 100, 100 }, 0, 0 },   { "windows-1256", { 0 }, { 80, 100, 100, 100 }, 0, 0 },
    { "windows-874", { 0 }, { 80, 100, 100, 100 }, 0, 0 },   { "shift_jis", { 0 }, { 100, 100, 100, 100 }, 0, 0 },
    { "euc-jp", { 0 }, { 100, 100, 100, 100 }, 0, 0 },       { "gb18030", { 0 }, { 100, 100, 100, 100 }, 0, 0 },
    { "big5", { 0 }, { 80, 100, 100, 100 }, 0, 0 },          { "euc-kr", { 0 }, { 100, 100, 100, 100 }, 0, 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Count counts[G_N_ELEMENTS (sizes)], all = { 0 };
      count_files (cases[i].charset, counts);
      for (size_t size = 0; size < G_N_ELEMENTS (sizes); size++)
        {
          const Count *count = &counts[size];
          print_message ("  %-13s %3d rows, %3d files: right %3d, wrong %d, not judged %3d, of these named %3d, misnamed %d\n",
                         cases[i].charset, sizes[size], count->files, count->right, count->wrong, count->none, count->named,
                         count->misnamed);
          all.wrong += count->wrong;
          all.taken += count->taken;
          if (sizes[size] >= 10 && count->wrong > 0)
            fail_msg ("%s, %d rows: %d wrong", cases[i].charset, sizes[size], count->wrong);
          all.misnamed += count->misnamed;
          if (count->right * 100 < cases[i].right[size] * count->files || count->named * 100 < cases[i].named[size] * count->files)
            fail_msg ("%s, %d rows: too few", cases[i].charset, sizes[size]);
        }
      if (all.wrong > cases[i].wrong || all.taken > 0 || all.misnamed > cases[i].misnamed)
        fail_msg ("%s: %d wrong, %d misnamed", cases[i].charset, all.wrong, all.misnamed);
    }
}

/* What weir cannot read is not taken for Windows-1251 or Macintosh Roman, nor for Windows-1252 but in a few files of one row. */
static void
foreign_encodings_are_not_taken (void **state)
{
  (void) state;
  static const struct
  {
    const char *language, *charset;
  } cases[] = {
    { "Russian", "MAC-CYRILLIC" },
    { "Ukrainian", "MAC-UK" },
    { "Bulgarian", "MAC-CYRILLIC" },
    { "Serbian", "MAC-CYRILLIC" },
    { "Czech", "MAC-CENTRALEUROPE" },
    { "Polish", "MAC-CENTRALEUROPE" },
    { "Hungarian", "MAC-CENTRALEUROPE" },
    { "Latvian", "MAC-CENTRALEUROPE" },
    { "Lithuanian", "CP775" },
    { "Latvian", "CP775" },
    { "Greek", "CP737" },
    { "Hebrew", "CP1255" },
    { "Hebrew", "IBM862" },
    { "Korean", "JOHAB" },
    { "German", "IBM437" },
    { "Russian", "JOHAB" },
    { "Turkish", "ISO-8859-3" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t language = 0; language < G_N_ELEMENTS (languages); language++)
      {
        Count count = { 0 };
        for (size_t size = 0; size < G_N_ELEMENTS (sizes) && g_str_equal (languages[language].name, cases[i].language); size++)
          for (guint32 seed = 0; seed < FILES; seed++)
            count_file (&languages[language], cases[i].charset, sizes[size], seed, &count);
        if (count.taken > 0 || count.wrong * 10 > count.files)
          fail_msg ("%s in %s: %d of %d files are read wrong", cases[i].language, cases[i].charset, count.wrong, count.files);
      }
}

/* Bytes that mean nothing are nobody's letters. */
static void
noise_is_no_text (void **state)
{
  (void) state;
  static const char ascii[] = "abcdefghijklmnopqrstuvwxyz ,,\n0123456789ABC";
  int taken = 0;
  for (guint32 seed = 0; seed < (guint32) effort (150, 400); seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (GString) text = g_string_new ("id,name\n");
      gint32 share = g_rand_int_range (random, 1, 100), from = seed % 2 == 0 ? 0xC0 : 0x80;
      for (int left = g_rand_int_range (random, 4, seed % 3 == 0 ? 20 : 2000); left > 0; left--)
        g_string_append_c (text, (char) (g_rand_int_range (random, 0, 100) < share
                                             ? g_rand_int_range (random, from, 256)
                                             : ascii[g_rand_int_range (random, 0, sizeof ascii - 1)]));
      g_auto (Decoding) found = { 0 };
      assert_true (decode_head (&(SourceHead) { text->str, text->len, true }, NULL, "x.csv", &found, NULL));
      taken += found.encoding > ENCODING_WINDOWS_1252;
    }
  assert_int_equal (taken, 0);
}

/* glibc loads a converter anew for each text, unless somebody else has it. */
static int
hold_converters (void **state)
{
  GPtrArray *held = g_ptr_array_new ();
  for (size_t word = ENCODING_OTHER; encoding_words ()[word] != NULL; word++)
    {
      GIConv converter = g_iconv_open ("UTF-8", encoding_charset ((Encoding) word));
      if ((intptr_t) converter != -1)
        g_ptr_array_add (held, converter);
    }
  *state = held;
  return 0;
}

static int
let_converters_go (void **state)
{
  GPtrArray *held = *state;
  for (guint i = 0; i < held->len; i++)
    g_iconv_close (held->pdata[i]);
  g_ptr_array_unref (held);
  return 0;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (letters_tell_the_language),
    cmocka_unit_test (the_evidence_names_a_likelier_encoding),
    cmocka_unit_test (files_are_read_right_or_not_at_all),
    cmocka_unit_test (foreign_encodings_are_not_taken),
    cmocka_unit_test (noise_is_no_text),
  };
  return cmocka_run_group_tests (tests, hold_converters, let_converters_go);
}

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pipeline/text/decode.h"

#include <string.h>

/* What people write in each language, in its usual encoding, is known for Windows-1252 or for something else, however often it is
 * repeated. */
static const struct
{
  const char *charset;
  Encoding expected;
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
  { "MACINTOSH", ENCODING_UTF8, "Müller,café,Größe,élève" },
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
        if (judge (bytes, length, &evidence) != samples[i].expected)
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
    { "\xBC\xAD\xBF\xEF,\xBA\xCE\xBB\xEA\n", "6 bytes are neither that nor like Windows-1252, the first" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *evidence = NULL;
      judge (cases[i].bytes, strlen (cases[i].bytes), &evidence);
      if (strstr (evidence, cases[i].told) == NULL)
        fail_msg ("\"%s\" is not in: %s", cases[i].told, evidence);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (letters_tell_the_language),
    cmocka_unit_test (the_evidence_names_a_likelier_encoding),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

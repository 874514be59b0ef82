/* Files of other encodings, guessed, named and declared; and compressed ones. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <stdlib.h>

#define USERS(more)                                                                                                                \
  "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 70}" more "}"

static void
test_encodings (void **state)
{
#define WINDOWS ", \"dialect\": {\"encoding\": \"Latin1\"}"
#define READ_AS                                                                                                                    \
  "read as windows-1252: 2 bytes such as 0xEB 0xE9 are no UTF-8, but letters and signs of Windows-1252; \"dialect\": "             \
  "{\"encoding\": \"windows-1252\"} in a model settles it"
  static const struct
  {
    const char *text, *model, *note;
  } cases[] = {
    { "name,email\nZo\xC3\xAB,a@x.org\nJos\xC3\xA9,b@x.org\n", "", NULL },
    { "\xEF\xBB\xBFname,email\nZo\xC3\xAB,a@x.org\nJos\xC3\xA9,b@x.org\n", "", NULL },
    { "name,email\nZo\xEB,a@x.org\nJos\xE9,b@x.org\n", "", READ_AS },
    { "name,email\nZo\xEB,a@x.org\nJos\xE9,b@x.org\n", WINDOWS, NULL },
    { "name;email\r\nZo\xEB;a@x.org\r\nJos\xE9;b@x.org\r\n", "", READ_AS },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (USERS ("%s"), cases[i].model);
      home_write_model (home, "users", model);
      g_autoptr (Json) published = load_text (home, "users.csv", cases[i].text, NULL);
      assert_load (published, "applied", "read=2 inserted=2 staged=2");
      if (cases[i].note != NULL)
        assert_json (published, "notes.0", cases[i].note);
      else
        assert_null (json_object_get (published, "notes"));
      assert_sql (home, "Zo\xC3\xAB\nJos\xC3\xA9", "select name from warehouse.users_current order by email");
    }
}

/* What is not read by itself is named, by the error of the load and by sniff, which shows the table all the same; with the line that they
 * tell it is read. */
static void
test_named_encodings (void **state)
{
  static const struct
  {
    const char *charset, *word, *text;
    bool taken; /* read by itself */
  } cases[] = {
    { "CP1251", "windows-1251", "name;email\nИванов Пётр;a@x.org\nСмирнова Анна;b@x.org\nКузнецов;c@x.org\n", true },
    { "MACINTOSH", "macintosh", "name;email\nHélène Müller;a@x.org\nFrançois Noël;b@x.org\nCrème brûlée;c@x.org\n", true },
    { "CP932", "shift_jis", "name;email\n東京都;a@x.org\n大阪府;b@x.org\n名古屋市;c@x.org\n", false },
    { "CP932", "shift_jis", "番号;email\n東京都;a@x.org\n大阪府;b@x.org\n名古屋市;c@x.org\n", false },
    { "EUC-JP", "euc-jp", "番号;email\n東京都;a@x.org\n大阪府;b@x.org\n名古屋市;c@x.org\n", false },
    { "BIG5", "big5", "名稱;email\n台北市;a@x.org\n高雄;b@x.org\n王小明;c@x.org\n", false },
    { "GB18030", "gb18030", "名称;email\n北京市;a@x.org\n上海;b@x.org\n王伟;c@x.org\n", false },
    { "UHC", "euc-kr", "이름;email\n서울특별시;a@x.org\n부산;b@x.org\n김민수;c@x.org\n", false },
    { "CP1250", "windows-1250", "jméno;email\nDvořák Jiří;a@x.org\nŽluťoučký kůň;b@x.org\nPlzeň;c@x.org\n", false },
    { "CP1254", "windows-1254", "isim;email\nAyşe Yıldız;a@x.org\nŞahin Öztürk;b@x.org\nDoğan Kılıç;c@x.org\n", false },
    { "KOI8-R", "koi8-r", "имя;email\nИванов Пётр;a@x.org\nСмирнова Анна;b@x.org\nКузнецов;c@x.org\n", false },
    { "CP1253", "windows-1253", "όνομα;email\nΠαπαδόπουλος Άγγελος;a@x.org\nΓεωργίου Ήρα;b@x.org\nΕλένη;c@x.org\n", false },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].word);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS (""));
      g_autofree char *bytes = g_convert (cases[i].text, -1, cases[i].charset, "UTF-8", NULL, NULL, NULL);
      g_autofree char *line = g_strdup_printf ("\"dialect\": {\"encoding\": \"%s\"}", cases[i].word);
      home_drop (home, "users.csv", bytes);
      g_autoptr (Outcome) sniff = expect_weir (home, 0, "sniff", "--json", "imports/users.csv", NULL);
      g_autoptr (Json) sniffed = outcome_json (sniff);
      assert_json (sniffed, "dialect.delimiter", ";");
      assert_json (sniffed, "dialect.encoding", cases[i].word);
      assert_json (sniffed, "rows.read", "3");
      assert_json (sniffed, "rows.problems", "0");
      g_autoptr (Outcome) first = expect_weir (home, cases[i].taken ? 0 : 1, "load", "--archive", "imports/users.csv", NULL);
      g_autofree char *said = g_strconcat (first->out, first->err, NULL);
      assert_contains (said, line);
      g_autofree char *model = g_strdup_printf (USERS (", %s"), line);
      home_write_model (home, "users", model);
      g_autoptr (Json) published = load_text (home, "users_1.csv", bytes, NULL);
      assert_load (published, "applied", cases[i].taken ? "read=3 unchanged=3 staged=3" : "read=3 inserted=3 staged=3");
      g_auto (GStrv) lines = g_strsplit (cases[i].text, "\n", -1);
      g_auto (GStrv) headers = g_strsplit (lines[0], ";", -1), cells = g_strsplit (lines[3], ";", -1);
      assert_sql (home, cells[0], "select \"%s\" from warehouse.users_current where email = 'c@x.org'", headers[0]);
    }
}

/* What no evidence tells is read where the model says it, and rejects of it, which are UTF-8, load again. */
static void
test_declared_encodings (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (", \"dialect\": {\"encoding\": \"cp1250\"}"));
  g_autoptr (Json) published =
      load_text (home, "users.csv", "name,email\nDvo\xF8\xE1k,a@x.org\nNov\x81k,b@x.org\n\xC8\x65rn\xFD,c@x.org,x\n", NULL);
  assert_load (published, "applied", "read=3 rejected=2 inserted=1 staged=1");
  assert_sql (home, "Dvo\xC5\x99\xC3\xA1k", "select name from warehouse.users_current");
  assert_sql (home, "invalid_encoding|invalid windows-1250 at character 4",
              "select reason, message from weir.reject where line = 3");
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  const char *text = rejects->out;
  assert_true (g_str_has_prefix (text, "\xEF\xBB\xBF_weir_line,"));
  g_auto (GStrv) uncorrected = g_strsplit (text, ",x\n", -1);
  g_autofree char *joined = g_strjoinv ("\n", uncorrected);
  g_auto (GStrv) bad = g_strsplit (joined, "\xFF", -1);
  g_autofree char *corrected = g_strjoinv ("\xC3\xA1", bad);
  g_autoptr (Json) again = load_text (home, "users_1.csv", corrected, NULL);
  assert_load (again, "applied", "read=2 inserted=2 staged=2");
  assert_sql (home, "Dvo\xC5\x99\xC3\xA1k\nNov\xC3\xA1k\n\xC4\x8C\x65rn\xC3\xBD",
              "select name from warehouse.users_current order by email");
}

static void
test_compressed (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (""));
  home_write_file (home, "users.csv", "name,email\nAnn,a@x.org\nBob,b@x.org\n");
  g_autofree char *pack = g_strdup_printf ("mkdir -p '%s/imports' && gzip -n '%s/users.csv' && cp '%s/users.csv.gz' '%s/imports/'",
                                           home->path, home->path, home->path, home->path);
  assert_int_equal (system (pack), 0); /* NOLINT(cert-env33-c) */
  home_note_file (home, "imports/users.csv.gz");
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", "--archive", "imports/users.csv.gz", NULL);
  g_autoptr (Json) published = outcome_json (outcome);
  assert_load (published, "applied", "read=2 inserted=2 staged=2");
  /* Cut off: refused whole, and nothing of it is applied. */
  g_autofree char *cut = g_strdup_printf ("head -c 40 '%s/users.csv.gz' >'%s/imports/users.csv.gz'", home->path, home->path);
  assert_int_equal (system (cut), 0); /* NOLINT(cert-env33-c) */
  home_note_file (home, "imports/users.csv.gz");
  g_autoptr (Outcome) broken = expect_weir (home, 1, "load", "--json", "--archive", "imports/users.csv.gz", NULL);
  g_autoptr (Json) refused = outcome_json (broken);
  assert_json (refused, "error.code", "compressed_data");
  assert_sql (home, "2", "select count(*) from warehouse.users");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_encodings),
    TEST (test_declared_encodings),
    TEST (test_named_encodings),
    TEST (test_compressed),
  };
  return cmocka_run_group_tests_name ("integration/encodings", tests, cluster_setup, cluster_teardown);
}

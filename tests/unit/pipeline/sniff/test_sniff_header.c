/* Which first rows are the header: names above values of their own kind, numbers and years that are names, groups of columns,
 * remarks. Each file has a counterpart that looks much the same and has no header, or another one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/pipeline/sniffing.h"

#include <string.h>

/* A file: head, then so many times row, in which {i} is 1, 2, 3 ..., {j} the same with three digits, {n} a number that jumps, {f} a
 * fraction, {w} and {v} words. */
typedef struct
{
  const char *what;
  const char *head;
  int times;
  const char *row;
  const char *expected; /* as describe_dialect says it, without the newline */
} Case;

static char *
fill (const char *place, int i)
{
  static const char *const words[] = { "ann", "bob", "cydney", "dan", "eve", "fay", "gus", "henrietta" };
  static const char *const others[] = { "Oslo", "Rome", "Bonn", "Lyon", "Kiel", "Ulm", "Bath" };
  switch (place[1])
    {
    case 'i':
      return g_strdup_printf ("%d", i);
    case 'j':
      return g_strdup_printf ("%03d", i);
    case 'n':
      return g_strdup_printf ("%d", 3000 + i * 7919 % 6007);
    case 'f':
      return g_strdup_printf ("%d.%d", i * 37 % 11 - 5, i % 9 + 1);
    case 'v':
      return g_strdup (others[(i * 3) % G_N_ELEMENTS (others)]);
    default:
      return g_strdup (words[(i * 5) % G_N_ELEMENTS (words)]);
    }
}

static GString *
make_input (const Case *test)
{
  GString *input = g_string_new (test->head);
  for (int i = 1; i <= test->times; i++)
    {
      for (const char *at = test->row; *at != '\0'; at++)
        {
          bool place = at[0] == '{' && at[1] != '\0' && at[2] == '}';
          g_autofree char *text = place ? fill (at, i) : g_strndup (at, 1);
          g_string_append (input, text);
          at += place ? 2 : 0;
        }
      g_string_append_c (input, '\n');
    }
  return input;
}

static void
check (const Case *cases, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      g_autoptr (GString) input = make_input (&cases[i]);
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_text (input->str, input->len, &dialect, &evidence, NULL));
      g_autofree char *seen = describe_dialect (&dialect);
      g_autofree char *expected = g_strconcat (cases[i].expected, " LF", NULL);
      if (!g_str_equal (seen, expected))
        fail_msg ("%s: %s instead of %s\n%s\n%s", cases[i].what, seen, expected, evidence.delimiter, evidence.header);
    }
}

static void
names_stand_above_what_they_name (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "a word the codes begin with", "product,price\n", 7, "prod{i},{n}", ",\"h0" },
    { "the same, few rows", "product,price\n", 2, "prod{i},{n}", ",\"h0" },
    { "a word the codes share three letters with", "employee,salary\n", 7, "emp{j},{n}", ",\"h0" },
    { "codes with a sign", "customer_id,amount\n", 7, "cust-{j},{n}", ",\"h0" },
    { "codes with a sign beside text", "customer,city\n", 7, "cust-{j},{v}", ",\"h0" },
    { "codes alone", "item\n", 7, "item-{j}", "0\"h0" },
    { "codes below a name that ends with a number sign", "order no;sum\n", 7, "order-{j};{f}", ";\"h0" },
    { "codes of words", "filename\tsize\n", 7, "file_{w}.txt\t{n}", "t\"h0" },
    { "two columns of codes", "user,host\n", 7, "user{i},host{j}", ",\"h0" },
    { "paths below a name that begins as they do", "stimFile\n", 7, "stims/face{j}.jpg", "0\"h0" },
    { "identifiers in capitals", "SAMPLE|VALUE\n", 7, "SAMPLE{i}|{f}", "|\"h0" },
    { "a word and a number above numbers", "x,1\n", 7, "{n},{f}", ",\"h0" },
    { "a word above fractions, a number above others", "x,.4\n", 7, "{f},{f}", ",\"h0" },

    { "codes without a header", "prod0,5\n", 7, "prod{i},{n}", ",\"-0" },
    { "codes with a sign, without a header", "cust-000,5\n", 7, "cust-{j},{n}", ",\"-0" },
    { "codes alone, without a header", "item-000\n", 7, "item-{j}", "0\"-0" },
    { "two columns of codes without a header", "user0,host000\n", 7, "user{i},host{j}", ",\"-0" },
    { "a long beginning in common, and two rows", "WNV_400_0_LEFT\tWNV_400_0_RIGHT\n", 2, "WNV_400_{i}_LEFT\tWNV_400_{i}_RIGHT",
      "t\"-0" },
    { "a sign that all begin with", ":grinning:,a\n", 7, ":{w}{w}:,{v}", ",\"-0" },
    { "a number without a header", "inf,5\n", 7, "{f},{n}", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
numbers_may_be_names (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "from 0 above letters", "0,1,2,3,4\n", 9, "{w},{v},{w},{v},{w}", ",\"h0" },
    { "from 1 above letters", "1,2,3\n", 9, "{w},{v},{w}", ",\"h0" },
    { "from 0 above fractions", "0,1,2,3\n", 9, "{f},{f},{f},{f}", ",\"h0" },
    { "from 0 above whole numbers", "0,1,2,3,4\n", 9, "{n},{i},{n},{n},{n}", ",\"h0" },
    { "from 0, with the numbers of rows", ",0,1,2\n", 9, "{i},{w},{v},{w}", ",\"h0" },
    { "one column of a data frame", ",0\n", 9, "{n},{i}", ",\"h0" },
    { "a column of a series beside dates", "Month,0\n", 9, "2016-01-{j},{f}", ",\"h0" },
    { "numbered words", "V1,V2,V3\n", 9, "A{i},B{i},C{n}", ",\"h0" },
    { "two numbered words", "id,prop0,prop1,text\n", 9, "{w},value{i},value0,{v}", ",\"h0" },
    { "points of an axis", "type,0.0,0.5,1.0,1.5,2.0\n", 9, "{w},0.0,0.0,{n},{i},{n}", ",\"h0" },
    { "classes below an empty corner", "\"\",\"142.24\",\"144.78\",\"147.32\"\n", 9, "\"9.{i}\",0,{n},0", ",\"h0" },
    { "ranges below an empty corner", "\"\",\"2-9\",\"10-19\",\"20+\"\n", 3, "\"{w}\",{n},{n},{i}", ",\"h0" },
    { "whole numbers above fractions", "site,100,250\n", 9, "{w},{f},{f}", ",\"h0" },

    { "numbers in order that are values", "1,2,3\n4,5,6\n7,8,9\n", 0, "", ",\"-0" },
    { "numbers from 0 that are values", "0,1,2\n3,4,5\n7,8,9\n", 0, "", ",\"-0" },
    { "numbers from 0 that come again", "0;1;2;3;4\n", 9, "0;1;2;3;4", ";\"-0" },
    { "permutations", "0,1,2,3\n1,0,3,2\n2,3,0,1\n3,2,1,0\n", 0, "", ",\"-0" },
    { "points of an axis in every row", "ann,1.5,2.5,3.5,4.5,5.5\n", 9, "{w},2.1,3.1,4.1,5.1,6.1", ",\"-0" },
    { "fractions above fractions", "0.5,1.5,2.5\n", 9, "{f},{f},{f}", ",\"-0" },
    { "a whole number above a few that are none", "site,100\n", 3, "site{i},{f}", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
a_year_may_be_a_name (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "one year above fractions", "id,2019\n", 8, "W-{i},{f}", ",\"h0" },
    { "one year, few rows", "id,2019\n", 3, "W-{i},{f}", ",\"h0" },
    { "one year above whole numbers", "country,2019\n", 6, "{v},{n}", ",\"h0" },
    { "one month", "region;2019-05\n", 6, "{v};{f}", ";\"h0" },
    { "one year between words", "name,2019,note\n", 6, "{w},{f},{v}", ",\"h0" },
    { "years far from each other", "name,1950,2000\n", 6, "{w},{f},{n}", ",\"h0" },
    { "two years", "name,2019,2020\n", 6, "{w},{n},{f}", ",\"h0" },
    { "years behind numbers of rows", ",2019,2020\n", 6, "{i},{f},{f}", ",\"h0" },

    { "a number of that size among others", "Oslo,2019\nRome,1200\nBonn,77\nLyon,9123\nKiel,2004\n", 0, "", ",\"-0" },
    { "years that are values", "Oslo,2019\nRome,2001\nBonn,1977\nLyon,1999\n", 0, "", ",\"-0" },
    { "a year and another value", "5,2019\n", 6, "{n},{f}", ",\"-0" },
    { "a year above two rows", "W-0,2019\n", 2, "W-{i},{n}", ",\"-0" },
    { "a date", "W-0,2019-05-01\n", 6, "W-{i},2019-05-{j}", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
groups_stand_above_names (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "groups above numbers", "north,,south,\nX,Y,X,Y\n", 8, "{i},{n},{i},{n}", ",\"h2:0" },
    { "groups above text", "north,,south,\nX,Y,X,Y\n", 8, "{w},{v},{w},{v}", ",\"h2:0" },
    { "groups beside a name", ";north;;south;\nid;X;Y;X;Y\n", 8, "{i};{f};{n};{i};{n}", ";\"h2:0" },
    { "groups that are written out", "north,north,south,south\nX,Y,X,Y\n", 8, "{i},{n},{i},{n}", ",\"h2:0" },
    { "groups of three", "Money,,,Time,,\nin,out,rest,day,hour,min\n", 8, "{n},{f},{n},{i},{n},{i}", ",\"h2:0" },
    { "years above names", "Region,2025,,2026,\nname,sales,cost,sales,cost\n", 8, "{v},{n},{n},{n},{n}", ",\"h2:0" },
    { "groups, names, and units", "Money,,Time,\nin,out,day,hour\n(EUR),(EUR),(d),(h)\n", 8, "{n},{f},{i},{n}", ",\"h3:0" },
    { "groups above many gaps", "A,,,B,,\nx,y,z,x,y,z\n", 8, "{i},,{n},{n},,{i}", ",\"h2:0" },

    { "names alone", "X,Y,Z,W\n", 8, "{i},{n},{i},{n}", ",\"h0" },
    { "names, and a row of words with gaps", "name,job,city,land\nann,,Oslo,\nbob,cook,,Italy\n", 4, "{w},{w},{v},{v}", ",\"h0" },
    { "the header twice", "a;b;c\na;b;c\n", 8, "{i};{n};{f}", ";\"h0" },
    { "a first row of numbers below names", "colA,colB,colC\n1,2,3\n", 8, "a,{w},c", ",\"h0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
the_last_remark_may_be_the_header (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "one sign, above values", "#id,name,n\n", 6, "{n},{w},{f}", ",\"h0" },
    { "one sign, above text", "#name,city\n", 6, "{w},{v}", ",\"h0" },
    { "two remarks", "## a\n## id,name,n\n", 6, "{n},{w},{f}", ",\"h1" },
    { "two remarks above text", "## a\n## name,city\n", 6, "{w},{v}", ",\"h1" },
    { "semicolons", "# made by x\n# on 2020-01-01, in Oslo\n# name;city\n", 6, "{w};{v}", ";\"h2" },
    { "tabs", "##made by x\n##chrom\tpos\tref\n", 6, "{w}\t{n}\t{v}", "t\"h1" },
    { "bars", "### a\n### name|city\n", 6, "{w}|{v}", "|\"h1" },
    { "remarks that are cut as the rows are", "# x,y,z\n# id,name,n\n", 6, "{n},{w},{f}", ",\"h1" },
    { "the same above text", "# x,y\n# u,v\n# name,city\n", 6, "{w},{v}", ",\"h2" },
    { "blanks behind its delimiters, as in the rows", "# made by x\n# id, name\n", 6, "{n}, {w}", ",_\"h1" },
    { "blanks behind its delimiters alone, above values", "# id, name, n\n", 6, "{n},{w},{f}", ",\"h0" },
    { "an empty line behind it, above values", "# made by x\n# id,name,n\n\n", 6, "{n},{w},{f}", ",\"h1" },

    { "a header below remarks", "# columns, as, agreed\n#\nid,fruit,price\n", 6, "{n},{w},{f}", ",\"h2" },
    { "a sentence above a header of text", "# a, b\nname,city\n", 6, "{w},{v}", ",\"h1" },
    { "a date above numbers", "# Nov. 7, 2006\n\n", 6, " {f}, {f}", ",_\"-2" },
    { "a sentence above numbers", "# made, 2020\n", 6, "{f},{n}", ",\"-1" },
    { "a setting above numbers", "# Lon=0, Lat=60\n", 6, "{f},{n}", ",\"-1" },
    { "rows that begin with a sign", "#a,1\n#b,2\n", 6, "#{w},{n}", ",\"-0" },
    { "two of the rows begin with a sign", "#a,1\n#b,2\n", 6, "{w},{n}", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
what_stands_above_the_first_full_row (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "names of rows below an empty corner", ",en,de,fr\n", 6, "{w},{v},{w},{v}", ",\"h0" },
    { "names of rows, in short", "\tshannon\nSample1\tjust\nSample4\tkidding\n", 0, "", "t\"h0" },
    { "a name above nothing", "name,city,note,more\n", 6, "{w},{v},,", ",\"h0" },
    { "a setting above rows without a header", "name\tHMDB\nversion\t4.0\n", 6, "{f}\tH{i}\tHM:{j}", "t\"-2" },

    { "an empty cell before codes that are alike", "\"\",\"message0\"\n", 6, "\"{w}\",\"message{i}\"", ",\"-0" },
    { "an order that some letters do not keep",
      "abe,1a\nacme,2a\nadam,2b\nafro,2c\nagil,3c\n\xC3\xA5ge,2c\nahab,2c\naida,4c\najar,5c\nakin,2d\nalma,2d\namor,2e\nanna,2f\n"
      "aosta,3f\napril,2g\naqua,2g\nartur,2g\nasta,2h\natlas,2h\naura,2h\naval,2h\nawol,2h\n",
      0, "", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
a_first_row_of_the_same_kind_is_no_header (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "a key in each cell", "Name: zoe lee;City: Rom on sea\n", 4, "Name: {w};City: {v} {i}", ";\"-0" },
    { "keys in rows that are all equal", "Name: zoe;City: Rom\n", 4, "Name: zoe;City: Rom", ";\"-0" },
    { "keys and two rows below", "Name: zoe, Msg: hello\n\nName: ann lee , Msg: I am well\n", 1, "Name: {w} , Msg: well",
      ",_\"-0" },
    { "keys beside values", "city: Ulm\t5\n", 4, "city: {v}\t{n}", "t\"-0" },
    { "keys beside words that say more", "Name: zoe;none;nothing\n", 6, "Name: {w};a{n};b{i}", ";\"-0" },
    { "another key in each row", "Name: zoe|City: Ulm\nBorn: May|Land: BW\n", 0, "", "|\"-0" },
    { "curly quotes around numbers",
      "\xE2\x80\x9C"
      "922\xE2\x80\x9D,\xE2\x80\x9C"
      "12\xE2\x80\x9D,57\n",
      6, "{n},{i},{f}", ",\"-0" },
    { "a list of cities", "Zagreb\n", 5, "{v}", "0\"-0" },
    { "a list of phrases", "Dose the patient\n", 4, "Call {w} first", "0\"-0" },
    { "the same with accents", "\xC3\x96rebro\n", 4, "{v}", "0\"-0" },
    { "a list with a delimiter at each end", "Zagreb now,\n", 5, "{v} now,", ",\"-0 trailing" },
    { "a list in capitals", "ZAGREB\nOSLO\nROME\n", 0, "", "0\"-0" },

    { "keys below names", "name;phone\n", 4, "Name: {w};Phone: {n} {i}", ";\"h0" },
    { "one key in the header", "Name: zoe;city\nann;Oslo\nbob;Rome\n", 0, "", ";\"h0" },
    { "words in curly quotes",
      "\xE2\x80\x9C"
      "a\xE2\x80\x9D,\xE2\x80\x9C"
      "b\xE2\x80\x9D,c\n",
      6, "{n},{i},{f}", ",\"h0" },
    { "a small letter above a list of cities", "city\n", 5, "{v}", "0\"h0" },
    { "capitals above a list of cities", "CITY\n", 5, "{v}", "0\"h0" },
    { "capitals above small letters", "City\n", 5, "{w}", "0\"h0" },
    { "two columns of names", "City,Land\n", 5, "{v},{v}", ",\"h0" },
    { "one name below", "Zagreb\nOslo\n", 0, "", "0\"h0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
a_title_may_be_as_wide_as_the_table (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "a year between words", "Sales,2025,North\nid,name,n\n", 6, "{i},{w},{n}", ",\"h1" },
    { "a year at the end", "Sales;North;2025\nid;name;n\n", 6, "{i};{w};{f}", ";\"h1" },
    { "a date", "Report\tNorth\t2025-01-31\nname\tcity\tn\n", 6, "{w}\t{v}\t{n}", "t\"h1" },
    { "a day as people write it", "Report|31.01.2025|all\nid|name|n\n", 6, "{n}|{w}|{f}", "|\"h1" },
    { "a time", "Report,9:30,all\nid,name,n\n", 6, "{n},{w},{f}", ",\"h1" },
    { "a number of a report", "Report,4711,all\nid,name,n\n", 6, "{n},{w},{f}", ",\"h1" },
    { "a fraction", "Version,1.5,all\nid,name,n\n", 6, "{n},{w},{f}", ",\"h1" },
    { "two columns", "Sales,2025\nname,n\n", 6, "{w},{n}", ",\"h1" },
    { "the mail of whoever made it", "Sales,ann@example.org,North\nid,name,n\n", 6, "{i},{w},{n}", ",\"h1" },

    { "groups of years", "Region,2025,,2026,\nname,sales,cost,sales,cost\n", 8, "{v},{n},{n},{n},{n}", ",\"h2:0" },
    { "two years, each above one name", "Region,2025,2026\nname,sales,cost\n", 8, "{v},{n},{n}", ",\"h2:0" },
    { "units below two years", "name,2025,2026\n(word),(EUR),(EUR)\n", 6, "{w},{n},{n}", ",\"h2:0" },
    { "names and units of a scope", "x-axis,1\nsecond,Volt\n", 6, "{f},{f}", ",\"h2:0" },
    { "names and units", "time,speed,way\nseconds,knots,miles\n", 6, "{i},{n},{f}", ",\"h2:0" },
    { "one year, and a row of words with a value", "name,2019,note\n", 6, "{w},{f},{v}", ",\"h0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

#define SECTIONS                                                                                                                   \
  "[Header],,,,,\nVersion,4,,,,\nDate,10/3/2018,,,,\nWorkflow,all,,,,\n,,,,,\n[Reads],,,,,\n101,,,,,\n,,,,,\n[Data],,,,,\n"

static void
settings_may_be_filled_up (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "sections above text", SECTIONS "Sample,Name,Well,Index,Kind,Pair\n", 4, "s{w},{w},{v},{v},{w},{v}", ",\"h9" },
    { "sections above one row", SECTIONS "Sample,Name,Well,Index,Kind,Pair\n", 1, "s{w},{w},{v},N70,{w},{v}", ",\"h9" },
    { "sections above values", SECTIONS "Sample,Name,Well,Index,Kind,Pair\n", 4, "{i},{w},{v},{n},{w},{f}", ",\"h9" },
    { "sections, one comma more than in the table", SECTIONS "Sample,Name,Well,Kind,Pair\n", 4, "s{i},{w},,{v},{w}", ",\"h9" },
    { "settings above text", "Made;by me;;;;\nFor;you;;;;\nOn;May;;;;\nIn;Ulm;;;;\nAs;list;;;;\nid;a;b;c;d;e\n", 1,
      "{w};{v};{w};{v};{w};{v}", ";\"h5" },
    { "settings in the third column",
      "Data of,,May,,,\nSet:,x,,,,\n,,,,,\nUnit,,Percent,,,\nSex,,Total,,,\n,,,,,\nTIME,2020,,2021,,2022\n", 6, "{v},{f},,{f},,{f}",
      ",\"h6" },
    { "settings, and an empty line among the rows too",
      "Data of,,May,,,\nSet:,x,,,,\n,,,,,\nUnit,,Percent,,,\nSex,,Total,,,\n,,,,,\na,b,c,d,e,f\n1,2,3,4,5,6\n,,,,,\n", 6,
      "{i},{n},{n},{i},{n},{i}", ",\"h6" },
    { "remarks of a program, the last of which names the columns",
      "% Model,a.mph\n% Version,X 6\n% Date,\"Jul 2, 16:32\"\n% freq (Hz),field\n", 6, "{f}e-3+{f}i,{n}", ",\"h3" },
    { "the same above numbers", "% Model,a.mph\n% Version,X 6\n% x,y\n", 6, "{n},{f}", ",\"h2" },
    { "the same above a header", "% Model,a.mph\n% Version,X 6\nx,y\n", 6, "{n},{f}", ",\"h2" },
    { "a title above pairs", "Unemployment Q3 - 2016\nTotal, 38.2\n", 5, "{v}, {f}", ",_\"-1" },
    { "another above pairs", "Results of round 2\nann;3\n", 5, "{w};{n}", ";\"-1" },

    { "sparse rows of text", "id,name,note,a,b,c\n", 6, "{w},{v},,,,", ",\"h0" },
    { "two columns filled up, no table below", "id,name,,,,\n", 6, "{i},{v},,,,", ",\"h0 trailing" },
    { "four such lines above text", "Made;by me;;;;\nFor;you;;;;\nOn;May;;;;\nIn;Ulm;;;;\nid;a;b;c;d;e\n", 1,
      "{w};{v};{w};{v};{w};{v}", ";\"-0" },
    { "rows that begin with a percent sign", "% a,1\n% b,2\n", 6, "% {w},{n}", ",\"-0" },
    { "a row without its last cell above pairs", "Ann\nBob,3\n", 5, "{w},{n}", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
names_may_be_more_than_the_cells_of_any_row (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "three more", "id,name,n,note,more,last\n", 6, "{i},{w},{n}", ",\"h0" },
    { "two more", "id;name;n;note;more\n", 6, "{i};{w};{f}", ";\"h0" },
    { "a delimiter at each end", "id,name,n,note,more,last,\n", 6, "{i},{w},{n},,", ",\"h0 trailing" },
    { "rows of any length", "no,a,b,c,d,e,f,g,h,k\n1,x,y\n2,x\n3,x,y,z,u,v,w\n4,x,y,z\n5,x,y,z,u\n6,x,y,z,u,v\n", 0, "", ",\"h0" },
    { "rows of any length with blanks",
      "no, a, b, c, d, e, f, g, h, k\n1, x, y\n2, x\n3, x, y, z, u, v, w\n4, x, y, z\n5, x, y, z, u\n6, x, y, z, u, v, w, x\n", 0,
      "", ",_\"h0" },
  };
  check (cases, G_N_ELEMENTS (cases));
  static const struct
  {
    const char *text;
    size_t fields;
  } widths[] = {
    { "id,name,n,note,more\n1,ann,2\n2,bob,3\n3,cyd,4\n", 5 },
    { "id,name,n,note,more,\n1,ann,2,\n2,bob,3,\n3,cyd,4,\n", 5 },
    { "no,a,b,c,d,e,f,g\n1,x,y\n2,x\n3,x,y,z,u,v\n4,x,y,z\n5,x,y,z,u\n", 8 },
    { "id,name,n,note\n1,ann,2\n2,bob,3\n3,cyd,4\n", 3 },               /* it may be a delimiter that is missing */
    { "name,city,job,car\nann,Oslo\nbob,Rome\ncyd,Bonn\n", 2 },         /* nothing says that the first row is a header */
    { "id,name,n,7,8\n1,ann,2\n2,bob,3\n3,cyd,4\n", 3 },                /* values are no names */
    { "id,name,n,note,more\n1,ann,2\n2,bob,3\n3,cyd,4,,\n4,e,5\n", 5 }, /* one row has as many */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_text (widths[i].text, strlen (widths[i].text), &dialect, &evidence, NULL));
      if (evidence.fields != widths[i].fields)
        fail_msg ("%zu instead of %zu columns of\n%s%s", evidence.fields, widths[i].fields, widths[i].text, evidence.delimiter);
    }
}

static void
sizes_beside_an_empty_corner_are_names (void **state)
{
  (void) state;
  static const Case cases[] = {
    { "halves",
      "\t\t4\t4 1/2\t5\t5 1/2\t6\nA\tball\t7 3/4\t7 7/8\t8\t8 1/8\t8 1/4\nA\theel\t8\t8 1/8\t8 1/4\t8 3/8\t8 1/2\n"
      "B\tball\t8\t8 1/8\t8 1/4\t8 3/8\t8 1/2\n",
      0, "", "t\"h0" },
    { "one word, numbers in order below", ",1,2,3,4,5\nann,2,3,4,5,6\nbob,3,4,5,6,7\ncyd,4,5,6,7,9\n", 0, "", ",\"h0" },
    { "fractions", ",0.5,1,1.5,2,2.5\nann,2,3,4,5,6\nbob,3,4,5,6,7\ncyd,4,5,6,7,9\n", 0, "", ",\"h0" },

    { "no corner", "zoe,1,2,3,4,5\nann,2,3,4,5,6\nbob,3,4,5,6,7\ncyd,4,5,6,7,9\n", 0, "", ",\"-0" },
    { "numbers below the corner", ",1,2,3,4,9\n1,2,3,4,5,6\n3,3,4,5,6,7\n2,4,5,6,7,9\n", 0, "", ",\"-0" },
    { "sizes that are no order", ",5,2,3,4,1\nann,2,3,4,5,6\nbob,3,4,5,6,7\ncyd,4,5,6,7,9\n", 0, "", ",\"-0" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (names_stand_above_what_they_name),
    cmocka_unit_test (numbers_may_be_names),
    cmocka_unit_test (a_year_may_be_a_name),
    cmocka_unit_test (groups_stand_above_names),
    cmocka_unit_test (the_last_remark_may_be_the_header),
    cmocka_unit_test (what_stands_above_the_first_full_row),
    cmocka_unit_test (a_first_row_of_the_same_kind_is_no_header),
    cmocka_unit_test (a_title_may_be_as_wide_as_the_table),
    cmocka_unit_test (settings_may_be_filled_up),
    cmocka_unit_test (names_may_be_more_than_the_cells_of_any_row),
    cmocka_unit_test (sizes_beside_an_empty_corner_are_names),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

/* Where the sniffer's limits are: for each constant two files, one just within it and one just beyond. docs/sniffing.md says what
 * kind of file each is for. Those of the table's end are in tests/unit/pipeline/table/test_rows_limits.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/error.h"
#include "tests/unit/pipeline/sniffing.h"

#include <string.h>

/* A file: head, so many times row, tail. */
typedef struct
{
  const char *limit;
  const char *head;
  int times;
  const char *row;
  const char *tail;
  const char *expected;
} Limit;

#define NINE_ROWS "id,name,n\n1,ann,2\n2,bob,4\n3,cyd,6\n4,dan,8\n5,eve,1\n6,fay,3\n7,gus,5\n8,hal,7\n9,ida,9\n"
#define GOOD                                                                                                                       \
  "1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n"          \
  "1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n1,\"2\",3,4\n"
#define PRICES                                                                                                                     \
  "code,label,price\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\nx,yy,2.5\n"
#define TITLES "a title\na title\na title\na title\na title\na title\n"
#define MAILS "\nemail\nann@x.org\nbob@x.org\ncyd@x.org\n"
#define SPARSE "a b;;\ncity;land;note\nOslo;eve;by the sea\nLyon;ann;inland\nRome;joseph;on a hill\nKiel;bob;north\nBonn;ida;old\n"

static const Limit limits[] = {
  /* the table among other lines */
  { "MOST_PREAMBLE", "", 30, "a line of words\n", NINE_ROWS, ",\"h30 LF" },
  { "MOST_PREAMBLE", "", 31, "a line of words\n", NINE_ROWS, "0\"h0 LF" },
  { "LEAST_SHARE", NINE_ROWS, 23, "a line of words\n", "", ",\"h0 LF" },
  { "LEAST_SHARE", NINE_ROWS, 24, "a line of words\n", "", "0\"h0 LF" },
  { "LEAST_ONE_SHARE", "x,1,y,2\nx,1,y,2\nx,1,y,2\nx,1,y,2\nx,1,y,2\nwo\"rds of it\nwo\"rds of it\n", 13, "words of it\n", "",
    "0\"h0 LF" },
  { "LEAST_ONE_SHARE", "x,1,y,2\nx,1,y,2\nx,1,y,2\nx,1,y,2\nx,1,y,2\nwo\"rds of it\nwo\"rds of it\n", 12, "words of it\n", "",
    ",\"-0 LF" },
  { "LEAST_PLAIN_ROWS", TITLES "Id,Year\n", 3, "1000,1990\n", "", ",\"h6 LF" },
  { "LEAST_PLAIN_ROWS", TITLES "Id,Year\n", 2, "1000,1990\n", "", "0\"h0 LF" },

  { "OTHER_ROW", "id,a,b,c\nwords,2\n", 6, "1,2,3,4\n", "", ",\"h0 LF" },
  { "OTHER_ROW", "id,a,b,c\nwords,2\nwords,2\n", 6, "1,2,3,4\n", "", ",\"-2 LF" },
  { "NEAR_ROW", "id,a,b,c\n1,2,3,4,5\n1,2,3,4,5\n1,2,3,4,5\n", 6, "1,2,3,4\n", "", ",\"h0 LF" },
  { "NEAR_ROW", "id,a,b,c\n1,2,3,4,5\n1,2,3,4,5\n1,2,3,4,5\n1,2,3,4,5\n", 6, "1,2,3,4\n", "", ",\"-4 LF" },
  { "BAD_ROW", "id,a,b,c\n", 10, "1,2\"x,\"3\",4\n", GOOD, ",\"h0 LF" },
  { "BAD_ROW", "id,a,b,c\n", 11, "1,2\"x,\"3\",4\n", GOOD, ",\"-11 LF" },
  { "LEAST_FIRST", "id,name\n", 7, "1,ann\n", PRICES, ",\"h0 LF" },
  { "LEAST_FIRST", "id,name\n", 6, "1,ann\n", PRICES, ",\"h7 LF" },
  { "LEAST_FIRST_GAP", "id,name\n", 4, "1,ann\n", "\n" PRICES, ",\"h0 LF" },
  { "LEAST_FIRST_GAP", "id,name\n", 3, "1,ann\n", "\n" PRICES, ",\"h5 LF" },

  /* what a table is worth: one file that it decides for, one against */
  { "TYPED_WORTH", "1;1,5;2,5\n2;3,5;4,5\n", 1, "3;5,5;6,5\n", "", ";\"-0 LF" },
  { "FIGURES_WORTH", "phone\n+8 633 3371\n", 1, "+48 159 3646\n", "", "0\"h0 LF" },
  { "PADDED_WORTH", "kim 2016\n gus|pia|max|green\n Oslo\n fay,kim,bob,nia\n", 1, " eve\n", "", "0\"-0 LF" },
  { "PADDED_WORTH", "total nia pia\n  \npia_5684 order kim\n  \n pia \n eve /ann/Rome\n", 1, " Paris /city/ann\n", "", " \"h0 LF" },
  { "BROKEN_WORTH", "905,95\teve:apple:note:name\n", 1, "437,02\tgreen;name\n", "", "t\"-0 LF" },
  { "EMPTY_WORTH", "cid name apple\n\n", 1, "CI-2112,3289,'don''t eve',\n", "", ",'-2 trailing LF" },
  { "COLON_WORTH", "Oslo: ann\nRome note fay\nlea: red\n\nid\n\n4:04:20\n", 1, "13:26:45\n", "", "0\"h4 LF" },
  { "COLON_WORTH", "red:nia\n17/11/2018:\n", 2, "21/09/2018:\n", "", ":\"h0 LF" },
  { "COLON_WORTH", "name:city\nann lee:oslo\n", 1, "bob day:rome\n", "", ":\"h0 LF" },
  { "CLOCK_WORTH", "14:15:03\n", 1, "9:45:14,dan\n", "", "0\"-0 LF" },
  { "CLOCK_WORTH", "n:born\n362.00:03/12/2025\n289.81:17/07/2026\n", 1, "118.19:07/01/2024\n", "", ":\"h0 LF" },
  { "RARE_WORTH", "Paris~9811\n-\nn/a\nParis~kim\n2026-06-16~2022-04-10\n", 1, "pia~8739\n", "", "~\"h2:3 LF" },
  { "PAIR_WORTH", "pia, 3016\nNA, 643.88\n", 2, "NA, 289.19\n", "", ",_\"-0 LF" },
  { "PAIR_WORTH", "", 1, "eve red city, cid max nia\n", "", "0\"h0 LF" },
  { "LEAST_BLANKS", "id,name\n1,ann\n2,bob\n", 8, "3, cyd\n", "", ",_\"h0 LF" },
  { "LEAST_BLANKS", "id,name\n1,ann\n2,bob\n", 7, "3, cyd\n", "", ",\"h0 LF" },
  { "LEAST_PADDED", "id,name\n", 2, "1, ann\n", "", ",_\"h0 LF" },
  { "LEAST_PADDED", "id,name\n", 1, "1, ann\n", "", ",\"h0 LF" },
  { "LEAST_AROUND, 4 of 5 tabs", "", 5, "a,\tb,\tc,\td,\te\tf\n", "", ",_\"h0 LF" },
  { "LEAST_AROUND, 2 of 3 tabs", "", 5, "a,\tb,\tc\td\n", "", "t\"h0 LF" },
  { "LEAST_EVEN", "name,scores\n", 48, "ann,1|2|3\n", "eve\n", ",\"h0 LF" },
  { "LEAST_EVEN", "name,scores\n", 47, "ann,1|2|3\n", "eve\n", "|\"-1 LF" },
  { "LEAST_WIDTHS", "", 14, "from;5\n",
    "a;b;c\n1;ann;2;y;3;2026-01-02;5;6\n2;bob;3;z;4;2026-01-03;6;7\n3;cyd;4;w;5;2026-01-04;7;8\n4;dan;5;v;6;2026-01-05;8;9\n",
    ";\"-15 LF" },
  { "LEAST_WIDTHS", "", 14, "from;5\n",
    "a;b;c\na;b;c;d\n1;ann;2;y;3;2026-01-02;5;6\n2;bob;3;z;4;2026-01-03;6;7\n3;cyd;4;w;5;2026-01-04;7;8\n4;dan;5;v;6;2026-01-05;8;"
    "9\n",
    ";\"h0 LF" },
  { "ONE_TYPED", "10:00:00,123\n10:00:01,456\n", 1, "10:00:02,789\n", "", "0\"-0 LF" },
  { "ONE_ROW", "fay\n\n", 1, "fay,blue,dan,ida\n", "", ",\"h2 LF" },
  { "ONE_ROW", "fay\nann\nbob\neve\n", 1, "cyd,blue\n", "", "0\"h0 LF" },

  /* quotes */
  { "LEAST_STRAYS", "id\tsize\n", 3, "1\t5\" pipe\n", "", "t0h0 LF" },
  { "LEAST_STRAYS", "id\tsize\n", 2, "1\t5\" pipe\n", "2\tpipe\n", "t\"h0 LF" },
  { "LEAST_STRAYS, of 300 rows", "id\tsize\n1\t5\" pipe\n1\t5\" pipe\n1\t5\" pipe\n", 296, "2\tpipe\n", "", "t0h0 LF" },
  { "LEAST_STRAYS, of 301 rows", "id\tsize\n1\t5\" pipe\n1\t5\" pipe\n1\t5\" pipe\n", 297, "2\tpipe\n", "", "t\"h0 LF" },
  { "LEAST_PLAIN_SHARE", "id;size\n1;\"5\" pipe\n1;5\" pipe\n1;5\" pipe\n1;5\" pipe\n1;5\" pipe\n2;pipe\n2;pipe\n2;pipe\n", 2,
    "3;a;b\n", "", ";0h0 LF" },
  { "LEAST_PLAIN_SHARE", "id;size\n1;\"5\" pipe\n1;5\" pipe\n1;5\" pipe\n1;5\" pipe\n1;5\" pipe\n2;pipe\n2;pipe\n2;pipe\n", 3,
    "3;a;b\n", "", ";\"-5 LF" },

  /* a column's kind */
  { "LEAST_AGREEMENT", "x;x\neve;1\ndan;2\nida;3\nann;4\ngus;5\ncydney;6\nkim;7\nfay;8\nbob;9\nhal;10\n", 2, "joseph;word\n", "",
    ";\"h0 LF" },
  { "LEAST_AGREEMENT", "x;x\neve;1\ndan;2\nida;3\nann;4\ngus;5\ncydney;6\nkim;7\nfay;8\nbob;9\n", 3, "joseph;word\n", "",
    ";\"-0 LF" },

  /* the header, above texts: what is twice in it makes it none where nothing speaks for it */
  { "LEAST_FOR", "names;names\neve;gus\nann;hal\njoe;fay\nbob;dan\n", 1, "ida;cyd\n", "", ";\"h0 LF" },
  { "LEAST_FOR", "names;names\neve;gus\nann;hal\njoe;fay\n", 1, "bob;dan\n", "", ";\"-0 LF" },
  { "MOST_OTHER", "names;names\nq;a1\naa;bb22\nzz;c3\nb;ddd4\nq;e5\naa;ff6\nzz;g7\nb;hh8x\nq;i9\n", 1, "aa;word\n", "",
    ";\"h0 LF" },
  { "MOST_OTHER", "names;names\nq;a1\naa;bb22\nzz;c3\nb;ddd4\nq;e5\naa;ff6\nzz;g7\nb;hh8x\n", 2, "aa;word\n", "", ";\"-0 LF" },
  { "LEAST_AGAINST", "a/b\nc/d\n", 1, "eee/f\n", "", "0\"-0 LF" },
  { "LEAST_AGAINST", "a/b\n", 1, "c/d\n", "", "0\"h0 LF" },
  { "LEAST_ALIKE", "keyzzzz\nkeya\nkeybb\n", 1, "keyccc\n", "", "0\"-0 LF" },
  { "LEAST_ALIKE", "keyzzzz\nkeya\n", 1, "keybb\n", "", "0\"h0 LF" },
  { "LEAST_PREFIX", "kxpppp\nkxa\nkxyb\n", 1, "kxcccc\n", "", "0\"-0 LF" },
  { "LEAST_PREFIX", "kpppp\nkxa\nkyb\n", 1, "kcccc\n", "", "0\"h0 LF" },
  { "LEAST_ORDERED",
    "adduser\napt\nbash\nbc\nbuild\nbzip\ncmake\ncron\ncurl\ndash\nfile\nfind\ngawk\ngcc\ngdb\ngit\ngrep\ngzip\nhost\nless\n", 1,
    "make\n", "", "0\"-0 LF" },
  { "LEAST_ORDERED",
    "adduser\napt\nbash\nbc\nbuild\nbzip\ncmake\ncron\ncurl\ndash\nfile\nfind\ngawk\ngcc\ngdb\ngit\ngrep\ngzip\nhost\n", 1,
    "less\n", "", "0\"h0 LF" },
  { "MOST_YEARS", "Item,1980,1990,2000\n", 2, "A,1,2,3\n", "", ",\"h0 LF" },
  { "MOST_YEARS", "Item,1980,1991,2002\n", 2, "A,1,2,3\n", "", ",\"-0 LF" },
  { "LEAST_BEGINNING", "names;names\nabczz;eve\nabcee;joseph\nabcyyy;fay\nabcaaaa;hal\n", 1, "abch;ida\n", "", ";\"h0 LF" },
  { "LEAST_BEGINNING", "names;names\nabczz;eve\nabcee;joseph\nabcyyy;fay\nabcaaaa;hal\n", 1, "abh;ida\n", "", ";\"-0 LF" },
  { "VALUE, WORD", "x,1\n", 4, "2,3\n", "", ",\"h0 LF" },
  { "VALUE, WORD", "x,1,1\n", 4, "2,3,3\n", "", ",\"-0 LF" },
  { "LEAST_OTHERS", "name,2019\n", 3, "ann,5\n", "", ",\"h0 LF" },
  { "LEAST_OTHERS", "name,2019\n", 2, "ann,5\n", "", ",\"-0 LF" },
  { "LEAST_FRACTIONS", "5,7\n", 5, "1.5,2.5\n", "", ",\"h0 LF" },
  { "LEAST_FRACTIONS", "5,7\n", 4, "1.5,2.5\n", "", ",\"-0 LF" },
  { "LEAST_COUNTED", "B1,B2,B3,\nann,eve,joseph,x\nbo,dan,cyd,yy\nkim,pia,nia,x\n", 1, "lea,gus,ida,yy\n", "", ",\"h0 LF" },
  { "LEAST_COUNTED", "B1,B2,fay,\nann,eve,joseph,x\nbo,dan,cyd,yy\nkim,pia,nia,x\n", 1, "lea,gus,ida,yy\n", "", ",\"-0 LF" },
  { "LEAST_WORD", "id,pr0,pr1,\n", 4, "ann,eve,joseph,x\n", "", ",\"h0 LF" },
  { "LEAST_WORD", "id,p0,p1,\n", 4, "ann,eve,joseph,x\n", "", ",\"-0 LF" },
  { "LEAST_MATRIX", "0,1,2,3\n", 4, "9,8,7,9\n", "", ",\"h0 LF" },
  { "LEAST_MATRIX", "0,1,2\n", 4, "9,8,7\n", "", ",\"-0 LF" },
  { "LEAST_ASCENDING", "x,1.5,2.5,3.5,4.5,9.5\n", 4, "ann,8,7,6,5,4\n", "", ",\"h0 LF" },
  { "LEAST_ASCENDING", "x,1.5,2.5,3.5,9.5\n", 4, "ann,8,7,6,5\n", "", ",\"-0 LF" },
  { "LEAST_ROWS", "#x;y\n#name;city\n", 3, "ann;Oslo\n", "", ";\"h1 LF" },
  { "LEAST_ROWS", "#x;y\n#name;city\n", 2, "ann;Oslo\n", "", ";\"h0 LF" },
  { "ROWS_PER_REMARK", "# x;y\n# name;city\n", 9, "ann;Oslo\n", "#bob;Rome\n", ";\"h1 LF" },
  { "ROWS_PER_REMARK", "# x;y\n# name;city\n", 8, "ann;Oslo\n", "#bob;Rome\n", ";\"h0 LF" },
  { "LEAST_RISES", "names;names\na;eve\nbb;joseph\nc;fay\ndd;x\n", 1, "e;gus\n", "", ";\"h0 LF" },
  { "LEAST_RISES", "names;names\na;eve\na;joseph\nbb;fay\nc;x\n", 1, "dd;gus\n", "", ";\"-0 LF" },
  { "ROWS_PER_ASTRAY", "names;names\na;eve\nzz;joseph\nb;fay\nc;x\ndd;eve\n", 15, "e;joseph\n", "", ";\"h0 LF" },
  { "ROWS_PER_ASTRAY", "names;names\na;eve\nzz;joseph\nb;fay\nc;x\ndd;eve\n", 14, "e;joseph\n", "", ";\"-0 LF" },
  { "MOST_WORDS", "# one two three four,five six seven eight nine\n", 9, "ann,bob\n", "ann,cyd\n", ",\"h0 LF" },
  { "MOST_WORDS", "# one two three four,five six seven eight nine ten eleven\n", 9, "ann,bob\n", "ann,cyd\n", ",\"-1 LF" },
  { "ROWS_LOOKED_AT", "n;ann\nq;bob\n", 1997, "a;bob\n", "a;ann\n", ";\"-0 LF" },
  { "LEAST_BEGINNING", "names;names\nabczz;eve\nabcee;joseph\nabcyyy;fay\nabcaaaa;hal\n", 1, "abch;ida\n", "", ";\"h0 LF" },
  { "LEAST_BEGINNING", "names;names\nabczz;eve\nabcee;joseph\nabcyyy;fay\nabcaaaa;hal\n", 1, "abh;ida\n", "", ";\"-0 LF" },
  { "VALUE, WORD", "x,1\n", 4, "2,3\n", "", ",\"h0 LF" },
  { "VALUE, WORD", "x,1,1\n", 4, "2,3,3\n", "", ",\"-0 LF" },
  { "LEAST_OTHERS", "name,2019\n", 3, "ann,5\n", "", ",\"h0 LF" },
  { "LEAST_OTHERS", "name,2019\n", 2, "ann,5\n", "", ",\"-0 LF" },
  { "LEAST_FRACTIONS", "5,7\n", 5, "1.5,2.5\n", "", ",\"h0 LF" },
  { "LEAST_FRACTIONS", "5,7\n", 4, "1.5,2.5\n", "", ",\"-0 LF" },
  { "LEAST_COUNTED", "B1,B2,B3,\nann,eve,joseph,x\nbo,dan,cyd,yy\nkim,pia,nia,x\n", 1, "lea,gus,ida,yy\n", "", ",\"h0 LF" },
  { "LEAST_COUNTED", "B1,B2,fay,\nann,eve,joseph,x\nbo,dan,cyd,yy\nkim,pia,nia,x\n", 1, "lea,gus,ida,yy\n", "", ",\"-0 LF" },
  { "LEAST_WORD", "id,pr0,pr1,\n", 4, "ann,eve,joseph,x\n", "", ",\"h0 LF" },
  { "LEAST_WORD", "id,p0,p1,\n", 4, "ann,eve,joseph,x\n", "", ",\"-0 LF" },
  { "LEAST_MATRIX", "0,1,2,3\n", 4, "9,8,7,9\n", "", ",\"h0 LF" },
  { "LEAST_MATRIX", "0,1,2\n", 4, "9,8,7\n", "", ",\"-0 LF" },
  { "LEAST_ASCENDING", "x,1.5,2.5,3.5,4.5,9.5\n", 4, "ann,8,7,6,5,4\n", "", ",\"h0 LF" },
  { "LEAST_ASCENDING", "x,1.5,2.5,3.5,9.5\n", 4, "ann,8,7,6,5\n", "", ",\"-0 LF" },
  { "LEAST_ROWS", "#x;y\n#name;city\n", 3, "ann;Oslo\n", "", ";\"h1 LF" },
  { "LEAST_ROWS", "#x;y\n#name;city\n", 2, "ann;Oslo\n", "", ";\"h0 LF" },
  { "ROWS_PER_REMARK", "# x;y\n# name;city\n", 9, "ann;Oslo\n", "#bob;Rome\n", ";\"h1 LF" },
  { "ROWS_PER_REMARK", "# x;y\n# name;city\n", 8, "ann;Oslo\n", "#bob;Rome\n", ";\"h0 LF" },
  { "LEAST_RISES", "names;names\na;eve\nbb;joseph\nc;fay\ndd;x\n", 1, "e;gus\n", "", ";\"h0 LF" },
  { "LEAST_RISES", "names;names\na;eve\na;joseph\nbb;fay\nc;x\n", 1, "dd;gus\n", "", ";\"-0 LF" },
  { "ROWS_PER_ASTRAY", "names;names\na;eve\nzz;joseph\nb;fay\nc;x\ndd;eve\n", 15, "e;joseph\n", "", ";\"h0 LF" },
  { "ROWS_PER_ASTRAY", "names;names\na;eve\nzz;joseph\nb;fay\nc;x\ndd;eve\n", 14, "e;joseph\n", "", ";\"-0 LF" },
  { "MOST_WORDS", "# one two three four,five six seven eight nine\n", 9, "ann,bob\n", "ann,cyd\n", ",\"h0 LF" },
  { "MOST_WORDS", "# one two three four,five six seven eight nine ten eleven\n", 9, "ann,bob\n", "ann,cyd\n", ",\"-1 LF" },
  { "ROWS_LOOKED_AT", "n;ann\nq;bob\n", 1998, "a;bob\n", "a;ann\n", ";\"h0 LF" },

  /* headers of several rows, and titles above them */
  { "TOP_HEADER_ROWS", "a,b,c\nd,e,f\n", 1, "g,h,i\n", "1,2,3\n4,5,6\n7,8,9\n1,1,2\n", ",\"h3:0 LF" },
  { "TOP_HEADER_ROWS", "a,b,c\nd,e,f\n", 2, "g,h,i\n", "1,2,3\n4,5,6\n7,8,9\n1,1,2\n", ",\"h3:0 LF" },
  { "LEAST_GROUPED", "Who;;What;\nid;name;job;car\n1;Ann;cook;red\n2;Bob;judge;blue\n", 1, "3;Cyd;nurse;green\n", "",
    ";\"h2:0 LF" },
  { "LEAST_GROUPED", "Who;;What;How\nid;name;job;car\n1;Ann;cook;red\n2;Bob;judge;blue\n", 1, "3;Cyd;nurse;green\n", "",
    ";\"h0 LF" },
  { "LEAST_FULL", "a b;;\ncity;land;note\n", 2, "Bonn;NRW;am Rhein\n", "", ";\"h1 LF" },
  { "LEAST_FULL", "a b;;\ncity;land;note\n", 1, "Bonn;NRW;am Rhein\n", "", ";\"-0 LF" },
  { "MOST_SPARSE", SPARSE, 3, "Oslo;kim;so\n", "Ulm;;\n", ";\"h1 LF" },
  { "MOST_SPARSE", SPARSE, 2, "Oslo;kim;so\n", "Ulm;;\n", ";\"-0 LF" },
  { "MANY_TITLES", "a;b;;;;\n", 4, "a;c;;;;\n", "id;a;b;c;d;e\nann;bob;cyd;dan;eve;fay\n", ";\"h5 LF" },
  { "MANY_TITLES", "a;b;;;;\n", 3, "a;c;;;;\n", "id;a;b;c;d;e\nann;bob;cyd;dan;eve;fay\n", ";\"-0 LF" },
  { "LEAST_BELOW_MANY", "a;b;;;;\na;c;;;;\na;d;;;;\na;e;;;;\na;f;;;;\nid;a;b;c;d;e\n", 1, "ann;bob;cyd;dan;eve;fay\n", "",
    ";\"h5 LF" },
  { "LEAST_BELOW_MANY", "a;b;;;;\na;c;;;;\na;d;;;;\na;e;;;;\na;f;;;;\nid;a;b;c;d;e\n", 0, "", "", ";\"-0 LF" },
  { "LEAST_BELOW_SETTINGS", "a,b,,,,\na,c,,,,\na,d,,,,\na,e,,,,\na,f,,,,\nid,a,b,c,d\n", 1, "1,bob,cyd,dan,eve\n", "", ",\"h5 LF" },
  { "LEAST_BELOW_SETTINGS", "a,b,,,,\na,c,,,,\na,d,,,,\na,e,,,,\na,f,,,,\nid,a,b,c,d\n", 0, "", "", ",\"-0 trailing LF" },
  { "LEAST_TITLE_BLANKS", "round 2 now\n", 1, "ann;3\n", "bob;4\ncyd;5\nhal;7\n", ";\"-1 LF" },
  { "LEAST_TITLE_BLANKS", "round 2\n", 1, "ann;3\n", "bob;4\ncyd;5\nhal;7\n", ";\"-0 LF" },
  { "LEAST_NAMES", "Zagreb\n", 2, "Oslo\n", "", "0\"-0 LF" },
  { "LEAST_NAMES", "Zagreb\n", 1, "Oslo\n", "", "0\"h0 LF" },
  { "LEAST_WIDE", "id,a,b,c,d,e,f,g\n1,x\n2,x,y\n3,x,y,z\n", 1, "4,x,y,z,u\n", "", ",\"h0 LF" },
  { "LEAST_WIDE", "id,a,b,c,d,e,f\n1,x\n2,x,y\n3,x,y,z\n", 1, "4,x,y,z,u\n", "", "0\"-0 LF" },
  { "MOST_TITLE_ROWS", "", 20, "a title\n", MAILS, "0\"h21 LF" },
  { "MOST_TITLE_ROWS", "", 21, "a title\n", MAILS, "0\"h0 LF" },
  { "MOST_KEY_VALUE", "Report;2026-01-02;\nname;land;note\nBonn;NRW;am Rhein\nUlm;BW;mit Turm\n", 1, "Kiel;SH;am Meer\n", "",
    ";\"h1 LF" },
  { "MOST_KEY_VALUE", "Report;2026-01-02;5;\nname;land;note;n\nBonn;NRW;am Rhein;a\nUlm;BW;mit Turm;b\n", 1, "Kiel;SH;am Meer;c\n",
    "", ";\"-0 LF" },
};

static GString *
make_input (const Limit *limit)
{
  GString *input = g_string_new (limit->head);
  for (int i = 0; i < limit->times; i++)
    g_string_append (input, limit->row);
  return g_string_append (input, limit->tail);
}

static void
files_on_both_sides_of_each_limit (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GString) input = make_input (&limits[i]);
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_text (input->str, input->len, &dialect, &evidence, NULL));
      g_autofree char *seen = describe_dialect (&dialect);
      if (!g_str_equal (seen, limits[i].expected))
        fail_msg ("%s, %d times: %s instead of %s\n%s\n%s\n%s", limits[i].limit, limits[i].times, seen, limits[i].expected,
                  evidence.delimiter, evidence.quote, evidence.header);
    }
}

/* NAMES_WITHIN: known names settle the delimiter if they are in one of the first 20 rows. */
static void
known_names_are_looked_for_at_the_top (void **state)
{
  (void) state;
  for (int above = 19; above <= 20; above++)
    {
      const Limit limit = { "NAMES_WITHIN", "", above, "a,b,c\n", "id;name\n1\n2\n3\n4\n", NULL };
      g_autoptr (GString) input = make_input (&limit);
      const char *const known[] = { "id", "name", NULL };
      const SourceHead head = { input->str, input->len, true };
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_dialect (&head, &(SniffInput) { "x.csv", NULL, known }, &dialect, &evidence, NULL));
      assert_string_equal (dialect.delimiter, above == 19 ? ";" : ",");
    }
}

/* WIDTHS_TRIED: a wide table of two rows among lines of other widths, of which there are more of each, is found as the eighth. */
static void
so_many_widths_are_tried (void **state)
{
  (void) state;
  for (int others = 7; others <= 8; others++)
    {
      g_autoptr (GString) input = g_string_new (NULL);
      for (int i = 0; i < 3 * others; i++)
        {
          g_autofree char *cells = g_strnfill ((gsize) (i % others) + 1, ',');
          g_string_append_printf (input, "x%s\n", cells);
        }
      for (int i = 0; i < 2; i++)
        g_string_append (input, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32\n");
      const ModelDialect declared = { .delimiter = (char *) ",", .header_rows = -1, .skip_lines = -1 };
      const SourceHead head = { input->str, input->len, true };
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_dialect (&head, &(SniffInput) { "x.csv", &declared }, &dialect, &evidence, NULL));
      assert_int_equal (evidence.fields == 32, others == 7);
    }
}

/* LEAST_AS_HEADER: a table is as wide as its header if one row in ten is. */
static void
the_header_tells_the_width (void **state)
{
  (void) state;
  for (int full = 1; full <= 2; full++)
    {
      const Limit limit = { "LEAST_AS_HEADER", "id,name,n\n", 20, "1,ann\n", full == 2 ? "1,ann,5\n1,ann,5\n" : "1,ann,5\n", NULL };
      g_autoptr (GString) input = make_input (&limit);
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_text (input->str, input->len, &dialect, &evidence, NULL));
      assert_int_equal (evidence.fields, full == 2 ? 3 : 2);
    }
}

/* SNIFF_MOST_FIELDS: how many columns there are too many is told up to 20,000. */
static void
columns_are_counted_beyond_what_a_table_may_have (void **state)
{
  (void) state;
  g_autoptr (GString) input = g_string_new (NULL);
  for (int i = 0; i < 3 * 20000; i++)
    g_string_append_printf (input, "%s%d%s", i < 20000 ? "c" : "", i, (i + 1) % 20000 == 0 ? "\n" : ",");
  Dialect dialect;
  SniffEvidence evidence;
  g_autoptr (GError) error = NULL;
  assert_false (sniff_text (input->str, input->len, &dialect, &evidence, &error));
  assert_string_equal (error->message, "\"x.csv\" has 20,000 columns; PostgreSQL takes 1,600");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (files_on_both_sides_of_each_limit),
    cmocka_unit_test (known_names_are_looked_for_at_the_top),
    cmocka_unit_test (so_many_widths_are_tried),
    cmocka_unit_test (the_header_tells_the_width),
    cmocka_unit_test (columns_are_counted_beyond_what_a_table_may_have),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

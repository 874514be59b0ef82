/* Delimiters, quotes and comments that something else in the file looks like. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/pipeline/sniffing.h"

#include <string.h>

static const SniffCase cases[] = {
  /* blanks beside quotes */
  { "a blank at each row's end", "n,email\n1,\"a@x.org\" \n2,\"b@x.org\" \n3,\"c@x.org\" \n", ",\"h0 LF" },
  { "a blank behind each quote", "\"n\" ,\"name\" \n\"1\" ,\"Ann Lee\" \n\"2\" ,\"Bob Ray\" \n", ",_\"h0 LF" },
  { "a blank before each quote", " \"n\", \"name\"\r\n \"1\", \"Ann, Lee\"\r\n \"2\", \"Bob Ray\"\r\n", ",_\"h0 CRLF" },
  { "tabs beside quotes", "n;name\n1;\t\"Ann; Lee\"\t\n2;\t\"Bob\"\t\n", ";_\"h0 LF" },
  { "no-break spaces beside quotes", "n|name\n1|\xC2\xA0\"Ann|Lee\"\n2|\xC2\xA0\"Bob\"\n", "|_\"h0 LF" },
  { "blanks beside quotes between tabs", "\"n\" \t\"name\" \n\"1\" \t \"Ann\tLee\"\n\"2\" \t\"Bob\"\n", "t_\"h0 LF" },
  { "blanks beside single quotes", "'n' ,'name'\n'1' ,'Ann, Lee'\n'2' ,'Bob'\n", ",_'h0 LF" },
  { "a blank beside one quote of many", "\"n\",\"name\"\n\"1\",\"a, b\"\n\"2\", \"c, d\"\n\"3\",\"e, f\"\n\"4\",\"g, h\"\n",
    ",\"h0 LF" },
  { "blanks beside quotes and escapes", "n,t\n1, \"say \\\"a\\\", b\" \n2, \"c\" \n3, \"\\\"d\\\"\"\n", ",_\"\\h0 LF" },
  { "blanks beside quotes that hold line ends", "n,t\n1,\"a\nb, c\" \n2,\"d\ne\" \n", ",\"h0 LF" },
  { "blanks behind delimiters at the end", "\"n\" ;\"t\" ; \n\"1\" ;\"x\" ; \n\"2\" ;\"y\" ; \n", ";_\"h0 trailing LF" },
  { "quotes that are text keep their blanks", "n\tsize\n1\t5\" pipe\n2\t 3\" pipe\n3\t7\" tube\n", "t0h0 LF" },

  /* blanks around delimiters */
  { "around all commas and quotes", "\"a\" , \"b\"\n\"c\" , \"d\"\n\"e\" , \"f\"\n", ",_\"h0 LF" },
  { "around all semicolons and quotes", "\"one\" ; \"two\"\n\"c\" ; \"d\"\n\"e\" ; \"f\"\n", ";_\"h0 LF" },
  { "several behind each comma", "\"a\",   \"b\"\n\"c\",   \"d,x\"\n\"e\",   \"f\"\n", ",_\"h0 LF" },
  { "behind the comma, and words with blanks", "city, people\nSao Paulo, 12 400\nRio, 6 700\nNew York, 8 300\n", ",_\"h0 LF" },
  { "around pipes", "id | name | born\n1  | Ann  | 2001-02-03\n22 | Bo   | 2001-02-04\n", "|_\"h0 LF" },
  { "before pipes, to fill the columns", "id   |name |born\n1    |Ann  |2001-02-03\n2    |Bo   |2001-02-04\n", "|_\"h0 LF" },
  { "around tabs", "id \t name\n1 \t Ann\n2 \t Bo\n", "t_\"h0 LF" },
  { "tabs behind semicolons", "id;\tname\n1;\tAnn\n2;\tBo\n", ";_\"h0 LF" },
  { "decimal commas between semicolons", "x ; y\n1,5 ; 2,5\n3,5 ; 4,25\n", ";_\"h0 LF" },
  { "decimal commas between commas with blanks", "x, y\n1,5, 2,5\n3,5, 4,25\n5,25, 6,5\n", ", \"h0 LF" },
  { "empty cells between them", "a , b , c\n1 ,  , x\n2 , y ,\n3 , z , w\n", ",_\"h0 LF" },
  { "in one column of several, which keeps them", "id,name,n\n1, Ann,3\n2, Bob,4\n3, Cyd,5\n", ",\"h0 LF" },
  { "in some rows, which keep them", "id,name\n1,Ann\n2, Bob\n3,Cyd\n4,Dan\n5,Eve\n", ",\"h0 LF" },
  { "behind commas of names: one column", "Smith, Ann\nJones, Bob\nDoe, Cid\nKay, Eve\n", "0\"-0 LF" },
  { "behind commas of names below a title: one column", "guests, all\nSmith, Ann\nJones, Bob\nDoe, Cid\n", "0\"-0 LF" },

  { "blanks behind a delimiter at each row's end", "id;name; \n1;ann; \n2;bob; \n3;cyd; \n", ";\"h0 trailing LF" },
  { "blanks behind some of them", "\"id\",\"name\",\n\"1\",\"ann\", \n\"2\",\"bob\",\n\"3\",\"cyd\", \n", ",\"h0 trailing LF" },

  /* tabs beside delimiters */
  { "tabs behind commas of three quoted columns",
    "\"id\",\t\"name\",\t\"c\"\n\"1\",\t\"Ann 1\",\t\"c1\"\n\"2\",\t\"Ann 2\",\t\"c2\"\n", ",_\"h0 LF" },
  { "tabs before commas of three columns", "id\t,name\t,c\n1\t,Ann\t,x\n2\t,Bob\t,y\n", ",_\"h0 LF" },
  { "tabs behind commas of three columns", "id,\tname,\tc\n1,\tAnn,\tx\n2,\tBob,\ty\n", ",_\"h0 LF" },
  { "tabs behind quotes, commas between", "\"id\"\t,\"name\"\t\n\"1\"\t,\"Ann\"\t\n\"2\"\t,\"Bob\"\t\n", ",_\"h0 LF" },
  { "tabs on both sides of commas", "\"id\"\t,\t\"name\"\t,\t\"c\"\n\"1\"\t,\t\"Ann\"\t,\t\"x\"\n\"2\"\t,\t\"Bob\"\t,\t\"y\"\n",
    ",_\"h0 LF" },
  { "tabs behind semicolons of three quoted columns",
    "\"id\";\t\"name\";\t\"c\"\n\"1\";\t\"Ann 1\";\t\"c1\"\n\"2\";\t\"Ann 2\";\t\"c2\"\n", ";_\"h0 LF" },
  { "tabs before semicolons of three columns", "id\t;name\t;c\n1\t;Ann\t;x\n2\t;Bob\t;y\n", ";_\"h0 LF" },
  { "tabs behind semicolons of three columns", "id;\tname;\tc\n1;\tAnn;\tx\n2;\tBob;\ty\n", ";_\"h0 LF" },
  { "tabs behind quotes, semicolons between", "\"id\"\t;\"name\"\t\n\"1\"\t;\"Ann\"\t\n\"2\"\t;\"Bob\"\t\n", ";_\"h0 LF" },
  { "tabs on both sides of semicolons", "\"id\"\t;\t\"name\"\t;\t\"c\"\n\"1\"\t;\t\"Ann\"\t;\t\"x\"\n\"2\"\t;\t\"Bob\"\t;\t\"y\"\n",
    ";_\"h0 LF" },
  { "tabs behind pipes of three quoted columns",
    "\"id\"|\t\"name\"|\t\"c\"\n\"1\"|\t\"Ann 1\"|\t\"c1\"\n\"2\"|\t\"Ann 2\"|\t\"c2\"\n", "|_\"h0 LF" },
  { "tabs before pipes of three columns", "id\t|name\t|c\n1\t|Ann\t|x\n2\t|Bob\t|y\n", "|_\"h0 LF" },
  { "tabs behind pipes of three columns", "id|\tname|\tc\n1|\tAnn|\tx\n2|\tBob|\ty\n", "|_\"h0 LF" },
  { "tabs behind quotes, pipes between", "\"id\"\t|\"name\"\t\n\"1\"\t|\"Ann\"\t\n\"2\"\t|\"Bob\"\t\n", "|_\"h0 LF" },
  { "tabs on both sides of pipes", "\"id\"\t|\t\"name\"\t|\t\"c\"\n\"1\"\t|\t\"Ann\"\t|\t\"x\"\n\"2\"\t|\t\"Bob\"\t|\t\"y\"\n",
    "|_\"h0 LF" },
  { "lists that end with commas between tabs",
    "chr\ta\tsizes\tstarts\tx\nc1\t1\t1,2,\t3,4,\tk\nc2\t2\t5,6,\t7,8,\tl\nc3\t2\t5,6,\t7,8,\tm\n", "t\"h0 LF" },
  { "some cells that begin with a comma, between tabs", "id\tname\tc\n1\t,a,b\tx\n2\t,c,d\ty\n3\t,e,f\tz\n", "t\"h0 LF" },

  /* words and figures with blanks behind commas, in few rows */
  { "one row", "city, people\nSao Paulo, 12 400\n", ",_\"h0 LF" },
  { "two rows", "city, people\nSao Paulo, 12 400\nRio, 6 700\n", ",_\"h0 LF" },
  { "one row with an apostrophe in its number", "city, people\nSao Paulo, 12'400\n", ",_\"h0 LF" },
  { "one row of three columns", "city, land, people\nSao Paulo, Brazil, 12 400\n", ",_\"h0 LF" },
  { "one row, the number first", "people, city\n12 400, Sao Paulo\n", ",_\"h0 LF" },
  { "one row with a sum of money", "city, rent\nSao Paulo, $ 12 400\n", ",_\"h0 LF" },
  { "a sentence of two lines", "Dear Ann, hello\nwe are 3, or 4 of us\n", "0\"-0 LF" },
  { "two names", "Smith, Ann\nJones, Bob 2\n", "0\"-0 LF" },

  /* delimiters of two characters */
  { "two pipes", "id||name||city\n1||Ann||Oslo\n2||Bob||Rome\n", "||\"h0 LF" },
  { "two pipes between two columns", "id||name\n1||Ann\n2||Bob\n", "||\"h0 LF" },
  { "two pipes with blanks around them", "id || name\n1 || Ann\n2 || Bob\n", "||_\"h0 LF" },
  { "two pipes and quotes", "id||name||n\n1||\"Ann||Lee\"||2\n2||\"Bob\"||3\n", "||\"h0 LF" },
  { "two colons, as films are rated", "1::1193::5::978300760\n1::661::3::978302109\n2::914::3::978301968\n", "::\"-0 LF" },
  { "single pipes, some cells empty", "id|a|b\n1||x\n2|y|\n3|z|w\n4||\n", "|\"h0 LF" },
  { "names with two colons", "id,name\n1,a::b\n2,c::d\n3,e::f\n", ",\"h0 LF" },

  /* any number of blanks between columns */
  { "columns filled up with blanks", "KEY  XX YY\naa46  7 16\naA31 31  5\nAA22 61 40\n", " _\"h0 LF" },
  { "a blank at each row's beginning", " 0   0    0\n 1   1    1\n 2   4    8\n10 100 1000\n", " _\"-0 LF" },
  { "two blanks everywhere", "1  -2  7\n2  10  9\n3  50  45\n4  70  80\n", " _\"-0 LF" },
  { "blanks and quotes", "n    name       born\n1    \"Ann Lee\"  2001-02-03\n22   \"Bo Ray\"   2001-02-04\n", " _\"h0 LF" },
  { "single blanks between columns, some empty", "a b c\n1  3\n2 x 4\n3 y 5\n4 z 6\n5 x 7\n", " \"h0 LF" },
  { "numbers filled up with blanks in one column", "  1\n 10\n  7\n100\n", "0\"-0 LF" },
  { "sentences with blanks between them", "It was so.  Then it was not.\nNo.  Yes, it was.\nSo  what is it?\n", "0\"-0 LF" },

  /* rows of any length */
  { "semicolons in every row, of any number",
    "C1;one;010;C\nC2;two;010;C;020;C;030;C\nC3;three;010;C;020;C\nC4;four\nC5;five;010;C;020;C;030;C;040;C\n"
    "C6;six;010;C;020;C;030;C;040;C;050;C\nC7;seven;010\nC8;eight;010;C;020\n",
    ";\"-0 LF" },
  { "tabs in every row, of any number, and remarks",
    "# made by x\nx1\ta\t1\nx2\tb\t2\tc\t3\nx3\td\t4\te\t5\tf\t6\nx4\tg\nx5\th\t7\ti\t8\tj\t9\tk\t1\n", "t\"-1 LF" },
  { "commas in every row, of any number: a list of sentences",
    "one, two and three\nfour, five, six and more\nno, yes, so, what\noh, a\n", "0\"-0 LF" },
  { "quotes that never begin a cell, in rows of any length",
    "name\tx\ty\nthe \"A\"\tb\nthe \"B\"\tc\td\nthe \"C\"\tc\ta\tb\nthe \"D\"\tc\ta\tb\tc\n", "t0h0 LF" },

  /* delimiters inside of cells that cut the rows below the header, and not the header */
  { "addresses of hardware", "host,mac\nweb,00:1A:2B:3C:4D:5E\ndb,00:1A:2B:3C:4D:5F\nmx,00:1A:2B:3C:4D:60\n", ",\"h0 LF" },
  { "lists with pipes", "name,scores\nA,1|2|3\nB,4|5|6\nC,7|8|9\n", ",\"h0 LF" },
  { "lists with commas", "id;value\n1;3,4,5\n2;5,6,7\n3;6,7,8\n", ";\"h0 LF" },
  { "pairs of decimal numbers", "name,coord\nA,1.5;2.5\nB,2.5;3.5\nC,3.5;4.5\n", ",\"h0 LF" },
  { "lists with semicolons between tabs", "id\ttaxon\n1\tk;p;c\n2\tk;q;d\n3\tk;p;e\n", "t\"h0 LF" },
  { "lists with blanks and semicolons", "id\ttaxon\nx1\tk__A; p__B; c__C\nx2\tk__A; p__D; c__E\nx3\tk__A; p__B; c__F\n",
    "t\"h0 LF" },
  { "lists with pipes between tabs", "gene\tkeys\nA\ta|b|c|d\nB\te|f|g|h\n", "t\"h0 LF" },
  { "lists with pipes between semicolons", "gene;anchor\nJ1|x|F|y;37\nJ2|x|F|y;36\nJ3|z|F|y;38\n", ";\"h0 LF" },
  { "lists with tabs between semicolons", "id;values\n1;2\t3\t4\n2;5\t6\t7\n3;8\t9\t1\n", ";\"h0 LF" },
  { "lists with carets between commas", "id,v\n1,a^b^c\n2,d^e^f\n3,g^h^i\n", ",\"h0 LF" },
  { "lists with commas between pipes", "key|list\na|1,2,3\nb|4,5,6\n", "|\"h0 LF" },
  { "lists with commas between colons", "user:groups\nann:adm,dip,web\nbob:adm,dip,www\n", ":\"h0 LF" },
  { "lists with semicolons between commas with blanks", "name, parts\nA, 1;2;3\nB, 4;5;6\nC, 7;8;9\n", ",_\"h0 LF" },
  { "times", "day;from\n1;08:30\n2;09:45\n3;10:15\n", ";\"h0 LF" },
  { "decimal commas", "id;price\n1;3,50\n2;4,75\n3;12,00\n", ";\"h0 LF" },
  { "a title, above what the other delimiter cuts", "Export of May\nid;price\nx;1,5\ny;2,5\nz;3,5\n", ";\"h1 LF" },
  { "a title with a colon", "Report: May\nat,n\n08:30,5\n09:30,6\n10:30,7\n", ",\"h1 LF" },
  { "titles with a comma each", "Report, May\nAll, of us\n\nid;name;n\n1;Ann;2\n2;Bob;3\n3;Cyd;4\n", ";\"h3 LF" },

  /* cells of several lines, each of which is cut as the rows are */
  { "one such cell", "id,note\n1,\"hello\nwell, bye\"\n2,ok\n3,fine\n", ",\"h0 LF" },
  { "two of them", "id,note\n1,\"hello\nwell, bye\"\n2,\"so\nno, yes\"\n3,fine\n", ",\"h0 LF" },
  { "one at the end", "id,note\n1,ok\n2,fine\n3,\"hello\nwell, bye\"\n", ",\"h0 LF" },
  { "one in the first column", "note,id\n\"hello, you\nbye\",1\nok,2\nfine,3\n", ",\"h0 LF" },
  { "one in the middle", "id,note,n\n1,\"hello, you\nwell\",4\n2,ok,5\n3,fine,6\n", ",\"h0 LF" },
  { "an address", "id,name,address\r\n1,Ann,\"Main St 5\r\nOslo, 0150, Norway\"\r\n2,Bob,x\r\n3,Cyd,y\r\n", ",\"h0 CRLF" },
  { "one between semicolons", "id;note\n1;\"hello\nwell; bye\"\n2;ok\n3;fine\n", ";\"h0 LF" },
  { "one between tabs", "id\tnote\n1\t\"hello\nwell\tbye\"\n2\tok\n3\tfine\n", "t\"h0 LF" },
  { "one between pipes", "id|note\n1|\"hello\nwell|bye\"\n2|ok\n3|fine\n", "|\"h0 LF" },
  { "one of three lines", "id,note\n1,\"hello\nwell, yes\nand, bye\"\n2,ok\n3,fine\n", ",\"h0 LF" },
  { "one with blanks beside its quotes", "id, note\n1, \"hello\nwell, bye\" \n2, ok\n3, fine\n", ",_\"h0 LF" },
  { "one whose last line is a lone quote", "id,note\n1,\"hello, you\n2,\"\n3,fine\n", ",\"h0 LF" },
  { "two marks of ditto", "id,note\n1,ok\n2,\"\n3,\"\n4,fine\n", ",0h0 LF" },
  { "marks of ditto with blanks, far apart", "id;city;n\n1;Oslo;2\n2; \" ;3\n3;Rome;4\n4;\";5\n", ";0h0 LF" },
  { "two quotes that begin cells and end none", "id,size\n1,\"4 ft\n2,\"5 ft\n3,pipe\n", ",\"h0 LF" },
  { "two quotes in the middle of cells", "size,id\n4\" pipe,1\n5\" pipe,2\npipe,3\n", ",\"h0 LF" },

  /* single quotes */
  { "apostrophes in cells with and without quotes",
    "n,item,'note',price\n1,Ann's hat,'warm, doesn't itch',9.50\n2,Bob's cap,'red',3.20\n3,Cap,'blue, isn't new',4.10\n",
    ",'h0 LF" },
  { "apostrophes in cells with quotes", "n;t\n1;'it's; fine'\n2;'he's; here'\n3;'x'\n", ";'h0 LF" },
  { "apostrophes in cells without", "n,t,u\n1,Ann's,'a, b'\n2,Bob's,'c, d'\n3,Cyd's,'e, f'\n", ",'h0 LF" },
  { "all cells in single quotes, with apostrophes", "'n','t'\n'1','Ann's'\n'2','Bob's'\n'3','Cyd's'\n", ",'h0 LF" },
  { "accents beside apostrophes", "n,t\n1,'l'\xC3\xA9t\xC3\xA9, oui'\n2,'d'o\xC3\xB9, non'\n3,'rien'\n", ",'h0 LF" },
  { "apostrophes and blanks beside quotes", "n, t\n1, 'it's, fine' \n2, 'he's, here'\n3, 'x'\n", ",_'h0 LF" },
  { "apostrophes in every cell and no quotes", "n,t\n1,Ann's\n2,Bob's\n3,Cyd's\n", ",\"h0 LF" },
  { "plural apostrophes and no quotes", "n,t\n1,dogs' toys\n2,cats'\n3,'twas\n4,rock 'n' roll\n", ",\"h0 LF" },
  { "a plural apostrophe among single quotes",
    "n,t\n1,'the dogs' toys, all'\n2,'a, b'\n3,'c, d'\n4,'e, f'\n5,'g'\n6,'h'\n7,'i, j'\n8,'k'\n9,'l, m'\n10,'n'\n11,'o'\n"
    "12,'p, q'\n13,'r'\n14,'s'\n15,'t, u'\n16,'v'\n17,'w'\n18,'x, y'\n19,'z'\n20,'a'\n",
    ",'h0 LF" },
  { "double quotes around single ones", "n,t\n1,\"'a', b\"\n2,\"'c', d\"\n3,\"'e'\"\n", ",\"h0 LF" },

  /* apostrophes of plurals between single quotes */
  { "one such cell of few", "id,t,n\n1,'the cats' toys','x'\n2,'c','y'\n3,'d','z'\n", ",'h0 LF" },
  { "one of a column", "id,t\n1,'the cats' toys'\n2,'c'\n3,'d'\n4,'e'\n", ",'h0 LF" },
  { "one between semicolons", "id;t;n\n1;'the cats' toys';'x'\n2;'c';'y'\n3;'d';'z'\n", ";'h0 LF" },
  { "one between tabs", "id\tt\tn\n1\t'the cats' toys'\t'x'\n2\t'c'\t'y'\n3\t'd'\t'z'\n", "t'h0 LF" },
  { "one in the last row", "id,t,n\n1,'c','y'\n2,'d','z'\n3,'the cats' toys','x'\n", ",'h0 LF" },
  { "one in a header in quotes, too", "'id','t'\n'1','the cats' toys'\n'2','c'\n'3','d'\n", ",'h0 LF" },
  { "one with blanks beside quotes", "id, t, n\n1, 'the cats' toys', 'x'\n2, 'c', 'y'\n3, 'd', 'z'\n", ",_'h0 LF" },
  { "two of five", "id,t,n\n1,'the cats' toys','x'\n2,'c','y'\n3,'d','z'\n4,'the dogs' beds','u'\n5,'e','v'\n", ",'h0 LF" },
  { "one at each end", "id,t\n1,'cats' and dogs'\n2,'c'\n3,'d'\n4,'e'\n", ",'h0 LF" },
  { "cells that only begin with one", "id,t\n1,'twas\n2,'tis\n3,'c'\n4,'d'\n5,'e'\n", ",\"h0 LF" },

  /* comments */
  { "comments, and a row made one", "a;b\n1;2\n# c\n3;4\n# d\n5;6\n# 20;7\n7;8\n", ";\"h0# LF" },
  { "comments, and two rows made some", "a,b\r\n1,2\r\n# 3,4\r\n5,6\r\n# 7,8\r\n# x\r\n# y\r\n# z\r\n9,1\r\n", ",\"h0# CRLF" },
  { "comments without a blank", "a\tb\n1\t2\n#c\n3\t4\n#d\n5\t6\n#20\t7\n7\t8\n", "t\"h0# LF" },
  { "half of them rows", "a;b\n1;2\n# c\n3;4\n# 20;7\n7;8\n", ";\"h0# LF" },
  { "most of them rows", "a;b\n1;2\n# c\n3;4\n#5;6\n#7;8\n9;1\n", ";\"h0 LF" },
  { "all of them rows", "tag,n\n#a,1\n#b,2\nc,3\n", ",\"h0 LF" },
  { "all of them rows with a delimiter too many",
    "id,city,n\n1,Oslo,1\n#2 Oak St, Apt 2,Oslo,2\n2,Rome,2\n#3 Oak St, Apt 3,Rome,3\n3,Bonn,3\n", ",\"h0 LF" },
  { "a row with a delimiter too many, and no other", "street,city,n\n1 Oak St,Oslo,1\n#2 Oak St, Apt 2,Oslo,2\n3 Oak St,Bonn,3\n",
    ",\"h0 LF" },
  { "remarks with delimiters, but no rows", "id,city,n,x,y\n1,Oslo,1,a,b\n# a, remark\n2,Rome,2,c,d\n# one, more\n3,Bonn,3,e,f\n",
    ",\"h0# LF" },
  { "a header with a sign above comments", "#id;n\n1;2\n# c\n3;4\n# d\n5;6\n", ";\"h0 LF" },
};

static void
finds_what_was_meant (void **state)
{
  (void) state;
  expect_dialects (cases, G_N_ELEMENTS (cases));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (finds_what_was_meant) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/error.h"
#include "tests/unit/pipeline/sniffing.h"

#include <string.h>

static const SniffCase cases[] = {
  /* delimiters */
  { "comma", "id,name,age\n1,ann,30\n2,bob,31\n", ",\"h0 LF" },
  { "semicolon", "id;name;age\n1;ann;30\n2;bob;31\n", ";\"h0 LF" },
  { "tab", "id\tname\tage\n1\tann\t30\n2\tbob\t31\n", "t\"h0 LF" },
  { "pipe", "id|name|age\n1|ann|30\n2|bob|31\n", "|\"h0 LF" },
  { "semicolon with more commas than semicolons", "id;text\n1;a, b, c, d\n2;e, f\n3;g\n", ";\"h0 LF" },
  { "semicolon with decimal commas", "id;x;y\n1;1,5;2,5\n2;3,5;4,5\n", ";\"h0 LF" },
  { "semicolon with decimal commas and no header", "1;1,5;2,5\n2;3,5;4,5\n3;5,5;6,5\n", ";\"-0 LF" },
  { "comma between numbers only", "1,2\n3,4\n5,6\n", ",\"-0 LF" },
  { "pipe with a comma in each row", "name|city\nx, a|b\ny, c|d\nz, e|f\n", "|\"h0 LF" },
  { "comma with an unquoted pipe at times", "name,cmd\na,x|y\nb,z\nc,w\n", ",\"h0 LF" },
  { "the delimiter only in quotes otherwise", "a;b\n\"1,2\";3\n\"4,5\";6\n", ";\"h0 LF" },
  { "more fields win where all is even", "a|b;c|d\n1|2;3|4\n5|6;7|8\n", "|\"h0 LF" },
  { "empty cells", "a,b,c\n,,\n1,,\n,,2\n", ",\"h0 LF" },
  { "some rows too short", "a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11\n", ",\"h0 LF" },
  { "rejects handed back, of other widths", "_weir_line;_weir_reason;\"_weir_message\";a;b\n2;x;\"y\";1\n3;x;\"y\";1;2;3\n",
    ";\"h0 LF" },
  { "rejects handed back, saved by a spreadsheet",
    "\"_weir_line\",\"_weir_reason\",\"_weir_message\",\"a\"\n\"2\",\"x\",\"y\",\"1\"\n", ",\"h0 LF" },
  { "rejects handed back, with two characters", "_weir_line||_weir_reason||\"_weir_message\"||a\n2||x||\"y\"||1\n", "||\"h0 LF" },
  { "rejects handed back, without quotes", "_weir_line,_weir_reason,_weir_message,a\n2,x,y,5\" pipe\n", ",0h0 LF" },
  { "a header and nothing else", "name,email,born\n", ",\"h0 LF" },
  { "one row of data and nothing else", "1,ann,a@x.org\n", ",\"-0 LF" },
  { "rows of commas only", "a,b\n,\n,\n", ",\"h0 LF" },

  { "comma and space", "id, name, age\n1, ann, 30\n2, bob, 31\n", ",_\"h0 LF" },
  { "comma and space around quotes", "id, name\n1, \"Doe, J\"\n2, \"Roe, R\"\n", ",_\"h0 LF" },
  { "colon", "root:x:0:/root\nbin:x:1:/bin\nsys:x:2:/sys\n", ":\"-0 LF" },
  { "caret", "id^name\n1^ann\n2^bob\n", "^\"h0 LF" },
  { "tilde", "id~name\n1~ann\n2~bob\n", "~\"h0 LF" },
  { "space", "id name born\n1 \"Doe, J\" 2000-01-01\n2 ann 2001-02-02\n", " \"h0 LF" },
  { "comma with timestamps", "2020-01-01 10:00:00,5\n2020-01-02 10:00:00,6\n", ",\"-0 LF" },
  { "decimal commas and semicolons only", "52,5;13,4\n48,1;11,6\n", ";\"-0 LF" },
  { "space between three columns of few rows", "id name city\n1 Ann Oslo\n2 Bob Bonn\n3 Cyd Rome\n", " \"h0 LF" },
  { "as Excel is told", "sep=;\nid;name\n1;ann\n2;bob\n", ";\"h1 LF" },

  { "blanks around commas", "id,n\n 1 , 10 \n 2 , 20 \n 3 , 30 \n", ",_\"h0 LF" },
  { "blanks before commas", "id,n\n1 ,10\n2 ,20\n3 ,30\n", ",_\"h0 LF" },
  { "blanks around semicolons", "id ; n\n1 ; 10\n2 ; 20\n3 ; 30\n", ";_\"h0 LF" },
  { "blanks behind most commas", "id, n\n1, 10\n2, 20\n3,\"a, b\"\n4, 40\n", ",_\"h0 LF" },
  { "blanks behind commas, not in the header", "id,n\n1, 10\n2, 20\n3, 30\n", ",_\"h0 LF" },
  { "blanks behind commas and numbers only", "n, x\n1, 2.5\n2, 3.5\n3, -1\n", ",_\"h0 LF" },
  { "tabs between lists of numbers", "a\t1,824,2,3,8\tx\nb\t3,8,7,295,4\ty\nc\t2,8,2,5,53\tz\n", "t\"h0 LF" },
  { "more remarks than rows", "# a, b\n# c\n#\nx\t1\ty\n#\n# d\nz\t2\tw\n#\nv\t3\tu\n", "t\"-0# LF" },
  { "colons of clocks are none",
    "2025-06-24 14:36:25 start a\n2025-06-24 14:36:26 upgrade b:c to d\n2025-06-24 14:36:27 status d\n", " \"-0 LF" },
  { "colons with a clock in quotes", "id:at:n\n1:\"12:30:15\":4\n2:\"13:31:16\":5\n3:\"14:32:17\":6\n", ":\"h0 LF" },
  { "colons between numbers", "n:a:b\n1:57:48\n2:22:20\n3:24:9\n", ":\"h0 LF" },

  { "numbers behind times", "timestamp,status\n2026-01-02 10:10:00,200\n2026-01-02 10:11:00,200\n2026-01-02 10:12:00,404\n",
    ",\"h0 LF" },
  { "numbers behind hours", "time,user_id\n08:10:53,1010\n08:11:53,1011\n08:12:53,1012\n", ",\"h0 LF" },
  { "numbers below a remark", "# made by x\nx,y\n100,300\n101,303\n102,306\n103,309\n", ",\"h1 LF" },
  { "numbers below a title", "stone x\nId,Year\n1000,1990\n1001,1991\n1002,1992\n", ",\"h1 LF" },
  { "numbers with nothing behind", "Id,Extra\n1000,\n1001,\n1002,\n1003,\n1004,\n1005,\n", ",\"h0 LF" },
  { "numbers between blanks", "x y z\n2.10 5.10 3.10\n2.11 5.11 3.11\n2.12 5.12 3.12\n", " \"h0 LF" },

  { "a bad quote above units",
    "ti\"me,st,temp,flag\n(UTC),(code),(C),(-)\n2026-02-01,DE1,4.5,V\n2026-02-02,DE1,3.5,V\n2026-02-03,DE1,1.0,E\n", ",\"h2:0 LF" },
  /* one column */
  { "a list of fractions", "amount\n10,5\n11,25\n12,5\n13,75\n", "0\"h0 LF" },
  { "a list of names the other way round", "name\nSmith, Ann\nJones, Bob\nDoe, Cid\n", "0\"h0 LF" },
  { "a list of telephone numbers", "phone number\n030 12345\n040 23456\n050 34567\n", "0\"h0 LF" },
  { "a list of times", "time\n10:00:01\n11:30:15\n12:45:59\n", "0\"h0 LF" },
  { "a list of timestamps", "when\n2020-01-01 10:00:01\n2020-01-02 11:30:15\n", "0\"h0 LF" },
  { "a list of links", "link\nhttp://x.org/a\nhttps://y.org/b\n", "0\"h0 LF" },
  { "a list of names", "name\nAnn Smith\nBob Jones\nCid Doe\n", "0\"h0 LF" },
  { "paragraphs", "The quick fox, who jumped.\nOver the dog, and, then.\nSlept.\n", "0\"-0 LF" },
  { "a few lines among others that a delimiter cuts",
    "alpha\nbeta\ngamma\ndelta\nepsilon\nzeta\neta\ntheta\na;1;b;2;c\nd;3;e;4;f\niota\nkappa\nlambda\nmu\nnu\n", "0\"h0 LF" },
  { "a list of numbers", "n\n1\n2\n3\n", "0\"h0 LF" },
  { "a list of sentences", "comment\nwell, yes\nno\nnever, ever, at all\nfine\n", "0\"h0 LF" },
  { "a list of quoted cells", "comment\n\"a, b\"\n\"c\"\n", "0\"h0 LF" },
  { "one word", "name", "0\"h0 LF" },
  { "a list of hashtags loses none", "#a\n#b\nc\nd\n", "0\"h0 LF" },

  /* quotes */
  { "quotes in cells in quotes, not doubled",
    "id,who,t,u\n1,Ann,\"The \"Oak\" desk\",u\n2,Bob,\"Oak desk, 17\" wide\",v\n3,Cyd,\"set of 2, new\",w\n4,Dan,\"The \"Red\" "
    "desk\",x\n"
    "5,Eve,\"Red desk, 19\" wide\",y\n6,Flo,plain,k\n",
    ",\"h0 LF" },
  { "two quotes far apart", "a\t1\nb\t\"\nc\t3\nd\t4\ne\t5\nf\t\"\ng\t7\n", "t0-0 LF" },
  { "single quotes doubled", "id\tname\n1\t'O''Brien, Noor'\n2\tLee, Ann\n", "t'h0 LF" },
  { "single quotes, and a bad row", "i;t;n\n1;'a;1';1\n2;'b;2';2\n3;'c;3';3\n4;'d;4';4\n5;'e;5';5\n6;'u';1;2\n", ";'h0 LF" },
  { "backslashes in one column", "\"text\"\n\"plain\"\n\"say \\\"no\\\"\"\n\"more\"\n\"say \\\"yes\\\"\"\n", "0\"\\h0 LF" },
  { "double quotes around commas", "name,city\n\"Doe, J\",\"X, Y\"\nann,z\n", ",\"h0 LF" },
  { "doubled quotes", "a,b\n\"say \"\"hi\"\"\",1\n\"x\",2\n", ",\"h0 LF" },
  { "line ends in quotes", "a,b\n\"x\ny,z\n\",1\n\"p\nq\",2\n", ",\"h0 LF" },
  { "single quotes around all", "'id','name'\n'1','ann'\n'2','bob'\n", ",'h0 LF" },
  { "single quotes around delimiters", "id,name\n1,'Doe, J'\n2,'Roe, R'\n3,x\n", ",'h0 LF" },
  { "apostrophes are no quotes", "id,name\n1,O'Brien\n2,'tis\n3,rock 'n' roll\n", ",\"h0 LF" },
  { "one cell in apostrophes is no dialect", "id,name\n1,'x'\n2,y\n3,z\n4,w\n5,v\n", ",\"h0 LF" },
  { "inches are no quotes", "id\tsize\n1\t5\" pipe\n2\t3\" pipe\n3\t7\" tube\n", "t0h0 LF" },
  { "one stray quote is an accident", "id,name\n1,ann\n2,bo\"b\n3,\"cid\n4,dan\n", ",\"h0 LF" },
  { "a stray quote among quoted cells", "id,name\n1,\"ann\"\n2,\"bo\"b\n3,\"cid\"\n4,\"dan\"\n", ",\"h0 LF" },

  /* escapes */
  { "backslashes", "id,text\n1,\"say \\\"hi\\\", x\"\n2,\"\\\"y\\\"\"\n3,z\n", ",\"\\h0 LF" },
  { "one backslash before a quote at the end of a cell", "id,dir\n1,\"C:\\a, b\\\"\n2,\"x, y\"\n3,z\n", ",\"h0 LF" },
  { "a backslash before a single quote", "id,text\n1,don\\'t\n2,\"a, b\"\n3,c\n", ",\"h0 LF" },
  { "backslashes before doubled quotes", "id,text\n1,\"a \\\"\"b\\\"\", c\"\n2,\"\"\"d\"\"\"\n", ",\"h0 LF" },

  /* headers */
  { "units below the names", "id,price,born\n(no),(EUR),(date)\n1,2.5,2000-01-01\n2,3.5,2001-01-01\n3,4.5,2002-01-01\n",
    ",\"h2:0 LF" },
  { "groups above the names",
    "Who,,What,\nid,born,price,n\n1,2000-01-01,2.5,3\n2,2001-01-01,3.5,4\n3,2002-01-01,4.5,5\n4,2002-01-02,4.6,6\n", ",\"h2:0 LF" },
  { "a title filled up with delimiters", "Report,,\n,,\nid,price,born\n1,2.5,2000-01-01\n2,3.5,2001-01-01\n3,4.5,2002-01-01\n",
    ",\"h2 LF" },
  { "years above groups", "Region,2025,,2026,\nname,sales,cost,sales,cost\nOslo,1,2,3,4\nBonn,5,6,7,8\nRome,9,10,11,12\n",
    ",\"h2:0 LF" },
  { "two titles filled up, three rows and a total", "Report;;\nof all;;\nid;name;n\n1;Ann;5\n2;Bob;6\n3;Cyd;7\nTotal;;18\n",
    ";\"h2 LF" },
  { "a first row with gaps is no title", "Ann;;\nBob;x;y\nCyd;z;w\n", ";\"-0 LF" },
  { "years", "country,2018,2019,2020\nDE,1,2,3\nFR,4,5,6\nIT,7,8,9\n", ",\"h0 LF" },
  { "a separator too few", "id,name,born\n1,ann,2000-01-01,x\n2,bob,2001-01-01,y\n3,cid,2002-01-01,z\n", ",\"h0 LF" },
  { "a stray quote", "id,na\"me,born\n1,ann,2000-01-01\n2,bob,2001-01-01\n3,cid,2002-01-01\n", ",\"h0 LF" },
  { "values that recur", "ann;berlin\nbob;paris\ncid;berlin\n", ";\"-0 LF" },
  { "numbers below", "a,b\n1,2\n3,4\n", ",\"h0 LF" },
  { "numbers below and a cell without a name", ",b\nx,2\ny,4\n", ",\"h0 LF" },
  { "dates below, one name twice", "when,when\n2020-01-01,2020-01-02\n2020-02-01,2020-02-02\n", ",\"h0 LF" },
  { "e-mail addresses below, one name twice", "mail,mail\na@x.org,b@x.org\nc@x.org,d@x.org\n", ",\"h0 LF" },
  { "text below names", "name,city\nann,berlin\nbob,paris\n", ",\"h0 LF" },
  { "numbers in the first row too", "1,2\n3,4\n5,6\n", ",\"-0 LF" },
  { "one type in the first row", "x,1\ny,2\nz,3\n", ",\"-0 LF" },
  { "ambiguous dates in the first row", "x,01/02/2020\ny,03/04/2020\n", ",\"-0 LF" },
  { "an e-mail address in the first row", "ann,a@x.org\nbob,b@x.org\n", ",\"-0 LF" },
  { "a leading zero in the first row of text", "ann,00123\nbob,abc\n", ",\"-0 LF" },
  { "text and a delimiter at the end of each row", "name,city,\nann,berlin,\nbob,paris,\n", ",\"h0 trailing LF" },
  { "row numbers without a name", ",name,city\n0,ann,berlin\n1,bob,paris\n", ",\"h0 LF" },
  { "text with an empty cell in the first row", "ann,\nbob,x\n", ",\"-0 LF" },
  { "text with a cell twice in the first row", "ann,ann\nbob,x\n", ",\"-0 LF" },
  { "a NULL word above numbers does not outvote the others", "NA,1,2\n5,3,4\n6,5,6\n", ",\"-0 LF" },

  /* names that look like values */
  { "two years beside words", "Land,Code,2019,2020\nOslo,A,4711,512\nRome,B,9123,877\n", ",\"h0 LF" },
  { "years as the World Bank writes them",
    "Source,Indicators\nUpdated,2026-07-13\n\nCountry,Code,Indicator,2022,2023,2024\nGermany,DEU,GDP,1.4,-0.3,..\n"
    "France,FRA,GDP,2.5,0.9,1.1\n",
    ",\"h3 LF" },
  { "years at unequal steps, alone in their row", ";1985;1993;2000\nA;379;575;686\nB;135;123;100\nC;106;97;87\n", ";\"h0 LF" },
  { "years above columns with many gaps", ";;;\n;1985;1993;2000\nA;x;x;x\nB;.;135;123\nC;.;106;97\nD;x;x;x\nE;.;10;11\n",
    ";\"h1 LF" },
  { "years backwards", "Item,2022,2021,2020\nSales,1.234,1.111,999\nCost,500,400,300\nProfit,734,711,699\n", ",\"h0 LF" },
  { "years that are values", "Bach,Johann,1905,1950\nHandel,Georg,1925,1959\nMozart,Leo,1956,1991\nBrahms,Jo,1933,1997\n",
    ",\"-0 LF" },
  { "months", "Product,2024-01,2024-02,2024-03\nA,12.5,13,1\nB,1,2,3\nC,4,5,6\n", ",\"h0 LF" },
  { "hours", "station,08:00,09:00,10:00\nA,1.5,2.5,3.1\nB,4.5,5,6\nC,2,3,4\n", ",\"h0 LF" },
  { "nothing but names and years", "Place,Zone,2018,2019\n", ",\"h0 LF" },

  /* headers of several rows */
  { "groups above timestamps",
    "Part A,Part A,Part B,Part B\ntime,level,source,text\n2025-03-02T15:40:26Z,INFO,h1,disk full\n"
    "2025-03-03T15:40:26Z,WARN,h2,no answer\n2025-03-04T15:40:26Z,INFO,h3,queue is long\n",
    ",\"h2:0 LF" },
  { "groups above years", "Part A,,Part B,\nPlace,Zone,2019,2020\nOslo,A,4711,512\nRome,B,9123,877\nLyon,A,1202,345\n",
    ",\"h2:0 LF" },
  { "groups above text",
    "Person,Person,Home,Home\nname,job,street,city\nAnn,cook,Main St,Oslo\nBob,judge,High Rd,Rome\n"
    "Cyd,nurse,Low Rd,Bonn\n",
    ",\"h2:0 LF" },
  { "groups of three columns", "Who,Money,\nname,in,out\nAnn,4,5\nBob,6,7\nCyd,8,9\n", ",\"h2:0 LF" },
  { "units above one column of values",
    "time,level,text\n(UTC),(name),(words)\n2025-03-02T15:40:26Z,INFO,disk full\n"
    "2025-03-03T15:40:26Z,WARN,no answer\n2025-03-04T15:40:26Z,INFO,queue is long\n",
    ",\"h2:0 LF" },
  { "a year below a word", ";;;Year\n;;;2009\n05;North;111;7950660\n06;South;121;72717205\n07;West;122;929640752\n", ";\"h2:0 LF" },
  { "a first row of data shifted by a delimiter",
    "date,time,qty\n,19/09/2023,12:18,14\n10/04/2023,14:23,22\n19/07/2023,11:20,24\n"
    "24/07/2023,11:02,34\n",
    ",\"h0 LF" },
  { "a first row of data with odd cells", "id,when,n\n1,unknown,many\n2,2020-01-01,3\n3,2020-01-02,4\n4,2020-01-03,5\n",
    ",\"h0 LF" },

  /* codes in the first row */
  { "codes of one length, but the first", "0x0\tdefault\n0x28\tAF11\n0x30\tAF12\n0x58\tAF23\n0x68\tAF31\n0x70\tAF32\n",
    "t\"-0 LF" },
  { "codes built alike", "KEYCAP SIGN;0023 FE0F 20E3\nKEYCAP STAR;002A FE0F 20E3\nKEYCAP ZERO;0030 FE0F 20E3\nLETTER;012B 0300\n",
    ";\"-0 LF" },
  { "a name above codes", "sku;colour\nAB-100;red\nAB-101;blue\nCD-7;green\nXY-12;grey\nZZ-1;black\n", ";\"h0 LF" },
  { "a name with a digit above digests", "SHA256,file\n0a1b2cff,x\n3d4e5fee,y\n6a7b8cdd,z\n9d0e1fcc,w\n2a3b4cbb,v\n", ",\"h0 LF" },
  { "numbered names above words", "field1,field2\nhello,goodbye\nhello2,goodbye2\n", ",\"h0 LF" },
  { "a list of requirements", "annotated-types==0.7.0\nasttokens==3.0.1\nattrs==26.1.0\nboto3==1.43.11\n", "0\"-0 LF" },
  { "a list of paths", "/usr/bin/a\n/usr/lib/b\n/etc/c\n/opt/d\n", "0\"-0 LF" },
  { "a list in order, from its first row on",
    "adduser\napt\nbash\nbc\nbuild\nbzip\ncmake\ncron\ncurl\ndash\nfile\nfind\ngawk\ngcc\ngdb\ngit\ngrep\ngzip\nhost\nless\nmake\n",
    "0\"-0 LF" },
  { "a name above a list in order", "surname\nDoe\nJones\nKay\nLee\nSmith\n", "0\"h0 LF" },

  /* titles filled up with delimiters */
  { "six titles above text",
    "a b;;\nc d;;\ne f;;\ng h;;\ni j;;\nk l;;\ncity;land;note\nBonn;NRW;am Rhein\nUlm;BW;mit Turm\nKiel;SH;am Meer\n", ";\"h6 LF" },
  { "titles, settings and a line of delimiters",
    "[Run],,,,\nBy,Lee,,,\nDate,2026-01-02,,,\n,,,,\n[Rows],,,,\nwell,plate,strain,gene,note\n"
    "A1,P1,wt,abc,ok\nA2,P1,mu,abd,ok\nA3,P2,wt,abe,no\n",
    ",\"h5 LF" },
  { "settings of two columns and lines of delimiters", "Apex,01/03/2021\n96-well,\n,\n,\nx,y\nA1,34\nA2,36\nA3,35\nA4,33\nA5,31\n",
    ",\"h4 LF" },
  { "a title above years", "Title,,,\nPlace,Zone,2019,2020\nOslo,A,4711,512\nRome,B,9123,877\nLyon,A,1202,345\n", ",\"h1 LF" },
  { "a sparse table", "Ann;;\nBob;;\nCyd;x;y\nDan;;\nEve;z;\nFay;;\n", ";\"-0 LF" },
  { "a sparse table with a header", "name;a;b\nAnn;;\nBob;;\nCyd;x;y\nDan;;\nEve;z;\n", ";\"h0 LF" },
  { "a sparse row of numbers, and no header", "1;;\n2;Bob;b@x.org\n3;Cyd;c@x.org\n4;Dan;d@x.org\n", ";\"-0 LF" },
  { "remarks that are cut as the rows are", "# columns, as, agreed\n#\nid,fruit,price\n1,Apple,0.40\n2,Pear,0.55\n3,Plum,0.20\n",
    ",\"h2 LF" },
  { "settings that are cut almost as a header of text",
    "Report,Stock\nYear,2023\nname,city,land,motto\nAnn,Oslo,Norway,all is well\n"
    "Bob,Rome,Italy,we go on\nCyd,Lyon,France,so be it now\n",
    ",\"h2 LF" },

  /* rows above the first full one */
  { "rows without their last cell",
    "1;Ann;2020-01-01\n2;Bob;2020-01-02\n3;Cyd;2020-01-03;vip\n4;Dan;2020-01-04;old\n"
    "5;Eve;2020-01-05;new\n6;Fay;2020-01-06;new\n",
    ";\"-0 LF" },
  { "a header above rows without their last cell",
    "Report\n\nid;name;since;note\n1;Ann;2020-01-01\n2;Bob;2020-01-02\n3;Eva;2020-01-02\n"
    "4;Ida;2020-01-02\n5;Cyd;2020-01-03;vip\n6;Dan;2020-01-04;old\n7;Eve;2020-01-05;new\n8;Fay;2020-01-06;new\n",
    ";\"h2 LF" },
  { "a header with # above rows without their last cell",
    "# a remark\n#code\tcoordinates\tTZ\tcomments\nAD\t+4230+00131\tEurope/Andorra\n"
    "AE\t+2518+05518\tAsia/Dubai\nAF\t+3431+06912\tAsia/Kabul\nAG\t+1703-06148\tAmerica/Antigua\nAQ\t-7750+16636\tAntarctica/"
    "McMurdo\tNew Zealand time\n"
    "AQ\t-6617+11031\tAntarctica/Casey\tCasey\nAQ\t-6835+07758\tAntarctica/Davis\tDavis\nAR\t-3436-05827\tAmerica/"
    "Buenos_Aires\tBuenos Aires\n",
    "t\"h1 LF" },

  /* above one column */
  { "remarks above a list", "# made by x\n#\nemail\nann@x.org\nbob@x.org\ncyd@x.org\n", "0\"h2 LF" },
  { "a name with a number sign above a list", "#id\n12\n13\n14\n", "0\"h0 LF" },
  { "a title and an empty line above a list", "Report on mails\n\nemail\nann@x.org\nbob@x.org\ncyd@x.org\n", "0\"h2 LF" },
  { "a stray quote above a list", "na\"me\nann\nbob\ncyd\n", "0\"h0 LF" },
  { "a stray quote above a list of addresses", "ema\"il\nann@x.org\nbob@x.org\ncyd@x.org\n", "0\"h0 LF" },

  /* preambles and blank lines */
  { "comments before the header", "# exported by x\n# 2020-01-01\nid,name\n1,ann\n2,bob\n", ",\"h2 LF" },
  { "comments with blank lines between", "# a\n\n# b\n\nid,name\n1,ann\n", ",\"h4 LF" },
  { "a header with a number sign", "#id,name\n1,ann\n2,bob\n", ",\"h0 LF" },
  { "comments before a header with a number sign", "##v1\n#id,name\n1,ann\n2,bob\n", ",\"h1 LF" },
  { "nothing but comments", "#1,a\n#2,b\n", ",\"h0 LF" },
  { "blank lines first", "\n\n  \nid,name\n1,ann\n", ",\"h0 LF" },
  { "a comment with other delimiters", "# a;b;c;d\nid,name\n1,ann\n2,bob\n", ",\"h1 LF" },

  { "a preamble without delimiters", "Report of all\nprinted today\nid,name\n1,ann\n2,bob\n", ",\"h2 LF" },
  { "a preamble with delimiters", "Report, of all\nRegion, a, b, c\n\nid,name,x,y,z\n1,ann,1,2,3\n2,bob,4,5,6\n", ",\"h3 LF" },
  { "comments among the rows", "id,name\n1,ann\n# a remark, or two\n2,bob\n3,cid\n", ",\"h0 LF" },
  { "comments of another width", "id,name\n1,ann\n# a remark\n2,bob\n3,cid\n", ",\"h0# LF" },
  { "a footer", "id,name\n1,ann\n2,bob\n3,cid\n\nEnd of report\n", ",\"h0 LF" },
  { "another table below",
    "a;b;c\n1;x;2\n2;y;3\n3;z;4\n4;x;5\n5;y;6\n\nd;e\n1;2\n3;4\n5;6\n7;8\n9;1\n2;3\n4;5\n6;7\n8;9\n1;1\n2;2\n", ";\"h0 LF" },
  { "a wider table below few rows",
    "id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n\ncode,label,price,day\n1,x,2.5,2020-01-01\n2,y,3.5,2020-01-02\n3,z,4.5,2020-01-03\n",
    ",\"h0 LF" },
  { "settings above a wider table",
    "Key,Value\nFrom,1\nTo,2\nStep,3\nMost,4\n\nid,name,price,day\n1,x,2.5,2020-01-01\n2,y,3.5,2020-01-02\n3,z,4.5,2020-01-03\n"
    "4,x,2.5,2020-01-01\n5,y,3.5,2020-01-02\n6,z,4.5,2020-01-03\n",
    ",\"h6 LF" },
  { "a delimiter at the end of each row", "id;name;\n1;ann;\n2;bob;\n", ";\"h0 trailing LF" },
  { "an empty column with a name", "id;name;note\n1;ann;\n2;bob;\n", ";\"h0 LF" },

  /* newlines and marks */
  { "CRLF", "id,name\r\n1,ann\r\n", ",\"h0 CRLF" },
  { "CR", "id,name\r1,ann\r", ",\"h0 CR" },
  { "mixed", "id,name\r\n1,ann\n2,bob\n", ",\"h0 mixed" },
  { "LF in the quotes of a CRLF file", "id,name\r\n1,\"ann\nx\"\r\n2,b\r\n", ",\"h0 CRLF" },
  { "comments of a CRLF file", "# x\r\n# y\r\nid,name\r\n1,ann\r\n", ",\"h2 CRLF" },
  { "a byte order mark", "\xEF\xBB\xBFid,name\n1,ann\n", ",\"h0 LF bom" },
  { "a byte order mark and comments", "\xEF\xBB\xBF# x\nid,name\n1,ann\n", ",\"h1 LF bom" },
  { "no line end at the end", "id,name\n1,ann", ",\"h0 LF" },
};

static void
finds_the_dialect (void **state)
{
  (void) state;
  expect_dialects (cases, G_N_ELEMENTS (cases));
}

static void
refuses_what_holds_nothing_or_no_text (void **state)
{
  (void) state;
  static const struct
  {
    const char *bytes;
    size_t length;
    const char *reason;
  } refused[] = {
    { "", 0, "empty_file" },
    { "\xEF\xBB\xBF", 3, "empty_file" },
    { "\n\r\n \n\t\n", 7, "empty_file" },
    { "\xEF\xBB\xBF\n\n", 5, "empty_file" },
    { "\xFF\xFE\0\0a\0\0\0,\0\0\0", 12, "encoding" },
    { "a,b\n\0\n", 6, "nul_byte" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      Dialect dialect;
      SniffEvidence evidence;
      g_autoptr (GError) error = NULL;
      assert_false (sniff_text (refused[i].bytes, refused[i].length, &dialect, &evidence, &error));
      assert_null (evidence.encoding);
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
      assert_string_equal (reason_word (weir_error_get_reason (error)), refused[i].reason);
      assert_non_null (strstr (error->message, "x.csv"));
    }
}

static GError *
refuse (const GString *input)
{
  Dialect dialect;
  SniffEvidence evidence;
  GError *error = NULL;
  assert_false (sniff_text (input->str, input->len, &dialect, &evidence, &error));
  assert_null (evidence.encoding);
  return error;
}

static void
refuses_more_columns_than_there_may_be (void **state)
{
  (void) state;
  /* given a header and two rows of 1,600 cells, and of one more */
  for (int columns = 1600; columns <= 1601; columns++)
    {
      g_autoptr (GString) input = g_string_new (NULL);
      for (int i = 0; i < 3 * columns; i++)
        g_string_append_printf (input, "%s%d%s", i < columns ? "c" : "", i, (i + 1) % columns == 0 ? "\n" : ",");
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      g_autoptr (GError) error = NULL;
      bool done = sniff_text (input->str, input->len, &dialect, &evidence, &error);
      assert_int_equal (done, columns == 1600);
      if (!done)
        assert_string_equal (error->message, "\"x.csv\" has 1,601 columns; PostgreSQL takes 1,600");
    }
}

static void
refuses_a_cell_of_too_many_lines (void **state)
{
  (void) state;
  g_autoptr (GString) input = g_string_new ("id,text\n1,a\n2,\"");
  for (int i = 0; i < 12000; i++)
    g_string_append_printf (input, "line, %d\n", i);
  g_string_append (input, "\"\n3,c\n");
  g_autoptr (GError) error = refuse (input);
  assert_string_equal (reason_word (weir_error_get_reason (error)), "record_too_long");
  assert_string_equal (error->message, "line 3 of \"x.csv\" begins a row of more than 10000 lines");
}

static void
works_out_the_rest (void **state)
{
  (void) state;
  static const struct
  {
    const char *what;
    const char *input;
    ModelDialect declared;
    const char *expected;
  } declared[] = {
    { "a delimiter, below a title",
      "Report; all\n\nid,name;x\n1,ann\n2,bob\n",
      { .delimiter = (char *) ",", .header_rows = -1, .skip_lines = -1 },
      ",\"h2 LF" },
    { "a delimiter that is not tried",
      "id!n\n1!2\n3!4\n",
      { .delimiter = (char *) "!", .header_rows = -1, .skip_lines = -1 },
      "!\"h0 LF" },
    { "a letter, and single quotes behind it",
      "idxsize\n1x'-2 x 3'\n2x'-4 x 5'\n3x'-6 x 7'\n",
      { .delimiter = (char *) "x", .header_rows = -1, .skip_lines = -1 },
      "x'h0 LF" },
    { "a delimiter that is not there",
      "a,b\n1,2\n",
      { .delimiter = (char *) ";", .header_rows = -1, .skip_lines = -1 },
      ";\"h0 LF" },
    { "lines to skip", "a,b\n1,2\nid,name\n1,ann\n2,bob\n", { .header_rows = -1, .skip_lines = 2 }, ",\"h2 LF" },
    { "lines to skip, and no header", "a,b\n1,2\n1,x\n2,y\n3,x\n", { .header_rows = -1, .skip_lines = 2 }, ",\"-2 LF" },
    { "no lines to skip", "Report\nid,name\n1,ann\n2,bob\n", { .header_rows = -1, .skip_lines = 0 }, ",\"h0 LF" },
    { "a header, below a title", "Report\n\nA,1\nB,2\nC,3\nD,4\n", { .header_rows = 1, .skip_lines = -1 }, ",\"h2 LF" },
    { "no header", "id,name\n1,ann\n2,bob\n", { .header_rows = 0, .skip_lines = -1 }, ",\"-0 LF" },
    { "no quote", "id,t\n1,\"a\"\n2,\"b\"\n", { .quote = (char *) "", .header_rows = -1, .skip_lines = -1 }, ",0h0 LF" },
    { "a quote", "id,t\n1,'a, b'\n2,c\n3,d\n", { .quote = (char *) "'", .header_rows = -1, .skip_lines = -1 }, ",'h0 LF" },
    { "an escape",
      "id,t\n1,\"dir\\\"\n2,b\n",
      { .escape = (char *) "backslash", .header_rows = -1, .skip_lines = -1 },
      ",\"\\h0 LF" },
    { "comments",
      "! made by x\nid,t\n! and, by, y\n1,a\n2,b\n",
      { .comment = (char *) "!", .header_rows = -1, .skip_lines = -1 },
      ",\"h0# LF" },
    { "no comments", "id,t\n1,a\n#2\n3,b\n", { .comment = (char *) "", .header_rows = -1, .skip_lines = -1 }, ",\"h0 LF" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (declared); i++)
    {
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      const SourceHead head = { declared[i].input, strlen (declared[i].input), true };
      assert_true (sniff_dialect (&head, &(SniffInput) { "x.csv", &declared[i].declared }, &dialect, &evidence, NULL));
      g_autofree char *seen = describe_dialect (&dialect);
      if (!g_str_equal (seen, declared[i].expected))
        fail_msg ("%s: %s instead of %s", declared[i].what, seen, declared[i].expected);
    }
}

static void
decides_by_known_names (void **state)
{
  (void) state;
  static const struct
  {
    const char *what;
    const char *input;
    const char *known[4];
    const char *expected;
  } known[] = {
    { "names that look like values", "2019,2020\n1,2\n3,4\n", { "2019", "2020" }, ",\"h0 LF" },
    { "by the identifier of the header", "E Mail,2020\nx,1\ny,2\n", { "e_mail", "2020" }, ",\"h0 LF" },
    { "a name of a column that the file lacks", "email,x\na,1\nb,2\n", { "email", "phone", "city" }, ",\"h0 LF" },
    { "a delimiter that hardly splits the rows", "id;name\n1\n2\n3\n4\n", { "id", "name" }, ";\"h0 LF" },
    { "none of them there", "1,2\n3,4\n", { "id", "name" }, ",\"-0 LF" },
    { "one of many there by chance", "x,1\ny,2\n", { "a", "b", "x" }, ",\"h0 LF" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (known); i++)
    {
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      const SourceHead head = { known[i].input, strlen (known[i].input), true };
      assert_true (sniff_dialect (&head, &(SniffInput) { "x.csv", NULL, known[i].known }, &dialect, &evidence, NULL));
      g_autofree char *seen = describe_dialect (&dialect);
      if (!g_str_equal (seen, known[i].expected))
        fail_msg ("%s: %s instead of %s", known[i].what, seen, known[i].expected);
    }
}

static void
leaves_out_what_a_head_cuts_off (void **state)
{
  (void) state;
  /* given a head that ends within a quoted cell, or within a character */
  static const char *const heads[] = {
    "id,name\n1,ann\n2,\"bo",
    "id,name\n1,ann\n2,\"bo\nb, c, d\ne, f, g\n",
    "id,name\n1,ann\n2,b\xC3",
    "id,name\n1,ann\n2",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (
          sniff_dialect (&(SourceHead) { heads[i], strlen (heads[i]) }, &(SniffInput) { "x.csv" }, &dialect, &evidence, NULL));
      /* then it is no evidence against the rows before */
      assert_string_equal (dialect.delimiter, ",");
      assert_true (g_str_has_prefix (evidence.delimiter, "delimiter , : 2 of 2 rows have 2 fields"));
      assert_string_equal (evidence.encoding, "encoding UTF-8: nothing but ASCII at its beginning");
    }
}

static void
is_not_led_astray_by_an_unclosed_quote (void **state)
{
  (void) state;
  /* given many rows, the second of which opens a quote that nothing closes */
  g_autoptr (GString) input = g_string_new ("id;text\n1;\"open\n");
  for (int i = 0; i < 20000; i++)
    g_string_append_printf (input, "%d;some text, and more\n", i);
  Dialect dialect;
  g_auto (SniffEvidence) evidence = { 0 };
  const SourceHead head = { input->str, MIN (input->len, SNIFF_HEAD_SIZE) };
  assert_true (sniff_dialect (&head, &(SniffInput) { "x.csv" }, &dialect, &evidence, NULL));
  g_autofree char *seen = describe_dialect (&dialect);
  /* then the rows after it still speak */
  assert_string_equal (seen, ";\"h0 LF");
  assert_true (evidence.confidence > 0.9);
}

/* The dialect of a header and 40 rows of which all but the last are alike. */
static char *
sniff_rows (const char *header, const char *row, const char *last)
{
  g_autoptr (GString) input = g_string_new (header);
  for (int i = 0; i < 39; i++)
    g_string_append (input, row);
  g_string_append (input, last);
  Dialect dialect;
  g_auto (SniffEvidence) evidence = { 0 };
  assert_true (sniff_text (input->str, input->len, &dialect, &evidence, NULL));
  return describe_dialect (&dialect);
}

static void
forgives_a_bad_row (void **state)
{
  (void) state;
  /* given a comma in every row, and semicolons that make more fields but fail in one row */
  g_autofree char *more_fields = sniff_rows ("name, first;city;born\n", "doe, j;berlin;1980\n", "roe, r;paris\n");
  assert_string_equal (more_fields, ";\"h0 LF");
}

static void
asks_the_first_row (void **state)
{
  (void) state;
  /* given two commas in every row but the header */
  g_autofree char *header = sniff_rows ("id|text\n", "1|a, b, c\n", "2|d, e, f\n");
  assert_string_equal (header, "|\"h0 LF");
}

static void
gives_its_evidence (void **state)
{
  (void) state;
  static const char input[] = "id;x;text\n1;1,5;\"a;b\"\n2;2,5;c\n3;3,5\n4;4;d\xFF\n";
  Dialect dialect;
  g_auto (SniffEvidence) evidence = { 0 };
  assert_true (sniff_text (input, strlen (input), &dialect, &evidence, NULL));
  assert_string_equal (evidence.delimiter, "delimiter ; : 4 of 5 rows have 3 fields; runner-up , : 40 % have 2");
  assert_string_equal (evidence.quote, "quote \" : around 1 cell");
  assert_string_equal (evidence.header,
                       "header: the first row is unlike those below it: \"id\" above numbers, \"x\" above numbers");
  assert_true (g_str_has_prefix (evidence.encoding, "encoding windows-1252: "));
  assert_true (evidence.confidence < 0.97);
}

static void
is_less_sure_where_less_speaks (void **state)
{
  (void) state;
  /* given rows that nothing tells from a header, rows of text that does, values, and cells that say the opposite of others */
  static const struct
  {
    const char *input;
    int percent;
  } sure[] = {
    { "name,city\nann,berlin\nbob,paris\ncid,rome\n", 65 },
    { "ann,ann\nbob,x\ncid,y\n", 65 },
    { "code,city\nA1,x\nA2,yy\nA3,z\nA4,w\nA5,v\n", 88 },
    { "code,city\n1,x\n2,yy\n3,z\n", 99 },
    { "code,5,n\n1,2,3\n4,5,6\n7,8,9\n", 88 },
    { "x,1\n9,2\n8,3\n7,4\n", 70 },
    /* given less and less of the table in the file */
    { "code,n\n1,2\n", 89 },
    { "code,city,n\n1,x,2\n2,yy\n3,z,4\n", 95 },
    { "code,city,n\n1,x,2\n2,yy,3,4\n3,z,4\n", 89 },
    { "code,city,n\n1,x,2\n2,y\"y,3\n3,z,4\n", 87 },
    { "Report\ncode,city,n\n1,x,2\n2,yy,3\n3,z,4\n", 91 },
    { "# Report\ncode,city,n\n1,x,2\n2,yy,3\n3,z,4\n", 99 },
    { "code,city,n\n1,x,2\n2,yy,3\n3,z,4\nend\nof report\n", 66 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (sure); i++)
    {
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_text (sure[i].input, strlen (sure[i].input), &dialect, &evidence, NULL));
      if (sniff_percent (&evidence) != sure[i].percent)
        fail_msg ("%s%d %% instead of %d\n%s", sure[i].input, sniff_percent (&evidence), sure[i].percent, evidence.header);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (finds_the_dialect),
    cmocka_unit_test (refuses_what_holds_nothing_or_no_text),
    cmocka_unit_test (refuses_more_columns_than_there_may_be),
    cmocka_unit_test (refuses_a_cell_of_too_many_lines),
    cmocka_unit_test (works_out_the_rest),
    cmocka_unit_test (decides_by_known_names),
    cmocka_unit_test (leaves_out_what_a_head_cuts_off),
    cmocka_unit_test (is_not_led_astray_by_an_unclosed_quote),
    cmocka_unit_test (forgives_a_bad_row),
    cmocka_unit_test (asks_the_first_row),
    cmocka_unit_test (gives_its_evidence),
    cmocka_unit_test (is_less_sure_where_less_speaks),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}

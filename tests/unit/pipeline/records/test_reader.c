#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "base/error.h"
#include "pipeline/records/reader.h"
#include "tests/unit/pipeline/reading.h"

#include <string.h>
#include <fcntl.h>
#include <sys/resource.h>

static const ReaderLimits small_limits = { 32, 8, 3 };

static const Dialect comma = { .delimiter = ",", .quote = '"' };
static const Dialect semicolon_single = { .delimiter = ";", .quote = '\'' };
static const Dialect tab_unquoted = { .delimiter = "\t" };
static const Dialect tab_quoted = { .delimiter = "\t", .quote = '"' };
static const Dialect trimming = { .delimiter = ",", .trim = true, .quote = '"' };
static const Dialect trimming_tab = { .delimiter = "\t", .trim = true };
static const Dialect blanks = { .delimiter = " ", .trim = true, .quote = '"' };
static const Dialect one_column = { .quote = '"' };
static const Dialect preamble = { .delimiter = ",", .quote = '"', .skip_lines = 2 };
static const Dialect marked = { .delimiter = ",", .quote = '"', .bom = 3 };
static const Dialect space = { .delimiter = " ", .quote = '"' };
static const Dialect comma_blank = { .delimiter = ", ", .quote = '"' };
static const Dialect comma_blank_single = { .delimiter = ", ", .quote = '\'' };
static const Dialect comma_blank_unquoted = { .delimiter = ", " };
static const Dialect backslash = { .delimiter = ",", .quote = '"', .escape = ESCAPE_BACKSLASH };
static const Dialect backslash_single = { .delimiter = "|", .quote = '\'', .escape = ESCAPE_BACKSLASH };
static const Dialect backslash_one_column = { .quote = '"', .escape = ESCAPE_BACKSLASH };
static const Dialect backslash_unquoted = { .delimiter = ",", .escape = ESCAPE_BACKSLASH };
static const Dialect comma_blank_backslash = { .delimiter = ", ", .quote = '"', .escape = ESCAPE_BACKSLASH };
static const Dialect comments = { .delimiter = ",", .quote = '"', .comment = '#' };
static const Dialect trailing = { .delimiter = ";", .quote = '"', .trailing_delimiter = true };
static const Dialect trailing_pair = { .delimiter = ", ", .quote = '"', .trailing_delimiter = true };
static const Dialect trailing_tab = { .delimiter = "\t", .trailing_delimiter = true };
static const Dialect utf16le = { .delimiter = ",", .quote = '"', .encoding = ENCODING_UTF16LE, .bom = 2 };
static const Dialect utf16be = { .delimiter = ";", .quote = '"', .encoding = ENCODING_UTF16BE };
static const Dialect windows_1252 = { .delimiter = ";", .quote = '"', .encoding = ENCODING_WINDOWS_1252 };

typedef struct
{
  const char *what;
  const Dialect *dialect;
  const ReaderLimits *limits; /* NULL: the default */
  const char *input;
  size_t length; /* 0: strlen */
  const char *expected;
} Case;

static const Case cases[] = {
  { "nothing", &comma, NULL, "", 0, "" },
  { "a byte order mark alone", &comma, NULL, "\xEF\xBB\xBF", 0, "" },
  { "blank lines only", &comma, NULL, "\n\r\n\r  \n\t\n", 0, "" },
  { "plain", &comma, NULL, "a,b\nc,d\n", 0, "1 <a><b>\n2 <c><d>\n" },
  { "no line end at the end", &comma, NULL, "a,b\nc,d", 0, "1 <a><b>\n2 <c><d>\n" },
  { "CRLF", &comma, NULL, "a,b\r\nc,d\r\n", 0, "1 <a><b>\n2 <c><d>\n" },
  { "lone CR", &comma, NULL, "a,b\rc,d\r", 0, "1 <a><b>\n2 <c><d>\n" },
  { "mixed line ends", &comma, NULL, "a\rb\r\nc\nd", 0, "1 <a>\n2 <b>\n3 <c>\n4 <d>\n" },
  { "CR CR LF is a line and a blank line", &comma, NULL, "a\r\r\nb\n", 0, "1 <a>\n3 <b>\n" },
  { "LF CR is a line and a blank line", &comma, NULL, "a\n\rb\n", 0, "1 <a>\n3 <b>\n" },
  { "a byte order mark is no cell", &comma, NULL,
    "\xEF\xBB\xBF"
    "a,b\n",
    0, "1 <a><b>\n" },
  { "a byte order mark before a later record", &comma, NULL, "a\n\xEF\xBB\xBF\"b\"\n", 0, "1 <a>\n2 <b>\n" },
  { "a line with a byte order mark only", &comma, NULL, "a\n\xEF\xBB\xBF\nb\n", 0, "1 <a>\n3 <b>\n" },
  { "a byte order mark in the middle is text", &comma, NULL, "a\nb\xEF\xBB\xBF\n", 0, "1 <a>\n2 <b\xEF\xBB\xBF>\n" },
  { "empty and quoted empty", &comma, NULL, ",\"\",\n", 0, "1 -<>-\n" },
  { "empty cells at the end of the file", &comma, NULL, "a,", 0, "1 <a>-\n" },
  { "quoted empty at the end of the file", &comma, NULL, "a,\"\"", 0, "1 <a><>\n" },
  { "blanks are kept", &comma, NULL, " a , b\t\n", 0, "1 < a >< b\t>\n" },
  { "blanks in quotes are kept", &comma, NULL, "\" a \",\"b\t\"\n", 0, "1 < a ><b\t>\n" },
  { "blank lines between", &comma, NULL, "\n\na,b\n\n  \nc,d\n\n", 0, "3 <a><b>\n6 <c><d>\n" },
  { "only tabs in a file with tabs", &tab_unquoted, NULL, "a\tb\n\t\n", 0, "1 <a><b>\n2 --\n" },
  { "doubled quotes", &comma, NULL, "\"a \"\"b\"\" c\",\"\"\"\"\n", 0, "1 <a \"b\" c><\">\n" },
  { "delimiter in quotes", &comma, NULL, "\"a,b\",c\n", 0, "1 <a,b><c>\n" },
  { "line ends in quotes stay", &comma, NULL, "\"a\nb\r\nc\rd\",e\r\nf,g\n", 0, "1 <a\nb\r\nc\rd><e>\n5 <f><g>\n" },
  { "a blank line in quotes stays", &comma, NULL, "\"a\n\n\nb\",c\nd,e\n", 0, "1 <a\n\n\nb><c>\n5 <d><e>\n" },
  { "a quoted cell ends the file", &comma, NULL, "a,\"b\nc\"", 0, "1 <a><b\nc>\n" },
  { "single quotes and semicolons", &semicolon_single, NULL, "'a;b';\"c\"\n'it''s';d\n", 0, "1 <a;b><\"c\">\n2 <it's><d>\n" },
  { "no quotes at all", &tab_unquoted, NULL, "5\" pipe\t'x'\n\"a\tb\"\n", 0, "1 <5\" pipe><'x'>\n2 <\"a><b\">\n" },
  { "one column", &one_column, NULL, "a,b;c\n\n \n\"\"\n", 0, "1 <a,b;c>\n3 < >\n4 <>\n" },
  { "lines of several bytes a character", &comma, NULL, "\xC3\xA4,\xE2\x82\xAC\n\xF0\x9F\x98\x80,x\n", 0,
    "1 <\xC3\xA4><\xE2\x82\xAC>\n2 <\xF0\x9F\x98\x80><x>\n" },

  { "a blank behind a closing quote", &comma, NULL, "\"a\" ,b\nc,d\n", 0, "1 <a><b>\n2 <c><d>\n" },
  { "a blank at the end of the line", &comma, NULL, "a,\"b\" \nc,d\n", 0, "1 <a><b>\n2 <c><d>\n" },
  { "a blank at the end of the file", &comma, NULL, "a,\"b\" ", 0, "1 <a><b>\n" },
  { "a blank before a quote", &comma, NULL, "a, \"b, c\",d\n", 0, "1 <a><b, c><d>\n" },
  { "blanks before the first quote of a line", &comma, NULL, "  \"a\",b\n \"c\"\n", 0, "1 <a><b>\n2 <c>\n" },
  { "tabs and no-break spaces beside quotes", &comma, NULL, "\t\"a\"\t,\xC2\xA0\"b\"\xC2\xA0\xC2\xA0\r\n", 0, "1 <a><b>\n" },
  { "blanks beside quotes, and a lone CR", &comma, NULL, "\"a\" , \"b\" \rc,\"d\"\t\r", 0, "1 <a><b>\n2 <c><d>\n" },
  { "blanks beside quotes, those inside and others are kept", &comma, NULL, "\" a \" , b , \" \"\n", 0, "1 < a >< b >< >\n" },
  { "blanks beside quotes with nothing between", &comma, NULL, " \"\" ,\"\" , \"\"\n", 0, "1 <><><>\n" },
  { "blanks beside quotes with line ends between", &comma, NULL, "x, \"a\nb\" ,c\n\"d\n\n\"\t\n", 0,
    "1 <x><a\nb><c>\n3 <d\n\n>\n" },
  { "blanks beside doubled quotes", &comma, NULL, " \"a\"\"\" , \"\"\"b\" \n", 0, "1 <a\"><\"b>\n" },
  { "blanks beside quotes of one column", &one_column, NULL, " \"a\" \nb \n", 0, "1 <a>\n2 <b >\n" },
  { "blanks and semicolons beside single quotes", &semicolon_single, NULL, "'a;b' ; 'c'\n", 0, "1 <a;b><c>\n" },
  { "tabs are no blanks between tabs", &tab_quoted, NULL, "\"a\"\t\t \"b\"\n", 0, "1 <a>-<b>\n" },
  { "tabs are blanks between blanks", &space, NULL, "\"a\"\t \t\"b c\"  d\n", 0, "1 <a><b c>-<d>\n" },
  { "half a no-break space is none", &comma, NULL, "\"a\"\xC2,b\n", 0, "1 !stray_quote stray quote at byte 3 {\"a\"\xC2,b}\n" },
  { "text behind blanks behind a closing quote", &comma, NULL, "\"a\"  b,c\nd,e\n", 0,
    "1 !stray_quote stray quote at byte 3 {\"a\"  b,c}\n2 <d><e>\n" },
  { "words in quotes in a cell", &comma, NULL, "say \"x\" now,b\n", 0, "1 !stray_quote stray quote at byte 5 {say \"x\" now,b}\n" },
  { "an unclosed quote behind a blank", &comma, NULL, "a, \"b\nc,d\n", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {a, \"b}\n2 <c><d>\n" },
  { "a blank line before blanks beside quotes", &comma, NULL, "a\n\n \"b\"\nc\n", 0, "1 <a>\n3 <b>\n4 <c>\n" },
  { "a mark before blanks beside quotes", &marked, NULL, "\xEF\xBB\xBF \"a\" ,b\n", 0, "1 <a><b>\n" },

  { "blanks around delimiters", &trimming, NULL, " a , b\t\nc,d\n\xC2\xA0 e f\t,\n", 0, "1 <a><b>\n2 <c><d>\n3 <e f>-\n" },
  { "blanks around delimiters and nothing else", &trimming, NULL, " , \n  \n\t,\t\n", 0, "1 --\n3 --\n" },
  { "blanks around delimiters and quotes", &trimming, NULL, " \" a \" , b, \"c,\nd\" \n", 0, "1 < a ><b><c,\nd>\n" },
  { "blanks around delimiters and a stray quote", &trimming, NULL, "a , b\"c\n", 0,
    "1 !stray_quote stray quote at byte 6 {a , b\"c}\n" },
  { "blanks around tabs", &trimming_tab, NULL, "a \t b\n\t \n", 0, "1 <a><b>\n2 --\n" },

  { "any number of blanks", &blanks, NULL, "a   b  c\n  d e     \"f  g\"  \n", 0, "1 <a><b><c>\n2 <d><e><f  g>\n" },
  { "any number of blanks and tabs", &blanks, NULL, "a \t b\xC2\xA0  c\t\n\td  \"\"\n", 0, "1 <a><b><c>\n2 <d><>\n" },
  { "lines of blanks between blanks", &blanks, NULL, "a b\n   \n \nc\n", 0, "1 <a><b>\n4 <c>\n" },
  { "lines of tabs between tabs are rows", &trimming_tab, NULL, "a\tb\n \t \n", 0, "1 <a><b>\n2 --\n" },
  { "any number of blanks and a stray quote", &blanks, NULL, "  a   b\"c\n", 0,
    "1 !stray_quote stray quote at byte 8 {  a   b\"c}\n" },
  { "any number of blanks and line ends in quotes", &blanks, NULL, " a  \" b \n c \"  d \n", 0, "1 <a>< b \n c ><d>\n" },

  { "apostrophes", &semicolon_single, NULL, "'it's; fine';Ann's;'d'\xC3\xA9t\xC3\xA9'\n'a';b\n", 0,
    "1 <it's; fine><Ann's><d'\xC3\xA9t\xC3\xA9>\n2 <a><b>\n" },
  { "apostrophes that may be quotes", &semicolon_single, NULL, "dogs';x\n'dogs' toys';x\nrock 'n' roll;x\n", 0,
    "1 !stray_quote stray quote at byte 5 {dogs';x}\n2 !stray_quote stray quote at byte 6 {'dogs' toys';x}\n"
    "3 !stray_quote stray quote at byte 6 {rock 'n' roll;x}\n" },
  { "apostrophes over lines", &semicolon_single, NULL, "'it's\nBob's';x\n'a''s';y\n", 0, "1 <it's\nBob's><x>\n3 <a's><y>\n" },
  { "double quotes are no apostrophes", &comma, NULL, "5\"x,b\n", 0, "1 !stray_quote stray quote at byte 2 {5\"x,b}\n" },
  { "text after a closing quote", &comma, NULL, "x,\"a\"b\r\nc,d\r\n", 0,
    "1 !stray_quote stray quote at byte 5 {x,\"a\"b}\n2 <c><d>\n" },
  { "quote in the middle of a cell", &comma, NULL, "a\"b,c\nd,e\n", 0,
    "1 !stray_quote stray quote at byte 2 {a\"b,c}\n2 <d><e>\n" },
  { "stray quote behind a byte order mark", &marked, NULL,
    "\xEF\xBB\xBF"
    "a\"\nb\n",
    0, "1 !stray_quote stray quote at byte 5 {a\"}\n2 <b>\n" },
  { "stray quote at the end of the file", &comma, NULL, "a,b\"", 0, "1 !stray_quote stray quote at byte 4 {a,b\"}\n" },
  { "unclosed quote", &comma, NULL, "\"a,b\nc,d\ne,f\n", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {\"a,b}\n2 <c><d>\n3 <e><f>\n" },
  { "unclosed quote in the last line", &comma, NULL, "a,b\nc,\"d", 0,
    "1 <a><b>\n2 !unclosed_quote unclosed quote: not closed by the end of the file {c,\"d}\n" },
  { "a quote that the next record's runs into", &comma, NULL, "1,\"a\n2,\"b\",c\n3,d\n", 0,
    "1 !unclosed_quote unclosed quote: line 2 has a quote that does not close it {1,\"a}\n2 <2><b><c>\n3 <3><d>\n" },
  { "unclosed over blank lines", &comma, NULL, "\"a\n\n\nb\n", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {\"a}\n4 <b>\n" },
  { "every line unclosed", &comma, NULL, "\"a\n\"b\n\"c\n", 0,
    "1 !unclosed_quote unclosed quote: line 2 has a quote that does not close it {\"a}\n"
    "2 !unclosed_quote unclosed quote: line 3 has a quote that does not close it {\"b}\n"
    "3 !unclosed_quote unclosed quote: not closed by the end of the file {\"c}\n" },
  { "two unclosed quotes make one record", &comma, NULL, "a,\"b\nc,\"\nd,e\n", 0, "1 <a><b\nc,>\n3 <d><e>\n" },

  { "bad UTF-8", &comma, NULL, "a,b\nc,\xE9t\xE9\nd,e\n", 0,
    "1 <a><b>\n2 !invalid_utf8 invalid UTF-8 at byte 3 {c,\xE9t\xE9}\n3 <d><e>\n" },
  { "a character cut off at the end", &comma, NULL, "a,\xC3", 0, "1 !invalid_utf8 invalid UTF-8 at byte 3 {a,\xC3}\n" },
  { "bad UTF-8 behind a byte order mark", &marked, NULL,
    "\xEF\xBB\xBF"
    "\xFF\n",
    0, "1 !invalid_utf8 invalid UTF-8 at byte 4 {\xFF}\n" },
  { "bad UTF-8 in a later line of a record", &comma, NULL, "\"a\r\nb\xFF\"\nc\n", 0,
    "1 !invalid_utf8 invalid UTF-8 at byte 2 of line 2 {\"a\r\nb\xFF\"}\n3 <c>\n" },
  { "overlong and surrogate forms", &comma, NULL, "\xC0\xAF\n\xED\xA0\x80\n", 0,
    "1 !invalid_utf8 invalid UTF-8 at byte 1 {\xC0\xAF}\n2 !invalid_utf8 invalid UTF-8 at byte 1 {\xED\xA0\x80}\n" },

  { "a NUL byte", &comma, NULL, "a,b\nc,\0d\n", 9, "1 <a><b>\nerror nul_byte line 2: there is a NUL byte on line 2\n" },
  { "a NUL byte in a quoted cell", &comma, NULL, "\"a\n\0\"\n", 6, "error nul_byte line 2: there is a NUL byte on line 2\n" },
  { "a NUL byte ends the file", &comma, NULL, "a\n\0", 3, "1 <a>\nerror nul_byte line 2: there is a NUL byte on line 2\n" },
  { "a NUL byte in the preamble", &preamble, NULL, "x\0\ny\na,b\n", 9, "error nul_byte line 1: there is a NUL byte on line 1\n" },

  { "just long enough", &comma, &small_limits, "a\n1234567,1234567,123456789012345\nb\n", 0,
    "1 <a>\n2 !field_too_long field 3 is longer than 8 bytes {1234567,1234567,123456789012345}\n3 <b>\n" },
  { "one byte too long", &comma, &small_limits, "a\n12345678,1234567,12345678,12345\r\nb\n", 0,
    "1 <a>\n2 !record_too_long the line is longer than 32 bytes {12345678,1234567,12345678,12345}\n3 <b>\n" },
  { "far too long", &comma, &small_limits, "a\n1234567890123456789012345678901234567890123456789012345678901234567890\r\nb\n", 0,
    "1 <a>\n2 !record_too_long the line is longer than 32 bytes {12345678901234567890123456789012}\n3 <b>\n" },
  { "too long at the end of the file", &comma, &small_limits, "a\n123456789012345678901234567890123456789", 0,
    "1 <a>\n2 !record_too_long the line is longer than 32 bytes {12345678901234567890123456789012}\n" },
  { "too long, ended by a lone CR", &comma, &small_limits, "123456789012345678901234567890123456789\rb\r", 0,
    "1 !record_too_long the line is longer than 32 bytes {12345678901234567890123456789012}\n2 <b>\n" },
  { "a NUL byte behind the limit", &comma, &small_limits, "12345678901234567890123456789012345678901234567890\0a\nb\n", 55,
    "error nul_byte line 1: there is a NUL byte on line 1\n" },
  { "a record of lines too long together", &comma, &small_limits, "\"a\nb,c\n123456789012345678901234567890\n\"\nd\n", 0,
    "1 !unclosed_quote unclosed quote: not closed within 32 bytes {\"a}\n2 <b><c>\n"
    "3 !field_too_long field 1 is longer than 8 bytes {123456789012345678901234567890}\n"
    "4 !unclosed_quote unclosed quote: not closed by the end of the file {\"}\n5 <d>\n" },
  { "too many fields", &comma, &small_limits, "a,b,c\na,b,c,d\n", 0,
    "1 <a><b><c>\n2 !too_many_fields more than 3 fields {a,b,c,d}\n" },
  { "a field too long over lines", &comma, &small_limits, "x,\"12345\n6789\"\na\n", 0,
    "1 !field_too_long field 2 is longer than 8 bytes {x,\"12345\n6789\"}\n3 <a>\n" },

  { "names", &comma, NULL, "name,\"e mail\",\n1,2,3\n", 0, "1 <name><e mail>-\n2 <1><2><3>\n" },
  { "a record behind blank lines", &comma, NULL, "\n  \nname\n1\n", 0, "3 <name>\n4 <1>\n" },
  { "a record of two lines", &comma, NULL, "\"na\nme\",b\n1,2\n", 0, "1 <na\nme><b>\n3 <1><2>\n" },
  { "one line and nothing else", &comma, NULL, "name,email", 0, "1 <name><email>\n" },
  { "only blank lines", &comma, NULL, "\n\n", 0, "" },
  { "a preamble", &preamble, NULL, "\"never closed\n\na,b\n1,2\n", 0, "3 <a><b>\n4 <1><2>\n" },
  { "a preamble longer than the file", &preamble, NULL, "x\n", 0, "" },
  { "a preamble with a long line", &preamble, &small_limits, "123456789012345678901234567890123456789\nx\na,b\n1,2\n", 0,
    "3 <a><b>\n4 <1><2>\n" },

  { "columns cut by single blanks", &space, NULL, "a b\n\"c d\"  e\n \n", 0, "1 <a><b>\n2 <c d>-<e>\n3 --\n" },
  { "two-byte delimiter", &comma_blank, NULL, "a, b\n1,5, 2,5\n", 0, "1 <a><b>\n2 <1,5><2,5>\n" },
  { "two-byte delimiter and quotes", &comma_blank, NULL, "\"a, \"\"b\"\"\", \"\", , \"c\nd\"\n", 0, "1 <a, \"b\"><>-<c\nd>\n" },
  { "two-byte delimiter: one byte of it is text", &comma_blank, NULL, ",a,, b,\n  , c\n", 0, "1 <,a,><b,>\n2 <  ><c>\n" },
  { "two-byte delimiter: more blanks are text", &comma_blank, NULL, "a,  b, \n, \n", 0, "1 <a>< b>-\n2 --\n" },
  { "two-byte delimiter: blank lines", &comma_blank, NULL, "\n  \na, b\n", 0, "3 <a><b>\n" },
  { "two-byte delimiter: no line end at the end", &comma_blank, NULL, "a, \"b\"", 0, "1 <a><b>\n" },
  { "two-byte delimiter: empty at the end", &comma_blank, NULL, "a, ", 0, "1 <a>-\n" },
  { "two-byte delimiter: half of it behind a quote", &comma_blank, NULL, "\"a\",b\n\"c\", d\n", 0,
    "1 !stray_quote stray quote at byte 3 {\"a\",b}\n2 <c><d>\n" },
  { "two-byte delimiter: half of it at the end", &comma_blank, NULL, "\"a\", \"b\",", 0,
    "1 !stray_quote stray quote at byte 8 {\"a\", \"b\",}\n" },
  { "two-byte delimiter: stray quote", &comma_blank, NULL, "a, b\"c\nd, \"e\" x\nf,  \"g\" \n", 0,
    "1 !stray_quote stray quote at byte 5 {a, b\"c}\n2 !stray_quote stray quote at byte 6 {d, \"e\" x}\n3 <f><g>\n" },
  { "two-byte delimiter: unclosed quote", &comma_blank, NULL, "a, \"b\nc, \"d\"\ne", 0,
    "1 !unclosed_quote unclosed quote: line 2 has a quote that does not close it {a, \"b}\n2 <c><d>\n3 <e>\n" },
  { "two-byte delimiter: unclosed to the end", &comma_blank, NULL, "a, \"b\nc, d", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {a, \"b}\n2 <c><d>\n" },
  { "two-byte delimiter and single quotes", &comma_blank_single, NULL, "'it''s', \"x\"\r\n'a\r\nb', 'c'\r\n", 0,
    "1 <it's><\"x\">\n2 <a\r\nb><c>\n" },
  { "two-byte delimiter and no quotes", &comma_blank_unquoted, NULL, "\"a, b\"\n5\" pipe, x\n", 0,
    "1 <\"a><b\">\n2 <5\" pipe><x>\n" },
  { "two-byte delimiter: field too long", &comma_blank, &small_limits, "a, 123456789\nb\n", 0,
    "1 !field_too_long field 2 is longer than 8 bytes {a, 123456789}\n2 <b>\n" },
  { "two-byte delimiter: too many fields", &comma_blank, &small_limits, "a, b, c\na, b, c, d\n", 0,
    "1 <a><b><c>\n2 !too_many_fields more than 3 fields {a, b, c, d}\n" },
  { "two-byte delimiter: record too long", &comma_blank, &small_limits, "\"a\nb, c\n1234567, 1234567, 12345678\n\"\nd\n", 0,
    "1 !unclosed_quote unclosed quote: not closed within 32 bytes {\"a}\n2 <b><c>\n3 <1234567><1234567><12345678>\n"
    "4 !unclosed_quote unclosed quote: not closed by the end of the file {\"}\n5 <d>\n" },

  { "escaped quote", &backslash, NULL, "\"a \\\"b\\\"\",c\n", 0, "1 <a \"b\"><c>\n" },
  { "escaped backslash", &backslash, NULL, "\"a\\\\\",\"\\\\\\\"\"\n", 0, "1 <a\\><\\\">\n" },
  { "a backslash before anything else stays", &backslash, NULL, "\"C:\\new\\,x\",\"\\\n\"\n", 0, "1 <C:\\new\\,x><\\\n>\n" },
  { "a backslash without quotes stays", &backslash, NULL, "C:\\new\\,\\\\\n\\N,\\", 0, "1 <C:\\new\\><\\\\>\n2 <\\N><\\>\n" },
  { "escaped quotes over lines", &backslash, NULL, "\"a\\\"\nb\\\\\",\"\"\nc,\n", 0, "1 <a\"\nb\\><>\n3 <c>-\n" },
  { "the other quote needs no escape", &backslash, NULL, "\"it\\'s\",'x'\n", 0, "1 <it\\'s><'x'>\n" },
  { "escapes in single quotes", &backslash_single, NULL, "'it\\'s'|\"\\\"\r\n''|a\r\n", 0, "1 <it's><\"\\\">\n2 <><a>\n" },
  { "a doubled quote is none here", &backslash, NULL, "\"a\"\"b\",c\nd,e\n", 0,
    "1 !stray_quote stray quote at byte 3 {\"a\"\"b\",c}\n2 <d><e>\n" },
  { "escaped quote without quotes", &backslash, NULL, "a\\\"b,c\n", 0, "1 !stray_quote stray quote at byte 3 {a\\\"b,c}\n" },
  { "the escaped quote does not close", &backslash, NULL, "\"a\\\"\nb,c\n", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {\"a\\\"}\n2 <b><c>\n" },
  { "a backslash ends the file", &backslash, NULL, "a,\"b\\", 0,
    "1 !unclosed_quote unclosed quote: not closed by the end of the file {a,\"b\\}\n" },
  { "an escaped quote ends the file", &backslash, NULL, "a\nb,\"c\\\"", 0,
    "1 <a>\n2 !unclosed_quote unclosed quote: not closed by the end of the file {b,\"c\\\"}\n" },
  { "escapes in one column", &backslash_one_column, NULL, "\"a,\\\"b\"\n\nc,d\n\"\"\n", 0, "1 <a,\"b>\n3 <c,d>\n4 <>\n" },
  { "escapes without quotes at all", &backslash_unquoted, NULL, "\"a\\\",b\n", 0, "1 <\"a\\\"><b>\n" },
  { "escapes and a two-byte delimiter", &comma_blank_backslash, NULL, "\"a\\\", \\\\\", b\n", 0, "1 <a\", \\><b>\n" },

  { "comments", &comments, NULL, "# it's \"so\na,#b\n#\n1,2\n\"#3\",4\n #5,6\n", 0,
    "2 <a><#b>\n4 <1><2>\n5 <#3><4>\n6 < #5><6>\n" },
  { "no comment within a record", &comments, NULL, "a\n\"b\n#c\nd\"\n#e\nf\n", 0, "1 <a>\n2 <b\n#c\nd>\n6 <f>\n" },
  { "a comment behind an unclosed quote", &comments, NULL, "a,b\n\"c,d\n#e\nf,g\n", 0,
    "1 <a><b>\n2 !unclosed_quote unclosed quote: not closed by the end of the file {\"c,d}\n4 <f><g>\n" },
  { "a comment longer than a record", &comments, &small_limits, "a\n# 34567890123456789012345678901234567890\r\nb\n", 0,
    "1 <a>\n3 <b>\n" },
  { "only comments", &comments, NULL, "#a\r#b", 0, "" },
  { "no comments unless the dialect has them", &comma, NULL, "#a,b\n", 0, "1 <#a><b>\n" },

  { "trailing delimiters", &trailing, NULL, "a;b;\n;;\n\"c\";;\n", 0, "1 <a><b>\n2 --\n3 <c>-\n" },
  { "a trailing delimiter with a cell behind it", &trailing, NULL, "a;b;\nc;d;e\nf;g;\"\"\nh;i\n", 0,
    "1 <a><b>\n2 <c><d><e>\n3 <f><g><>\n4 <h><i>\n" },
  { "blanks behind trailing delimiters", &trailing, NULL, "a;b; \nc; d;\t\ne;\" \"\nf; \n", 0,
    "1 <a><b>\n2 <c>< d>\n3 <e>< >\n4 <f>\n" },
  { "trailing delimiters of two bytes", &trailing_pair, NULL, "a, b, \n1, 2, ", 0, "1 <a><b>\n2 <1><2>\n" },
  { "trailing delimiters are no blank lines", &trailing_tab, NULL, "a\t\n\t\n\n", 0, "1 <a>\n2 -\n" },
  { "a trailing delimiter is no field too many", &trailing, &small_limits, "a;b;c;\na;b;c;d\na;b;c;;\n", 0,
    "1 <a><b><c>\n2 !too_many_fields more than 3 fields {a;b;c;d}\n3 !too_many_fields more than 3 fields {a;b;c;;}\n" },

  { "UTF-16, little endian, with a mark", &utf16le, NULL,
    "\xFF\xFE"
    "a\0,\0\xE4\0\n\0\x3D\xD8\x00\xDE,\0\"\0b\0\"\0",
    22, "1 <a><\xC3\xA4>\n2 <\xF0\x9F\x98\x80><b>\n" },
  { "UTF-16, big endian", &utf16be, NULL, "\0a\0;\0b\0\r\0\n\x20\xAC\0;\0\r\0\n", 18, "1 <a><b>\n2 <\xE2\x82\xAC>-\n" },
  { "UTF-16: half a character", &utf16le, NULL,
    "\xFF\xFE"
    "a\0\n\0\xE4\0\x3D\xD8,\0b\0\n\0c\0",
    18, "1 <a>\n2 !invalid_encoding invalid UTF-16LE at character 2 {\xC3\xA4\xFF,b}\n3 <c>\n" },
  { "UTF-16: half a character in a later line", &utf16le, NULL,
    "\xFF\xFE"
    "\"\0a\0\n\0b\0\x00\xDC\"\0\n\0c\0",
    18, "1 !invalid_encoding invalid UTF-16LE at character 2 of line 2 {\"a\nb\xFF\"}\n3 <c>\n" },
  { "UTF-16: a NUL character", &utf16be, NULL, "\0a\0\n\0\0", 6, "1 <a>\nerror nul_byte line 2: there is a NUL byte on line 2\n" },
  { "Windows-1252", &windows_1252, NULL, "M\xFCller;\x80 5\r\n", 0, "1 <M\xC3\xBCller><\xE2\x82\xAC 5>\n" },
  { "Windows-1252: a byte that is none", &windows_1252, NULL, "\xFC\xFC\x81;b\nc;d\n", 0,
    "1 !invalid_encoding byte 0x81, character 3, is no windows-1252 {\xC3\xBC\xC3\xBC\x81;b}\n2 <c><d>\n" },
};

static size_t
input_length (const Case *test)
{
  return test->length > 0 ? test->length : strlen (test->input);
}

static void
reads_every_case_alike_with_every_piece_size (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (piece_sizes); j++)
      {
        const Case *test = &cases[i];
        AUTO_FD int fd = memory_file (test->input, input_length (test));
        const ReaderLimits *limits = test->limits != NULL ? test->limits : &reader_default_limits;
        g_autoptr (Reader) reader = reader_new_sized (fd, test->dialect, limits, NULL, piece_sizes[j]);
        g_autofree char *seen = describe_all (reader);
        if (!g_str_equal (seen, test->expected))
          fail_msg ("%s, by %zu bytes:\n%sinstead of\n%s", test->what, piece_sizes[j], seen, test->expected);
      }
}

static void
reads_memory_like_a_file (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *test = &cases[i];
      const ReaderLimits *limits = test->limits != NULL ? test->limits : &reader_default_limits;
      g_autoptr (Reader) reader = reader_new_bytes (test->input, input_length (test), true, test->dialect, limits);
      g_autofree char *seen = describe_all (reader);
      assert_string_equal (seen, test->expected);
    }
}

static void
hashes_every_byte_once_per_pass (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *test = &cases[i];
      if (strstr (test->expected, "error") != NULL)
        continue;
      char expected[SHA256_HEX_SIZE], seen[SHA256_HEX_SIZE];
      sha256_bytes (test->input, input_length (test), expected);
      AUTO_FD int fd = memory_file (test->input, input_length (test));
      g_autoptr (Sha256) sha = sha256_new ();
      g_autoptr (Reader) reader =
          reader_new_sized (fd, test->dialect, test->limits != NULL ? test->limits : &reader_default_limits, sha, 3);
      for (int pass = 0; pass < 2; pass++)
        {
          g_autofree char *records = describe_all (reader);
          assert_string_equal (records, test->expected);
          assert_int_equal (reader_offset (reader), input_length (test));
          sha256_finish (sha, seen);
          assert_string_equal (seen, expected);
          reader_rewind (reader);
        }
    }
}

static void
rewinds_from_the_middle (void **state)
{
  (void) state;
  /* given a reader that stopped within the file, and read ahead of the place */
  static const char input[] = "h,i\n1,\"2\n3\"\n4,5\n";
  AUTO_FD int fd = memory_file (input, strlen (input));
  g_autoptr (Reader) reader = reader_new_sized (fd, &comma, &reader_default_limits, NULL, 5);
  const Record *record = NULL;
  for (int line = 1; line <= 2; line++)
    {
      assert_true (reader_next (reader, &record, NULL));
      assert_int_equal (record->line, line);
    }
  /* when it goes back */
  reader_rewind (reader);
  /* then it reads everything again */
  g_autofree char *seen = describe_all (reader);
  assert_string_equal (seen, "1 <h><i>\n2 <1><2\n3>\n4 <4><5>\n");
}

static void
leaves_the_descriptor_where_it_is (void **state)
{
  (void) state;
  AUTO_FD int fd = memory_file ("a\nb\n", 4);
  assert_int_equal (lseek (fd, 2, SEEK_SET), 2);
  g_autoptr (Reader) reader = reader_new (fd, &comma, &reader_default_limits, NULL);
  g_autofree char *seen = describe_all (reader);
  assert_string_equal (seen, "1 <a>\n2 <b>\n");
  assert_int_equal (lseek (fd, 0, SEEK_CUR), 2);
}

static void
leaves_out_what_a_head_cuts_off (void **state)
{
  (void) state;
  static const struct
  {
    const char *head;
    const char *expected;
  } heads[] = {
    { "a,b\nc,d", "1 <a><b>\n" },        { "a,b\nc,d\n", "1 <a><b>\n2 <c><d>\n" }, { "a,b\nc,\"d\ne", "1 <a><b>\n" },
    { "a,b\nc,\"d\ne\n", "1 <a><b>\n" }, { "a,b\nc,\"d\"", "1 <a><b>\n" },         { "a", "" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (Reader) reader = reader_new_bytes (heads[i].head, strlen (heads[i].head), false, &comma, &reader_default_limits);
      g_autofree char *seen = describe_all (reader);
      assert_string_equal (seen, heads[i].expected);
    }
}

static void
bounds_the_lines_of_a_record (void **state)
{
  (void) state;
  /* given an unclosed quote followed by more lines than a record may have */
  g_autoptr (GString) input = g_string_new ("1,\"open\n");
  for (int i = 0; i < READER_MAX_LINES; i++)
    g_string_append (input, "2,b\n");
  g_autoptr (Reader) reader = reader_new_bytes (input->str, input->len, true, &comma, &reader_default_limits);
  const Record *record = NULL;
  /* then its first line is a problem */
  assert_true (reader_next (reader, &record, NULL));
  assert_int_equal (record->line, 1);
  assert_int_equal (record->reason, REASON_UNCLOSED_QUOTE);
  assert_int_equal (record->raw_length, strlen ("1,\"open"));
  /* and every other line is read */
  int64_t read = 0;
  while (reader_next (reader, &record, NULL) && record != NULL)
    {
      assert_null (record->problem);
      assert_int_equal (record->line, ++read + 1);
    }
  assert_int_equal (read, READER_MAX_LINES);
}

static void
says_how_far_a_quote_took_rows (void **state)
{
  (void) state;
  static const char input[] = "1,a,b,\"c\n2,a,b,c\n3,a,b,c\n4,a,b,\"\n5,a,b,c\n";
  g_autoptr (Reader) reader = reader_new_bytes (input, strlen (input), true, &comma, &reader_default_limits);
  reader_set_width (reader, 4);
  g_autofree char *seen = describe_all (reader);
  assert_string_equal (seen, "1 !unclosed_quote unclosed quote: the lines up to line 3 are rows {1,a,b,\"c}\n"
                             "2 <2><a><b><c>\n3 <3><a><b><c>\n4 !unclosed_quote unclosed quote: not closed by the end of the file "
                             "{4,a,b,\"}\n5 <5><a><b><c>\n");
}

static void
says_where_an_empty_line_is (void **state)
{
  (void) state;
  static const char input[] = "a,b\n\n1,2\n\n3, \"4\"\n5, \"6\"\n";
  static const bool blank[] = { false, true, true, false };
  g_autoptr (Reader) reader = reader_new_bytes (input, strlen (input), true, &comma, &reader_default_limits);
  const Record *record = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (blank); i++)
    {
      assert_true (reader_next (reader, &record, NULL));
      assert_int_equal (record->blank, blank[i]);
    }
}

static void
takes_a_record_of_as_many_lines_as_it_may_have (void **state)
{
  (void) state;
  for (int more = 0; more < 2; more++)
    {
      g_autoptr (GString) input = g_string_new ("\"");
      for (int i = 1; i < READER_MAX_LINES + more; i++)
        g_string_append_c (input, '\n');
      g_string_append (input, "\",b\n");
      g_autoptr (Reader) reader = reader_new_bytes (input->str, input->len, true, &comma, &reader_default_limits);
      const Record *record = NULL;
      assert_true (reader_next (reader, &record, NULL));
      assert_int_equal (record->n_fields, more == 0 ? 2 : 0);
      assert_string_equal (more == 0 ? "" : record->problem, more == 0 ? "" : "unclosed quote: not closed within 10000 lines");
    }
}

static void
reads_across_the_edges_of_real_pieces (void **state)
{
  (void) state;
  /* given rows with quotes, CRLF and wide characters that move over the edge of a piece one byte at a time */
  static const char row[] = "\"x \"\"y\"\"\r\nz\",\xE2\x82\xAC,\"\"\r\n";
  for (size_t shift = 0; shift < strlen (row); shift++)
    {
      g_autoptr (GString) input = g_string_new (NULL);
      while (input->len < 65536 - 2 * strlen (row) + shift)
        g_string_append_c (input, 'a');
      g_string_append (input, "\r\n");
      for (int i = 0; i < 4; i++)
        g_string_append (input, row);
      AUTO_FD int fd = memory_file (input->str, input->len);
      g_autoptr (Reader) reader = reader_new (fd, &comma, &reader_default_limits, NULL);
      const Record *record = NULL;
      assert_true (reader_next (reader, &record, NULL));
      assert_int_equal (record->raw_length, 65536 - 2 * strlen (row) + shift);
      for (int i = 0; i < 4; i++)
        {
          assert_true (reader_next (reader, &record, NULL));
          g_autoptr (GString) text = g_string_new (NULL);
          describe_record (text, record);
          g_autofree char *expected = g_strdup_printf ("%d <x \"y\"\r\nz><\xE2\x82\xAC><>\n", 2 + 2 * i);
          assert_string_equal (text->str, expected);
        }
      assert_true (reader_next (reader, &record, NULL));
      assert_null (record);
    }
}

static void
stays_small_whatever_the_file (void **state)
{
  (void) state;
  /* given 24 MiB of one line, of one field in quotes, of one in quotes over lines, and of a comment */
  static const struct
  {
    const Dialect *dialect;
    const char *begin;
    const char *more;
  } files[] = {
    { &comma, "", "1234567890123456" },         { &comma, "\"", "1234567890123456" },        { &comma, "\"", "12345678901234,\n" },
    { &comma_blank, "\"", "1234567890123456" }, { &backslash, "\"", "1234567890\\\"123\n" }, { &comments, "#", "1234567890123456" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GString) block = g_string_new (NULL);
      while (block->len < 1024 * 1024)
        g_string_append (block, files[i].more);
      AUTO_FD int fd = memory_file (files[i].begin, strlen (files[i].begin));
      for (int j = 0; j < 24; j++)
        assert_int_equal (write (fd, block->str, block->len), block->len);
      struct rusage before, after;
      getrusage (RUSAGE_SELF, &before);
      /* when all of it is read */
      g_autoptr (Reader) reader = reader_new (fd, files[i].dialect, &reader_default_limits, NULL);
      const Record *record = NULL;
      do
        assert_true (reader_next (reader, &record, NULL));
      while (record != NULL);
      assert_int_equal (reader_offset (reader), strlen (files[i].begin) + 24 * block->len);
      /* then that took far less than the file (with sanitizers, three times as much as without) */
      getrusage (RUSAGE_SELF, &after);
      assert_in_range (after.ru_maxrss - before.ru_maxrss, 0, 24 * 1024);
    }
}

static void
rewinds_an_open_quote (void **state)
{
  (void) state;
  /* given a head that ends in quotes, in a dialect of each parser */
  const Dialect *dialects[] = { &comma, &backslash };
  for (size_t i = 0; i < G_N_ELEMENTS (dialects); i++)
    {
      static const char head[] = "a,b\n\"c\nd";
      g_autoptr (Reader) reader = reader_new_bytes (head, strlen (head), false, dialects[i], &reader_default_limits);
      for (int pass = 0; pass < 2; pass++)
        {
          /* then nothing of it is left at the beginning */
          g_autofree char *seen = describe_all (reader);
          assert_string_equal (seen, "1 <a><b>\n");
          reader_rewind (reader);
        }
    }
}

static void
says_what_cannot_be_read (void **state)
{
  (void) state;
  /* given a descriptor that is not open for reading */
  AUTO_FD int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  g_autoptr (Reader) reader = reader_new (fd, &comma, &reader_default_limits, NULL);
  const Record *record = NULL;
  g_autoptr (GError) error = NULL;
  /* then the error is the disk's, not the file's */
  assert_false (reader_next (reader, &record, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LOCAL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (reads_every_case_alike_with_every_piece_size),
    cmocka_unit_test (reads_memory_like_a_file),
    cmocka_unit_test (hashes_every_byte_once_per_pass),
    cmocka_unit_test (rewinds_from_the_middle),
    cmocka_unit_test (leaves_the_descriptor_where_it_is),
    cmocka_unit_test (leaves_out_what_a_head_cuts_off),
    cmocka_unit_test (bounds_the_lines_of_a_record),
    cmocka_unit_test (says_how_far_a_quote_took_rows),
    cmocka_unit_test (says_where_an_empty_line_is),
    cmocka_unit_test (takes_a_record_of_as_many_lines_as_it_may_have),
    cmocka_unit_test (stays_small_whatever_the_file),
    cmocka_unit_test (reads_across_the_edges_of_real_pieces),
    cmocka_unit_test (rewinds_an_open_quote),
    cmocka_unit_test (says_what_cannot_be_read),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
